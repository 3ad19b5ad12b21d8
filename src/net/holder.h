/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who holds a port: the kernel's socket tables, and the process that has the socket open.
 * A value, copied out.
 * Never needs a privilege: what this user may not see stays unknown (pid 0).
 */
#ifndef NET_HOLDER_H
#define NET_HOLDER_H

#include "net/socket.h"

#define HOLDER_PROGRAM_MAX 32

struct holder {
	struct ip_endpoint endpoint; /* what its socket is bound to: may be the wildcard */
	uint64_t inode;
	uint32_t uid;
	int pid; /* 0: not visible to us */
	char program[HOLDER_PROGRAM_MAX];
};

/* One line of /proc/net/{udp,udp6,tcp,tcp6}. ERR_SYNTAX: the heading, or none of these; ERR_MISMATCH: TCP that does
 * not listen. */
int holder_from_line(const char *line, enum family family, enum socket_kind kind, struct holder *ret) MUST_USE;
/* Whether a socket of the holder keeps another from binding to wanted. */
bool holder_blocks(const struct holder *holder, const struct ip_endpoint *wanted);

/* ERR_NOT_FOUND: nobody that can be seen. */
int holder_find(const struct ip_endpoint *wanted, enum socket_kind kind, struct holder *ret) MUST_USE;

#define HOLDER_TEXT_MAX 256
/* "systemd-resolve (pid 812) holds 127.0.0.53@53" */
void holder_to_text(const struct holder *holder, char ret_text[HOLDER_TEXT_MAX]);
/* What to do about it: a sentence, borrowed for ever. */
const char *holder_advice(const struct holder *holder);

#endif

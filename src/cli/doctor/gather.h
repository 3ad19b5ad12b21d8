/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sextant doctor --client` at the edge: asks routers and DHCPv6 servers, reads leases and resolv.conf.
 * Fills facts of the caller; sockets live no longer than the call.
 * Never configures this host and takes no lease: it asks for information alone.
 */
#ifndef CLI_DOCTOR_GATHER_H
#define CLI_DOCTOR_GATHER_H

#include "doctor/client.h"

struct gather_options {
	const char *interface;  /* NULL: all that are up */
	const char *conf_path;
	const char *lease_path; /* NULL: where the client programs keep theirs */
	unsigned wait_ms;       /* for answers */
};

/* facts: zero. ERR_NOT_FOUND: there is no such interface, or it is down; ERR_SYNTAX: lease_path has no lease of an
 * interface; -errno. */
int client_gather(const struct gather_options *options, struct client_facts *facts) MUST_USE;

#endif

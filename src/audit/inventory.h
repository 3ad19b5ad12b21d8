/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The service names that somebody means to run, as a text of lines: NAME [TYPE...] [PORT], "#" begins a comment.
 * Everything is made in the caller's arena.
 * Never guesses at a line that it does not understand.
 */
#ifndef AUDIT_INVENTORY_H
#define AUDIT_INVENTORY_H

#include "base/arena.h"
#include "dns/name.h"

enum inventory_type {
	INVENTORY_AAAA,
	INVENTORY_A,
	INVENTORY_MX,
	INVENTORY_HTTPS,
	INVENTORY_SVCB,
	INVENTORY_TYPE_COUNT
};
uint16_t inventory_rrtype(enum inventory_type type);

struct inventory_row {
	struct name name;
	bool wants[INVENTORY_TYPE_COUNT]; /* records that have to be there */
	bool has_types;                   /* else whichever addresses it has are fine */
	uint16_t port;                    /* of an HTTPS service; 0 and 443: the usual */
	uint32_t line;                    /* from 1; 0: no file names it */
};

struct inventory {
	struct inventory_row *rows;
	size_t count;
};

/* ERR_SYNTAX: message says where and what is wrong: "7: TXT is none of ...". -ENOMEM. */
int inventory_read(struct arena *arena, struct span text, struct inventory *ret, char ret_message[160]) MUST_USE;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expressions over the fields of an event: `qtype=AAAA and rcode!=NOERROR`, `client in 2001:db8::/48 and not (tc or
 * us>2ms)`. Owned: where_parse/where_free. Compiled once; judging an event allocates nothing. Never takes a field that
 * a source does not tell for anything: what depends on it is unknown, and `not` leaves it so.
 *
 *   or = and {("or" | "||") and}    and = not {("and" | "&&") not}    not = ["not" | "!"] ( "(" or ")" | comparison )
 *   comparison = FLAG | FIELD ("=" | "!=" | "<" | "<=" | ">" | ">=" | "~") VALUE | FIELD ["not"] "in" (VALUE | "("
 * VALUE {"," VALUE} ")")
 *
 * "in" is for prefixes (addresses), zones (names: at or below), and lists; "~" finds a part of a text in any case.
 * A value is a word, or anything in double quotes. FIELD=unknown asks for events of which the field is not told.
 */
#ifndef SIGNALS_WHERE_H
#define SIGNALS_WHERE_H

#include "signals/column.h"

struct where;

#define WHERE_MESSAGE_MAX 200
#define WHERE_NODES_MAX 128 /* comparisons and what joins them */
#define WHERE_DEPTH_MAX 32  /* brackets and nots inside each other */

struct where_fault {
	size_t at;                       /* offset in the expression, octets */
	size_t size;                     /* of what is at fault; 0: the end is */
	char message[WHERE_MESSAGE_MAX]; /* what is wrong and what would be right; made of printable characters */
};

/* ERR_SYNTAX: *ret_fault is filled. -ENOMEM. */
int where_parse(struct span text, struct where **ret, struct where_fault *ret_fault) MUST_USE;
void where_free(struct where *where); /* NULL is fine */

enum truth { TRUTH_NO, TRUTH_UNKNOWN, TRUTH_YES };

enum truth where_judge(const struct where *where, const struct event *event);
/* A field of the expression that this event does not tell; NULL: it tells them all. */
const struct column *where_not_told(const struct where *where, const struct event *event);
/* Does the expression ask for the field? */
bool where_asks(const struct where *where, const struct column *column);

#endif

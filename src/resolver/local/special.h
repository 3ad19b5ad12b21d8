/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Special-use names that a resolver answers itself (RFC 6303, RFC 6761 and others): a row a zone.
 * Const table.
 * Never holds what an operator wrote.
 */
#ifndef RESOLVER_LOCAL_SPECIAL_H
#define RESOLVER_LOCAL_SPECIAL_H

#include "dns/name.h"

enum special_answer {
	SPECIAL_EMPTY,     /* nothing but the apex: names below are denied, the apex has no data */
	SPECIAL_NODATA,    /* no name has data, none is denied: RFC 9462 6.4 */
	SPECIAL_NXDOMAIN,  /* the apex is denied, too */
	SPECIAL_LOCALHOST, /* the name and all below are the loopback addresses: RFC 6761 6.3 */
	SPECIAL_LOOPBACK,  /* PTR of the loopback addresses */
	SPECIAL_IPV4ONLY,  /* RFC 8880; where there is DNS64 only */
	SPECIAL_IPV4ONLY_PTR
};

struct special {
	struct name zone;
	enum special_answer answer;
};

/* The deepest row at or above the name. NULL: none. */
const struct special *special_find(struct name name);
/* Is a row's zone below the name? */
bool special_is_below(struct name name);
/* The rows in turn, for lists and tests. NULL: no more. */
const struct special *special_at(size_t index);

#endif

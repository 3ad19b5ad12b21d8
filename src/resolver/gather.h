/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reply's records gathered into RRsets: names written out, duplicates gone, canonical order, signatures beside
 * what they cover.
 * Everything is made in the caller's arena.
 * Never takes a malformed reply in part, nor more than LIMIT_RECORDS records.
 */
#ifndef RESOLVER_GATHER_H
#define RESOLVER_GATHER_H

#include "base/arena.h"
#include "dns/message/message.h"
#include "dns/rrset.h"

#define GATHER_SETS_MAX 256

struct gathered {
	struct rrset_view sets[GATHER_SETS_MAX]; /* rrset NULL: only signatures came, without what they cover */
	enum section sections[GATHER_SETS_MAX];
	uint16_t types[GATHER_SETS_MAX];         /* of the set, or what the lone signatures cover */
	size_t count;
};

/* Records of class IN in the answer, authority and additional sections; OPT and TSIG left out. ERR_SYNTAX,
 * ERR_TRUNCATED, ERR_TRAILING, ERR_RANGE: malformed; ERR_LIMIT; -ENOMEM. */
int gather(const struct message *message, struct arena *arena, struct gathered *ret) MUST_USE;

/* The set of the section at owner; NULL: none. */
const struct rrset_view *gathered_find(const struct gathered *gathered, enum section section, struct name owner,
                                       uint16_t type);

#endif

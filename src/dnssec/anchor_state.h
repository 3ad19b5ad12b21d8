/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What RFC 5011 remembers of a trust point: for its steps (anchor_upkeep.c) and its text (anchor_state.c) only.
 * Owned by anchor_upkeep.
 * Never seen outside this room.
 */
#ifndef DNSSEC_ANCHOR_STATE_H
#define DNSSEC_ANCHOR_STATE_H

#include "dnssec/anchor_upkeep.h"

struct anchor_upkeep {
	struct name owner;
	struct name_buffer owner_buffer;
	struct rrset *configured[2]; /* DS, DNSKEY; NULL: none */
	struct anchor_key keys[ANCHOR_KEYS_MAX]; /* rdata malloc'ed */
	size_t count;
	uint64_t next_s;
	uint32_t ttl_s, signature_s; /* of the RRset that was good last: what the waits are made of */
};

/* Copies rdata, without the REVOKE bit. NULL: no room, no memory. */
struct anchor_key *anchor_key_add(struct anchor_upkeep *upkeep, enum anchor_state state, struct span rdata);
void anchor_key_drop(struct anchor_upkeep *upkeep, size_t index);

#endif

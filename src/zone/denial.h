/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NSEC3 hashes and owners, as both the making of a zone and its answers need them.
 * Stateless.
 * Never seen outside this room.
 */
#ifndef ZONE_DENIAL_H
#define ZONE_DENIAL_H

#include "zone/search.h"
#include "zone/store.h"

#define NSEC3_LABEL_SIZE 32 /* base32hex of 20 octets, RFC 5155 3 */

struct nsec3_params {
	uint16_t iterations;
	struct span salt;
};

void nsec3_hash(const struct nsec3_params *params, struct name name, uint8_t ret_hash[ZONE_NSEC3_HASH_SIZE]);
/* The hash that a node's first label is. false: it is none. */
bool nsec3_owner_hash(const struct zone_node *node, uint8_t ret_hash[ZONE_NSEC3_HASH_SIZE]);
uint64_t nsec3_key(const uint8_t hash[ZONE_NSEC3_HASH_SIZE]);

#endif

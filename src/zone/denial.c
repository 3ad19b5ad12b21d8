/* SPDX-License-Identifier: BSD-2-Clause */
/* Denial of existence while answering: which NSEC or NSEC3 record says that a name is not there. */
#include "zone/denial.h"

#include "base/encoding.h"
#include "crypto/digest.h"
#include "dns/name_case.h"

#include <endian.h>

_Static_assert(ZONE_NSEC3_HASH_SIZE == DIGEST_SHA1_SIZE, "NSEC3 hashes are SHA-1");

enum zone_denial zone_denial(const struct zone *zone)
{
	return zone->denial;
}

static int compare_names(const struct zone_node *node, const void *wanted)
{
	return name_compare(node_name(node), *(const struct name *)wanted);
}

const struct zone_node *zone_nsec_covering(const struct zone *zone, struct name name)
{
	if (zone->denial != ZONE_DENIAL_NSEC)
		return NULL;
	uint64_t key[2];
	name_sort_key(name, zone->apex.size, 0, key);
	size_t count = index_count_up_to(&zone->chain, key[0], &name, compare_names);
	return count > 0 ? index_at(&zone->chain, count - 1) : NULL;
}

/* RFC 5155 5: IH(salt, x, 0) = H(x || salt); IH(salt, x, k) = H(IH(salt, x, k-1) || salt). */
void nsec3_hash(const struct nsec3_params *params, struct name name, uint8_t ret_hash[ZONE_NSEC3_HASH_SIZE])
{
	uint8_t input[NAME_MAX + 1 + NSEC3_SALT_MAX];
	for (unsigned i = 0; i < name.size; i++)
		input[i] = octet_lower(name.wire[i]);
	memcpy(input + name.size, params->salt.data, params->salt.size);
	digest_sha1(span_of(input, name.size + params->salt.size), ret_hash);
	memcpy(input + ZONE_NSEC3_HASH_SIZE, params->salt.data, params->salt.size);
	for (unsigned i = 0; i < params->iterations; i++) {
		memcpy(input, ret_hash, ZONE_NSEC3_HASH_SIZE);
		digest_sha1(span_of(input, ZONE_NSEC3_HASH_SIZE + params->salt.size), ret_hash);
	}
}

void zone_nsec3_hash(const struct zone *zone, struct name name, uint8_t ret_hash[ZONE_NSEC3_HASH_SIZE])
{
	struct nsec3_params params = {.iterations = zone->nsec3_iterations,
	                              .salt = span_of(zone->nsec3_salt, zone->nsec3_salt_size)};
	nsec3_hash(&params, name, ret_hash);
}

bool nsec3_owner_hash(const struct zone_node *node, uint8_t ret_hash[ZONE_NSEC3_HASH_SIZE])
{
	struct writer out = writer_of(ret_hash, ZONE_NSEC3_HASH_SIZE);
	if (node->name[0] != NSEC3_LABEL_SIZE || base32hex_decode(span_of(node->name + 1, NSEC3_LABEL_SIZE), &out) != 0)
		return false;
	return out.size == ZONE_NSEC3_HASH_SIZE;
}

uint64_t nsec3_key(const uint8_t hash[ZONE_NSEC3_HASH_SIZE])
{
	uint64_t key;
	memcpy(&key, hash, sizeof(key));
	return be64toh(key);
}

static int compare_hashes(const struct zone_node *node, const void *wanted)
{
	uint8_t hash[ZONE_NSEC3_HASH_SIZE] = {0};
	nsec3_owner_hash(node, hash);
	return memcmp(hash, wanted, ZONE_NSEC3_HASH_SIZE);
}

const struct zone_node *zone_nsec3_find(const struct zone *zone, const uint8_t hash[ZONE_NSEC3_HASH_SIZE],
                                        bool *ret_is_match)
{
	*ret_is_match = false;
	if (zone->denial != ZONE_DENIAL_NSEC3)
		return NULL;
	uint64_t key = nsec3_key(hash);
	size_t count = index_count_up_to(&zone->chain, key, hash, compare_hashes);
	if (count == 0) /* before the first: the last covers it, the chain is a ring */
		return index_at(&zone->chain, zone->chain.count - 1);
	const struct zone_node *node = index_at(&zone->chain, count - 1);
	*ret_is_match = index_key_at(&zone->chain, count - 1) == key && compare_hashes(node, hash) == 0;
	return node;
}

const struct zone_node *zone_node_nsec3(const struct zone *zone, const struct zone_node *node)
{
	return zone->denial == ZONE_DENIAL_NSEC3 && !(node->flags & NODE_NSEC3) ? *node_link(node) : NULL;
}

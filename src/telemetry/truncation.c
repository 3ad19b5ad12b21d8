/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/truncation.h"

#include "base/random.h"
#include "dns/name.h"

#include <stdatomic.h>
#include <stdlib.h>

#define SLOTS 1024 /* a power of two; of 8 octets */

struct truncations {
	uint8_t key[SIPHASH_KEY_SIZE];
	_Atomic uint64_t slots[SLOTS]; /* half of the question's hash, then the second; 0: free */
};

struct truncations *truncations_new(void)
{
	struct truncations *truncations = calloc(1, sizeof(*truncations));
	if (truncations != NULL)
		random_bytes(truncations->key, sizeof(truncations->key));
	return truncations;
}

void truncations_free(struct truncations *truncations)
{
	free(truncations);
}

/* Who asks and what; the case of the name may be another one each time. */
static uint64_t question_hash(const struct truncations *truncations, const struct query_event *event)
{
	uint8_t octets[NAME_MAX + 18];
	struct name_buffer lower;
	struct name name = name_lower(name_of(event->qname), &lower);
	memcpy(octets, name.wire, name.size);
	memcpy(octets + name.size, event->client.addr.bytes, 16);
	store_u16(octets + name.size + 16, event->qtype);
	return siphash(truncations->key, octets, name.size + 18u);
}

bool truncation_is_followed(struct truncations *truncations, const struct query_event *event)
{
	bool is_tcp = event->transport == TRANSPORT_TCP;
	if (event->qname == NULL || (!is_tcp && !event->is_tc))
		return false;
	uint64_t hash = question_hash(truncations, event);
	_Atomic uint64_t *slot = &truncations->slots[hash % SLOTS];
	uint32_t now_s = (uint32_t)(event->wall_us / 1000000);
	if (!is_tcp) {
		atomic_store_explicit(slot, (hash & ~(uint64_t)UINT32_MAX) | now_s, memory_order_relaxed);
		return false;
	}
	uint64_t kept = atomic_load_explicit(slot, memory_order_relaxed);
	if (kept >> 32 != hash >> 32 || now_s - (uint32_t)kept > TRUNCATION_FOLLOWED_S)
		return false;
	return atomic_compare_exchange_strong_explicit(slot, &kept, 0, memory_order_relaxed, memory_order_relaxed);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Aggressive use of validated denials (RFC 8198): spans of NSEC and NSEC3 chains, by zone, in order.
 * Owned: denial_store_new/denial_store_free; shared by workers, inside a budget of octets.
 * Never judges: only records that validated go in; what comes out is what covers or matches a name.
 */
#ifndef CACHE_DENIAL_H
#define CACHE_DENIAL_H

#include "base/arena.h"
#include "dns/rrset.h"

struct denial_store;

struct denial_store *denial_store_new(size_t budget);
void denial_store_free(struct denial_store *store);

/* A validated NSEC or NSEC3 RRset (one record) with its signatures, of the zone. */
void denial_store_add(struct denial_store *store, struct name zone, const struct rrset_view *record, uint64_t now_us,
                      uint32_t ttl_s);
/* The zone's SOA with its signatures: negative answers need it. */
void denial_store_soa(struct denial_store *store, struct name zone, const struct rrset_view *soa, uint64_t now_us,
                      uint32_t ttl_s);
/*
 * The longest zone at or above name for which spans are kept; its SOA. Copies go to the arena, with what is left of
 * their TTL. False: none.
 */
bool denial_store_zone(struct denial_store *store, struct name name, uint64_t now_us, struct arena *arena,
                       struct rrset_view *ret_soa);
/* The NSEC at the name, or the one whose span covers it. False: not kept. */
bool denial_store_nsec(struct denial_store *store, struct name zone, struct name name, uint64_t now_us,
                       struct arena *arena, struct rrset_view *ret);
/* NSEC3 parameters of the zone's chain; false: none kept. Then the record that matches or covers a hash (20 octets). */
struct denial_nsec3 {
	uint16_t iterations;
	uint8_t salt_size;
	uint8_t salt[255];
};
bool denial_store_nsec3_chain(struct denial_store *store, struct name zone, struct denial_nsec3 *ret);
bool denial_store_nsec3(struct denial_store *store, struct name zone, const uint8_t hash[20], uint64_t now_us,
                        struct arena *arena, struct rrset_view *ret);
size_t denial_store_flush(struct denial_store *store, struct name name, bool is_tree);

#endif

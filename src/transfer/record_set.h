/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records found again by what they are: owner in any case, type, TTL, RDATA octet by octet.
 * Owned: record_set_new/record_set_free; the records are views that must outlive the set.
 * Never holds one record twice.
 */
#ifndef TRANSFER_RECORD_SET_H
#define TRANSFER_RECORD_SET_H

#include "zone/difference.h"

/* The same for equal records, on every machine and in every run. The sum over a zone's records tells one version's
 * data from another's; it is no protection against somebody who chooses records. */
uint64_t record_digest(const struct zone_record *record);
bool record_equal(const struct zone_record *a, const struct zone_record *b);
/* Octets of the record as a transfer without compression has them. */
static inline size_t record_size(const struct zone_record *record)
{
	return record->owner.size + RRSET_RECORD_HEADER + record->rdata.size;
}

struct record_entry {
	struct zone_record record;
	uint64_t digest;
	enum difference_side side; /* the two are the caller's */
	bool is_live;
};

struct record_set;
int record_set_new(size_t most, struct record_set **ret) MUST_USE; /* room for that many; -ENOMEM */
void record_set_free(struct record_set *set);                      /* NULL is fine */
/* The entry of the record, made when it is not there yet; *ret_is_new says so. The set must have room. */
struct record_entry *record_set_put(struct record_set *set, const struct zone_record *record, bool *ret_is_new);
/* NULL: it is not there. */
struct record_entry *record_set_find(const struct record_set *set, const struct zone_record *record);
/* In the order in which they were put. */
size_t record_set_count(const struct record_set *set);
struct record_entry *record_set_at(const struct record_set *set, size_t index);

#endif

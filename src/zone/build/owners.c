/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorting the owners of a builder: by 16 octets of the key, then ties by the next 16. */
#include "zone/build/build.h"

#include <errno.h>

#define AHEAD 16 /* owners fetched before they are needed */
#define BLOCK 12 /* entries that insertion sorts faster than merging */

static bool is_before(const struct owner_entry *a, const struct owner_entry *b)
{
	return a->key[0] < b->key[0] || (a->key[0] == b->key[0] && a->key[1] < b->key[1]);
}

static bool is_sorted(const struct owner_entry *entries, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (is_before(&entries[i], &entries[i - 1]))
			return false;
	}
	return true;
}

static void insertion_sort(struct owner_entry *entries, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct owner_entry entry = entries[i];
		size_t at = i;
		for (; at > 0 && is_before(&entry, &entries[at - 1]); at--)
			entries[at] = entries[at - 1];
		entries[at] = entry;
	}
}

/* Two sorted neighbours into one; equal ones stay in order. */
static void merge(const struct owner_entry *left, size_t left_count, const struct owner_entry *right,
                  size_t right_count, struct owner_entry *out)
{
	if (right_count == 0 || !is_before(right, left + left_count - 1)) {
		memcpy(out, left, (left_count + right_count) * sizeof(*out)); /* they are neighbours */
		return;
	}
	while (left_count > 0 && right_count > 0) {
		bool is_right = is_before(right, left);
		*out++ = is_right ? *right : *left;
		right += is_right;
		right_count -= is_right;
		left += !is_right;
		left_count -= !is_right;
	}
	memcpy(out, left, left_count * sizeof(*out));
	memcpy(out + left_count, right, right_count * sizeof(*out));
}

/*
 * Two octets of the key put a large group into buckets that fit the cache, which spares most of the merging.
 * Counts become starts, starts become ends as the entries move to spare in order. starts: BUCKETS of them.
 */
#define BUCKETS 65536
#define BUCKETS_WORTH 4096 /* entries from which it pays */

static void distribute(const struct owner_entry *entries, struct owner_entry *spare, size_t count, uint32_t *starts)
{
	memset(starts, 0, BUCKETS * sizeof(*starts));
	for (size_t i = 0; i < count; i++)
		starts[entries[i].key[0] >> 48]++;
	uint32_t total = 0;
	for (size_t i = 0; i < BUCKETS; i++) {
		uint32_t size = starts[i];
		starts[i] = total;
		total += size;
	}
	for (size_t i = 0; i < count; i++)
		spare[starts[entries[i].key[0] >> 48]++] = entries[i];
}

static void merge_sort(struct owner_entry *entries, struct owner_entry *spare, size_t count)
{
	if (is_sorted(entries, count))
		return;
	for (size_t at = 0; at < count; at += BLOCK)
		insertion_sort(entries + at, count - at < BLOCK ? count - at : BLOCK);
	struct owner_entry *from = entries;
	struct owner_entry *to = spare;
	for (size_t width = BLOCK; width < count; width *= 2) {
		for (size_t at = 0; at < count; at += 2 * width) {
			size_t left = count - at < width ? count - at : width;
			size_t right = count - at - left < width ? count - at - left : width;
			merge(from + at, left, from + at + left, right, to + at);
		}
		struct owner_entry *swap = from;
		from = to;
		to = swap;
	}
	if (from != entries)
		memcpy(entries, from, count * sizeof(*entries));
}

static void bucket_sort(struct owner_entry *entries, struct owner_entry *spare, size_t count, uint32_t *starts)
{
	if (is_sorted(entries, count))
		return;
	distribute(entries, spare, count, starts);
	memcpy(entries, spare, count * sizeof(*entries));
	size_t start = 0;
	for (size_t i = 0; i < BUCKETS && start < count; i++) {
		merge_sort(entries + start, spare, starts[i] - start);
		start = starts[i];
	}
}

/* Where groups are sorted. */
struct sorter {
	struct owner_entry *spare;
	uint32_t *starts; /* NULL: too few entries for buckets */
	size_t apex_size;
};

/* Keys of one group that were equal up to offset; names end with 0, so two zeros mean that all of them ended. */
static void sort_group(const struct sorter *sorter, struct owner_entry *entries, size_t count, size_t offset)
{
	for (size_t i = 0; i < count; i++) {
		if (offset > 0 && i + AHEAD < count)
			__builtin_prefetch(entries[i + AHEAD].owner);
		name_sort_key(raw_owner_name(entries[i].owner), sorter->apex_size, offset, entries[i].key);
	}
	if (count >= BUCKETS_WORTH)
		bucket_sort(entries, sorter->spare, count, sorter->starts);
	else
		merge_sort(entries, sorter->spare, count);
	for (size_t start = 0, end; start < count; start = end) {
		for (end = start + 1; end < count && !is_before(&entries[start], &entries[end]); end++)
			;
		if (end - start > 1 && (entries[start].key[1] & 0xffff) != 0)
			sort_group(sorter, entries + start, end - start, offset + 16);
	}
}

int owners_sort(const struct zone_builder *builder, struct arena *temporary, struct owner_entry **ret)
{
	size_t count = builder->owner_count;
	struct owner_entry *entries = arena_alloc(temporary, (count + 1) * sizeof(*entries), 8);
	struct sorter sorter = {.apex_size = builder->apex.size};
	sorter.spare = arena_alloc(temporary, (count + 1) * sizeof(*entries), 8);
	if (count >= BUCKETS_WORTH)
		sorter.starts = arena_alloc(temporary, BUCKETS * sizeof(*sorter.starts), 64);
	if (entries == NULL || sorter.spare == NULL || (count >= BUCKETS_WORTH && sorter.starts == NULL))
		return -ENOMEM;
	size_t at = 0;
	for (const struct raw_owner *owner = builder->first; owner != NULL; owner = owner->next)
		entries[at++].owner = owner;
	sort_group(&sorter, entries, count, 0);
	*ret = entries;
	return ERR_OK;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/index.h"

#include "dns/name_case.h"

#include <endian.h>
#include <errno.h>

int index_init(struct zone_index *index, struct arena *arena, const struct index_entry *entries, size_t count)
{
	size_t page_count = (count + INDEX_PAGE - 1) / INDEX_PAGE;
	index->count = count;
	index->first_keys = arena_alloc(arena, page_count * sizeof(uint64_t), 8);
	index->pages = arena_alloc(arena, page_count * sizeof(*index->pages), 8);
	if (index->first_keys == NULL || index->pages == NULL)
		return -ENOMEM;
	for (size_t at = 0; at < page_count; at++) {
		struct index_page *page = arena_alloc(arena, sizeof(*page), 64);
		if (page == NULL)
			return -ENOMEM;
		for (size_t i = 0; i < INDEX_PAGE; i++) {
			bool is_used = at * INDEX_PAGE + i < count;
			page->keys[i] = is_used ? entries[at * INDEX_PAGE + i].key : UINT64_MAX;
			page->nodes[i] = is_used ? entries[at * INDEX_PAGE + i].node : NULL;
		}
		index->first_keys[at] = page->keys[0];
		index->pages[at] = page;
	}
	return ERR_OK;
}

const struct zone_node *index_at(const struct zone_index *index, size_t position)
{
	return index->pages[position / INDEX_PAGE]->nodes[position % INDEX_PAGE];
}

uint64_t index_key_at(const struct zone_index *index, size_t position)
{
	return index->pages[position / INDEX_PAGE]->keys[position % INDEX_PAGE];
}

/* Keys below wanted, or with is_equal_too at most wanted, in keys[0..count). */
static size_t keys_below(const uint64_t *keys, size_t count, uint64_t wanted, bool is_equal_too)
{
	size_t low = 0;
	while (count > 0) {
		size_t half = count / 2;
		uint64_t key = keys[low + half];
		bool is_right = key < wanted || (is_equal_too && key == wanted);
		low = is_right ? low + half + 1 : low;
		count = is_right ? count - half - 1 : half;
	}
	return low;
}

static size_t index_below(const struct zone_index *index, uint64_t key, bool is_equal_too)
{
	size_t page_count = (index->count + INDEX_PAGE - 1) / INDEX_PAGE;
	size_t page = keys_below(index->first_keys, page_count, key, is_equal_too);
	if (page == 0)
		return 0;
	size_t start = (page - 1) * INDEX_PAGE;
	size_t filled = index->count - start < INDEX_PAGE ? index->count - start : INDEX_PAGE;
	return start + keys_below(index->pages[page - 1]->keys, filled, key, is_equal_too);
}

size_t index_count_up_to(const struct zone_index *index, uint64_t key, const void *wanted,
                         int (*compare)(const struct zone_node *node, const void *wanted))
{
	size_t high = index_below(index, key, true);
	if (high == 0 || index_key_at(index, high - 1) != key)
		return high;
	size_t low = index_below(index, key, false);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare(index_at(index, middle), wanted) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void name_sort_key(struct name name, size_t apex_size, size_t offset, uint64_t ret_key[2])
{
	uint8_t starts[NAME_LABELS_MAX];
	uint8_t key[2 * NAME_MAX + 16]; /* every octet may take two */
	unsigned depth = 0;
	for (size_t at = 0; at + apex_size < name.size; at += 1u + name.wire[at])
		starts[depth++] = (uint8_t)at;
	size_t size = 0;
	while (depth > 0 && size < offset + 16) {
		const uint8_t *label = name.wire + starts[--depth];
		for (unsigned i = 1; i <= label[0]; i++) {
			uint8_t octet = octet_lower(label[i]);
			if (octet <= 1) {
				key[size++] = 1;
				octet++;
			}
			key[size++] = octet;
		}
		key[size++] = 0;
	}
	memset(key + size, 0, 16);
	for (size_t i = 0; i < 2; i++) {
		uint64_t word = 0;
		if (offset + 8 * i < size)
			memcpy(&word, key + offset + 8 * i, 8);
		ret_key[i] = be64toh(word);
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/build/places.h"

#include "base/arena.h"

#include <errno.h>
#include <string.h>

/*
 * RRsets in the order they were laid down, so their addresses rise except where the zone's arena went on to
 * another mapping: a run is a stretch of rising addresses, and a place is found by halving inside each run that may
 * hold it. A zone has one run for some megabytes.
 */
struct run {
	struct run *next;
	size_t start; /* index of its first RRset */
	size_t end;
};

struct zone_places {
	struct arena *arena;
	const struct rrset **rrsets;
	uint32_t *firsts; /* of each RRset: index of its first record */
	uint32_t *lines;  /* of each record */
	uint16_t *file_of; /* of each record; NULL: there is one file */
	const char **files;
	size_t rrset_count;
	size_t record_count;
	struct run *runs; /* newest first */
	bool is_incomplete; /* no memory for a run */
};

static int files_copy(struct zone_places *places, char *const *files, size_t file_count)
{
	places->files = arena_alloc(places->arena, (file_count + 1) * sizeof(*places->files), 8);
	if (places->files == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < file_count; i++) {
		places->files[i] = arena_text(places->arena, files[i], strlen(files[i]));
		if (places->files[i] == NULL)
			return -ENOMEM;
	}
	return ERR_OK;
}

int places_new(size_t record_count, char *const *files, size_t file_count, struct zone_places **ret)
{
	struct arena *arena = arena_new(4096);
	if (arena == NULL)
		return -ENOMEM;
	struct zone_places *places = arena_alloc_zeroed(arena, sizeof(*places), 8);
	if (places == NULL)
		goto fail;
	places->arena = arena;
	/* Untouched memory costs nothing, so room for the most there can be is taken at once. */
	places->rrsets = arena_alloc(arena, (record_count + 1) * sizeof(*places->rrsets), 8);
	places->firsts = arena_alloc(arena, (record_count + 1) * sizeof(*places->firsts), 4);
	places->lines = arena_alloc(arena, (record_count + 1) * sizeof(*places->lines), 4);
	if (file_count > 1)
		places->file_of = arena_alloc(arena, (record_count + 1) * sizeof(*places->file_of), 2);
	if (places->rrsets == NULL || places->firsts == NULL || places->lines == NULL ||
	    (file_count > 1 && places->file_of == NULL) || files_copy(places, files, file_count) != ERR_OK)
		goto fail;
	*ret = places;
	return ERR_OK;
fail:
	arena_free(arena);
	return -ENOMEM;
}

void zone_places_free(struct zone_places *places)
{
	if (places != NULL)
		arena_free(places->arena);
}

void places_add_rrset(struct zone_places *places, const struct rrset *rrset)
{
	size_t at = places->rrset_count;
	if (at == 0 || places->rrsets[at - 1] > rrset) {
		struct run *run = arena_alloc(places->arena, sizeof(*run), 8);
		if (run == NULL) {
			places->is_incomplete = true;
			return;
		}
		*run = (struct run){.next = places->runs, .start = at};
		places->runs = run;
	}
	places->rrsets[at] = rrset;
	places->firsts[at] = (uint32_t)places->record_count;
	places->rrset_count++;
	places->runs->end = places->rrset_count;
}

void places_add_record(struct zone_places *places, uint16_t file, uint32_t line)
{
	places->lines[places->record_count] = line;
	if (places->file_of != NULL)
		places->file_of[places->record_count] = file;
	places->record_count++;
}

/* The index of the RRset, or SIZE_MAX. */
static size_t rrset_find(const struct zone_places *places, const struct rrset *rrset)
{
	for (const struct run *run = places->runs; run != NULL; run = run->next) {
		size_t low = run->start;
		size_t high = run->end;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			if (places->rrsets[middle] < rrset)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < run->end && places->rrsets[low] == rrset)
			return low;
	}
	return SIZE_MAX;
}

struct place zone_place(const struct zone_places *places, const struct rrset *rrset, size_t index)
{
	size_t at = rrset_find(places, rrset);
	if (at == SIZE_MAX || index >= rrset->count)
		return (struct place){0};
	size_t record = places->firsts[at] + index;
	uint16_t file = places->file_of != NULL ? places->file_of[record] : 0;
	if (places->lines[record] == 0)
		return (struct place){0};
	return (struct place){.file = places->files[file], .line = places->lines[record]};
}

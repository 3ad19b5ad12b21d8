/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/tally.h"

#include "base/random.h"

#include <stdlib.h>

struct tally {
	uint8_t hash_key[SIPHASH_KEY_SIZE];
	size_t count, most, slot_count;
	bool is_cut;
	uint32_t
		*slots; /* index of a row, from 1; 0: free. Twice as many as rows at least: a free one is always near */
	struct tally_row rows[];
};

struct tally *tally_new(uint64_t seed, size_t most)
{
	struct tally *tally = calloc(1, sizeof(*tally) + most * sizeof(tally->rows[0]));
	if (tally == NULL)
		return NULL;
	tally->most = most;
	tally->slot_count = 1;
	while (tally->slot_count < 2 * most)
		tally->slot_count *= 2;
	tally->slots = calloc(tally->slot_count, sizeof(tally->slots[0]));
	memcpy(tally->hash_key, &seed, sizeof(seed));
	if (tally->slots != NULL)
		return tally;
	free(tally);
	return NULL;
}

void tally_free(struct tally *tally)
{
	if (tally == NULL)
		return;
	free(tally->slots);
	free(tally);
}

/* The row of the key, made if there is room; NULL: there is none. */
static struct tally_row *row_of(struct tally *tally, struct span key)
{
	size_t slot = siphash(tally->hash_key, key.data, key.size) & (tally->slot_count - 1);
	while (tally->slots[slot] != 0) {
		struct tally_row *row = &tally->rows[tally->slots[slot] - 1];
		if (row->size == key.size && memcmp(row->octets, key.data, key.size) == 0)
			return row;
		slot = (slot + 1) & (tally->slot_count - 1);
	}
	if (tally->count == tally->most)
		return NULL;
	struct tally_row *row = &tally->rows[tally->count++];
	tally->slots[slot] = (uint32_t)tally->count;
	row->size = (uint8_t)key.size;
	memcpy(row->octets, key.data, key.size);
	return row;
}

void tally_count(struct tally *tally, struct span key, bool is_failed)
{
	struct tally_row *row = key.size <= TALLY_KEY_MAX ? row_of(tally, key) : NULL;
	if (row == NULL) {
		tally->is_cut = true;
		return;
	}
	row->asked++;
	row->failed += is_failed;
}

size_t tally_rows(const struct tally *tally)
{
	return tally->count;
}

const struct tally_row *tally_at(const struct tally *tally, size_t index)
{
	return &tally->rows[index];
}

bool tally_is_cut(const struct tally *tally)
{
	return tally->is_cut;
}

size_t tally_failing(const struct tally *tally)
{
	size_t failing = 0;
	for (size_t i = 0; i < tally->count; i++)
		failing += tally->rows[i].failed > 0;
	return failing;
}

const struct tally_row *tally_worst(const struct tally *tally)
{
	const struct tally_row *worst = NULL;
	for (size_t i = 0; i < tally->count; i++) {
		if (tally->rows[i].failed > (worst != NULL ? worst->failed : 0))
			worst = &tally->rows[i];
	}
	return worst;
}

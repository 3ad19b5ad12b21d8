/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers counted by a key of octets: how many, and how many of them failed.
 * Owned: tally_new/tally_free. Its memory is fixed; keys beyond are counted together, and is_cut says so.
 * Never forgets a key it has.
 */
#ifndef DOCTOR_TALLY_H
#define DOCTOR_TALLY_H

#include "base/span.h"

#include <stdbool.h>

#define TALLY_KEY_MAX 255

struct tally_row {
	uint64_t asked, failed;
	uint8_t size;
	uint8_t octets[TALLY_KEY_MAX];
};

struct tally;

/* seed: secret, as whoever asks chooses the keys. NULL: no memory. */
struct tally *tally_new(uint64_t seed, size_t most);
void tally_free(struct tally *tally);
void tally_count(struct tally *tally, struct span key, bool is_failed);
size_t tally_rows(const struct tally *tally);
const struct tally_row *tally_at(const struct tally *tally, size_t index);
size_t tally_failing(const struct tally *tally); /* keys of which something failed */
bool tally_is_cut(const struct tally *tally);
/* The key with the most failures; NULL: nothing failed. */
const struct tally_row *tally_worst(const struct tally *tally);

#endif

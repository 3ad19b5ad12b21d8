/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/suggest.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 64 /* longer words are not compared: nobody misspells a known one into that */

static unsigned smallest(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;
	return least < c ? least : c;
}

/* Edits (insert, delete, replace, swap two neighbours) that turn a into b; case does not count. */
static unsigned edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
	uint8_t rows[3][WORD_MAX + 1];
	for (size_t j = 0; j <= b_size; j++)
		rows[0][j] = (uint8_t)j;
	for (size_t i = 1; i <= a_size; i++) {
		uint8_t *now = rows[i % 3];
		const uint8_t *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
		now[0] = (uint8_t)i;
		for (size_t j = 1; j <= b_size; j++) {
			unsigned replaced = before[j - 1] + (strncasecmp(&a[i - 1], &b[j - 1], 1) != 0);
			now[j] = (uint8_t)smallest(before[j] + 1u, now[j - 1] + 1u, replaced);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    earlier[j - 2] + 1u < now[j])
				now[j] = (uint8_t)(earlier[j - 2] + 1u);
		}
	}
	return rows[a_size % 3][b_size];
}

void suggest_offer(struct suggestion *suggestion, const char *wrong, const char *known)
{
	size_t wrong_size = strlen(wrong), known_size = strlen(known);
	if (wrong_size > WORD_MAX || known_size > WORD_MAX || wrong_size == 0)
		return;
	unsigned distance = edit_distance(wrong, wrong_size, known, known_size);
	/* What begins alike is likely meant: "conf" for "config". */
	if (wrong_size >= 3 && strncasecmp(wrong, known, wrong_size) == 0)
		distance = 1;
	size_t longer = wrong_size > known_size ? wrong_size : known_size;
	if (distance * 3 > longer + 1)
		return;
	if (suggestion->word == NULL || distance < suggestion->distance)
		*suggestion = (struct suggestion){.word = known, .distance = distance};
}

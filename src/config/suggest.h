/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "Did you mean": the known word that is closest to a misspelt one.
 * Stateless; words are borrowed.
 * Never guesses wildly: a word more than a third wrong gets no suggestion.
 */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include <stddef.h>

struct suggestion {
	const char *word;  /* the closest so far; NULL: none close enough */
	unsigned distance; /* edits between the two */
};

/* Offers one more known word: keeps it when it is closer to wrong than what was found before. Start with {0}. */
void suggest_offer(struct suggestion *suggestion, const char *wrong, const char *known);

#endif

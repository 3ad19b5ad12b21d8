/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking a line apart from its front: literals, words, numbers, what stands before a mark.
 * Borrowed: every word is a view of the line.
 * Never reads past the end and never takes part of what it was asked for.
 */
#ifndef SIGNALS_WORDS_H
#define SIGNALS_WORDS_H

#include "base/span.h"

/* For literals: the size is known when compiling. */
#define WORD(text) span_of(text, sizeof(text) - 1)

static inline void word_skip(struct span *from, size_t size)
{
	from->data += size;
	from->size -= size;
}

static inline bool word_starts(struct span text, struct span with)
{
	return text.size >= with.size && memcmp(text.data, with.data, with.size) == 0;
}

static inline bool word_ends(struct span text, struct span with)
{
	return text.size >= with.size && memcmp(text.data + text.size - with.size, with.data, with.size) == 0;
}

static inline bool word_take(struct span *from, struct span literal)
{
	if (!word_starts(*from, literal))
		return false;
	word_skip(from, literal.size);
	return true;
}

static inline bool word_take_char(struct span *from, char c)
{
	if (from->size == 0 || from->data[0] != (uint8_t)c)
		return false;
	word_skip(from, 1);
	return true;
}

static inline void word_skip_blanks(struct span *from)
{
	while (from->size > 0 && (from->data[0] == ' ' || from->data[0] == '\t'))
		word_skip(from, 1);
}

/* What stands before the mark; both are taken. */
static inline bool word_take_until(struct span *from, char mark, struct span *ret)
{
	const uint8_t *at = from->size > 0 ? memchr(from->data, mark, from->size) : NULL;
	if (at == NULL)
		return false;
	*ret = span_of(from->data, (size_t)(at - from->data));
	word_skip(from, ret->size + 1);
	return true;
}

/* Up to a blank or the end, and the blanks behind it; false: nothing is left. */
static inline bool word_next(struct span *from, struct span *ret)
{
	size_t size = 0;
	while (size < from->size && from->data[size] != ' ' && from->data[size] != '\t')
		size++;
	if (size == 0)
		return false;
	*ret = span_of(from->data, size);
	word_skip(from, size);
	word_skip_blanks(from);
	return true;
}

static inline bool word_is(struct span word, struct span literal)
{
	return word.size == literal.size && memcmp(word.data, literal.data, literal.size) == 0;
}

static inline bool char_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Decimal digits at the front, at most `most`. */
static inline bool word_take_number(struct span *from, uint64_t most, uint64_t *ret)
{
	uint64_t value = 0;
	size_t size = 0;
	for (; size < from->size && char_is_digit(from->data[size]); size++) {
		uint64_t digit = (uint64_t)(from->data[size] - '0');
		if (digit > most || value > (most - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (size == 0)
		return false;
	word_skip(from, size);
	*ret = value;
	return true;
}

/* The whole word is a number. */
static inline bool word_number(struct span word, uint64_t most, uint64_t *ret)
{
	return word_take_number(&word, most, ret) && word.size == 0;
}

/* Where the text is found first; -1: nowhere. */
static inline long word_find(struct span in, struct span what)
{
	const uint8_t *at = in.size > 0 ? memmem(in.data, in.size, what.data, what.size) : NULL;
	return at != NULL ? at - in.data : -1;
}

/* Decimal seconds "0.002103" at the front, in microseconds; further digits are dropped. At most ten days. */
bool word_take_seconds(struct span *from, uint64_t *ret_us);

#endif

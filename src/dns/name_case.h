/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ASCII case in names (RFC 4343): lower-casing and comparing octets, eight at a time.
 * Stateless. For dns/name and for stores that keep names in their own layout.
 * Never touches an octet outside A-Z: names are octets, not text.
 */
#ifndef DNS_NAME_CASE_H
#define DNS_NAME_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint8_t octet_lower(uint8_t octet)
{
	return (uint8_t)(octet + ((uint8_t)(octet - 'A') < 26) * 32);
}

/* Each octet lower-cased, by arithmetic that never carries between octets. */
static inline uint64_t octets_lower(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t low7 = word & (ones * 0x7f);
	uint64_t from_a = low7 + ones * (0x80 - 'A');     /* high bit: at least 'A' */
	uint64_t above_z = low7 + ones * (0x80 - 'Z' - 1); /* high bit: above 'Z' */
	uint64_t is_upper = (from_a & ~above_z & ~word) & (ones * 0x80);
	return word | (is_upper >> 2);
}

static inline bool words_equal_any_case(const uint8_t *a, const uint8_t *b)
{
	uint64_t left, right;
	memcpy(&left, a, 8);
	memcpy(&right, b, 8);
	return left == right || octets_lower(left) == octets_lower(right);
}

static inline bool octets_equal_any_case(const uint8_t *a, const uint8_t *b, size_t size)
{
	if (size >= 8) {
		for (size_t at = 0; at + 8 < size; at += 8) {
			if (!words_equal_any_case(a + at, b + at))
				return false;
		}
		/* The last eight octets, some of them for the second time. */
		return words_equal_any_case(a + size - 8, b + size - 8);
	}
	for (size_t i = 0; i < size; i++) {
		if (octet_lower(a[i]) != octet_lower(b[i]))
			return false;
	}
	return true;
}

#endif

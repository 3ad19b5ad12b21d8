/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Octets written as hex with spaces, for messages in tests.
 * The caller's buffer. Never accepts anything but pairs of digits.
 */
#ifndef TESTS_UNIT_DNS_HEX_H
#define TESTS_UNIT_DNS_HEX_H

#include "base/span.h"

#include <stdlib.h>

static inline size_t octets_of_hex(const char *hex, uint8_t *ret, size_t capacity)
{
	size_t size = 0;
	for (; *hex != '\0'; hex++) {
		if (*hex == ' ')
			continue;
		char pair[3] = {hex[0], hex[1], '\0'}, *end;
		unsigned long octet = strtoul(pair, &end, 16);
		if (*end != '\0' || hex[1] == '\0' || size == capacity)
			abort();
		ret[size++] = (uint8_t)octet;
		hex++;
	}
	return size;
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is an algorithm, a key with its size in front, and a signature over a fixed text. Any of them may be junk; no
 * key made of junk may verify anything twice with two answers.
 */
#include "crypto/public_key.h"
#include "tests/fuzz/require.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size), octets;
	struct public_key *key = NULL;
	uint8_t algorithm;
	uint16_t key_size;
	if (!span_take_u8(&rest, &algorithm) || !span_take_u16(&rest, &key_size) || !span_take(&rest, key_size, &octets))
		return 0;
	int err = public_key_new(algorithm, octets, &key);
	REQUIRE((err == ERR_OK) == (key != NULL));
	REQUIRE(err != ERR_UNSUPPORTED || !public_key_is_supported(algorithm));
	if (key == NULL)
		return 0;
	int first = public_key_verify(key, span_text("signed"), rest);
	int second = public_key_verify(key, span_text("signed"), rest);
	REQUIRE(first == ERR_OK || first == ERR_MISMATCH || first == ERR_CRYPTO);
	REQUIRE(first == second);
	public_key_free(key);
	return 0;
}

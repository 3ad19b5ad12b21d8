/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/digest.h"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/dns/hex.h"

/* FIPS 180-4's examples: "abc" and two blocks of SHA-1 and SHA-256. */
static const struct {
	enum digest digest;
	const char *text, *wanted;
} rows[] = {
	{DIGEST_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
	{DIGEST_SHA1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
	{DIGEST_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{DIGEST_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	{DIGEST_SHA384, "abc",
		 "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
	{DIGEST_SHA512, "abc",
		 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
		 "454d4423643ce80e2a9ac94fa54ca49f"},
};

static void test_known(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t wanted[DIGEST_SIZE_MAX], got[DIGEST_SIZE_MAX];
		size_t size = octets_of_hex(rows[i].wanted, wanted, sizeof(wanted));
		struct span whole = span_text(rows[i].text);
		assert_int_equal(digest_size(rows[i].digest), size);
		assert_int_equal(digest_compute(rows[i].digest, &whole, 1, got), ERR_OK);
		assert_memory_equal(got, wanted, size);
		/* In parts, one of them empty: the same. */
		const struct span parts[] = {span_of(whole.data, 2), span_of(NULL, 0),
		                             span_of(whole.data + 2, whole.size - 2)};
		assert_int_equal(digest_compute(rows[i].digest, parts, 3, got), ERR_OK);
		assert_memory_equal(got, wanted, size);
		if (rows[i].digest == DIGEST_SHA1) {
			digest_sha1(whole, got);
			assert_memory_equal(got, wanted, size);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_known)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

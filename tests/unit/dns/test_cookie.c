/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/cookie.h"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/dns/hex.h"

/* RFC 9018 appendix A: what a server with that secret gives that client at that time. */
static const struct vector {
	const char *client;
	const char *secret;
	uint32_t now_s;
	const char *cookie;
} vectors[] = {
	{"198.51.100.100", "e5e973e5a6b2a43f48e7dc849e37bfcf", 1559731985,
         "2464c4abcf10c957010000005cf79f111f8130c3eee29480"},
	{"2001:db8:220:1:59de:d0f4:8769:82b8", "445536bcd2513298075a5d379663c962", 1559741961,
         "22681ab97d52c298010000005cf7c609a6bb79d16625507a"},
};

static void vectors_of_the_rfc(void **state)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		uint8_t secret[COOKIE_SECRET_SIZE], other[COOKIE_SECRET_SIZE] = {0}, wanted[COOKIE_SIZE], made[COOKIE_SIZE];
		octets_of_hex(vectors[i].secret, secret, sizeof(secret));
		octets_of_hex(vectors[i].cookie, wanted, sizeof(wanted));
		struct cookie_secrets secrets = {secret, secret};
		struct ip_addr client;
		assert_int_equal(ip_addr_from_text(vectors[i].client, &client), ERR_OK);
		cookie_make(wanted, &client, vectors[i].now_s, secrets, made);
		assert_memory_equal(made, wanted, COOKIE_SIZE);
		struct span cookie = span_of(made, sizeof(made));
		static const struct {
			int32_t after_s;
			enum cookie_state state;
		} rows[] = {{0, COOKIE_GOOD}, {-300, COOKIE_GOOD}, {-301, COOKIE_BAD}, {1800, COOKIE_GOOD},
		            {1801, COOKIE_OLD}, {3600, COOKIE_OLD}, {3601, COOKIE_BAD}};
		for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++)
			assert_int_equal(cookie_check(cookie, &client, vectors[i].now_s + (uint64_t)rows[j].after_s, secrets),
			                 rows[j].state);
		uint64_t now = vectors[i].now_s;
		assert_int_equal(cookie_check(cookie, &client, now, (struct cookie_secrets){other, secret}), COOKIE_OLD);
		assert_int_equal(cookie_check(cookie, &client, now, (struct cookie_secrets){other, other}), COOKIE_BAD);
		client.bytes[3] ^= 1;
		assert_int_equal(cookie_check(cookie, &client, now, secrets), COOKIE_BAD);
	}
}

/* RFC 9018 appendix A.3: the reserved octets are not zero, and the cookie is good all the same. */
static void reserved_octets_are_not_judged(void **state)
{
	uint8_t secret[COOKIE_SECRET_SIZE], cookie[COOKIE_SIZE];
	octets_of_hex("e5e973e5a6b2a43f48e7dc849e37bfcf", secret, sizeof(secret));
	octets_of_hex("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5", cookie, sizeof(cookie));
	struct cookie_secrets secrets = {secret, secret};
	struct ip_addr client;
	assert_int_equal(ip_addr_from_text("203.0.113.203", &client), ERR_OK);
	assert_int_equal(cookie_check(span_of(cookie, COOKIE_SIZE), &client, 1559727985, secrets), COOKIE_GOOD);
	cookie[9] = 0;
	assert_int_equal(cookie_check(span_of(cookie, COOKIE_SIZE), &client, 1559727985, secrets), COOKIE_BAD);
	cookie[9] = 0xab;
	cookie[8] = 2;
	assert_int_equal(cookie_check(span_of(cookie, COOKIE_SIZE), &client, 1559727985, secrets), COOKIE_BAD);
	assert_int_equal(cookie_check(span_of(cookie, 16), &client, 1559727985, secrets), COOKIE_BAD);
	assert_int_equal(cookie_check(span_of(cookie, 8), &client, 1559727985, secrets), COOKIE_CLIENT_ONLY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_the_rfc),
		cmocka_unit_test(reserved_octets_are_not_judged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

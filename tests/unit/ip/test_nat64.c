/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/nat64.h"

#include "tests/unit/cmocka_all.h"

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;
	assert_int_equal(ip_addr_from_text(text, &addr), ERR_OK);
	return addr;
}

static struct ip_prefix prefix_of(const char *text)
{
	struct ip_prefix prefix;
	assert_int_equal(ip_prefix_from_text(text, &prefix), ERR_OK);
	return prefix;
}

/* RFC 6052 2.4, table 1 and 2. */
static void examples_of_the_rfc(void **state)
{
	static const char *const rows[][2] = {
		{"2001:db8::/32", "2001:db8:c000:221::"},
		{"2001:db8:100::/40", "2001:db8:1c0:2:21::"},
		{"2001:db8:122::/48", "2001:db8:122:c000:2:2100::"},
		{"2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"},
		{"2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100:0"},
		{"2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33"},
		{"64:ff9b::/96", "64:ff9b::192.0.2.33"},
	};
	struct ip_addr v4 = addr_of("192.0.2.33");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_prefix prefix = prefix_of(rows[i][0]);
		struct ip_addr want = addr_of(rows[i][1]), made, back;
		assert_true(nat64_is_prefix(&prefix));
		assert_int_equal(nat64_embed(&prefix, &v4, &made), ERR_OK);
		assert_true(ip_addr_equal(&made, &want));
		assert_int_equal(nat64_extract(&prefix, &made, &back), ERR_OK);
		assert_true(ip_addr_equal(&back, &v4));
	}
}

static void refusals(void **state)
{
	static const char *const lengths[] = {"2001:db8::/33", "2001:db8::/95", "2001:db8::/128", "::/0", "192.0.2.0/24",
	                                      "2001:db8:0:0:100::/96"};
	struct ip_addr v4 = addr_of("192.0.2.33"), v6 = addr_of("2001:db8::1"), made;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct ip_prefix prefix = prefix_of(lengths[i]);
		assert_false(nat64_is_prefix(&prefix));
		assert_int_equal(nat64_embed(&prefix, &v4, &made), ERR_RANGE);
		assert_int_equal(nat64_extract(&prefix, &v6, &made), ERR_MISMATCH);
	}
	struct ip_prefix prefix = prefix_of("2001:db8:122:344::/64");
	assert_int_equal(nat64_embed(&prefix, &v6, &made), ERR_RANGE);
	struct ip_addr with_u = addr_of("2001:db8:122:344:1c0:2:2100:0"), outside = addr_of("2001:db8:122:345::");
	assert_int_equal(nat64_extract(&prefix, &with_u, &made), ERR_MISMATCH);
	assert_int_equal(nat64_extract(&prefix, &outside, &made), ERR_MISMATCH);
	assert_int_equal(nat64_extract(&prefix, &v4, &made), ERR_MISMATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_the_rfc),
		cmocka_unit_test(refusals),
	};
	return cmocka_run_group_tests_name("ip/nat64", tests, NULL, NULL);
}

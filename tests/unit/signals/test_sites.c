/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of sites: the longest prefix counts, names are of many prefixes, and what is wrong is told with its place. */
#include "signals/sites.h"

#include "base/text.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>

static struct sites *sites_of(const char *text)
{
	struct sites *sites = NULL;
	struct sites_fault fault = {0};
	int err = sites_parse(span_text(text), &sites, &fault);
	if (err != ERR_OK)
		fail_msg("line %u, column %u: %s", fault.line, fault.column, fault.message);
	return sites;
}

static const char *find(const struct sites *sites, const char *text)
{
	struct ip_addr addr;
	assert_int_equal(ip_addr_from_text(text, &addr), ERR_OK);
	const char *name = sites_find(sites, &addr);
	return name != NULL ? name : "-";
}

static void test_longest(void **state)
{
	(void)state;
	struct sites *sites = sites_of("# offices\n"
				       "2001:db8::/32      Head office \t\n"
				       "\r\n"
				       "2001:db8:20::/48   Paris   # from the left bank\r\n"
				       "2001:db8:20:7::/64 Paris, laboratory\n"
				       "192.0.2.0/24 Paris\n"
				       "2001:db8:30::/48 Lyon\n"
				       "0.0.0.0/0 elsewhere\n"
				       "203.0.113.5 printer");
	assert_int_equal(sites_count(sites), 7);
	assert_string_equal(find(sites, "2001:db8:20:7::9"), "Paris, laboratory");
	assert_string_equal(find(sites, "2001:db8:20:8::9"), "Paris");
	assert_string_equal(find(sites, "2001:db8:20:6:ffff::9"), "Paris");
	assert_string_equal(find(sites, "2001:db8:21::9"), "Head office");
	assert_string_equal(find(sites, "2001:db8:30::"), "Lyon");
	assert_string_equal(find(sites, "2001:db8:ffff::"), "Head office");
	assert_string_equal(find(sites, "2001:db9::"), "-");
	assert_string_equal(find(sites, "::"), "-");
	assert_string_equal(find(sites, "192.0.2.255"), "Paris");
	assert_string_equal(find(sites, "192.0.3.0"), "elsewhere");
	assert_string_equal(find(sites, "203.0.113.5"), "printer");
	assert_string_equal(find(sites, "203.0.113.6"), "elsewhere");
	sites_free(sites);
	sites = sites_of("");
	assert_string_equal(find(sites, "2001:db8::1"), "-");
	sites_free(sites);
}

/* Every address against a search through all prefixes. */
static void test_against_search(void **state)
{
	(void)state;
	struct text text = {0};
	struct ip_prefix prefixes[200];
	uint64_t random = 1;
	for (unsigned i = 0; i < 200; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		struct ip_addr addr = {
			.family = FAMILY_IPV4,
			.bytes = {10, (uint8_t)(random >> 40 & 3), (uint8_t)(random >> 48 & 15), (uint8_t)i}};
		prefixes[i] = ip_prefix_of(&addr, (uint8_t)(8 + (random >> 33) % 25));
		bool is_again = false;
		for (unsigned j = 0; j < i; j++)
			is_again = is_again || ip_prefix_equal(&prefixes[i], &prefixes[j]);
		char prefix[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&prefixes[i], prefix);
		text_addf(&text, "%s%s %u\n", is_again ? "#" : "", prefix, prefixes[i].length);
	}
	struct sites *sites = sites_of(text.data);
	for (unsigned i = 0; i < 65536; i++) {
		struct ip_addr addr = {.family = FAMILY_IPV4,
				       .bytes = {10, (uint8_t)(i >> 14), (uint8_t)(i >> 8 & 31), (uint8_t)i}};
		char want[8] = "-";
		unsigned longest = 0;
		for (unsigned j = 0; j < 200; j++) {
			if (prefixes[j].length > longest && ip_prefix_contains(&prefixes[j], &addr))
				longest = prefixes[j].length;
		}
		if (longest > 0)
			snprintf(want, sizeof(want), "%u", longest);
		const char *name = sites_find(sites, &addr);
		assert_string_equal(name != NULL ? name : "-", want);
	}
	sites_free(sites);
	text_free(&text);
}

static void test_faults(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned line, column;
		const char *says;
	} rows[] = {
		{"2001:db8::/32", 1, 14, "behind the prefix"},
		{"\n  office 2001:db8::/32\n", 2, 3, "no prefix"},
		{"2001:db8::1/32 a\n", 1, 1, "behind the length"},
		{"10.0.0.0/8 a\n10.0.0.0/8 b\n", 2, 1, "line 1 has the same"},
		{"10.0.0.0/33 a\n", 1, 1, "no prefix"},
		{"10.0.0.0/8 \xc3\xa9t\xc3\xa9\n", 1, 12, "printable"},
		{"10.0.0.0/8 a name that is longer than what is shown of it\n", 1, 12, "1 to 31"},
		{"\001\n", 1, 1, "no prefix"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sites *sites = NULL;
		struct sites_fault fault = {0};
		assert_int_equal(sites_parse(span_text(rows[i].text), &sites, &fault), ERR_SYNTAX);
		assert_null(sites);
		if (fault.line != rows[i].line || fault.column != rows[i].column ||
		    strstr(fault.message, rows[i].says) == NULL)
			fail_msg("row %zu: line %u, column %u: %s", i, fault.line, fault.column, fault.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_longest), cmocka_unit_test(test_against_search),
					   cmocka_unit_test(test_faults)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns64/dns64.h"

#include "dns64/pref64.h"
#include "tests/unit/dns64/addresses.h"

#include <stdio.h>
#include <stdlib.h>

#define TEXTS(...)                                                                                                     \
	(const char *const[])                                                                                          \
	{                                                                                                              \
		__VA_ARGS__, NULL                                                                                      \
	}
#define SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define NOW 1000000

static struct arena *arena;

static int set_up(void **state)
{
	arena = arena_new(65536);
	return arena == NULL;
}

static int tear_down(void **state)
{
	arena_free(arena);
	return 0;
}

static void synthesises(const struct dns64 *dns64, const char *const *a, const char *const *want)
{
	struct rrset *made = NULL;
	struct ip_prefix first;
	struct rrset *from = rrset_of(300, a);
	assert_int_equal(dns64_synthesize(dns64, from, 600, NOW, arena, &made, &first), ERR_OK);
	assert_aaaa(made, 300, want);
	free(from);
}

static void synthesises_nothing(const struct dns64 *dns64, const char *const *a)
{
	struct rrset *made = NULL;
	struct ip_prefix first;
	struct rrset *from = rrset_of(300, a);
	assert_int_equal(dns64_synthesize(dns64, from, 600, NOW, arena, &made, &first), ERR_NOT_FOUND);
	assert_null(made);
	free(from);
}

/* Made with Python's ipaddress, octet by octet after the figure in RFC 6052 2.2. */
static const struct {
	const char *prefix, *a, *aaaa;
} vectors[] = {
	{"2001:db8::/32", "1.2.3.4", "2001:db8:102:304::"},
	{"2001:db8::/32", "8.8.255.254", "2001:db8:808:fffe::"},
	{"2001:db8::/32", "223.255.0.129", "2001:db8:dfff:81::"},
	{"2001:db8:4600::/40", "1.2.3.4", "2001:db8:4601:203:4::"},
	{"2001:db8:4600::/40", "8.8.255.254", "2001:db8:4608:8ff:fe::"},
	{"2001:db8:4600::/40", "223.255.0.129", "2001:db8:46df:ff00:81::"},
	{"2001:db8:4666::/48", "1.2.3.4", "2001:db8:4666:102:3:400::"},
	{"2001:db8:4666::/48", "8.8.255.254", "2001:db8:4666:808:ff:fe00::"},
	{"2001:db8:4666::/48", "223.255.0.129", "2001:db8:4666:dfff:0:8100::"},
	{"2001:db8:4666:aa00::/56", "1.2.3.4", "2001:db8:4666:aa01:2:304::"},
	{"2001:db8:4666:aa00::/56", "8.8.255.254", "2001:db8:4666:aa08:8:fffe::"},
	{"2001:db8:4666:aa00::/56", "223.255.0.129", "2001:db8:4666:aadf:ff:81::"},
	{"2001:db8:4666:aa55::/64", "1.2.3.4", "2001:db8:4666:aa55:1:203:400:0"},
	{"2001:db8:4666:aa55::/64", "8.8.255.254", "2001:db8:4666:aa55:8:8ff:fe00:0"},
	{"2001:db8:4666:aa55::/64", "223.255.0.129", "2001:db8:4666:aa55:df:ff00:8100:0"},
	{"2001:db8:4666:aa55:0:77::/96", "1.2.3.4", "2001:db8:4666:aa55:0:77:102:304"},
	{"2001:db8:4666:aa55:0:77::/96", "8.8.255.254", "2001:db8:4666:aa55:0:77:808:fffe"},
	{"2001:db8:4666:aa55:0:77::/96", "223.255.0.129", "2001:db8:4666:aa55:0:77:dfff:81"},
	{"2001:db8:4666:aa55:7788::/96", "1.2.3.4", "2001:db8:4666:aa55:7788:0:102:304"},
};

static void all_prefix_lengths(void **state)
{
	for (size_t i = 0; i < SIZE(vectors); i++) {
		struct dns64_rule rule = {.prefix = prefix_of(vectors[i].prefix), .range = prefix_of("0.0.0.0/0")};
		struct dns64 dns64 = {.rules = &rule, .rule_count = 1};
		struct ip_addr aaaa = addr_of(vectors[i].aaaa), a = addr_of(vectors[i].a), back;
		synthesises(&dns64, TEXTS(vectors[i].a), TEXTS(vectors[i].aaaa));
		assert_true(dns64_is_synthetic(&dns64, &aaaa, NOW, &back));
		assert_true(ip_addr_equal(&a, &back));

		struct name_buffer ptr_buffer, want_buffer, buffer;
		struct name ptr = reverse_from_addr(&aaaa, &ptr_buffer), want = reverse_from_addr(&a, &want_buffer),
			    got;
		assert_int_equal(dns64_reverse(&dns64, ptr, NOW, &buffer, &got), ERR_OK);
		assert_true(name_equal(want, got));
		if (rule.prefix.length == 96)
			continue;
		/* The u octet set: not an address that was made here (RFC 6052 2.2). */
		aaaa.bytes[8] = 1;
		assert_false(dns64_is_synthetic(&dns64, &aaaa, NOW, &back));
		assert_int_equal(dns64_reverse(&dns64, reverse_from_addr(&aaaa, &ptr_buffer), NOW, &buffer, &got),
		                 ERR_NOT_FOUND);
	}
}

static void longest_range_counts(void **state)
{
	struct dns64_rule rules[] = {
		{prefix_of("2001:db8:a::/96"), prefix_of("0.0.0.0/0")},
		{prefix_of("2001:db8:b::/96"), prefix_of("10.0.0.0/8")},
		{prefix_of("2001:db8:c::/96"), prefix_of("10.1.0.0/16")},
		{prefix_of("2001:db8:1::/96"), prefix_of("10.1.0.0/16")},
		{prefix_of("2001:db8:c::/96"), prefix_of("10.1.0.0/16")}, /* the same twice makes one record */
	};
	struct dns64 dns64 = {.rules = rules, .rule_count = SIZE(rules)};
	synthesises(&dns64, TEXTS("9.9.9.9"), TEXTS("2001:db8:a::9.9.9.9"));
	synthesises(&dns64, TEXTS("10.2.0.1"), TEXTS("2001:db8:b::10.2.0.1"));
	synthesises(&dns64, TEXTS("10.1.0.1"), TEXTS("2001:db8:1::10.1.0.1", "2001:db8:c::10.1.0.1"));
	/* Canonical order, whatever the order of rules and addresses. */
	synthesises(
		&dns64, TEXTS("9.9.9.9", "10.1.0.1", "10.2.0.1"),
		TEXTS("2001:db8:1::10.1.0.1", "2001:db8:a::9.9.9.9", "2001:db8:b::10.2.0.1", "2001:db8:c::10.1.0.1"));
	/* A name far from the default rule only: nothing for others. */
	struct dns64 narrow = {.rules = rules + 1, .rule_count = 1};
	synthesises(&narrow, TEXTS("9.9.9.9", "10.0.0.1"), TEXTS("2001:db8:b::10.0.0.1"));
	synthesises_nothing(&narrow, TEXTS("9.9.9.9"));
}

static void excluded_ranges(void **state)
{
	struct dns64_rule rule = {prefix_of("2001:db8:64::/96"), prefix_of("0.0.0.0/0")};
	struct ip_prefix exclude[] = {prefix_of("10.0.0.0/8"), prefix_of("192.0.2.0/25")};
	struct dns64 dns64 = {.rules = &rule, .rule_count = 1, .exclude_a = exclude, .exclude_a_count = SIZE(exclude)};
	synthesises_nothing(&dns64, TEXTS("10.255.255.255", "192.0.2.127"));
	synthesises(&dns64, TEXTS("10.0.0.1", "192.0.2.128"), TEXTS("2001:db8:64::192.0.2.128"));
	/* A prefix of the network's own may stand for its private addresses. */
	synthesises(&dns64, TEXTS("172.16.0.1"), TEXTS("2001:db8:64::172.16.0.1"));
}

static void well_known_prefix_is_for_global_addresses(void **state)
{
	static const char *const others[] = {"0.0.0.1",      "10.0.0.1",       "100.64.0.1",  "127.0.0.1",
	                                     "169.254.1.1",  "172.31.255.255", "192.0.0.1",   "192.0.0.8",
	                                     "192.0.2.1",    "192.88.99.1",    "192.168.0.1", "198.19.0.1",
	                                     "198.51.100.1", "203.0.113.1",    "224.0.0.1",   "255.255.255.255"};
	struct dns64_rule rule = {prefix_of("64:ff9b::/96"), prefix_of("0.0.0.0/0")};
	struct dns64 dns64 = {.rules = &rule, .rule_count = 1};
	for (size_t i = 0; i < SIZE(others); i++)
		synthesises_nothing(&dns64, TEXTS(others[i]));
	synthesises(&dns64, TEXTS("192.168.0.1", "9.9.9.9"), TEXTS("64:ff9b::9.9.9.9"));
	synthesises(&dns64, TEXTS("192.0.0.170", "192.0.0.171"), TEXTS("64:ff9b::192.0.0.170", "64:ff9b::192.0.0.171"));
	/* 64:ff9b:1::/48 (RFC 8215) has no such rule. */
	struct dns64_rule local = {prefix_of("64:ff9b:1::/96"), prefix_of("0.0.0.0/0")};
	struct dns64 with_local = {.rules = &local, .rule_count = 1};
	synthesises(&with_local, TEXTS("192.168.0.1"), TEXTS("64:ff9b:1::192.168.0.1"));
}

static void ttl_and_first_prefix(void **state)
{
	struct dns64_rule rule = {prefix_of("2001:db8:64::/96"), prefix_of("0.0.0.0/0")};
	struct dns64 dns64 = {.rules = &rule, .rule_count = 1};
	struct rrset *a = rrset_of(3600, TEXTS("192.0.2.1")), *made;
	struct ip_prefix first = {0};
	assert_int_equal(dns64_synthesize(&dns64, a, 60, NOW, arena, &made, &first), ERR_OK);
	assert_aaaa(made, 60, TEXTS("2001:db8:64::192.0.2.1"));
	assert_true(ip_prefix_equal(&first, &rule.prefix));
	assert_int_equal(dns64_synthesize(&dns64, a, 7200, NOW, arena, &made, &first), ERR_OK);
	assert_aaaa(made, 3600, TEXTS("2001:db8:64::192.0.2.1"));
	free(a);
}

static void records_are_bounded(void **state)
{
	struct dns64_rule rules[20];
	for (size_t i = 0; i < SIZE(rules); i++) {
		rules[i] = (struct dns64_rule){prefix_of("2001:db8::/96"), prefix_of("0.0.0.0/0")};
		rules[i].prefix.addr.bytes[7] = (uint8_t)i;
	}
	struct dns64 dns64 = {.rules = rules, .rule_count = SIZE(rules)};
	static char texts[400][16];
	static const char *pointers[401];
	for (size_t i = 0; i < 400; i++) {
		snprintf(texts[i], sizeof(texts[i]), "9.9.%zu.%zu", i / 200, i % 200);
		pointers[i] = texts[i];
	}
	struct rrset *a = rrset_of(300, pointers), *made;
	struct ip_prefix first;
	assert_int_equal(dns64_synthesize(&dns64, a, 600, NOW, arena, &made, &first), ERR_OK);
	assert_int_equal(made->count, DNS64_RECORDS_MAX);
	assert_int_equal(made->size, DNS64_RECORDS_MAX * 26);
	free(a);
}

static void learned_prefixes(void **state)
{
	struct pref64_table *table = pref64_table_new();
	struct pref64 heard = {.prefix = prefix_of("2001:db8:99::/48"), .source = PREF64_RA, .router = addr_of("::1")};
	enum pref64_change change;
	assert_int_equal(pref64_table_learn(table, &heard, 1800, NOW, &change), ERR_OK);
	struct dns64_rule rule = {prefix_of("2001:db8:64::/96"), prefix_of("198.51.100.0/24")};
	struct dns64 dns64 = {.rules = &rule, .rule_count = 1, .learned = table};
	struct ip_addr back, inside = addr_of("2001:db8:99:c000:2:100::"), a = addr_of("192.0.2.1");
	synthesises(&dns64, TEXTS("192.0.2.1"), TEXTS("2001:db8:99:c000:2:100::"));
	synthesises(&dns64, TEXTS("198.51.100.1"), TEXTS("2001:db8:64::198.51.100.1"));
	assert_true(dns64_is_synthetic(&dns64, &inside, NOW, &back));
	assert_true(ip_addr_equal(&a, &back));
	/* Its lifetime is over. */
	struct rrset *from = rrset_of(300, TEXTS("192.0.2.1")), *made;
	struct ip_prefix first;
	assert_int_equal(dns64_synthesize(&dns64, from, 600, NOW + 1800 * 1000000ull, arena, &made, &first),
	                 ERR_NOT_FOUND);
	assert_false(dns64_is_synthetic(&dns64, &inside, NOW + 1800 * 1000000ull, &back));
	free(from);
	pref64_table_free(table);
}

static void filter(void **state)
{
	struct dns64 dns64 = {0};
	const struct rrset *left;
	struct rrset *mixed = rrset_of(77, TEXTS("::ffff:192.0.2.1", "2001:db8::1", "2001:db8::2"));
	assert_int_equal(dns64_filter(&dns64, mixed, arena, &left), ERR_OK);
	assert_ptr_not_equal(left, mixed);
	assert_aaaa(left, 77, TEXTS("2001:db8::1", "2001:db8::2"));
	struct rrset *none = rrset_of(77, TEXTS("::ffff:192.0.2.1", "::ffff:192.0.2.2"));
	assert_int_equal(dns64_filter(&dns64, none, arena, &left), ERR_OK);
	assert_null(left);
	struct rrset *all = rrset_of(77, TEXTS("2001:db8::1"));
	assert_int_equal(dns64_filter(&dns64, all, arena, &left), ERR_OK);
	assert_ptr_equal(left, all);

	/* A list of the operator's own takes the place of the default; an empty one excludes nothing. */
	struct ip_prefix own = prefix_of("2001:db8::2/128");
	dns64 = (struct dns64){.exclude_aaaa = &own, .exclude_aaaa_count = 1};
	assert_int_equal(dns64_filter(&dns64, mixed, arena, &left), ERR_OK);
	assert_aaaa(left, 77, TEXTS("::ffff:192.0.2.1", "2001:db8::1"));
	dns64.exclude_aaaa_count = 0;
	assert_int_equal(dns64_filter(&dns64, none, arena, &left), ERR_OK);
	assert_ptr_equal(left, none);
	free(mixed);
	free(none);
	free(all);
}

static void clients(void **state)
{
	struct dns64 dns64 = {0};
	struct ip_addr inside = addr_of("2001:db8:64::10"), outside = addr_of("2001:db8:65::10"),
		       ipv4 = addr_of("192.0.2.1");
	assert_true(dns64_has_client(&dns64, &outside));
	struct ip_prefix list = prefix_of("2001:db8:64::/48");
	dns64 = (struct dns64){.clients = &list, .client_count = 1};
	assert_true(dns64_has_client(&dns64, &inside));
	assert_false(dns64_has_client(&dns64, &outside));
	assert_false(dns64_has_client(&dns64, &ipv4));
}

static void reverse_names_that_are_not_ours(void **state)
{
	/* Nested prefixes: the longer one made it. */
	struct dns64_rule rules[] = {{prefix_of("2001:db8::/32"), prefix_of("0.0.0.0/0")},
	                             {prefix_of("2001:db8:64::/96"), prefix_of("10.0.0.0/8")}};
	struct dns64 dns64 = {.rules = rules, .rule_count = SIZE(rules)};
	static const char *const names[] = {".", "ip6.arpa.", "1.2.0.192.in-addr.arpa.", "www.example.com.",
	                                    "4.6.0.0.8.b.d.0.1.0.0.2.ip6.arpa."};
	struct name_buffer buffer, got_buffer;
	struct name name, got;
	for (size_t i = 0; i < SIZE(names); i++) {
		assert_int_equal(name_from_text(span_text(names[i]), name_root, &buffer, &name, NULL), ERR_OK);
		assert_int_equal(dns64_reverse(&dns64, name, NOW, &got_buffer, &got), ERR_NOT_FOUND);
	}
	struct ip_addr other = addr_of("2001:db9::1"), nested = addr_of("2001:db8:64::10.1.2.3");
	assert_int_equal(dns64_reverse(&dns64, reverse_from_addr(&other, &buffer), NOW, &got_buffer, &got),
	                 ERR_NOT_FOUND);
	assert_int_equal(dns64_reverse(&dns64, reverse_from_addr(&nested, &buffer), NOW, &got_buffer, &got), ERR_OK);
	char text[NAME_TEXT_MAX];
	name_to_text(got, text);
	assert_string_equal(text, "3.2.1.10.in-addr.arpa.");
	/* One label more than an address. */
	struct name_buffer long_buffer;
	struct name label, longer;
	assert_int_equal(name_from_text(span_text("www."), name_root, &long_buffer, &label, NULL), ERR_OK);
	assert_int_equal(name_concatenate(label, reverse_from_addr(&nested, &buffer), &got_buffer, &longer), ERR_OK);
	assert_int_equal(dns64_reverse(&dns64, longer, NOW, &buffer, &got), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_prefix_lengths),
		cmocka_unit_test(longest_range_counts),
		cmocka_unit_test(excluded_ranges),
		cmocka_unit_test(well_known_prefix_is_for_global_addresses),
		cmocka_unit_test(ttl_and_first_prefix),
		cmocka_unit_test(records_are_bounded),
		cmocka_unit_test(learned_prefixes),
		cmocka_unit_test(filter),
		cmocka_unit_test(clients),
		cmocka_unit_test(reverse_names_that_are_not_ours),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

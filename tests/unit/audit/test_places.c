/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/asn_table.h"
#include "audit/checks.h"
#include "audit/view_places.h"
#include "base/text.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;
	assert_int_equal(ip_addr_from_text(text, &addr), ERR_OK);
	return addr;
}

/* --- Autonomous systems --- */

static void test_longest_prefix(void **state)
{
	static const char text[] = "# a comment\n\n2001:db8::/32 64500\n2001:db8:1::/48\tAS64501 ; more\r\n"
				   "192.0.2.0/24 64502\n192.0.2.128/25 as64503\n2001:db8::/32 1\n::/0 4294967295\n";
	static const struct {
		const char *addr;
		uint32_t asn; /* 0: none */
	} rows[] = {{"2001:db8:2::1", 64500}, {"2001:db8:1:ffff::1", 64501}, {"2001:db9::1", UINT32_MAX},
		    {"192.0.2.1", 64502},     {"192.0.2.255", 64503},        {"192.0.3.0", 0}};
	struct asn_table *table = NULL;
	size_t line;
	assert_int_equal(asn_table_new(span_text(text), &line, &table), ERR_OK);
	assert_int_equal(asn_table_count(table), 5);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_addr addr = addr_of(rows[i].addr);
		uint32_t asn = 0;
		assert_int_equal(asn_table_find(table, &addr, &asn), rows[i].asn != 0);
		assert_int_equal(asn, rows[i].asn);
	}
	asn_table_free(table);
}

/* Each line of a table of many against a search of all. */
static void test_many_prefixes(void **state)
{
	struct text text = {0};
	struct asn_table *table = NULL;
	size_t line;
	for (unsigned i = 0; i < 3000; i++)
		text_addf(&text, "10.%u.%u.0/%u %u\n", i % 200, i % 16 * 16, 16 + i % 9 > 20 ? 24 : 20, i + 1);
	assert_int_equal(asn_table_new(span_text(text_string(&text)), &line, &table), ERR_OK);
	for (unsigned i = 0; i < 200 * 256; i++) {
		char at[32];
		struct ip_addr addr;
		uint32_t asn = 0, best = 0;
		int length = -1;
		snprintf(at, sizeof(at), "10.%u.%u.1", i / 256, i % 256);
		addr = addr_of(at);
		for (unsigned j = 0; j < 3000; j++) {
			unsigned bits = 16 + j % 9 > 20 ? 24 : 20, third = j % 16 * 16;
			bool is_in = j % 200 == i / 256 && (bits == 24 ? third == i % 256 : third / 16 == i % 256 / 16);
			if (is_in && (int)bits > length) {
				length = (int)bits;
				best = j + 1;
			}
		}
		assert_int_equal(asn_table_find(table, &addr, &asn), length >= 0);
		assert_int_equal(asn, best);
	}
	asn_table_free(table);
	text_free(&text);
}

static void test_bad_tables(void **state)
{
	static const struct {
		const char *text;
		size_t line;
	} rows[] = {{"2001:db8::/32\n", 1}, {"::/0 1\n2001:db8::1/32 1\n", 2},
		    {"::/0 4294967296", 1}, {"::/0 AS", 1},
		    {"::/0 1 2", 1},        {"\n\nx 1", 3},
		    {"192.0.2.0/24 -1", 1}, {"::/129 1", 1}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct asn_table *table = NULL;
		size_t line = 0;
		assert_int_equal(asn_table_new(span_text(rows[i].text), &line, &table), ERR_SYNTAX);
		assert_int_equal(line, rows[i].line);
		assert_null(table);
	}
}

/* --- NAT64 --- */

static void test_embedded(void **state)
{
	static const struct {
		const char *addr, *inside; /* NULL: none is */
	} rows[] = {{"64:ff9b::192.0.2.1", "192.0.2.1"},
		    {"64:ff9b:1::192.0.2.1", "192.0.2.1"},
		    {"64:ff9b:1:c000:2:100::", "192.0.2.1"}, /* RFC 6052 2.2 for a /48 */
		    {"::ffff:192.0.2.1", "192.0.2.1"},
		    {"2001:db8:122:344::192.0.2.33", "192.0.2.33"},
		    {"2001:db8:100:c000:2:2100::", NULL},
		    {"2001:dba:c0:2:21::", "192.0.2.33"}, /* a /40 */
		    {"2001:dba:c0:2:121::", NULL},        /* its u octet is not zero */
		    {"2001:db8::192.0.2.1", NULL}};
	static struct view view;
	struct ip_prefix prefixes[2];
	assert_int_equal(ip_prefix_from_text("2001:db8:122:344::/96", &prefixes[0]), ERR_OK);
	assert_int_equal(ip_prefix_from_text("2001:dba::/40", &prefixes[1]), ERR_OK);
	view.pref64 = prefixes;
	view.pref64_count = 2;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_addr inside[2], addr = addr_of(rows[i].addr);
		unsigned count = view_embedded(&view, &addr, inside), found = 0;
		for (unsigned j = 0; rows[i].inside != NULL && j < count; j++) {
			struct ip_addr wanted = addr_of(rows[i].inside);
			found += ip_addr_equal(&inside[j], &wanted);
		}
		if ((rows[i].inside == NULL && count > 0) || (rows[i].inside != NULL && found == 0))
			fail_msg("%s", rows[i].addr);
	}
}

/* --- What is found --- */

#define ZONE ((struct name){(const uint8_t *)"\7example\0", 9, 1})

static const struct chain chains[FAMILY_COUNT] = {
	{.zone = {(const uint8_t *)"\7example\0", 9, 1}, .family = FAMILY_IPV6, .state = CHAIN_GOOD},
	{.zone = {(const uint8_t *)"\7example\0", 9, 1}, .family = FAMILY_IPV4, .state = CHAIN_GOOD},
};

static void view_make(struct view *view, const char *const addresses[2][FAMILY_COUNT])
{
	static const uint8_t *const names[] = {(const uint8_t *)"\3ns1\7example\0",
					       (const uint8_t *)"\3ns2\7example\0"};
	*view = (struct view){.zone = ZONE,
			      .parent = name_root,
			      .chains = {&chains[0], &chains[1]},
			      .states = {CHAIN_GOOD, CHAIN_GOOD},
			      .has_child_set = true,
			      .is_signed = true,
			      .is_signed_known = true,
			      .server_count = 2};
	static const struct ip_prefix prefix = {.addr = {.family = FAMILY_IPV6, .bytes = {0x26, 0, 0, 0x64}},
						.length = 96};
	view->pref64 = &prefix;
	view->pref64_count = 1;
	for (unsigned i = 0; i < 2; i++) {
		struct view_server *server = &view->servers[i];
		*server = (struct view_server){.name = name_of(names[i]), .is_in_parent = true, .is_in_child = true};
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			struct view_family *side = &server->families[family];
			*side = (struct view_family){.count = addresses[i][family] != NULL,
						     .has_child = addresses[i][family] != NULL,
						     .is_child_known = true};
			side->addresses[0] = (struct view_address){.is_child = true, .udp = WAY_UNTESTED};
			if (side->count > 0)
				side->addresses[0].endpoint.addr = addr_of(addresses[i][family]);
		}
	}
}

static void found(const struct view *view, struct text *out)
{
	struct finding_list *findings = finding_list_new();
	checks_run(view, findings);
	for (size_t i = 0; i < finding_count(findings); i++)
		text_addf(out, "%s%s %s", i > 0 ? "; " : "", finding_row(finding_at(findings, i)->code)->code,
			  severity_text(finding_at(findings, i)->severity));
	finding_list_free(findings);
}

static void test_nearness(void **state)
{
	static const struct {
		const char *addresses[2][FAMILY_COUNT];
		const char *found;
	} rows[] = {
		{{{"2600::1", "8.0.0.1"}, {"2601::1", "8.0.1.1"}}, ""},
		{{{"2600::1", "8.0.0.1"}, {"2600::1", "8.0.1.1"}}, "D02 error; A07 warning; D15 notice"},
		{{{"2600::1", "8.0.0.1"}, {"2600::2", "8.0.1.1"}}, "A07 warning; D15 notice"},
		{{{"2600::1", "8.0.0.1"}, {"2600:0:0:1::1", "8.0.1.1"}}, "D15 notice"},
		{{{"2600::1", "8.0.0.1"}, {"2600:0:1::1", "8.0.0.2"}}, "D15 notice"},
		{{{"2600::1", "8.0.0.1"}, {NULL, "8.0.1.1"}}, "D02 error; D19 notice"},
		{{{"2600::1", "8.0.0.1"}, {"2600:64::800:1", "8.0.1.1"}}, "A04 error"},
		{{{"2600::1", "8.0.0.1"}, {"2600:64::800:101", "8.0.1.1"}}, "A04 error; A06 notice"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct view view;
		struct text told = {0};
		view_make(&view, rows[i].addresses);
		found(&view, &told);
		assert_string_equal(text_string(&told), rows[i].found);
		text_free(&told);
	}
}

/* A second network takes what the first one loses; one address that both have is told of all the same. */
static void test_several_networks(void **state)
{
	static const char *const addresses[2][FAMILY_COUNT] = {{"2600::1", "8.0.0.1"}, {"2600::2", "8.0.1.1"}};
	static const struct {
		const char *second[2];
		const char *found;
	} rows[] = {{{"2601::1", "2602::1"}, ""},
		    {{"2601::1", "2601::2"}, ""},
		    {{"2601::1", "2601::1"}, "A07 warning"},
		    {{"2600::3", "2600::4"}, "A07 warning; D15 notice"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct view view;
		struct text told = {0};
		view_make(&view, addresses);
		for (unsigned j = 0; j < 2; j++) {
			struct view_family *side = &view.servers[j].families[FAMILY_IPV6];
			side->addresses[side->count] = side->addresses[0];
			side->addresses[side->count++].endpoint.addr = addr_of(rows[i].second[j]);
		}
		found(&view, &told);
		assert_string_equal(text_string(&told), rows[i].found);
		text_free(&told);
	}
}

static void test_one_autonomous_system(void **state)
{
	static const char *const addresses[2][FAMILY_COUNT] = {{"2600::1", "8.0.0.1"}, {"2601::1", "8.0.1.1"}};
	static const struct {
		const char *table, *found;
	} rows[] = {{"2600::/12 1\n8.0.0.0/8 2\n", "D15 notice; D15 notice"},
		    {"2600::/12 1\n8.0.0.0/24 2\n8.0.1.0/24 3", "D15 notice"},
		    {"2600::/16 1\n8.0.0.0/24 2\n", ""}}; /* not known of all */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct view view;
		struct text told = {0};
		struct asn_table *table = NULL;
		size_t line;
		assert_int_equal(asn_table_new(span_text(rows[i].table), &line, &table), ERR_OK);
		view_make(&view, addresses);
		view.asns = table;
		found(&view, &told);
		assert_string_equal(text_string(&told), rows[i].found);
		text_free(&told);
		asn_table_free(table);
	}
}

static void test_pointers(void **state)
{
	static const char *const addresses[2][FAMILY_COUNT] = {{"2600::1", "8.0.0.1"}, {"2601::1", "8.0.1.1"}};
	static const char *const wanted[] = {[SERVICE_PTR_UNKNOWN] = "",
					     [SERVICE_PTR_MISSING] = "A08 notice",
					     [SERVICE_PTR_STRAY] = "A08 notice",
					     [SERVICE_PTR_GOOD] = ""};
	for (enum service_ptr pointer = SERVICE_PTR_UNKNOWN; pointer <= SERVICE_PTR_STRAY; pointer++) {
		static struct view view;
		struct text told = {0};
		const struct service_address made = {.ptr = pointer, .ptr_name = ZONE};
		view_make(&view, addresses);
		view.servers[1].families[FAMILY_IPV6].addresses[0].pointer = &made;
		found(&view, &told);
		assert_string_equal(text_string(&told), wanted[pointer]);
		text_free(&told);
	}
}

/* Z-12. */
static void test_intent(void **state)
{
	static const char *const addresses[2][FAMILY_COUNT] = {{NULL, "8.0.0.1"}, {NULL, "8.0.1.1"}},
				 *const both[2][FAMILY_COUNT] = {{"2600::1", "8.0.0.1"}, {"2601::1", "8.0.1.1"}};
	static struct view view;
	struct text told = {0};
	view_make(&view, addresses);
	view.states[FAMILY_IPV6] = CHAIN_BROKEN;
	found(&view, &told);
	assert_non_null(strstr(text_string(&told), "D16 notice"));
	text_free(&told);
	told = (struct text){0};
	view.servers[0].families[FAMILY_IPV6].is_child_known = false; /* whether it has AAAA could not be seen */
	found(&view, &told);
	assert_null(strstr(text_string(&told), "D16"));
	text_free(&told);
	told = (struct text){0};
	view_make(&view, both);
	view.states[FAMILY_IPV6] = CHAIN_BROKEN;
	found(&view, &told);
	assert_string_equal(text_string(&told), "D16 notice");
	text_free(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_longest_prefix), cmocka_unit_test(test_many_prefixes),
		cmocka_unit_test(test_bad_tables),     cmocka_unit_test(test_embedded),
		cmocka_unit_test(test_nearness),       cmocka_unit_test(test_one_autonomous_system),
		cmocka_unit_test(test_several_networks),
		cmocka_unit_test(test_pointers),       cmocka_unit_test(test_intent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

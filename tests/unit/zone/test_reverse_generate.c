/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/cmocka_all.h"
#include "zone/reverse_generate.h"
#include "zone/zonefile.h"

#define NOW_S 1795305600 /* 2026-11-22 */

static const char forward_text[] =
	"$TTL 300\n@ SOA ns1 host 1 3600 900 1209600 300\n@ NS ns1\n"
	"ns1 AAAA 2001:db8:10::53\nns1 A 192.0.2.53\n"
	"a 600 AAAA 2001:db8:10::20\nb 60 AAAA 2001:db8:10::20\n"
	"c A 192.0.2.130\nd AAAA 2001:db8:10:fff8::1\n*.w AAAA 2001:db8:10::21\n"
	"sub NS ns.sub\nns.sub AAAA 2001:db8:10::99\nfar AAAA 2001:db8:ffff::1\n";

static struct zone *zone_of(const char *apex_text, const char *text, size_t size)
{
	struct name_buffer buffer;
	struct zonefile_options options = {.path = "test"};
	struct finding_list *findings = finding_list_new();
	struct zone_builder *builder;
	struct zone *zone = NULL;
	assert_int_equal(name_from_text(span_text(apex_text), name_root, &buffer, &options.origin, NULL), ERR_OK);
	assert_int_equal(zone_builder_new(options.origin, &builder), ERR_OK);
	assert_int_equal(zonefile_parse_text(&options, span_of(text, size), builder, findings), ERR_OK);
	assert_int_equal(zone_builder_finish(builder, findings, &zone, NULL), ERR_OK);
	finding_list_free(findings);
	return zone;
}

struct made {
	struct zone *forward;
	const struct zone *forwards[1]; /* borrowed by the plan */
	struct reverse_plan *plan;
	struct finding_list *findings;
};

static void make(struct made *made, const char *forward, const char *prefix)
{
	made->forward = zone_of("example.com.", forward, strlen(forward));
	made->findings = finding_list_new();
	made->forwards[0] = made->forward;
	struct reverse_input input = {.forwards = made->forwards, .forward_count = 1, .now_s = NOW_S};
	assert_int_equal(ip_prefix_from_text(prefix, &input.prefix), ERR_OK);
	assert_int_equal(reverse_plan_new(&input, &made->plan), ERR_OK);
}

static void unmake(struct made *made)
{
	reverse_plan_free(made->plan);
	zone_free(made->forward);
	finding_list_free(made->findings);
}

static void test_serial(void **state)
{
	static const struct {
		uint32_t old, next;
	} rows[] = {
		{0, 2026112201}, {2026112101, 2026112201}, {2026112201, 2026112202}, {2026112299, 2026112300},
		{2027010100, 2027010101}, {1, 2}, {2026139901, 2026139902}, {4294967295u, 1}, {1795305600, 1795305601},
		{2147483647u, 2147483648u},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t next = reverse_serial_next(rows[i].old, NOW_S);
		assert_int_equal(next, rows[i].next);
		/* RFC 1982 3.2: secondaries must see it as greater. */
		if (rows[i].old != 0)
			assert_true((int32_t)(next - rows[i].old) > 0);
	}
}

static void test_zones_of_prefixes(void **state)
{
	static const struct {
		const char *prefix;
		size_t count;
		const char *first, *last;
	} rows[] = {
		{"2001:db8:10::/48", 1, "0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa.", "0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa."},
		{"2001:db8:8000::/33", 8, "8.8.b.d.0.1.0.0.2.ip6.arpa.", "f.8.b.d.0.1.0.0.2.ip6.arpa."},
		{"2001:db8:10:fff8::/61", 8, "8.f.f.f.0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa.", "f.f.f.f.0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa."},
		{"2001:db8:10:fffc::/62", 4, "c.f.f.f.0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa.", "f.f.f.f.0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa."},
		{"192.0.2.0/24", 1, "2.0.192.in-addr.arpa.", "2.0.192.in-addr.arpa."},
		{"192.0.0.0/22", 4, "0.0.192.in-addr.arpa.", "3.0.192.in-addr.arpa."},
		{"192.0.2.128/25", 1, "128/25.2.0.192.in-addr.arpa.", "128/25.2.0.192.in-addr.arpa."},
		{"192.0.2.4/31", 1, "4/31.2.0.192.in-addr.arpa.", "4/31.2.0.192.in-addr.arpa."},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made made;
		struct name_buffer buffer;
		char text[NAME_TEXT_MAX];
		make(&made, forward_text, rows[i].prefix);
		assert_int_equal(reverse_plan_zone_count(made.plan), rows[i].count);
		name_to_text(reverse_plan_apex(made.plan, 0, &buffer), text);
		assert_string_equal(text, rows[i].first);
		name_to_text(reverse_plan_apex(made.plan, rows[i].count - 1, &buffer), text);
		assert_string_equal(text, rows[i].last);
		unmake(&made);
	}
}

/* The text of zone 0 over the old text. */
static struct reverse_result renew(struct made *made, const char *old, struct text *out)
{
	struct reverse_result result;
	struct span had = old != NULL ? span_text(old) : span_of(NULL, 0);
	assert_int_equal(reverse_plan_text(made->plan, 0, had, "old", made->findings, out, &result), ERR_OK);
	return result;
}

static void test_new_and_unchanged(void **state)
{
	struct made made;
	struct text first = {0}, second = {0};
	make(&made, forward_text, "2001:db8:10::/48");
	struct reverse_result result = renew(&made, NULL, &first);
	assert_true(result.is_changed);
	assert_int_equal(result.serial, 2026112201);
	assert_int_equal(result.ptr_count, 4); /* a, b, d, ns1; no glue, no wildcard, nothing outside */
	assert_non_null(strstr(first.data, "\n0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa. "
	                                   "60 IN PTR a.example.com.\n"));
	result = renew(&made, text_string(&first), &second);
	assert_false(result.is_changed);
	assert_int_equal(result.serial, 2026112201);
	assert_string_equal(first.data, second.data);
	text_free(&first);
	text_free(&second);
	unmake(&made);
}

static void test_hand_written_stays(void **state)
{
	static const char old[] =
		"; my zone\r\n$TTL 1h\n@ SOA ns.example. me.example. ( ; comment 77\n 77 1 1 1 1 )\n  NS ns.example.\n"
		"3.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR by.hand.\n" REVERSE_MARK_BEGIN "\n"
		"9.9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR gone.example.com.\n" REVERSE_MARK_END "\n"
		"8.f.f.f NS other.example.\n; the end";
	struct made made;
	struct text out = {0}, again = {0};
	make(&made, forward_text, "2001:db8:10::/48");
	struct reverse_result result = renew(&made, old, &out);
	assert_true(result.is_changed);
	assert_int_equal(result.old_serial, 77);
	assert_int_equal(result.serial, 78);
	assert_int_equal(result.ptr_count, 2);  /* a and b */
	assert_int_equal(result.hand_count, 2); /* ns1's PTR is another, d's zone is delegated away */
	assert_non_null(strstr(out.data, "; my zone\r\n$TTL 1h\n@ SOA ns.example. me.example. ( ; comment 77\n 78 1 1 1 1 )\n"));
	assert_non_null(strstr(out.data, "PTR by.hand.\n"));
	assert_non_null(strstr(out.data, "8.f.f.f NS other.example.\n; the end"));
	assert_null(strstr(out.data, "gone.example.com"));
	assert_null(strstr(out.data, "ns1.example.com"));
	assert_false(renew(&made, text_string(&out), &again).is_changed);
	text_free(&out);
	text_free(&again);
	unmake(&made);
}

/* A file that nobody has marked yet is all by hand. */
static void test_unmarked_file(void **state)
{
	static const char old[] = "@ 300 SOA a. b. 2026010199 1 1 1 1\n@ NS a.\n"
				  "0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR kept.example.com.";
	struct made made;
	struct text out = {0};
	make(&made, forward_text, "2001:db8:10::/48");
	struct reverse_result result = renew(&made, old, &out);
	assert_int_equal(result.serial, 2026112201);
	assert_int_equal(result.hand_count, 1);
	assert_int_equal(result.ptr_count, 2);
	assert_memory_equal(out.data, "@ 300 SOA a. b. 2026112201 1 1 1 1\n@ NS a.\n", 43);
	assert_non_null(strstr(out.data, "PTR kept.example.com.\n" REVERSE_MARK_BEGIN "\n"));
	text_free(&out);
	unmake(&made);
}

static void test_refused(void **state)
{
	static const char *const olds[] = {
		"no zone at all",
		"@ 300 SOA a. b. 1 1 1 1 1\n@ NS a.\n" REVERSE_MARK_BEGIN "\n",
		"@ 300 SOA a. b. 1 1 1 1 1\n@ NS a.\nbroken AAAA nonsense\n",
		"@ 300 SOA a. b. serial 1 1 1 1\n@ NS a.\n",
	};
	for (size_t i = 0; i < sizeof(olds) / sizeof(olds[0]); i++) {
		struct made made;
		struct text out = {0};
		struct reverse_result result;
		make(&made, forward_text, "2001:db8:10::/48");
		assert_int_equal(reverse_plan_text(made.plan, 0, span_text(olds[i]), "old", made.findings, &out, &result),
		                 ERR_FINDINGS);
		assert_true(finding_count_at_least(made.findings, SEVERITY_ERROR) > 0);
		text_free(&out);
		unmake(&made);
	}
}

static void test_names_of_one_address(void **state)
{
	struct made made;
	struct text forward = {0}, out = {0};
	text_add(&forward, "$TTL 300\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n$GENERATE 1-100 host$ AAAA 2001:db8::1\n");
	make(&made, forward.data, "2001:db8::/64");
	assert_int_equal(renew(&made, NULL, &out).ptr_count, REVERSE_NAMES_MAX);
	assert_int_equal(reverse_plan_dropped(made.plan), 100 - REVERSE_NAMES_MAX);
	text_free(&forward);
	text_free(&out);
	unmake(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_serial),
		cmocka_unit_test(test_zones_of_prefixes),
		cmocka_unit_test(test_new_and_unchanged),
		cmocka_unit_test(test_hand_written_stays),
		cmocka_unit_test(test_unmarked_file),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_names_of_one_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

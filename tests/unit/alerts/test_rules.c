/* SPDX-License-Identifier: BSD-2-Clause */
#include "alerts/rules.h"

#include "tests/unit/cmocka_all.h"

#define THURSDAY_US 0ull /* 1970-01-01 */
#define HOUR_US 3600000000ull

static void test_each_sensor_has_a_row(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SENSOR_COUNT; i++) {
		if (alert_builtin_group((enum sensor)i) == NULL)
			fail_msg("%s has no row in src/alerts/builtin.def", sensor_name((enum sensor)i));
	}
}

static void test_globs(void **state)
{
	static const struct {
		const char *glob, *text;
		bool fits;
	} rows[] = {
		{"*", "", true},
		{"TC-*", "TC-SHARE", true},
		{"tc-*", "TC-SHARE", true},
		{"TC-?", "TC-SHARE", false},
		{"*SHARE", "TC-SHARE-SHARE", true},
		{"zone *.arpa", "zone 8.b.d.0.1.0.0.2.ip6.arpa", true},
		{"network 2001:db8:*/56", "network 2001:db8:20::/56", true},
		{"network 2001:db8:*/48", "network 2001:db8:20::/56", false},
		{"a*b*c", "aXbYbZc", true},
		{"a*b*c", "aXbYbZ", false},
		{"", "x", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (alert_glob_fits(rows[i].glob, rows[i].text) != rows[i].fits)
			fail_msg("\"%s\" and \"%s\"", rows[i].glob, rows[i].text);
	}
}

static bool is_muted(const char *text, uint64_t now_us)
{
	struct alert_mute mute;
	if (alert_mute_parse(span_text(text), &mute) != ERR_OK)
		fail_msg("\"%s\" is refused", text);
	const struct alert_conduct conduct = {.mutes = &mute, .mute_count = 1};
	return alert_is_muted(&conduct, now_us);
}

static void test_mutes(void **state)
{
	static const struct {
		const char *text;
		uint64_t hour; /* from the first Thursday on */
		bool is_muted;
	} rows[] = {
		{"02:00-04:00", 2, true},
		{"02:00-04:00", 4, false},
		{"02:00-04:00", 24 + 3, true},
		{"thu 22:00-06:00", 23, true},
		{"thu 22:00-06:00", 24 + 5, true}, /* it began yesterday */
		{"thu 22:00-06:00", 5, false},     /* Wednesday night is not meant */
		{"fri-mon 00:00-24:00", 0, false},
		{"fri-mon 00:00-24:00", 24, true},
		{"fri-mon 00:00-24:00", 4 * 24, true},
		{"fri-mon 00:00-24:00", 5 * 24, false},
		{"sat,sun 00:00-24:00", 2 * 24 + 1, true},
		{"sat,sun 00:00-24:00", 4 * 24, false},
		{"1970-01-01T01:00Z/1970-01-01T03:00:00Z", 1, true},
		{"1970-01-01T01:00Z/1970-01-01T03:00:00Z", 3, false},
		{"1970-01-01T02:00:00+01:00/1970-01-01T03:00Z", 1, true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (is_muted(rows[i].text, THURSDAY_US + rows[i].hour * HOUR_US) != rows[i].is_muted)
			fail_msg("\"%s\" at hour %u", rows[i].text, (unsigned)rows[i].hour);
	}
}

static void test_bad_mutes(void **state)
{
	static const char *const texts[] = {"",
					    "mon",
					    "mon 08:00",
					    "moon 08:00-09:00",
					    "08:00-08:00",
					    "24:00-01:00",
					    "08:60-09:00",
					    "08:00-25:00",
					    "mon-fri08:00-09:00",
					    "08:00-09:00 ",
					    "2026-12-24T00:00Z/2026-12-23T00:00Z",
					    "2026-12-24T00:00/2026-12-25T00:00Z",
					    "2026-12-24T00:00Z/",
					    "/"};
	struct alert_mute mute;
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (alert_mute_parse(span_text(texts[i]), &mute) != ERR_SYNTAX)
			fail_msg("\"%s\" is taken", texts[i]);
	}
}

/* The first rule that fits decides; what it leaves out is the built-in row's. */
static void test_first_rule_decides(void **state)
{
	const struct alert_rule list[] = {
		{.signal = "SOURCE-*", .scope = "network 2001:db8:*", .conduct = {.is_off = true}},
		{.signal = "*", .stream = STREAM_RECURSIVE, .has_for = true, .conduct = {.for_s = 77}},
	};
	const struct alert_rules rules = {.rules = list, .rule_count = 2};
	const struct alert_rule *rule;
	struct scope scope = {.kind = SCOPE_NETWORK, .stream = STREAM_RECURSIVE};
	(void)state;
	assert_int_equal(ip_prefix_from_text("2001:db8:20::/56", &scope.network), ERR_OK);
	assert_true(alert_rules_find(&rules, SENSOR_CLUSTER, &scope, &rule).is_off);
	assert_ptr_equal(rule, &list[0]);
	assert_int_equal(ip_prefix_from_text("192.0.2.0/24", &scope.network), ERR_OK);
	struct alert_conduct conduct = alert_rules_find(&rules, SENSOR_CLUSTER, &scope, &rule);
	assert_ptr_equal(rule, &list[1]);
	assert_int_equal(conduct.for_s, 77);
	assert_int_equal(conduct.calm_s, 300);
	scope.stream = STREAM_AUTHORITATIVE;
	assert_int_equal(alert_rules_find(&rules, SENSOR_CLUSTER, &scope, &rule).sinks, ALERT_SINKS_ALL);
	assert_null(rule);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_sensor_has_a_row),
		cmocka_unit_test(test_globs),
		cmocka_unit_test(test_mutes),
		cmocka_unit_test(test_bad_mutes),
		cmocka_unit_test(test_first_rule_decides),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/target.h"

#include "tests/unit/cmocka_all.h"

static struct target target;

static int parse(const char *text)
{
	return target_parse(span_text(text), &target);
}

static void test_path_and_parameters(void **state)
{
	(void)state;
	assert_int_equal(parse("/metrics"), ERR_OK);
	assert_string_equal(target.path, "/metrics");
	assert_int_equal(target.parameter_count, 0);
	assert_int_equal(parse("/api/v1/tail?where=qtype%3dAAAA+and%20rcode!=NOERROR&stream=rec&x&y="), ERR_OK);
	assert_string_equal(target.path, "/api/v1/tail");
	assert_string_equal(target_parameter(&target, "where"), "qtype=AAAA and rcode!=NOERROR");
	assert_string_equal(target_parameter(&target, "stream"), "rec");
	assert_string_equal(target_parameter(&target, "x"), "");
	assert_string_equal(target_parameter(&target, "y"), "");
	assert_null(target_parameter(&target, "z"));
	assert_int_equal(parse("/a?n=%c3%a9&"), ERR_OK);
	assert_string_equal(target_parameter(&target, "n"), "\xc3\xa9");
}

static void test_what_is_refused(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"",         "*",        "metrics",    "http://[::1]/metrics",
		"/a b",     "/a\x01",   "/a\x80",     "/a#b",
		"/a?x=%",   "/a?x=%4",  "/a?x=%4g",   "/a?x=%00",
		"/a?%",     "/a?=1",    "/a?x=1&x=2", "/a?x=%0a",
		"/a?x=%ff", "/a?x=%c3", "/a?x=%7f",   "/a?&&",
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (parse(rows[i]) != ERR_SYNTAX)
			fail_msg("accepted: %s", rows[i]);
	}
}

static void test_limits(void **state)
{
	(void)state;
	char text[TARGET_MAX + 2];
	memset(text, 'a', sizeof(text));
	text[0] = '/';
	assert_int_equal(target_parse(span_of(text, TARGET_MAX), &target), ERR_OK);
	assert_int_equal(strlen(target.path), TARGET_MAX);
	assert_int_equal(target_parse(span_of(text, TARGET_MAX + 1), &target), ERR_LIMIT);
	assert_int_equal(parse("/?1&2&3&4&5&6&7&8"), ERR_OK);
	assert_int_equal(parse("/?1&2&3&4&5&6&7&8&9"), ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_and_parameters),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

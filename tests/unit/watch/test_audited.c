/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/audited.h"

#include "tests/unit/cmocka_all.h"

static const char document[] =
	"{\"zones\":[{\"zone\":\"other.lab\"},{\"zone\":\"half.lab\",\"verdict\":\"both\",\"signed\":true,\"signed_until\":1800000000,"
	"\"ipv6\":{\"resolvable\":\"yes\",\"usable_servers\":1,\"meant\":true},"
	"\"ipv4\":{\"resolvable\":\"no\",\"usable_servers\":0,\"meant\":false,\"culprit\":\"lab\",\"cause\":\"does not "
	"answer\"},"
	"\"servers\":[{},{}]}],\"findings\":[{\"code\":\"D02\",\"severity\":\"error\",\"subject\":\"ns2.half.lab\","
	"\"cause\":\"x\"},"
	"{\"code\":\"S06\",\"severity\":\"notice\",\"subject\":\"half.lab\",\"cause\":\"y\"},{\"code\":7}]}";

static struct audited read_it(const char *text, const char *zone, bool is_there)
{
	struct audited audited = {0};
	json_t *json = json_loads(text, 0, NULL);
	assert_non_null(json);
	assert_int_equal(audited_read(json, zone, &audited), is_there);
	json_decref(json);
	return audited;
}

static enum probe_state judged(const struct audited *audited, enum family family, enum audited_require require)
{
	struct probe_result result;
	audited_judge(audited, family, require, &result);
	assert_int_equal(result.reason[0] != '\0', result.state != PROBE_STATE_GOOD);
	return result.state;
}

static void test_what_an_audit_says(void **state)
{
	(void)state;
	struct audited audited = read_it(document, "HALF.lab", true);
	assert_string_equal(audited.verdict, "both");
	assert_true(audited.is_signed);
	assert_int_equal(audited.signed_until_s, 1800000000);
	assert_int_equal(audited.families[FAMILY_IPV6].usable, 1);
	assert_int_equal(audited.families[FAMILY_IPV6].total, 2);
	assert_string_equal(audited.families[FAMILY_IPV4].cause, "lab does not answer");
	assert_int_equal(audited.errors, 1);
	assert_string_equal(audited.findings[0].code, "D02");
}

static void test_what_is_required(void **state)
{
	(void)state;
	struct audited audited = read_it(document, "half.lab", true);
	assert_int_equal(judged(&audited, FAMILY_IPV6, AUDITED_TWO), PROBE_STATE_NO_PATH);
	assert_int_equal(judged(&audited, FAMILY_IPV6, AUDITED_ONE), PROBE_STATE_GOOD);
	assert_int_equal(judged(&audited, FAMILY_IPV6, AUDITED_REACHABLE), PROBE_STATE_GOOD);
	assert_int_equal(judged(&audited, FAMILY_IPV4, AUDITED_ONE), PROBE_STATE_NO_PATH);
	/* Nobody published an address of the family: that is what the operator wants. */
	assert_int_equal(judged(&audited, FAMILY_IPV4, AUDITED_REACHABLE), PROBE_STATE_GOOD);
	audited.families[FAMILY_IPV4].is_meant = true;
	assert_int_equal(judged(&audited, FAMILY_IPV4, AUDITED_REACHABLE), PROBE_STATE_NO_PATH);
}

/* V01. */
static void test_what_was_not_seen_is_no_failure(void **state)
{
	(void)state;
	struct audited audited = read_it("{\"zones\":[{\"zone\":\"a\",\"ipv6\":{\"resolvable\":\"untested\"},"
					 "\"ipv4\":{\"resolvable\":\"open\"}}]}",
					 "a", true);
	assert_int_equal(judged(&audited, FAMILY_IPV6, AUDITED_TWO), PROBE_STATE_UNTESTED);
	assert_int_equal(judged(&audited, FAMILY_IPV4, AUDITED_TWO), PROBE_STATE_UNTESTED);
}

static void test_documents_that_are_none(void **state)
{
	(void)state;
	static const char *const texts[] = {"{}", "[]", "{\"zones\":7}", "{\"zones\":[7,{\"zone\":7}]}",
					    "{\"zones\":[{\"zone\":\"b\"}],\"findings\":{}}"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		read_it(texts[i], "a", false);
	struct audited audited =
		read_it("{\"zones\":[{\"zone\":\"a\",\"ipv6\":[],\"servers\":{}}],\"findings\":[[]]}", "a", true);
	assert_int_equal(judged(&audited, FAMILY_IPV6, AUDITED_TWO), PROBE_STATE_UNTESTED);
	assert_int_equal(audited.errors, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_an_audit_says),
		cmocka_unit_test(test_what_is_required),
		cmocka_unit_test(test_what_was_not_seen_is_no_failure),
		cmocka_unit_test(test_documents_that_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

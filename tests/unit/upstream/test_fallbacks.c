/* SPDX-License-Identifier: BSD-2-Clause */
#include "upstream/fallbacks.h"

#include "tests/unit/cmocka_all.h"

#define SECOND 1000000ull
#define START (1000 * SECOND)

static struct ip_endpoint endpoint_of(const char *text)
{
	struct ip_endpoint endpoint;
	assert_int_equal(ip_endpoint_from_text(text, 53, &endpoint), ERR_OK);
	return endpoint;
}

/* RFC 10001 5: what a resolver says to a zone of each family, and what that makes it. */
static void test_abilities(void **state)
{
	(void)state;
	static const struct {
		enum fallback_reply ipv6, ipv4;
		enum fallback_ability ability;
	} rows[] = {
		{FALLBACK_ANSWERED, FALLBACK_ANSWERED, FALLBACK_DUAL},
		{FALLBACK_ANSWERED, FALLBACK_FAILED, FALLBACK_IPV6_ALONE},
		{FALLBACK_ANSWERED, FALLBACK_SILENT, FALLBACK_IPV6_ALONE},
		{FALLBACK_FAILED, FALLBACK_ANSWERED, FALLBACK_IPV4_ALONE},
		{FALLBACK_SILENT, FALLBACK_ANSWERED, FALLBACK_IPV4_ALONE},
		{FALLBACK_FAILED, FALLBACK_FAILED, FALLBACK_NEITHER},
		{FALLBACK_FAILED, FALLBACK_SILENT, FALLBACK_NEITHER},
		{FALLBACK_SILENT, FALLBACK_FAILED, FALLBACK_NEITHER},
		{FALLBACK_SILENT, FALLBACK_SILENT, FALLBACK_UNREACHABLE},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const enum fallback_reply replies[FAMILY_COUNT] = {[FAMILY_IPV6] = rows[i].ipv6,
		                                                   [FAMILY_IPV4] = rows[i].ipv4};
		assert_int_equal(fallback_ability_of(replies), rows[i].ability);
	}
}

/* Used until it is known, then only when it is dual-stack; back when it is again. */
static void test_use(void **state)
{
	(void)state;
	struct fallbacks *fallbacks = fallbacks_new();
	const struct ip_endpoint servers[] = {endpoint_of("2001:db8::1"), endpoint_of("192.0.2.1")};
	const struct ip_endpoint other = endpoint_of("2001:db8::2");
	fallbacks_set(fallbacks, servers, 2, true);
	assert_true(fallbacks_may_ask(fallbacks, &servers[0]) && fallbacks_may_ask(fallbacks, &other));
	for (enum fallback_ability ability = FALLBACK_DUAL; ability < FALLBACK_ABILITY_COUNT; ability++) {
		assert_true(fallbacks_judge(fallbacks, &servers[0], ability, START));
		assert_false(fallbacks_judge(fallbacks, &servers[0], ability, START)); /* no news */
		assert_int_equal(fallbacks_may_ask(fallbacks, &servers[0]), ability == FALLBACK_DUAL);
		assert_true(fallbacks_may_ask(fallbacks, &servers[1]));
	}
	struct fallback_view views[FALLBACKS_MAX];
	assert_int_equal(fallbacks_all(fallbacks, views), 2);
	assert_true(views[0].ability == FALLBACK_UNREACHABLE && !views[0].is_used && views[0].probed_us == START);
	assert_true(views[1].ability == FALLBACK_NOT_PROBED && views[1].is_used && views[1].probed_us == 0);
	assert_true(fallbacks_judge(fallbacks, &servers[0], FALLBACK_DUAL, START));
	assert_true(fallbacks_may_ask(fallbacks, &servers[0]));
	assert_false(fallbacks_judge(fallbacks, &other, FALLBACK_NEITHER, START)); /* a reload took it away */
	fallbacks_free(fallbacks);
}

static bool is_due(struct fallbacks *fallbacks, uint64_t now_us)
{
	struct ip_endpoint due;
	return fallbacks_due(fallbacks, now_us, &due);
}

static void test_times(void **state)
{
	(void)state;
	struct fallbacks *fallbacks = fallbacks_new();
	const struct ip_endpoint server = endpoint_of("2001:db8::1");
	fallbacks_set(fallbacks, &server, 1, true);
	assert_true(is_due(fallbacks, 0)); /* at start */
	fallbacks_judge(fallbacks, &server, FALLBACK_DUAL, START);
	assert_false(is_due(fallbacks, START + 299 * SECOND));
	assert_true(is_due(fallbacks, START + 300 * SECOND));
	/* Those that are not well are looked at sooner, less and less often. */
	static const unsigned waits_s[] = {10, 20, 40, 80, 160, 300, 300};
	uint64_t now_us = START;
	for (size_t i = 0; i < sizeof(waits_s) / sizeof(waits_s[0]); i++) {
		fallbacks_judge(fallbacks, &server, FALLBACK_IPV6_ALONE, now_us);
		now_us += waits_s[i] * SECOND;
		assert_false(is_due(fallbacks, now_us - 1));
		assert_true(is_due(fallbacks, now_us));
	}
	/* After a failure: soon, but not at each. */
	fallbacks_judge(fallbacks, &server, FALLBACK_DUAL, START);
	fallbacks_trouble(fallbacks, &server, START + SECOND);
	assert_false(is_due(fallbacks, START + 10 * SECOND - 1));
	assert_true(is_due(fallbacks, START + 10 * SECOND));
	fallbacks_judge(fallbacks, &server, FALLBACK_DUAL, START);
	fallbacks_trouble(fallbacks, &server, START + 100 * SECOND);
	assert_true(is_due(fallbacks, START + 100 * SECOND));
	fallbacks_free(fallbacks);
}

static void test_reload(void **state)
{
	(void)state;
	struct fallbacks *fallbacks = fallbacks_new();
	const struct ip_endpoint servers[] = {endpoint_of("2001:db8::1"), endpoint_of("2001:db8::2")};
	fallbacks_set(fallbacks, servers, 1, true);
	fallbacks_judge(fallbacks, &servers[0], FALLBACK_IPV6_ALONE, START);
	fallbacks_set(fallbacks, servers, 2, true);
	assert_false(fallbacks_may_ask(fallbacks, &servers[0])); /* what is known stays */
	assert_true(fallbacks_may_ask(fallbacks, &servers[1]));
	assert_true(is_due(fallbacks, START)); /* and is looked at again */
	/* Without probe zones the operator's word is all there is. */
	fallbacks_set(fallbacks, servers, 2, false);
	assert_true(fallbacks_may_ask(fallbacks, &servers[0]));
	assert_false(is_due(fallbacks, START + 10000 * SECOND));
	fallbacks_trouble(fallbacks, &servers[0], START);
	assert_false(is_due(fallbacks, START + 10000 * SECOND));
	assert_false(fallbacks_judge(fallbacks, &servers[0], FALLBACK_NEITHER, START));
	fallbacks_free(fallbacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_abilities), cmocka_unit_test(test_use),
	                                   cmocka_unit_test(test_times), cmocka_unit_test(test_reload)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

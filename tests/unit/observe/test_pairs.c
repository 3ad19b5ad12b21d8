/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/pairs.h"

#include "tests/unit/observe/events.h"

static struct pairs *pairs;

static void give(const char *client, const char *type, const char *rcode, unsigned answers, uint64_t later_us)
{
	struct event event = answer_of(client, "www.example.com", type, rcode);
	event.time_us += later_us;
	event.answers = (uint16_t)answers;
	event.known |= EVENT_HAS_ANSWERS;
	pairs_event(pairs, &event);
}

static void check(const char *service, enum pair_outcome outcome, uint64_t wanted)
{
	uint64_t counts[PAIR_OUTCOME_COUNT], sum = 0;
	pairs_counts(pairs, service, counts);
	for (int i = 0; i < PAIR_OUTCOME_COUNT; i++)
		sum += counts[i];
	assert_int_equal(counts[outcome], wanted);
	assert_int_equal(sum, wanted);
}

static void test_outcomes(void **state)
{
	(void)state;
	static const struct {
		const char *aaaa;
		unsigned aaaa_answers;
		const char *a;
		unsigned a_answers;
		enum pair_outcome outcome;
	} rows[] = {
		{"NOERROR", 1, "NOERROR", 1, PAIR_BOTH_OK},       {"NXDOMAIN", 0, "NXDOMAIN", 0, PAIR_BOTH_OK},
		{"NOERROR", 0, "NOERROR", 0, PAIR_BOTH_OK},       {"NOERROR", 1, "NOERROR", 0, PAIR_BOTH_OK},
		{"NOERROR", 0, "NOERROR", 1, PAIR_AAAA_NEGATIVE}, {"SERVFAIL", 0, "NOERROR", 1, PAIR_AAAA_ONLY_FAILED},
		{NULL, 0, "NOERROR", 1, PAIR_AAAA_ONLY_FAILED},   {"NOERROR", 1, "SERVFAIL", 0, PAIR_A_ONLY_FAILED},
		{"SERVFAIL", 0, "SERVFAIL", 0, PAIR_BOTH_FAILED},
	};
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		pairs = pairs_new();
		if (i % 2 == 0) /* either may come first */
			give("2001:db8::1", "AAAA", rows[i / 2].aaaa, rows[i / 2].aaaa_answers, 0);
		give("2001:db8::1", "A", rows[i / 2].a, rows[i / 2].a_answers, 0);
		if (i % 2 == 1)
			give("2001:db8::1", "AAAA", rows[i / 2].aaaa, rows[i / 2].aaaa_answers, 1000);
		check("lan", rows[i / 2].outcome, 1);
		check("other", PAIR_BOTH_OK, 0);
		pairs_free(pairs);
	}
}

static void test_what_is_no_pair(void **state)
{
	(void)state;
	pairs = pairs_new();
	give("2001:db8::1", "AAAA", "NOERROR", 1, 0);
	give("2001:db8::2", "A", "NOERROR", 1, 0); /* of another client */
	give("2001:db8::1", "AAAA", "NOERROR", 1, 1000);
	give("2001:db8::1", "TXT", "NOERROR", 1, 1000);
	give("2001:db8::1", "A", "NOERROR", 1, 2100000); /* too late */
	check("lan", PAIR_BOTH_OK, 0);
	give("2001:db8::1", "AAAA", "NOERROR", 1, 2200000);
	give("2001:db8::1", "A", "NOERROR", 1, 2200000); /* the pair has had its A */
	check("lan", PAIR_BOTH_OK, 1);
	pairs_free(pairs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_what_is_no_pair),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

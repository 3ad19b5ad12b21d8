/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/facts.h"
#include "tests/unit/cmocka_all.h"

static struct fact_question question_of(uint16_t type, enum question_transport transport)
{
	return (struct fact_question){.server = {.addr = {.family = FAMILY_IPV6, .bytes = {0x20, 1}}, .port = 53},
				      .transport = transport,
				      .qname = {(const uint8_t *)"\7example\0", 9, 1},
				      .qtype = type,
				      .edns_size = 1232,
				      .is_do = true};
}

static void test_each_question_is_wanted_once(void **state)
{
	struct facts *facts = facts_new(SIZE_MAX);
	for (int round = 0; round < 3; round++) {
		for (uint16_t type = 1; type <= 3000; type++) {
			const struct fact_question udp = question_of(type, QUESTION_UDP),
						   tcp = question_of(type, QUESTION_TCP);
			assert_ptr_equal(facts_get(facts, &udp), facts_get(facts, &udp));
			assert_ptr_not_equal(facts_get(facts, &udp), facts_get(facts, &tcp));
		}
	}
	size_t wanted = 0;
	while (facts_take_wanted(facts) != NULL)
		wanted++;
	assert_int_equal(wanted, 6000);
	assert_int_equal(facts_count(facts), 6000);
	facts_free(facts);
}

static void test_a_closed_book_wants_nothing(void **state)
{
	struct facts *facts = facts_new(SIZE_MAX);
	const struct fact_question first = question_of(1, QUESTION_UDP), second = question_of(2, QUESTION_UDP);
	const struct fact *fact = facts_get(facts, &first);
	assert_ptr_equal(facts_take_wanted(facts), fact); /* under way */
	assert_true(fact_is_open(fact));
	facts_close(facts);
	assert_int_equal(fact->state, FACT_UNKNOWN);
	assert_int_equal(facts_get(facts, &second)->state, FACT_UNKNOWN);
	assert_null(facts_take_wanted(facts));
	facts_free(facts);
}

/* A tree of zones that has no end is left alone some time. */
static void test_a_book_has_an_end(void **state)
{
	struct facts *facts = facts_new(10);
	size_t wanted = 0;
	for (uint16_t type = 1; type <= 30; type++) {
		const struct fact_question question = question_of(type, QUESTION_UDP);
		assert_int_equal(facts_get(facts, &question)->state, type <= 10 ? FACT_WANTED : FACT_UNKNOWN);
	}
	while (facts_take_wanted(facts) != NULL)
		wanted++;
	assert_int_equal(wanted, 10);
	facts_free(facts);
}

#define FURTHER 5

static void test_json_there_and_back(void **state)
{
	struct fact_question further[FURTHER];
	for (size_t i = 0; i < FURTHER; i++)
		further[i] = question_of(1, QUESTION_UDP);
	further[0].qclass = 3;
	further[1].edns_version = 1;
	further[2].options = FACT_OPTION_NSID | FACT_OPTION_UNKNOWN;
	further[3].options = FACT_OPTION_COOKIE;
	further[4].again = 1;
	char message[160];
	struct text out = {0}, again = {0};
	struct facts *facts = facts_new(SIZE_MAX), *read = facts_new(SIZE_MAX);
	const struct fact_question first = question_of(1, QUESTION_UDP), second = question_of(28, QUESTION_TCP);
	struct fact_question probed = first;
	const struct fact_seen seen = {.fragment = 1496, .segment = 1440, .answered = 2, .is_kept = true, .is_encrypted = true, .expires_s = 1900000000,
					   .records = 3, .digest = {[31] = 9}};
	probed.probe = PROBE_DATAGRAM;
	struct fact_question https = second, elsewhere = second;
	https.probe = elsewhere.probe = PROBE_HTTPS;
	https.path = "/dns-query";
	elsewhere.path = "/q"; /* another question */
	const struct fact_seen page = {.is_encrypted = true, .is_http2 = true, .status = 404, .is_dns_message = true};
	assert_int_equal(facts_add(facts, &https, FACT_REFUSED, (struct span){0}, 79, &page), ERR_OK);
	assert_int_equal(facts_add(facts, &elsewhere, FACT_SILENT, (struct span){0}, 80, NULL), ERR_OK);
	assert_int_equal(facts_add(facts, &first, FACT_REPLY, span_text("0123456789ab"), 77, NULL), ERR_OK);
	assert_int_equal(facts_add(facts, &second, FACT_SILENT, (struct span){0}, 3000000, NULL), ERR_OK);
	assert_int_equal(facts_add(facts, &probed, FACT_REPLY, span_text("0123456789ab"), 78, &seen), ERR_OK);
	for (size_t i = 0; i < FURTHER; i++)
		assert_int_equal(facts_add(facts, &further[i], FACT_SILENT, (struct span){0}, (uint32_t)i, NULL), ERR_OK);
	facts_set_time(facts, 1796000000);
	facts_to_json(facts, &out);
	assert_int_equal(facts_from_json(read, out.data, out.size, message), ERR_OK);
	facts_to_json(read, &again);
	assert_string_equal(text_string(&out), text_string(&again));
	assert_int_equal(facts_get(read, &second)->state, FACT_SILENT);
	assert_int_equal(facts_get(read, &probed)->duration_us, 78);
	assert_int_equal(facts_get(read, &probed)->seen.fragment, 1496);
	assert_int_equal(facts_get(read, &probed)->seen.segment, 1440);
	assert_int_equal(facts_get(read, &probed)->seen.answered, 2);
	assert_true(facts_get(read, &probed)->seen.is_kept && facts_get(read, &probed)->seen.is_encrypted);
	assert_int_equal(facts_get(read, &probed)->seen.records, 3);
	assert_int_equal(facts_get(read, &https)->seen.status, 404);
	assert_true(facts_get(read, &https)->seen.is_http2 && facts_get(read, &https)->seen.is_dns_message);
	assert_int_equal(facts_get(read, &elsewhere)->duration_us, 80);
	assert_int_equal(facts_get(read, &probed)->seen.digest[31], 9);
	assert_int_equal(facts_get(read, &probed)->seen.expires_s, 1900000000);
	assert_int_equal(facts_time(read), 1796000000);
	for (size_t i = 0; i < FURTHER; i++) /* each is a question of its own */
		assert_int_equal(facts_get(read, &further[i])->duration_us, i);
	assert_memory_equal(facts_get(read, &first)->message.data, "0123456789ab", 12);
	assert_int_equal(facts_from_json(read, "{", 1, message), ERR_SYNTAX);
	assert_non_null(strstr(message, "line 1"));
	assert_int_equal(facts_from_json(read, "{\"a\":\033[2J}", 10, message), ERR_SYNTAX);
	assert_null(strchr(message, '\033')); /* a terminal may get it */
	assert_int_equal(facts_from_json(read, "{\"schema\":\"x\",\"time\":1,\"facts\":[]}", 34, message), ERR_SYNTAX);
	text_free(&out);
	text_free(&again);
	facts_free(facts);
	facts_free(read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_question_is_wanted_once),
		cmocka_unit_test(test_a_closed_book_wants_nothing),
		cmocka_unit_test(test_a_book_has_an_end),
		cmocka_unit_test(test_json_there_and_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/truncation.h"

#include "tests/unit/cmocka_all.h"

static const uint8_t qname[] = "\3www\7example";
static const uint8_t QNAME[] = "\3wWw\7exAMPLE";

static struct query_event event_of(const char *client, enum transport transport, bool is_tc, uint64_t second)
{
	struct query_event event = {
		.qname = transport == TRANSPORT_TCP ? QNAME : qname, .qname_size = sizeof(qname), .qtype = 28,
		.transport = transport, .is_tc = is_tc, .wall_us = second * 1000000};
	assert_int_equal(ip_endpoint_from_text(client, 0, &event.client), ERR_OK);
	return event;
}

static bool is_followed(struct truncations *truncations, const char *client, enum transport transport, bool is_tc,
                        uint64_t second)
{
	const struct query_event event = event_of(client, transport, is_tc, second);
	return truncation_is_followed(truncations, &event);
}

/* Both families: another port, another case of letters, once. */
static void test_follow(void **state)
{
	(void)state;
	static const char *const clients[][3] = {{"2001:db8::1@1025", "2001:db8::1@2048", "2001:db8::2@2048"},
	                                         {"192.0.2.1@1025", "192.0.2.1@2048", "192.0.2.2@2048"}};
	for (size_t i = 0; i < 2; i++) {
		struct truncations *truncations = truncations_new();
		assert_non_null(truncations);
		assert_false(is_followed(truncations, clients[i][1], TRANSPORT_TCP, false, 100));
		assert_false(is_followed(truncations, clients[i][0], TRANSPORT_UDP, true, 100));
		assert_false(is_followed(truncations, clients[i][2], TRANSPORT_TCP, false, 101));
		assert_true(is_followed(truncations, clients[i][1], TRANSPORT_TCP, false, 102));
		assert_false(is_followed(truncations, clients[i][1], TRANSPORT_TCP, false, 102));
		truncations_free(truncations);
	}
}

static void test_what_is_none(void **state)
{
	(void)state;
	struct truncations *truncations = truncations_new();
	assert_non_null(truncations);
	/* Whole answers, other types, too late, no question. */
	assert_false(is_followed(truncations, "2001:db8::1@1", TRANSPORT_UDP, false, 100));
	assert_false(is_followed(truncations, "2001:db8::1@1", TRANSPORT_TCP, false, 101));
	assert_false(is_followed(truncations, "2001:db8::1@1", TRANSPORT_UDP, true, 100));
	struct query_event other = event_of("2001:db8::1@1", TRANSPORT_TCP, false, 101);
	other.qtype = 1;
	assert_false(truncation_is_followed(truncations, &other));
	other.qname = NULL;
	assert_false(truncation_is_followed(truncations, &other));
	assert_false(is_followed(truncations, "2001:db8::1@1", TRANSPORT_TCP, false, 111));
	truncations_free(truncations);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_follow), cmocka_unit_test(test_what_is_none)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/resolver/engine_fixture.h"

#include "resolver/engine.h"

#include <stdio.h>

#define QUERIES 400
#define NEAR_US 5000
#define FAR_US 600000

/* Asks for a name of its own; the forwarder's reply takes so long. Hedges and the like have no reply. */
static void exchange(struct fixture *fixture, unsigned number, uint64_t rtt_us)
{
	uint8_t octets[64];
	struct writer name = writer_of(octets, sizeof(octets));
	char label[16];
	struct action action;
	struct kept_ask *first = NULL;
	writer_u8(&name, (uint8_t)snprintf(label, sizeof(label), "n%u", number));
	writer_bytes(&name, label, strlen(label));
	writer_bytes(&name, "\4test", 6);
	const struct client_query query = {
		.client = "2001:db8:c::1", .qname = writer_span(&name), .qtype = RR_A, .owner = fixture};
	assert_int_equal(fixture_query(fixture, &query), RESOLVER_WAITING);
	while (resolver_act(fixture->resolver, fixture->now, &action)) {
		if (action.kind == ACTION_ASK && first == NULL)
			first = ask_keep(fixture, &action);
	}
	assert_non_null(first);
	fixture->now.mono_us += rtt_us;
	uint8_t message[128];
	struct writer out = writer_of(message, sizeof(message));
	writer_bytes(&out, "\0\0\x81\x80\0\1\0\1\0\0\0\0", 12);
	writer_bytes(&out, octets, name.size);
	writer_bytes(&out, "\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\0\0\4\300\0\2\1", 20);
	resolver_reply(fixture->resolver, fixture->now, first->id, writer_span(&out));
	ask_drop(fixture, first->id);
	while (resolver_act(fixture->resolver, fixture->now, &action))
		;
}

/* slow_of_ten of ten replies take FAR_US, the others NEAR_US. What round trips are taken for in the end. */
static uint32_t learned_us(unsigned slow_of_ten)
{
	struct fixture fixture;
	struct policy_server server = server_at(addr_text("2001:db8::53"));
	const struct policy_zone zone = {.zone = name_root, .is_forward = true, .servers = &server, .server_count = 1};
	fixture_prepare(&fixture, "usual");
	fixture.policy.zones = &zone;
	fixture.policy.zone_count = 1;
	fixture_start(&fixture, 1 << 20, 4, 1);
	for (unsigned i = 0; i < QUERIES; i++)
		exchange(&fixture, i, i * 7 % 10 < slow_of_ten ? FAR_US : NEAR_US);
	uint32_t usual_us = fixture.resolver->usual_rtt_us;
	fixture_end(&fixture);
	return usual_us;
}

/* Whoever makes us ask slow servers of theirs does not make us patient with all others. */
static void test_a_few_slow_servers_are_not_the_usual(void **state)
{
	(void)state;
	assert_in_range(learned_us(0), NEAR_US / 2, 2 * NEAR_US);
	assert_in_range(learned_us(4), NEAR_US / 2, 4 * NEAR_US);
}

/* Where most of the world is far away, that is learned. */
static void test_a_slow_network_is_learned(void **state)
{
	(void)state;
	assert_in_range(learned_us(10), FAR_US / 2, 2 * FAR_US);
	assert_in_range(learned_us(8), FAR_US / 2, 2 * FAR_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_few_slow_servers_are_not_the_usual),
		cmocka_unit_test(test_a_slow_network_is_learned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/round.h"

#include "base/clock.h"
#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"

#include <time.h>
#include <unistd.h>

static size_t told;

static void tell(void *owner, const struct probe *probe, const struct probe_result *result, const struct ip_addr *source)
{
	(void)owner, (void)probe, (void)result, (void)source;
	told++;
}

static bool was_bogus(void *owner, const struct probe *probe)
{
	(void)owner, (void)probe;
	return false;
}

static void left(void *owner, uint16_t port)
{
	(void)owner, (void)port;
}

static void wait_until(void *owner, uint64_t until_us)
{
	(void)owner;
	uint64_t now_us = clock_monotonic_us();
	if (until_us > now_us)
		usleep((useconds_t)(until_us - now_us));
}

static uint64_t processor_us(void)
{
	struct timespec used;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}

/* Nobody listens there, so the plain question ends at once, and its twin with CD is due 0.3 s later. */
static void test_between_twins_the_processor_rests(void **state)
{
	(void)state;
	static const uint16_t types[] = {RR_AAAA};
	struct name_buffer buffer;
	struct name name;
	struct ip_endpoint resolver;
	atomic_bool is_stopped = false;
	struct found found[1] = {0};
	assert_int_equal(name_from_text(span_text("www.lab"), name_root, &buffer, &name, NULL), ERR_OK);
	assert_int_equal(ip_endpoint_from_text("::1", 1, &resolver), ERR_OK);
	const struct watch_set set = {.label = "set",
				      .names = &name,
				      .name_count = 1,
				      .types = types,
				      .type_count = 1,
				      .has_servers = true,
				      .has_resolvers = true,
				      .resolvers = &resolver,
				      .resolver_count = 1,
				      .is_cd_asked = true,
				      .every_ms = 1500,
				      .timeout_ms = 500};
	struct map *map = map_new(&set, &is_stopped);
	const struct round_options options = {.set = &set,
					      .map = map,
					      .found = found,
					      .is_stopped = &is_stopped,
					      .told = tell,
					      .was_bogus = was_bogus,
					      .left = left,
					      .wait = wait_until};
	struct round *round;
	assert_non_null(map);
	assert_int_equal(round_new(&options, &round), ERR_OK);
	uint64_t begun_us = processor_us();
	assert_true(round_run(round));
	assert_true(processor_us() - begun_us < 200000);
	assert_int_equal(told, 4); /* over UDP and TCP, without and with CD */
	round_free(round);
	map_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_between_twins_the_processor_rests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

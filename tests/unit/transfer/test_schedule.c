/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a secondary zone, in virtual time: whom it asks, when, and when it expires. */
#include "transfer/schedule.h"

#include "base/text.h"
#include "base/writer.h"
#include "dns/rdata.h"

#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

/* A primary's address as the network is: what it does when it is asked. */
struct primary {
	const char *endpoint;
	bool is_udp_silent, is_tcp_silent, is_refusing, is_truncating, is_transfer_bad;
	uint32_t serial;
};

struct world {
	struct primary *primaries;
	size_t count;
	struct schedule *schedule;
	uint32_t refresh_s, retry_s, expire_s; /* of the version that is transferred */
	uint64_t now_ms;
	struct text told; /* what was done: "1000 u0 t0 x0;" asked over UDP, TCP, transferred */
};

static struct span soa_make(uint8_t octets[SOA_SIZE_MIN], uint32_t serial, const struct world *world)
{
	struct writer out = writer_of(octets, SOA_SIZE_MIN);
	writer_bytes(&out, "\0\0", 2);
	writer_u32(&out, serial);
	writer_u32(&out, world->refresh_s);
	writer_u32(&out, world->retry_s);
	writer_u32(&out, world->expire_s);
	writer_u32(&out, 300);
	return writer_span(&out);
}

static struct world world_make(struct primary *primaries, size_t count)
{
	struct world world = {.primaries = primaries,
			      .count = count,
			      .refresh_s = 3600,
			      .retry_s = 600,
			      .expire_s = 86400,
			      .now_ms = 1000000};
	struct ip_endpoint endpoints[8];
	for (size_t i = 0; i < count; i++)
		assert_int_equal(ip_endpoint_from_text(primaries[i].endpoint, 53, &endpoints[i]), ERR_OK);
	assert_int_equal(schedule_new(endpoints, count, &world.schedule), ERR_OK);
	return world;
}

static void world_free(struct world *world)
{
	schedule_free(world->schedule);
	text_free(&world->told);
}

static void asked(struct world *world, const struct schedule_step *step)
{
	const struct primary *primary = &world->primaries[step->address];
	text_addf(&world->told, "%s%c%zu", world->told.size > 0 ? " " : "", step->is_tcp ? 't' : 'u', step->address);
	if (step->is_tcp ? primary->is_tcp_silent : primary->is_udp_silent)
		schedule_failed(world->schedule, SCHEDULE_SILENT);
	else if (primary->is_refusing)
		schedule_failed(world->schedule, SCHEDULE_BAD);
	else if (primary->is_truncating && !step->is_tcp)
		schedule_failed(world->schedule, SCHEDULE_TRUNCATED);
	else
		schedule_told(world->schedule, primary->serial, world->now_ms);
}

static void transferred(struct world *world, size_t address)
{
	uint8_t octets[SOA_SIZE_MIN];
	text_addf(&world->told, " x%zu", address);
	if (world->primaries[address].is_transfer_bad)
		schedule_failed(world->schedule, SCHEDULE_BAD);
	else
		schedule_received(world->schedule, soa_make(octets, world->primaries[address].serial, world),
				  world->now_ms);
}

/* Until it waits: when for. */
static uint64_t round_run(struct world *world, const char *wanted)
{
	text_clear(&world->told);
	for (;;) {
		struct schedule_step step = schedule_next(world->schedule, world->now_ms, 0);
		if (step.action == SCHEDULE_ASK)
			asked(world, &step);
		else if (step.action == SCHEDULE_TRANSFER)
			transferred(world, step.address);
		else {
			assert_string_equal(world->told.size > 0 ? text_string(&world->told) : "", wanted);
			return step.at_ms;
		}
	}
}

#define V6 "2001:db8::1"
#define V4 "192.0.2.1"

static void rounds(void **state)
{
	static struct {
		const char *what;
		struct primary primaries[4];
		size_t count;
		const char *first, *second; /* what the first and the second round do */
	} rows[] = {
		{"both families work: IPv6 is asked, IPv4 looked at",
		 {{V6, .serial = 1}, {V4, .serial = 1}},
		 2,
		 "u0 x0 u1",
		 "u0 u1"},
		{"IPv6 first whatever the order", {{V4, .serial = 1}, {V6, .serial = 1}}, 2, "u1 x1 u0", "u1 u0"},
		{"IPv6 drops everything: IPv4 is tried, then preferred, IPv6 looked at",
		 {{V6, true, true, .serial = 1}, {V4, .serial = 1}},
		 2,
		 "u0 u1 x1",
		 "u1 u0"},
		{"IPv4 drops everything", {{V6, .serial = 1}, {V4, true, true, .serial = 1}}, 2, "u0 x0 u1", "u0 u1"},
		{"a family where nobody answers comes last, with all its addresses",
		 {{V6, true, true, .serial = 1}, {"2001:db8::2", true, true, .serial = 1}, {V4, .serial = 1}},
		 3,
		 "u0 u2 x2",
		 "u2 u1"},
		{"one primary of a family is down: its other one is looked at",
		 {{V6, true, true, .serial = 1}, {"2001:db8::2", .serial = 1}, {V4, .serial = 1}},
		 3,
		 "u0 u2 x2",
		 "u2 u1"},
		{"nobody answers over UDP: TCP",
		 {{V6, true, .serial = 1}, {V4, true, true, .serial = 1}},
		 2,
		 "u0 u1 t0 x0",
		 "t0 u1"},
		{"truncated: TCP at once",
		 {{V6, .is_truncating = true, .serial = 1}, {V4, .serial = 1}},
		 2,
		 "u0 t0 x0 u1",
		 "t0 u1"},
		{"refused: the other is asked, and not over TCP again",
		 {{V6, .is_refusing = true}, {V4, .is_refusing = true}},
		 2,
		 "u0 u1",
		 "u0 u1"},
		{"a bad transfer: the other primary",
		 {{V6, .is_transfer_bad = true, .serial = 2}, {V4, .serial = 2}},
		 2,
		 "u0 x0 u1 x1",
		 "u1 u0"},
		{"one that is newer is found over the other family",
		 {{V6, .serial = 4}, {V4, .serial = 5}},
		 2,
		 "u0 x0 u1 x1",
		 "u0 u1"},
		{"nobody there", {{V6, true, true}, {V4, true, true}}, 2, "u0 u1 t0 t1", "u0 u1 t0 t1"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].what);
		struct world world = world_make(rows[i].primaries, rows[i].count);
		world.now_ms = round_run(&world, rows[i].first);
		round_run(&world, rows[i].second);
		world_free(&world);
	}
}

/* RFC 1034 4.3.5: refresh after a good round, retry after a bad one, expiry from the last good one on. */
static void times(void **state)
{
	struct primary primaries[] = {{V6, .serial = 7}, {V4, .serial = 7}};
	struct world world = world_make(primaries, 2);
	(void)state;
	uint64_t begin_ms = world.now_ms;
	assert_int_equal(schedule_expiry_ms(world.schedule), UINT64_MAX);
	assert_int_equal(round_run(&world, "u0 x0 u1"), begin_ms + 3600000);
	assert_int_equal(schedule_expiry_ms(world.schedule), begin_ms + 86400000);
	world.now_ms += 3599999;
	assert_int_equal(round_run(&world, ""), begin_ms + 3600000);
	primaries[0].is_udp_silent = primaries[0].is_tcp_silent = primaries[1].is_udp_silent =
		primaries[1].is_tcp_silent = true;
	world.now_ms += 1;
	assert_int_equal(round_run(&world, "u0 u1 t0 t1"), begin_ms + 4200000);
	assert_int_equal(schedule_family_reach(world.schedule, FAMILY_IPV6), SCHEDULE_FAILING);
	for (world.now_ms = begin_ms + 4200000; !schedule_is_expired(world.schedule, world.now_ms);)
		world.now_ms = round_run(&world, "u0 u1 t0 t1");
	assert_int_equal(world.now_ms,
			 begin_ms + 86400000); /* 3600 and 600 add up to it: not a ms before, not one after */
	assert_false(schedule_is_expired(world.schedule, world.now_ms - 1));
	/* It comes back with the same serial. */
	primaries[1].is_udp_silent = false;
	round_run(&world, "u0 u1");
	assert_false(schedule_is_expired(world.schedule, world.now_ms));
	assert_int_equal(schedule_expiry_ms(world.schedule), world.now_ms + 86400000);
	assert_int_equal(schedule_family_reach(world.schedule, FAMILY_IPV4), SCHEDULE_REACHED);
	world_free(&world);
}

static void bounds(void **state)
{
	static const struct {
		uint32_t refresh_s, retry_s, expire_s;
		uint64_t due_s, again_s, expiry_s;
	} rows[] = {
		{0, 0, 0, 2, 1, 3},
		{UINT32_MAX, UINT32_MAX, UINT32_MAX, 28 * 86400, 14 * 86400, 168 * 86400},
		{3600, 600, 60, 3600, 600, 4200}, /* it would expire between two rounds */
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct primary primaries[] = {{V6, .serial = 7}};
		struct world world = world_make(primaries, 1);
		uint64_t begin_ms = world.now_ms;
		world.refresh_s = rows[i].refresh_s;
		world.retry_s = rows[i].retry_s;
		world.expire_s = rows[i].expire_s;
		assert_int_equal(round_run(&world, "u0 x0"), begin_ms + rows[i].due_s * 1000);
		assert_int_equal(schedule_expiry_ms(world.schedule), begin_ms + rows[i].expiry_s * 1000);
		primaries[0].is_refusing = true;
		world.now_ms += rows[i].due_s * 1000;
		assert_int_equal(round_run(&world, "u0"), world.now_ms + rows[i].again_s * 1000);
		world_free(&world);
	}
}

/* Never later than the SOA says, and earlier by 1/20 at most. */
static void jitter(void **state)
{
	struct primary primaries[] = {{V6, .serial = 7}};
	struct world world = world_make(primaries, 1);
	(void)state;
	world.refresh_s = 200;
	uint64_t least = UINT64_MAX, most = 0;
	for (uint32_t i = 0; i < 5000; i++) {
		struct schedule_step step;
		while ((step = schedule_next(world.schedule, world.now_ms, i * 2654435761u)).action != SCHEDULE_WAIT) {
			if (step.action == SCHEDULE_ASK)
				schedule_told(world.schedule, 7, world.now_ms);
			else
				transferred(&world, 0);
		}
		uint64_t pause = step.at_ms - world.now_ms;
		least = pause < least ? pause : least;
		most = pause > most ? pause : most;
		world.now_ms = step.at_ms;
	}
	assert_in_range(least, 190000, 190100);
	assert_in_range(most, 199900, 200000);
	world_free(&world);
}

static void backoff(void **state)
{
	static const uint64_t pauses_s[] = {1, 2, 4, 8, 16, 32, 60, 60};
	struct primary primaries[] = {{V6, .is_refusing = true}};
	struct world world = world_make(primaries, 1);
	(void)state;
	for (size_t i = 0; i < sizeof(pauses_s) / sizeof(pauses_s[0]); i++) {
		uint64_t next_ms = round_run(&world, "u0");
		assert_int_equal(next_ms - world.now_ms, pauses_s[i] * 1000);
		world.now_ms = next_ms;
	}
	world_free(&world);
}

/* RFC 1982: serials go round; and a primary that is behind does not confirm our version. */
static void serials(void **state)
{
	struct primary primaries[] = {{V6, .serial = UINT32_MAX}, {V4, .serial = UINT32_MAX}};
	struct world world = world_make(primaries, 2);
	(void)state;
	uint64_t begin_ms = world.now_ms;
	world.now_ms = round_run(&world, "u0 x0 u1");
	primaries[0].serial = primaries[1].serial = 3;
	world.now_ms = round_run(&world, "u0 x0 u1");
	assert_int_equal(schedule_serial(world.schedule), 3);
	assert_int_equal(schedule_confirmed_ms(world.schedule), begin_ms + 3600000);
	primaries[0].serial = 2;
	world.now_ms = round_run(&world, "u0 u1"); /* IPv4 confirms */
	assert_int_equal(schedule_confirmed_ms(world.schedule), begin_ms + 7200000);
	primaries[1].serial = 2;
	assert_int_equal(round_run(&world, "u0 u1"), world.now_ms + 600000);
	assert_int_equal(schedule_confirmed_ms(world.schedule), begin_ms + 7200000);
	/* Once ours has expired theirs is taken: serials may begin anew. */
	world.now_ms = schedule_expiry_ms(world.schedule);
	round_run(&world, "u0 x0 u1");
	assert_int_equal(schedule_serial(world.schedule), 2);
	assert_false(schedule_is_expired(world.schedule, world.now_ms));
	world_free(&world);
}

static void notifies(void **state)
{
	struct primary primaries[] = {{V6, .serial = 7}, {V4, .serial = 7}};
	struct world world = world_make(primaries, 2);
	struct ip_endpoint from;
	(void)state;
	assert_int_equal(ip_endpoint_from_text(V4, 53, &from), ERR_OK);
	round_run(&world, "u0 x0 u1");
	world.now_ms += 60000;
	primaries[1].serial = 8;
	schedule_notify(world.schedule, &from.addr, world.now_ms);
	round_run(&world, "u1 x1 u0"); /* who told is asked first */
	schedule_notify(world.schedule, &from.addr, world.now_ms);
	assert_int_equal(round_run(&world, ""), world.now_ms + SCHEDULE_NOTIFY_GAP_MS);
	/* One that comes during a round makes another one. */
	world.now_ms += SCHEDULE_NOTIFY_GAP_MS;
	assert_int_equal(schedule_next(world.schedule, world.now_ms, 0).address, 1);
	schedule_notify(world.schedule, &from.addr, world.now_ms);
	schedule_told(world.schedule, 8, world.now_ms);
	assert_int_equal(round_run(&world, "u0"), world.now_ms + SCHEDULE_NOTIFY_GAP_MS);
	world_free(&world);
}

/* A last good copy: asked about at once, and its age counts. */
static void restart(void **state)
{
	struct primary primaries[] = {{V6, true, true, .serial = 7}};
	struct world world = world_make(primaries, 1), later;
	uint8_t octets[SOA_SIZE_MIN];
	(void)state;
	schedule_begin(world.schedule, soa_make(octets, 7, &world), (int64_t)world.now_ms - 80000000);
	assert_int_equal(schedule_expiry_ms(world.schedule), world.now_ms + 6400000);
	round_run(&world, "u0 t0");
	schedule_begin(world.schedule, soa_make(octets, 7, &world), -90000000); /* before the machine's clock began */
	assert_true(schedule_is_expired(world.schedule, 0));
	/* Another list of primaries: what is known of the zone and of those that stay is kept. */
	later = world_make((struct primary[]){{V4, .serial = 7}, {V6, .serial = 7}}, 2);
	schedule_inherit(later.schedule, world.schedule);
	assert_int_equal(schedule_serial(later.schedule), 7);
	assert_int_equal(schedule_address_reach(schedule_address(later.schedule, 0)), SCHEDULE_UNKNOWN);
	assert_int_equal(schedule_address_reach(schedule_address(later.schedule, 1)), SCHEDULE_FAILING);
	world_free(&later);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounds),   cmocka_unit_test(times),   cmocka_unit_test(bounds),
		cmocka_unit_test(jitter),   cmocka_unit_test(backoff), cmocka_unit_test(serials),
		cmocka_unit_test(notifies), cmocka_unit_test(restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Histories: what is kept, what a client that is behind gets, what is netted out. */
#include "tests/unit/transfer/versions.h"
#include "transfer/zone_history.h"

#include <stdio.h>
#include <stdlib.h>

/* A zone with hosts of its own, so that its differences have room beside it. */
static struct zone *version_of(uint32_t serial, const char *more)
{
	struct text text = {0};
	text_addf(&text, "$TTL 300\n@ IN SOA ns1 dns %u 3600 900 1209600 120\n@ NS ns1\nns1 AAAA 2001:db8::1\n",
		  serial);
	for (unsigned i = 0; i < 40; i++)
		text_addf(&text, "host%u AAAA 2001:db8::%x\n", i, i);
	text_add(&text, more);
	struct zone *zone = version_make(text_string(&text));
	text_free(&text);
	return zone;
}

static struct difference *step(const struct zone *before, const struct zone *after)
{
	struct difference *difference;
	assert_int_equal(difference_between(before, after, &difference), ERR_OK);
	return difference;
}

/* The history of versions, the first of which it begins with. */
static struct zone_history *history_make(struct zone *const *zones, size_t count)
{
	struct zone_history *history, *next;
	assert_int_equal(zone_history_new(zones[0], &history), ERR_OK);
	for (size_t i = 1; i < count; i++) {
		assert_int_equal(zone_history_append(history, step(zones[i - 1], zones[i]), &next), ERR_OK);
		zone_history_free(history);
		history = next;
	}
	return history;
}

/* The sums that a history carries along are those of its zone. */
static void assert_measured(const struct zone_history *history, const struct zone *zone)
{
	struct zone_history *fresh;
	assert_int_equal(zone_history_new(zone, &fresh), ERR_OK);
	assert_int_equal(zone_history_serial(history), zone_serial(zone));
	assert_int_equal(zone_history_zone_octets(history), zone_history_zone_octets(fresh));
	assert_int_equal(zone_history_digest_at(history, zone_history_count(history)),
			 zone_history_digest_at(fresh, 0));
	zone_history_free(fresh);
}

#define VERSIONS 5
static const char *const texts[VERSIONS] = {"www A 192.0.2.80\nold TXT old\n", "www A 192.0.2.81\n",
					    "www A 192.0.2.82\nNew TXT new\n", "WWW A 192.0.2.81\nnew 60 TXT new\n",
					    "www A 192.0.2.80\nnew 60 TXT new\n"};
static const uint32_t serials[VERSIONS] = {4294967290, 4294967295, 3, 4, 9}; /* round the corner: RFC 1982 */

static void versions_make(struct zone *zones[VERSIONS])
{
	for (size_t i = 0; i < VERSIONS; i++)
		zones[i] = version_of(serials[i], texts[i]);
}

static void versions_free(struct zone *zones[VERSIONS])
{
	for (size_t i = 0; i < VERSIONS; i++)
		zone_free(zones[i]);
}

static void since(void **state)
{
	struct zone *zones[VERSIONS];
	versions_make(zones);
	struct zone_history *history = history_make(zones, VERSIONS);
	assert_measured(history, zones[VERSIONS - 1]);
	assert_int_equal(zone_history_count(history), VERSIONS - 1);
	for (size_t i = 0; i + 1 < VERSIONS; i++) {
		struct zone_history_part part;
		size_t count;
		assert_int_equal(zone_history_serial_at(history, i), serials[i]);
		assert_int_equal(zone_history_since(history, serials[i], &part), ZONE_HISTORY_DIFFERENCES);
		assert_int_equal(part.count, VERSIONS - 1 - i);
		const struct difference *const *sent = zone_history_part_sent(&part, &count);
		assert_int_equal(count, 1); /* one that there is, or several condensed */
		assert_int_equal(difference_serial(sent[0], DIFFERENCE_REMOVED), serials[i]);
		assert_int_equal(difference_serial(sent[0], DIFFERENCE_ADDED), 9);
		/* What it comes to is what the two versions differ by. */
		struct difference *straight = step(zones[i], zones[VERSIONS - 1]);
		for (unsigned side = 0; side < DIFFERENCE_SIDES; side++)
			assert_int_equal(difference_count(sent[0], side), difference_count(straight, side));
		assert_int_equal(difference_size(sent[0]), difference_size(straight));
		difference_free(straight);
		zone_history_part_free(&part);
	}
	static const struct {
		uint32_t serial;
		enum zone_history_answer answer;
	} rows[] = {{9, ZONE_HISTORY_CURRENT},          {10, ZONE_HISTORY_CURRENT},
		    {8, ZONE_HISTORY_UNKNOWN},          {4294967289, ZONE_HISTORY_UNKNOWN},
		    {2147483657, ZONE_HISTORY_CURRENT}, {2147483658, ZONE_HISTORY_UNKNOWN}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct zone_history_part part;
		assert_int_equal(zone_history_since(history, rows[i].serial, &part), rows[i].answer);
		zone_history_part_free(&part);
	}
	zone_history_free(history);
	versions_free(zones);
}

static void restored(void **state)
{
	struct zone *zones[VERSIONS];
	struct difference *steps[VERSIONS - 1];
	struct zone_history *back;
	versions_make(zones);
	struct zone_history *history = history_make(zones, VERSIONS);
	for (size_t i = 0; i + 1 < VERSIONS; i++)
		steps[i] = step(zones[i], zones[i + 1]);
	assert_int_equal(zone_history_restore(zones[VERSIONS - 1], steps, VERSIONS - 1, &back), ERR_OK);
	assert_int_equal(zone_history_count(back), VERSIONS - 1);
	for (size_t i = 0; i < VERSIONS; i++) {
		assert_int_equal(zone_history_serial_at(back, i), serials[i]);
		assert_int_equal(zone_history_digest_at(back, i), zone_history_digest_at(history, i));
	}
	zone_history_free(back);
	/* A link that is missing, and one that leads elsewhere. */
	steps[0] = step(zones[0], zones[1]);
	steps[1] = step(zones[2], zones[4]);
	assert_int_equal(zone_history_restore(zones[4], steps, 2, &back), ERR_MISMATCH);
	steps[0] = step(zones[2], zones[3]);
	assert_int_equal(zone_history_restore(zones[4], steps, 1, &back), ERR_MISMATCH);
	zone_history_free(history);
	versions_free(zones);
}

static void wrong_steps(void **state)
{
	struct zone *zones[VERSIONS];
	struct zone_history *next;
	versions_make(zones);
	struct zone_history *history = history_make(zones, 2);
	assert_int_equal(zone_history_append(history, step(zones[2], zones[3]), &next), ERR_MISMATCH);
	assert_int_equal(zone_history_append(history, step(zones[1], zones[0]), &next), ERR_RANGE);
	assert_int_equal(zone_history_append(history, step(zones[1], zones[1]), &next), ERR_RANGE);
	zone_history_free(history);
	versions_free(zones);
}

/* The oldest go; a difference larger than the zone leaves none. Who holds an older history keeps it. */
static void budget(void **state)
{
	struct zone *zone = version_of(1, ""), *after;
	struct zone_history *history, *next;
	const struct zone_history *held = NULL;
	assert_int_equal(zone_history_new(zone, &history), ERR_OK);
	size_t most = 0;
	for (uint32_t serial = 2; serial < 60; serial++) {
		char more[200];
		snprintf(more, sizeof(more), "big TXT \"%0100u\"\n", serial);
		after = version_of(serial, more);
		assert_int_equal(zone_history_append(history, step(zone, after), &next), ERR_OK);
		assert_true(zone_history_octets(next) <= zone_history_zone_octets(next));
		assert_measured(next, after);
		if (serial == 5)
			held = zone_history_hold(next);
		most = zone_history_count(next) > most ? zone_history_count(next) : most;
		zone_history_free(history);
		zone_free(zone);
		history = next;
		zone = after;
	}
	assert_in_range(most, 4, 12);
	assert_in_range(zone_history_count(history), most - 1, most);
	struct zone_history_part part;
	assert_int_equal(zone_history_since(history, 5, &part), ZONE_HISTORY_UNKNOWN);
	assert_int_equal(zone_history_since(held, 1, &part), ZONE_HISTORY_DIFFERENCES);
	zone_history_part_free(&part);
	zone_history_free(held);
	after = version_make(HEAD("100"));
	assert_int_equal(zone_history_append(history, step(zone, after), &next), ERR_OK);
	assert_int_equal(zone_history_count(next), 0);
	assert_measured(next, after);
	zone_history_free(next);
	zone_history_free(history);
	zone_free(zone);
	zone_free(after);
}

/* Secondaries may have other data of the serials that were used twice: none of them is where a difference begins. */
static void doubts(void **state)
{
	static const uint32_t steps[] = {8, 9, 10, 12};
	static const size_t counts[] = {0, 0, 0, 1};
	struct zone *nine = version_of(9, ""), *zone = version_of(7, "other TXT data\n");
	struct zone_history *before, *history, *next;
	uint32_t until = 0;
	assert_int_equal(zone_history_new(nine, &before), ERR_OK);
	assert_int_equal(zone_history_new_after(zone, before, &history), ERR_OK);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_int_equal(zone_history_doubt(history, &until), i < 3);
		assert_int_equal(until, 9);
		struct zone *after = version_of(steps[i], "");
		assert_int_equal(zone_history_append(history, step(zone, after), &next), ERR_OK);
		assert_int_equal(zone_history_count(next), counts[i]);
		assert_measured(next, after);
		zone_history_free(history);
		zone_free(zone);
		history = next;
		zone = after;
	}
	zone_history_free(history);
	zone_history_free(before);
	zone_free(zone);
	zone_free(nine);
}

static void count_is_bounded(void **state)
{
	static const uint8_t www[] = "\3www\7example";
	struct zone *zone = version_of(1, "big TXT x\n");
	struct zone_history *history, *next;
	char *large = malloc(400000);
	size_t at = 0;
	for (unsigned i = 0; i < 6000; i++)
		at += (size_t)sprintf(large + at, "more%u TXT \"much of it\"\n", i);
	zone_free(zone);
	zone = version_of(1, large);
	free(large);
	assert_int_equal(zone_history_new(zone, &history), ERR_OK);
	for (uint32_t serial = 1; serial < ZONE_HISTORY_MOST + 20; serial++) {
		struct difference *difference;
		assert_int_equal(difference_new(&difference), ERR_OK);
		for (unsigned side = 0; side < DIFFERENCE_SIDES; side++) {
			uint8_t soa[22] = {0};
			store_u32(soa + 2, serial + side);
			const struct zone_record record = {.owner = name_of(www + 4),
							   .type = RR_SOA,
							   .ttl = 1,
							   .rdata = span_of(soa, sizeof(soa))};
			assert_int_equal(difference_put(difference, side, &record), ERR_OK);
		}
		assert_int_equal(zone_history_append(history, difference, &next), ERR_OK);
		zone_history_free(history);
		history = next;
	}
	assert_int_equal(zone_history_count(history), ZONE_HISTORY_MOST);
	assert_int_equal(zone_history_serial_at(history, 0), 20);
	zone_history_free(history);
	zone_free(zone);
}

/* What does not go together is not netted out. */
static void misfits_are_not_condensed(void **state)
{
	struct zone *zones[VERSIONS];
	struct difference *condensed;
	versions_make(zones);
	struct difference *twice[] = {step(zones[0], zones[1]), step(zones[0], zones[1])};
	assert_int_equal(difference_condense((const struct difference *const *)twice, 2, &condensed), ERR_MISMATCH);
	difference_free(twice[0]);
	difference_free(twice[1]);
	versions_free(zones);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(since),
		cmocka_unit_test(restored),
		cmocka_unit_test(wrong_steps),
		cmocka_unit_test(budget),
		cmocka_unit_test(doubts),
		cmocka_unit_test(count_is_bounded),
		cmocka_unit_test(misfits_are_not_condensed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

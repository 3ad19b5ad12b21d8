/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/header.h"
#include "dns/rrtype.h"
#include "doctor/log_view.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>

static struct name_buffer zone_buffer;

static struct name zone_of(const char *text)
{
	struct name name;
	assert_int_equal(name_from_text(span_text(text), name_root, &zone_buffer, &name, NULL), ERR_OK);
	return name;
}

static struct event reply(const char *client, const char *name, const char *type, const char *rcode, uint64_t time_us)
{
	struct event event;
	event_clear(&event);
	event.kind = EVENT_REPLY;
	event.stream = STREAM_RECURSIVE;
	assert_true(event_set_client(&event, span_text(client)));
	assert_true(event_set_qname(&event, span_text(name)));
	assert_true(event_set_qtype(&event, span_text(type)));
	assert_true(event_set_rcode(&event, span_text(rcode)));
	event.time_us = time_us;
	event.known |= EVENT_HAS_TIME;
	return event;
}

static void observe(struct log_view *view, const char *client, const char *name, const char *type, const char *rcode,
		    uint64_t time_us)
{
	struct event event = reply(client, name, type, rcode, time_us);
	log_view_observe(view, &event);
}

static void who_is_hit(void **state)
{
	struct log_view *view = log_view_new(zone_of("bogus.lab"), UINT64_MAX, 1);
	observe(view, "2001:db8:1:100::1", "www.BOGUS.lab.", "AAAA", "SERVFAIL", 1000000);
	observe(view, "2001:db8:1:1ff::2", "www.bogus.lab.", "AAAA", "SERVFAIL", 2000000); /* of the same /56 */
	observe(view, "2001:db8:1:200::1", "www.bogus.lab.", "A", "NOERROR", 3000000);
	observe(view, "192.0.2.1", "mail.bogus.lab.", "A", "NXDOMAIN", 4000000); /* an answer like any other */
	observe(view, "192.0.2.1", "www.other.lab.", "A", "SERVFAIL", 5000000);
	assert_int_equal(view->answers, 4);
	assert_int_equal(view->failures, 2);
	assert_int_equal(view->others, 1);
	assert_int_equal(tally_rows(view->tallies[LOG_NETWORKS]), 3);
	assert_int_equal(tally_failing(view->tallies[LOG_NETWORKS]), 1);
	assert_int_equal(tally_rows(view->tallies[LOG_SITES]), 2);
	assert_int_equal(tally_rows(view->tallies[LOG_NAMES]), 2);
	assert_int_equal(tally_rows(view->tallies[LOG_RESOLVERS]), 0);
	const struct tally_row *worst = tally_worst(view->tallies[LOG_TYPES]);
	assert_int_equal(load_u16(worst->octets), RR_AAAA);
	assert_int_equal(worst->failed, 2);
	log_view_free(view);
}

static void pairs(void **state)
{
	struct log_view *view = log_view_new(name_root, 100000000, 1);
	observe(view, "2001:db8::1", "www.lab.", "A", "NOERROR", 1000000);
	observe(view, "2001:db8::1", "www.lab.", "AAAA", "SERVFAIL", 1900000); /* masked */
	observe(view, "2001:db8::2", "www.lab.", "AAAA", "SERVFAIL", 2000000);
	observe(view, "2001:db8::3", "www.lab.", "A", "NOERROR", 2100000); /* another client */
	observe(view, "2001:db8::2", "www.lab.", "A", "NOERROR", 9000000); /* too late */
	observe(view, "192.0.2.1", "www.lab.", "AAAA", "SERVFAIL", 9000000);
	observe(view, "192.0.2.1", "www.lab.", "A", "SERVFAIL", 9000000); /* both lost */
	observe(view, "192.0.2.1", "www.lab.", "MX", "SERVFAIL", 9000000);
	observe(view, "192.0.2.1", "www.lab.", "A", "SERVFAIL", 100000000); /* the examination had begun */
	assert_int_equal(view->late, 1);
	assert_int_equal(view->pairs, 2);
	assert_int_equal(view->masked, 1);
	assert_int_equal(view->lost, 1);
	log_view_free(view);
}

/* What a source does not tell is no success. */
static void without_outcome(void **state)
{
	struct log_view *view = log_view_new(name_root, 100000000, 1);
	struct event event = reply("2001:db8::1", "www.lab.", "AAAA", "SERVFAIL", 1);
	event.kind = EVENT_QUERY;
	event.known &= ~(uint32_t)EVENT_HAS_RCODE;
	log_view_observe(view, &event);
	assert_int_equal(view->unanswered, 1);
	assert_int_equal(view->answers, 0);
	event = reply("2001:db8::1", "www.lab.", "AAAA", "SERVFAIL", 2);
	event.is_completion = true;
	log_view_observe(view, &event);
	assert_int_equal(view->unanswered, 0);
	assert_int_equal(view->failures, 1);
	event.stream = STREAM_AUTHORITATIVE;
	log_view_observe(view, &event);
	assert_int_equal(view->authoritative, 1);
	assert_int_equal(view->answers, 1);
	log_view_free(view);
}

static void memory_has_an_end(void **state)
{
	struct tally *tally = tally_new(7, 3);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 5; i++) {
			char key[8];
			snprintf(key, sizeof(key), "%u", i);
			tally_count(tally, span_text(key), i == 1);
		}
	}
	assert_int_equal(tally_rows(tally), 3);
	assert_true(tally_is_cut(tally));
	assert_int_equal(tally_at(tally, 1)->asked, 2);
	assert_int_equal(tally_failing(tally), 1);
	tally_free(tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(who_is_hit), cmocka_unit_test(pairs),
					   cmocka_unit_test(without_outcome), cmocka_unit_test(memory_has_an_end)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

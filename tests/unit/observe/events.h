/* SPDX-License-Identifier: BSD-2-Clause */
/* Events as tests of this room make them. */
#ifndef TESTS_UNIT_OBSERVE_EVENTS_H
#define TESTS_UNIT_OBSERVE_EVENTS_H

#include "signals/event.h"
#include "tests/unit/cmocka_all.h"

#include <string.h>

/* 2027-01-15T08:00:00Z */
#define T0 1800000000000000u

/* An answer over UDP, after 100 us, of 100 octets. */
static inline struct event answer_of(const char *client, const char *name, const char *type, const char *rcode)
{
	struct event event;
	event_clear(&event);
	event.kind = EVENT_REPLY;
	event.stream = STREAM_RECURSIVE;
	event.time_us = T0;
	event.known |= EVENT_HAS_TIME | EVENT_HAS_SIZE;
	event.size = 100;
	assert_true(event_set_client(&event, span_text(client)));
	assert_true(event_set_qname(&event, span_text(name)));
	assert_true(event_set_qtype(&event, span_text(type)));
	assert_true(rcode == NULL || event_set_rcode(&event, span_text(rcode)));
	assert_true(event_set_transport(&event, span_text("udp")));
	event_set_duration(&event, 100);
	event_set_service(&event, span_text("lan"));
	return event;
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events for the tests of this room.
 * Values.
 * Never random: tests say what they count.
 */
#ifndef TESTS_HISTORY_MADE_EVENTS_H
#define TESTS_HISTORY_MADE_EVENTS_H

#include "signals/event.h"

#define MADE_MINUTE 29865600u /* 2026-10-14T00:00Z, a Wednesday */
#define MADE_US (MADE_MINUTE * 60000000ull)

static inline struct event made_reply(uint64_t time_us, const char *client, const char *qname, const char *qtype,
				      const char *rcode)
{
	struct event event;
	event_clear(&event);
	event.kind = EVENT_REPLY;
	event.stream = STREAM_RECURSIVE;
	event.time_us = time_us;
	event.size = 100;
	event.known = EVENT_HAS_TIME | EVENT_HAS_SIZE;
	event_set_client(&event, span_text(client));
	event_set_qname(&event, span_text(qname));
	event_set_qtype(&event, span_text(qtype));
	event_set_rcode(&event, span_text(rcode));
	event_set_transport(&event, span_text("udp"));
	event_set_service(&event, span_text("office"));
	event_set_duration(&event, 700);
	return event;
}

#endif

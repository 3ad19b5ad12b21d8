/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The readers of the formats, one for each row of line_formats.def, and what several of them need.
 * Stateless; the event comes cleared, with source and stream set.
 * Never meant for other rooms: they have line.h.
 */
#ifndef SIGNALS_LINE_READ_H
#define SIGNALS_LINE_READ_H

#include "signals/line.h"

enum line_verdict line_read_bind(struct span body, const struct stamp_clock *clock, struct event *event);
enum line_verdict line_read_unbound(struct span body, const struct stamp_clock *clock, struct event *event);
enum line_verdict line_read_coredns(struct span body, const struct stamp_clock *clock, struct event *event);
enum line_verdict line_read_sextant(struct span body, const struct stamp_clock *clock, struct event *event);
enum line_verdict line_read_kresd(struct span body, const struct stamp_clock *clock, struct event *event);
enum line_verdict line_read_powerdns(struct span body, const struct stamp_clock *clock, struct event *event);
enum line_verdict line_read_route53(struct span body, const struct stamp_clock *clock, struct event *event);

static inline void line_set_time(struct event *event, const struct stamp *stamp)
{
	event->time_us = stamp->time_us;
	event->is_zone_assumed = stamp->is_zone_assumed;
	event->known |= EVENT_HAS_TIME;
}

static inline void line_take_stamp(struct span *from, const struct stamp_clock *clock, struct event *event)
{
	struct stamp stamp;
	if (stamp_take(from, clock, &stamp))
		line_set_time(event, &stamp);
}

/* "AAAA IN" etc. in a row: name, type, class. All or nothing is known. */
static inline bool line_set_question(struct event *event, struct span qname, struct span qtype, struct span qclass)
{
	return event_set_qname(event, qname) && event_set_qtype(event, qtype) && event_set_qclass(event, qclass);
}

#endif

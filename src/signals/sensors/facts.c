/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/facts.h"

#include "dns/header.h"

#define STREAM_BIT(stream) (1u << (stream))
#define STREAMS_CLIENTS (STREAM_BIT(STREAM_AUTHORITATIVE) | STREAM_BIT(STREAM_RECURSIVE) | STREAM_BIT(STREAM_UNKNOWN))

static const struct {
	uint32_t facts;
	unsigned streams;
} needs[SENSOR_COUNT] = {
#define SENSOR(id, name, facts, streams, ...) {facts, streams},
#include "signals/sensors.def"
};

static const uint32_t formats[LINE_FORMAT_COUNT] = {
#define FORMAT_FACTS(format, facts) [LINE_##format] = facts,
#include "signals/sensors/facts.def"
};

static const enum event_stream format_streams[LINE_FORMAT_COUNT] = {
#define LINE_FORMAT(id, name, stream, ...) STREAM_##stream,
#include "signals/line_formats.def"
};

/* Of an answer. */
static uint32_t reply_facts(const struct event *event)
{
	uint32_t facts = 0;
	if (event_has(event, EVENT_HAS_RCODE))
		facts |= event->rcode == RCODE_NOERROR ? FACT_FAILURE | FACT_ANSWER : FACT_FAILURE;
	/* BIND's is that of failures alone, from one line to another. */
	if (event_has(event, EVENT_HAS_DURATION) && !event->is_completion)
		facts |= FACT_DURATION;
	if (event_has(event, EVENT_HAS_UP_FAMILIES | EVENT_HAS_UP_ANSWERED))
		facts |= FACT_UPSTREAM;
	/* Where each answer says it, one without says that there is none. */
	if (event_has(event, EVENT_HAS_EDE) || (formats[event->source] & FACT_EDE) != 0)
		facts |= FACT_EDE;
	return facts;
}

uint32_t facts_of(const struct event *event)
{
	uint32_t facts = 0;
	if (event->stream == STREAM_PROBE)
		return FACT_PROBE;
	if (event->kind == EVENT_REFRESH)
		return FACT_REFRESH;
	if (event->kind != EVENT_QUERY && event->kind != EVENT_REPLY)
		return 0;
	if (event_has(event, EVENT_HAS_CLIENT))
		facts |= FACT_CLIENT;
	if (event_has(event, EVENT_HAS_QNAME))
		facts |= FACT_NAME;
	if (event_has(event, EVENT_HAS_TRANSPORT))
		facts |= FACT_TRANSPORT;
	if ((event->flags_known & EVENT_TC) != 0)
		facts |= FACT_TC;
	if (event_has(event, EVENT_HAS_ORIGIN) && event->origin != AAAA_NONE)
		facts |= FACT_ORIGIN;
	return event->kind == EVENT_REPLY ? facts | reply_facts(event) : facts;
}

bool sensor_is_carried_by(enum sensor sensor, enum line_format format)
{
	enum event_stream stream = format_streams[format];
	return (stream == STREAM_UNKNOWN || sensor_is_of_stream(sensor, stream)) &&
	       sensor_is_fed(sensor, formats[format]);
}

bool sensor_is_of_stream(enum sensor sensor, enum event_stream stream)
{
	return (needs[sensor].streams & STREAM_BIT(stream)) != 0;
}

bool sensor_is_fed(enum sensor sensor, uint32_t facts)
{
	return (needs[sensor].facts & ~facts) == 0;
}

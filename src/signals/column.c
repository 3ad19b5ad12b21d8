/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/column.h"

#include "signals/line.h"
#include "signals/words.h"

#include <strings.h>

static const char *kind_word(uint64_t value)
{
	return value < EVENT_KIND_COUNT ? event_kind_text((enum event_kind)value) : NULL;
}

static const char *source_word(uint64_t value)
{
	return value < LINE_FORMAT_COUNT ? line_format_name((enum line_format)value) : NULL;
}

static const char *stream_word(uint64_t value)
{
	return value < STREAM_COUNT ? event_stream_text((enum event_stream)value) : NULL;
}

static const char *family_word(uint64_t value)
{
	return value < FAMILY_COUNT ? family_text((enum family)value) : NULL;
}

static const char *transport_word(uint64_t value)
{
	return value < EVENT_TRANSPORT_COUNT ? event_transport_text((enum event_transport)value) : NULL;
}

static const char *cache_word(uint64_t value)
{
	return value < CACHE_USE_COUNT ? cache_use_text((enum cache_use)value) : NULL;
}

static const char *security_word(uint64_t value)
{
	return value < SECURITY_COUNT ? security_value_text((uint8_t)value) : NULL;
}

static const char *probe_word(uint64_t value)
{
	return value < PROBE_STATE_COUNT ? probe_state_text((enum probe_state)value) : NULL;
}

static const char *origin_word(uint64_t value)
{
	return value < AAAA_ORIGIN_COUNT ? aaaa_origin_text((enum aaaa_origin)value) : NULL;
}

/* Getters of fields that have a bit in `known`; those without are written out below. */
#define GETTER(name, bit, field)                                                                                       \
	static bool name##_get(const struct event *event, uint64_t *ret)                                               \
	{                                                                                                              \
		*ret = (uint64_t)event->field;                                                                         \
		return event_has(event, bit);                                                                          \
	}

GETTER(transport, EVENT_HAS_TRANSPORT, transport)
GETTER(cache, EVENT_HAS_CACHE, cache)
GETTER(security, EVENT_HAS_SECURITY, security)
GETTER(probe, EVENT_HAS_PROBE, probe)
GETTER(origin, EVENT_HAS_ORIGIN, origin)
GETTER(client_port, EVENT_HAS_CLIENT_PORT, client.port)
GETTER(id, EVENT_HAS_ID, id)
GETTER(edns_size, EVENT_HAS_EDNS_SIZE, edns_size)
GETTER(answers, EVENT_HAS_ANSWERS, answers)
GETTER(size, EVENT_HAS_SIZE, size)
GETTER(duration, EVENT_HAS_DURATION, duration_us)
GETTER(ede, EVENT_HAS_EDE, ede)
GETTER(upstream_port, EVENT_HAS_UPSTREAM_PORT, upstream.port)
GETTER(upstream_tries, EVENT_HAS_UPSTREAM_TRIES, upstream_tries)
GETTER(families, EVENT_HAS_UP_FAMILIES, up_families)
GETTER(upstream_time, EVENT_HAS_UP_TIME, up_us)
GETTER(ttl_left, EVENT_HAS_TTL_LEFT, ttl_left_s)
GETTER(ttl, EVENT_HAS_TTL, ttl_s)
GETTER(qtype, EVENT_HAS_QTYPE, qtype)
GETTER(qclass, EVENT_HAS_QCLASS, qclass)
GETTER(rcode, EVENT_HAS_RCODE, rcode)
GETTER(time, EVENT_HAS_TIME, time_us)
GETTER(kind, 0, kind)
GETTER(source, 0, source)

static bool stream_get(const struct event *event, uint64_t *ret)
{
	*ret = (uint64_t)event->stream;
	return event->stream != STREAM_UNKNOWN;
}

static bool family_get(const struct event *event, uint64_t *ret)
{
	*ret = (uint64_t)event_family(event);
	return *ret != FAMILY_COUNT;
}

static bool upstream_family_get(const struct event *event, uint64_t *ret)
{
	bool is_answered = event_has(event, EVENT_HAS_UP_ANSWERED);
	*ret = (uint64_t)(is_answered ? event->up_answered : event->upstream.addr.family);
	return is_answered || event_has(event, EVENT_HAS_UPSTREAM);
}

static const char *families_word(uint64_t value)
{
	static const char *const words[] = {"none", "ipv6", "ipv4", "both"};
	_Static_assert(FAMILY_IPV6 == 0 && FAMILY_IPV4 == 1 && FAMILY_COUNT == 2, "words are in the order of the bits");
	return value < sizeof(words) / sizeof(*words) ? words[value] : NULL;
}

#define WORDS(name, getter, words, help)                                                                               \
	{                                                                                                              \
		name, COLUMN_WORD, help, .word = words##_word, .get = getter##_get                                     \
	}
#define OTHER(name, kind, getter, help)                                                                                \
	{                                                                                                              \
		name, COLUMN_##kind, help, .get = getter##_get                                                         \
	}
#define NUMBER(name, getter, help) OTHER(name, NUMBER, getter, help)
#define FLAG(name, bit, help)                                                                                          \
	{                                                                                                              \
		name, COLUMN_FLAG, help, .flag = bit                                                                   \
	}
#define ADDRESS(name, bit, field, help)                                                                                \
	{                                                                                                              \
		name, COLUMN_ADDRESS, help, .known = bit, .offset = offsetof(struct event, field)                      \
	}
#define TEXT(name, field, help)                                                                                        \
	{                                                                                                              \
		name, COLUMN_TEXT, help, .offset = offsetof(struct event, field)                                       \
	}

/* In the order of our log line. */
const struct column columns[] = {
	OTHER("ts", TIME, time, "when, RFC 3339"),
	WORDS("ev", kind, kind, "what the line tells of"),
	WORDS("source", source, source, "the format of the line"),
	WORDS("stream", stream, stream, "of an authoritative server or of a resolver"),
	TEXT("service", service, "service, view or zone id of the source"),
	ADDRESS("client", EVENT_HAS_CLIENT, client.addr, "who asked"),
	NUMBER("cport", client_port, "the client's port"),
	ADDRESS("server", EVENT_HAS_SERVER, server, "the address that was asked"),
	WORDS("family", family, family, "of the client, or of the server that failed"),
	WORDS("transport", transport, transport, "udp, tcp ..."),
	NUMBER("id", id, "of the message"),
	{"qname", COLUMN_NAME, "the name asked for", .known = EVENT_HAS_QNAME},
	OTHER("qtype", TYPE, qtype, "the type asked for"),
	OTHER("qclass", CLASS, qclass, "the class asked for"),
	FLAG("rd", EVENT_RD, "recursion desired"),
	FLAG("do", EVENT_DO, "DNSSEC records wanted"),
	FLAG("cd", EVENT_CD, "checking disabled"),
	FLAG("has_edns", EVENT_EDNS, "the question had an OPT record"),
	FLAG("has_cookie", EVENT_COOKIE, "the question had a cookie"),
	FLAG("tsig", EVENT_TSIG, "the question was signed"),
	NUMBER("edns", edns_size, "octets the client takes over UDP; 0: no EDNS"),
	OTHER("rcode", RCODE, rcode, "NOERROR, SERVFAIL ..."),
	FLAG("aa", EVENT_AA, "authoritative answer"),
	FLAG("tc", EVENT_TC, "truncated"),
	FLAG("ad", EVENT_AD, "authentic data"),
	FLAG("ra", EVENT_RA, "recursion available"),
	NUMBER("an", answers, "records in the answer section"),
	NUMBER("ttl", ttl, "the least TTL of the answer section"),
	NUMBER("size", size, "octets of the answer"),
	NUMBER("us", duration, "time to the answer in microseconds; 2ms and 1s may be written"),
	NUMBER("ede", ede, "extended DNS error, RFC 8914"),
	WORDS("cache", cache, cache, "miss, hit, stale, none"),
	WORDS("val", security, security, "what DNSSEC validation said"),
	WORDS("aaaa", origin, origin, "where an AAAA answer is from: native, dns64, negative"),
	ADDRESS("up_server", EVENT_HAS_UPSTREAM, upstream.addr, "the server that failed, or that gave the answer"),
	NUMBER("up_port", upstream_port, "its port"),
	WORDS("up_family", upstream_family, family, "its family"),
	NUMBER("up_tries", upstream_tries, "questions sent for the answer"),
	{"up_tried", COLUMN_FAMILIES, "families of the servers asked for it: ipv6, ipv4, both", .word = families_word, .get = families_get},
	NUMBER("up_us", upstream_time, "of \"us\": spent on servers"),
	NUMBER("ttl_left_s", ttl_left, "seconds until the cached answer ends that was not to be had anew"),
	WORDS("probe", probe, probe, "what came of a scheduled probe: good, silent, refused, rcode, lame, absent, bogus, expiring, no-path"),
	TEXT("reason", reason, "why it failed, in the source's words"),
};
const size_t column_count = sizeof(columns) / sizeof(*columns);

const struct column *column_find(struct span name)
{
	for (size_t i = 0; i < column_count; i++) {
		if (strlen(columns[i].name) == name.size &&
		    strncasecmp(columns[i].name, (const char *)name.data, name.size) == 0)
			return &columns[i];
	}
	return NULL;
}

bool column_value(const struct column *column, const struct event *event, uint64_t *ret_value)
{
	*ret_value = 0;
	if (column->get != NULL)
		return column->get(event, ret_value);
	if (column->kind == COLUMN_FLAG) {
		*ret_value = (event->flags & column->flag) != 0;
		return (event->flags_known & column->flag) != 0;
	}
	if (column->kind == COLUMN_TEXT)
		return ((const char *)event)[column->offset] != '\0';
	return event_has(event, column->known);
}

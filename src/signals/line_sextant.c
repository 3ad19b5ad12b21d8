/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our own query log (telemetry/querylog), JSON and text, and what `sextant tail --json` writes.
 */
#include "signals/line_json.h"
#include "signals/line_read.h"
#include "signals/words.h"

static enum event_stream stream_of(struct span role)
{
	if (word_starts(role, WORD("auth")))
		return STREAM_AUTHORITATIVE;
	if (word_starts(role, WORD("reso")) || word_starts(role, WORD("rec")))
		return STREAM_RECURSIVE;
	return word_is(role, WORD("probe")) ? STREAM_PROBE : STREAM_UNKNOWN;
}

static const struct json_row rows[] = {
	{"ts", JSON_STAMP},
	{"client", JSON_CLIENT},
	{"cport", JSON_CLIENT_PORT},
	{"server", JSON_SERVER},
	{"qname", JSON_QNAME},
	{"qtype", JSON_QTYPE},
	{"qclass", JSON_QCLASS},
	{"rcode", JSON_RCODE},
	{"id", JSON_ID},
	{"edns", JSON_EDNS_SIZE},
	{"size", JSON_SIZE},
	{"us", JSON_DURATION_US},
	{"an", JSON_ANSWERS},
	{"ede", JSON_EDE},
	{"cache", JSON_CACHE},
	{"val", JSON_SECURITY},
	{"aaaa", JSON_ORIGIN},
	{"up_server", JSON_UPSTREAM},
	{"up_tries", JSON_UPSTREAM_TRIES},
	{"up_family", JSON_UP_ANSWERED},
	{"up_us", JSON_UP_TIME_US},
	{"ttl_left_s", JSON_TTL_LEFT},
	{"ttl", JSON_TTL},
	{"msg", JSON_REASON}, /* of the daemon's own log */
	{"probe", JSON_PROBE},
	{"reason", JSON_REASON},
	{"service", JSON_SERVICE},
	{"transport", JSON_TRANSPORT},
	{"rd", JSON_RD},
	{"do", JSON_DO},
	{"cd", JSON_CD},
	{"aa", JSON_AA},
	{"tc", JSON_TC},
	{"ad", JSON_AD},
	{"ra", JSON_RA},
	{"tsig", JSON_TSIG},
	{"has_edns", JSON_EDNS},
	{"has_cookie", JSON_COOKIE},
	{"up_port", JSON_UPSTREAM_PORT},
	{NULL},
};

/* "up_tried":["ipv6","ipv4"] */
static void tried_read(json_t *line, struct event *event)
{
	json_t *tried = json_object_get(line, "up_tried"), *family;
	size_t i;
	json_array_foreach(tried, i, family) {
		for (unsigned j = 0; json_is_string(family) && j < FAMILY_COUNT; j++) {
			if (strcmp(json_string_value(family), family_text((enum family)j)) != 0)
				continue;
			event->up_families |= event_family_bit((enum family)j);
			event->known |= EVENT_HAS_UP_FAMILIES;
		}
	}
}

enum line_verdict line_json_sextant(json_t *line, const struct stamp_clock *clock, struct event *event)
{
	struct span word;
	if (!json_is_integer(json_object_get(line, "v")) || !json_word(line, "ev", &word))
		return LINE_UNREAD;
	unsigned kind = 0;
	while (kind < EVENT_KIND_COUNT && !word_is(word, span_text(event_kind_text((enum event_kind)kind))))
		kind++;
	if (kind == EVENT_KIND_COUNT)
		return LINE_PASSED_OVER; /* start, stop, zone, signal ... */
	event->kind = (enum event_kind)kind;
	json_rows_read(line, rows, clock, event);
	if (json_word(line, "role", &word) || json_word(line, "stream", &word))
		event->stream = stream_of(word);
	if (event->kind != EVENT_REPLY) /* there it is the family of the server that failed */
		event->known &= ~(uint32_t)EVENT_HAS_UP_ANSWERED;
	tried_read(line, event);
	event->is_zone_assumed = json_is_true(json_object_get(line, "zone_assumed"));
	event->is_rcode_inferred = json_is_true(json_object_get(line, "rcode_inferred"));
	event->is_completion = json_is_true(json_object_get(line, "completion"));
	return LINE_EVENT;
}

/* "udp6": the family is the client's. */
static bool transport_read(struct span word, struct event *event)
{
	if (word.size < 2 || (word.data[word.size - 1] != '6' && word.data[word.size - 1] != '4'))
		return false;
	return event_set_transport(event, span_of(word.data, word.size - 1));
}

static void tail_read(struct span body, struct event *event)
{
	struct span word;
	uint64_t number;
	word_skip_blanks(&body);
	while (word_next(&body, &word)) {
		if (word_is(word, WORD("EDE")) && word_next(&body, &word) && word_number(word, UINT16_MAX, &number)) {
			event->ede = (uint16_t)number;
			event->known |= EVENT_HAS_EDE;
		}
		if (word_is(word, WORD("dns64"))) {
			event->origin = AAAA_DNS64;
			event->known |= EVENT_HAS_ORIGIN;
		}
		for (unsigned i = CACHE_USE_MISS; i < CACHE_USE_COUNT; i++) {
			if (word_is(word, span_text(cache_use_text((enum cache_use)i)))) {
				event->cache = (enum cache_use)i;
				event->known |= EVENT_HAS_CACHE;
			}
		}
	}
}

/* querylog_text: "03:26:45.870 auth CLIENT NAME TYPE RCODE tc udp6 2103 us[  EDE 14][  miss][ dns64]" */
enum line_verdict line_read_sextant(struct span body, const struct stamp_clock *clock, struct event *event)
{
	struct stamp stamp;
	struct span role, client, qname, qtype, rcode, tc, transport, word;
	uint64_t duration_us;
	if (!stamp_take_time_of_day(&body, clock, &stamp) || !word_next(&body, &role) ||
	    stream_of(role) == STREAM_UNKNOWN || !word_next(&body, &client) || !event_set_client(event, client) ||
	    !word_next(&body, &qname) || !word_next(&body, &qtype) || !word_next(&body, &rcode) ||
	    !event_set_rcode(event, rcode) || !word_next(&body, &tc) || !word_next(&body, &transport) ||
	    !transport_read(transport, event) || !word_next(&body, &word) ||
	    !word_number(word, UINT32_MAX, &duration_us) || !word_take(&body, WORD("us")))
		return LINE_UNREAD;
	if (!word_is(qname, WORD("-")) && (!event_set_qname(event, qname) || !event_set_qtype(event, qtype)))
		return LINE_UNREAD;
	event->kind = EVENT_REPLY;
	event->stream = stream_of(role);
	line_set_time(event, &stamp);
	event_set_flag(event, EVENT_TC, word_is(tc, WORD("tc")));
	event_set_duration(event, duration_us);
	tail_read(body, event);
	return LINE_EVENT;
}

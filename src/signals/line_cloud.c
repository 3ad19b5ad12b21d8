/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Amazon Route 53: resolver query logs (a JSON object a line) and the logs of public zones (words between blanks).
 * Google Cloud DNS: log entries whose resource.type is dns_query. Neither tells EDNS or DNSSEC.
 */
#include "signals/line_json.h"
#include "signals/line_read.h"
#include "signals/words.h"

static void answers_set(struct event *event, size_t count)
{
	event->answers = count > UINT16_MAX ? UINT16_MAX : (uint16_t)count;
	event->known |= EVENT_HAS_ANSWERS;
}

enum line_verdict line_json_route53(json_t *line, const struct stamp_clock *clock, struct event *event)
{
	static const struct json_row rows[] = {
		{"query_timestamp", JSON_STAMP},
		{"query_name", JSON_QNAME},
		{"query_type", JSON_QTYPE},
		{"query_class", JSON_QCLASS},
		{"rcode", JSON_RCODE},
		{"srcaddr", JSON_CLIENT},
		{"srcport", JSON_CLIENT_PORT},
		{"transport", JSON_TRANSPORT},
		{"vpc_id", JSON_SERVICE},
		{"firewall_rule_action", JSON_REASON},
		{NULL},
	};
	if (json_object_get(line, "query_timestamp") == NULL || json_object_get(line, "vpc_id") == NULL)
		return LINE_UNREAD;
	json_rows_read(line, rows, clock, event);
	const json_t *answers = json_object_get(line, "answers");
	if (json_is_array(answers))
		answers_set(event, json_array_size(answers));
	event->kind = EVENT_REPLY;
	event->stream = STREAM_RECURSIVE;
	return event_has(event, EVENT_HAS_QNAME) ? LINE_EVENT : LINE_UNREAD;
}

/* "1.0 TIME ZONE NAME TYPE RCODE PROTOCOL EDGE RESOLVER ECS" */
enum line_verdict line_read_route53(struct span body, const struct stamp_clock *clock, struct event *event)
{
	struct span zone, qname, qtype, rcode, transport, edge, resolver;
	if (!word_take(&body, WORD("1.0 ")))
		return LINE_UNREAD;
	line_take_stamp(&body, clock, event);
	if (!event_has(event, EVENT_HAS_TIME) || !word_next(&body, &zone) || !word_next(&body, &qname) ||
	    !word_next(&body, &qtype) || !word_next(&body, &rcode) || !word_next(&body, &transport) ||
	    !word_next(&body, &edge) || !word_next(&body, &resolver))
		return LINE_UNREAD;
	if (!event_set_qname(event, qname) || !event_set_qtype(event, qtype) || !event_set_rcode(event, rcode) ||
	    !event_set_transport(event, transport) || !event_set_client(event, resolver))
		return LINE_UNREAD;
	event_set_service(event, zone);
	event->kind = EVENT_REPLY;
	event->stream = STREAM_AUTHORITATIVE;
	return LINE_EVENT;
}

/* Records are lines; "..." at the end says that there were more. */
static void rdata_read(struct span rdata, struct event *event)
{
	size_t count = 0;
	struct span record;
	if (word_ends(rdata, WORD("...")))
		return;
	while (word_take_until(&rdata, '\n', &record))
		count += record.size > 0;
	answers_set(event, count + (rdata.size > 0));
}

/* "gce-vm" and "inbound-forwarding" ask a resolver; "internet" asks a public zone. */
static enum event_stream cloud_stream(json_t *line)
{
	struct span source;
	json_t *labels = json_object_get(json_object_get(line, "resource"), "labels");
	if (!json_word(labels, "source_type", &source))
		return STREAM_UNKNOWN;
	return word_is(source, WORD("internet")) ? STREAM_AUTHORITATIVE : STREAM_RECURSIVE;
}

enum line_verdict line_json_clouddns(json_t *line, const struct stamp_clock *clock, struct event *event)
{
	static const struct json_row rows[] = {
		{"queryName", JSON_QNAME},
		{"queryType", JSON_QTYPE},
		{"responseCode", JSON_RCODE},
		{"sourceIP", JSON_CLIENT},
		{"destinationIP", JSON_UPSTREAM},
		{"protocol", JSON_TRANSPORT},
		{"serverLatency", JSON_DURATION_MS},
		{"authAnswer", JSON_AA},
		{"egressError", JSON_REASON},
		{"sourceNetwork", JSON_SERVICE},
		{NULL},
	};
	static const struct json_row entry_rows[] = {{"timestamp", JSON_STAMP}, {NULL}};
	json_t *payload = json_object_get(line, "jsonPayload");
	struct span rdata;
	if (json_object_get(payload, "queryName") == NULL || json_object_get(payload, "queryType") == NULL)
		return LINE_UNREAD;
	json_rows_read(line, entry_rows, clock, event);
	json_rows_read(payload, rows, clock, event);
	if (json_word(payload, "rdata", &rdata))
		rdata_read(rdata, event);
	const json_t *is_translated = json_object_get(payload, "dns64Translated");
	if (json_is_true(is_translated)) {
		event->origin = AAAA_DNS64;
		event->known |= EVENT_HAS_ORIGIN;
	}
	event->kind = EVENT_REPLY;
	event->stream = cloud_stream(line);
	return event_has(event, EVENT_HAS_QNAME) ? LINE_EVENT : LINE_UNREAD;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/querylog.h"

#include "base/clock.h"
#include "dns/ede.h"
#include "dns/header.h"
#include "dns/name.h"
#include "dns/rrtype.h"

#include <stdio.h>

struct event_texts {
	char time[CLOCK_TEXT_MAX], client[IP_ADDR_TEXT_MAX], server[IP_ADDR_TEXT_MAX];
	char qname[NAME_TEXT_MAX], qtype[RRTYPE_TEXT_MAX], qclass[RRTYPE_TEXT_MAX], rcode[HEADER_TEXT_MAX];
	bool has_question;
};

static void texts_fill(const struct query_event *event, struct event_texts *ret)
{
	clock_text(event->wall_us, ret->time);
	ip_addr_to_text(&event->client.addr, ret->client);
	ip_addr_to_text(&event->server, ret->server);
	rcode_to_text(event->rcode, ret->rcode);
	ret->has_question = event->qname != NULL;
	if (!ret->has_question)
		return;
	name_to_text(name_of(event->qname), ret->qname);
	rrtype_to_text(event->qtype, ret->qtype);
	rrclass_to_text(event->qclass, ret->qclass);
}

static void question_add(struct json_writer *json, const struct event_texts *texts)
{
	json_text(json, "qname", texts->has_question ? texts->qname : NULL);
	json_text(json, "qtype", texts->has_question ? texts->qtype : NULL);
	json_text(json, "qclass", texts->has_question ? texts->qclass : NULL);
}

static void source_add(struct json_writer *json, const struct querylog_source *source)
{
	if (source->node != NULL)
		json_text(json, "node", source->node);
	json_text(json, "service", source->service);
	json_text(json, "role", source->role);
	if (source->stream != NULL)
		json_text(json, "stream", source->stream);
}

/* M-03, M-09: what was asked for it, so that what came at the second attempt is told from what came at the first. */
static void asking_add(struct json_writer *json, const struct query_event *event)
{
	json_number(json, "up_tries", event->upstream_count);
	json_begin_array(json, "up_tried");
	for (int family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (event->upstream_tried & 1u << family)
			json_text(json, NULL, family_text((enum family)family));
	}
	json_end_array(json);
	json_number(json, "up_us", event->upstream_us);
	json_number(json, "up_timeouts", event->upstream_timeouts);
	if (event->upstream_turns == 0)
		return;
	json_begin_array(json, "up_turns");
	for (unsigned bit = 0; bit < TURN_COUNT; bit++) {
		if (event->upstream_turns & 1u << bit)
			json_text(json, NULL, upstream_turn_text(bit));
	}
	json_end_array(json);
}

/* Where a resolver's answer came from, and why there is none. */
static void resolution_add(struct json_writer *json, const struct query_event *event)
{
	if (event->cache != CACHE_USE_NONE) {
		json_text(json, "cache", cache_use_text(event->cache));
		json_text(json, "val", security_value_text(event->security));
	}
	json_text(json, "aaaa", aaaa_origin_text(query_event_origin(event, true)));
	if (event->origin == AAAA_DNS64 && event->dns64_prefix.length > 0) {
		char prefix[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&event->dns64_prefix, prefix);
		json_text(json, "dns64_prefix", prefix);
	}
	if (event->upstream.port != 0) {
		char server[IP_ENDPOINT_TEXT_MAX];
		ip_endpoint_to_text(&event->upstream, server);
		json_text(json, "up_server", server);
		if (!event->is_upstream_failed)
			json_text(json, "up_family", family_text(event->upstream.addr.family));
	}
	if (event->upstream_count > 0)
		asking_add(json, event);
	if (event->reason.size > 0) {
		char reason[QUERYLOG_REASON_MAX + 1];
		snprintf(reason, sizeof(reason), "%.*s", (int)event->reason.size, (const char *)event->reason.data);
		json_text(json, "reason", reason);
	}
}

static void outcome_add(struct json_writer *json, const struct querylog_source *source, const struct query_event *event)
{
	json_bool(json, "aa", event->is_aa);
	json_bool(json, "tc", event->is_tc);
	if (source->is_resolver)
		json_bool(json, "ad", event->is_ad);
	json_number(json, "an", event->answer_count);
	json_number(json, "size", event->size);
	json_number(json, "us", event->duration_us);
	if (event->ede >= 0) {
		json_number(json, "ede", event->ede);
		json_text(json, "ede_text", ede_text((uint16_t)event->ede));
	}
	if (event->has_cookie)
		json_text(json, "cookie", event->is_cookie_valid ? "valid" : "new");
	if (event->has_tsig)
		json_bool(json, "tsig", true);
	if (source->is_resolver)
		resolution_add(json, event);
	else
		json_text(json, "aaaa", aaaa_origin_text(query_event_origin(event, false)));
}

void querylog_json(const struct querylog_source *source, const struct query_event *event, struct text *out)
{
	struct event_texts texts;
	texts_fill(event, &texts);
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_number(&json, "v", 1);
	json_text(&json, "ts", texts.time);
	json_text(&json, "ev", "reply");
	source_add(&json, source);
	json_text(&json, "client", texts.client);
	json_number(&json, "cport", event->client.port);
	json_text(&json, "server", texts.server);
	json_text(&json, "family", family_text(event->client.addr.family));
	json_text(&json, "transport", transport_text(event->transport));
	json_number(&json, "id", event->id);
	question_add(&json, &texts);
	if (event->opcode != OPCODE_QUERY) {
		char opcode[HEADER_TEXT_MAX];
		opcode_to_text(event->opcode, opcode);
		json_text(&json, "opcode", opcode);
	}
	json_bool(&json, "rd", event->is_rd);
	json_bool(&json, "do", event->is_do);
	json_bool(&json, "cd", event->is_cd);
	json_number(&json, "edns", event->edns_size);
	json_text(&json, "rcode", texts.rcode);
	outcome_add(&json, source, event);
	json_end_object(&json);
	text_add_char(out, '\n');
}

/* Columns: time, role, client, name, type, rcode, TC or -, transport and family, duration, EDE. */
void querylog_text(const struct querylog_source *source, const struct query_event *event, struct text *out)
{
	struct event_texts texts;
	texts_fill(event, &texts);
	text_addf(out, "%.12s %.4s %-21s %-30s %-6s %-9s %-2s %s%c %4u us", texts.time + 11, source->role, texts.client,
	          texts.has_question ? texts.qname : "-", texts.has_question ? texts.qtype : "-", texts.rcode,
	          event->is_tc ? "tc" : "-", transport_text(event->transport),
	          event->client.addr.family == FAMILY_IPV6 ? '6' : '4', event->duration_us);
	if (event->ede >= 0)
		text_addf(out, "  EDE %d", event->ede);
	if (event->cache != CACHE_USE_NONE)
		text_addf(out, "  %s", cache_use_text(event->cache));
	if (event->origin == AAAA_DNS64)
		text_add(out, " dns64");
	text_add_char(out, '\n');
}

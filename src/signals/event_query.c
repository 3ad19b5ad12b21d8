/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/event_query.h"

#include "dns/header.h"
#include "signals/line.h"

/* The scope of a link-local address is this host's, and no line of another host's log tells it. */
static struct ip_addr without_scope(struct ip_addr addr)
{
	addr.scope = 0;
	return addr;
}

static void name_fill(const struct query_event *query, struct event *ret)
{
	if (query->qname == NULL)
		return;
	memcpy(ret->qname.wire, query->qname, query->qname_size);
	ret->qtype = query->qtype;
	ret->qclass = query->qclass;
	ret->known |= EVENT_HAS_QNAME | EVENT_HAS_QTYPE | EVENT_HAS_QCLASS;
}

static void ede_fill(const struct query_event *query, struct event *ret)
{
	if (query->ede < 0)
		return;
	ret->ede = (uint16_t)query->ede;
	ret->known |= EVENT_HAS_EDE;
}

static void question_fill(const struct query_event *query, struct event *ret)
{
	ret->id = query->id;
	ret->edns_size = query->edns_size;
	ret->known |= EVENT_HAS_ID | EVENT_HAS_EDNS_SIZE;
	event_set_flag(ret, EVENT_EDNS, query->edns_size > 0);
	event_set_flag(ret, EVENT_RD, query->is_rd);
	event_set_flag(ret, EVENT_DO, query->is_do);
	event_set_flag(ret, EVENT_CD, query->is_cd);
	if (query->has_tsig)
		event_set_flag(ret, EVENT_TSIG, true);
	name_fill(query, ret);
}

static void ends_fill(const struct query_event *query, struct event *ret)
{
	static const enum event_transport transports[TRANSPORT_COUNT] = {
		[TRANSPORT_UDP] = EVENT_UDP, [TRANSPORT_TCP] = EVENT_TCP};
	ret->time_us = query->wall_us;
	ret->client = (struct ip_endpoint){.addr = without_scope(query->client.addr), .port = query->client.port};
	ret->server = without_scope(query->server);
	ret->transport = transports[query->transport];
	ret->known |=
		EVENT_HAS_TIME | EVENT_HAS_CLIENT | EVENT_HAS_CLIENT_PORT | EVENT_HAS_SERVER | EVENT_HAS_TRANSPORT;
}

static void answer_fill(const struct query_event *query, struct event *ret)
{
	ret->rcode = query->rcode;
	ret->answers = query->answer_count;
	ret->size = query->size;
	ret->duration_us = query->duration_us;
	ret->known |= EVENT_HAS_RCODE | EVENT_HAS_ANSWERS | EVENT_HAS_SIZE | EVENT_HAS_DURATION;
	event_set_flag(ret, EVENT_AA, query->is_aa);
	event_set_flag(ret, EVENT_TC, query->is_tc);
	ede_fill(query, ret);
}

static void upstream_fill(const struct query_event *query, struct event *ret)
{
	if (query->upstream.port == 0)
		return;
	ret->upstream = (struct ip_endpoint){.addr = without_scope(query->upstream.addr), .port = query->upstream.port};
	ret->known |= EVENT_HAS_UPSTREAM | EVENT_HAS_UPSTREAM_PORT;
}

static void asking_fill(const struct query_event *query, struct event *ret)
{
	ret->upstream_tries = query->upstream_count;
	ret->up_families = query->upstream_tried;
	ret->up_us = query->upstream_us;
	ret->known |= EVENT_HAS_UPSTREAM_TRIES | EVENT_HAS_UP_TIME;
	if (query->upstream_tried != 0)
		ret->known |= EVENT_HAS_UP_FAMILIES;
}

static void resolution_fill(const struct query_event *query, struct event *ret)
{
	event_set_flag(ret, EVENT_AD, query->is_ad);
	if (query->cache != CACHE_USE_NONE) {
		ret->cache = query->cache;
		ret->security = query->security < SECURITY_COUNT ? query->security : SECURITY_UNCHECKED;
		ret->known |= EVENT_HAS_CACHE | EVENT_HAS_SECURITY;
	}
	upstream_fill(query, ret);
	if (query->upstream.port != 0 && !query->is_upstream_failed) {
		ret->up_answered = query->upstream.addr.family;
		ret->known |= EVENT_HAS_UP_ANSWERED;
	}
	if (query->upstream_count > 0)
		asking_fill(query, ret);
	event_set_reason(ret, query->reason);
}

/* What a resolver tells beside its answers. */
static void trouble_fill(const struct query_event *query, struct event *ret)
{
	static const enum event_kind kinds[] = {[QUERY_EVENT_UPSTREAM] = EVENT_UPSTREAM,
						[QUERY_EVENT_VALIDATION] = EVENT_VALIDATION,
						[QUERY_EVENT_REFRESH] = EVENT_REFRESH};
	ret->kind = kinds[query->kind];
	ret->time_us = query->wall_us;
	ret->known |= EVENT_HAS_TIME;
	name_fill(query, ret);
	ede_fill(query, ret);
	upstream_fill(query, ret);
	ret->up_families = query->upstream_tried;
	if (query->upstream_tried != 0)
		ret->known |= EVENT_HAS_UP_FAMILIES;
	if (query->kind == QUERY_EVENT_REFRESH) {
		ret->rcode = query->rcode;
		ret->ttl_left_s = query->ttl_left_s;
		ret->known |= EVENT_HAS_RCODE | (query->rcode == RCODE_SERVFAIL ? EVENT_HAS_TTL_LEFT : 0u);
	}
	event_set_reason(ret, query->reason);
}

void event_from_query(const struct querylog_source *source, const struct query_event *query, struct event *ret)
{
	event_clear(ret);
	ret->kind = EVENT_REPLY;
	ret->source = LINE_SEXTANT;
	ret->stream = source->is_resolver ? STREAM_RECURSIVE : STREAM_AUTHORITATIVE;
	event_set_service(ret, span_text(source->service));
	if (query->kind != QUERY_EVENT_ANSWER) {
		trouble_fill(query, ret);
		return;
	}
	ends_fill(query, ret);
	question_fill(query, ret);
	answer_fill(query, ret);
	ret->origin = query_event_origin(query, source->is_resolver);
	ret->known |= EVENT_HAS_ORIGIN;
	if (source->is_resolver) {
		resolution_fill(query, ret);
	} else if (query->answer_count > 0) {
		ret->ttl_s = query->ttl_s;
		ret->known |= EVENT_HAS_TTL;
	}
}

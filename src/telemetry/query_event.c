/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/query_event.h"

#include "dns/header.h"
#include "dns/query.h"
#include "dns/rrtype.h"

const char *transport_text(enum transport transport)
{
	static const char *const texts[TRANSPORT_COUNT] = {"udp", "tcp"};
	return texts[transport];
}

const char *upstream_way_text(unsigned way)
{
	static const char *const texts[UPSTREAM_WAYS] = {"udp6", "udp4", "tcp6", "tcp4"};
	return texts[way];
}

const char *upstream_turn_text(unsigned bit)
{
	static const char *const texts[TURN_COUNT] = {"ipv6-ipv4", "ipv4-ipv6", "udp-tcp"};
	return texts[bit];
}

const char *aaaa_origin_text(enum aaaa_origin origin)
{
	static const char *const texts[AAAA_ORIGIN_COUNT] = {"-", "native", "dns64", "negative"};
	return texts[origin];
}

const char *cache_use_text(enum cache_use use)
{
	static const char *const texts[CACHE_USE_COUNT] = {"none", "miss", "hit", "stale"};
	return texts[use];
}

const char *security_value_text(uint8_t security)
{
	static const char *const texts[SECURITY_COUNT] = {"unchecked", "secure", "insecure", "indeterminate", "bogus"};
	return security < SECURITY_COUNT ? texts[security] : "unchecked";
}

/* Field by field: this is on every answer's path. */
void query_event_begin(struct query_event *event, const struct query *query)
{
	event->kind = QUERY_EVENT_ANSWER;
	event->turned_away = TURNED_AWAY_NOT;
	event->qname = query->has_question ? query->qname.wire : NULL;
	event->qname_size = query->has_question ? query->qname.size : 0;
	event->qtype = query->qtype;
	event->qclass = query->qclass;
	event->id = query->id;
	event->edns_size = query->edns_size;
	event->opcode = query->opcode;
	event->is_rd = (query->flags & HEADER_RD) != 0;
	event->is_do = query->is_do;
	event->is_cd = (query->flags & HEADER_CD) != 0;
	event->has_cookie = query->cookie.data != NULL;
	event->is_cookie_valid = false;
	event->has_tsig = query->tsig_offset != 0;
	event->rcode = event->answer_count = 0;
	event->size = 0;
	event->ttl_s = 0;
	event->ede = -1;
	event->is_aa = event->is_tc = event->is_ad = false;
	event->origin = AAAA_NONE;
	event->dns64_prefix.length = 0;
	event->cache = CACHE_USE_NONE;
	event->security = 0;
	event->upstream_count = 0;
	event->upstream_tried = event->upstream_turns = 0;
	event->upstream_timeouts = 0;
	event->upstream_us = 0;
	event->upstream.port = 0;
	event->is_upstream_failed = false;
	event->reason = span_of(NULL, 0);
}

enum aaaa_origin query_event_origin(const struct query_event *event, bool is_resolver)
{
	if (is_resolver)
		return event->origin;
	if (event->qtype != RR_AAAA || event->qclass != CLASS_IN || !event->is_aa)
		return AAAA_NONE;
	if (event->rcode == RCODE_NXDOMAIN)
		return AAAA_NEGATIVE;
	if (event->rcode != RCODE_NOERROR)
		return AAAA_NONE;
	return event->answer_count > 0 ? AAAA_NATIVE : AAAA_NEGATIVE;
}

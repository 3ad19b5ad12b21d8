/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/front/front.h"

#include "dns/rrtype.h"
#include "dns/serve/verdict.h"

/* Prefetch in the last tenth of an answer's time, where it was asked for more than once. */
#define REFRESH_SHARE 10
#define REFRESH_HITS 2

/* nobody but those on the list. */
static bool is_allowed(const struct resolver_policy *policy, const struct ip_addr *client)
{
	for (size_t i = 0; i < policy->allow_count; i++) {
		if (ip_prefix_contains(&policy->allow[i], client))
			return true;
	}
	return false;
}

/* The client is told EDE 18 alone; the log says which list. */
static void stranger_note(struct query_event *event)
{
	static const char reason[] = "acl: `allow` does not have the client";
	event->turned_away = TURNED_AWAY_ACL;
	event->reason = span_of((const uint8_t *)reason, sizeof(reason) - 1);
}

/* RFC 6147 5.5: DO and CD set, so the client validates; no synthesis. */
static bool is_synthesised_for(const struct resolver_policy *policy, const struct query *query,
                               const struct ip_addr *client)
{
	bool is_cd = (query->flags & HEADER_CD) != 0;
	return policy->dns64 != NULL && !(is_cd && query->is_do) && dns64_has_client(policy->dns64, client);
}

/* Answers of other types are the same with DNS64 and without. */
static uint32_t view_of(const struct query *query, bool has_dns64)
{
	bool is_translated = has_dns64 && (query->qtype == RR_AAAA || query->qtype == RR_PTR);
	return (query->is_do ? VIEW_DO : 0u) | ((query->flags & HEADER_CD) != 0 ? VIEW_CD : 0u) |
	       (is_translated ? VIEW_DNS64 : 0u);
}

/* Of all who see it, one is told. */
static bool is_refresh_due(const struct resolver_policy *policy, const struct cache_found *found, uint64_t now_us)
{
	uint64_t life_us = found->expires_us - found->stored_us;
	return policy->is_prefetch_on && found->expires_us - now_us < life_us / REFRESH_SHARE &&
	       found->hits >= REFRESH_HITS && cache_claim(found);
}

/* RFC 1034 4.3.1: without RD only what is known already, and nothing is asked for it. */
static enum front_result known_answer(const struct taking *taking, struct cache *cache, bool has_dns64)
{
	const struct outcome *links[LIMIT_ALIASES + 1];
	struct resolution resolution;
	if (!known_find(taking->scratch, cache, taking->query, has_dns64, taking->now.mono_us, links, &resolution)) {
		plain_send(taking, RCODE_REFUSED, EDE_NOT_AUTHORITATIVE);
		return FRONT_ANSWERED;
	}
	resolution_encode(&resolution, taking->policy, taking->scratch, taking->now, taking->query, taking->request,
	                  taking->out, taking->event);
	taking->event->cache = CACHE_USE_HIT;
	return FRONT_ANSWERED;
}

static enum front_result data_answer(const struct taking *taking, struct cache *cache, struct front *front)
{
	const struct query *query = taking->query;
	uint64_t now_us = taking->now.mono_us;
	front->has_dns64 = is_synthesised_for(taking->policy, query, &taking->request->client.addr);
	front->wants_ad = wants_ad(query);
	front->view = view_of(query, front->has_dns64);
	const struct cache_key key = {.kind = CACHE_REPLY, .name = query->qname, .type = query->qtype, .view = front->view};
	struct cache_found found;
	if (cache_find(cache, &key, now_us, &found) && found.expires_us > now_us) {
		struct form form;
		form_read(found.value.data, &form);
		front->is_refresh_due = is_refresh_due(taking->policy, &found, now_us);
		uint64_t age_us = now_us > found.stored_us ? now_us - found.stored_us : 0;
		form_send(&form, (uint32_t)(age_us / 1000000), taking);
		taking->event->cache = CACHE_USE_HIT;
		return FRONT_ANSWERED;
	}
	return (query->flags & HEADER_RD) != 0 ? FRONT_MISS : known_answer(taking, cache, front->has_dns64);
}

uint64_t front_expect(const struct resolver_policy *policy, const struct cache *cache,
                      const struct resolver_request *request)
{
	struct query query;
	if (query_parse(request->message, &query) != QUERY_OK)
		return 0;
	bool has_dns64 = is_synthesised_for(policy, &query, &request->client.addr);
	const struct cache_key key = {
		.kind = CACHE_REPLY, .name = query.qname, .type = query.qtype, .view = view_of(&query, has_dns64)};
	return cache_expect(cache, &key);
}

enum front_result front_take(const struct resolver_policy *policy, struct cache *cache, struct front_scratch *scratch,
                             struct resolver_time now, const struct resolver_request *request, struct writer *out,
                             struct query_event *event, struct front *ret)
{
	const struct taking taking = {policy, scratch, now, request, &ret->query, out, event};
	enum query_verdict parsed = query_parse(request->message, &ret->query);
	scratch->cache = cache;
	ret->is_refresh_due = false;
	query_event_begin(event, &ret->query);
	if (parsed == QUERY_DROP)
		return FRONT_DROPPED;
	struct verdict verdict = {ASKED_NOTHING, RCODE_REFUSED, EDE_PROHIBITED};
	bool is_welcome = is_allowed(policy, &request->client.addr);
	if (is_welcome)
		verdict = query_judge(&ret->query, parsed, request->transport == TRANSPORT_UDP);
	/* All that can be said of a signature is that nobody here knows its key: plain_send does. */
	if (verdict.asked == ASKED_NOTHING || ret->query.tsig_offset != 0) {
		plain_send(&taking, verdict.rcode, verdict.ede);
		if (!is_welcome)
			stranger_note(event);
		return out->size > 0 ? FRONT_ANSWERED : FRONT_DROPPED;
	}
	if (verdict.asked == ASKED_SERVER) {
		server_send(&taking);
		return FRONT_ANSWERED;
	}
	if (ret->query.qclass != CLASS_IN) {
		plain_send(&taking, RCODE_NOTIMP, EDE_NOT_SUPPORTED);
		return FRONT_ANSWERED;
	}
	return data_answer(&taking, cache, ret);
}

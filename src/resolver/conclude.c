/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/conclude.h"

#include "dnssec/sentinel.h"
#include "resolver/synthesis.h"

static const struct outcome *last_link(const struct inquiry *inquiry)
{
	return inquiry->link_count > 0 ? inquiry->links[inquiry->link_count - 1] : NULL;
}

static void ede_add(struct resolution *resolution, int32_t code, struct span text)
{
	for (unsigned i = 0; i < resolution->ede_count; i++) {
		if (resolution->edes[i].code == code)
			return;
	}
	if (code >= 0 && resolution->ede_count < RESOLUTION_EDES_MAX)
		resolution->edes[resolution->ede_count++] = (struct edns_ede){.code = (uint16_t)code, .text = text};
}

static enum aaaa_origin origin_of(const struct inquiry *inquiry, const struct resolution *resolution, bool is_made)
{
	uint16_t rcode = resolution->rcode;
	if (inquiry->qtype != RR_AAAA || resolution->link_count == 0 ||
	    (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN))
		return AAAA_NONE;
	if (resolution->links[resolution->link_count - 1]->kind != OUTCOME_ANSWER)
		return AAAA_NEGATIVE;
	return is_made ? AAAA_DNS64 : AAAA_NATIVE;
}

static void account(struct resolver *resolver, enum aaaa_origin origin)
{
	resolver->load.aaaa_native += origin == AAAA_NATIVE;
	resolver->load.aaaa_dns64 += origin == AAAA_DNS64;
	resolver->load.aaaa_negative += origin == AAAA_NEGATIVE;
}

/* N-03, N-04: where the AAAA records come from. */
static void origin_fill(struct inquiry *inquiry, bool is_made, struct resolution *ret)
{
	char text[IP_PREFIX_TEXT_MAX];
	ret->origin = origin_of(inquiry, ret, is_made);
	account(inquiry->resolver, ret->origin);
	if (ret->origin != AAAA_DNS64)
		return;
	ret->dns64_prefix = inquiry->dns64_prefix;
	if (!inquiry->dns64->is_ede_on)
		return;
	ip_prefix_to_text(&inquiry->dns64_prefix, text);
	const char *copy = arena_text(inquiry->arena, text, strlen(text));
	ede_add(ret, EDE_SYNTHESIZED, copy != NULL ? span_text(copy) : span_of(NULL, 0));
}

static void failure_fill(const struct inquiry *inquiry, struct resolution *ret)
{
	const struct outcome *last = last_link(inquiry);
	ret->rcode = RCODE_SERVFAIL;
	ret->link_count = 0;
	ret->is_secure = false;
	ret->is_keepable = false;
	ret->ede_count = 0;
	if (inquiry->failure != NULL)
		ede_add(ret, inquiry->ede, span_text(inquiry->failure));
	else if (last != NULL)
		ede_add(ret, last->ede >= 0 ? last->ede : EDE_OTHER, last->reason);
}

static bool has_bogus_link(const struct inquiry *inquiry)
{
	for (unsigned i = 0; i < inquiry->link_count; i++) {
		if (inquiry->is_checked && inquiry->links[i]->security == SECURITY_BOGUS)
			return true;
	}
	return false;
}

static bool is_failed(const struct inquiry *inquiry)
{
	const struct outcome *last = last_link(inquiry);
	return inquiry->failure != NULL || last == NULL || last->kind == OUTCOME_FAILURE || has_bogus_link(inquiry);
}

/* RFC 8509: validators tell by an error whether they trust the key that the name speaks of. */
static bool is_sentinel_failure(const struct inquiry *inquiry, bool is_secure)
{
	const struct resolver_policy *policy = inquiry->resolver->policy;
	bool is_address = inquiry->qtype == RR_AAAA || inquiry->qtype == RR_A;
	return policy->is_sentinel_on && is_secure && is_address && inquiry->is_checked && policy->anchors != NULL &&
	       sentinel_fails(policy->anchors, inquiry->qname);
}

void resolution_of(struct inquiry *inquiry, struct resolution *ret)
{
	const struct outcome *last = last_link(inquiry);
	*ret = (struct resolution){.links = inquiry->links,
	                           .link_count = inquiry->link_count,
	                           .is_checked = inquiry->is_checked,
	                           .is_secure = inquiry->link_count > 0,
	                           .is_keepable = true};
	if (is_failed(inquiry)) {
		failure_fill(inquiry, ret);
		ret->is_bogus = has_bogus_link(inquiry);
		return;
	}
	for (unsigned i = 0; i < inquiry->link_count; i++) {
		const struct outcome *link = inquiry->links[i];
		ret->is_secure = ret->is_secure && link->security == SECURITY_SECURE && !link->is_optout;
		ede_add(ret, link->ede, link->reason);
		if (link->server.port == 0 && link->zone.wire == NULL)
			ret->is_keepable = false; /* local: it is found as fast where it is */
	}
	ret->rcode = last->kind == OUTCOME_NXDOMAIN ? RCODE_NXDOMAIN : RCODE_NOERROR;
	if (inquiry->is_target_too_long)
		ret->rcode = RCODE_YXDOMAIN;
	if (is_sentinel_failure(inquiry, ret->is_secure)) {
		failure_fill(inquiry, ret);
		return;
	}
	origin_fill(inquiry, inquiry->is_synthesised, ret);
}

/* --- For the operator --- */

/* Who was asked last. */
static void note_server(struct note *note, const struct outcome *outcome)
{
	if (outcome->server.port == 0)
		return;
	note->server = outcome->server;
	note->has_family = true;
	note->family = outcome->server.addr.family;
}

static void note_refresh(struct inquiry *inquiry, const struct resolution *resolution)
{
	char text[512];
	const struct outcome *old = remember(inquiry->resolver, inquiry->qname, inquiry->qtype, inquiry->is_checked, true,
	                                     inquiry->arena);
	/* It may be gone by now: servers that are silent take longer to give up than was left of it. */
	if (old == NULL && !inquiry->is_refresh)
		return;
	int64_t left_s = old != NULL ? outcome_left_s(old, inquiry->resolver->now.mono_us) : 0;
	const struct outcome *last = last_link(inquiry);
	struct span why = resolution->ede_count > 0 ? resolution->edes[0].text : span_text("no answer");
	char when[64] = "the cached answer has ended";
	if (left_s != 0)
		snprintf(when, sizeof(when), left_s > 0 ? "the cache hides this for %lld s more" : "the cached answer ended %lld s ago",
		         (long long)(left_s > 0 ? left_s : -left_s));
	int size = snprintf(text, sizeof(text), "%s: the refresh failed: %.*s", when,
	                    (int)(why.size < 300 ? why.size : 300), (const char *)why.data);
	struct note note = {.kind = NOTE_REFRESH_FAILED,
	                    .has_name = true,
	                    .name = inquiry->qname,
	                    .type = inquiry->qtype,
	                    .ede = resolution->ede_count > 0 ? resolution->edes[0].code : -1,
	                    .tried = trail_tried(inquiry),
	                    .has_ttl_left = true,
	                    .ttl_left_s = left_s > 0 ? (uint32_t)left_s : 0,
	                    .text = span_of(text, size < (int)sizeof(text) ? (size_t)size : sizeof(text) - 1)};
	if (last != NULL)
		note_server(&note, last);
	engine_note(inquiry->resolver, &note);
}

void note_refreshed(struct inquiry *inquiry, const struct resolution *resolution)
{
	const struct note note = {.kind = NOTE_REFRESHED,
	                          .has_name = true,
	                          .name = inquiry->qname,
	                          .type = inquiry->qtype,
	                          .ede = -1,
	                          .rcode = resolution->rcode,
	                          .tried = trail_tried(inquiry)};
	engine_note(inquiry->resolver, &note);
}

void note_failure(struct inquiry *inquiry, const struct resolution *resolution)
{
	const struct outcome *last = last_link(inquiry);
	note_refresh(inquiry, resolution);
	/* Bogus answers have their own line, made where they were found; loops, too. */
	if (inquiry->is_internal || inquiry->is_loop || (last != NULL && last->security == SECURITY_BOGUS) ||
	    (last != NULL && last->stored_us != 0))
		return;
	struct note note = {.kind = NOTE_FAILURE,
	                    .has_name = true,
	                    .tried = trail_tried(inquiry),
	                    .name = inquiry->qname,
	                    .type = inquiry->qtype,
	                    .ede = resolution->ede_count > 0 ? resolution->edes[0].code : -1,
	                    .text = resolution->ede_count > 0 ? resolution->edes[0].text : span_text("no answer")};
	if (last != NULL)
		note_server(&note, last);
	engine_note(inquiry->resolver, &note);
}

/* --- Stale answers --- */

struct remembered {
	const struct outcome **links;
	unsigned count;
	bool is_stale; /* one of them has ended */
};

static bool is_givable(const struct inquiry *inquiry, const struct outcome *link)
{
	bool is_judged = link->security == SECURITY_SECURE || link->security == SECURITY_INSECURE ||
	                 link->security == SECURITY_INDETERMINATE;
	return link->kind != OUTCOME_FAILURE &&
	       (is_judged || !inquiry->is_checked || inquiry->resolver->policy->validation != VALIDATION_ON);
}

/* The name and what it leads to. False: not all of it is remembered. */
static bool remembered_follow(struct inquiry *inquiry, struct name name, uint16_t type, struct remembered *chain)
{
	struct resolver *resolver = inquiry->resolver;
	while (chain->count < LIMIT_ALIASES) {
		const struct outcome *link = remember(resolver, name, type, inquiry->is_checked, true, inquiry->arena);
		if (link == NULL || !is_givable(inquiry, link))
			return false;
		chain->links[chain->count++] = link;
		chain->is_stale = chain->is_stale || outcome_left_s(link, resolver->now.mono_us) <= 0;
		if (!outcome_leads_on(link))
			return true;
		struct name_buffer *buffer = arena_alloc(inquiry->arena, sizeof(*buffer), 1);
		if (buffer == NULL || outcome_target(link, buffer, &name) != ERR_OK)
			return false;
	}
	return false;
}

/* A denial of AAAA is half an answer to a client of DNS64: the A records are the other one, and either may have ended.
 * False: they are not remembered, so nothing is known. */
static bool remembered_synthesise(struct inquiry *inquiry, struct remembered *chain, bool *ret_is_made)
{
	unsigned at = chain->count - 1;
	const struct outcome *aaaa = chain->links[at];
	chain->count = at;
	if (!remembered_follow(inquiry, aaaa->qname, RR_A, chain))
		return false;
	const struct outcome *made = synthesis_make(inquiry, aaaa, chain->links[chain->count - 1]);
	*ret_is_made = made != NULL;
	if (made != NULL) {
		chain->links[chain->count - 1] = made;
		return true;
	}
	chain->count = at + 1;
	chain->links[at] = aaaa;
	return true;
}

bool stale_find(struct inquiry *inquiry, struct resolution *ret)
{
	struct resolver *resolver = inquiry->resolver;
	struct remembered chain = {.links = NULL};
	bool is_made = false;
	if (!resolver->policy->is_serve_stale_on)
		return false;
	chain.links = arena_alloc(inquiry->arena, sizeof(inquiry->links), _Alignof(struct outcome *));
	if (chain.links == NULL || !remembered_follow(inquiry, inquiry->qname, inquiry->qtype, &chain))
		return false;
	if (synthesis_is_wanted(inquiry, &chain.links[chain.count - 1]) &&
	    !remembered_synthesise(inquiry, &chain, &is_made))
		return false;
	if (!chain.is_stale)
		return false;
	bool is_nxdomain = chain.links[chain.count - 1]->kind == OUTCOME_NXDOMAIN;
	*ret = (struct resolution){.links = chain.links,
	                           .link_count = chain.count,
	                           .rcode = is_nxdomain ? RCODE_NXDOMAIN : RCODE_NOERROR,
	                           .is_checked = inquiry->is_checked,
	                           .is_stale = true};
	ede_add(ret, is_nxdomain ? EDE_STALE_NXDOMAIN : EDE_STALE_ANSWER, span_of(NULL, 0));
	origin_fill(inquiry, is_made, ret);
	resolver->load.cache_stale++;
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/conclude.h"

#include "dnssec/sentinel.h"

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

static enum aaaa_origin origin_of(const struct inquiry *inquiry, uint16_t rcode)
{
	const struct outcome *last = last_link(inquiry);
	if (inquiry->qtype != RR_AAAA || last == NULL || (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN))
		return AAAA_NONE;
	if (last->kind != OUTCOME_ANSWER)
		return AAAA_NEGATIVE;
	return inquiry->is_synthesised ? AAAA_DNS64 : AAAA_NATIVE;
}

static void account(struct resolver *resolver, enum aaaa_origin origin)
{
	resolver->load.aaaa_native += origin == AAAA_NATIVE;
	resolver->load.aaaa_dns64 += origin == AAAA_DNS64;
	resolver->load.aaaa_negative += origin == AAAA_NEGATIVE;
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

static bool is_failed(const struct inquiry *inquiry)
{
	const struct outcome *last = last_link(inquiry);
	if (inquiry->failure != NULL || last == NULL || last->kind == OUTCOME_FAILURE)
		return true;
	for (unsigned i = 0; i < inquiry->link_count; i++) {
		if (inquiry->is_checked && inquiry->links[i]->security == SECURITY_BOGUS)
			return true;
	}
	return false;
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
	struct resolver *resolver = inquiry->resolver;
	const struct outcome *last = last_link(inquiry);
	*ret = (struct resolution){.links = inquiry->links,
	                           .link_count = inquiry->link_count,
	                           .is_checked = inquiry->is_checked,
	                           .is_secure = inquiry->link_count > 0,
	                           .is_keepable = true};
	if (is_failed(inquiry)) {
		failure_fill(inquiry, ret);
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
	ret->origin = origin_of(inquiry, ret->rcode);
	if (ret->origin == AAAA_DNS64)
		ret->dns64_prefix = inquiry->dns64_prefix;
	account(resolver, ret->origin);
	if (ret->origin == AAAA_DNS64 && resolver->policy->dns64->is_ede_on) {
		char text[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&inquiry->dns64_prefix, text);
		const char *copy = arena_text(inquiry->arena, text, strlen(text));
		ede_add(ret, EDE_SYNTHESIZED, copy != NULL ? span_text(copy) : span_of(NULL, 0));
	}
}

/* --- For the operator --- */

static void note_refresh(struct inquiry *inquiry, const struct resolution *resolution)
{
	char text[512];
	const struct outcome *old = remember(inquiry->resolver, inquiry->qname, inquiry->qtype, inquiry->is_checked, true,
	                                     inquiry->arena);
	if (old == NULL)
		return;
	int64_t left_s = outcome_left_s(old, inquiry->resolver->now.mono_us);
	struct span why = resolution->ede_count > 0 ? resolution->edes[0].text : span_text("no answer");
	int size = snprintf(text, sizeof(text), "%s%lld s %s: the refresh failed: %.*s",
	                    left_s > 0 ? "the cache hides this for " : "the cached answer ended ",
	                    (long long)(left_s > 0 ? left_s : -left_s), left_s > 0 ? "more" : "ago",
	                    (int)(why.size < 300 ? why.size : 300), (const char *)why.data);
	struct note note = {.kind = NOTE_REFRESH_FAILED,
	                    .has_name = true,
	                    .name = inquiry->qname,
	                    .type = inquiry->qtype,
	                    .ede = resolution->ede_count > 0 ? resolution->edes[0].code : -1,
	                    .text = span_of(text, size < (int)sizeof(text) ? (size_t)size : sizeof(text) - 1)};
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
	                    .name = inquiry->qname,
	                    .type = inquiry->qtype,
	                    .ede = resolution->ede_count > 0 ? resolution->edes[0].code : -1,
	                    .text = resolution->ede_count > 0 ? resolution->edes[0].text : span_text("no answer")};
	if (last != NULL && last->server.port != 0) {
		note.server = last->server;
		note.has_family = true;
		note.family = last->server.addr.family;
	}
	engine_note(inquiry->resolver, &note);
}

/* --- Stale answers --- */

bool stale_find(struct inquiry *inquiry, struct resolution *ret)
{
	struct resolver *resolver = inquiry->resolver;
	const struct outcome **links;
	struct name name = inquiry->qname;
	unsigned count = 0;
	bool is_stale = false;
	if (!resolver->policy->is_serve_stale_on || inquiry->is_synthesising)
		return false;
	links = arena_alloc(inquiry->arena, sizeof(inquiry->links), _Alignof(struct outcome *));
	while (links != NULL && count < LIMIT_ALIASES) {
		const struct outcome *link =
			remember(resolver, name, inquiry->qtype, inquiry->is_checked, true, inquiry->arena);
		if (link == NULL || link->kind == OUTCOME_FAILURE ||
		    (inquiry->is_checked && resolver->policy->validation == VALIDATION_ON &&
		     link->security != SECURITY_SECURE && link->security != SECURITY_INSECURE &&
		     link->security != SECURITY_INDETERMINATE))
			return false;
		links[count++] = link;
		is_stale = is_stale || outcome_left_s(link, resolver->now.mono_us) <= 0;
		if (!outcome_leads_on(link))
			break;
		struct name_buffer *buffer = arena_alloc(inquiry->arena, sizeof(*buffer), 1);
		if (buffer == NULL || outcome_target(link, buffer, &name) != ERR_OK)
			return false;
	}
	if (count == 0 || !is_stale)
		return false;
	bool is_nxdomain = links[count - 1]->kind == OUTCOME_NXDOMAIN;
	*ret = (struct resolution){.links = links,
	                           .link_count = count,
	                           .rcode = is_nxdomain ? RCODE_NXDOMAIN : RCODE_NOERROR,
	                           .is_checked = inquiry->is_checked,
	                           .is_stale = true};
	ede_add(ret, is_nxdomain ? EDE_STALE_NXDOMAIN : EDE_STALE_ANSWER, span_of(NULL, 0));
	resolver->load.cache_stale++;
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/serve/chaos.h"
#include "resolver/front/front.h"

/* --- The event --- */

/* The engine's half, field by field: the daemon's half may be filled already. */
void event_of_query(struct query_event *event, const struct query *query)
{
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
	event->ede = -1;
	event->is_aa = event->is_tc = event->is_ad = false;
	event->origin = AAAA_NONE;
	event->cache = CACHE_USE_NONE;
	event->security = 0;
	event->upstream_count = 0;
	event->upstream = (struct ip_endpoint){0};
	event->reason = span_of(NULL, 0);
}

static void event_of_answer(struct query_event *event, const struct builder *builder, uint16_t rcode, size_t size)
{
	event->rcode = rcode;
	event->answer_count = builder->counts[SECTION_ANSWER];
	event->size = (uint32_t)size;
	event->is_aa = (builder->flags & HEADER_AA) != 0;
	event->is_tc = (builder->flags & HEADER_TC) != 0;
	event->is_ad = (builder->flags & HEADER_AD) != 0;
}

/* --- Limits and OPT --- */

/* Octets that client, service and transport allow for the whole answer. */
static size_t limit_of(const struct taking *taking)
{
	size_t limit = UINT16_MAX;
	if (taking->request->transport == TRANSPORT_UDP) {
		/* RFC 9715 3.2: the smallest of what is offered, what the path takes and our own limit. */
		limit = query_udp_size(taking->query);
		if (limit > taking->policy->udp_size)
			limit = taking->policy->udp_size;
	}
	return limit < taking->out->capacity ? limit : taking->out->capacity;
}

/* The limit with room kept for what comes last. Key names and identities may be longer than any room. */
static size_t limit_less(size_t limit, size_t kept)
{
	return limit > kept + HEADER_SIZE ? limit - kept : HEADER_SIZE;
}

/* RFC 7873 5.2, RFC 9018: a client that sends a cookie gets one that is good for its next question. */
static void cookie_add(const struct taking *taking, struct edns *edns)
{
	struct span cookie = taking->query->cookie;
	const struct ip_addr *client = &taking->request->client.addr;
	struct cookie_secrets secrets = {taking->policy->cookie_secret, taking->policy->cookie_secret_old};
	enum cookie_state state = cookie_check(cookie, client, taking->now.wall_s, secrets);
	taking->event->is_cookie_valid = state == COOKIE_GOOD || state == COOKIE_OLD;
	edns->cookie = cookie;
	if (state == COOKIE_GOOD)
		return;
	cookie_make(cookie.data, client, taking->now.wall_s, secrets, taking->scratch->cookie);
	edns->cookie = span_of(taking->scratch->cookie, sizeof(taking->scratch->cookie));
}

/* RFC 6891 6.1.1: an OPT goes back when one came, with what the client asked for and the service gives. */
static void edns_fill(const struct taking *taking, uint16_t rcode, struct edns *ret)
{
	const struct query *query = taking->query;
	/* Field by field: this is on every answer's path, and the EDEs behind ede_count need no zeros. */
	ret->udp_size = taking->policy->udp_size;
	ret->rcode = rcode;
	ret->version = 0;
	ret->is_do = query->is_do; /* RFC 3225 3 */
	ret->padding_block = 0;    /* RFC 8467: only where the transport hides it */
	ret->ede_count = 0;
	ret->cookie = span_of(NULL, 0);
	ret->has_nsid = query->has_nsid && taking->policy->identity != NULL;
	if (ret->has_nsid)
		ret->nsid = span_text(taking->policy->identity);
	if (query->cookie.data != NULL && taking->policy->is_cookie_on)
		cookie_add(taking, ret);
	/* RFC 7828 3.2.1: never over UDP. */
	ret->has_keepalive = ret->has_keepalive_time =
		query->has_keepalive && taking->request->transport == TRANSPORT_TCP;
	ret->keepalive_ds = taking->policy->tcp_idle_timeout_ds;
}

/* --- The message --- */

/* An answer begun. */
struct sending {
	const struct taking *taking;
	struct builder *builder;
	size_t limit;
	uint16_t rcode;
	struct edns edns; /* when the query has one */
};

static void sending_begin(struct sending *sending, const struct taking *taking, uint16_t rcode, size_t kept)
{
	const struct query *query = taking->query;
	sending->taking = taking;
	sending->builder = &taking->scratch->builder;
	sending->limit = limit_less(limit_of(taking), kept);
	sending->rcode = rcode;
	builder_answer(sending->builder, taking->out->data, sending->limit, query);
	/* RFC 4035 3.2.2: resolvers copy CD. */
	sending->builder->flags |= (uint16_t)(HEADER_RA | (query->flags & HEADER_CD));
	builder_rcode(sending->builder, rcode);
	if (!query->has_edns)
		return;
	edns_fill(taking, rcode, &sending->edns);
	sending->builder->limit = limit_less(sending->limit, edns_size(&sending->edns));
}

static void ede_add(struct sending *sending, int32_t code, struct span text)
{
	if (sending->taking->event->ede < 0) {
		sending->taking->event->ede = code;
		sending->taking->event->reason = text;
	}
	if (sending->taking->query->has_edns && sending->edns.ede_count < EDNS_EDE_MAX)
		sending->edns.ede[sending->edns.ede_count++] = (struct edns_ede){.code = (uint16_t)code, .text = text};
}

static size_t sending_end(struct sending *sending)
{
	struct builder *builder = sending->builder;
	builder->limit = sending->limit;
	if (sending->taking->query->has_edns && !builder_opt(builder, &sending->edns))
		builder_flag(builder, HEADER_TC);
	size_t size = builder_finish(builder);
	event_of_answer(sending->taking->event, builder, sending->rcode, size);
	sending->taking->out->size = size;
	return size;
}

static void form_edes(struct sending *sending, const struct form *form)
{
	const uint8_t *at = form->edes;
	for (unsigned i = 0; i < form->head.ede_count; i++) {
		uint16_t size = load_u16(at + 2);
		ede_add(sending, load_u16(at), span_of(at + 4, size));
		at += 4u + size;
	}
}

static void ttls_reduce(uint8_t *message, const uint8_t *offsets, unsigned count, uint32_t age_s)
{
	for (unsigned i = 0; age_s > 0 && i < count; i++) {
		uint8_t *ttl = message + load_u16(offsets + 2 * i);
		uint32_t value = load_u32(ttl);
		store_u32(ttl, value > age_s ? value - age_s : 0);
	}
}

/* All of it, or without what may be left out. False: not even that fits. */
static bool form_body(struct sending *sending, const struct form *form, uint32_t age_s)
{
	const struct form_head *head = &form->head;
	struct builder *builder = sending->builder;
	if (head->is_too_large || builder->size > builder->limit)
		return false;
	size_t room = builder->limit - builder->size;
	bool has_extra = head->body_size <= room;
	size_t size = has_extra ? head->body_size : (size_t)head->body_size - head->extra_size;
	/* Pointers in the records go to the question: it has to be there. */
	if (size > room || builder->counts[SECTION_QUESTION] == 0)
		return false;
	memcpy(builder->data + builder->size, form->body, size);
	builder->size += size;
	for (enum section section = SECTION_ANSWER; section < SECTION_COUNT; section++)
		builder->counts[section] = (uint16_t)(head->counts[section] + (has_extra ? head->extra_counts[section] : 0));
	ttls_reduce(builder->data, form->offsets, head->ttl_count - (has_extra ? 0u : head->extra_ttl_count), age_s);
	return true;
}

size_t form_send(const struct form *form, uint32_t age_s, const struct taking *taking)
{
	struct sending sending;
	sending_begin(&sending, taking, form->head.rcode, 0);
	form_edes(&sending, form);
	if (!form_body(&sending, form, age_s))
		builder_flag(sending.builder, HEADER_TC); /* RFC 2181 9: the client asks again over TCP */
	else if (form->head.is_secure && wants_ad(taking->query))
		builder_flag(sending.builder, HEADER_AD);
	taking->event->origin = form->head.origin;
	taking->event->security = form->head.security;
	return sending_end(&sending);
}

/* RFC 8945 5.2: a resolver has no keys, so every signature is of an unknown one. Malformed: FORMERR without TSIG. */
static size_t tsig_room(const struct taking *taking, uint16_t *rcode, int32_t *ede)
{
	struct tsig *tsig = &taking->scratch->tsig;
	if (taking->query->tsig_offset == 0 || *rcode == RCODE_FORMERR)
		return 0;
	*ede = -1;
	switch (tsig_verify_request(NULL, 0, taking->request->message, taking->query->tsig_offset, taking->now.wall_s, tsig)) {
	case TSIG_MALFORMED:
		*rcode = RCODE_FORMERR;
		return 0;
	case TSIG_GOOD:
	case TSIG_BAD:
		*rcode = RCODE_NOTAUTH;
		return tsig_answer_size(tsig);
	default:
		*rcode = RCODE_SERVFAIL;
		return 0;
	}
}

size_t plain_send(const struct taking *taking, uint16_t rcode, int32_t ede)
{
	struct sending sending;
	size_t kept = tsig_room(taking, &rcode, &ede);
	sending_begin(&sending, taking, rcode, kept);
	if (ede >= 0)
		ede_add(&sending, ede, span_of(NULL, 0));
	size_t size = sending_end(&sending);
	if (kept == 0)
		return size;
	struct writer message = {.data = taking->out->data, .size = size, .capacity = limit_of(taking)};
	size = tsig_sign_answer(&taking->scratch->tsig, taking->now.wall_s, &message) == ERR_OK ? message.size : 0;
	taking->event->size = (uint32_t)size;
	taking->out->size = size;
	return size;
}

size_t server_send(const struct taking *taking)
{
	struct sending sending;
	sending_begin(&sending, taking, RCODE_NOERROR, 0);
	sending.rcode = chaos_answer(taking->policy->identity, taking->policy->version, taking->query, sending.builder);
	builder_rcode(sending.builder, sending.rcode);
	return sending_end(&sending);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/serve/chaos.h"
#include "dns/serve/terms.h"
#include "resolver/front/front.h"

/* --- The event --- */

static void event_of_answer(struct query_event *event, const struct builder *builder, uint16_t rcode, size_t size)
{
	event->rcode = rcode;
	event->answer_count = builder->counts[SECTION_ANSWER];
	event->size = (uint32_t)size;
	event->is_aa = (builder->flags & HEADER_AA) != 0;
	event->is_tc = (builder->flags & HEADER_TC) != 0;
	event->is_ad = (builder->flags & HEADER_AD) != 0;
}

/* --- The terms --- */

static size_t limit_of(const struct taking *taking)
{
	bool is_udp = taking->request->transport == TRANSPORT_UDP;
	return terms_limit(taking->query, taking->policy->udp_size, is_udp, taking->out->capacity);
}

static void edns_fill(const struct taking *taking, uint16_t rcode, struct edns *ret)
{
	const struct resolver_policy *policy = taking->policy;
	const struct terms terms = {.udp_size = policy->udp_size,
	                            .tcp_idle_timeout_ds = policy->tcp_idle_timeout_ds,
	                            .identity = policy->identity,
	                            .is_cookie_on = policy->is_cookie_on,
	                            .secrets = {policy->cookie_secret, policy->cookie_secret_old}};
	const struct terms_client client = {&taking->request->client.addr, taking->request->transport == TRANSPORT_UDP,
	                                    taking->now.wall_s};
	taking->event->is_cookie_valid = terms_edns(&terms, taking->query, &client, taking->scratch->cookie, ret);
	ret->rcode = rcode;
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
	sending->limit = terms_limit_less(limit_of(taking), kept);
	sending->rcode = rcode;
	builder_answer(sending->builder, taking->out->data, sending->limit, query);
	/* RFC 4035 3.2.2: resolvers copy CD. */
	sending->builder->flags |= (uint16_t)(HEADER_RA | (query->flags & HEADER_CD));
	builder_rcode(sending->builder, rcode);
	if (!query->has_edns)
		return;
	edns_fill(taking, rcode, &sending->edns);
	sending->builder->limit = terms_limit_less(sending->limit, edns_size(&sending->edns));
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
	if (form->head.origin == AAAA_DNS64)
		memcpy(&taking->event->dns64_prefix, form->prefix, sizeof(taking->event->dns64_prefix));
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

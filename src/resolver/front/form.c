/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/front/front.h"

#include "dns/rrtype.h"

#include <stdlib.h>

struct front_scratch *front_scratch_new(void)
{
	return calloc(1, sizeof(struct front_scratch));
}

void front_scratch_free(struct front_scratch *scratch)
{
	free(scratch);
}

/* Seconds until the first link ends. */
static uint32_t life_of(const struct resolution *resolution, uint64_t now_us)
{
	int64_t least_s = INT32_MAX;
	for (size_t i = 0; i < resolution->link_count; i++) {
		int64_t left_s = outcome_left_s(resolution->links[i], now_us);
		least_s = left_s < least_s ? left_s : least_s;
	}
	return least_s > 0 ? (uint32_t)least_s : 0;
}

/* Where the TTLs of the records from `at` on stand. The message is our own. */
static unsigned ttl_offsets(const struct builder *builder, size_t at, uint8_t *ret)
{
	const uint8_t *message = builder->data;
	unsigned count = 0;
	while (at < builder->size) {
		while (message[at] != 0 && message[at] < 0xc0)
			at += 1u + message[at];
		at += message[at] == 0 ? 1 : 2;
		store_u16(ret + 2 * count++, (uint16_t)(at + 4));
		at += RRSET_RECORD_HEADER + load_u16(message + at + 8);
	}
	return count;
}

static void edes_write(const struct resolution *resolution, struct front_scratch *scratch, struct form *ret)
{
	struct writer out = writer_of(scratch->edes, sizeof(scratch->edes));
	for (unsigned i = 0; i < resolution->ede_count && i < EDNS_EDE_MAX; i++) {
		const struct edns_ede *ede = &resolution->edes[i];
		/* Room is kept for the codes of those that follow. */
		size_t room = out.capacity - out.size - 4u * (EDNS_EDE_MAX - i);
		size_t size = ede->text.size > room ? 0 : ede->text.size;
		writer_u16(&out, ede->code);
		writer_u16(&out, (uint16_t)size);
		writer_bytes(&out, ede->text.data, size);
		ret->head.ede_count++;
	}
	ret->edes = scratch->edes;
	ret->head.ede_size = (uint16_t)out.size;
}

static void body_write(const struct resolution *resolution, const struct form_wish *wish, struct front_scratch *scratch,
                       struct form *ret)
{
	struct builder *builder = &scratch->form_builder;
	struct form_head *head = &ret->head;
	builder_query(builder, scratch->message, sizeof(scratch->message), 0, 0, wish->qname, wish->qtype, CLASS_IN);
	struct builder_mark start = builder_mark(builder);
	head->is_too_large = !sections_write(resolution, wish, scratch);
	if (head->is_too_large)
		builder_rollback(builder, start);
	struct builder_mark needed = builder_mark(builder);
	if (!head->is_too_large && !wish->policy->is_minimal)
		extra_write(resolution, wish, scratch, &ret->life_s);
	for (enum section section = SECTION_ANSWER; section < SECTION_COUNT; section++) {
		head->counts[section] = needed.counts[section];
		head->extra_counts[section] = (uint16_t)(builder->counts[section] - needed.counts[section]);
		head->ttl_count = (uint16_t)(head->ttl_count + builder->counts[section]);
		head->extra_ttl_count = (uint16_t)(head->extra_ttl_count + head->extra_counts[section]);
	}
	head->body_size = (uint16_t)(builder->size - start.size);
	head->extra_size = (uint16_t)(builder->size - needed.size);
	ttl_offsets(builder, start.size, scratch->offsets);
	ret->offsets = scratch->offsets;
	ret->body = scratch->message + start.size;
}

void form_make(const struct resolution *resolution, const struct form_wish *wish, struct front_scratch *scratch,
               struct form *ret)
{
	*ret = (struct form){.head = {.rcode = resolution->rcode,
	                              .origin = (uint8_t)resolution->origin,
	                              .is_secure = resolution->is_secure && resolution->is_checked},
	                     .life_s = life_of(resolution, wish->now.mono_us)};
	if (resolution->link_count > 0)
		ret->head.security = (uint8_t)resolution->links[resolution->link_count - 1]->security;
	if (resolution->is_bogus)
		ret->head.security = SECURITY_BOGUS;
	scratch->prefix = resolution->dns64_prefix;
	ret->prefix = (const uint8_t *)&scratch->prefix;
	edes_write(resolution, scratch, ret);
	body_write(resolution, wish, scratch, ret);
}

static size_t prefix_size(const struct form_head *head)
{
	return head->origin == AAAA_DNS64 ? sizeof(struct ip_prefix) : 0;
}

size_t form_size(const struct form *form)
{
	const struct form_head *head = &form->head;
	return sizeof(*head) + prefix_size(head) + head->ede_size + head->ttl_count * 2u + head->body_size;
}

void form_write(const struct form *form, uint8_t *at)
{
	const struct form_head *head = &form->head;
	memcpy(at, head, sizeof(*head));
	at += sizeof(*head);
	memcpy(at, form->prefix, prefix_size(head));
	at += prefix_size(head);
	memcpy(at, form->edes, head->ede_size);
	at += head->ede_size;
	memcpy(at, form->offsets, head->ttl_count * 2u);
	memcpy(at + head->ttl_count * 2u, form->body, head->body_size);
}

void form_read(const uint8_t *at, struct form *ret)
{
	memcpy(&ret->head, at, sizeof(ret->head));
	ret->prefix = at + sizeof(ret->head);
	ret->edes = ret->prefix + prefix_size(&ret->head);
	ret->offsets = ret->edes + ret->head.ede_size;
	ret->body = ret->offsets + ret->head.ttl_count * 2u;
}

/* --- For the engine --- */

void resolution_keep(const struct resolution *resolution, const struct resolver_policy *policy, struct cache *cache,
                     struct front_scratch *scratch, struct resolver_time now, struct name qname, uint16_t qtype,
                     uint32_t view)
{
	const struct form_wish wish = {policy, now, qname, qtype, (view & VIEW_DO) != 0};
	const struct cache_key key = {.kind = CACHE_REPLY, .name = qname, .type = qtype, .view = view};
	struct form form;
	uint8_t *at;
	scratch->cache = cache;
	if (!resolution->is_keepable || resolution->is_stale)
		return;
	form_make(resolution, &wish, scratch, &form);
	if (form.life_s == 0 ||
	    cache_begin(cache, &key, form_size(&form), now.mono_us, form.life_s, 0, &at) != ERR_OK)
		return; /* an answer that is not kept is still an answer */
	form_write(&form, at);
	cache_commit(cache);
}

size_t resolution_encode(const struct resolution *resolution, const struct resolver_policy *policy,
                         struct front_scratch *scratch, struct resolver_time now, const struct query *query,
                         const struct resolver_request *request, struct writer *out, struct query_event *event)
{
	const struct taking taking = {policy, scratch, now, request, query, out, event};
	const struct form_wish wish = {policy, now, query->qname, query->qtype, query->is_do};
	struct form form;
	query_event_begin(event, query);
	form_make(resolution, &wish, scratch, &form);
	size_t size = form_send(&form, 0, &taking);
	event->cache = resolution->is_stale ? CACHE_USE_STALE : CACHE_USE_MISS;
	return size;
}

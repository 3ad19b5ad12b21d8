/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/nat64.h"

#include "dns/rrtype.h"
#include "dns64/pref64.h"
#include "resolver/gather.h"

static const struct name ipv4only = {(const uint8_t *)"\10ipv4only\4arpa\0", 15, 2};

bool nat64_want(struct facts *facts, const struct ip_endpoint *resolvers, size_t count)
{
	bool is_open = false;
	for (size_t i = 0; i < count; i++) {
		const struct fact_question question = {.server = resolvers[i],
						       .transport = QUESTION_UDP,
						       .qname = ipv4only,
						       .qtype = RR_AAAA,
						       .is_rd = true};
		is_open = fact_is_open(facts_get(facts, &question)) || is_open;
	}
	return is_open;
}

static void prefix_add(struct nat64 *nat64, const struct ip_prefix *prefix)
{
	for (size_t i = 0; i < nat64->count; i++) {
		if (ip_prefix_equal(&nat64->prefixes[i], prefix))
			return;
	}
	if (nat64->count < NAT64_PREFIXES_MAX)
		nat64->prefixes[nat64->count++] = *prefix;
}

static void fact_read(const struct fact *fact, struct arena *arena, struct nat64 *ret)
{
	struct message message;
	struct ip_prefix prefixes[NAT64_PREFIXES_MAX];
	struct gathered *gathered = arena_alloc(arena, sizeof(*gathered), _Alignof(struct gathered));
	if (gathered == NULL || message_read(fact->message, &message) != ERR_OK ||
	    gather(&message, arena, gathered) != ERR_OK)
		return;
	const struct rrset_view *aaaa = gathered_find(gathered, SECTION_ANSWER, ipv4only, RR_AAAA);
	if (aaaa == NULL || aaaa->rrset == NULL)
		return;
	size_t count = pref64_from_ipv4only(aaaa->rrset, prefixes, NAT64_PREFIXES_MAX);
	for (size_t i = 0; i < count; i++)
		prefix_add(ret, &prefixes[i]);
}

void nat64_read(const struct facts *facts, struct arena *arena, struct nat64 *ret)
{
	*ret = (struct nat64){0};
	for (size_t i = 0; i < facts_count(facts); i++) {
		const struct fact *fact = facts_at(facts, i);
		if (fact->state == FACT_REPLY && fact->question.is_rd && fact->question.qtype == RR_AAAA &&
		    name_equal(fact->question.qname, ipv4only))
			fact_read(fact, arena, ret);
	}
}

bool nat64_has(const struct nat64 *nat64, const struct ip_addr *addr)
{
	for (size_t i = 0; i < nat64->count; i++) {
		if (ip_prefix_contains(&nat64->prefixes[i], addr))
			return true;
	}
	return false;
}

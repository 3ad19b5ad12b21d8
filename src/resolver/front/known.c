/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rrtype.h"
#include "resolver/front/front.h"

#define TYPE_WHOLE_NAME 0 /* RFC 8020: where memory.c keeps that a name is not there */

static bool is_fit(const struct outcome *outcome, bool is_cd)
{
	if (outcome->kind == OUTCOME_FAILURE)
		return false;
	return is_cd || outcome->security == SECURITY_SECURE || outcome->security == SECURITY_INSECURE ||
	       outcome->security == SECURITY_INDETERMINATE;
}

static bool entry_read(struct cache *cache, struct name name, uint16_t type, bool is_cd, uint64_t now_us,
                       struct known_link *ret)
{
	const struct cache_key key = {.kind = CACHE_OUTCOME, .name = name, .type = type};
	struct cache_found found;
	if (!cache_find(cache, &key, now_us, &found) || found.expires_us <= now_us)
		return false;
	outcome_read(found.value.data, ret->sets, &ret->outcome);
	ret->outcome.stored_us = found.stored_us;
	return is_fit(&ret->outcome, is_cd);
}

bool known_outcome(struct cache *cache, struct name name, uint16_t type, bool is_cd, uint64_t now_us,
                   struct known_link *ret)
{
	bool may_be_alias = type != RR_CNAME && type != RR_ANY;
	return entry_read(cache, name, type, is_cd, now_us, ret) ||
	       (may_be_alias && entry_read(cache, name, RR_CNAME, is_cd, now_us, ret) &&
	        ret->outcome.kind == OUTCOME_CNAME) ||
	       entry_read(cache, name, TYPE_WHOLE_NAME, is_cd, now_us, ret);
}

static void chain_judge(const struct outcome *const *links, size_t count, struct resolution *ret)
{
	ret->link_count = count;
	ret->rcode = links[count - 1]->kind == OUTCOME_NXDOMAIN ? RCODE_NXDOMAIN : RCODE_NOERROR;
	ret->is_secure = true;
	for (size_t i = 0; i < count; i++)
		ret->is_secure = ret->is_secure && links[i]->security == SECURITY_SECURE && !links[i]->is_optout;
}

bool known_find(struct front_scratch *scratch, struct cache *cache, const struct query *query, bool has_dns64,
                uint64_t now_us, const struct outcome *links[LIMIT_ALIASES + 1], struct resolution *ret)
{
	bool is_cd = (query->flags & HEADER_CD) != 0;
	struct name name = query->qname;
	size_t count = 0;
	while (count <= LIMIT_ALIASES) {
		struct known_link *link = &scratch->known[count];
		if (!known_outcome(cache, name, query->qtype, is_cd, now_us, link))
			break;
		link->outcome.qname = name;
		links[count++] = &link->outcome;
		bool is_alias = link->outcome.kind == OUTCOME_CNAME;
		if (!is_alias || outcome_target(&link->outcome, &link->target, &name) != ERR_OK)
			break;
	}
	*ret = (struct resolution){.links = links, .is_checked = !is_cd};
	/* What DNS64 would make of a denial is the engine's to find. */
	if (count == 0 || (has_dns64 && query->qtype == RR_AAAA && links[count - 1]->kind != OUTCOME_ANSWER))
		return false;
	chain_judge(links, count, ret);
	if (query->qtype == RR_AAAA && links[count - 1]->kind != OUTCOME_CNAME)
		ret->origin = links[count - 1]->kind == OUTCOME_ANSWER ? AAAA_NATIVE : AAAA_NEGATIVE;
	return true;
}

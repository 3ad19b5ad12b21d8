/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rrtype.h"
#include "resolver/front/front.h"

/* For operators who want answers like those of the nineties: the zone's servers in the authority section, addresses of
 * names in RDATA in the additional one. Only what the cache has; it is never asked for. */

#define TARGETS_MAX 16   /* names whose addresses are added */
#define LIFE_LEAST_S 60  /* what ends sooner, and sooner than the answer, would make it end early: left out */

struct extra {
	const struct form_wish *wish;
	struct front_scratch *scratch;
	const struct resolution *resolution;
	uint32_t *life_s;
	struct name targets[TARGETS_MAX];
	unsigned target_count;
};

/* Octets before the name in the RDATA whose addresses RFC 1035 3.3 and RFC 2782 want added. */
static const struct {
	uint16_t type;
	uint8_t before;
} pointing_types[] = {{RR_NS, 0}, {RR_MX, 2}, {RR_SRV, 6}};

/* An RRset of the cache, whole or not at all. */
static bool known_write(const struct extra *extra, enum section section, const struct outcome *outcome)
{
	struct builder *builder = &extra->scratch->form_builder;
	struct builder_mark mark = builder_mark(builder);
	int64_t left_s = outcome_left_s(outcome, extra->wish->now.mono_us);
	if (left_s <= 0 || (left_s < LIFE_LEAST_S && left_s < *extra->life_s))
		return true;
	const struct rrset_view *set = &outcome->sets[0];
	uint32_t ttl_s = (uint32_t)left_s;
	if (!builder_rrset_ttl(builder, section, set->owner, BUILDER_UNKNOWN, set->rrset, ttl_s) ||
	    (extra->wish->is_do && set->signatures != NULL &&
	     !builder_rrset_ttl(builder, section, set->owner, BUILDER_UNKNOWN, set->signatures, ttl_s))) {
		builder_rollback(builder, mark);
		return false;
	}
	if (ttl_s < *extra->life_s)
		*extra->life_s = ttl_s;
	return true;
}

static bool answer_find(const struct extra *extra, struct name name, uint16_t type, struct known_link *ret)
{
	return known_outcome(extra->scratch->cache, name, type, false, extra->wish->now.mono_us, ret) &&
	       ret->outcome.kind == OUTCOME_ANSWER && ret->outcome.answer_count > 0;
}

static void targets_add(struct extra *extra, const struct rrset *rrset)
{
	size_t position = 0;
	struct span rdata;
	for (size_t i = 0; i < sizeof(pointing_types) / sizeof(*pointing_types); i++) {
		if (pointing_types[i].type != rrset->type)
			continue;
		while (extra->target_count < TARGETS_MAX && rrset_next(rrset, &position, &rdata))
			extra->targets[extra->target_count++] = name_of(rdata.data + pointing_types[i].before);
	}
}

static bool is_target_again(const struct extra *extra, unsigned at)
{
	for (unsigned i = 0; i < at; i++) {
		if (name_equal(extra->targets[i], extra->targets[at]))
			return true;
	}
	return false;
}

/* False: no room for more. */
static bool addresses_write(const struct extra *extra, struct name name)
{
	static const uint16_t types[] = {RR_AAAA, RR_A};
	for (unsigned i = 0; i < 2; i++) {
		struct known_link address;
		if (answer_find(extra, name, types[i], &address) &&
		    !known_write(extra, SECTION_ADDITIONAL, &address.outcome))
			return false;
	}
	return true;
}

/* RFC 1034 4.3.2: the servers of the zone that the answer is from. */
static bool servers_write(struct extra *extra, const struct outcome *last)
{
	struct known_link servers;
	bool is_asked = extra->wish->qtype == RR_NS && last->answer_count > 0 && last->zone.wire != NULL &&
	                name_equal(last->sets[0].owner, last->zone);
	if (last->zone.wire == NULL || is_asked || !answer_find(extra, last->zone, RR_NS, &servers))
		return true;
	/* RFC 4035 3.2.3: AD speaks for the authority section, too. */
	if (extra->resolution->is_secure && servers.outcome.security != SECURITY_SECURE)
		return true;
	targets_add(extra, servers.outcome.sets[0].rrset);
	return known_write(extra, SECTION_AUTHORITY, &servers.outcome);
}

void extra_write(const struct resolution *resolution, const struct form_wish *wish, struct front_scratch *scratch,
                 uint32_t *life_s)
{
	struct extra extra = {.wish = wish, .scratch = scratch, .resolution = resolution, .life_s = life_s};
	if (resolution->link_count == 0 || scratch->cache == NULL || resolution->is_stale)
		return;
	const struct outcome *last = resolution->links[resolution->link_count - 1];
	if (last->kind != OUTCOME_ANSWER)
		return;
	for (unsigned i = 0; i < last->answer_count; i++)
		targets_add(&extra, last->sets[i].rrset);
	bool has_room = servers_write(&extra, last);
	for (unsigned i = 0; i < extra.target_count && has_room; i++)
		has_room = is_target_again(&extra, i) || addresses_write(&extra, extra.targets[i]);
}

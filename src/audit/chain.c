/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/chain.h"

#include "audit/chain_inside.h"
#include "audit/chain_store.h"
#include "dns/rrtype.h"
#include "resolver/gather.h"

#include <stdlib.h>

#define CHAINS_MOST 400 /* zones and families of one walk: a tree of server names can be made to grow without end */
#define DEPTH_MOST 24

/* --- Chains --- */

/* What other walks settled. The target is judged by itself: there all servers are tried. */
static struct chain *chain_settled(const struct walk *walk, struct name zone, enum family family)
{
	bool is_target = walk->target.wire != NULL && name_equal(zone, walk->target);
	return is_target ? NULL : chain_store_find(walk->store, zone, family);
}

static struct chain *chain_find(struct walk *walk, struct name zone, enum family family)
{
	for (struct chain *chain = walk->chains; chain != NULL; chain = chain->next) {
		if (chain->family == family && name_equal(chain->zone, zone))
			return chain;
	}
	return chain_settled(walk, zone, family);
}

static struct chain *chain_new(struct walk *walk, struct name zone, enum family family)
{
	struct chain *chain = arena_alloc_zeroed(walk->arena, sizeof(*chain), _Alignof(struct chain));
	uint8_t *wire = arena_copy(walk->arena, zone.wire, zone.size, 1);
	if (chain == NULL || wire == NULL)
		abort(); /* a few megabytes for one pass */
	chain->zone = zone;
	chain->zone.wire = wire;
	chain->family = family;
	chain->state = CHAIN_OPEN;
	chain->culprit = chain;
	chain->next = walk->chains;
	walk->chains = chain;
	walk->chain_count++;
	return chain;
}

const struct fact *chain_ask(struct walk *walk, const struct chain *chain, struct name name, uint16_t type)
{
	const struct fact *fact = NULL;
	for (unsigned i = 0; i < chain->server_count; i++) {
		const struct chain_server *server = &chain->servers[i];
		for (unsigned j = 0; j < server->address_count; j++) {
			if (server->addresses[j].state != ADDRESS_GOOD)
				continue;
			fact = walk_ask(walk, &server->addresses[j].endpoint, name, type);
			if (fact_is_open(fact) || fact->state == FACT_REPLY)
				return fact;
		}
	}
	return fact;
}

static void chain_forget(struct walk *walk, const struct chain *chain)
{
	struct chain **at = &walk->chains;
	while (*at != NULL && *at != chain)
		at = &(*at)->next;
	if (*at != NULL)
		*at = chain->next;
}

/* A settled chain goes to the store, and what is below it refers to it there. */
static struct chain *chain_keep(struct walk *walk, struct chain *chain)
{
	chain->is_settled = chain->is_settled && walk->store != NULL && !walk->is_exhausted;
	struct chain *kept = chain->is_settled ? chain_store_keep(walk->store, chain) : NULL;
	chain->is_settled = kept != NULL;
	if (kept != NULL)
		chain_forget(walk, chain);
	return kept != NULL ? kept : chain;
}

/* --- Downwards --- */

static struct chain *chain_root(struct walk *walk, enum family family)
{
	struct chain *chain = chain_find(walk, name_root, family);
	if (chain != NULL)
		return chain;
	chain = chain_new(walk, name_root, family);
	for (size_t i = 0; i < walk->options->hint_count; i++) {
		const struct chain_hint *hint = &walk->options->hints[i];
		struct chain_server *server = chain_server_add(chain, walk, hint->name);
		if (server == NULL || !chain_covers(chain, hint->endpoint.addr.family))
			continue;
		server->has_glue = true;
		chain_address_add(server, &hint->endpoint);
	}
	chain_judge(walk, chain);
	/* V01: a host that does not reach even the root over a family cannot judge anybody over it. */
	if (chain->state == CHAIN_BROKEN)
		chain->state = CHAIN_UNTESTED;
	return chain_keep(walk, chain);
}

/* RFC 2181 5.4.1: of names outside its own zone the parent has no say, whatever it adds. */
bool chain_has_say(const struct chain *chain, struct name server)
{
	return chain->parent != NULL && name_is_at_or_below(server, chain->parent->zone);
}

static void servers_from(struct walk *walk, struct chain *chain, const struct gathered *gathered,
			 const struct rrset_view *ns)
{
	size_t position = 0;
	struct span rdata;
	while (ns->rrset != NULL && rrset_next(ns->rrset, &position, &rdata)) {
		struct chain_server *server = chain_server_add(chain, walk, name_of(rdata.data));
		if (server == NULL)
			continue;
		if (chain_has_say(chain, server->name))
			chain_addresses_gather(walk, chain, server, gathered, SECTION_ADDITIONAL);
		server->has_glue = server->address_count > 0;
	}
}

/* The cut that a reply refers to, below the zone and at or above name. NULL: it is no referral. */
static const struct rrset_view *referral_of(const struct gathered *gathered, const struct message *message,
					    struct name zone, struct name name)
{
	if (message->rcode != RCODE_NOERROR || message->counts[SECTION_ANSWER] > 0)
		return NULL;
	for (size_t i = 0; i < gathered->count; i++) {
		const struct rrset_view *set = &gathered->sets[i];
		if (gathered->sections[i] == SECTION_AUTHORITY && gathered->types[i] == RR_NS && set->rrset != NULL &&
		    set->owner.labels > zone.labels && name_is_at_or_below(set->owner, zone) &&
		    name_is_at_or_below(name, set->owner))
			return set;
	}
	return NULL;
}

static struct chain *chain_enter(struct walk *walk, const struct chain *parent, struct name zone)
{
	struct chain *chain = chain_new(walk, zone, parent->family);
	chain->parent = parent;
	return chain;
}

/* The parent's own server answers for the zone with authority: parent and child share it, and no delegation is seen. */
static struct chain *chain_shared(struct walk *walk, const struct chain *parent, const struct gathered *gathered,
				  struct name zone, const struct fact *fact)
{
	const struct rrset_view *ns = gathered_find(gathered, SECTION_ANSWER, zone, RR_NS);
	if (ns == NULL || ns->rrset == NULL || name_equal(zone, parent->zone))
		return NULL;
	struct chain *chain = chain_enter(walk, parent, zone);
	unsigned open = walk->open;
	chain->is_shared = true;
	chain->referral = fact;
	servers_from(walk, chain, gathered, ns);
	/* Glue is not shown here: what the zone itself says of its servers stands for it. */
	for (unsigned i = 0; i < chain->server_count; i++) {
		struct chain_server *server = &chain->servers[i];
		struct message message;
		if (server->has_glue || !server->is_in_domain)
			continue;
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			if (!chain_covers(chain, family))
				continue;
			const struct fact *address = chain_ask(walk, parent, server->name, chain_address_type(family));
			const struct gathered *found = walk_gather(walk, address, &message);
			if (found != NULL)
				chain_addresses_gather(walk, chain, server, found, SECTION_ANSWER);
			server->is_open = server->is_open || fact_is_open(address);
		}
		server->has_glue = server->address_count > 0;
	}
	bool is_settled = walk->open == open;
	chain_judge(walk, chain);
	chain->is_settled = chain->is_settled && is_settled;
	return chain_keep(walk, chain);
}

static struct chain *chain_given(struct walk *walk, const struct chain *parent, const struct given *given)
{
	struct chain *chain = chain_find(walk, given->zone, parent->family);
	if (chain != NULL)
		return chain;
	chain = chain_enter(walk, parent, given->zone);
	chain->given = given;
	for (size_t i = 0; i < given->server_count; i++) {
		const struct given_server *from = &given->servers[i];
		struct chain_server *server = chain_server_add(chain, walk, from->name);
		if (server == NULL || from->endpoint.port == 0 || !chain_covers(chain, from->endpoint.addr.family))
			continue;
		server->has_glue = true;
		chain_address_add(server, &from->endpoint);
	}
	chain_judge(walk, chain);
	return chain_keep(walk, chain);
}

/* One step down from a good chain towards name. NULL: name is in this zone, or nobody knows yet. */
static struct chain *chain_down(struct walk *walk, const struct chain *parent, struct name name)
{
	struct message message;
	const struct given *given = given_below(&walk->options->given, parent->zone, name);
	const struct fact *fact = chain_ask(walk, parent, name, RR_NS);
	const struct gathered *gathered = walk_gather(walk, fact, &message);
	if (gathered == NULL)
		return given != NULL && !fact_is_open(fact) ? chain_given(walk, parent, given) : NULL;
	const struct rrset_view *cut = referral_of(gathered, &message, parent->zone, name);
	/* A cut further up comes first; what the parent says of the given zone itself, or that there is none, does not
	 * count. */
	if (given != NULL && (cut == NULL || cut->owner.labels >= given->zone.labels))
		return chain_given(walk, parent, given);
	struct name zone = cut != NULL ? cut->owner : name;
	struct chain *known = chain_find(walk, zone, parent->family);
	if (known != NULL && !name_equal(known->zone, parent->zone))
		return known;
	if (cut == NULL)
		return chain_shared(walk, parent, gathered, name, fact);
	struct chain *chain = chain_enter(walk, parent, zone);
	chain->referral = fact;
	servers_from(walk, chain, gathered, cut);
	chain_judge(walk, chain);
	return chain_keep(walk, chain);
}

/* A zone that was judged bad only because one that it needs was just being walked must be judged again for itself. */
static bool is_kept(const struct walk *walk, const struct chain *chain)
{
	return !chain->is_tainted || chain->state == CHAIN_GOOD || walk->depth <= 1;
}

/* The nearest one known to be above name: the walk goes on from there. */
static struct chain *chain_nearest(struct walk *walk, struct name name, enum family family)
{
	struct chain *best = chain_root(walk, family);
	for (struct chain *chain = walk->chains; chain != NULL; chain = chain->next) {
		if (chain->family == family && chain->zone.labels > best->zone.labels &&
		    name_is_at_or_below(name, chain->zone))
			best = chain;
	}
	for (struct name above = name; above.labels > best->zone.labels; above = name_parent(above)) {
		struct chain *settled = chain_settled(walk, above, family);
		if (settled != NULL)
			return settled;
	}
	return best;
}

struct chain *chain_to(struct walk *walk, struct name name, enum family family)
{
	struct chain *chain = chain_nearest(walk, name, family);
	if (walk->depth >= DEPTH_MOST || walk->chain_count >= CHAINS_MOST) {
		walk->is_exhausted = true;
		return chain;
	}
	walk->depth++;
	while (chain->state == CHAIN_GOOD && !chain->is_walking && !name_equal(chain->zone, name)) {
		unsigned open = walk->open;
		struct chain *below = chain_down(walk, chain, name);
		if (below == NULL) {
			if (walk->open > open) { /* its own copy: the zone is good, where name lies is not known yet */
				below = chain_enter(walk, chain, name);
				walk->chains = below->next;
			}
			chain = below != NULL ? below : chain;
			break;
		}
		chain = below;
		if (!is_kept(walk, chain)) {
			chain_forget(walk, chain);
			break;
		}
	}
	walk->depth--;
	return chain;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/chain.h"

#include "dns/rrtype.h"
#include "resolver/delegation.h"
#include "resolver/gather.h"

#include <stdlib.h>

#define CHAINS_MOST 400 /* zones and families of one walk: a tree of server names can be made to grow without end */
#define DEPTH_MOST 24
#define TOGETHER 2 /* servers that are tried at once while one is enough */

/* --- Chains --- */

static struct chain *chain_find(struct walk *walk, struct name zone, enum family family)
{
	for (struct chain *chain = walk->chains; chain != NULL; chain = chain->next) {
		if (chain->family == family && name_equal(chain->zone, zone))
			return chain;
	}
	return NULL;
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

static struct chain_server *server_add(struct chain *chain, struct walk *walk, struct name name)
{
	for (unsigned i = 0; i < chain->server_count; i++) {
		if (name_equal(chain->servers[i].name, name))
			return &chain->servers[i];
	}
	if (chain->server_count == CHAIN_SERVERS_MAX)
		return NULL;
	uint8_t *wire = arena_copy(walk->arena, name.wire, name.size, 1);
	if (wire == NULL)
		return NULL;
	struct chain_server *server = &chain->servers[chain->server_count++];
	*server = (struct chain_server){.name = {.wire = wire, .size = name.size, .labels = name.labels},
					.is_in_domain = name_is_at_or_below(name, chain->zone)};
	server->is_sibling = !server->is_in_domain && chain->parent != NULL && !name_is_root(chain->parent->zone) &&
			     name_is_at_or_below(name, chain->parent->zone);
	return server;
}

static void address_add(struct chain_server *server, const struct ip_endpoint *endpoint)
{
	for (unsigned i = 0; i < server->address_count; i++) {
		if (ip_addr_equal(&server->addresses[i].endpoint.addr, &endpoint->addr))
			return;
	}
	if (server->address_count < CHAIN_ADDRESSES_MAX)
		server->addresses[server->address_count++] = (struct chain_address){.endpoint = *endpoint};
}

/* The addresses in a set of A or AAAA records. */
static void addresses_take(const struct walk *walk, struct chain_server *server, const struct rrset_view *set)
{
	struct delegation_server found = {0};
	if (set != NULL && set->rrset != NULL)
		delegation_server_take(&found, set->rrset, walk->options->port);
	for (unsigned i = 0; i < found.addr_count; i++)
		address_add(server, &found.addrs[i]);
}

static uint16_t address_type(enum family family)
{
	return family == FAMILY_IPV6 ? RR_AAAA : RR_A;
}

/* --- One address --- */

static bool serves(struct walk *walk, const struct fact *fact, struct name zone)
{
	struct message message;
	const struct gathered *gathered = walk_gather(walk, fact, &message);
	return gathered != NULL && message.rcode == RCODE_NOERROR && (message.flags & HEADER_AA) &&
	       gathered_find(gathered, SECTION_ANSWER, zone, RR_SOA) != NULL;
}

static void address_probe(struct walk *walk, const struct chain *chain, struct chain_address *address)
{
	/* What the operator wrote on the command line, hints and --ns, is asked as it stands. */
	bool is_literal = chain->parent == NULL || (chain->given != NULL && chain->given->is_literal);
	if (!is_literal && !chain_is_usable(&address->endpoint.addr)) {
		address->state = ADDRESS_EMBEDDED;
		return;
	}
	const struct fact *fact = walk_ask(walk, &address->endpoint, chain->zone, RR_SOA);
	address->probe = fact;
	if (fact_is_open(fact))
		address->state = ADDRESS_OPEN;
	else if (fact->state == FACT_REPLY)
		address->state = serves(walk, fact, chain->zone) ? ADDRESS_GOOD : ADDRESS_LAME;
	else if (fact->state == FACT_SILENT || fact->state == FACT_REFUSED)
		address->state = ADDRESS_SILENT;
	else
		address->state = ADDRESS_UNTESTED;
}

/* --- One server --- */

/* The zone of a server's name is walked over the same family; what is below there is asked for. */
static void server_look_up(struct walk *walk, struct chain *chain, struct chain_server *server)
{
	struct message message;
	const struct chain *through = chain_to(walk, server->name, chain->family);
	server->through = through;
	chain->is_tainted = chain->is_tainted || through->is_tainted || through->is_walking;
	if (through->is_walking) {
		server->cause = CAUSE_CIRCLE;
		return;
	}
	if (through->state != CHAIN_GOOD) {
		server->is_open = through->state == CHAIN_OPEN || through->state == CHAIN_UNTESTED;
		server->cause = server->is_open ? CAUSE_NONE : CAUSE_SERVER_ZONE;
		return;
	}
	const struct fact *fact = chain_ask(walk, through, server->name, address_type(chain->family));
	const struct gathered *gathered = walk_gather(walk, fact, &message);
	if (gathered == NULL) {
		server->is_open = fact_is_open(fact);
		server->cause = server->is_open ? CAUSE_NONE : CAUSE_NO_ADDRESS;
		return;
	}
	if (gathered_find(gathered, SECTION_ANSWER, server->name, RR_CNAME) != NULL)
		server->cause = CAUSE_ALIAS;
	addresses_take(walk, server,
		       gathered_find(gathered, SECTION_ANSWER, server->name, address_type(chain->family)));
}

static enum chain_cause addresses_cause(const struct chain_server *server)
{
	enum chain_cause cause = CAUSE_NO_ADDRESS;
	for (unsigned i = 0; i < server->address_count; i++) {
		enum address_state state = server->addresses[i].state;
		if (state == ADDRESS_LAME)
			return CAUSE_LAME;
		if (state == ADDRESS_SILENT)
			cause = CAUSE_SILENT;
		if (state == ADDRESS_EMBEDDED && cause == CAUSE_NO_ADDRESS)
			cause = CAUSE_EMBEDDED;
	}
	return cause;
}

static void server_judge(struct walk *walk, struct chain *chain, struct chain_server *server)
{
	if (!server->has_glue && server->is_in_domain)
		server->cause = CAUSE_NO_GLUE; /* over this family alone nobody can find out */
	else if (!server->has_glue)
		server_look_up(walk, chain, server);
	for (unsigned i = 0; i < server->address_count; i++) {
		struct chain_address *address = &server->addresses[i];
		address_probe(walk, chain, address);
		server->is_good = server->is_good || address->state == ADDRESS_GOOD;
		server->is_open =
			server->is_open || address->state == ADDRESS_OPEN || address->state == ADDRESS_UNTESTED;
	}
	if (server->cause == CAUSE_NONE && !server->is_good && !server->is_open)
		server->cause = addresses_cause(server);
}

/* --- One zone --- */

static void servers_judge(struct walk *walk, struct chain *chain)
{
	unsigned good = 0, pending = 0;
	/* Those with glue first: they cost no walk of another zone. */
	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < chain->server_count; i++) {
			struct chain_server *server = &chain->servers[i];
			if (server->has_glue != (round == 0))
				continue;
			if (!chain->is_thorough && (good > 0 || pending >= TOGETHER))
				continue;
			server_judge(walk, chain, server);
			good += server->is_good;
			pending += server->is_open;
		}
	}
}

/* Who is to blame: the zone above or beside, as far up as the trouble comes from; else the zone itself. */
static const struct chain *culprit_of(const struct chain *chain)
{
	for (unsigned i = 0; i < chain->server_count; i++) {
		const struct chain_server *server = &chain->servers[i];
		if (server->cause == CAUSE_SERVER_ZONE && server->through != NULL)
			return server->through->culprit;
	}
	return chain;
}

/* Of several causes the one that is furthest: what answers wrongly was found, what is silent has an address. */
static enum chain_cause cause_of(const struct chain *chain)
{
	static const enum chain_cause order[] = {CAUSE_LAME,     CAUSE_SILENT, CAUSE_SERVER_ZONE, CAUSE_CIRCLE,
						 CAUSE_EMBEDDED, CAUSE_ALIAS,  CAUSE_NO_GLUE,     CAUSE_NO_ADDRESS};
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		for (unsigned j = 0; j < chain->server_count; j++) {
			if (chain->servers[j].cause == order[i])
				return order[i];
		}
	}
	return CAUSE_NO_ADDRESS;
}

static bool is_untested(const struct chain *chain)
{
	for (unsigned i = 0; i < chain->server_count; i++) {
		const struct chain_server *server = &chain->servers[i];
		if (server->through != NULL && server->through->state == CHAIN_UNTESTED)
			return true;
		for (unsigned j = 0; j < server->address_count; j++) {
			if (server->addresses[j].state == ADDRESS_UNTESTED)
				return true;
		}
	}
	return false;
}

static void chain_judge(struct walk *walk, struct chain *chain)
{
	bool is_open = false, is_good = false;
	chain->is_walking = true;
	chain->is_thorough = walk->target.wire != NULL && name_equal(chain->zone, walk->target);
	unsigned open = walk->open;
	servers_judge(walk, chain);
	chain->is_walking = false;
	for (unsigned i = 0; i < chain->server_count; i++) {
		is_good = is_good || chain->servers[i].is_good;
		is_open = is_open || chain->servers[i].is_open;
	}
	if (is_good)
		chain->state = CHAIN_GOOD;
	else if (is_open)
		chain->state = walk->open == open && is_untested(chain) ? CHAIN_UNTESTED : CHAIN_OPEN;
	else
		chain->state = CHAIN_BROKEN;
	if (chain->state == CHAIN_BROKEN) {
		chain->cause = cause_of(chain);
		chain->culprit = culprit_of(chain);
	}
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

/* --- Downwards --- */

static struct chain *chain_root(struct walk *walk, enum family family)
{
	struct chain *chain = chain_find(walk, name_root, family);
	if (chain != NULL)
		return chain;
	chain = chain_new(walk, name_root, family);
	for (size_t i = 0; i < walk->options->hint_count; i++) {
		const struct chain_hint *hint = &walk->options->hints[i];
		struct chain_server *server = server_add(chain, walk, hint->name);
		if (server == NULL || hint->endpoint.addr.family != family)
			continue;
		server->has_glue = true;
		address_add(server, &hint->endpoint);
	}
	chain_judge(walk, chain);
	/* V01: a host that does not reach even the root over a family cannot judge anybody over it. */
	if (chain->state == CHAIN_BROKEN)
		chain->state = CHAIN_UNTESTED;
	return chain;
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
		struct chain_server *server = server_add(chain, walk, name_of(rdata.data));
		if (server == NULL)
			continue;
		if (chain_has_say(chain, server->name))
			addresses_take(
				walk, server,
				gathered_find(gathered, SECTION_ADDITIONAL, server->name, address_type(chain->family)));
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
	chain->is_shared = true;
	chain->referral = fact;
	servers_from(walk, chain, gathered, ns);
	/* Glue is not shown here: what the zone itself says of its servers stands for it. */
	for (unsigned i = 0; i < chain->server_count; i++) {
		struct chain_server *server = &chain->servers[i];
		struct message message;
		if (server->has_glue || !server->is_in_domain)
			continue;
		const struct fact *address = chain_ask(walk, parent, server->name, address_type(chain->family));
		const struct gathered *found = walk_gather(walk, address, &message);
		if (found != NULL)
			addresses_take(walk, server,
				       gathered_find(found, SECTION_ANSWER, server->name, address_type(chain->family)));
		server->has_glue = server->address_count > 0;
		server->is_open = fact_is_open(address);
	}
	chain_judge(walk, chain);
	return chain;
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
		struct chain_server *server = server_add(chain, walk, from->name);
		if (server == NULL || from->endpoint.port == 0 || from->endpoint.addr.family != chain->family)
			continue;
		server->has_glue = true;
		address_add(server, &from->endpoint);
	}
	chain_judge(walk, chain);
	return chain;
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
	return chain;
}

/* A zone that was judged bad only because one that it needs was just being walked must be judged again for itself. */
static bool is_kept(const struct walk *walk, const struct chain *chain)
{
	return !chain->is_tainted || chain->state == CHAIN_GOOD || walk->depth <= 1;
}

static void chain_forget(struct walk *walk, const struct chain *chain)
{
	struct chain **at = &walk->chains;
	while (*at != NULL && *at != chain)
		at = &(*at)->next;
	if (*at != NULL)
		*at = chain->next;
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
	return best;
}

struct chain *chain_to(struct walk *walk, struct name name, enum family family)
{
	struct chain *chain = chain_nearest(walk, name, family);
	if (walk->depth >= DEPTH_MOST || walk->chain_count >= CHAINS_MOST)
		return chain;
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

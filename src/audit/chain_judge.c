/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/chain_inside.h"

#include "dns/rrtype.h"
#include "resolver/delegation.h"
#include "resolver/gather.h"

#define TOGETHER 2 /* servers that are tried at once while one is enough */

/* --- Servers and addresses --- */

struct chain_server *chain_server_add(struct chain *chain, struct walk *walk, struct name name)
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

void chain_address_add(struct chain_server *server, const struct ip_endpoint *endpoint)
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
		chain_address_add(server, &found.addrs[i]);
}

bool chain_covers(const struct chain *chain, enum family family)
{
	return chain->family == family || chain->family == CHAIN_DUAL;
}

uint16_t chain_address_type(enum family family)
{
	return family == FAMILY_IPV6 ? RR_AAAA : RR_A;
}

/* Those of the chain's families that a section of a reply has. */
void chain_addresses_gather(const struct walk *walk, const struct chain *chain, struct chain_server *server,
			    const struct gathered *gathered, enum section section)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (chain_covers(chain, family))
			addresses_take(walk, server,
				       gathered_find(gathered, section, server->name, chain_address_type(family)));
	}
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
	if (!is_literal && !walk_is_usable(walk, &address->endpoint.addr)) {
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
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (!chain_covers(chain, family))
			continue;
		const struct fact *fact = chain_ask(walk, through, server->name, chain_address_type(family));
		const struct gathered *gathered = walk_gather(walk, fact, &message);
		server->is_open = server->is_open || fact_is_open(fact);
		if (fact != NULL && (fact->state == FACT_NO_ROUTE || fact->state == FACT_UNKNOWN))
			server->is_untested = server->is_open = true;
		if (gathered == NULL)
			continue;
		if (gathered_find(gathered, SECTION_ANSWER, server->name, RR_CNAME) != NULL)
			server->cause = CAUSE_ALIAS;
		chain_addresses_gather(walk, chain, server, gathered, SECTION_ANSWER);
	}
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
		if (server->is_untested || (server->through != NULL && server->through->state == CHAIN_UNTESTED))
			return true;
		for (unsigned j = 0; j < server->address_count; j++) {
			if (server->addresses[j].state == ADDRESS_UNTESTED)
				return true;
		}
	}
	return false;
}

void chain_judge(struct walk *walk, struct chain *chain)
{
	bool is_open = false, is_good = false;
	chain->is_walking = true;
	chain->is_settled = chain->parent == NULL || chain->parent->is_settled;
	chain->is_thorough = walk->target.wire != NULL && name_equal(chain->zone, walk->target);
	unsigned open = walk->open;
	servers_judge(walk, chain);
	chain->is_walking = false;
	chain->is_settled = chain->is_settled && walk->open == open && !chain->is_tainted && !chain->is_thorough;
	for (unsigned i = 0; i < chain->server_count; i++) {
		const struct chain *through = chain->servers[i].through;
		is_good = is_good || chain->servers[i].is_good;
		is_open = is_open || chain->servers[i].is_open;
		chain->is_settled = chain->is_settled && (through == NULL || through->is_settled);
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

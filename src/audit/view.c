/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/view.h"

#include "audit/validators.h"
#include "audit/view_parent.h"
#include "audit/view_places.h"
#include "audit/view_servers.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "resolver/delegation.h"
#include "resolver/gather.h"

#define EDNS_SIZE 1232

static struct view_server *server_of(struct walk *walk, struct view *view, struct name name)
{
	for (unsigned i = 0; i < view->server_count; i++) {
		if (name_equal(view->servers[i].name, name))
			return &view->servers[i];
	}
	const uint8_t *wire = arena_copy(walk->arena, name.wire, name.size, 1);
	if (view->server_count == CHAIN_SERVERS_MAX || wire == NULL)
		return NULL;
	struct view_server *server = &view->servers[view->server_count++];
	*server = (struct view_server){.name = {.wire = wire, .size = name.size, .labels = name.labels},
				       .home = name_root,
				       .is_in_domain = name_is_at_or_below(name, view->zone)};
	if (server->is_in_domain)
		server->home = view->zone;
	return server;
}

static struct view_address *address_of(struct view_family *family, const struct ip_endpoint *endpoint)
{
	for (unsigned i = 0; i < family->count; i++) {
		if (ip_addr_equal(&family->addresses[i].endpoint.addr, &endpoint->addr))
			return &family->addresses[i];
	}
	if (family->count == VIEW_ADDRESSES_MAX)
		return NULL;
	struct view_address *address = &family->addresses[family->count++];
	*address = (struct view_address){.endpoint = *endpoint};
	return address;
}

/* The addresses in a set of AAAA or A records: the delegation's, or the zone's own. */
static void addresses_take(const struct walk *walk, struct view_family *side, const struct rrset_view *set,
			   bool is_glue)
{
	struct delegation_server found = {0};
	if (set != NULL && set->rrset != NULL)
		delegation_server_take(&found, set->rrset, walk->options->port);
	for (unsigned i = 0; i < found.addr_count; i++) {
		struct view_address *address = address_of(side, &found.addrs[i]);
		if (address == NULL)
			continue;
		address->is_glue = address->is_glue || is_glue;
		address->is_child = address->is_child || !is_glue;
	}
	side->has_glue = side->has_glue || (is_glue && found.addr_count > 0);
	side->has_child = side->has_child || (!is_glue && found.addr_count > 0);
}

/* --- What the delegation says --- */

static void parent_take(struct walk *walk, struct view *view, const struct chain *chain)
{
	for (unsigned i = 0; i < chain->server_count; i++) {
		const struct chain_server *from = &chain->servers[i];
		struct view_server *server = server_of(walk, view, from->name);
		if (server == NULL)
			continue;
		struct view_family *family = &server->families[chain->family];
		server->is_in_parent = true;
		server->is_sibling = from->is_sibling;
		server->is_alias = server->is_alias || from->cause == CAUSE_ALIAS;
		family->cause = from->cause;
		family->through = from->through;
		/* A circle that has another way in is none: seen from outside, that zone can be resolved. */
		if (chain->state == CHAIN_GOOD && (from->cause == CAUSE_SERVER_ZONE || from->cause == CAUSE_CIRCLE) &&
		    chain_to(walk, from->name, chain->family)->state == CHAIN_GOOD)
			family->cause = CAUSE_NONE;
		family->has_glue = from->has_glue;
		for (unsigned j = 0; j < from->address_count; j++) {
			struct view_address *address = address_of(family, &from->addresses[j].endpoint);
			if (address == NULL)
				continue;
			address->is_glue = address->is_glue || from->has_glue;
			address->is_child = address->is_child || !from->has_glue;
		}
	}
}

/* Whoever gives the referral, over whichever family: glue of both is in it. */
static void glue_take(struct walk *walk, struct view *view, const struct chain *chain)
{
	static const uint16_t types[FAMILY_COUNT] = {[FAMILY_IPV6] = RR_AAAA, [FAMILY_IPV4] = RR_A};
	struct message message;
	const struct gathered *gathered = walk_gather(walk, view_referral_whole(walk, chain->referral), &message);
	for (unsigned i = 0; gathered != NULL && i < view->server_count; i++) {
		struct view_server *server = &view->servers[i];
		if (!chain_has_say(chain, server->name))
			continue;
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
			addresses_take(walk, &server->families[family],
				       gathered_find(gathered, SECTION_ADDITIONAL, server->name, types[family]), true);
	}
}

/* Of both families, whichever is reached. */
static void given_take(struct walk *walk, struct view *view)
{
	for (size_t i = 0; view->given != NULL && i < view->given->server_count; i++) {
		const struct given_server *from = &view->given->servers[i];
		struct view_server *server = server_of(walk, view, from->name);
		if (server == NULL)
			continue;
		server->is_in_parent = true;
		if (from->endpoint.port == 0)
			continue;
		struct view_family *side = &server->families[from->endpoint.addr.family];
		struct view_address *address = address_of(side, &from->endpoint);
		side->has_glue = true;
		if (address != NULL)
			address->is_glue = true;
	}
}

/* Over a family that ends above the zone, the zones that its servers are named in may be broken besides. */
static void server_zones_take(struct walk *walk, struct view *view, enum family family)
{
	const struct chain *above = view->chains[family];
	for (unsigned i = 0; i < view->server_count && view->states[family] == CHAIN_BROKEN; i++) {
		struct view_server *server = &view->servers[i];
		if (server->is_in_domain || !server->is_in_parent || name_is_at_or_below(server->name, above->zone))
			continue;
		const struct chain *through = chain_to(walk, server->name, family);
		if (through->state != CHAIN_BROKEN || through->culprit == above->culprit)
			continue;
		server->families[family].cause = CAUSE_SERVER_ZONE;
		server->families[family].through = through;
	}
}

/* --- What the zone says --- */

const struct chain *view_reached(const struct view *view)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (view->states[family] == CHAIN_GOOD)
			return view->chains[family];
	}
	return NULL;
}

static void child_set_take(struct walk *walk, struct view *view)
{
	struct message message;
	const struct chain *chain = view_reached(view);
	const struct fact *fact = chain != NULL ? chain_ask(walk, chain, view->zone, RR_NS) : NULL;
	const struct gathered *gathered = walk_gather(walk, fact, &message);
	const struct rrset_view *ns =
		gathered != NULL ? gathered_find(gathered, SECTION_ANSWER, view->zone, RR_NS) : NULL;
	if (ns == NULL || ns->rrset == NULL)
		return;
	size_t position = 0;
	struct span rdata;
	view->has_child_set = true;
	view->child_ns = ns;
	while (rrset_next(ns->rrset, &position, &rdata)) {
		struct view_server *server = server_of(walk, view, name_of(rdata.data));
		if (server != NULL)
			server->is_in_child = true;
	}
}

/* What whoever has authority says of a server's addresses: for a name in the zone the zone; else the zone that it is
 * in, over whichever family that is reached. */
static const struct fact *address_ask(struct walk *walk, const struct view *view, struct view_server *server,
				      uint16_t type)
{
	const struct chain *zone = view_reached(view);
	if (server->is_in_domain)
		return zone != NULL ? chain_ask(walk, zone, server->name, type) : NULL;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = chain_to(walk, server->name, family);
		if (chain->state == CHAIN_GOOD || chain->zone.labels > server->home.labels)
			server->home = chain->zone;
		if (chain->state == CHAIN_GOOD)
			return chain_ask(walk, chain, server->name, type);
	}
	return NULL;
}

static void child_addresses_take(struct walk *walk, struct view *view, struct view_server *server)
{
	static const uint16_t types[FAMILY_COUNT] = {[FAMILY_IPV6] = RR_AAAA, [FAMILY_IPV4] = RR_A};
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		struct view_family *side = &server->families[family];
		struct message message;
		const struct fact *fact = address_ask(walk, view, server, types[family]);
		const struct gathered *gathered = walk_gather(walk, fact, &message);
		side->is_child_unseen =
			fact != NULL && (fact->state == FACT_NO_ROUTE || fact->state == FACT_UNKNOWN);
		if (gathered == NULL)
			continue;
		side->is_child_known = (message.flags & HEADER_AA) != 0 &&
				       (message.rcode == RCODE_NOERROR || message.rcode == RCODE_NXDOMAIN);
		server->is_alias =
			server->is_alias || gathered_find(gathered, SECTION_ANSWER, server->name, RR_CNAME) != NULL;
		const struct rrset_view *set =
			gathered_find(gathered, SECTION_ANSWER, server->name, types[family]);
		addresses_take(walk, side, set, false);
		side->child_ttl_s = set != NULL && set->rrset != NULL ? set->rrset->ttl : 0;
	}
}

/* --- What each address answers --- */

enum way_state view_way(const struct fact *fact, bool is_right)
{
	if (fact_is_open(fact))
		return WAY_OPEN;
	switch (fact->state) {
	case FACT_REPLY:
		return is_right ? WAY_GOOD : WAY_BAD;
	case FACT_SILENT:
	case FACT_REFUSED:
		return WAY_SILENT;
	default:
		return WAY_UNTESTED;
	}
}

bool view_serial(struct walk *walk, const struct view *view, const struct fact *fact, uint32_t *ret)
{
	size_t position = 0;
	struct message message;
	struct span rdata;
	const struct gathered *gathered = walk_gather(walk, fact, &message);
	const struct rrset_view *soa =
		gathered != NULL ? gathered_find(gathered, SECTION_ANSWER, view->zone, RR_SOA) : NULL;
	if (soa == NULL || soa->rrset == NULL || message.rcode != RCODE_NOERROR || !(message.flags & HEADER_AA) ||
	    !rrset_next(soa->rrset, &position, &rdata))
		return false;
	return rdata_soa_serial(rdata, ret);
}

/* MNAME of an SOA that gave a serial. */
static struct name primary_of(struct walk *walk, const struct view *view, const struct fact *fact)
{
	size_t position = 0;
	struct message message;
	struct span rdata;
	const struct gathered *gathered = walk_gather(walk, fact, &message);
	const struct rrset_view *soa =
		gathered != NULL ? gathered_find(gathered, SECTION_ANSWER, view->zone, RR_SOA) : NULL;
	bool is_there = soa != NULL && soa->rrset != NULL && rrset_next(soa->rrset, &position, &rdata);
	return is_there ? name_of(rdata.data) : name_root;
}

static bool is_same_set(const struct rrset_view *a, const struct rrset_view *b)
{
	return a != NULL && b != NULL && a->rrset != NULL && b->rrset != NULL && a->rrset->count == b->rrset->count &&
	       a->rrset->size == b->rrset->size && memcmp(a->rrset->records, b->rrset->records, a->rrset->size) == 0;
}

static void same_take(struct walk *walk, const struct view *view, struct view_address *address)
{
	struct message message;
	const struct fact *fact = walk_ask(walk, &address->endpoint, view->zone, RR_NS);
	const struct gathered *gathered = walk_gather(walk, fact, &message);
	const struct rrset_view *ns =
		gathered != NULL ? gathered_find(gathered, SECTION_ANSWER, view->zone, RR_NS) : NULL;
	address->is_other_set = !is_same_set(ns, view->child_ns);
	address->same = view_way(fact, address->serial == view->serial && !address->is_other_set);
}

/* V01: where not even the root answers over a family, silence is not the server's. */
static bool is_family_lost(const struct view *view, enum family family)
{
	return view->chains[family]->state == CHAIN_UNTESTED && name_is_root(view->chains[family]->zone);
}

static void address_take(struct walk *walk, struct view *view, struct view_address *address)
{
	struct message message;
	uint32_t serial = 0;
	bool is_literal = view->given != NULL && view->given->is_literal;
	address->is_embedded = !is_literal && !walk_is_usable(walk, &address->endpoint.addr);
	if (address->is_embedded || is_family_lost(view, address->endpoint.addr.family)) {
		address->udp = address->tcp = address->large = address->same = WAY_UNTESTED;
		return;
	}
	address->soa = walk_ask(walk, &address->endpoint, view->zone, RR_SOA);
	address->udp = view_way(address->soa, view_serial(walk, view, address->soa, &address->serial));
	if (address->soa != NULL && address->soa->state == FACT_REPLY &&
	    message_read(address->soa->message, &message) == ERR_OK) {
		address->has_edns = message.has_edns;
		address->edns_size = message.has_edns ? message.edns.udp_size : 0;
	}
	if (address->udp == WAY_OPEN)
		return; /* whether it has EDNS is not known yet */
	uint16_t edns_size = address->has_edns ? EDNS_SIZE : 0;
	const struct fact *tcp = walk_get(walk, &address->endpoint, view->zone, RR_SOA, QUESTION_TCP, edns_size);
	address->soa_tcp = tcp;
	address->tcp = view_way(tcp, view_serial(walk, view, tcp, &serial));
	address->large = address->same = WAY_UNTESTED;
	if (address->tcp == WAY_GOOD && walk->options->is_transfer_wanted && !walk->options->is_quick)
		address->transfer = walk_probe(walk, &address->endpoint, view->zone, RR_AXFR, PROBE_TRANSFER, 0, 0);
	if (address->udp != WAY_GOOD)
		return;
	struct name primary = primary_of(walk, view, address->soa);
	if (!view->has_serial) {
		view->serial = address->serial;
		view->primary = primary;
	}
	address->is_other_primary = !name_equal(primary, view->primary);
	view->has_serial = true;
	if (view->child_ns != NULL)
		same_take(walk, view, address);
}

/* --- The whole --- */

static const struct rrset *answer_of(struct walk *walk, const struct fact *fact, struct name name, uint16_t type)
{
	struct message message;
	const struct gathered *gathered = walk_gather(walk, fact, &message);
	const struct rrset_view *set = gathered != NULL ? gathered_find(gathered, SECTION_ANSWER, name, type) : NULL;
	return set != NULL ? set->rrset : NULL;
}

static void signing_take(struct walk *walk, struct view *view)
{
	const struct chain *chain = view_reached(view);
	if (chain == NULL || chain->parent == NULL)
		return;
	const struct fact *keys = chain_ask(walk, chain, view->zone, RR_DNSKEY);
	view->is_signed_known = keys != NULL && keys->state == FACT_REPLY;
	view->dnskey = answer_of(walk, keys, view->zone, RR_DNSKEY);
	view->is_signed = view->dnskey != NULL;
	view->ds = view->given != NULL && view->given->has_ds
			   ? view->given->ds
			   : answer_of(walk, chain_ask(walk, chain->parent, view->zone, RR_DS), view->zone, RR_DS);
}

bool view_name(const struct view *view, unsigned index, struct name_buffer *buffer, struct name *ret)
{
	*ret = view->zone;
	return index == 0 || name_from_text(span_text("www"), view->zone, buffer, ret, NULL) == ERR_OK;
}

uint16_t view_type(unsigned index)
{
	static const uint16_t types[VIEW_TYPES] = {RR_SOA, RR_AAAA, RR_A};
	return types[index];
}

static void secure_take(struct walk *walk, struct view *view)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = view->chains[family];
		for (unsigned i = 0; i < VIEW_NAMES && view->states[family] == CHAIN_GOOD; i++) {
			struct name_buffer buffer;
			struct name name;
			bool is_name = view_name(view, i, &buffer, &name);
			for (unsigned j = i == 0 ? 0 : 1; is_name && j < VIEW_TYPES; j++)
				secure_judge(walk, chain, name, view_type(j), &view->secure[family][i][j]);
		}
	}
}

/* NXDOMAIN, or an answer from a zone above without a cut at the name. */
static bool is_zone_absent(struct walk *walk, const struct view *view)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = view->chains[family];
		if (chain->state != CHAIN_GOOD || name_equal(chain->zone, view->zone))
			continue;
		const struct fact *fact = chain_ask(walk, chain, view->zone, RR_NS);
		if (fact != NULL && fact->state == FACT_REPLY)
			return true;
	}
	return false;
}

/* NXDOMAIN, or no cut below that zone. OPEN: nobody has said yet. */
static enum chain_state state_of(struct walk *walk, const struct view *view, const struct chain *chain)
{
	if (name_equal(chain->zone, view->zone) || chain->state != CHAIN_GOOD)
		return chain->state;
	const struct fact *fact = chain_ask(walk, chain, view->zone, RR_NS);
	bool is_answered = fact != NULL && fact->state == FACT_REPLY;
	return is_answered ? CHAIN_BROKEN : fact_is_open(fact) ? CHAIN_OPEN : CHAIN_UNTESTED;
}

static void chains_take(struct walk *walk, struct view *view)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = chain_to(walk, view->zone, family);
		bool is_zone = name_equal(chain->zone, view->zone);
		view->chains[family] = chain;
		view->states[family] = state_of(walk, view, chain);
		if (is_zone && chain->server_count > 0)
			parent_take(walk, view, chain);
		if (is_zone && chain->parent != NULL)
			view->parent = chain->parent->zone;
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (name_equal(view->chains[family]->zone, view->zone))
			glue_take(walk, view, view->chains[family]);
	}
	given_take(walk, view);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (!name_equal(view->chains[family]->zone, view->zone))
			server_zones_take(walk, view, family);
	}
	if (view->states[FAMILY_IPV6] == CHAIN_BROKEN && view->states[FAMILY_IPV4] == CHAIN_BROKEN)
		view->dual = state_of(walk, view, chain_to(walk, view->zone, CHAIN_DUAL));
}

/* What is more than who serves the zone: wanted along with the rest, taken apart when nothing is missing. */
static void further_take(struct walk *walk, struct view *view)
{
	view_places_want(walk, view);
	view_parent_want(walk, view);
	view_servers_want(walk, view);
	view_wire_take(walk, view);
	view_tls_take(walk, view);
	if (walk->open > 0)
		return;
	view_parent_take(walk, view);
	view_servers_take(walk, view);
}

void view_fill(struct walk *walk, struct name zone, struct view *ret)
{
	*ret = (struct view){.zone = zone,
			     .parent = name_root,
			     .given = given_find(&walk->options->given, zone),
			     .nat64 = &walk->options->nat64,
			     .pref64 = walk->options->pref64,
			     .pref64_count = walk->options->pref64_count,
			     .asns = walk->options->asns,
			     .now_s = walk->options->now_s};
	walk->target = zone;
	chains_take(walk, ret);
	ret->is_absent = ret->server_count == 0 && is_zone_absent(walk, ret);
	child_set_take(walk, ret);
	for (unsigned i = 0; i < ret->server_count; i++)
		child_addresses_take(walk, ret, &ret->servers[i]);
	for (unsigned i = 0; i < ret->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			struct view_family *side = &ret->servers[i].families[family];
			for (unsigned j = 0; j < side->count; j++)
				address_take(walk, ret, &side->addresses[j]);
		}
	}
	view_tcp_take(walk, ret);
	signing_take(walk, ret);
	secure_take(walk, ret);
	validators_take(walk, ret);
	if (!walk->options->is_quick)
		further_take(walk, ret);
}

unsigned view_usable(const struct view *view, enum family family)
{
	unsigned count = 0;
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_server *server = &view->servers[i];
		const struct view_family *side = &server->families[family];
		bool is_found =
			server->is_in_parent && side->cause == CAUSE_NONE && (side->has_glue || !server->is_in_domain);
		bool is_usable = false;
		for (unsigned j = 0; j < side->count; j++)
			is_usable = is_usable || (is_found && side->addresses[j].udp == WAY_GOOD);
		count += is_usable;
	}
	return count;
}

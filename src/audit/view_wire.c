/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/view.h"

#include "dns/rrtype.h"

#include <stdlib.h>

#define EDNS_SIZE 1232
#define EDNS_LARGE 4096
#define EDNS_SMALL 512 /* RFC 1035 4.2.1: what passes everywhere */
#define SEGMENT_SMALL 1220
#define ANCESTORS_MOST 4 /* servers above the zone that are asked what arrives from them */

/* --- What the zone has to send --- */

static int size_compare(const void *a, const void *b)
{
	return (int)((const struct view_size *)a)->octets - (int)((const struct view_size *)b)->octets;
}

/* The answer's size as over TCP, or over UDP where it came whole. */
static void size_take(struct walk *walk, struct view *view, const struct chain *chain, struct name name, uint16_t type)
{
	struct message message;
	const struct fact *fact = chain_ask(walk, chain, name, type);
	if (fact != NULL && fact->state == FACT_SILENT && fact->question.transport == QUESTION_UDP)
		fact = walk_get(walk, &fact->question.server, name, type, QUESTION_TCP, EDNS_SIZE);
	if (fact == NULL || fact->state != FACT_REPLY || message_read(fact->message, &message) != ERR_OK ||
	    message.rcode > RCODE_NXDOMAIN || view->size_count == VIEW_SIZES)
		return;
	const uint8_t *wire = arena_copy(walk->arena, name.wire, name.size, 1);
	if (wire != NULL)
		view->sizes[view->size_count++] =
			(struct view_size){.name = name_of(wire), .type = type, .octets = (uint16_t)fact->message.size};
}

static void sizes_take(struct walk *walk, struct view *view)
{
	static const uint16_t apex[] = {RR_SOA, RR_NS, RR_DNSKEY, RR_TXT, RR_MX}, www[] = {RR_AAAA, RR_A};
	struct name_buffer buffer;
	struct name name;
	const struct chain *chain = view_reached(view);
	if (chain == NULL)
		return;
	for (size_t i = 0; i < sizeof(apex) / sizeof(apex[0]); i++)
		size_take(walk, view, chain, view->zone, apex[i]);
	for (size_t i = 0; view_name(view, 1, &buffer, &name) && i < sizeof(www) / sizeof(www[0]); i++)
		size_take(walk, view, chain, name, www[i]);
	qsort(view->sizes, view->size_count, sizeof(view->sizes[0]), size_compare);
}

/* --- Datagrams --- */

static const struct fact *datagram_ask(struct walk *walk, const struct view_address *address,
				       const struct view_size *size, uint16_t edns_size)
{
	return walk_probe(walk, &address->endpoint, size->name, size->type, PROBE_DATAGRAM, edns_size, 0);
}

/* What of the answer of this size comes over UDP. False: nothing. */
static bool datagram_take(struct walk *walk, struct view *view, struct view_address *address,
			  const struct view_size *size, const struct fact **ret)
{
	struct message message;
	struct view_wire *wire = &address->wire;
	const struct fact *fact = datagram_ask(walk, address, size, size->octets > EDNS_SIZE ? EDNS_LARGE : EDNS_SIZE);
	*ret = fact;
	if (fact == NULL || fact->state != FACT_REPLY || message_read(fact->message, &message) != ERR_OK)
		return false;
	view->is_ipv4_translated = view->is_ipv4_translated || fact->seen.is_translated;
	uint16_t octets = (uint16_t)fact->message.size;
	if (octets > wire->udp_passed)
		wire->udp_passed = octets;
	if (octets > wire->udp_sent && !(message.flags & HEADER_TC))
		wire->udp_sent = octets;
	if (fact->seen.fragment > wire->fragment)
		wire->fragment = fact->seen.fragment;
	return true;
}

/*
 * T06: sizes[lost] does not come. If a truncated answer to the same question does, it is a matter of size: then the
 * zone's other answers, in halves, show from which size on. False: it is not, or it is not known yet.
 */
static bool hole_take(struct walk *walk, struct view *view, struct view_address *address, unsigned lost)
{
	const struct fact *fact = datagram_ask(walk, address, &view->sizes[lost], EDNS_SMALL);
	unsigned first = 0;
	if (fact == NULL || fact->state != FACT_REPLY || view->sizes[lost].octets <= EDNS_SMALL)
		return false;
	if (fact->message.size > address->wire.udp_passed)
		address->wire.udp_passed = (uint16_t)fact->message.size;
	while (first < lost && view->sizes[first].octets <= EDNS_SMALL)
		first++;
	while (first < lost) { /* [first, lost) is not known yet */
		unsigned middle = first + (lost - first) / 2;
		bool is_there = datagram_take(walk, view, address, &view->sizes[middle], &fact);
		if (fact_is_open(fact))
			return false;
		if (is_there)
			first = middle + 1;
		else
			lost = middle;
	}
	address->wire.udp_lost = view->sizes[lost].octets;
	return true;
}

static void datagrams_take(struct walk *walk, struct view *view, struct view_address *address)
{
	unsigned count = view->size_count, usual = count;
	const struct fact *fact, *large = NULL;
	if (address->udp != WAY_GOOD || !address->has_edns || count == 0)
		return;
	while (usual > 0 && view->sizes[usual - 1].octets > EDNS_SIZE)
		usual--;
	bool is_large_lost = usual < count && !datagram_take(walk, view, address, &view->sizes[count - 1], &large);
	if (usual == 0)
		return;
	bool is_there = datagram_take(walk, view, address, &view->sizes[usual - 1], &fact);
	address->large = fact_is_open(fact) ? WAY_OPEN : is_there ? WAY_GOOD : WAY_UNTESTED;
	if (!is_there && !fact_is_open(fact) && fact->state == FACT_SILENT) {
		if (hole_take(walk, view, address, usual - 1))
			address->large = WAY_SILENT;
	} else if (is_there && is_large_lost && !fact_is_open(large) && large->state == FACT_SILENT) {
		hole_take(walk, view, address, count - 1);
	}
}

/* --- Streams --- */

/*
 * T08: a large answer in segments as large as both ends agree on. Where the connection stands and the answer does not
 * come, smaller segments show what the path carries; RFC 10001 3.2 names 1388 and 1220.
 */
static void segments_take(struct walk *walk, const struct view *view, struct view_address *address)
{
	static const uint16_t steps[] = {SEGMENT_SMALL, 1260, 1300, 1340, 1388, 1420};
	struct view_wire *wire = &address->wire;
	const struct view_size *size = view->size_count > 0 ? &view->sizes[view->size_count - 1] : NULL;
	if (address->tcp != WAY_GOOD || size == NULL || size->octets <= SEGMENT_SMALL)
		return;
	uint16_t edns_size = address->has_edns ? EDNS_SIZE : 0;
	const struct fact *fact =
		walk_probe(walk, &address->endpoint, size->name, size->type, PROBE_SEGMENTS, edns_size, 0);
	if (fact_is_open(fact))
		return;
	if (fact->state == FACT_REPLY)
		wire->segment_passed = fact->seen.segment;
	if (fact->state != FACT_SILENT || fact->seen.segment == 0)
		return;
	uint16_t lost = fact->seen.segment < size->octets ? fact->seen.segment : size->octets;
	for (size_t i = sizeof(steps) / sizeof(steps[0]); i-- > 0;) {
		if (steps[i] >= lost)
			continue;
		fact = walk_probe(walk, &address->endpoint, size->name, size->type, PROBE_SEGMENTS, edns_size,
				  steps[i]);
		if (fact_is_open(fact))
			continue;
		if (fact->state == FACT_REPLY && steps[i] > wire->segment_passed)
			wire->segment_passed = steps[i];
		if (fact->state == FACT_SILENT && fact->seen.segment != 0)
			lost = steps[i];
	}
	wire->segment_lost = lost;
}

/* T02, T07. Of the server's own name, so that many zones of one server ask it once. */
static void stream_take(struct walk *walk, const struct view_server *server, struct view_address *address)
{
	uint16_t type = address->endpoint.addr.family == FAMILY_IPV6 ? RR_AAAA : RR_A;
	if (address->tcp != WAY_GOOD)
		return;
	address->wire.stream = walk_probe(walk, &address->endpoint, server->name, type, PROBE_STREAM,
					  address->has_edns ? EDNS_SIZE : 0, 0);
	if (address->wire.stream != NULL)
		address->wire.segment = address->wire.stream->seen.segment;
}

/* --- This host's own path --- */

static bool is_of_zone(const struct view *view, const struct ip_addr *addr)
{
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_family *side = &view->servers[i].families[addr->family];
		for (unsigned j = 0; j < side->count; j++) {
			if (ip_addr_equal(&side->addresses[j].endpoint.addr, addr))
				return true;
		}
	}
	return false;
}

static void path_look_up(const struct walk *walk, const struct view *view, enum family family, struct view_path *ret)
{
	for (size_t i = 0; i < facts_count(walk->facts); i++) {
		const struct fact *fact = facts_at(walk->facts, i);
		const struct fact_question *question = &fact->question;
		if (fact->state != FACT_REPLY || question->server.addr.family != family ||
		    is_of_zone(view, &question->server.addr))
			continue;
		if (question->transport == QUESTION_UDP && fact->message.size > ret->udp_seen)
			ret->udp_seen = (uint16_t)fact->message.size;
		uint16_t segment =
			fact->message.size < fact->seen.segment ? (uint16_t)fact->message.size : fact->seen.segment;
		if (question->probe == PROBE_SEGMENTS && segment > ret->tcp_seen)
			ret->tcp_seen = segment;
	}
}

/* Servers above the zone that serve none of it. */
struct ancestors {
	struct {
		const struct ip_endpoint *endpoint;
		struct name zone;
	} rows[ANCESTORS_MOST];
	unsigned count;
};

static void ancestors_find(const struct view *view, enum family family, struct ancestors *ret)
{
	ret->count = 0;
	for (const struct chain *chain = view->chains[family]; chain != NULL; chain = chain->parent) {
		for (unsigned i = 0; i < chain->server_count && !name_equal(chain->zone, view->zone); i++) {
			const struct chain_server *server = &chain->servers[i];
			for (unsigned j = 0; j < server->address_count && ret->count < ANCESTORS_MOST; j++) {
				const struct ip_endpoint *endpoint = &server->addresses[j].endpoint;
				if (server->addresses[j].state != ADDRESS_GOOD || is_of_zone(view, &endpoint->addr))
					continue;
				ret->rows[ret->count].endpoint = endpoint;
				ret->rows[ret->count++].zone = chain->zone;
			}
		}
	}
}

/* V02: the largest answers that servers above the zone are sure to have, their key sets. */
static void ancestors_ask(struct walk *walk, const struct view *view, enum family family, struct view_path *ret)
{
	struct ancestors ancestors;
	ancestors_find(view, family, &ancestors);
	for (unsigned i = 0; i < ancestors.count; i++) {
		const struct ip_endpoint *endpoint = ancestors.rows[i].endpoint;
		struct name zone = ancestors.rows[i].zone;
		const struct fact *fact =
			walk_probe(walk, endpoint, zone, RR_DNSKEY, PROBE_DATAGRAM, EDNS_LARGE, 0);
		if (fact_is_open(fact) || fact->state != FACT_SILENT)
			continue;
		fact = walk_probe(walk, endpoint, zone, RR_DNSKEY, PROBE_DATAGRAM, EDNS_SMALL, 0);
		ret->udp_holes += fact != NULL && fact->state == FACT_REPLY;
	}
}

/* A refusal has come all the way, too. */
static bool is_tcp_passed(const struct fact *fact)
{
	return fact != NULL && (fact->state == FACT_REPLY || fact->state == FACT_REFUSED);
}

static void tcp_path_take(struct walk *walk, struct view *view, enum family family)
{
	struct ancestors ancestors;
	bool is_silent = false, is_passed = false;
	unsigned open = walk->open;
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_family *side = &view->servers[i].families[family];
		for (unsigned j = 0; j < side->count; j++) {
			const struct view_address *address = &side->addresses[j];
			is_silent = is_silent || (address->udp == WAY_GOOD && address->tcp == WAY_SILENT);
			is_passed = is_passed || address->tcp == WAY_OPEN || is_tcp_passed(address->soa_tcp);
		}
	}
	if (!is_silent || is_passed)
		return;
	ancestors_find(view, family, &ancestors);
	for (unsigned i = 0; i < ancestors.count; i++)
		is_passed = is_tcp_passed(walk_get(walk, ancestors.rows[i].endpoint, ancestors.rows[i].zone, RR_SOA,
						   QUESTION_TCP, EDNS_SIZE)) ||
			    is_passed;
	view->paths[family].is_tcp_lost = !is_passed && walk->open == open;
}

void view_tcp_take(struct walk *walk, struct view *view)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		tcp_path_take(walk, view, family);
}

/* Nobody is blamed before this host has shown that it gets as much from others. */
static void path_take(struct walk *walk, struct view *view, enum family family)
{
	uint16_t udp_lost = 0;
	bool is_lost = false;
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_family *side = &view->servers[i].families[family];
		for (unsigned j = 0; j < side->count; j++) {
			const struct view_wire *wire = &side->addresses[j].wire;
			udp_lost = wire->udp_lost > udp_lost ? wire->udp_lost : udp_lost;
			is_lost = is_lost || wire->udp_lost > 0 || wire->segment_lost > 0;
		}
	}
	if (!is_lost)
		return;
	path_look_up(walk, view, family, &view->paths[family]);
	if (udp_lost == 0 || view->paths[family].udp_seen >= udp_lost)
		return;
	ancestors_ask(walk, view, family, &view->paths[family]);
	path_look_up(walk, view, family, &view->paths[family]);
}

void view_wire_take(struct walk *walk, struct view *view)
{
	/* Which answer is the largest is known when all are: nothing is asked in vain. */
	unsigned open = walk->open;
	sizes_take(walk, view);
	bool is_sized = walk->open == open;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (unsigned i = 0; i < view->server_count; i++) {
			struct view_server *server = &view->servers[i];
			struct view_family *side = &server->families[family];
			for (unsigned j = 0; j < side->count; j++) {
				stream_take(walk, server, &side->addresses[j]);
				if (!is_sized)
					continue;
				datagrams_take(walk, view, &side->addresses[j]);
				segments_take(walk, view, &side->addresses[j]);
			}
		}
		path_take(walk, view, family);
	}
}

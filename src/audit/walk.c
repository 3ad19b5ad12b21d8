/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/chain.h"

#include "ip/nat64.h"
#include "ip/special.h"
#include "resolver/gather.h"

#define EDNS_SIZE 1232

const char *chain_cause_text(enum chain_cause cause)
{
	static const char *const texts[CAUSE_COUNT] = {
		[CAUSE_NONE] = "is fine",
		[CAUSE_NO_ADDRESS] = "has no address of the family",
		[CAUSE_NO_GLUE] = "has no glue of the family",
		[CAUSE_EMBEDDED] = "has an address that nobody can be reached at",
		[CAUSE_SILENT] = "does not answer",
		[CAUSE_LAME] = "does not serve the zone",
		[CAUSE_ALIAS] = "is an alias",
		[CAUSE_SERVER_ZONE] = "is named in a zone that cannot be resolved over the family",
		[CAUSE_CIRCLE] = "is named in a zone that needs this one",
		[CAUSE_ANCESTOR] = "is below a zone that cannot be resolved over the family",
		[CAUSE_ABSENT] = "does not exist",
	};
	return texts[cause];
}

bool chain_is_usable(const struct ip_addr *addr)
{
	switch (ip_addr_kind(addr)) {
	case IP_KIND_ANY:
	case IP_KIND_LOOPBACK:
	case IP_KIND_LINK_LOCAL:
	case IP_KIND_MULTICAST:
	case IP_KIND_MAPPED:
	case IP_KIND_COMPATIBLE:
	case IP_KIND_NAT64:
	case IP_KIND_NAT64_LOCAL:
		return false;
	default:
		return true;
	}
}

bool walk_is_usable(const struct walk *walk, const struct ip_addr *addr)
{
	struct ip_addr inside;
	bool is_usable = chain_is_usable(addr) && !nat64_has(&walk->options->nat64, addr);
	for (size_t i = 0; is_usable && addr->family == FAMILY_IPV6 && i < walk->options->pref64_count; i++)
		is_usable = nat64_extract(&walk->options->pref64[i], addr, &inside) != ERR_OK;
	return is_usable;
}

/* --- Facts --- */

const struct fact *walk_want(struct walk *walk, const struct fact_question *question)
{
	const struct fact *fact = facts_get(walk->facts, question);
	if (fact_is_open(fact)) {
		if (walk->open < WAITS_MOST)
			walk->waits[walk->open] = fact;
		walk->open++;
	}
	return fact;
}

const struct fact *walk_get(struct walk *walk, const struct ip_endpoint *server, struct name name, uint16_t type,
			    enum question_transport transport, uint16_t edns_size)
{
	const struct fact_question question = {.server = *server,
					       .transport = transport,
					       .qname = name,
					       .qtype = type,
					       .edns_size = edns_size,
					       .is_do = edns_size != 0};
	return walk_want(walk, &question);
}

const struct fact *walk_probe(struct walk *walk, const struct ip_endpoint *server, struct name name, uint16_t type,
			      enum fact_probe probe, uint16_t edns_size, uint16_t segment_most)
{
	const struct fact_question question = {.server = *server,
					       .transport = probe == PROBE_DATAGRAM ? QUESTION_UDP : QUESTION_TCP,
					       .probe = probe,
					       .qname = name,
					       .qtype = type,
					       .edns_size = edns_size,
					       .segment_most = segment_most,
					       .is_do = edns_size != 0};
	return walk_want(walk, &question);
}

const struct gathered *walk_gather(struct walk *walk, const struct fact *fact, struct message *ret_message)
{
	if (fact == NULL || fact->state != FACT_REPLY || message_read(fact->message, ret_message) != ERR_OK)
		return NULL;
	struct gathered *gathered = arena_alloc(walk->arena, sizeof(*gathered), _Alignof(struct gathered));
	if (gathered == NULL || gather(ret_message, walk->arena, gathered) != ERR_OK)
		return NULL;
	return gathered;
}

const struct fact *walk_ask(struct walk *walk, const struct ip_endpoint *server, struct name name, uint16_t type)
{
	const struct fact *fact = walk_get(walk, server, name, type, QUESTION_UDP, EDNS_SIZE);
	if (fact == NULL || fact->state != FACT_REPLY || fact->message.size < HEADER_SIZE)
		return fact;
	uint16_t flags = load_u16(fact->message.data + 2), rcode = flags & HEADER_RCODE_MASK;
	if (rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP)
		fact = walk_get(walk, server, name, type, QUESTION_UDP, 0);
	else if (flags & HEADER_TC)
		fact = walk_get(walk, server, name, type, QUESTION_TCP, EDNS_SIZE);
	return fact;
}

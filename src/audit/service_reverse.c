/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/service_reverse.h"

#include "dns/reverse.h"
#include "dns/rrtype.h"
#include "ip/special.h"

#define TARGETS_MOST 4 /* PTRs of one address that are looked at */

/* Registries hand out /12 to /29 of IPv6, and /8 of IPv4: what is cut no deeper is theirs, not a network's. */
#define NIBBLES_LEAST 7
#define OCTETS_LEAST 2
/* The steps that many addresses share are walked first, so that the root and the registries are asked once for them. */
#define NIBBLES_SHARED 4
#define OCTETS_SHARED 1

/* --- The way down --- */

static bool is_reached(struct walk *walk, struct name reverse, enum family family)
{
	const struct chain *zones[FAMILY_COUNT];
	unsigned labels = reverse_labels(family);
	unsigned shared = family == FAMILY_IPV6 ? NIBBLES_SHARED : OCTETS_SHARED;
	return service_chain(walk, name_strip(reverse, labels), zones) != NULL &&
	       service_chain(walk, name_strip(reverse, labels - shared), zones) != NULL;
}

static bool is_undelegated(struct name zone, enum family family)
{
	unsigned labels;
	return !reverse_is_name(zone, &family, &labels) ||
	       labels < (family == FAMILY_IPV6 ? NIBBLES_LEAST : OCTETS_LEAST);
}

static const struct chain *zone_of(const struct service_address *address)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (address->zones[family] != NULL && address->zones[family]->state == CHAIN_GOOD)
			return address->zones[family];
	}
	return NULL;
}

/* --- Names with too few labels --- */

/* The last labels of the address directly below the zone: zeros in the middle were forgotten. */
static bool short_name(struct name reverse, unsigned labels, struct name zone, struct name_buffer *buffer,
		       struct name *ret)
{
	struct name_buffer front;
	size_t size = 0;
	for (unsigned i = 0; i < labels; i++)
		size += 1u + reverse.wire[size];
	memcpy(front.wire, reverse.wire, size);
	front.wire[size] = 0;
	return name_concatenate(name_of(front.wire), zone, buffer, ret) == ERR_OK;
}

/* P02: over DNS names cannot be listed; these are the ones that a hand that counts wrongly writes. */
static void short_owner_find(struct walk *walk, const struct chain *zone, struct service_address *address)
{
	unsigned most = address->reverse.labels - zone->zone.labels;
	for (unsigned labels = 1; labels < most; labels++) {
		struct name_buffer buffer;
		struct name name;
		struct message message;
		if (!short_name(address->reverse, labels, zone->zone, &buffer, &name))
			continue;
		const struct fact *fact = chain_ask(walk, zone, name, RR_PTR);
		const struct gathered *gathered = walk_gather(walk, fact, &message);
		if (gathered != NULL && gathered_find(gathered, SECTION_ANSWER, name, RR_PTR) != NULL)
			address->short_owner = fact->question.qname;
	}
}

/* --- The PTRs --- */

/* Does the host have the address? False: no, or not known: *ret_is_known. */
static bool leads_back(struct walk *walk, struct name host, const struct ip_addr *addr, bool *ret_is_known,
		       bool *ret_is_absent)
{
	const uint16_t type = addr->family == FAMILY_IPV6 ? RR_AAAA : RR_A;
	const struct chain *zones[FAMILY_COUNT];
	struct message message;
	size_t position = 0;
	struct span rdata;
	const struct gathered *gathered = service_follow(walk, &host, type, zones, &message);
	const struct rrset_view *set = gathered != NULL ? gathered_find(gathered, SECTION_ANSWER, host, type) : NULL;
	*ret_is_known = gathered != NULL;
	*ret_is_absent = gathered != NULL && message.rcode == RCODE_NXDOMAIN;
	while (set != NULL && set->rrset != NULL && rrset_next(set->rrset, &position, &rdata)) {
		if (span_equal(rdata, span_of(addr->bytes, ip_addr_size(addr->family))))
			return true;
	}
	return false;
}

static void pointers_judge(struct walk *walk, const struct rrset *ptr, struct service_address *address)
{
	size_t position = 0;
	struct span rdata;
	bool is_sure = true;
	for (unsigned i = 0; i < TARGETS_MOST && rrset_next(ptr, &position, &rdata); i++) {
		bool is_known, is_absent;
		struct name target = name_of(rdata.data);
		if (leads_back(walk, target, &address->addr, &is_known, &is_absent)) {
			address->ptr = SERVICE_PTR_GOOD;
			address->ptr_name = target;
			return;
		}
		is_sure = is_sure && is_known;
		if (i > 0)
			continue;
		address->ptr_name = target;
		address->is_ptr_absent = is_absent;
	}
	address->ptr = is_sure ? SERVICE_PTR_STRAY : SERVICE_PTR_UNKNOWN;
}

static bool has_reverse(const struct ip_addr *addr)
{
	enum ip_kind kind = ip_addr_kind(addr);
	return kind == IP_KIND_GLOBAL || kind == IP_KIND_DOCUMENTATION; /* others have no place in the public tree */
}

void service_reverse(struct walk *walk, bool is_thorough, struct service_address *address)
{
	struct name_buffer buffer;
	struct message message;
	struct name name = reverse_from_addr(&address->addr, &buffer);
	uint8_t *wire = arena_copy(walk->arena, name.wire, name.size, 1);
	if (wire == NULL || !has_reverse(&address->addr) || !is_reached(walk, name, address->addr.family))
		return;
	name.wire = wire;
	address->reverse = name;
	const struct gathered *gathered = service_follow(walk, &name, RR_PTR, address->zones, &message);
	for (enum family family = FAMILY_IPV6; is_thorough && family < FAMILY_COUNT; family++)
		address->zones[family] = chain_to(walk, address->reverse, family);
	if (gathered == NULL)
		return;
	const struct rrset_view *ptr = gathered_find(gathered, SECTION_ANSWER, name, RR_PTR);
	if (ptr != NULL && ptr->rrset != NULL) {
		pointers_judge(walk, ptr->rrset, address);
		return;
	}
	const struct chain *zone = zone_of(address);
	address->ptr = SERVICE_PTR_MISSING;
	address->is_undelegated = zone == NULL || is_undelegated(zone->zone, address->addr.family);
	if (is_thorough && !address->is_undelegated && message.rcode == RCODE_NXDOMAIN)
		short_owner_find(walk, zone, address);
}

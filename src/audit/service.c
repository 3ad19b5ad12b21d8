/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/service.h"

#include "audit/service_reverse.h"
#include "dns/rrtype.h"
#include "zone/lint/judge.h"

#include <stdio.h>
#include <stdlib.h>

#define HOPS_MOST 8 /* aliases in a row */
#define PORT_USUAL 443

enum host_part { HOST_ALONE = 0, HOST_REVERSE = 1, HOST_THOROUGH = 2 };

/* --- Finding --- */

const struct chain *service_chain(struct walk *walk, struct name name, const struct chain *zones[FAMILY_COUNT])
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		zones[family] = chain_to(walk, name, family);
		if (zones[family]->state == CHAIN_GOOD)
			return zones[family];
		if (zones[family]->state == CHAIN_OPEN)
			return NULL;
	}
	return NULL;
}

const struct gathered *service_follow(struct walk *walk, struct name *name, uint16_t type,
				      const struct chain *zones[FAMILY_COUNT], struct message *ret)
{
	const struct chain *beyond[FAMILY_COUNT];
	for (unsigned hops = 0; hops < HOPS_MOST; hops++) {
		size_t position = 0;
		struct span rdata;
		const struct chain *chain = service_chain(walk, *name, hops == 0 ? zones : beyond);
		const struct fact *fact = chain != NULL ? chain_ask(walk, chain, *name, type) : NULL;
		const struct gathered *gathered = walk_gather(walk, fact, ret);
		if (gathered == NULL)
			return NULL;
		const struct rrset_view *alias = gathered_find(gathered, SECTION_ANSWER, *name, RR_CNAME);
		if (alias == NULL || alias->rrset == NULL) {
			bool is_sure = ret->rcode == RCODE_NOERROR || ret->rcode == RCODE_NXDOMAIN;
			return is_sure && (ret->flags & HEADER_AA) ? gathered : NULL;
		}
		if (!rrset_next(alias->rrset, &position, &rdata))
			return NULL;
		*name = name_of(rdata.data);
	}
	return NULL;
}

/* --- Hosts --- */

static void *made(struct walk *walk, size_t size)
{
	void *memory = arena_alloc_zeroed(walk->arena, size, _Alignof(max_align_t));
	if (memory == NULL)
		abort(); /* a few kilobytes for one pass */
	return memory;
}

static void addresses_take(struct walk *walk, struct service_host *host, enum family family, enum host_part parts)
{
	size_t position = 0;
	struct span rdata;
	const struct rrset *rrset = host->rrsets[family];
	while (rrset != NULL && host->counts[family] < SERVICE_ADDRESSES_MAX && rrset_next(rrset, &position, &rdata)) {
		struct service_address *address = &host->addresses[family][host->counts[family]++];
		address->addr = family == FAMILY_IPV6 ? ip_addr_v6(rdata.data) : ip_addr_v4(rdata.data);
		if (parts & HOST_REVERSE)
			service_reverse(walk, parts & HOST_THOROUGH, address);
	}
}

/* The name itself, and where aliases lead from a good one: that is what users get. */
static void secure_one(struct walk *walk, const struct service_host *host, enum family family, uint16_t type,
		       struct secure *ret)
{
	if (host->zones[family]->state == CHAIN_GOOD)
		secure_judge(walk, host->zones[family], host->name, type, ret);
	if (!ret->is_known || ret->security == SECURITY_BOGUS || name_equal(host->name, host->canonical))
		return;
	const struct chain *chain = chain_to(walk, host->canonical, family);
	ret->is_known = false;
	if (chain->state == CHAIN_GOOD)
		secure_judge(walk, chain, host->canonical, type, ret);
}

/* Over each family by itself: does AAAA validate, does A? */
static void secure_take(struct walk *walk, struct service_host *host)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		host->zones[family] = chain_to(walk, host->name, family);
		secure_one(walk, host, family, RR_AAAA, &host->secure[family][FAMILY_IPV6]);
		secure_one(walk, host, family, RR_A, &host->secure[family][FAMILY_IPV4]);
	}
}

static void host_take(struct walk *walk, struct name name, enum host_part parts, struct service_host *ret)
{
	static const uint16_t types[FAMILY_COUNT] = {[FAMILY_IPV6] = RR_AAAA, [FAMILY_IPV4] = RR_A};
	*ret = (struct service_host){.name = name, .canonical = name};
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		struct message message;
		struct name at = name;
		const struct gathered *gathered = service_follow(walk, &at, types[family], ret->zones, &message);
		if (gathered == NULL)
			continue;
		const struct rrset_view *set = gathered_find(gathered, SECTION_ANSWER, at, types[family]);
		ret->is_known[family] = true;
		ret->is_absent = message.rcode == RCODE_NXDOMAIN;
		ret->canonical = at;
		ret->rrsets[family] = set != NULL ? set->rrset : NULL;
		addresses_take(walk, ret, family, parts);
	}
	if (parts & HOST_THOROUGH)
		secure_take(walk, ret);
}

static const struct service_host *host_new(struct walk *walk, struct name name, enum host_part parts)
{
	struct service_host *host = made(walk, sizeof(*host));
	host_take(walk, name, parts, host);
	return host;
}

/* --- The other records --- */

/* NULL: there is none, or it is not known. */
static const struct rrset *set_of(struct walk *walk, struct name *owner, uint16_t type, bool *ret_is_known)
{
	struct message message;
	const struct chain *zones[FAMILY_COUNT];
	const struct gathered *gathered = service_follow(walk, owner, type, zones, &message);
	const struct rrset_view *set = gathered != NULL ? gathered_find(gathered, SECTION_ANSWER, *owner, type) : NULL;
	*ret_is_known = gathered != NULL;
	return set != NULL ? set->rrset : NULL;
}

static void mail_take(struct walk *walk, struct service *service, enum host_part parts)
{
	struct name owner = service->row->name;
	size_t position = 0;
	struct span rdata;
	const struct rrset *mx = set_of(walk, &owner, RR_MX, &service->is_known[INVENTORY_MX]);
	service->is_there[INVENTORY_MX] = mx != NULL;
	while (mx != NULL && service->mail_count < SERVICE_HOSTS_MAX && rrset_next(mx, &position, &rdata)) {
		struct name host = name_of(rdata.data + 2); /* behind the preference */
		if (!name_is_root(host))                    /* RFC 7505: no mail */
			service->mail[service->mail_count++] = host_new(walk, host, parts | HOST_REVERSE);
	}
}

static void hints_take(struct walk *walk, const struct service *service, struct name owner, uint16_t type,
		       bool *ret_is_known, struct service_hints *ret)
{
	size_t position = 0;
	struct span rdata;
	ret->rrset = set_of(walk, &owner, type, ret_is_known);
	ret->owner = owner;
	while (ret->rrset != NULL && ret->count < SERVICE_HOSTS_MAX && rrset_next(ret->rrset, &position, &rdata)) {
		struct name target;
		const struct service_host **host = &ret->targets[ret->count++];
		if (!judge_hints_target(owner, rdata, &target))
			continue;
		*host = name_equal(target, service->host.name) ? &service->host : host_new(walk, target, HOST_ALONE);
	}
}

/* RFC 9460 9.1: of another port than 443 the record stands at _PORT._https.NAME. */
static bool https_owner(struct walk *walk, const struct inventory_row *row, struct name *ret)
{
	char text[32];
	struct name_buffer buffer;
	*ret = row->name;
	if (row->port == 0 || row->port == PORT_USUAL)
		return true;
	snprintf(text, sizeof(text), "_%u._https", row->port);
	if (name_from_text(span_text(text), row->name, &buffer, ret, NULL) != ERR_OK)
		return false;
	uint8_t *wire = made(walk, ret->size);
	memcpy(wire, ret->wire, ret->size);
	ret->wire = wire;
	return true;
}

void service_fill(struct walk *walk, const struct inventory_row *row, struct service *ret)
{
	struct name owner;
	enum host_part parts = row->line > 0 ? HOST_THOROUGH : HOST_ALONE;
	*ret = (struct service){.row = row, .host = {.name = row->name, .canonical = row->name}};
	walk->target = (struct name){0};
	if (!row->has_types || row->wants[INVENTORY_AAAA] || row->wants[INVENTORY_A])
		host_take(walk, row->name, parts | HOST_REVERSE, &ret->host);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		enum inventory_type type = family == FAMILY_IPV6 ? INVENTORY_AAAA : INVENTORY_A;
		ret->is_known[type] = ret->host.is_known[family];
		ret->is_there[type] = ret->host.rrsets[family] != NULL;
	}
	if (row->wants[INVENTORY_MX])
		mail_take(walk, ret, parts);
	if ((!row->has_types || row->wants[INVENTORY_HTTPS]) && https_owner(walk, row, &owner))
		hints_take(walk, ret, owner, RR_HTTPS, &ret->is_known[INVENTORY_HTTPS], &ret->https);
	if (row->wants[INVENTORY_SVCB])
		hints_take(walk, ret, row->name, RR_SVCB, &ret->is_known[INVENTORY_SVCB], &ret->svcb);
	ret->is_there[INVENTORY_HTTPS] = ret->https.rrset != NULL;
	ret->is_there[INVENTORY_SVCB] = ret->svcb.rrset != NULL;
}

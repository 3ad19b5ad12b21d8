/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/outcome.h"

#include "dns/rrtype.h"

#include <errno.h>

/*
 * The flat form: a head, then names and text one behind the other, then the RRsets, each aligned to 8 and, for the
 * reader's sake, in the order of the sets. Everything is found by walking; nothing points anywhere, so that it may be
 * copied as it is.
 */
struct flat {
	uint32_t ttl_s;
	int32_t ede;
	uint16_t qtype;
	uint16_t reason_size;
	uint16_t server_port;
	uint8_t kind, security;
	uint8_t answer_count, set_count;
	uint8_t is_forwarded, is_optout;
	uint8_t server_family;
	uint8_t qname_size, zone_size; /* 0: none */
	uint8_t server[16];
};

#define FLAT_MAX 65535

static size_t aligned(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

static size_t rrset_octets(const struct rrset *rrset)
{
	return rrset != NULL ? sizeof(*rrset) + rrset->size : 0;
}

/* A set: octets of its owner (1), whether it has signatures (1), the owner; then, aligned, the RRsets. */
static size_t set_size(const struct rrset_view *set)
{
	return aligned(2u + set->owner.size) + aligned(rrset_octets(set->rrset)) +
	       aligned(rrset_octets(set->signatures));
}

size_t outcome_size(const struct outcome *outcome)
{
	size_t zone = outcome->zone.wire != NULL ? outcome->zone.size : 0;
	size_t size = aligned(sizeof(struct flat) + outcome->qname.size + zone + outcome->reason.size);
	for (unsigned i = 0; i < outcome->set_count; i++)
		size += set_size(&outcome->sets[i]);
	return size <= FLAT_MAX ? size : 0;
}

static uint8_t *rrset_write(uint8_t *at, const struct rrset *rrset)
{
	size_t size = rrset_octets(rrset);
	if (size == 0)
		return at;
	memcpy(at, rrset, size);
	return at + aligned(size);
}

static uint8_t *set_write(uint8_t *at, const struct rrset_view *set)
{
	at[0] = set->owner.size;
	at[1] = set->signatures != NULL;
	memcpy(at + 2, set->owner.wire, set->owner.size);
	at += aligned(2u + set->owner.size);
	return rrset_write(rrset_write(at, set->rrset), set->signatures);
}

void outcome_write(const struct outcome *outcome, uint8_t *at)
{
	size_t zone = outcome->zone.wire != NULL ? outcome->zone.size : 0;
	struct flat flat = {.ttl_s = outcome->ttl_s,
	                    .ede = outcome->ede,
	                    .qtype = outcome->qtype,
	                    .reason_size = (uint16_t)outcome->reason.size,
	                    .server_port = outcome->server.port,
	                    .kind = (uint8_t)outcome->kind,
	                    .security = (uint8_t)outcome->security,
	                    .answer_count = outcome->answer_count,
	                    .set_count = outcome->set_count,
	                    .is_forwarded = outcome->is_forwarded,
	                    .is_optout = outcome->is_optout,
	                    .server_family = (uint8_t)outcome->server.addr.family,
	                    .qname_size = outcome->qname.size,
	                    .zone_size = (uint8_t)zone};
	memcpy(flat.server, outcome->server.addr.bytes, sizeof(flat.server));
	memcpy(at, &flat, sizeof(flat));
	uint8_t *next = at + sizeof(flat);
	memcpy(next, outcome->qname.wire, outcome->qname.size);
	next += outcome->qname.size;
	if (zone > 0)
		memcpy(next, outcome->zone.wire, zone);
	if (outcome->reason.size > 0)
		memcpy(next + zone, outcome->reason.data, outcome->reason.size);
	next = at + aligned(sizeof(flat) + outcome->qname.size + zone + outcome->reason.size);
	for (unsigned i = 0; i < outcome->set_count; i++)
		next = set_write(next, &outcome->sets[i]);
}

static const uint8_t *set_read(const uint8_t *at, struct rrset_view *ret)
{
	bool has_signatures = at[1] != 0;
	size_t owner = at[0];
	ret->owner = name_of(at + 2);
	at += aligned(2u + owner);
	ret->rrset = (const struct rrset *)(const void *)at;
	at += aligned(rrset_octets(ret->rrset));
	ret->signatures = NULL;
	if (has_signatures) {
		ret->signatures = (const struct rrset *)(const void *)at;
		at += aligned(rrset_octets(ret->signatures));
	}
	return at;
}

void outcome_read(const uint8_t *at, struct rrset_view *sets, struct outcome *ret)
{
	struct flat flat;
	memcpy(&flat, at, sizeof(flat));
	const uint8_t *next = at + sizeof(flat);
	*ret = (struct outcome){.kind = flat.kind,
	                        .security = flat.security,
	                        .qtype = flat.qtype,
	                        .answer_count = flat.answer_count,
	                        .set_count = flat.set_count,
	                        .sets = sets,
	                        .ttl_s = flat.ttl_s,
	                        .is_forwarded = flat.is_forwarded != 0,
	                        .is_optout = flat.is_optout != 0,
	                        .ede = flat.ede};
	ret->qname = name_of(next);
	next += flat.qname_size;
	if (flat.zone_size > 0)
		ret->zone = name_of(next);
	ret->reason = span_of(next + flat.zone_size, flat.reason_size);
	ret->server.port = flat.server_port;
	ret->server.addr = flat.server_family == FAMILY_IPV6 ? ip_addr_v6(flat.server) : ip_addr_v4(flat.server);
	next = at + aligned(sizeof(flat) + flat.qname_size + flat.zone_size + flat.reason_size);
	for (unsigned i = 0; i < flat.set_count; i++)
		next = set_read(next, &sets[i]);
}

/* --- Copies --- */

static int name_dup(struct name *name, struct arena *arena)
{
	if (name->wire == NULL)
		return ERR_OK;
	name->wire = arena_copy(arena, name->wire, name->size, 1);
	return name->wire != NULL ? ERR_OK : -ENOMEM;
}

static int rrset_dup(const struct rrset **rrset, struct arena *arena)
{
	if (*rrset == NULL)
		return ERR_OK;
	*rrset = arena_copy(arena, *rrset, rrset_octets(*rrset), 8);
	return *rrset != NULL ? ERR_OK : -ENOMEM;
}

static int sets_dup(struct outcome *copy, struct arena *arena)
{
	size_t size = copy->set_count * sizeof(copy->sets[0]);
	struct rrset_view *sets = arena_alloc(arena, size + 1, _Alignof(struct rrset_view));
	if (sets == NULL)
		return -ENOMEM;
	if (size > 0)
		memcpy(sets, copy->sets, size);
	copy->sets = sets;
	int err = ERR_OK;
	for (unsigned i = 0; err == ERR_OK && i < copy->set_count; i++) {
		err = name_dup(&sets[i].owner, arena);
		if (err == ERR_OK)
			err = rrset_dup(&sets[i].rrset, arena);
		if (err == ERR_OK)
			err = rrset_dup(&sets[i].signatures, arena);
	}
	return err;
}

struct outcome *outcome_copy(const struct outcome *outcome, struct arena *arena)
{
	struct outcome *copy = arena_copy(arena, outcome, sizeof(*outcome), _Alignof(struct outcome));
	if (copy == NULL || name_dup(&copy->qname, arena) != ERR_OK || name_dup(&copy->zone, arena) != ERR_OK ||
	    sets_dup(copy, arena) != ERR_OK)
		return NULL;
	if (copy->reason.size > 0) {
		copy->reason.data = arena_copy(arena, copy->reason.data, copy->reason.size, 1);
		if (copy->reason.data == NULL)
			return NULL;
	}
	return copy;
}

/* --- Questions about one --- */

uint32_t outcome_age_s(const struct outcome *outcome, uint64_t now_us)
{
	if (outcome->stored_us == 0 || outcome->stored_us > now_us)
		return 0;
	uint64_t age_s = (now_us - outcome->stored_us) / 1000000;
	return age_s > UINT32_MAX ? UINT32_MAX : (uint32_t)age_s;
}

int64_t outcome_left_s(const struct outcome *outcome, uint64_t now_us)
{
	return (int64_t)outcome->ttl_s - outcome_age_s(outcome, now_us);
}

const struct rrset_view *outcome_soa(const struct outcome *outcome)
{
	for (unsigned i = outcome->answer_count; i < outcome->set_count; i++) {
		if (outcome->sets[i].rrset->type == RR_SOA)
			return &outcome->sets[i];
	}
	return NULL;
}

bool outcome_leads_on(const struct outcome *outcome)
{
	return outcome->kind == OUTCOME_CNAME ||
	       (outcome->kind == OUTCOME_DNAME && outcome->qtype != RR_CNAME && outcome->qtype != RR_ANY);
}

int outcome_target(const struct outcome *outcome, struct name_buffer *buffer, struct name *ret)
{
	size_t position = 0;
	struct span rdata;
	if (outcome->answer_count == 0 || !rrset_next(outcome->sets[0].rrset, &position, &rdata))
		return ERR_NOT_FOUND;
	struct name target = name_of(rdata.data);
	if (outcome->kind == OUTCOME_CNAME) {
		*ret = name_copy(target, buffer);
		return ERR_OK;
	}
	/* RFC 6672 2.2: the DNAME's owner at the end of the name is replaced by its target. */
	struct name owner = outcome->sets[0].owner;
	unsigned labels = outcome->qname.labels - owner.labels;
	struct name_buffer front;
	struct name prefix = name_copy(outcome->qname, &front);
	struct name rest = name_strip(prefix, labels);
	front.wire[prefix.size - rest.size] = 0;
	prefix.size = (uint8_t)(prefix.size - rest.size + 1);
	prefix.labels = (uint8_t)labels;
	return name_concatenate(prefix, target, buffer, ret);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/gather.h"

#include "dns/rdata.h"
#include "resolver/limits.h"

#include <errno.h>

/* A record read, in a list of its group's. */
struct record {
	struct record *next;
	uint32_t ttl;
	uint16_t size;
	uint8_t rdata[];
};

struct group {
	struct name owner;
	enum section section;
	uint16_t type; /* of what is signed, for signatures */
	struct record *records, *signatures; /* in canonical order */
};

struct groups {
	struct group all[GATHER_SETS_MAX];
	size_t count;
	unsigned records;
};

static int group_of(struct groups *groups, const struct message_item *item, uint16_t type, struct arena *arena,
                    struct group **ret)
{
	for (size_t i = groups->count; i-- > 0;) { /* records of one set mostly stand together */
		struct group *group = &groups->all[i];
		if (group->section == item->section && group->type == type && name_equal(group->owner, item->owner)) {
			*ret = group;
			return ERR_OK;
		}
	}
	if (groups->count == GATHER_SETS_MAX)
		return ERR_LIMIT;
	uint8_t *wire = arena_copy(arena, item->owner.wire, item->owner.size, 1);
	if (wire == NULL)
		return -ENOMEM;
	struct group *group = &groups->all[groups->count++];
	*group = (struct group){.section = item->section, .type = type};
	group->owner = (struct name){.wire = wire, .size = item->owner.size, .labels = item->owner.labels};
	*ret = group;
	return ERR_OK;
}

/* Puts the record in its place; a duplicate counts once (RFC 2181 5). */
static void record_insert(struct record **list, uint16_t type, struct record *record)
{
	struct span rdata = span_of(record->rdata, record->size);
	for (; *list != NULL; list = &(*list)->next) {
		int order = rdata_compare(type, rdata, span_of((*list)->rdata, (*list)->size));
		if (order == 0)
			return;
		if (order < 0)
			break;
	}
	record->next = *list;
	*list = record;
}

static int record_take(struct groups *groups, const struct message *message, const struct message_item *item,
                       struct arena *arena)
{
	static const size_t grown_most = 4 * NAME_MAX; /* what written-out names may add; checked by the writer */
	size_t capacity = item->rdata.size + grown_most;
	if (capacity > RDATA_MAX)
		capacity = RDATA_MAX;
	uint8_t buffer[2048], *room = buffer;
	if (capacity > sizeof(buffer))
		room = arena_alloc(arena, capacity, 1);
	if (room == NULL)
		return -ENOMEM;
	struct writer out = writer_of(room, capacity);
	int err = message_rdata(message, item, &out);
	if (err != ERR_OK)
		return err;
	if (out.is_full)
		return ERR_RANGE;
	struct record *record = arena_alloc(arena, sizeof(*record) + out.size, _Alignof(struct record));
	if (record == NULL)
		return -ENOMEM;
	/* RFC 2181 8: a TTL with the high bit set counts as zero. */
	*record = (struct record){.ttl = item->ttl_s > INT32_MAX ? 0 : item->ttl_s, .size = (uint16_t)out.size};
	memcpy(record->rdata, room, out.size);
	bool is_signature = item->type == RR_RRSIG && out.size > 2;
	struct group *group;
	err = group_of(groups, item, is_signature ? load_u16(room) : item->type, arena, &group);
	if (err == ERR_OK)
		record_insert(is_signature ? &group->signatures : &group->records, item->type, record);
	return err;
}

static int rrset_make(const struct record *list, uint16_t type, uint16_t covered, struct arena *arena,
                      const struct rrset **ret)
{
	size_t size = 0, count = 0;
	uint32_t ttl = UINT32_MAX;
	for (const struct record *record = list; record != NULL; record = record->next) {
		size += RRSET_RECORD_HEADER + record->size;
		count++;
		ttl = record->ttl < ttl ? record->ttl : ttl;
	}
	*ret = NULL;
	if (count == 0)
		return ERR_OK;
	struct rrset *rrset = arena_alloc(arena, sizeof(*rrset) + size, 8);
	if (rrset == NULL)
		return -ENOMEM;
	*rrset = (struct rrset){.type = type, .covered = covered, .count = (uint16_t)count, .ttl = ttl,
	                        .size = (uint32_t)size};
	uint8_t *at = rrset->records;
	for (const struct record *record = list; record != NULL; record = record->next) {
		store_u16(at, type);
		store_u16(at + 2, CLASS_IN);
		store_u32(at + 4, ttl); /* RFC 2181 5.2: one TTL, the smallest */
		store_u16(at + 8, record->size);
		memcpy(at + RRSET_RECORD_HEADER, record->rdata, record->size);
		at += RRSET_RECORD_HEADER + record->size;
	}
	*ret = rrset;
	return ERR_OK;
}

int gather(const struct message *message, struct arena *arena, struct gathered *ret)
{
	struct groups groups;
	struct message_place place = {0};
	struct message_item item;
	int err;
	groups.count = groups.records = 0;
	ret->count = 0;
	while ((err = message_next(message, &place, &item)) == ERR_OK) {
		if (item.section == SECTION_QUESTION || item.class != CLASS_IN || item.type == RR_OPT ||
		    item.type == RR_TSIG)
			continue;
		if (++groups.records > LIMIT_RECORDS)
			return ERR_LIMIT;
		err = record_take(&groups, message, &item, arena);
		if (err != ERR_OK)
			return err;
	}
	if (err != ERR_NOT_FOUND)
		return err;
	for (size_t i = 0; i < groups.count; i++) {
		const struct group *group = &groups.all[i];
		struct rrset_view *view = &ret->sets[i];
		view->owner = group->owner;
		err = rrset_make(group->records, group->type, 0, arena, &view->rrset);
		if (err == ERR_OK)
			err = rrset_make(group->signatures, RR_RRSIG, group->type, arena, &view->signatures);
		if (err != ERR_OK)
			return err;
		ret->sections[i] = group->section;
		ret->types[i] = group->type;
	}
	ret->count = groups.count;
	return ERR_OK;
}

const struct rrset_view *gathered_find(const struct gathered *gathered, enum section section, struct name owner,
                                       uint16_t type)
{
	for (size_t i = 0; i < gathered->count; i++) {
		if (gathered->sections[i] == section && gathered->types[i] == type &&
		    gathered->sets[i].rrset != NULL && name_equal(gathered->sets[i].owner, owner))
			return &gathered->sets[i];
	}
	return NULL;
}

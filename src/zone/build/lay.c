/* SPDX-License-Identifier: BSD-2-Clause */
/* Laying nodes down: the records of each owner in canonical order, ancestors before descendants. */
#include "zone/build/lay.h"

#include "dns/name_case.h"
#include "zone/build/links.h"
#include "zone/build/places.h"

#include <errno.h>
#include <stdlib.h>

#define AHEAD 12 /* owners fetched before they are needed */

/* The records of a raw list that belong to the name itself, or to the NSEC3 owner of the same name. */
static bool record_is_nsec3(const struct raw_record *record)
{
	return record->type == RR_NSEC3 || (record->type == RR_RRSIG && record_covered(record) == RR_NSEC3);
}

static int refs_grow(struct lay *lay)
{
	size_t capacity = lay->ref_capacity > 0 ? lay->ref_capacity * 2 : 64;
	struct record_ref *refs = realloc(lay->refs, capacity * sizeof(*refs));
	if (refs == NULL)
		return -ENOMEM;
	lay->refs = refs;
	lay->ref_capacity = capacity;
	return ERR_OK;
}

static int refs_gather(struct lay *lay, const struct owner_entry *entries, size_t count, bool is_nsec3)
{
	bool may_have_nsec3 = lay->build->builder->nsec3_count > 0;
	lay->ref_count = 0;
	for (size_t i = 0; i < count; i++) {
		for (const struct raw_record *record = entries[i].owner->first; record != NULL; record = record->next) {
			if (may_have_nsec3 && record_is_nsec3(record) != is_nsec3)
				continue;
			if (lay->ref_count == lay->ref_capacity && refs_grow(lay) != ERR_OK)
				return -ENOMEM;
			uint16_t covered = record_covered(record);
			bool is_signature = record->type == RR_RRSIG;
			lay->refs[lay->ref_count] = (struct record_ref){
				.rank = (uint32_t)(is_signature ? covered : record->type) << 1 | is_signature,
				.sequence = (uint32_t)lay->ref_count,
				.record = record};
			lay->ref_count++;
		}
	}
	return ERR_OK;
}

static int ref_compare(const void *left, const void *right)
{
	const struct record_ref *a = left;
	const struct record_ref *b = right;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	int order = rdata_compare(a->record->type, record_rdata(a->record), record_rdata(b->record));
	if (order != 0)
		return order;
	return a->sequence < b->sequence ? -1 : 1;
}

static void refs_sort(struct lay *lay)
{
	if (lay->ref_count > 12) {
		qsort(lay->refs, lay->ref_count, sizeof(*lay->refs), ref_compare);
		return;
	}
	for (size_t i = 1; i < lay->ref_count; i++) {
		struct record_ref ref = lay->refs[i];
		size_t at = i;
		for (; at > 0 && ref_compare(&ref, &lay->refs[at - 1]) < 0; at--)
			lay->refs[at] = lay->refs[at - 1];
		lay->refs[at] = ref;
	}
}

/* RFC 2181 5: the same data twice in an RRset is one record. The first that was read stays. */
static void refs_drop_duplicates(struct lay *lay)
{
	size_t kept = 0;
	for (size_t i = 0; i < lay->ref_count; i++) {
		const struct record_ref *ref = &lay->refs[i];
		const struct record_ref *last = kept > 0 ? &lay->refs[kept - 1] : NULL;
		if (last != NULL && last->rank == ref->rank &&
		    rdata_compare(ref->record->type, record_rdata(last->record), record_rdata(ref->record)) == 0) {
			lay_judge_duplicate(lay, ref->record, last->record);
			continue;
		}
		lay->refs[kept++] = *ref;
	}
	lay->ref_count = kept;
}

/* RFC 2181 8: a TTL with the highest bit set means 0. */
static uint32_t record_ttl(const struct raw_record *record)
{
	return record->ttl > INT32_MAX ? 0 : record->ttl;
}

static void group_add(struct lay *lay, struct rrset_group *group, const struct raw_record *record)
{
	struct name target;
	uint32_t ttl = record_ttl(record);
	if (group->count == UINT16_MAX || group->size > RRSET_SIZE_MAX)
		return; /* an error anyway: it fits into no answer */
	group->ttl = ttl < group->ttl ? ttl : group->ttl;
	group->size += RRSET_RECORD_HEADER + (size_t)record->rdata_size;
	group->count++;
	bool has_addresses = !(lay->flags & NODE_OCCLUDED) && group->capacity < RRSET_ADDRESSES_MAX &&
	                     link_target(record->type, lay->name, record_rdata(record), &target) &&
	                     name_is_at_or_below(target, lay->build->zone->apex);
	group->capacity += has_addresses;
}

static void groups_make(struct lay *lay)
{
	lay->group_count = 0;
	for (size_t i = 0; i < lay->ref_count; i++) {
		const struct raw_record *record = lay->refs[i].record;
		bool is_new = i == 0 || lay->refs[i].rank != lay->refs[i - 1].rank;
		if (is_new && lay->group_count == RRSETS_MAX) {
			lay_judge_limit(lay, record, "has too many RRsets");
			break;
		}
		if (is_new)
			lay->groups[lay->group_count++] = (struct rrset_group){
				.first = i, .type = record->type, .covered = record_covered(record), .ttl = UINT32_MAX};
		group_add(lay, &lay->groups[lay->group_count - 1], record);
	}
}

static struct rrset *group_lay(struct lay *lay, const struct rrset_group *group, uint8_t *at, bool is_last)
{
	struct rrset *rrset = (struct rrset *)(void *)at;
	*rrset = (struct rrset){.type = group->type,
	                        .covered = group->covered,
	                        .count = (uint16_t)group->count,
	                        .flags = (uint16_t)(group->capacity << 8 | (is_last ? RRSET_LAST : 0)),
	                        .ttl = group->ttl,
	                        .size = (uint32_t)group->size};
	if (lay->build->places != NULL)
		places_add_rrset(lay->build->places, rrset);
	uint8_t *out = rrset->records;
	for (size_t i = group->first; i < group->first + group->count; i++) {
		const struct raw_record *record = lay->refs[i].record;
		store_u16(out, group->type);
		store_u16(out + 2, CLASS_IN);
		store_u32(out + 4, group->ttl);
		store_u16(out + 8, record->rdata_size);
		memcpy(out + RRSET_RECORD_HEADER, record->rdata, record->rdata_size);
		out += RRSET_RECORD_HEADER + record->rdata_size;
		if (lay->build->places != NULL)
			places_add_record(lay->build->places, record->file, record->line);
	}
	return rrset;
}

/* Octets of a block behind its link, RRsets placed. */
static size_t groups_place(struct lay *lay, size_t name_end)
{
	size_t at = align_up(name_end, RRSET_ALIGN);
	for (size_t i = 0; i < lay->group_count; i++) {
		struct rrset_group *group = &lay->groups[i];
		group->offset = at;
		at += sizeof(struct rrset) + group->size;
		at = align_up(at, group->capacity > 0 ? _Alignof(struct zone_address) : RRSET_ALIGN);
		at += group->capacity * sizeof(struct zone_address);
	}
	return at;
}

/* The block of lay->name with the groups. */
static int node_lay(struct lay *lay, struct zone_node **ret)
{
	struct zone *zone = lay->build->zone;
	size_t link = zone->has_nsec3_links ? NODE_LINK_SIZE : 0;
	size_t size = groups_place(lay, NODE_NAME_OFFSET + lay->name.size);
	uint8_t *block = arena_alloc(zone->arena, link + size, NODE_ALIGN);
	if (block == NULL)
		return -ENOMEM;
	memset(block, 0, link);
	struct zone_node *node = (struct zone_node *)(void *)(block + link);
	node->types = 0;
	node->order = 0;
	node->rrset_count = (uint16_t)lay->group_count;
	node->flags = lay->flags;
	node->occluder_labels = lay->occluder_labels;
	node->name_size = lay->name.size;
	node->labels = lay->name.labels;
	memcpy(node->name, lay->name.wire, lay->name.size);
	for (size_t i = 0; i < lay->group_count; i++) {
		const struct rrset_group *group = &lay->groups[i];
		struct rrset *rrset = group_lay(lay, group, block + link + group->offset, i + 1 == lay->group_count);
		node->types |= rrset_type_bit(group->type);
		zone->record_count += group->count;
		if (group->capacity > 0)
			lay->build->links[lay->build->link_count++] = (struct pending_link){.node = node, .rrset = rrset};
	}
	*ret = node;
	return ERR_OK;
}

/* What the node's own records and its parent make of it. */
static void flags_set(struct lay *lay, const struct zone_node *parent)
{
	lay->flags = 0;
	lay->occluder_labels = 0;
	if (parent != NULL && parent->flags & NODE_OCCLUDED) {
		lay->flags = NODE_OCCLUDED;
		lay->occluder_labels = parent->occluder_labels;
	} else if (parent != NULL && parent->flags & (NODE_CUT | NODE_DNAME)) {
		lay->flags = NODE_OCCLUDED;
		lay->occluder_labels = parent->labels;
	}
	if (lay->flags & NODE_OCCLUDED)
		return;
	for (size_t i = 0; i < lay->ref_count; i++) {
		uint32_t rank = lay->refs[i].rank;
		if (rank == RR_NS << 1 && parent != NULL)
			lay->flags |= NODE_CUT;
		/* RFC 6672 2.3: a DNAME beside a delegation is the child's business. */
		if (rank == RR_DNAME << 1 && !(lay->flags & NODE_CUT))
			lay->flags |= NODE_DNAME;
	}
}

/* A node of the name space: lay->name at depth, with lay->refs. */
static int level_lay(struct lay *lay, unsigned depth, uint64_t hash)
{
	struct build *build = lay->build;
	struct zone_node *parent = depth > 0 ? lay->levels[depth - 1] : NULL;
	refs_sort(lay);
	refs_drop_duplicates(lay);
	flags_set(lay, parent);
	groups_make(lay);
	lay_judge_node(lay, depth == 0);
	struct zone_node *node;
	int err = node_lay(lay, &node);
	if (err != ERR_OK)
		return err;
	if (parent != NULL && name_is_wildcard(lay->name))
		parent->flags |= NODE_WILDCARD;
	node->order = (uint32_t)build->zone->node_count;
	build->nodes[build->zone->node_count] = node;
	build->hashes[build->zone->node_count] = hash;
	build->zone->node_count++;
	lay->levels[depth] = node;
	lay->depth = depth;
	return ERR_OK;
}

/* How many of the ancestors of the last node are ancestors of name too. */
static unsigned depth_in_common(const struct lay *lay, struct name name)
{
	unsigned apex_labels = lay->build->zone->apex.labels;
	unsigned depth = (unsigned)(name.labels - apex_labels);
	unsigned common = name_common_labels(name, node_name(lay->levels[lay->depth])) - apex_labels;
	return common < depth ? common : depth - 1;
}

static int name_lay(struct lay *lay, struct name name, const struct owner_entry *entries, size_t count)
{
	uint64_t hashes[NAME_LABELS_MAX + 1];
	const struct zone *zone = lay->build->zone;
	unsigned depth = table_hashes(&zone->table, name.wire, (size_t)(name.size - zone->apex.size), hashes);
	unsigned above = depth > 0 ? depth_in_common(lay, name) + 1 : 0;
	lay->ref_count = 0;
	for (; above < depth; above++) {
		lay->name = name_strip(name, depth - above); /* an empty non-terminal */
		int err = level_lay(lay, above, hashes[above]);
		if (err != ERR_OK)
			return err;
	}
	int err = refs_gather(lay, entries, count, false);
	lay->name = name;
	return err == ERR_OK ? level_lay(lay, depth, hashes[depth]) : err;
}

/* RFC 5155 7.1: hashed owners are names of their own; they do not make a name exist. */
static int nsec3_lay(struct lay *lay, struct name name, const struct owner_entry *entries, size_t count)
{
	struct zone *zone = lay->build->zone;
	int err = refs_gather(lay, entries, count, true);
	if (err != ERR_OK || lay->ref_count == 0)
		return err;
	lay->name = name;
	lay->flags = NODE_NSEC3;
	lay->occluder_labels = 0;
	refs_sort(lay);
	refs_drop_duplicates(lay);
	groups_make(lay);
	lay_judge_rrsets(lay);
	struct zone_node *node;
	err = node_lay(lay, &node);
	if (err != ERR_OK)
		return err;
	node->order = (uint32_t)zone->nsec3_count;
	lay->build->nsec3[zone->nsec3_count++] = node;
	return ERR_OK;
}

static bool has_own_data(const struct lay *lay, const struct owner_entry *entries, size_t count)
{
	if (lay->build->builder->nsec3_count == 0)
		return count > 0;
	for (size_t i = 0; i < count; i++) {
		for (const struct raw_record *record = entries[i].owner->first; record != NULL; record = record->next) {
			if (!record_is_nsec3(record))
				return true;
		}
	}
	return false;
}

static int owner_lay(struct lay *lay, const struct owner_entry *entries, size_t count)
{
	struct name name = raw_owner_name(entries[0].owner);
	int err = ERR_OK;
	if (has_own_data(lay, entries, count))
		err = name_lay(lay, name, entries, count);
	if (err == ERR_OK && lay->build->builder->nsec3_count > 0)
		err = nsec3_lay(lay, name, entries, count);
	return err;
}

/* The apex comes first whatever there is: ancestors are looked for down to it. */
static int apex_ensure(struct lay *lay, struct name first, const struct owner_entry *entries, size_t count)
{
	struct name apex = lay->build->zone->apex;
	if (lay->build->zone->node_count > 0 || (first.size == apex.size && has_own_data(lay, entries, count)))
		return ERR_OK;
	return name_lay(lay, apex, NULL, 0);
}

/* Owners come in an order that memory does not have: an owner's list and first records lie behind it. */
static void owners_fetch(struct lay *lay, const struct owner_entry *entries, size_t end)
{
	for (; lay->fetched < end; lay->fetched++) {
		const char *owner = (const char *)entries[lay->fetched].owner;
		for (size_t line = 0; line < 3; line++)
			__builtin_prefetch(owner + line * 64);
	}
}

static int owners_lay(struct lay *lay, const struct owner_entry *entries)
{
	size_t count = lay->build->builder->owner_count;
	int err = count > 0 ? ERR_OK : apex_ensure(lay, name_root, NULL, 0);
	for (size_t start = 0, end; start < count && err == ERR_OK; start = end) {
		struct name name = raw_owner_name(entries[start].owner);
		owners_fetch(lay, entries, start + AHEAD < count ? start + AHEAD : count);
		for (end = start + 1; end < count; end++) {
			if (!name_equal(name, raw_owner_name(entries[end].owner)))
				break;
		}
		err = apex_ensure(lay, name, entries + start, end - start);
		if (err == ERR_OK)
			err = owner_lay(lay, entries + start, end - start);
	}
	return err;
}

int build_lay(struct build *build, const struct owner_entry *entries)
{
	struct lay *lay = calloc(1, sizeof(*lay));
	if (lay == NULL)
		return -ENOMEM;
	lay->build = build;
	int err = owners_lay(lay, entries);
	if (err == ERR_OK) {
		build->zone->apex_node = build->nodes[0];
		lay_judge_apex(build);
	}
	free(lay->refs);
	free(lay);
	return err;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "transfer/rebuild.h"

#include "transfer/record_set.h"
#include "transfer/zone_history.h"
#include "zone/builder.h"

#include <errno.h>

struct rebuild {
	struct zone_builder *builder;
	struct record_set *changes; /* of both sides; live: not met in the zone yet */
	uint16_t file;
	size_t removed; /* met */
};

static int changes_put(struct record_set *changes, const struct difference *difference, enum difference_side side)
{
	const struct zone_record *record;
	for (size_t i = 1; (record = difference_at(difference, side, i)) != NULL; i++) {
		bool is_new;
		struct record_entry *entry = record_set_put(changes, record, &is_new);
		if (!is_new)
			return ERR_MISMATCH;
		entry->side = side;
	}
	return ERR_OK;
}

/* What stays is kept, what is removed is counted; what is added must not be there. */
static int record_take(struct rebuild *rebuild, const struct zone_record *record)
{
	const struct record_entry *entry = record_set_find(rebuild->changes, record);
	if (entry != NULL && entry->side == DIFFERENCE_ADDED)
		return ERR_MISMATCH;
	rebuild->removed += entry != NULL;
	return entry != NULL ? ERR_OK
			     : zone_builder_add(rebuild->builder, record->owner, record->type, record->ttl,
						record->rdata, rebuild->file, 0);
}

static int node_take(struct rebuild *rebuild, const struct zone_node *node)
{
	int err = ERR_OK;
	const struct rrset *rrset = NULL;
	while (err == ERR_OK && (rrset = zone_node_rrset_next(node, rrset)) != NULL) {
		struct zone_record record = {.owner = zone_node_name(node), .type = rrset->type, .ttl = rrset->ttl};
		size_t position = 0;
		while (err == ERR_OK && rrset->type != RR_SOA && rrset_next(rrset, &position, &record.rdata))
			err = record_take(rebuild, &record);
	}
	return err;
}

static int before_take(struct rebuild *rebuild, const struct zone *before)
{
	int err = ERR_OK;
	const struct zone_node *node;
	for (node = zone_node_first(before); err == ERR_OK && node != NULL; node = zone_node_next(before, node))
		err = node_take(rebuild, node);
	for (node = zone_nsec3_first(before); err == ERR_OK && node != NULL; node = zone_nsec3_next(before, node))
		err = node_take(rebuild, node);
	return err;
}

static int added_take(struct rebuild *rebuild, const struct difference *difference)
{
	int err = ERR_OK;
	const struct zone_record *record;
	for (size_t i = 0; err == ERR_OK && (record = difference_at(difference, DIFFERENCE_ADDED, i)) != NULL; i++)
		err = zone_builder_add(rebuild->builder, record->owner, record->type, record->ttl, record->rdata,
				       rebuild->file, 0);
	return err;
}

static int rebuild_run(struct rebuild *rebuild, const struct zone *before, const struct difference *net)
{
	int err = changes_put(rebuild->changes, net, DIFFERENCE_REMOVED);
	if (err == ERR_OK)
		err = changes_put(rebuild->changes, net, DIFFERENCE_ADDED);
	if (err == ERR_OK)
		err = before_take(rebuild, before);
	if (err == ERR_OK && rebuild->removed != difference_count(net, DIFFERENCE_REMOVED) - 1)
		err = ERR_MISMATCH;
	return err == ERR_OK ? added_take(rebuild, net) : err;
}

static int rebuild_begin(struct rebuild *rebuild, const struct zone *before, const struct difference *net,
			 const char *primary)
{
	size_t most = difference_count(net, DIFFERENCE_REMOVED) + difference_count(net, DIFFERENCE_ADDED);
	int err = record_set_new(most, &rebuild->changes);
	if (err == ERR_OK)
		err = zone_builder_new(zone_apex(before), &rebuild->builder);
	return err == ERR_OK ? zone_builder_add_file(rebuild->builder, primary, &rebuild->file) : err;
}

int zone_rebuild(const struct zone *before, const struct difference *const *differences, size_t count,
		 const char *primary, struct finding_list *findings, struct zone **ret)
{
	struct rebuild rebuild = {0};
	struct difference *net;
	if (count == 0 || difference_serial(differences[0], DIFFERENCE_REMOVED) != zone_serial(before))
		return ERR_MISMATCH;
	int err = difference_condense(differences, count, &net);
	if (err != ERR_OK)
		return err;
	err = rebuild_begin(&rebuild, before, net, primary);
	if (err == ERR_OK)
		err = rebuild_run(&rebuild, before, net);
	if (err == ERR_OK)
		err = zone_builder_finish(rebuild.builder, findings, ret, NULL);
	else
		zone_builder_free(rebuild.builder);
	record_set_free(rebuild.changes);
	difference_free(net);
	return err;
}

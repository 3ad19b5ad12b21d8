/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/lint.h"

#include "dns/reverse.h"
#include "zone/lint/walk.h"

#include <stdio.h>
#include <stdlib.h>

/* --- What is given --- */

const struct lint_zone *lint_zone_of(const struct lint *lint, const struct zone *zone)
{
	if (zone == lint->zone)
		return lint->here;
	for (size_t i = 0; i < lint->input->zone_count; i++) {
		if (lint->input->zones[i].zone == zone)
			return &lint->input->zones[i];
	}
	return NULL;
}

const struct zone *lint_zone_for(const struct lint *lint, struct name name)
{
	if (lint->zones == NULL)
		return name_is_at_or_below(name, lint->apex) ? lint->zone : NULL;
	const struct zoneset_entry *entry = zoneset_find(lint->zones, name, false);
	if (entry == NULL)
		return NULL;
	/* Of two versions of one zone, the one under judgement is asked about its own names. */
	return name_equal(entry->apex, lint->apex) ? lint->zone : entry->zone;
}

struct place lint_place(const struct lint *lint, const struct zone *zone, const struct rrset *rrset, size_t index)
{
	const struct lint_zone *given = lint_zone_of(lint, zone);
	if (given == NULL || given->places == NULL || rrset == NULL)
		return (struct place){0};
	return zone_place(given->places, rrset, index);
}

/* --- What has been reported --- */

static size_t reported_slot(const struct reported *reported, enum finding_code code, const void *record)
{
	uint64_t mixed = ((uint64_t)(uintptr_t)record ^ ((uint64_t)code << 48)) * UINT64_C(0x9e3779b97f4a7c15);
	size_t slot = (size_t)(mixed >> 40) & (REPORTED_MAX - 1);
	while (reported->records[slot] != NULL &&
	       (reported->records[slot] != record || reported->codes[slot] != (uint16_t)code))
		slot = (slot + 1) & (REPORTED_MAX - 1);
	return slot;
}

bool lint_was_reported(const struct lint *lint, enum finding_code code, const void *record)
{
	return lint->reported != NULL && lint->reported->records[reported_slot(lint->reported, code, record)] != NULL;
}

bool lint_is_reported(struct lint *lint, enum finding_code code, const void *record)
{
	struct reported *reported = lint->reported;
	if (reported == NULL)
		return false;
	size_t slot = reported_slot(reported, code, record);
	if (reported->records[slot] != NULL)
		return true;
	if (reported->count < REPORTED_MAX / 2) { /* half empty: a search always ends soon */
		reported->records[slot] = record;
		reported->codes[slot] = (uint16_t)code;
		reported->count++;
	}
	return false;
}

/* --- The walk --- */

static void lint_walk(struct lint *lint)
{
	for (const struct zone_node *node = zone_node_first(lint->zone); node != NULL;
	     node = zone_node_next(lint->zone, node)) {
		if (zone_node_is_below_cut(node))
			continue; /* glue is judged with the delegation that it serves */
		const struct rrset *ns = zone_node_rrset(node, RR_NS);
		if (ns != NULL)
			lint_servers(lint, node, ns);
		if (lint->is_signed)
			lint_signatures(lint, node);
		if (!zone_node_is_cut(node))
			lint_names(lint, node);
	}
}

static bool zone_is_delegated_by(const struct zone *parent, struct name apex)
{
	const struct zone_node *node = zone_node_find(parent, apex);
	return node != NULL && zone_node_is_cut(node);
}

static void lint_relatives(struct lint *lint)
{
	lint->is_reverse = reverse_is_name(lint->apex, &lint->reverse_family, NULL);
	if (lint->zones == NULL || name_is_root(lint->apex))
		return;
	const struct zone *parent = lint_zone_for(lint, name_parent(lint->apex));
	lint->has_parent = parent != NULL && parent != lint->zone && zone_is_delegated_by(parent, lint->apex);
}

/* What all zones of one call share. */
struct shared {
	const struct lint_input *input;
	struct zoneset *zones;
	struct reported *reported;
	bool has_reverse;
};

static void lint_one(const struct shared *shared, size_t index, struct finding_list *findings)
{
	struct lint lint = {.input = shared->input,
			    .zones = shared->zones,
			    .reported = shared->reported,
			    .has_reverse = shared->has_reverse,
			    .findings = findings,
			    .here = &shared->input->zones[index],
			    .zone = shared->input->zones[index].zone};
	lint.apex = zone_apex(lint.zone);
	lint.denial = zone_denial(lint.zone);
	lint.is_signed = zone_is_signed(lint.zone);
	char name[NAME_TEXT_MAX];
	name_to_display(lint.apex, name);
	snprintf(lint.subject, sizeof(lint.subject), "zone %s", name);
	lint_relatives(&lint);
	lint_signed(&lint);
	lint_walk(&lint);
	lint_documentation(&lint);
}

static int entry_order(const void *left, const void *right)
{
	return name_compare(((const struct zoneset_entry *)left)->apex, ((const struct zoneset_entry *)right)->apex);
}

/* The given zones by apex; where two have the same one, either of them. NULL: one zone only, or no memory. */
static struct zoneset *zones_by_apex(const struct lint_input *input)
{
	struct zoneset_entry *entries = input->zone_count < 2 ? NULL : calloc(input->zone_count, sizeof(*entries));
	if (entries == NULL)
		return NULL;
	for (size_t i = 0; i < input->zone_count; i++)
		entries[i] =
			(struct zoneset_entry){.apex = zone_apex(input->zones[i].zone), .zone = input->zones[i].zone};
	qsort(entries, input->zone_count, sizeof(*entries), entry_order);
	size_t count = 1;
	for (size_t i = 1; i < input->zone_count; i++) {
		if (!name_equal(entries[i].apex, entries[count - 1].apex))
			entries[count++] = entries[i];
	}
	struct zoneset *set = NULL;
	if (zoneset_new(entries, count, &set) != ERR_OK)
		set = NULL;
	free(entries);
	return set;
}

static bool zones_have_reverse(const struct lint_input *input)
{
	for (size_t i = 0; i < input->zone_count; i++) {
		enum family family;
		if (reverse_is_name(zone_apex(input->zones[i].zone), &family, NULL))
			return true;
	}
	return false;
}

void zone_lint_each(const struct lint_input *input, struct finding_list *const *lists)
{
	struct shared shared = {.input = input,
				.zones = zones_by_apex(input),
				.reported = calloc(1, sizeof(*shared.reported)),
				.has_reverse = zones_have_reverse(input)};
	const struct finding_list *last = NULL;
	for (size_t i = 0; i < input->zone_count; i++) {
		if (lists[i] == NULL)
			continue;
		/* Another list has not heard of a shared server yet. */
		if (shared.reported != NULL && last != NULL && lists[i] != last)
			memset(shared.reported, 0, sizeof(*shared.reported));
		last = lists[i];
		lint_one(&shared, i, lists[i]);
	}
	free(shared.reported);
	zoneset_free(shared.zones);
}

/* One list for the zones from start on. */
static void lint_into(const struct lint_input *input, size_t start, size_t end, struct finding_list *findings)
{
	struct finding_list **lists = calloc(input->zone_count + 1, sizeof(*lists));
	for (size_t i = start; lists != NULL && i < end; i++)
		lists[i] = findings;
	if (lists != NULL)
		zone_lint_each(input, lists);
	free(lists);
}

void zone_lint(const struct lint_input *input, size_t index, struct finding_list *findings)
{
	lint_into(input, index, index + 1, findings);
}

void zone_lint_all(const struct lint_input *input, struct finding_list *findings)
{
	lint_into(input, 0, input->zone_count, findings);
}

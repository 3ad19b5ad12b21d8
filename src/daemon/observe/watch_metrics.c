/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/watch_metrics.h"

#include "base/clock.h"

static uint64_t number_of(const json_t *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(object, key));
	return number > 0 ? (uint64_t)number : 0;
}

static bool is_word(const json_t *object, const char *key, const char *word)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL && strcmp(text, word) == 0;
}

static bool sets_gather(const json_t *sets, struct metrics_facts *facts)
{
	size_t i, count = json_array_size(sets);
	json_t *set;
	facts->probes = arena_alloc_zeroed(facts->arena, (count + 1) * sizeof(*facts->probes), 16);
	if (facts->probes == NULL)
		return false;
	json_array_foreach(sets, i, set)
	{
		struct metrics_probes *row = &facts->probes[facts->probes_count];
		row->set = metrics_text_copy(facts, json_string_value(json_object_get(set, "set")));
		if (row->set == NULL)
			return false;
		row->rounds = number_of(set, "rounds");
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const json_t *side = json_object_get(json_object_get(set, "families"), family_text(family));
			row->is_seen[family] = is_word(side, "sight", "seen");
			row->probes[family] = number_of(side, "probes");
			row->failing[family] = number_of(side, "failing");
		}
		facts->probes_count++;
	}
	return true;
}

static bool delegations_gather(const json_t *zones, uint64_t now_s, struct metrics_facts *facts)
{
	size_t i, count = json_array_size(zones);
	json_t *zone;
	facts->delegations = arena_alloc_zeroed(facts->arena, (count + 1) * sizeof(*facts->delegations), 16);
	if (facts->delegations == NULL)
		return false;
	json_array_foreach(zones, i, zone)
	{
		struct metrics_delegation *row = &facts->delegations[facts->delegation_count];
		if (json_object_get(zone, "verdict") == NULL)
			continue; /* it was not audited yet */
		row->zone = metrics_text_copy(facts, json_string_value(json_object_get(zone, "zone")));
		if (row->zone == NULL)
			return false;
		row->audited_s = now_s - number_of(zone, "age_s");
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const json_t *side = json_object_get(zone, family_text(family));
			row->is_seen[family] = is_word(side, "resolvable", "yes") || is_word(side, "resolvable", "no");
			row->is_good[family] = is_word(side, "state", "good");
			row->servers_ok[family] = number_of(side, "servers_ok");
			row->servers = number_of(side, "servers");
		}
		facts->delegation_count++;
	}
	return true;
}

bool watch_metrics_gather(const struct watching *watching, struct metrics_facts *facts)
{
	json_t *state = watching_state(watching);
	bool is_good = state == NULL ||
		       (sets_gather(json_object_get(state, "sets"), facts) &&
			delegations_gather(json_object_get(state, "delegations"), clock_wall_us() / 1000000, facts));
	json_decref(state);
	return is_good;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/state.h"

#include "base/clock.h"
#include "daemon/recursion/recursion.h"
#include "dns/rdata.h"
#include "resolver/outcome.h"

static void record_add(json_t *lines, const struct rrset_view *set, const struct rrset *rrset)
{
	size_t position = 0;
	struct span rdata;
	char owner[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
	name_to_text(set->owner, owner);
	rrtype_to_text(rrset->type, type);
	while (rrset_next(rrset, &position, &rdata)) {
		struct text line = {0};
		text_addf(&line, "%s %u IN %s ", owner, rrset->ttl, type);
		rdata_to_text(rrset->type, rdata, &line);
		json_array_append_new(lines, json_string(text_string(&line)));
		text_free(&line);
	}
}

static json_t *records_json(struct span value)
{
	struct rrset_view sets[OUTCOME_SETS_MAX];
	struct outcome outcome;
	json_t *lines = json_array();
	outcome_read(value.data, sets, &outcome);
	for (size_t i = 0; i < outcome.set_count; i++) {
		record_add(lines, &sets[i], sets[i].rrset);
		if (sets[i].signatures != NULL)
			record_add(lines, &sets[i], sets[i].signatures);
	}
	return lines;
}

static json_t *entry_json(const struct cache_key *key, const struct cache_found *found, uint64_t now_us)
{
	char name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
	name_to_text(key->name, name);
	rrtype_to_text(key->type, type);
	json_int_t left_s = (json_int_t)(((int64_t)found->expires_us - (int64_t)now_us) / 1000000);
	json_int_t age_s = now_us > found->stored_us ? (json_int_t)((now_us - found->stored_us) / 1000000) : 0;
	json_t *row = json_pack("{s:s, s:s, s:s, s:I, s:I, s:i, s:I}", "kind", cache_kind_text(key->kind), "name", name,
	                        "type", type, "ttl_s", left_s, "age_s", age_s, "hits", (int)found->hits, "size",
	                        (json_int_t)found->value.size);
	if (key->kind == CACHE_OUTCOME)
		json_object_set_new(row, "text", records_json(found->value));
	return row;
}

json_t *recursion_dump_json(const struct service *service, uint64_t after, uint64_t *ret_next)
{
	json_t *rows = json_array();
	struct cache_key key;
	struct name_buffer buffer;
	struct cache_found found;
	uint64_t position = after, now_us = clock_monotonic_us();
	bool has_more = true;
	/* What the cache gives is borrowed as by a worker: until the end of the turn, which is this call. */
	snapshot_thread_start();
	while (json_array_size(rows) < CONTROL_DUMP_MAX &&
	       (has_more = cache_next(service->recursion->cache, &position, &key, &buffer, &found)))
		json_array_append_new(rows, entry_json(&key, &found, now_us));
	snapshot_thread_stop();
	*ret_next = has_more ? position : 0;
	return rows;
}

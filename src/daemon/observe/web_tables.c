/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/web_tables.h"

#include "base/clock.h"

/* --- Zones --- */

static json_t *time_json(uint64_t seconds)
{
	char text[CLOCK_TEXT_MAX];
	if (seconds == 0)
		return json_null();
	clock_text(seconds * 1000000, text);
	return json_string(text);
}

static json_t *servers_json(const json_t *audit, enum family family)
{
	const json_t *side = json_object_get(audit, family_text(family));
	if (side == NULL || json_object_get(audit, "audited") == NULL)
		return json_null();
	return json_pack("{s:O, s:O}", "ok", json_object_get(side, "usable"), "total", json_object_get(side, "total"));
}

static void audit_add(json_t *row, const json_t *audit)
{
	json_t *audited = json_object_get(audit, "audited");
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		json_object_set_new(row, family_text(family), servers_json(audit, family));
	json_object_set(row, "audited", audited != NULL ? audited : json_null());
}

static json_t *zone_json(const struct zone_slot *slot, const char *name)
{
	json_t *row = json_pack("{s:s, s:n, s:b, s:n}", "zone", name, "serial", "is_signed", 0, "expires");
	if (slot->loaded == NULL)
		return row;
	json_object_set_new(row, "serial", json_integer(zone_serial(slot->loaded->zone)));
	json_object_set_new(row, "is_signed", json_boolean(zone_is_signed(slot->loaded->zone)));
	json_object_set_new(row, "expires", time_json(slot->loaded->signed_until_s));
	return row;
}

/* NULL: it is not audited. */
static const json_t *audit_find(const json_t *audits, const char *zone)
{
	size_t i;
	json_t *audit;
	json_array_foreach(audits, i, audit)
	{
		const char *name = json_string_value(json_object_get(audit, "zone"));
		if (name != NULL && strcasecmp(name, zone) == 0)
			return audit;
	}
	return NULL;
}

static bool has_zone(const struct daemon *daemon, const char *zone)
{
	for (size_t i = 0; i < daemon->slots->count; i++) {
		char name[NAME_TEXT_MAX];
		name_to_display(daemon->slots->all[i].config->name, name);
		if (strcasecmp(name, zone) == 0)
			return true;
	}
	return false;
}

json_t *web_zones(const struct daemon *daemon)
{
	json_t *rows = json_array(), *state = watching_state(daemon->watching);
	json_t *audits = json_object_get(state, "delegations"), *audit;
	size_t i;
	for (i = 0; i < daemon->slots->count; i++) {
		char name[NAME_TEXT_MAX];
		name_to_display(daemon->slots->all[i].config->name, name);
		json_t *row = zone_json(&daemon->slots->all[i], name);
		audit_add(row, audit_find(audits, name));
		json_array_append_new(rows, row);
	}
	json_array_foreach(audits, i, audit) /* those that somebody else serves */
	{
		const char *name = json_string_value(json_object_get(audit, "zone"));
		if (name == NULL || has_zone(daemon, name))
			continue;
		json_t *row = json_pack("{s:s, s:n, s:b, s:n}", "zone", name, "serial", "is_signed",
					json_is_true(json_object_get(audit, "signed")), "expires");
		audit_add(row, audit);
		json_array_append_new(rows, row);
	}
	json_decref(state);
	return json_pack("{s:o}", "zones", rows);
}

/* --- Servers asked --- */

struct family_sum {
	uint64_t asked, timeouts, retries, rtts[TIME_BUCKET_COUNT], servers[SERVER_STATE_COUNT];
	bool is_down;
	const char *cause;
};

static void sum_add(struct family_sum *sum, const struct metrics_service *service, enum family family)
{
	const struct counters_family *row = &service->counters.families[family];
	enum family other = family == FAMILY_IPV6 ? FAMILY_IPV4 : FAMILY_IPV6;
	for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
		sum->asked += row->upstream_queries[transport];
		for (int next = 0; next < TRANSPORT_COUNT; next++)
			sum->retries += row->upstream_retries[transport][upstream_way((enum transport)next, other)];
	}
	sum->timeouts += row->upstream_timeouts;
	for (int i = 0; i < TIME_BUCKET_COUNT; i++)
		sum->rtts[i] += row->upstream_rtts[i];
	for (int i = 0; i < SERVER_STATE_COUNT; i++)
		sum->servers[i] += service->servers[family][i];
	sum->is_down = sum->is_down || service->is_down[family];
	sum->cause = service->causes[family] != NULL ? service->causes[family] : sum->cause;
}

static json_t *quantile_json(const struct family_sum *sum, double share)
{
	uint64_t us = time_buckets_quantile_us(sum->rtts, share);
	return us > 0 ? json_integer((json_int_t)us) : json_null();
}

static json_t *family_json(const struct family_sum *sum, enum family family)
{
	json_t *row = json_pack(
		"{s:s, s:b, s:I, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "family", family_text(family), "is_down",
		sum->is_down, "asked", (json_int_t)sum->asked, "p50_us", quantile_json(sum, 0.5), "p99_us",
		quantile_json(sum, 0.99), "timeouts", (json_int_t)sum->timeouts, "retries_from",
		(json_int_t)sum->retries, "up", (json_int_t)sum->servers[SERVER_UP], "lame",
		(json_int_t)sum->servers[SERVER_LAME], "timeout",
		(json_int_t)sum->servers[SERVER_TIMEOUT], "unknown", (json_int_t)sum->servers[SERVER_UNKNOWN]);
	if (sum->cause != NULL)
		json_object_set_new(row, "cause", json_string(sum->cause));
	return row;
}

json_t *web_upstream(const struct metrics_facts *facts)
{
	json_t *rows = json_array();
	bool has_resolver = false;
	for (size_t i = 0; i < facts->service_count; i++)
		has_resolver = has_resolver || facts->services[i].is_resolver;
	for (enum family family = FAMILY_IPV6; has_resolver && family < FAMILY_COUNT; family++) {
		struct family_sum sum = {0};
		for (size_t i = 0; i < facts->service_count; i++) {
			if (facts->services[i].is_resolver)
				sum_add(&sum, &facts->services[i], family);
		}
		json_array_append_new(rows, family_json(&sum, family));
	}
	return json_pack("{s:o}", "families", rows);
}

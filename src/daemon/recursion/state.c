/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/state.h"

#include "base/clock.h"
#include "daemon/recursion/drive.h"
#include "daemon/recursion/recursion.h"
#include "finding/finding.h"
#include "resolver/outcome.h"

#define PREFIXES_MAX 32

/* --- What the engines have under way --- */

struct gathering {
	const struct service *service;
	struct resolver_load load;
	struct exchange_load exchange;
	struct prefix_count prefixes[PREFIXES_MAX];
};

static void prefixes_gather(struct gathering *sum, const struct drive *drive)
{
	for (size_t i = 0; i < DRIVE_PREFIXES_MAX && drive->prefixes[i].prefix.length > 0; i++) {
		size_t at = 0;
		while (at < PREFIXES_MAX && sum->prefixes[at].prefix.length > 0 &&
		       !ip_prefix_equal(&sum->prefixes[at].prefix, &drive->prefixes[i].prefix))
			at++;
		if (at == PREFIXES_MAX)
			return;
		sum->prefixes[at].prefix = drive->prefixes[i].prefix;
		sum->prefixes[at].answers += drive->prefixes[i].answers;
	}
}

static void load_gather(struct worker *worker, void *argument)
{
	struct gathering *sum = argument;
	const struct drive *drive = drive_of(sum->service, worker);
	struct resolver_load load;
	if (drive == NULL)
		return;
	resolver_load(drive->engine, &load);
	sum->load.jobs += load.jobs;
	sum->load.clients += load.clients;
	sum->load.asks += load.asks;
	sum->load.memory += load.memory;
	prefixes_gather(sum, drive);
}

/* --- Parts --- */

static uint64_t cache_uses(const struct counters *counters, enum cache_use use)
{
	return counters->families[FAMILY_IPV6].caches[use] + counters->families[FAMILY_IPV4].caches[use];
}

json_t *recursion_cache_json(const struct service *service, const struct counters *counters)
{
	struct cache_stats stats;
	cache_stats(service->recursion->cache, &stats);
	json_t *entries = json_object();
	for (enum cache_kind kind = 0; kind < CACHE_KIND_COUNT; kind++)
		json_object_set_new(entries, cache_kind_text(kind), json_integer((json_int_t)stats.entries[kind]));
	return json_pack("{s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:I}", "budget", (json_int_t)stats.budget, "used",
	                 (json_int_t)stats.used, "entries", entries, "stores", (json_int_t)stats.stores, "evictions",
	                 (json_int_t)stats.evictions, "hits", (json_int_t)cache_uses(counters, CACHE_USE_HIT), "misses",
	                 (json_int_t)cache_uses(counters, CACHE_USE_MISS), "stale",
	                 (json_int_t)cache_uses(counters, CACHE_USE_STALE));
}

static json_t *families_json(const struct recursion *recursion, uint64_t now_us)
{
	json_t *families = json_array();
	for (enum reach_path path = REACH_IPV6; path < REACH_PATH_COUNT; path++) {
		struct reach_view view = reach_view(recursion->reach, path);
		uint64_t since_s = view.since_us != 0 && now_us > view.since_us ? (now_us - view.since_us) / 1000000 : 0;
		json_t *row = json_pack("{s:s, s:b, s:I, s:i, s:i}", "path", reach_path_text(path), "is_down",
		                        view.is_down, "since_s", (json_int_t)since_s, "replies", (int)view.replies,
		                        "silences", (int)view.silences);
		if (view.cause != REACH_CAUSE_NONE)
			json_object_set_new(row, "cause", json_string(reach_cause_text(view.cause)));
		json_array_append_new(families, row);
	}
	return families;
}

/* of the answers that came over UDP, how many had to be fetched over TCP. About 3-5 % is what others see. */
static json_t *tcp_share_json(const struct counters_family *row)
{
	uint64_t udp = row->upstream_queries[TRANSPORT_UDP], truncated = row->upstream_truncated;
	return json_real(udp > 0 ? (double)truncated / (double)udp : 0.0);
}

/* M-03: the same question once more, by which way after which. */
static void retries_add(json_t *retries, enum family family, const struct counters_family *row)
{
	for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
		json_t *to = json_object();
		for (unsigned way = 0; way < UPSTREAM_WAYS; way++)
			json_object_set_new(to, upstream_way_text(way),
			                    json_integer((json_int_t)row->upstream_retries[transport][way]));
		json_object_set_new(retries, upstream_way_text(upstream_way((enum transport)transport, family)), to);
	}
}

static json_t *rtts_json(const struct counters_family *row)
{
	json_t *buckets = json_object();
	for (size_t i = 0; i < TIME_BUCKET_COUNT; i++)
		json_object_set_new(buckets, time_bucket_text(i), json_integer((json_int_t)row->upstream_rtts[i]));
	return buckets;
}

/* Servers that something is known of, by the family of the address that is used. */
static json_t *servers_json(struct address_book *book, uint64_t now_us)
{
	static const char *const states[] = {"up", "unanswered", "silent", "lame"};
	uint64_t counts[FAMILY_COUNT][sizeof(states) / sizeof(states[0])] = {0};
	struct ip_endpoint server;
	struct address_facts facts;
	json_t *families = json_object();
	for (size_t position = 0; address_book_next(book, &position, now_us, &server, &facts);) {
		unsigned state = facts.silent_until_us > now_us ? 2 : facts.is_lame ? 3 : facts.has_answered ? 0 : 1;
		counts[server.addr.family][state]++;
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		json_t *row = json_object();
		for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
			json_object_set_new(row, states[i], json_integer((json_int_t)counts[family][i]));
		json_object_set_new(families, family_text(family), row);
	}
	return families;
}

static json_t *upstream_json(const struct counters *counters, const struct resolver_load *load)
{
	json_t *queries = json_object(), *timeouts = json_object(), *retries = json_object();
	json_t *truncated = json_object(), *shares = json_object(), *lacking = json_object(), *rtts = json_object();
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct counters_family *row = &counters->families[family];
		json_object_set_new(queries, family_text(family),
		                    json_pack("{s:I, s:I}", "udp", (json_int_t)row->upstream_queries[TRANSPORT_UDP],
		                              "tcp", (json_int_t)row->upstream_queries[TRANSPORT_TCP]));
		json_object_set_new(timeouts, family_text(family), json_integer((json_int_t)row->upstream_timeouts));
		json_object_set_new(truncated, family_text(family), json_integer((json_int_t)row->upstream_truncated));
		json_object_set_new(shares, family_text(family), tcp_share_json(row));
		json_object_set_new(lacking, family_text(family), json_integer((json_int_t)row->zones_lacking));
		retries_add(retries, family, row);
		json_object_set_new(rtts, family_text(family), rtts_json(row));
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "jobs", (json_int_t)load->jobs,
	                 "clients", (json_int_t)load->clients, "asks", (json_int_t)load->asks, "memory",
	                 (json_int_t)load->memory,
	                 "queries", queries, "truncated", truncated, "tcp_share", shares, "timeouts", timeouts,
	                 "retries", retries, "zones_lacking", lacking, "rtts_us", rtts);
}

static uint64_t validations(const struct counters *counters, int group, uint8_t security)
{
	return counters->families[FAMILY_IPV6].validations[group][security] +
	       counters->families[FAMILY_IPV4].validations[group][security];
}

/* By result; *ret_groups: by group of types. */
static json_t *validations_json(const struct counters *counters, json_t **ret_groups)
{
	json_t *object = json_object(), *groups = json_object();
	for (int group = 0; group < QTYPE_GROUP_COUNT; group++)
		json_object_set_new(groups, qtype_group_text((enum qtype_group)group), json_object());
	for (uint8_t security = SECURITY_SECURE; security < SECURITY_COUNT; security++) {
		uint64_t sum = 0;
		for (int group = 0; group < QTYPE_GROUP_COUNT; group++) {
			uint64_t one = validations(counters, group, security);
			json_object_set_new(json_object_get(groups, qtype_group_text((enum qtype_group)group)),
			                    security_value_text(security), json_integer((json_int_t)one));
			sum += one;
		}
		json_object_set_new(object, security_value_text(security), json_integer((json_int_t)sum));
	}
	*ret_groups = groups;
	return object;
}

static json_t *origins_json(const struct counters *counters)
{
	json_t *object = json_object();
	for (int origin = AAAA_NATIVE; origin < AAAA_ORIGIN_COUNT; origin++)
		json_object_set_new(object, aaaa_origin_text((enum aaaa_origin)origin),
		                    json_integer((json_int_t)(counters->families[FAMILY_IPV6].aaaa[origin] +
		                                              counters->families[FAMILY_IPV4].aaaa[origin])));
	return object;
}

static json_t *prefix_answers_json(const struct gathering *gathering)
{
	json_t *object = json_object();
	for (size_t i = 0; i < PREFIXES_MAX && gathering->prefixes[i].prefix.length > 0; i++) {
		char text[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&gathering->prefixes[i].prefix, text);
		json_object_set_new(object, text, json_integer((json_int_t)gathering->prefixes[i].answers));
	}
	return object;
}

/* --- NAT64 prefixes --- */

static bool is_in_use(const struct pref64_table *table, const struct ip_prefix *prefix, uint64_t now_us)
{
	struct ip_prefix in_use[PREF64_MAX];
	size_t count = pref64_table_in_use(table, now_us, in_use, PREF64_MAX);
	for (size_t i = 0; i < count; i++) {
		if (ip_prefix_equal(&in_use[i], prefix))
			return true;
	}
	return false;
}

static void prefix_add(json_t *rows, const char *used_for, const struct pref64 *prefix, bool is_used, uint64_t now_us)
{
	char text[IP_PREFIX_TEXT_MAX];
	ip_prefix_to_text(&prefix->prefix, text);
	json_t *row = json_pack("{s:s, s:s, s:s, s:b}", "prefix", text, "source", pref64_source_text(prefix->source),
	                        "used_for", used_for, "is_in_use", is_used);
	if (prefix->source == PREF64_RA) {
		char router[IP_ADDR_TEXT_MAX];
		ip_addr_to_text(&prefix->router, router);
		json_object_set_new(row, "router", json_string(router));
	}
	if (prefix->ends_us != UINT64_MAX)
		json_object_set_new(row, "ends_s", json_integer(prefix->ends_us > now_us
		                                                        ? (json_int_t)((prefix->ends_us - now_us) / 1000000)
		                                                        : 0));
	json_array_append_new(rows, row);
}

static void table_add(json_t *rows, const char *used_for, const struct pref64_table *table, uint64_t now_us)
{
	struct pref64 all[PREF64_MAX];
	size_t count = pref64_table_all(table, all, PREF64_MAX);
	for (size_t i = 0; i < count; i++)
		prefix_add(rows, used_for, &all[i], is_in_use(table, &all[i].prefix, now_us), now_us);
}

static json_t *pref64_json(const struct recursion *recursion, const struct config_resolver *config, uint64_t now_us)
{
	json_t *rows = json_array();
	table_add(rows, "upstream-nat64", recursion->nat64, now_us);
	for (size_t i = 0; config->has_dns64 && i < config->dns64.prefix.rule_count; i++) {
		const struct pref64 fixed = {.prefix = config->dns64.prefix.rules[i].prefix, .ends_us = UINT64_MAX};
		prefix_add(rows, "dns64", &fixed, true, now_us);
	}
	table_add(rows, "dns64", recursion->learned, now_us);
	return rows;
}

/* --- Fallback resolvers: R-08 --- */

static json_t *fallbacks_json(const struct recursion *recursion, uint64_t now_us)
{
	struct fallback_view views[FALLBACKS_MAX];
	size_t count = fallbacks_all(recursion->fallbacks, views);
	json_t *rows = json_array();
	for (size_t i = 0; i < count; i++) {
		char server[IP_ENDPOINT_TEXT_MAX];
		ip_endpoint_to_text(&views[i].server, server);
		json_t *row = json_pack("{s:s, s:s, s:b}", "server", server, "ability",
		                        fallback_ability_text(views[i].ability), "is_used", views[i].is_used);
		json_int_t passed_s = (json_int_t)((now_us - views[i].probed_us) / 1000000);
		if (views[i].probed_us != 0)
			json_object_set_new(row, "probed_s", json_integer(passed_s));
		if (!views[i].is_used)
			json_object_set_new(row, "code",
			                    json_string(finding_row(FINDING_RESOLVER_FALLBACK_SINGLE)->code));
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *negative_anchors_json(const struct config_resolver *config)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < config->negative_anchors.count; i++) {
		char text[NAME_TEXT_MAX];
		name_to_text(config->negative_anchors.items[i], text);
		json_array_append_new(rows, json_string(text));
	}
	return rows;
}

void recursion_state_add(const struct daemon *daemon, size_t service_index, const struct counters *counters,
                         json_t *row)
{
	const struct service *service = daemon->services[service_index];
	const struct config_resolver *config = &daemon->settings->config->services[service_index].resolver;
	struct gathering gathering = {.service = service};
	uint64_t now_us = clock_monotonic_us();
	for (size_t i = 0; i < daemon->worker_count && !daemon->is_stopping; i++)
		worker_call(daemon->workers[i], load_gather, &gathering);
	json_object_set_new(row, "cache", recursion_cache_json(service, counters));
	json_object_set_new(row, "families", families_json(service->recursion, now_us));
	json_object_set_new(row, "upstream", upstream_json(counters, &gathering.load));
	json_object_set_new(json_object_get(row, "upstream"), "servers", servers_json(service->recursion->book, now_us));
	json_t *groups;
	json_object_set_new(row, "validations", validations_json(counters, &groups));
	json_object_set_new(row, "validations_by_type", groups);
	json_object_set_new(row, "aaaa", origins_json(counters));
	json_object_set_new(row, "dns64_prefixes", prefix_answers_json(&gathering));
	json_object_set_new(row, "pref64", pref64_json(service->recursion, config, now_us));
	json_object_set_new(row, "fallback", fallbacks_json(service->recursion, now_us));
	json_object_set_new(row, "anchors", trust_json(service->recursion->trust));
	json_object_set_new(row, "negative_anchors", negative_anchors_json(config));
}

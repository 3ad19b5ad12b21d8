/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/setup.h"

#include "tests/sim/setup_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#define WALL_DEFAULT_S 1500000000
#define LATENCY_DEFAULT_MS 10

typedef int making_row(struct making *making, const char *value);

/* --- Zones --- */

static int zone_server(struct making *making, const char *value, bool is_forward)
{
	struct setup *setup = making->setup;
	struct resolver_policy *policy = &setup->policy;
	size_t i = 0;
	while (i < policy->zone_count && !name_equal(setup->zones[i].zone, making->zone))
		i++;
	if (i == SETUP_ZONES_MAX)
		return setup_bad(making, "too many zones");
	if (i == policy->zone_count) {
		policy->zone_count++;
		setup->zones[i] = (struct policy_zone){
			.zone = making->zone, .is_forward = is_forward, .servers = setup->zone_servers[i]};
	}
	return setup_server_add(making, value, setup->zone_servers[i], &setup->zones[i].server_count);
}

static int row_name(struct making *making, const char *value)
{
	making->is_zone_named = true;
	return setup_name_of_text(making, value, &making->zone);
}

static int row_block(struct making *making, const char *value)
{
	making->zone = name_root;
	making->is_zone_named = false;
	return ERR_OK;
}

/* The root hints hold it; below "name:" of another zone it is a stub zone's server. */
static int row_stub_addr(struct making *making, const char *value)
{
	if (making->is_zone_named && !name_is_root(making->zone))
		return zone_server(making, value, false);
	struct resolver_policy *policy = &making->setup->policy;
	int err = setup_server_add(making, value, making->setup->hints, &policy->hint_count);
	if (err == ERR_OK)
		making->setup->hints[policy->hint_count - 1].name = making->hint_name;
	return err;
}

static int row_stub_name(struct making *making, const char *value)
{
	int err = setup_name_of_text(making, value, &making->hint_name);
	for (size_t i = 0; err == ERR_OK && i < making->setup->policy.hint_count; i++)
		making->setup->hints[i].name = making->hint_name;
	return err;
}

static int row_forward_addr(struct making *making, const char *value)
{
	return zone_server(making, value, true);
}

static int row_first(struct making *making, const char *value)
{
	struct setup *setup = making->setup;
	bool is_first;
	int err = setup_flag_of(making, value, &is_first);
	for (size_t i = 0; err == ERR_OK && i < setup->policy.zone_count; i++) {
		if (name_equal(setup->zones[i].zone, making->zone))
			setup->zones[i].is_first = is_first;
	}
	return err;
}

static int row_fallback(struct making *making, const char *value)
{
	return setup_server_add(making, value, making->setup->fallback, &making->setup->policy.fallback_count);
}

static int row_fallback_single(struct making *making, const char *value)
{
	making->setup->is_single[making->setup->policy.fallback_count % SETUP_SERVERS_MAX] = true;
	return row_fallback(making, value);
}

/* --- Trust and time --- */

static int row_trust_anchor(struct making *making, const char *value)
{
	size_t size = strcspn(value, ";");
	int err = anchors_add_text(making->setup->anchors, span_of(value, size));
	return err == ERR_OK ? ERR_OK : setup_bad(making, err_text(err));
}

static int row_domain_insecure(struct making *making, const char *value)
{
	struct name owner;
	int err = setup_name_of_text(making, value, &owner);
	return err == ERR_OK ? anchors_add_negative(making->setup->anchors, owner) : err;
}

static int row_override_date(struct making *making, const char *value)
{
	struct tm tm = {0};
	if (strlen(value) == 14 && strspn(value, "0123456789") == 14) {
		if (strptime(value, "%Y%m%d%H%M%S", &tm) == NULL)
			return setup_bad(making, "not a date");
		making->setup->wall_s = (uint64_t)timegm(&tm);
		return ERR_OK;
	}
	char *end;
	making->setup->wall_s = strtoull(value, &end, 10);
	return *value != '\0' && *end == '\0' ? ERR_OK : setup_bad(making, "not a date");
}

/* --- DNS64 --- */

/* "PREFIX [RANGE]"; a prefix without a length is a /96. */
static int row_dns64(struct making *making, const char *value)
{
	struct setup *setup = making->setup;
	struct dns64_rule *rule = &setup->rules[setup->dns64.rule_count];
	char prefix[IP_PREFIX_TEXT_MAX + 4], range[IP_PREFIX_TEXT_MAX] = "0.0.0.0/0";
	if (setup->dns64.rule_count == SETUP_PREFIXES_MAX || sscanf(value, "%67s %67s", prefix, range) < 1)
		return setup_bad(making, "not a prefix");
	if (strchr(prefix, '/') == NULL)
		strcat(prefix, "/96");
	if (ip_prefix_from_text(prefix, &rule->prefix) != ERR_OK || ip_prefix_from_text(range, &rule->range) != ERR_OK)
		return setup_bad(making, "not a prefix");
	setup->dns64.rule_count++;
	setup->policy.dns64 = &setup->dns64;
	return ERR_OK;
}

static int row_dns64_error(struct making *making, const char *value)
{
	bool is_on;
	int err = setup_flag_of(making, value, &is_on);
	making->setup->dns64.synthesize_on = is_on ? DNS64_ON_NODATA_OR_ERROR : DNS64_ON_NODATA;
	return err;
}

static int row_dns64_all(struct making *making, const char *value)
{
	return setup_flag_of(making, value, &making->setup->dns64.is_all_synthesized);
}

static int row_exclude_aaaa(struct making *making, const char *value)
{
	return setup_prefix_add(making, value, making->setup->exclude_aaaa, &making->setup->dns64.exclude_aaaa_count);
}

static int row_exclude_a(struct making *making, const char *value)
{
	return setup_prefix_add(making, value, making->setup->exclude_a, &making->setup->dns64.exclude_a_count);
}

static int row_dns64_client(struct making *making, const char *value)
{
	return setup_prefix_add(making, value, making->setup->dns64_clients, &making->setup->dns64.client_count);
}

static int row_nat64(struct making *making, const char *value)
{
	struct setup *setup = making->setup;
	struct pref64 pref64 = {.source = PREF64_STATIC, .ends_us = UINT64_MAX};
	enum pref64_change change;
	if (setup->pref64 == NULL && (setup->pref64 = pref64_table_new()) == NULL)
		abort();
	if (ip_prefix_from_text(value, &pref64.prefix) != ERR_OK ||
	    pref64_table_learn(setup->pref64, &pref64, UINT32_MAX, 0, &change) != ERR_OK)
		return setup_bad(making, "not a NAT64 prefix");
	setup->policy.is_nat64_on = true;
	setup->policy.pref64 = setup->pref64;
	return ERR_OK;
}

/* --- Features of knot-resolver that the format carries: "name = value; name = value" --- */

static int row_host(struct making *making, const char *name, const char *address)
{
	struct setup *setup = making->setup;
	size_t i = setup->policy.host_count;
	if (i == SETUP_HOSTS_MAX || ip_addr_from_text(address, &setup->host_addrs[i]) != ERR_OK)
		return setup_bad(making, "not an address");
	setup->hosts[i] = (struct policy_host){.addrs = &setup->host_addrs[i], .addr_count = 1};
	setup->policy.host_count++;
	return setup_name_of_text(making, name, &setup->hosts[i].name);
}

static int feature(struct making *making, char *name, const char *value)
{
	struct resolver_policy *policy = &making->setup->policy;
	if (strcmp(name, "dns64_prefix") == 0)
		return row_dns64(making, value);
	if (strcmp(name, "min_ttl") == 0)
		return setup_number_of(making, value, &policy->ttl_least_s);
	if (strcmp(name, "max_ttl") == 0) {
		int err = setup_number_of(making, value, &policy->ttl_most_s);
		if (err == ERR_OK && policy->negative_ttl_most_s > policy->ttl_most_s)
			policy->negative_ttl_most_s = policy->ttl_most_s;
		return err;
	}
	if (strcmp(name, "static_hint_name") == 0) {
		making->host = value;
		return ERR_OK;
	}
	if (strcmp(name, "static_hint_addr") == 0)
		return row_host(making, making->host == NULL ? "." : making->host, value);
	return ERR_OK; /* another server's, as an unknown key */
}

static char *trimmed(char *text)
{
	text += strspn(text, " \t\r\"'");
	size_t size = strlen(text);
	while (size > 0 && strchr(" \t\r\"'", text[size - 1]) != NULL)
		text[--size] = '\0';
	return text;
}

static int row_features(struct making *making, const char *value)
{
	char *copy = arena_text(making->scenario->arena, value, strlen(value)), *save = NULL;
	for (char *part = strtok_r(copy, ";", &save); part != NULL; part = strtok_r(NULL, ";", &save)) {
		char *equals = strchr(part, '=');
		if (equals == NULL)
			continue;
		*equals = '\0';
		int err = feature(making, trimmed(part), trimmed(equals + 1));
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

/* --- Plain fields of the policy --- */

static int row_minimise(struct making *making, const char *value)
{
	if (strcasecmp(value, "strict") == 0) {
		making->setup->policy.minimise = MINIMISE_STRICT;
		return ERR_OK;
	}
	bool is_on;
	int err = setup_flag_of(making, value, &is_on);
	making->setup->policy.minimise = err == ERR_OK && is_on ? MINIMISE_RELAXED : MINIMISE_OFF;
	return err;
}

static int row_validation(struct making *making, const char *value)
{
	static const char *const texts[] = {"off", "log", "on"};
	for (enum policy_validation i = VALIDATION_OFF; i <= VALIDATION_ON; i++) {
		if (strcmp(value, texts[i]) == 0) {
			making->setup->policy.validation = i;
			return ERR_OK;
		}
	}
	return setup_bad(making, "off, log or on");
}

static int row_no_route(struct making *making, const char *value)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (strcmp(value, family_text(family)) == 0) {
			making->setup->has_no_route[family] = true;
			return ERR_OK;
		}
	}
	return setup_bad(making, "ipv6 or ipv4");
}

static int row_localhost(struct making *making, const char *value)
{
	static const char *const prefixes[] = {"::1/128", "127.0.0.0/8"};
	struct setup *setup = making->setup;
	bool is_on;
	int err = setup_flag_of(making, value, &is_on);
	setup->policy.do_not_query_count = 0;
	for (size_t i = 0; err == ERR_OK && is_on && i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		err = setup_prefix_add(making, prefixes[i], setup->do_not_query, &setup->policy.do_not_query_count);
	return err;
}

static int row_address(struct making *making, const char *value)
{
	return setup_prefix_add(making, value, making->setup->do_not_query, &making->setup->policy.do_not_query_count);
}

static int row_seed(struct making *making, const char *value)
{
	uint32_t seed;
	int err = setup_number_of(making, value, &seed);
	if (err == ERR_OK)
		store_u32(making->setup->seed, seed);
	return err;
}

enum field { FIELD_FLAG, FIELD_SIZE, FIELD_NUMBER };
static const struct {
	const char *key;
	enum field field;
	size_t offset;
} fields[] = {
#define FIELD(key, kind, member)                                                                                       \
	{                                                                                                              \
		key, kind, offsetof(struct setup, member)                                                              \
	}
	FIELD("do-ip6", FIELD_FLAG, policy.has_family[FAMILY_IPV6]),
	FIELD("do-ip4", FIELD_FLAG, policy.has_family[FAMILY_IPV4]),
	FIELD("harden-glue", FIELD_FLAG, policy.is_glue_hardened),
	FIELD("force-ipv6", FIELD_FLAG, is_ipv6_client),
	FIELD("sextant-latency", FIELD_NUMBER, latency_ms),
	FIELD("sextant-prefers-ipv4", FIELD_FLAG, policy.prefers_ipv4),
	FIELD("sextant-case-mixed", FIELD_FLAG, policy.is_case_mixed),
	FIELD("sextant-speculative", FIELD_FLAG, policy.is_speculative),
	FIELD("sextant-primed", FIELD_FLAG, policy.is_primed),
	FIELD("sextant-prefetch", FIELD_FLAG, policy.is_prefetch_on),
	FIELD("sextant-serve-stale", FIELD_FLAG, policy.is_serve_stale_on),
	FIELD("sextant-stale-most", FIELD_NUMBER, policy.stale_most_s),
	FIELD("sextant-stale-wait", FIELD_NUMBER, policy.stale_wait_ms),
	FIELD("sextant-aggressive", FIELD_FLAG, policy.is_aggressive),
	FIELD("sextant-minimal", FIELD_FLAG, policy.is_minimal),
	FIELD("sextant-cookies", FIELD_FLAG, policy.is_cookie_on),
	FIELD("sextant-tcp-only", FIELD_FLAG, policy.is_tcp_only),
	FIELD("sextant-local-zones", FIELD_FLAG, policy.has_local_zones),
	FIELD("sextant-udp-size", FIELD_SIZE, policy.udp_size),
	FIELD("sextant-upstream-udp-size", FIELD_SIZE, policy.upstream_udp_size),
	FIELD("sextant-negative-ttl-most", FIELD_NUMBER, policy.negative_ttl_most_s),
	FIELD("sextant-anchor-signalled", FIELD_FLAG, policy.is_anchor_signalled),
	FIELD("sextant-dns64-ede", FIELD_FLAG, dns64.is_ede_on),
#undef FIELD
};

static const struct {
	const char *key;
	making_row *make;
} rows[] = {
	{"stub-zone", row_block},
	{"forward-zone", row_block},
	{"server", row_block},
	{"name", row_name},
	{"stub-addr", row_stub_addr},
	{"stub-name", row_stub_name},
	{"stub-first", row_first},
	{"forward-addr", row_forward_addr},
	{"forward-first", row_first},
	{"trust-anchor", row_trust_anchor},
	{"domain-insecure", row_domain_insecure},
	{"val-override-date", row_override_date},
	{"val-override-timestamp", row_override_date},
	{"query-minimization", row_minimise},
	{"do-not-query-localhost", row_localhost},
	{"do-not-query-address", row_address},
	{"features", row_features},
	{"sextant-dns64", row_dns64},
	{"sextant-dns64-on-error", row_dns64_error},
	{"sextant-dns64-all", row_dns64_all},
	{"sextant-dns64-exclude-aaaa", row_exclude_aaaa},
	{"sextant-dns64-exclude-a", row_exclude_a},
	{"sextant-dns64-client", row_dns64_client},
	{"sextant-nat64", row_nat64},
	{"sextant-fallback", row_fallback},
	{"sextant-fallback-single", row_fallback_single},
	{"sextant-validation", row_validation},
	{"sextant-no-route", row_no_route},
	{"sextant-seed", row_seed},
};

/* --- All --- */

static int field_set(struct making *making, size_t index)
{
	uint8_t *at = (uint8_t *)making->setup + fields[index].offset;
	switch (fields[index].field) {
	case FIELD_FLAG:
		return setup_flag_of(making, making->line->value, (bool *)at);
	case FIELD_SIZE:
		return setup_size_of(making, making->line->value, (uint16_t *)(void *)at);
	case FIELD_NUMBER:
		return setup_number_of(making, making->line->value, (uint32_t *)(void *)at);
	}
	return ERR_OK;
}

static int line_take(struct making *making)
{
	const char *key = making->line->key;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].key, key) == 0)
			return rows[i].make(making, making->line->value);
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(fields[i].key, key) == 0)
			return field_set(making, i);
	}
	return strncmp(key, "sextant-", 8) == 0 ? setup_bad(making, "no such key of ours") : ERR_OK;
}

/*
 * What scenarios expect of a resolver. Minimal answers: where CHECK_ANSWER compares all sections, a positive answer has
 * neither NS nor addresses beside it. No local zones: scenarios use names like test. and 10.in-addr.arpa. as they like.
 * Signatures in the scenarios are often of algorithms with SHA-1.
 */
static void policy_start(struct setup *setup)
{
	setup->policy = (struct resolver_policy){
		.service = "scenario",
		.allow = setup->allow,
		.allow_count = FAMILY_COUNT,
		.udp_size = 4096,
		.is_minimal = true,
		.tcp_idle_timeout_ds = 100,
		.has_family = {true, true},
		.port = 53,
		.upstream_udp_size = 4096,
		.minimise = MINIMISE_RELAXED,
		.is_glue_hardened = true,
		.is_speculative = true,
		.is_primed = true,
		.do_not_query = setup->do_not_query,
		.hints = setup->hints,
		.zones = setup->zones,
		.hosts = setup->hosts,
		.fallback = setup->fallback,
		.node_id = "scenario",
		.ttl_most_s = 86400,
		.negative_ttl_most_s = 10800,
		.stale_most_s = 86400,
		.stale_ttl_s = 30,
		.stale_wait_ms = 1800,
		.is_aggressive = true,
		.validation = VALIDATION_ON,
		.anchors = setup->anchors,
		.is_sha1_accepted = true,
		.is_sentinel_on = true,
	};
	setup->allow[FAMILY_IPV6] = (struct ip_prefix){.addr = {.family = FAMILY_IPV6}};
	setup->allow[FAMILY_IPV4] = (struct ip_prefix){.addr = {.family = FAMILY_IPV4}};
	setup->dns64 = (struct dns64){.rules = setup->rules,
				      .clients = setup->dns64_clients,
				      .exclude_aaaa = setup->exclude_aaaa,
				      .exclude_a = setup->exclude_a};
}

int setup_make(struct scenario *scenario, struct setup **ret, char why[SCENARIO_WHY_MAX])
{
	struct setup *setup = calloc(1, sizeof(*setup));
	struct config_line defaults = {.key = "defaults", .value = ""};
	struct making making = {.scenario = scenario,
				.setup = setup,
				.line = &defaults,
				.zone = name_root,
				.hint_name = name_root,
				.why = why};
	if (setup == NULL || (setup->anchors = anchors_new()) == NULL)
		abort();
	policy_start(setup);
	setup->wall_s = WALL_DEFAULT_S;
	setup->latency_ms = LATENCY_DEFAULT_MS;
	int err = row_localhost(&making, "yes");
	if (err == ERR_OK)
		err = row_exclude_aaaa(&making, "::ffff:0:0/96"); /* RFC 6147 5.1.4 */
	for (making.line = scenario->config; making.line != NULL && err == ERR_OK; making.line = making.line->next)
		err = line_take(&making);
	if (err != ERR_OK)
		setup_free(setup);
	else
		*ret = setup;
	return err;
}

void setup_free(struct setup *setup)
{
	if (setup == NULL)
		return;
	anchors_free(setup->anchors);
	pref64_table_free(setup->pref64);
	free(setup);
}

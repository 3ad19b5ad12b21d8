/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/prefixes.h"

/* The two uses of prefixes, and what the configuration says of each. */
struct use {
	const char *name;
	struct pref64_table *table;
	const struct config_pref64 *config; /* NULL: off */
	bool has_static;                    /* the table holds what is written down, too */
};

enum { USE_NAT64, USE_DNS64, USE_COUNT };

static void uses_of(const struct recursion *recursion, const struct config_service *service, struct use ret[USE_COUNT])
{
	const struct config_resolver *config = &service->resolver;
	ret[USE_NAT64] = (struct use){.name = "upstream-nat64",
	                              .table = recursion->nat64,
	                              .config = config->is_nat64_on ? &config->nat64 : NULL,
	                              .has_static = true};
	ret[USE_DNS64] = (struct use){.name = "dns64",
	                              .table = recursion->learned,
	                              .config = config->has_dns64 ? &config->dns64.prefix : NULL};
}

static bool is_source_wanted(const struct use *use, enum pref64_source source)
{
	if (use->config == NULL)
		return false;
	return (source == PREF64_RA && use->config->is_from_ra) ||
	       (source == PREF64_RFC7050 && use->config->is_from_dns);
}

static bool is_wanted(const struct use *use, const struct pref64 *prefix)
{
	if (prefix->source != PREF64_STATIC)
		return is_source_wanted(use, prefix->source);
	for (size_t i = 0; use->has_static && use->config != NULL && i < use->config->rule_count; i++) {
		if (ip_prefix_equal(&use->config->rules[i].prefix, &prefix->prefix))
			return true;
	}
	return false;
}

/* --- The log --- */

static void change_log(const struct recursion *recursion, const char *use, const struct pref64 *prefix,
                       enum pref64_change change)
{
	static const struct {
		enum log_level level;
		const char *state, *text;
	} rows[] = {
		[PREF64_ADDED] = {LOG_LEVEL_NOTICE, "added", "is known from now on"},
		[PREF64_REMOVED] = {LOG_LEVEL_NOTICE, "removed", "is gone: its time is over, or it was withdrawn"},
		[PREF64_CONFLICT] = {LOG_LEVEL_WARNING, "conflict",
	                             "is not what others say: static ones count before router advertisements, those before "
	                             "RFC 7050; routers that do not agree are a mistake, or an attack"},
	};
	if (change == PREF64_SAME)
		return;
	char text[IP_PREFIX_TEXT_MAX], router[IP_ADDR_TEXT_MAX] = "";
	ip_prefix_to_text(&prefix->prefix, text);
	if (prefix->source == PREF64_RA)
		ip_addr_to_text(&prefix->router, router);
	const struct log_field fields[] = {{.key = "service", .text = recursion->service},
	                                   {.key = "prefix", .text = text},
	                                   {.key = "state", .text = rows[change].state},
	                                   {.key = "source", .text = pref64_source_text(prefix->source)},
	                                   {.key = "used_for", .text = use},
	                                   {.key = "router", .text = router}};
	log_line(recursion->log, rows[change].level, "pref64", fields, router[0] != '\0' ? 6 : 5, "NAT64 prefix %s %s",
	         text, rows[change].text);
}

static void learn(const struct recursion *recursion, const struct use *use, const struct pref64 *prefix,
                  uint32_t lifetime_s, uint64_t now_us)
{
	enum pref64_change change;
	int rc = pref64_table_learn(use->table, prefix, lifetime_s, now_us, &change);
	if (rc == ERR_OK) {
		change_log(recursion, use->name, prefix, change);
		return;
	}
	char text[IP_PREFIX_TEXT_MAX];
	ip_prefix_to_text(&prefix->prefix, text);
	const struct log_field fields[] = {{.key = "service", .text = recursion->service},
	                                   {.key = "prefix", .text = text},
	                                   {.key = "source", .text = pref64_source_text(prefix->source)}};
	log_line(recursion->log, LOG_LEVEL_WARNING, "pref64", fields, 3, "NAT64 prefix %s cannot be used: %s", text,
	         err_text(rc));
}

/* --- What happens to them --- */

void prefixes_apply(struct recursion *recursion, const struct config_service *service, uint64_t now_us)
{
	struct use uses[USE_COUNT];
	uses_of(recursion, service, uses);
	for (size_t u = 0; u < USE_COUNT; u++) {
		const struct use *use = &uses[u];
		struct pref64 all[PREF64_MAX];
		size_t count = pref64_table_all(use->table, all, PREF64_MAX);
		for (size_t i = 0; i < count; i++) {
			if (!is_wanted(use, &all[i]))
				learn(recursion, use, &all[i], 0, now_us);
		}
		for (size_t i = 0; use->has_static && use->config != NULL && i < use->config->rule_count; i++) {
			const struct pref64 fixed = {.prefix = use->config->rules[i].prefix, .source = PREF64_STATIC};
			learn(recursion, use, &fixed, UINT32_MAX, now_us);
		}
	}
}

void prefixes_heard(struct recursion *recursion, const struct config_service *service, const struct pref64 *prefix,
                    uint32_t lifetime_s, uint64_t now_us)
{
	struct use uses[USE_COUNT];
	prefixes_expire(recursion, now_us); /* so that the log tells of each */
	uses_of(recursion, service, uses);
	for (size_t u = 0; u < USE_COUNT; u++) {
		if (is_source_wanted(&uses[u], prefix->source))
			learn(recursion, &uses[u], prefix, lifetime_s, now_us);
	}
}

static void table_expire(const struct recursion *recursion, const char *use, struct pref64_table *table,
                         uint64_t now_us)
{
	struct pref64 before[PREF64_MAX];
	size_t count = pref64_table_all(table, before, PREF64_MAX);
	if (!pref64_table_expire(table, now_us))
		return;
	for (size_t i = 0; i < count; i++) {
		if (before[i].ends_us <= now_us)
			change_log(recursion, use, &before[i], PREF64_REMOVED);
	}
}

void prefixes_expire(struct recursion *recursion, uint64_t now_us)
{
	table_expire(recursion, "upstream-nat64", recursion->nat64, now_us);
	table_expire(recursion, "dns64", recursion->learned, now_us);
}

bool prefixes_want(const struct config_service *service, enum pref64_source source)
{
	static const struct recursion none;
	struct use uses[USE_COUNT];
	uses_of(&none, service, uses);
	return is_source_wanted(&uses[USE_NAT64], source) || is_source_wanted(&uses[USE_DNS64], source);
}

static bool table_has(const struct pref64_table *table, enum pref64_source source, uint64_t now_us)
{
	struct pref64 all[PREF64_MAX];
	size_t count = pref64_table_all(table, all, PREF64_MAX);
	for (size_t i = 0; i < count; i++) {
		if (all[i].source == source && all[i].ends_us > now_us)
			return true;
	}
	return false;
}

bool prefixes_have(const struct recursion *recursion, enum pref64_source source, uint64_t now_us)
{
	return table_has(recursion->nat64, source, now_us) || table_has(recursion->learned, source, now_us);
}

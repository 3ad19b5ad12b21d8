/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `watch:` says: sets of names to be probed, zones whose delegation is audited.
 * Owned: by the struct config around it; arrays and texts lie in its arena.
 * Never holds what only a running daemon knows: which servers a name has.
 */
#ifndef CONFIG_CONFIG_WATCH_H
#define CONFIG_CONFIG_WATCH_H

#include "config/config_resolver.h"

#define CONFIG_WATCH_TYPES "AAAA|A|PTR|DNSKEY|SOA|NS|HTTPS|SVCB|MX|TXT|SRV|CAA|DS"
#define CONFIG_WATCH_TYPE_COUNT 13

enum config_watch_log { CONFIG_WATCH_CHANGES, CONFIG_WATCH_FAILING, CONFIG_WATCH_ALL };
enum config_audit_require { CONFIG_AUDIT_TWO, CONFIG_AUDIT_ONE, CONFIG_AUDIT_REACHABLE };

struct config_ports {
	const uint16_t *items;
	size_t count;
};

struct config_watch_set {
	const char *key;                        /* "services", or its key below sets */
	struct config_names names;              /* none: the block is not there */
	bool has_type[CONFIG_WATCH_TYPE_COUNT]; /* in the order of CONFIG_WATCH_TYPES */
	uint32_t every_ms, timeout_ms;
	struct config_ports connect;
	struct config_servers servers, resolvers;
	bool has_servers, has_resolvers; /* they are written, if only as [] */
	bool is_cd_on, is_validated;
	uint32_t left_least_s;
	enum config_watch_log log;
};

struct config_audit {
	uint32_t every_ms; /* 0: there is none */
	bool is_quick;
	enum config_audit_require require;
};

struct config_watch_delegations {
	struct config_names zones;
	struct config_audit audit;
};

struct config_watch {
	struct config_hints hints;
	struct config_anchor_file anchor;
	struct config_watch_set services;
	struct config_watch_set *sets;
	size_t set_count;
	struct config_watch_delegations delegations;
};

/* The index-th set: services first, when it is there. NULL behind the last. */
static inline const struct config_watch_set *config_watch_set_at(const struct config_watch *watch, size_t index)
{
	bool has_services = watch->services.names.count > 0;
	if (has_services && index == 0)
		return &watch->services;
	return index - has_services < watch->set_count ? &watch->sets[index - has_services] : NULL;
}

/* The type that stands at the index of CONFIG_WATCH_TYPES. */
uint16_t config_watch_type(size_t index);

#endif

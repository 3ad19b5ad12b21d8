/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration in use, with what is made from it once: its TSIG keys.
 * Counted: the daemon holds the current one, jobs hold the one they began with. Main thread only.
 * Never changes once made.
 */
#ifndef DAEMON_SETTINGS_H
#define DAEMON_SETTINGS_H

#include "auth/auth.h"
#include "config/config.h"
#include "daemon/service.h"
#include "daemon/zone_slot.h"
#include "dns/tsig.h"

struct recorder;
struct tap;

struct settings {
	unsigned references;
	struct config *config;
	const struct tsig_key **keys;
	size_t key_count;
	uint64_t loaded_us;
};

struct secret_pair {
	uint8_t current[AUTH_COOKIE_SECRET_SIZE], old[AUTH_COOKIE_SECRET_SIZE];
};

/* Takes the config over, whatever happens. */
int settings_new(struct config *config, uint64_t now_us, struct settings **ret) MUST_USE;
void settings_release(struct settings *settings);

/* What the service at index serves. */
struct settings_view {
	size_t index;
	const struct service *service;
	const struct zone_slots *slots;
	const struct secret_pair *secrets;
	const uint8_t *node_id; /* 8 octets */
	struct recorder *query_log;
	struct recorder *observation; /* NULL: off */
	struct tap *tap;              /* NULL: off */
};
int settings_view(struct settings *settings, const struct settings_view *wanted, struct service_view **ret) MUST_USE;
struct tcp_limits settings_tcp_limits(const struct config_service *service);

#endif

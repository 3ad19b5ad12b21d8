/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/daemon.h"

#include "base/clock.h"
#include "daemon/recursion/watch.h"
#include "daemon/transfer/incoming.h"
#include "daemon/transfer/secondaries.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

/* --- The reply --- */

static void zones_report(const struct daemon *daemon, const char *only, json_t *zones)
{
	const struct config *config = daemon->settings->config;
	for (size_t s = 0; s < config->service_count; s++) {
		for (size_t z = 0; z < config->services[s].zone_count; z++) {
			const struct config_zone *zone = config->services[s].zones[z];
			const struct zone_slot *slot = &daemon->slots->all[zone - config->zones];
			if (only != NULL && strcmp(zone->key, only) != 0)
				continue;
			char name[NAME_TEXT_MAX];
			name_to_display(zone->name, name);
			json_t *row = json_pack("{s:s, s:s, s:s}", "zone", name, "service", config->services[s].name,
			                        "result", zone_result_text(slot->result));
			if (slot->has_old)
				json_object_set_new(row, "old_serial", json_integer(slot->old_serial));
			if (slot->loaded != NULL) {
				json_int_t records = (json_int_t)zone_record_count(slot->loaded->zone);
				json_object_set_new(row, "new_serial", json_integer(zone_serial(slot->loaded->zone)));
				json_object_set_new(row, "records", json_integer(records));
			}
			char warning[sizeof(slot->message) * 2];
			if (slot->result == ZONE_FAILED)
				json_object_set_new(row, "message", json_string(slot->message));
			else if (slot->result == ZONE_LOADED &&
			         zone_past_warning(&slot->past, zone, slot->new_serial, warning, sizeof(warning)))
				json_object_set_new(row, "message", json_string(warning));
			json_array_append_new(zones, row);
		}
	}
}

static bool has_failed_zone(const struct zone_slots *slots, const char *only)
{
	for (size_t i = 0; i < slots->count; i++) {
		if (slots->all[i].result == ZONE_FAILED && (only == NULL || strcmp(slots->all[i].config->key, only) == 0))
			return true;
	}
	return false;
}

static json_t *reply_good(const struct daemon *daemon, const char *only)
{
	json_t *zones = json_array();
	zones_report(daemon, only, zones);
	return json_pack("{s:b, s:s, s:o}", "ok", !has_failed_zone(daemon->slots, only), "config",
	                 only == NULL ? "loaded" : "unchanged", "zones", zones);
}

static json_t *reply_bad(const char *error)
{
	return json_pack("{s:b, s:s, s:s, s:[]}", "ok", 0, "config", "failed", "error", error, "zones");
}

/* --- One zone --- */

static json_t *zone_reload(struct daemon *daemon, const char *key)
{
	bool is_known = false, is_secondary = false;
	for (size_t i = 0; i < daemon->slots->count; i++) {
		bool is_it = strcmp(daemon->slots->all[i].config->key, key) == 0;
		is_known = is_known || is_it;
		is_secondary = is_secondary || (is_it && config_zone_is_secondary(daemon->slots->all[i].config));
	}
	if (!is_known)
		return json_pack("{s:b, s:s}", "ok", 0, "error", "no such zone: the keys under `zones:` are its names");
	if (is_secondary && daemon->incoming != NULL) {
		incoming_refresh(daemon->incoming, key); /* its data are with its primaries */
		return reply_good(daemon, key);
	}
	const struct zone_slots_options options = {.config = daemon->settings->config,
	                                           .old = daemon->slots,
	                                           .only = key,
	                                           .now_s = clock_wall_us() / 1000000};
	struct zone_slots *slots;
	struct service_view **views;
	int rc = zone_slots_load(&options, &slots);
	if (rc != ERR_OK)
		return reply_bad(err_text(rc));
	rc = views_make(daemon, daemon->settings, daemon->services, slots, &views);
	if (rc != ERR_OK) {
		zone_slots_free(slots);
		return reply_bad(err_text(rc));
	}
	views_publish(daemon, daemon->services, daemon->service_count, views);
	zone_slots_free(daemon->slots);
	daemon->slots = slots;
	zone_slots_log(slots, daemon->log, key);
	zones_judge(daemon);
	journaling_keep(daemon);
	return reply_good(daemon, key);
}

/* --- Everything --- */

struct plan {
	struct settings *settings;
	struct service **services;
	struct listener **listeners;
	size_t listener_count;
	struct web_listener **web;
	size_t web_count;
	struct zone_slots *slots;
	struct service_view **views;
	struct alerting_stage *alerts;
};

static void plan_drop(struct daemon *daemon, struct plan *plan)
{
	alerting_drop(plan->alerts);
	if (plan->views != NULL)
		views_free(plan->views, plan->settings->config->service_count);
	zone_slots_free(plan->slots);
	if (plan->web != NULL)
		web_listeners_unplan(daemon, plan->web, plan->web_count);
	if (plan->listeners != NULL)
		listeners_unplan(daemon, plan->listeners, plan->listener_count);
	if (plan->services != NULL)
		services_unplan(daemon, plan->services, plan->settings->config->service_count);
	settings_release(plan->settings);
}

/* Reads, checks, binds and loads: everything that can fail. */
static int plan_make(struct daemon *daemon, struct config *config, struct plan *plan, const char **ret_what)
{
	*ret_what = "the configuration";
	int rc = settings_new(config, clock_wall_us(), &plan->settings);
	if (rc == ERR_OK)
		rc = services_plan(daemon, config, &plan->services);
	if (rc == ERR_OK) {
		*ret_what = "a listener";
		rc = listeners_plan(daemon, config, plan->services, &plan->listeners, &plan->listener_count);
	}
	if (rc == ERR_OK)
		rc = web_listeners_plan(daemon, config, &plan->web, &plan->web_count);
	if (rc == ERR_OK) {
		*ret_what = "the zones";
		const struct zone_slots_options options = {
			.config = config, .old = daemon->slots, .now_s = clock_wall_us() / 1000000};
		rc = zone_slots_load(&options, &plan->slots);
	}
	if (rc == ERR_OK)
		rc = views_make(daemon, plan->settings, plan->services, plan->slots, &plan->views);
	if (rc == ERR_OK) {
		*ret_what = "a resolver service";
		rc = engines_start(daemon, plan->services, config->service_count);
	}
	if (rc == ERR_OK) {
		*ret_what = "alerts";
		rc = alerting_plan(daemon->alerting, config, &plan->alerts);
	}
	return rc;
}

static bool is_listed(void *const *list, size_t count, const void *wanted)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == wanted)
			return true;
	}
	return false;
}

static void listeners_commit(struct daemon *daemon, const struct plan *plan)
{
	const struct config *config = plan->settings->config;
	size_t at = 0;
	for (size_t i = 0; i < config->service_count; i++) {
		for (size_t j = 0; j < config->services[i].listener_count; j++, at++) {
			struct listener *listener = plan->listeners[at];
			if (is_listed((void **)daemon->listeners, daemon->listener_count, listener))
				listener_renew(listener, plan->services[i], &config->services[i].transport, daemon->workers);
			else
				listener_start(listener, daemon->workers);
		}
	}
	for (size_t i = 0; i < daemon->listener_count; i++) {
		if (!is_listed((void **)plan->listeners, plan->listener_count, daemon->listeners[i]))
			listener_stop(daemon->listeners[i], daemon->workers);
	}
	free(daemon->listeners);
	daemon->listeners = plan->listeners;
	daemon->listener_count = plan->listener_count;
}

static void services_commit(struct daemon *daemon, const struct plan *plan)
{
	size_t count = plan->settings->config->service_count;
	for (size_t i = 0; i < daemon->service_count; i++) {
		if (is_listed((void **)plan->services, count, daemon->services[i]))
			continue;
		engines_stop(daemon, daemon->services[i]);
		watch_forget(daemon->watch, daemon->services[i]);
		service_free(daemon->services[i]);
	}
	free(daemon->services);
	daemon->services = plan->services;
	daemon->service_count = count;
}

/* From here on nothing can fail. Views first: a listener must not find a service without one. */
static void plan_commit(struct daemon *daemon, struct plan *plan)
{
	views_publish(daemon, plan->services, plan->settings->config->service_count, plan->views);
	listeners_commit(daemon, plan);
	services_commit(daemon, plan);
	zone_slots_free(daemon->slots);
	daemon->slots = plan->slots;
	alerting_commit(daemon->alerting, plan->alerts);
	settings_release(daemon->settings);
	daemon->settings = plan->settings;
	watch_renew(daemon->watch);
	web_listeners_commit(daemon, plan->web, plan->web_count);
	daemon_watch(daemon);
	secondaries_renew(daemon);
}

static bool texts_differ(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a != b : strcmp(a, b) != 0;
}

static bool places_differ(const struct config_log_to *a, const struct config_log_to *b)
{
	return a->target != b->target || texts_differ(a->file, b->file);
}

/* The types are those of the views, which are made anew. */
static bool taps_differ(const struct config_dnstap *a, const struct config_dnstap *b)
{
	const struct config_listeners *from = &a->tcp, *to = &b->tcp;
	bool is_other = from->count != to->count ||
	                (from->count > 0 && (from->items[0].endpoint.port != to->items[0].endpoint.port ||
	                                     !ip_addr_equal(&from->items[0].endpoint.addr, &to->items[0].endpoint.addr)));
	return is_other || texts_differ(a->path, b->path) || texts_differ(a->identity, b->identity) ||
	       texts_differ(a->version, b->version);
}

static bool spans_differ(struct span a, struct span b)
{
	return a.size != b.size || (a.size > 0 && memcmp(a.data, b.data, a.size) != 0);
}

static void restart_needs_log(const struct daemon *daemon, const struct config *fresh)
{
	const struct config *running = daemon->settings->config;
	const struct {
		const char *key;
		bool is_changed;
	} rows[] = {
		{"node.workers", running->workers != fresh->workers},
		{"node.run-dir", texts_differ(running->run_dir, fresh->run_dir)},
		{"node.user", texts_differ(running->user, fresh->user)},
		{"node.state-dir", texts_differ(running->state_dir, fresh->state_dir)},
		{"observability.log", running->is_log_json != fresh->is_log_json ||
		                              places_differ(&running->log_to, &fresh->log_to) ||
		                              places_differ(&running->queries_to, &fresh->queries_to)},
		{"observability.history or observability.clickhouse", keeping_differs(running, fresh)},
		{"observability.signals", running->is_observed != fresh->is_observed},
		{"observability.sites", spans_differ(running->sites_text, fresh->sites_text)},
		{"observability.dnstap", taps_differ(&running->dnstap, &fresh->dnstap)},
		{"observability.privacy", memcmp(&running->privacy, &fresh->privacy, sizeof(running->privacy)) != 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].is_changed)
			log_plain(daemon->log, LOG_LEVEL_WARNING, "config", "%s has changed: that needs a restart",
			          rows[i].key);
	}
}

static int config_read(struct daemon *daemon, struct config **ret)
{
	const struct config_load_options options = {.is_lab = daemon->options.is_lab};
	struct finding_list *findings = finding_list_new();
	if (findings == NULL)
		return -ENOMEM;
	int rc = config_load(daemon->options.config_path, &options, findings, ret);
	finding_sort(findings);
	daemon_log_findings(daemon, findings);
	finding_list_free(findings);
	return rc;
}

static json_t *all_reload(struct daemon *daemon)
{
	struct config *config;
	struct plan plan = {0};
	const char *what = "the configuration";
	int rc = config_read(daemon, &config);
	if (rc == ERR_OK) {
		restart_needs_log(daemon, config);
		rc = plan_make(daemon, config, &plan, &what);
	}
	if (rc != ERR_OK) {
		plan_drop(daemon, &plan);
		log_plain(daemon->log, LOG_LEVEL_ERROR, "config", "not reloaded, %s: %s; what ran before goes on", what,
		          err_text(rc));
		return reply_bad("the new configuration was refused, the log says why; what ran before goes on");
	}
	plan_commit(daemon, &plan);
	log_plain(daemon->log, LOG_LEVEL_NOTICE, "config", "%s loaded", daemon->options.config_path);
	zone_slots_log(daemon->slots, daemon->log, NULL);
	zones_judge(daemon);
	journaling_keep(daemon);
	return reply_good(daemon, NULL);
}

json_t *daemon_reload(struct daemon *daemon, const char *only)
{
	if (only == NULL)
		daemon_log_reopen(daemon); /* also when the configuration is refused: files were rotated all the same */
	json_t *reply = only != NULL ? zone_reload(daemon, only) : all_reload(daemon);
	malloc_trim(0);
	return reply;
}

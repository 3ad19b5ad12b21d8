/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/daemon.h"

#include "base/clock.h"
#include "daemon/observe/tapping.h"
#include "daemon/recursion/state.h"
#include "daemon/transfer/incoming.h"
#include "daemon/status_counters.h"

#include <unistd.h>

static json_t *time_json(uint64_t wall_us)
{
	char text[CLOCK_TEXT_MAX];
	clock_text(wall_us, text);
	return json_string(text);
}

static json_t *listener_json(const struct listener *listener)
{
	char endpoint[IP_ENDPOINT_TEXT_MAX];
	ip_endpoint_to_text(&listener->endpoint, endpoint);
	return json_pack("{s:s, s:s, s:[s,s], s:s, s:i, s:b}", "address", endpoint, "family",
	                 family_text(listener->endpoint.addr.family), "transports", "udp", "tcp", "state",
	                 listener_state_text(listener->state), "tcp_mss", listener->options.tcp_mss, "is_mtu_minimum",
	                 listener->options.is_mtu_minimum);
}

/* A primary's data are as old as its file, a secondary's as the last confirmation. */
static void source_add(const struct daemon *daemon, const struct zone_slot *slot, json_t *row)
{
	bool is_secondary = config_zone_is_secondary(slot->config);
	json_object_set_new(row, "role", json_string(is_secondary ? "secondary" : "primary"));
	if (!is_secondary) {
		json_object_set_new(row, "file", json_string(slot->config->file));
		if (slot->loaded != NULL)
			json_object_set_new(row, "age_s", json_integer((json_int_t)(clock_wall_us() / 1000000) -
			                                               (json_int_t)slot->loaded->file.st_mtim.tv_sec));
	} else if (daemon->incoming != NULL) {
		incoming_status(daemon->incoming, slot->config->key, row);
	}
}

static json_t *zone_json(const struct daemon *daemon, const struct zone_slot *slot)
{
	char name[NAME_TEXT_MAX];
	name_to_display(slot->config->name, name);
	json_t *row = json_pack("{s:s, s:s, s:s}", "zone", name, "key", slot->config->key, "result",
	                        zone_result_text(slot->result));
	source_add(daemon, slot, row);
	if (slot->result == ZONE_FAILED)
		json_object_set_new(row, "message", json_string(slot->message));
	json_object_set_new(row, "is_served", json_boolean(slot->loaded != NULL && !slot->is_expired));
	if (slot->loaded == NULL)
		return row;
	const struct zone *zone = slot->loaded->zone;
	json_object_set_new(row, "serial", json_integer(zone_serial(zone)));
	json_object_set_new(row, "records", json_integer((json_int_t)zone_record_count(zone)));
	json_object_set_new(row, "octets", json_integer((json_int_t)zone_memory(zone)));
	json_object_set_new(row, "is_signed", json_boolean(zone_is_signed(zone)));
	return row;
}

static json_t *rate_json(const struct rate *rate)
{
	struct rate_view view = rate_view(rate);
	return json_pack("{s:f, s:f, s:f, s:I, s:I, s:i}", "ipv6_qps", view.queries_per_s[FAMILY_IPV6], "ipv4_qps",
	                 view.queries_per_s[FAMILY_IPV4], "servfail_share", view.servfail_share, "p50_us",
	                 (json_int_t)view.p50_us, "p99_us", (json_int_t)view.p99_us, "window_s", view.window_s);
}

static json_t *service_json(const struct daemon *daemon, size_t index)
{
	const struct config_service *config = &daemon->settings->config->services[index];
	const struct service *service = daemon->services[index];
	json_t *listeners = json_array(), *zones = json_array();
	bool is_resolver = service->recursion != NULL;
	for (size_t i = 0; i < daemon->listener_count; i++) {
		if (daemon->listeners[i]->service == service)
			json_array_append_new(listeners, listener_json(daemon->listeners[i]));
	}
	for (size_t i = 0; i < config->zone_count; i++) {
		const struct zone_slot *slot = &daemon->slots->all[config->zones[i] - daemon->settings->config->zones];
		json_array_append_new(zones, zone_json(daemon, slot));
	}
	struct counters counters;
	service_counters(service, &counters);
	json_t *row = json_pack("{s:s, s:s, s:o, s:o, s:o}", "name", service->name, "role",
	                        is_resolver ? "resolver" : "authoritative", "listeners", listeners, "rate",
	                        rate_json(&service->rate), "counters", counters_json(&counters));
	if (is_resolver)
		recursion_state_add(daemon, index, &counters, row);
	else
		json_object_set(row, "zones", zones);
	json_decref(zones);
	return row;
}

/* F-05: ready when every listener of every family is bound and its address is there. */
json_t *daemon_reasons(const struct daemon *daemon)
{
	json_t *reasons = json_array();
	for (size_t i = 0; i < daemon->listener_count; i++) {
		const struct listener *listener = daemon->listeners[i];
		char endpoint[IP_ENDPOINT_TEXT_MAX];
		if (listener->state == LISTENER_UP)
			continue;
		ip_endpoint_to_text(&listener->endpoint, endpoint);
		json_array_append_new(reasons, json_sprintf("listener %s is waiting: %s", endpoint,
		                                            listener_lack_text(listener)));
	}
	for (size_t i = 0; i < daemon->slots->count; i++) {
		char name[NAME_TEXT_MAX];
		name_to_display(daemon->slots->all[i].config->name, name);
		if (daemon->slots->all[i].is_expired)
			json_array_append_new(reasons, json_sprintf("zone %s has expired: no primary answers", name));
	}
	if (daemon->is_stopping)
		json_array_append_new(reasons, json_string("stopping"));
	return reasons;
}

json_t *daemon_drops(const struct daemon *daemon)
{
	json_t *drops = json_pack("{s:I}", "query-log", (json_int_t)(recorder_dropped(daemon->query_log) +
	                                                          log_writer_dropped(daemon->log_writer)));
	if (daemon->observation != NULL)
		json_object_set_new(drops, "signals",
		                    json_integer((json_int_t)recorder_dropped(daemon->observation->recorder)));
	if (daemon->tap != NULL)
		json_object_set_new(drops, "dnstap", json_integer((json_int_t)tap_view(daemon->tap).dropped));
	keeping_drops(&daemon->keeping, drops);
	return drops;
}

json_t *daemon_status(const struct daemon *daemon)
{
	json_t *services = json_array(), *reasons = daemon_reasons(daemon);
	for (size_t i = 0; i < daemon->service_count; i++)
		json_array_append_new(services, service_json(daemon, i));
	uint64_t now_us = clock_wall_us();
	json_t *status = json_pack("{s:b, s:s, s:i, s:i}", "ok", 1, "version", daemon->options.version, "pid",
	                           (int)getpid(), "workers", (int)daemon->worker_count);
	char buffer[256];
	const char *node = daemon_node_name(daemon->settings->config, buffer, sizeof(buffer));
	json_object_set_new(status, "node", node != NULL ? json_string(node) : json_null());
	json_object_set_new(status, "started", time_json(daemon->started_us));
	json_object_set_new(status, "uptime_s", json_integer((json_int_t)((now_us - daemon->started_us) / 1000000)));
	json_object_set_new(status, "config",
	                    json_pack("{s:s, s:o}", "path", daemon->settings->config->path, "loaded",
	                              time_json(daemon->settings->loaded_us)));
	json_object_set_new(status, "readiness", json_string(json_array_size(reasons) == 0 ? "ready" : "not-ready"));
	json_object_set_new(status, "reasons", reasons);
	json_object_set_new(status, "log_dropped", daemon_drops(daemon));
	json_object_set_new(status, "alerts", alerting_status(daemon->alerting));
	if (daemon->tap != NULL)
		json_object_set_new(status, "dnstap", tapping_json(daemon->tap));
	keeping_status(&daemon->keeping, status);
	json_object_set_new(status, "services", services);
	json_t *watch = watching_state(daemon->watching);
	if (watch != NULL)
		json_object_set_new(status, "watch", watch);
	return status;
}

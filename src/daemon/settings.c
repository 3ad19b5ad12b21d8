/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/settings.h"

#include "daemon/observe/tapping.h"
#include "daemon/recursion/recursion.h"
#include "daemon/transfer/outgoing.h"
#include "telemetry/recorder.h"

#include <errno.h>
#include <stdlib.h>

static int key_make(const struct config_key *config, const struct tsig_key **ret)
{
	enum tsig_algorithm algorithm;
	struct name_buffer buffer;
	struct name name;
	int rc = tsig_algorithm_from_text(config->algorithm, &algorithm);
	if (rc == ERR_OK)
		rc = name_from_text(span_text(config->name), name_root, &buffer, &name, NULL);
	struct tsig_key *key;
	if (rc == ERR_OK)
		rc = tsig_key_new(name, algorithm, span_of(config->secret, config->secret_size), &key);
	if (rc == ERR_OK)
		*ret = key;
	return rc;
}

int settings_new(struct config *config, uint64_t now_us, struct settings **ret)
{
	struct settings *settings = calloc(1, sizeof(*settings));
	if (settings == NULL) {
		config_free(config);
		return -ENOMEM;
	}
	*settings = (struct settings){.references = 1, .config = config, .loaded_us = now_us};
	settings->keys = calloc(config->key_count + 1, sizeof(settings->keys[0]));
	int rc = settings->keys == NULL ? -ENOMEM : ERR_OK;
	for (size_t i = 0; rc == ERR_OK && i < config->key_count; i++) {
		rc = key_make(&config->keys[i], &settings->keys[i]);
		settings->key_count += rc == ERR_OK;
	}
	if (rc != ERR_OK) {
		settings_release(settings);
		return rc;
	}
	*ret = settings;
	return ERR_OK;
}

void settings_release(struct settings *settings)
{
	if (settings == NULL || --settings->references > 0)
		return;
	for (size_t i = 0; i < settings->key_count; i++)
		tsig_key_free((struct tsig_key *)(uintptr_t)settings->keys[i]);
	free(settings->keys);
	config_free(settings->config);
	free(settings);
}

struct tcp_limits settings_tcp_limits(const struct config_service *service)
{
	const struct config_transport *transport = &service->transport;
	return (struct tcp_limits){.idle_ms = transport->tcp_idle_timeout_ms,
	                           .total_ms = transport->tcp_total_timeout_ms,
	                           .connections = transport->tcp_connections,
	                           .per_client = transport->tcp_connections_per_client};
}

static struct auth_options options_make(const struct settings *settings, const struct config_service *service,
                                        const struct secret_pair *secrets)
{
	struct auth_options options = {.udp_size = service->transport.edns_udp_size,
	                               .is_minimal = service->is_minimal,
	                               .is_any_full = service->any == CONFIG_ANY_FULL,
	                               .identity = service->identity,
	                               .version = service->version,
	                               .tcp_idle_timeout_ds =
	                                       (uint16_t)(service->transport.tcp_idle_timeout_ms / 100),
	                               .is_cookie_on = service->is_cookie_on,
	                               .keys = settings->keys,
	                               .key_count = settings->key_count};
	memcpy(options.cookie_secret, secrets->current, sizeof(options.cookie_secret));
	memcpy(options.cookie_secret_old, secrets->old, sizeof(options.cookie_secret_old));
	return options;
}

static int zoneset_make(const struct settings *settings, const struct config_service *service,
                        const struct zone_slots *slots, struct zoneset **ret)
{
	struct zoneset_entry *entries = calloc(service->zone_count + 1, sizeof(entries[0]));
	if (entries == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < service->zone_count; i++) {
		/* Slots stand in the order of the configuration's zones. */
		const struct zone_slot *slot = &slots->all[service->zones[i] - settings->config->zones];
		entries[i].apex = service->zones[i]->name;
		entries[i].is_expired = slot->is_expired;
		if (slot->loaded == NULL || slot->is_expired)
			continue;
		entries[i].zone = slot->loaded->zone;
		entries[i].history = slot->loaded->history;
	}
	int rc = zoneset_new(entries, service->zone_count, ret);
	free(entries);
	return rc;
}

static int content_make(struct settings *settings, const struct settings_view *wanted, struct service_view *view)
{
	const struct config_service *service = &settings->config->services[wanted->index];
	if (service->role != CONFIG_ROLE_RESOLVER) {
		int rc = outgoing_policy_make(settings->config, service, settings->keys, &view->transfers);
		return rc == ERR_OK ? zoneset_make(settings, service, wanted->slots, &view->zones) : rc;
	}
	const struct recursion_make make = {.settings = settings,
	                                    .service_index = wanted->index,
	                                    .cookie_secret = wanted->secrets->current,
	                                    .cookie_secret_old = wanted->secrets->old,
	                                    .node_id = wanted->node_id};
	view->is_origin_hidden = service->resolver.has_dns64 && !service->resolver.dns64.has_mark[CONFIG_MARK_LOG];
	return recursion_policy(wanted->service->recursion, &make, &view->policy);
}

/* Which recorders the service's answers go to, and under which label. */
static int feeds_label(const struct config_service *service, const struct settings_view *wanted,
                       struct service_view *view)
{
	enum recorder_role role = service->role == CONFIG_ROLE_RESOLVER ? RECORDER_RESOLVER : RECORDER_AUTHORITATIVE;
	int rc = ERR_OK;
	view->query_log_every = service->query_log_every;
	view->is_observed = wanted->observation != NULL;
	if (view->query_log_every != 0)
		rc = recorder_label_role(wanted->query_log, service->name, role, service->stream, &view->query_log_label);
	if (rc == ERR_OK && view->is_observed)
		rc = recorder_label_role(wanted->observation, service->name, role, service->stream,
		                         &view->observation_label);
	return rc;
}

int settings_view(struct settings *settings, const struct settings_view *wanted, struct service_view **ret)
{
	const struct config_service *service = &settings->config->services[wanted->index];
	struct service_view *view = calloc(1, sizeof(*view));
	if (view == NULL)
		return -ENOMEM;
	view->options = options_make(settings, service, wanted->secrets);
	view->tcp_limits = settings_tcp_limits(service);
	int rc = content_make(settings, wanted, view);
	if (rc == ERR_OK)
		rc = feeds_label(service, wanted, view);
	if (rc == ERR_OK)
		rc = tapping_label(wanted->tap, settings->config, service, view);
	if (rc != ERR_OK) {
		service_view_free(view);
		return rc;
	}
	*ret = view;
	return ERR_OK;
}

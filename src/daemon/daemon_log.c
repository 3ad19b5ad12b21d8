/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/daemon.h"

#include "daemon/observe/tapping.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RING_SIZE (2 << 20) /* a tenth of a second of a busy worker: the thread may have to wait for a core */

const char *daemon_node_name(const struct config *config, char *buffer, size_t size)
{
	if (config->identity != NULL)
		return config->identity;
	return gethostname(buffer, size) == 0 ? buffer : NULL;
}

/* There is no log yet that could tell it. */
static int place_open(const struct config *config, const char *key, const struct config_log_to *to,
                      struct log_place *ret)
{
	int rc = log_place_open(to, config->user, ret);
	if (rc != ERR_OK && to->target == CONFIG_LOG_JOURNAL)
		fprintf(stderr, "sextantd: %s: journal: %s: %s; is systemd-journald running? stderr needs none\n", key,
		        JOURNAL_SOCKET, err_text(rc));
	else if (rc != ERR_OK)
		fprintf(stderr, "sextantd: %s: cannot open %s: %s\n", key, to->file, err_text(rc));
	return rc;
}

static int query_log_open(struct daemon *daemon, const char *node)
{
	const struct config *config = daemon->settings->config;
	daemon->is_query_log_apart = config->queries_to.target != CONFIG_LOG_SAME;
	const struct log_place *place = daemon->is_query_log_apart ? &daemon->queries_to : &daemon->log_to;
	int rc = ERR_OK;
	if (daemon->is_query_log_apart)
		rc = place_open(config, "observability.log.queries-to", &config->queries_to, &daemon->queries_to);
	const struct log_writer_options writer = {.fd = place->fd,
	                                          .journal = place->journal,
	                                          .place = log_place_text(place),
	                                          .is_json = config->is_log_json,
	                                          .privacy = config->privacy,
	                                          .log = daemon->log};
	if (rc == ERR_OK)
		rc = log_writer_new(&writer, &daemon->log_writer);
	if (rc != ERR_OK)
		return rc;
	const struct recorder_options options = {.name = "query log",
	                                         .worker_count = daemon->worker_count,
	                                         .ring_size = RING_SIZE,
	                                         .node = node,
	                                         .log = daemon->log,
	                                         .sink = log_writer_sink(daemon->log_writer)};
	return recorder_new(&options, &daemon->query_log);
}

static int observation_open(struct daemon *daemon, const char *node)
{
	const struct observation_options options = {.worker_count = daemon->worker_count,
	                                            .node = node,
	                                            .privacy = daemon->settings->config->privacy,
	                                            .sites = daemon->settings->config->sites_text,
	                                            .log = daemon->log};
	return observation_new(&options, &daemon->observation);
}

static int alerting_open(struct daemon *daemon, const char *node)
{
	const struct alerting_options options = {
		.observer = daemon->observation != NULL ? daemon->observation->observer : NULL,
		.node = node,
		.log = daemon->log};
	struct alerting_stage *stage;
	int rc = alerting_new(&options, &daemon->alerting);
	if (rc == ERR_OK)
		rc = alerting_plan(daemon->alerting, daemon->settings->config, &stage);
	if (rc == ERR_OK)
		alerting_commit(daemon->alerting, stage);
	return rc;
}

static int tap_open(struct daemon *daemon, const char *node)
{
	const struct tapping_options options = {.config = daemon->settings->config,
	                                        .worker_count = daemon->worker_count,
	                                        .node = node,
	                                        .version = daemon->options.version,
	                                        .log = daemon->log};
	return tapping_open(&options, &daemon->tap);
}

int daemon_log_open(struct daemon *daemon)
{
	const struct config *config = daemon->settings->config;
	int rc = place_open(config, "observability.log.to", &config->log_to, &daemon->log_to);
	if (rc != ERR_OK)
		return rc;
	enum log_format format = config->is_log_json ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
	char host[256] = "";
	const char *node = daemon_node_name(config, host, sizeof(host) - 1);
	daemon->log = daemon->log_to.journal != NULL
	                      ? log_new_journal(daemon->log_to.journal, format, LOG_LEVEL_INFO, node)
	                      : log_new(daemon->log_to.fd, format, LOG_LEVEL_INFO, node);
	if (daemon->log == NULL)
		return -ENOMEM;
	rc = query_log_open(daemon, node);
	if (rc == ERR_OK)
		rc = tap_open(daemon, node);
	if (rc == ERR_OK && config->is_observed)
		rc = observation_open(daemon, node);
	return rc == ERR_OK ? alerting_open(daemon, node) : rc;
}

void daemon_watch(struct daemon *daemon)
{
	const struct log_place *lines_to = daemon->is_query_log_apart ? &daemon->queries_to : &daemon->log_to;
	const struct watching_options options = {.settings = daemon->settings,
	                                         .observation = daemon->observation,
	                                         .log = daemon->log,
	                                         .lines_to = lines_to};
	if (watching_fits(daemon->watching, daemon->settings->config))
		return;
	watching_free(daemon->watching);
	daemon->watching = NULL;
	int rc = watching_new(&options, &daemon->watching);
	if (rc != ERR_OK)
		log_plain(daemon->log, LOG_LEVEL_ERROR, "probe", "watch: cannot be started: %s", err_text(rc));
}

int daemon_keeping_start(struct daemon *daemon)
{
	const struct config *config = daemon->settings->config;
	char host[256] = "";
	const char *node = daemon_node_name(config, host, sizeof(host) - 1);
	keeping_open(&daemon->keeping, config, daemon->observation, node != NULL ? node : "", daemon->log);
	return ERR_OK;
}

void daemon_log_close(struct daemon *daemon)
{
	watching_free(daemon->watching);
	daemon->watching = NULL;
	log_writer_stop(daemon->log_writer);
	recorder_free(daemon->query_log);
	log_writer_free(daemon->log_writer);
	observation_drain(daemon->observation); /* its last answers may raise an alert */
	alerting_free(daemon->alerting);
	keeping_close(&daemon->keeping);
	observation_free(daemon->observation);
	pages_close(&daemon->web.pages);
	tap_free(daemon->tap);
	daemon->tap = NULL;
	daemon->query_log = NULL;
	daemon->log_writer = NULL;
	daemon->alerting = NULL;
	daemon->observation = NULL;
}

void daemon_log_reopen(struct daemon *daemon)
{
	struct log_place *const places[] = {&daemon->log_to, &daemon->queries_to};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int rc = log_place_reopen(places[i]);
		if (rc != ERR_OK)
			log_plain(daemon->log, LOG_LEVEL_ERROR, "config", "cannot open %s: %s; the log stays in the file it was in",
			          log_place_text(places[i]), err_text(rc));
	}
}

/* what was bound, each address with its family, port, transports and limits. */
static void listener_log(const struct daemon *daemon, const struct listener *listener)
{
	char address[IP_ADDR_TEXT_MAX], endpoint[IP_ENDPOINT_TEXT_MAX];
	ip_addr_to_text(&listener->endpoint.addr, address);
	ip_endpoint_to_text(&listener->endpoint, endpoint);
	bool is_v6 = listener->endpoint.addr.family == FAMILY_IPV6;
	const struct service_view *view = listener->service->view.current;
	const struct log_field fields[] = {
		{.key = "service", .text = listener->service->name},
		{.key = "role", .text = listener->service->recursion != NULL ? "resolver" : "authoritative"},
		{.key = "address", .text = address},
		{.key = "port", .number = listener->endpoint.port},
		{.key = "family", .text = family_text(listener->endpoint.addr.family)},
		{.key = "transport", .text = "udp,tcp"},
		{.key = "udp_size", .number = view->options.udp_size},
		{.key = "tcp_mss", .number = listener->options.tcp_mss},
		{.key = "path_mtu", .text = listener->options.is_mtu_minimum && is_v6 ? "1280" : "interface"},
		{.key = "state", .text = listener_state_text(listener->state)},
	};
	log_line(daemon->log, LOG_LEVEL_NOTICE, "start", fields, sizeof(fields) / sizeof(fields[0]), "listening on %s",
	         endpoint);
}

/* --lab: an address of the configuration that is another one on this host must not come as a surprise. */
static void moves_log(const struct daemon *daemon)
{
	const struct config *config = daemon->settings->config;
	for (size_t s = 0; s < config->service_count; s++) {
		for (size_t i = 0; i < config->services[s].listener_count; i++) {
			const struct config_listener *listener = &config->services[s].listeners[i];
			char written[IP_ENDPOINT_TEXT_MAX], moved[IP_ENDPOINT_TEXT_MAX];
			ip_endpoint_to_text(&listener->written, written);
			ip_endpoint_to_text(&listener->endpoint, moved);
			if (strcmp(written, moved) == 0)
				continue;
			const struct log_field fields[] = {{.key = "service", .text = config->services[s].name},
			                                   {.key = "written", .text = written},
			                                   {.key = "moved_to", .text = moved}};
			log_line(daemon->log, LOG_LEVEL_NOTICE, "start", fields, 3, "--lab: %s instead of %s", moved, written);
		}
	}
}

void daemon_log_start(const struct daemon *daemon)
{
	moves_log(daemon);
	for (size_t i = 0; i < daemon->listener_count; i++)
		listener_log(daemon, daemon->listeners[i]);
	const struct log_field fields[] = {{.key = "version", .text = daemon->options.version},
	                                   {.key = "config", .text = daemon->settings->config->path},
	                                   {.key = "pid", .number = getpid()},
	                                   {.key = "workers", .number = (int64_t)daemon->worker_count},
	                                   {.key = "services", .number = (int64_t)daemon->service_count},
	                                   {.key = "zones", .number = (int64_t)daemon->slots->count}};
	log_line(daemon->log, LOG_LEVEL_NOTICE, "start", fields, sizeof(fields) / sizeof(fields[0]),
	         "sextantd %s answers", daemon->options.version);
}

void daemon_log_findings(const struct daemon *daemon, const struct finding_list *findings)
{
	static const enum log_level levels[] = {[SEVERITY_NOTICE] = LOG_LEVEL_NOTICE,
	                                        [SEVERITY_WARNING] = LOG_LEVEL_WARNING,
	                                        [SEVERITY_ERROR] = LOG_LEVEL_ERROR};
	for (size_t i = 0; i < finding_count(findings); i++) {
		const struct finding *finding = finding_at(findings, i);
		const struct log_field fields[] = {{.key = "code", .text = finding_row(finding->code)->code},
		                                   {.key = "file", .text = finding->place.file},
		                                   {.key = "line", .number = finding->place.line},
		                                   {.key = "column", .number = finding->place.column}};
		log_line(daemon->log, levels[finding->severity], "config", fields, 4, "%s:%u:%u: %s",
		         finding->place.file != NULL ? finding->place.file : daemon->options.config_path,
		         finding->place.line, finding->place.column, finding->cause);
	}
}

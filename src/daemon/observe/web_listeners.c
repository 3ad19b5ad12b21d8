/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/web_listeners.h"

#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/observe/web_answers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int web_listeners_open(struct daemon *daemon)
{
	web_answers_fill(daemon, &daemon->web.source);
	past_begin(&daemon->web.past);
	return handover_open(&daemon->web.handover, &daemon->loop);
}

/* --- The plan --- */

static bool endpoint_equal(const struct ip_endpoint *a, const struct ip_endpoint *b)
{
	return a->port == b->port && a->addr.scope == b->addr.scope && ip_addr_equal(&a->addr, &b->addr);
}

static bool is_running(const struct daemon *daemon, const struct web_listener *listener)
{
	for (size_t i = 0; i < daemon->web.count; i++) {
		if (daemon->web.all[i] == listener)
			return true;
	}
	return false;
}

/* One that has the socket already, whatever it serves. */
static struct web_listener *listener_known(const struct daemon *daemon, const struct ip_endpoint *endpoint)
{
	for (size_t i = 0; i < daemon->web.count; i++) {
		if (endpoint_equal(&daemon->web.all[i]->options.endpoint, endpoint))
			return daemon->web.all[i];
	}
	return NULL;
}

/* A socket that stays while what it serves changes is taken over, so that no connection is refused meanwhile. */
static int listener_bind(const struct daemon *daemon, const struct config *config, const struct web_listener *known,
			 struct web_listener *listener)
{
	const struct ip_endpoint *endpoint = &listener->options.endpoint;
	if (known != NULL) {
		listener->fd = fcntl(known->fd, F_DUPFD_CLOEXEC, 0);
		return listener->fd >= 0 ? ERR_OK : -errno;
	}
	const struct socket_options options = {.is_freebind = config->transport.is_freebind};
	int rc = socket_open_group(endpoint, SOCKET_TCP, &options, 1, &listener->fd);
	if (rc != ERR_OK)
		listener_refusal_log(daemon->log, endpoint, SOCKET_TCP, rc);
	return rc;
}

static bool texts_equal(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void web_listener_free(struct web_listener *listener)
{
	if (listener->token != NULL)
		explicit_bzero(listener->token, strlen(listener->token));
	free(listener->token);
	free(listener);
}

static int listener_make(const struct daemon *daemon, const struct config *config, const struct web_options *options,
			 struct web_listener **ret)
{
	struct web_listener *known = listener_known(daemon, &options->endpoint);
	if (known != NULL && known->options.role == options->role && texts_equal(known->token, options->token)) {
		*ret = known;
		return ERR_OK;
	}
	struct web_listener *listener = calloc(1, sizeof(*listener));
	if (listener == NULL)
		return -ENOMEM;
	listener->options = *options;
	listener->token = options->token != NULL ? strdup(options->token) : NULL;
	listener->options.token = listener->token;
	int rc = options->token != NULL && listener->token == NULL ? -ENOMEM : ERR_OK;
	if (rc == ERR_OK)
		rc = listener_bind(daemon, config, known, listener);
	if (rc != ERR_OK)
		web_listener_free(listener);
	else
		*ret = listener;
	return rc;
}

static void listener_close(struct web_listener *listener)
{
	if (listener->server != NULL)
		web_server_stop(listener->server); /* it closes the socket */
	else
		close(listener->fd);
	web_listener_free(listener);
}

void web_listeners_unplan(const struct daemon *daemon, struct web_listener **plan, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_running(daemon, plan[i]))
			listener_close(plan[i]);
	}
	free(plan);
}

/* All are tried, so that the log names every address that is taken. */
static int role_plan(const struct daemon *daemon, const struct config *config, unsigned role,
		     const struct config_web *block, struct web_listener **plan, size_t *count)
{
	int rc = ERR_OK;
	for (size_t i = 0; i < block->listen.count; i++) {
		const struct web_options options = {.source = &daemon->web.source,
						    .role = role,
						    .endpoint = block->listen.items[i].endpoint,
						    .token = block->token};
		int one = listener_make(daemon, config, &options, &plan[*count]);
		if (one == ERR_OK)
			(*count)++;
		else
			rc = one;
	}
	return rc;
}

int web_listeners_plan(const struct daemon *daemon, const struct config *config, struct web_listener ***ret,
		       size_t *ret_count)
{
	size_t count = 0;
	struct web_listener **plan = calloc(config->metrics.listen.count + config->dashboard.listen.count + 1,
					    sizeof(struct web_listener *));
	if (plan == NULL)
		return -ENOMEM;
	int rc = role_plan(daemon, config, WEB_ROLE_METRICS, &config->metrics, plan, &count);
	int other = role_plan(daemon, config, WEB_ROLE_DASHBOARD, &config->dashboard, plan, &count);
	rc = rc != ERR_OK ? rc : other;
	if (rc != ERR_OK) {
		web_listeners_unplan(daemon, plan, count);
		return rc;
	}
	*ret = plan;
	*ret_count = count;
	return ERR_OK;
}

/* --- Its execution --- */

static void change_log(const struct daemon *daemon, const struct web_listener *listener, enum log_level level,
		       const char *message)
{
	char endpoint[IP_ENDPOINT_TEXT_MAX];
	ip_endpoint_to_text(&listener->options.endpoint, endpoint);
	const struct log_field fields[] = {
		{.key = "address", .text = endpoint},
		{.key = "family", .text = family_text(listener->options.endpoint.addr.family)},
		{.key = "transport", .text = "http"}};
	log_line(daemon->log, level, "listener", fields, 3, "%s %s", endpoint, message);
}

static void listener_serve(const struct daemon *daemon, struct web_listener *listener)
{
	int rc = web_server_start(&listener->options, listener->fd, &listener->server);
	if (rc != ERR_OK)
		change_log(daemon, listener, LOG_LEVEL_ERROR, "does not serve HTTP: no thread for it");
	else
		change_log(daemon, listener, LOG_LEVEL_NOTICE,
			   listener->options.role == WEB_ROLE_METRICS ? "serves metrics over HTTP"
								      : "serves the dashboard over HTTP");
}

static bool is_planned(struct web_listener *const *plan, size_t count, const struct web_listener *listener)
{
	for (size_t i = 0; i < count; i++) {
		if (plan[i] == listener)
			return true;
	}
	return false;
}

/* Threads of a server that ends may wait for this one: they are sent away first. */
static void listeners_end(struct daemon *daemon, struct web_listener *const *plan, size_t count)
{
	handover_pause(&daemon->web.handover);
	atomic_store(&daemon->web.doctor.is_stopped, true);
	for (size_t i = 0; i < daemon->web.count; i++) {
		if (is_planned(plan, count, daemon->web.all[i]))
			continue;
		if (!daemon->is_stopping)
			change_log(daemon, daemon->web.all[i], LOG_LEVEL_NOTICE, "is closed");
		listener_close(daemon->web.all[i]);
	}
	free(daemon->web.all);
	daemon->web.all = NULL;
	daemon->web.count = 0;
	atomic_store(&daemon->web.doctor.is_stopped, false);
	handover_resume(&daemon->web.handover);
}

void web_listeners_commit(struct daemon *daemon, struct web_listener **plan, size_t count)
{
	struct observer *observer = daemon->observation != NULL ? daemon->observation->observer : NULL;
	listeners_end(daemon, plan, count);
	int rc = count > 0 ? pages_open(&daemon->web.pages, observer) : ERR_OK;
	if (rc != ERR_OK)
		log_plain(daemon->log, LOG_LEVEL_ERROR, "listener", "the dashboard has no series: %s", err_text(rc));
	if (daemon->keeping.history != NULL)
		atomic_store(&daemon->web.past_minutes, daemon->settings->config->history.keep_s / 60);
	daemon->web.all = plan;
	daemon->web.count = count;
	for (size_t i = 0; i < count; i++) {
		if (plan[i]->server == NULL)
			listener_serve(daemon, plan[i]);
	}
	web_listeners_look(daemon);
}

void web_listeners_look(struct daemon *daemon)
{
	uint64_t now_us = clock_monotonic_us();
	for (size_t i = 0; i < daemon->web.count; i++) {
		struct web_listener *listener = daemon->web.all[i];
		bool is_missing = !socket_address_is_present(&listener->options.endpoint.addr);
		if (is_missing != listener->is_missing)
			change_log(daemon, listener, is_missing ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE,
				   is_missing ? "is on no interface: nobody can reach it over HTTP" : "is there now");
		listener->is_missing = is_missing;
		if (listener->server != NULL)
			web_server_look(listener->server, now_us);
	}
}

void web_listeners_close(struct daemon *daemon)
{
	listeners_end(daemon, NULL, 0);
	handover_close(&daemon->web.handover);
	past_end(&daemon->web.past);
}

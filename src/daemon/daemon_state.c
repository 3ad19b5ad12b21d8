/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/daemon.h"

#include "base/clock.h"
#include "daemon/zone_judge.h"

#include <errno.h>
#include <stdlib.h>

/* --- Services --- */

static struct service *service_known(const struct daemon *daemon, const char *name)
{
	for (size_t i = 0; i < daemon->service_count; i++) {
		if (strcmp(daemon->services[i]->name, name) == 0)
			return daemon->services[i];
	}
	return NULL;
}

void services_unplan(const struct daemon *daemon, struct service **plan, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (plan[i] != NULL && service_known(daemon, plan[i]->name) != plan[i])
			service_free(plan[i]);
	}
	free(plan);
}

int services_plan(const struct daemon *daemon, const struct config *config, struct service ***ret)
{
	struct service **plan = calloc(config->service_count + 1, sizeof(plan[0]));
	if (plan == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *wanted = &config->services[i];
		plan[i] = service_known(daemon, wanted->name);
		if (plan[i] != NULL)
			continue;
		struct tcp_limits limits = settings_tcp_limits(wanted);
		int rc = service_new(wanted->name, daemon->worker_count, &limits, &plan[i]);
		if (rc != ERR_OK) {
			services_unplan(daemon, plan, config->service_count);
			return rc;
		}
	}
	*ret = plan;
	return ERR_OK;
}

/* --- Listeners --- */

static bool endpoint_equal(const struct ip_endpoint *a, const struct ip_endpoint *b)
{
	return a->port == b->port && a->addr.scope == b->addr.scope && ip_addr_equal(&a->addr, &b->addr);
}

static struct listener *listener_known(const struct daemon *daemon, const struct ip_endpoint *endpoint)
{
	for (size_t i = 0; i < daemon->listener_count; i++) {
		if (endpoint_equal(&daemon->listeners[i]->endpoint, endpoint))
			return daemon->listeners[i];
	}
	return NULL;
}

void listeners_unplan(const struct daemon *daemon, struct listener **plan, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (plan[i] != NULL && listener_known(daemon, &plan[i]->endpoint) != plan[i])
			listener_free(plan[i]);
	}
	free(plan);
}

/* All are tried, so that the log names every address that is taken and not only the first. */
static int listeners_bind(const struct daemon *daemon, const struct config *config, struct service *const *services,
                          struct listener **plan, size_t *ret_count)
{
	size_t count = 0;
	int rc = ERR_OK;
	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *service = &config->services[i];
		for (size_t j = 0; j < service->listener_count; j++) {
			const struct ip_endpoint *endpoint = &service->listeners[j].endpoint;
			plan[count] = listener_known(daemon, endpoint);
			int one = ERR_OK;
			if (plan[count] == NULL)
				one = listener_open(endpoint, services[i], &service->transport, daemon->worker_count,
				                    daemon->log, &plan[count]);
			if (one == ERR_OK)
				count++;
			else
				rc = one;
		}
	}
	*ret_count = count;
	return rc;
}

int listeners_plan(const struct daemon *daemon, const struct config *config, struct service *const *services,
                   struct listener ***ret, size_t *ret_count)
{
	size_t most = 0, count;
	for (size_t i = 0; i < config->service_count; i++)
		most += config->services[i].listener_count;
	struct listener **plan = calloc(most + 1, sizeof(plan[0]));
	if (plan == NULL)
		return -ENOMEM;
	int rc = listeners_bind(daemon, config, services, plan, &count);
	if (rc != ERR_OK) {
		listeners_unplan(daemon, plan, count);
		return rc;
	}
	*ret = plan;
	*ret_count = count;
	return ERR_OK;
}

/* --- Views --- */

int views_make(const struct daemon *daemon, const struct settings *settings, const struct zone_slots *slots,
               struct service_view ***ret)
{
	size_t count = settings->config->service_count;
	struct service_view **views = calloc(count + 1, sizeof(views[0]));
	if (views == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		int rc = settings_view(settings, i, slots, &daemon->secrets, daemon->recorder, &views[i]);
		if (rc == ERR_OK)
			continue;
		while (i-- > 0)
			service_view_free(views[i]);
		free(views);
		return rc;
	}
	*ret = views;
	return ERR_OK;
}

void views_publish(struct service *const *services, size_t count, struct service_view **views)
{
	for (size_t i = 0; i < count; i++)
		service_view_free(snapshot_replace(&services[i]->view, views[i]));
	free(views);
}

/* --- Judging beside the loop --- */

struct judging {
	struct daemon *daemon;
	struct settings *settings;
};

static void judging_end(void *owner)
{
	struct judging *judging = owner;
	judging->daemon->judge_jobs--;
	settings_release(judging->settings);
	free(judging);
}

void zones_judge(struct daemon *daemon)
{
	struct judging *judging = malloc(sizeof(*judging));
	if (judging == NULL)
		return;
	*judging = (struct judging){.daemon = daemon, .settings = daemon->settings};
	daemon->settings->references++;
	daemon->judge_jobs++;
	zone_judge_later(&daemon->loop, daemon->slots, daemon->settings->config, clock_wall_us() / 1000000, daemon->log,
	                 judging_end, judging);
}

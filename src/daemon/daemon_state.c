/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/daemon.h"

#include "base/clock.h"
#include "daemon/recursion/drive.h"
#include "daemon/recursion/recursion.h"
#include "daemon/zone_judge.h"

#include <errno.h>
#include <stdlib.h>

/* --- Services --- */

/* One that goes on under the configuration. */
static struct service *service_known(const struct daemon *daemon, const struct config_service *wanted)
{
	for (size_t i = 0; i < daemon->service_count; i++) {
		if (strcmp(daemon->services[i]->name, wanted->name) == 0 && service_fits(daemon->services[i], wanted))
			return daemon->services[i];
	}
	return NULL;
}

static bool is_running(const struct daemon *daemon, const struct service *service)
{
	for (size_t i = 0; i < daemon->service_count; i++) {
		if (daemon->services[i] == service)
			return true;
	}
	return false;
}

void services_unplan(const struct daemon *daemon, struct service **plan, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (plan[i] == NULL || is_running(daemon, plan[i]))
			continue;
		engines_stop(daemon, plan[i]);
		service_free(plan[i]);
	}
	free(plan);
}

static int service_make(const struct daemon *daemon, const struct config_service *wanted, struct service **ret)
{
	struct tcp_limits limits = settings_tcp_limits(wanted);
	struct recursion *recursion = NULL;
	int rc = ERR_OK;
	if (wanted->role == CONFIG_ROLE_RESOLVER)
		rc = recursion_new(wanted, daemon->log, &recursion);
	if (rc == ERR_OK)
		rc = service_new(wanted->name, daemon->worker_count, &limits, ret);
	if (rc == ERR_OK && recursion != NULL)
		service_set_recursion(*ret, recursion);
	else
		recursion_free(recursion);
	return rc;
}

int services_plan(const struct daemon *daemon, const struct config *config, struct service ***ret)
{
	struct service **plan = calloc(config->service_count + 1, sizeof(plan[0]));
	if (plan == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *wanted = &config->services[i];
		plan[i] = service_known(daemon, wanted);
		if (plan[i] != NULL)
			continue;
		int rc = service_make(daemon, wanted, &plan[i]);
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

void views_free(struct service_view **views, size_t count)
{
	for (size_t i = 0; views != NULL && i < count; i++)
		service_view_free(views[i]);
	free(views);
}

int views_make(const struct daemon *daemon, struct settings *settings, struct service *const *services,
               const struct zone_slots *slots, struct service_view ***ret)
{
	size_t count = settings->config->service_count;
	struct service_view **views = calloc(count + 1, sizeof(views[0]));
	if (views == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct settings_view wanted = {.index = i,
		                                     .service = services[i],
		                                     .slots = slots,
		                                     .secrets = &daemon->secrets,
		                                     .node_id = daemon->node_id,
		                                     .query_log = daemon->query_log,
		                                     .observation = daemon->observation != NULL
		                                                            ? daemon->observation->recorder
		                                                            : NULL,
		                                     .tap = daemon->tap};
		int rc = settings_view(settings, &wanted, &views[i]);
		if (rc == ERR_OK)
			continue;
		views_free(views, i);
		return rc;
	}
	*ret = views;
	return ERR_OK;
}

/* Engines hold the policy of the view that was there before until they have the new one. */
static void policy_publish(const struct daemon *daemon, struct service *service, struct held_policy *policy)
{
	struct drive_policy set = {.service = service, .policy = policy};
	for (size_t i = 0; daemon->workers != NULL && i < daemon->worker_count; i++)
		worker_call(daemon->workers[i], drive_set_policy, &set);
	held_policies_reap(&service->recursion->policies);
}

void views_publish(const struct daemon *daemon, struct service *const *services, size_t count,
                   struct service_view **views)
{
	for (size_t i = 0; i < count; i++) {
		struct service_view *view = views[i];
		service_view_free(snapshot_replace(&services[i]->view, view));
		if (view->policy != NULL)
			policy_publish(daemon, services[i], view->policy);
	}
	free(views);
}

int views_renew(const struct daemon *daemon)
{
	struct service_view **views;
	int rc = views_make(daemon, daemon->settings, daemon->services, daemon->slots, &views);
	if (rc == ERR_OK)
		views_publish(daemon, daemon->services, daemon->service_count, views);
	return rc;
}

/* --- Engines --- */

void engines_stop(const struct daemon *daemon, struct service *service)
{
	for (size_t i = 0; service->recursion != NULL && daemon->workers != NULL && i < daemon->worker_count; i++)
		worker_call(daemon->workers[i], drive_stop, service);
}

static int engine_start(const struct daemon *daemon, struct service *service, struct held_policy *policy)
{
	struct drive_start start = {.service = service, .policy = policy};
	for (size_t i = 0; i < daemon->worker_count; i++) {
		if (service->workers[i].drive != NULL)
			continue;
		worker_call(daemon->workers[i], drive_start, &start);
		if (start.rc != ERR_OK)
			return start.rc;
	}
	return ERR_OK;
}

/* The newest policy is that of the view that was made just now. */
int engines_start(const struct daemon *daemon, struct service *const *services, size_t count)
{
	int rc = ERR_OK;
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		if (services[i]->recursion != NULL)
			rc = engine_start(daemon, services[i], LIST_FIRST(&services[i]->recursion->policies));
	}
	return rc;
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
	slots_judge(daemon, daemon->slots);
}

void slots_judge(struct daemon *daemon, struct zone_slots *slots)
{
	struct judging *judging = malloc(sizeof(*judging));
	if (judging == NULL)
		return;
	*judging = (struct judging){.daemon = daemon, .settings = daemon->settings};
	daemon->settings->references++;
	daemon->judge_jobs++;
	zone_judge_later(&daemon->loop, slots, daemon->settings->config, clock_wall_us() / 1000000, daemon->log,
	                 judging_end, judging);
}

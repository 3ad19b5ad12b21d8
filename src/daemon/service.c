/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/service.h"

#include "base/random.h"
#include "daemon/recursion/recursion.h"
#include "daemon/transfer/outgoing.h"

#include <errno.h>
#include <stdlib.h>

static int worker_parts_new(struct service *service, const struct tcp_limits *limits)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	random_bytes(key, sizeof(key));
	size_t size = service->worker_count * sizeof(service->workers[0]);
	service->workers = aligned_alloc(_Alignof(struct service_worker), size);
	if (service->workers == NULL)
		return -ENOMEM;
	memset(service->workers, 0, size);
	for (size_t i = 0; i < service->worker_count; i++) {
		service->workers[i].connections = tcp_table_new(limits, key);
		if (service->workers[i].connections == NULL)
			return -ENOMEM;
	}
	return ERR_OK;
}

int service_new(const char *name, size_t worker_count, const struct tcp_limits *limits, struct service **ret)
{
	struct service *service = calloc(1, sizeof(*service));
	if (service == NULL)
		return -ENOMEM;
	service->worker_count = worker_count;
	service->name = strdup(name);
	service->truncations = truncations_new();
	int rc = service->name == NULL || service->truncations == NULL ? -ENOMEM : worker_parts_new(service, limits);
	if (rc != ERR_OK) {
		service_free(service);
		return rc;
	}
	*ret = service;
	return ERR_OK;
}

void service_view_free(struct service_view *view)
{
	if (view == NULL)
		return;
	zoneset_free(view->zones);
	outgoing_policy_free(&view->transfers);
	if (view->policy != NULL)
		held_policy_drop(view->policy);
	free(view);
}

void service_set_recursion(struct service *service, struct recursion *recursion)
{
	service->recursion = recursion;
	recursion->service = service->name;
}

bool service_fits(const struct service *service, const struct config_service *config)
{
	if (config->role == CONFIG_ROLE_RESOLVER)
		return service->recursion != NULL && recursion_fits(service->recursion, config);
	return service->recursion == NULL;
}

void service_free(struct service *service)
{
	if (service == NULL)
		return;
	service_view_free(service->view.current);
	for (size_t i = 0; service->workers != NULL && i < service->worker_count; i++)
		tcp_table_free(service->workers[i].connections);
	recursion_free(service->recursion);
	truncations_free(service->truncations);
	free(service->workers);
	free(service->name);
	free(service);
}

void service_counters(const struct service *service, struct counters *ret_sum)
{
	memset(ret_sum, 0, sizeof(*ret_sum));
	for (size_t i = 0; i < service->worker_count; i++)
		counters_sum(ret_sum, &service->workers[i].counters);
}

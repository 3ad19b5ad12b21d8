/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/held_policy.h"

#include "daemon/settings.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>

#define SELF_MAX 256

static void self_add(struct held_policy *policy, size_t *count, const struct ip_addr *addr, uint16_t port)
{
	if (*count < SELF_MAX)
		policy->self[(*count)++] = (struct ip_endpoint){.addr = *addr, .port = port};
}

/* A wildcard stands for every address that the host has now. */
static void self_add_any(struct held_policy *policy, size_t *count, const struct ip_endpoint *listener)
{
	struct ifaddrs *list;
	if (getifaddrs(&list) != 0)
		return;
	for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next) {
		struct ip_endpoint endpoint;
		if (at->ifa_addr != NULL && ip_endpoint_from_sockaddr(at->ifa_addr, &endpoint) == ERR_OK &&
		    endpoint.addr.family == listener->addr.family)
			self_add(policy, count, &endpoint.addr, listener->port);
	}
	freeifaddrs(list);
}

static int self_fill(struct held_policy *policy, const struct config_service *service)
{
	size_t count = 0;
	policy->self = calloc(SELF_MAX, sizeof(policy->self[0]));
	if (policy->self == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < service->listener_count; i++) {
		const struct ip_endpoint *listener = &service->listeners[i].endpoint;
		if (ip_addr_is_any(&listener->addr))
			self_add_any(policy, &count, listener);
		else
			self_add(policy, &count, &listener->addr, listener->port);
	}
	policy->policy.self = policy->self;
	policy->policy.self_count = count;
	return ERR_OK;
}

static int allow_fill(struct held_policy *policy)
{
	size_t count = policy->policy.allow_count;
	policy->allow = calloc(count + 1, sizeof(policy->allow[0]));
	if (policy->allow == NULL)
		return -ENOMEM;
	if (count > 0)
		memcpy(policy->allow, policy->policy.allow, count * sizeof(policy->allow[0]));
	policy->allow[count] = (struct ip_prefix){.addr = {.family = FAMILY_IPV6}, .length = 128};
	policy->policy.allow = policy->allow;
	policy->policy.allow_count = count + 1;
	return ERR_OK;
}

/* T-05, T-06: questions have the limits that the service's own sockets have. */
static void exchange_fill(struct held_policy *policy, const struct config_service *service)
{
	const struct config_addresses *sources = &service->resolver.sources;
	struct exchange_options *options = &policy->exchange;
	options->socket = (struct socket_options){.tcp_mss = service->transport.tcp_mss,
	                                          .is_mtu_minimum = service->transport.path_mtu == PATH_MTU_MINIMUM};
	for (size_t i = 0; i < sources->count; i++) {
		enum family family = sources->items[i].family;
		if (options->source_count[family] < EXCHANGE_SOURCES_MAX)
			options->sources[family][options->source_count[family]++] = sources->items[i];
	}
}

int held_policy_new(struct settings *settings, size_t service_index, struct anchors *anchors, struct held_policy **ret)
{
	const struct config_service *service = &settings->config->services[service_index];
	struct held_policy *policy = calloc(1, sizeof(*policy));
	if (policy == NULL) {
		anchors_free(anchors);
		return -ENOMEM;
	}
	settings->references++;
	policy->settings = settings;
	policy->anchors = anchors;
	config_resolver_policy(service, &policy->policy, &policy->dns64);
	policy->policy.anchors = anchors;
	exchange_fill(policy, service);
	int rc = self_fill(policy, service);
	if (rc == ERR_OK)
		rc = allow_fill(policy);
	if (rc != ERR_OK) {
		held_policy_free(policy);
		return rc;
	}
	*ret = policy;
	return ERR_OK;
}

void held_policy_free(struct held_policy *policy)
{
	if (policy == NULL)
		return;
	anchors_free(policy->anchors);
	free(policy->self);
	free(policy->allow);
	settings_release(policy->settings);
	free(policy);
}

void held_policies_reap(struct held_policies *policies)
{
	struct held_policy *next;
	for (struct held_policy *at = LIST_FIRST(policies); at != NULL; at = next) {
		next = LIST_NEXT(at, link);
		if (atomic_load_explicit(&at->users, memory_order_acquire) > 0)
			continue;
		LIST_REMOVE(at, link);
		held_policy_free(at);
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/recursion.h"

#include "daemon/settings.h"

#include <errno.h>
#include <stdlib.h>

#define BOOK_ADDRESSES 65536 /* servers whose round trips and faults are remembered */

/* --- Its life --- */

int recursion_new(const struct config_service *service, struct log *log, struct recursion **ret)
{
	struct recursion *recursion = calloc(1, sizeof(*recursion));
	if (recursion == NULL)
		return -ENOMEM;
	recursion->log = log;
	recursion->cache_size = service->resolver.cache_size;
	LIST_INIT(&recursion->policies);
	recursion->cache = cache_new(recursion->cache_size);
	recursion->book = address_book_new(BOOK_ADDRESSES);
	recursion->reach = reach_new();
	recursion->fallbacks = fallbacks_new();
	recursion->nat64 = pref64_table_new();
	recursion->learned = pref64_table_new();
	bool has_all = recursion->cache != NULL && recursion->book != NULL && recursion->reach != NULL &&
	               recursion->fallbacks != NULL && recursion->nat64 != NULL && recursion->learned != NULL;
	if (!has_all) {
		recursion_free(recursion);
		return -ENOMEM;
	}
	*ret = recursion;
	return ERR_OK;
}

void recursion_free(struct recursion *recursion)
{
	if (recursion == NULL)
		return;
	held_policies_reap(&recursion->policies);
	cache_free(recursion->cache);
	address_book_free(recursion->book);
	reach_free(recursion->reach);
	fallbacks_free(recursion->fallbacks);
	pref64_table_free(recursion->nat64);
	pref64_table_free(recursion->learned);
	trust_free(recursion->trust);
	free(recursion);
}

bool recursion_fits(const struct recursion *recursion, const struct config_service *service)
{
	return recursion->cache_size == service->resolver.cache_size;
}

/* --- Policies --- */

/* RFC 5011 goes on where it was, also under another configuration. */
static int trust_renew(struct recursion *recursion, const struct recursion_make *make)
{
	if (recursion->trust != NULL && recursion->trust_since_us == make->settings->loaded_us)
		return ERR_OK;
	const struct trust_options options = {.service = &make->settings->config->services[make->service_index],
	                                      .state_dir = make->settings->config->state_dir,
	                                      .log = recursion->log,
	                                      .before = recursion->trust};
	struct trust *trust;
	int rc = trust_new(&options, &trust);
	if (rc != ERR_OK)
		return rc;
	trust_free(recursion->trust);
	recursion->trust = trust;
	recursion->trust_since_us = make->settings->loaded_us;
	return ERR_OK;
}

int recursion_policy(struct recursion *recursion, const struct recursion_make *make, struct held_policy **ret)
{
	const struct config_resolver *config = &make->settings->config->services[make->service_index].resolver;
	struct held_policy *newest = LIST_FIRST(&recursion->policies);
	/* Nothing has changed (another zone was loaded anew): what validation has worked out by this one stays of use. */
	if (newest != NULL && newest->settings == make->settings && newest->generation == recursion->generation &&
	    memcmp(newest->policy.cookie_secret, make->cookie_secret, sizeof(newest->policy.cookie_secret)) == 0) {
		held_policy_hold(newest);
		*ret = newest;
		return ERR_OK;
	}
	struct anchors *anchors = NULL;
	struct held_policy *held = NULL;
	int rc = trust_renew(recursion, make);
	if (rc == ERR_OK)
		rc = trust_anchors(recursion->trust, &anchors);
	if (rc == ERR_OK)
		rc = held_policy_new(make->settings, make->service_index, anchors, &held);
	if (rc != ERR_OK)
		return rc;
	struct resolver_policy *policy = &held->policy;
	memcpy(policy->cookie_secret, make->cookie_secret, sizeof(policy->cookie_secret));
	memcpy(policy->cookie_secret_old, make->cookie_secret_old, sizeof(policy->cookie_secret_old));
	memcpy(policy->node_id, make->node_id, sizeof(policy->node_id));
	held->generation = recursion->generation;
	policy->pref64 = config->is_nat64_on ? recursion->nat64 : NULL;
	if (config->has_dns64) {
		held->dns64.learned = recursion->learned;
		policy->dns64 = &held->dns64;
	}
	held_policy_hold(held);
	LIST_INSERT_HEAD(&recursion->policies, held, link);
	*ret = held;
	return ERR_OK;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the workers of a resolver service share, and what its main thread looks after: cache, what is known of servers
 * and families, prefixes, policies, trust anchors.
 * Owned by the service, and lives as long: reloads keep it unless its cache gets another size.
 * Never touched by a worker but through what knows how to be shared.
 */
#ifndef DAEMON_RECURSION_RECURSION_H
#define DAEMON_RECURSION_RECURSION_H

#include "base/log.h"
#include "cache/cache.h"
#include "config/config.h"
#include "daemon/recursion/held_policy.h"
#include "daemon/recursion/trust.h"
#include "dns64/pref64.h"
#include "upstream/address_book.h"
#include "upstream/fallbacks.h"
#include "upstream/reach.h"

struct recursion {
	struct log *log;     /* borrowed */
	const char *service; /* its name, the service's */
	uint64_t cache_size;
	struct cache *cache;
	struct address_book *book;
	struct reach *reach;
	struct fallbacks *fallbacks;
	struct pref64_table *nat64;   /* for our own questions: what the operator wrote, and what was learned */
	struct pref64_table *learned; /* for DNS64: what was learned; what the operator wrote stands in the policy */
	struct held_policies policies; /* the newest first */
	struct trust *trust;
	uint64_t trust_since_us;       /* settings.loaded_us of the configuration that it was made from */
	uint64_t generation;           /* of what a policy takes from here: trust anchors that change */
};

int recursion_new(const struct config_service *service, struct log *log, struct recursion **ret) MUST_USE;
void recursion_free(struct recursion *recursion); /* its engines are gone; NULL is fine */
/* Can it go on under this configuration? */
bool recursion_fits(const struct recursion *recursion, const struct config_service *service);
/* A policy of the service, held once for its view. */
struct recursion_make {
	struct settings *settings;
	size_t service_index;
	const uint8_t *cookie_secret, *cookie_secret_old, *node_id;
};
int recursion_policy(struct recursion *recursion, const struct recursion_make *make, struct held_policy **ret) MUST_USE;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is watched: names with types, of whom they are asked, and how often.
 * A value; everything in it is borrowed from the configuration, which outlives the watcher.
 * Never decides anything: watch/plan.h makes probes of it.
 */
#ifndef WATCH_SET_H
#define WATCH_SET_H

#include "audit/chain.h"

/* An address of our own services. */
struct watch_own {
	struct ip_endpoint endpoint;
	bool is_resolver;         /* it lets this host ask */
	const struct name *zones; /* else: those that it serves */
	size_t zone_count;
};

struct watch_set {
	const char *label;
	const struct name *names;
	size_t name_count;
	const uint16_t *types; /* PTR: of the addresses that the names have */
	size_t type_count;
	const uint16_t *ports; /* that services are connected to */
	size_t port_count;
	bool has_servers, has_resolvers; /* they were named; else those that delegations and our own services have */
	const struct ip_endpoint *servers, *resolvers;
	size_t server_count, resolver_count;
	const struct watch_own *own;
	size_t own_count;
	bool is_cd_asked;
	uint32_t every_ms, timeout_ms;
	uint32_t left_least_s;          /* a signature that ends sooner is told */
	const struct chain_hint *hints; /* of the root; 0: no delegation is followed */
	size_t hint_count;
	const struct anchors *anchors; /* NULL: nothing is validated */
};

#endif

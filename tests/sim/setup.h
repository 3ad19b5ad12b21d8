/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy, clocks and network faults that a scenario's configuration asks for.
 * Owned: setup_make/setup_free; arrays and names are in the scenario's arena.
 * Never fails for an unknown key, unless it is one of ours (sextant-...).
 */
#ifndef TESTS_SIM_SETUP_H
#define TESTS_SIM_SETUP_H

#include "dns64/pref64.h"
#include "resolver/policy.h"
#include "tests/sim/scenario.h"

#define SETUP_SERVERS_MAX 32
#define SETUP_ZONES_MAX 16
#define SETUP_PREFIXES_MAX 16
#define SETUP_HOSTS_MAX 16

struct setup {
	struct resolver_policy policy;
	struct anchors *anchors;
	struct pref64_table *pref64;
	uint64_t wall_s;
	uint32_t latency_ms;
	bool has_no_route[FAMILY_COUNT]; /* the host has no route for the family: sending fails at once */
	bool is_ipv6_client;
	uint8_t seed[32];

	/* What policy points to. */
	struct policy_server hints[SETUP_SERVERS_MAX], fallback[SETUP_SERVERS_MAX];
	bool is_single[SETUP_SERVERS_MAX]; /* of fallback: found to have one family only */
	struct policy_server zone_servers[SETUP_ZONES_MAX][SETUP_SERVERS_MAX];
	struct policy_zone zones[SETUP_ZONES_MAX];
	struct policy_host hosts[SETUP_HOSTS_MAX];
	struct ip_addr host_addrs[SETUP_HOSTS_MAX];
	struct ip_prefix allow[FAMILY_COUNT], do_not_query[SETUP_PREFIXES_MAX];
	struct dns64 dns64;
	struct dns64_rule rules[SETUP_PREFIXES_MAX];
	struct ip_prefix exclude_aaaa[SETUP_PREFIXES_MAX], exclude_a[SETUP_PREFIXES_MAX];
	struct ip_prefix dns64_clients[SETUP_PREFIXES_MAX];
};

/* ERR_SYNTAX, ERR_UNSUPPORTED: why says more. */
int setup_make(struct scenario *scenario, struct setup **ret, char why[SCENARIO_WHY_MAX]) MUST_USE;
void setup_free(struct setup *setup);

#endif

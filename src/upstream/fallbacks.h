/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fallback resolvers of a service and what probes found of their families (R-08, RFC 10001 5).
 * Owned: fallbacks_new/fallbacks_free; shared by workers, who read, and the main thread, who probes. One short lock.
 * Never sends anything: it says who is due, and takes what came back.
 *
 * A probe asks for a name that only an IPv6-only zone has, and for one that only an IPv4-only zone has. Until the first
 * probe is over a fallback is used; after it only when it was found dual-stack.
 */
#ifndef UPSTREAM_FALLBACKS_H
#define UPSTREAM_FALLBACKS_H

#include "ip/addr.h"

#define FALLBACKS_MAX 16
#define FALLBACK_PROBE_S 300       /* between probes of one that is well */
#define FALLBACK_PROBE_FIRST_S 10  /* the first one after a probe that was not, doubled up to the former */

enum fallback_reply { FALLBACK_SILENT, FALLBACK_FAILED, FALLBACK_ANSWERED, FALLBACK_REPLY_COUNT };

enum fallback_ability {
	FALLBACK_NOT_PROBED,
	FALLBACK_DUAL,
	FALLBACK_IPV6_ALONE,
	FALLBACK_IPV4_ALONE,
	FALLBACK_NEITHER,     /* it replies, but resolves neither zone */
	FALLBACK_UNREACHABLE,
	FALLBACK_ABILITY_COUNT
};
const char *fallback_ability_text(enum fallback_ability ability); /* "IPv6 only" */
/* By what came back for the zone of each family. */
enum fallback_ability fallback_ability_of(const enum fallback_reply replies[FAMILY_COUNT]);

struct fallbacks;

struct fallbacks *fallbacks_new(void);
void fallbacks_free(struct fallbacks *fallbacks);
/* The operator's list, at start and after a reload. What is known of servers that stay is kept; all are due, or with
 * is_probed false none ever is and all are used. */
void fallbacks_set(struct fallbacks *fallbacks, const struct ip_endpoint *servers, size_t count, bool is_probed);

/* The workers': may it be asked? One that is not in the list may. */
bool fallbacks_may_ask(struct fallbacks *fallbacks, const struct ip_endpoint *server);
/* It was of no help: its next probe comes soon. */
void fallbacks_trouble(struct fallbacks *fallbacks, const struct ip_endpoint *server, uint64_t now_us);

/* The prober's: the one whose time has come. False: none. */
bool fallbacks_due(struct fallbacks *fallbacks, uint64_t now_us, struct ip_endpoint *ret);
/* A probe has ended. True: the ability is another one than before. */
bool fallbacks_judge(struct fallbacks *fallbacks, const struct ip_endpoint *server, enum fallback_ability ability,
                     uint64_t now_us);

struct fallback_view {
	struct ip_endpoint server;
	enum fallback_ability ability;
	bool is_used;
	uint64_t probed_us; /* the end of the last probe; 0: none yet */
};
size_t fallbacks_all(struct fallbacks *fallbacks, struct fallback_view ret[FALLBACKS_MAX]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the engine concluded for a client's question, and its way onto the wire: encoded for one client's limits, and
 * kept ready-made in the cache for the next ones.
 * A value of views into a job's arena.
 * Never resolves anything, never looks at a clock.
 */
#ifndef RESOLVER_RESOLUTION_H
#define RESOLVER_RESOLUTION_H

#include "cache/cache.h"
#include "dns/builder.h"
#include "resolver/outcome.h"
#include "resolver/policy.h"
#include "resolver/resolver.h"

#define RESOLUTION_EDES_MAX 4

struct resolution {
	uint16_t rcode;
	/* The chain: aliases in order, then what the last name gives. Local data and synthesis are outcomes, too. A DNAME
	 * is followed by the CNAME made from it (RFC 6672 2.2), which the encoder makes. Count 0: rcode alone. */
	const struct outcome *const *links;
	size_t link_count;
	bool is_secure;      /* every link is: AD for those who asked (RFC 4035 3.2.3, RFC 6840 5.7, 5.8) */
	bool is_checked;     /* false: CD, not validated; lives under its own view */
	bool is_bogus;       /* there is no answer because it did not validate */
	struct edns_ede edes[RESOLUTION_EDES_MAX];
	uint8_t ede_count;
	enum aaaa_origin origin;
	struct ip_prefix dns64_prefix; /* origin DNS64: the first that was used; length 0: not told */
	bool is_stale;       /* TTLs are the policy's stale_ttl_s */
	bool is_keepable;    /* may be kept ready-made; ends with its first link to end */
	bool is_local;       /* local data: TTL as written */
};

/* --- The front: what can be said without resolving --- */

struct front_scratch; /* a builder and the like: one a engine */
struct front_scratch *front_scratch_new(void);
void front_scratch_free(struct front_scratch *scratch);

enum resolution_view { /* bits of a CACHE_REPLY's view */
	VIEW_DO = 1,
	VIEW_CD = 2,
	VIEW_DNS64 = 4 /* AAAA and PTR only: other types are the same with it and without */
};

struct front { /* a query that was read */
	struct query query;
	uint32_t view;       /* enum resolution_view */
	bool has_dns64;      /* the client is one of those that get it, and does not validate by itself (RFC 6147 5.5) */
	bool wants_ad;       /* DO or AD in the query */
	bool is_refresh_due; /* FRONT_ANSWERED from the cache, near its end: prefetch it; said once for each kept answer */
};

enum front_result { FRONT_ANSWERED, FRONT_DROPPED, FRONT_MISS };
/*
 * Reads, checks access (REFUSED with EDE 18), opcode, class, type (AXFR, IXFR: REFUSED, AXFR over UDP: FORMERR by
 * RFC 5936 4.2; class CH: identity, version), cookies (BADCOOKIE is not demanded), then looks for a ready-made answer.
 * The hit path: no allocation, no lock, one copy. RD=0 questions are answered from the cache only (else REFUSED with
 * EDE 20).
 */
enum front_result front_take(const struct resolver_policy *policy, struct cache *cache, struct front_scratch *scratch,
                             struct resolver_time now, const struct resolver_request *request, struct writer *out,
                             struct query_event *event, struct front *ret);
/* A hint that front_take will follow: cache_expect for the ready-made answer. Returns the place. */
uint64_t front_expect(const struct resolver_policy *policy, const struct cache *cache,
                      const struct resolver_request *request);

/* The answer for one client: sections, OPT with EDEs and cookie, TC by the rules of the authoritative side. */
size_t resolution_encode(const struct resolution *resolution, const struct resolver_policy *policy,
                         struct front_scratch *scratch, struct resolver_time now, const struct query *query,
                         const struct resolver_request *request, struct writer *out, struct query_event *event);
/* Keeps it ready-made under the question and view. */
void resolution_keep(const struct resolution *resolution, const struct resolver_policy *policy, struct cache *cache,
                     struct front_scratch *scratch, struct resolver_time now, struct name qname, uint16_t qtype,
                     uint32_t view);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known about one answered question: filled by the engine and the daemon, read by counters and the query log.
 * A value; spans in it are borrowed from the query's buffer and copied when recorded.
 */
#ifndef TELEMETRY_QUERY_EVENT_H
#define TELEMETRY_QUERY_EVENT_H

#include "base/span.h"
#include "ip/prefix.h"

enum transport { TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_COUNT };
const char *transport_text(enum transport transport); /* "udp" */

/* A way to a server: its family and the transport. */
#define UPSTREAM_WAYS (TRANSPORT_COUNT * FAMILY_COUNT)
static inline unsigned upstream_way(enum transport transport, enum family family)
{
	return (unsigned)transport * FAMILY_COUNT + (unsigned)family;
}
const char *upstream_way_text(unsigned way); /* "udp6", "udp4", "tcp6", "tcp4" */

/* NONE: not a good answer to AAAA. */
enum aaaa_origin { AAAA_NONE, AAAA_NATIVE, AAAA_DNS64, AAAA_NEGATIVE, AAAA_ORIGIN_COUNT };
const char *aaaa_origin_text(enum aaaa_origin origin); /* "native"; "-" for NONE */
/* NONE: authoritative, or answered without data: refused, malformed. */
enum cache_use { CACHE_USE_NONE, CACHE_USE_MISS, CACHE_USE_HIT, CACHE_USE_STALE, CACHE_USE_COUNT };
const char *cache_use_text(enum cache_use use); /* "miss" */
enum security { /* RFC 4035 4.3 */
	SECURITY_UNCHECKED, /* not validated: CD, or it has yet to be */
	SECURITY_SECURE,
	SECURITY_INSECURE,
	SECURITY_INDETERMINATE, /* no trust anchor covers it, or validation is off */
	SECURITY_BOGUS
};
#define SECURITY_COUNT (SECURITY_BOGUS + 1)
const char *security_value_text(uint8_t security); /* "secure" */


/* Bits: an answer came only by the second after the first had been tried for the same question (M-03). */
enum upstream_turn { TURN_IPV6_IPV4 = 1 << 0, TURN_IPV4_IPV6 = 1 << 1, TURN_UDP_TCP = 1 << 2 };
#define TURN_COUNT 3
const char *upstream_turn_text(unsigned bit); /* "ipv6-ipv4": of 1 << bit */

/* What an event tells of. Those that are no answers have name, type, ede, reason and what is said below of a resolver. */
enum query_event_kind {
	QUERY_EVENT_ANSWER,
	QUERY_EVENT_UPSTREAM,   /* a family is down */
	QUERY_EVENT_VALIDATION, /* what a server gave was bogus */
	QUERY_EVENT_REFRESH     /* a cached answer was to be had anew before its end; rcode says what came of it */
};

/* Why a question was not served, when it was turned away before anything was looked up. */
enum turned_away {
	TURNED_AWAY_NOT,
	TURNED_AWAY_ACL,     /* the service's list of clients does not have it; it was told so */
	TURNED_AWAY_OVERLOAD /* no room to wait for an answer: it got none */
};

struct query_event {
	enum query_event_kind kind;
	enum turned_away turned_away;
	uint32_t ttl_left_s; /* REFRESH that failed: of the cached answer */
	/* by the daemon */
	uint64_t wall_us;
	uint32_t duration_us;
	struct ip_endpoint client;
	struct ip_addr server; /* the address that was asked */
	enum transport transport;
	/* by the engine */
	const uint8_t *qname; /* wire form inside the query, uncompressed; NULL when there is no question */
	uint16_t qname_size;
	uint16_t qtype;
	uint16_t qclass;
	uint16_t id;
	uint16_t edns_size; /* as the client sent it; 0: no EDNS */
	uint16_t rcode;     /* extended, 12 bits */
	uint16_t answer_count;
	uint32_t size;      /* octets of the answer; 0: dropped without an answer */
	uint32_t ttl_s;     /* by an authoritative service with answer_count: the least of the answer section */
	int32_t ede;        /* INFO-CODE, -1: none */
	uint8_t opcode;
	bool is_rd, is_do, is_cd, is_aa, is_tc;
	bool has_cookie, is_cookie_valid;
	bool has_tsig;
	/* by a resolver; zero from an authoritative service */
	bool is_ad;
	enum aaaa_origin origin;
	struct ip_prefix dns64_prefix; /* origin DNS64: the first that was used; length 0: not told */
	enum cache_use cache;
	uint8_t security;     /* enum security */
	uint16_t upstream_count; /* questions sent for it */
	/* How it was come by, with all that had to be asked first: names of servers, keys. Zero when nobody was asked. */
	uint8_t upstream_tried;      /* bits 1 << family: what the last question was asked over, that for the answer itself */
	uint8_t upstream_turns;      /* enum upstream_turn: of all questions */
	uint16_t upstream_timeouts;  /* questions without a reply in time */
	uint32_t upstream_us;        /* from the first question sent to the last reply, or the last that was given up */
	struct ip_endpoint upstream; /* that gave the last of it, or failed last; port 0: none */
	bool is_upstream_failed;     /* no answer of a server was taken */
	struct span reason;   /* why it failed; borrowed, may be empty */
};

struct query; /* dns/query.h */
/* What the query says; the rest of the engine's half as before any answer. The daemon's half stays. */
void query_event_begin(struct query_event *event, const struct query *query);
/* What an AAAA question got: a resolver's engine says it, of zone data it follows from the answer. */
enum aaaa_origin query_event_origin(const struct query_event *event, bool is_resolver);

#endif

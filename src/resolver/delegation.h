/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The servers of a zone: their names and the addresses that came with them.
 * A value in an arena, or flat in the cache; immutable once it is used.
 * Never holds an address looked up elsewhere: those are outcomes of their own, with their own time.
 */
#ifndef RESOLVER_DELEGATION_H
#define RESOLVER_DELEGATION_H

#include "base/arena.h"
#include "resolver/limits.h"
#include "resolver/policy.h"

enum delegation_source {
	DELEGATION_HINTS,
	DELEGATION_PARENT,   /* a referral */
	DELEGATION_CHILD,    /* the zone's own NS RRset: draft-ietf-dnsop-ns-revalidation */
	DELEGATION_STUB,     /* the operator's, asked without RD */
	DELEGATION_FORWARD,  /* the operator's, asked with RD */
	DELEGATION_FALLBACK  /* dual-stack resolvers for what one family cannot resolve: RFC 10001 4.2 */
};

struct delegation_server {
	struct name name; /* the root: only addresses are known */
	struct ip_endpoint addrs[LIMIT_ADDRESSES]; /* IPv6 before IPv4 */
	uint8_t addr_count;
};

struct delegation {
	struct name zone;
	enum delegation_source source;
	uint64_t since_us; /* of the referral */
	uint64_t ends_us;  /* the parent is asked again then; UINT64_MAX: it has none, or the operator wrote it */
	uint8_t server_count;
	struct delegation_server servers[LIMIT_SERVERS];
};

static inline bool delegation_is_forward(const struct delegation *delegation)
{
	return delegation->source >= DELEGATION_FORWARD;
}

/* Adds; further ones than fit are left out. NULL: no room for another server. */
struct delegation_server *delegation_add(struct delegation *delegation, struct name name);
void delegation_server_add(struct delegation_server *server, const struct ip_endpoint *addr);
/* The addresses of an AAAA or A RRset. */
void delegation_server_take(struct delegation_server *server, const struct rrset *rrset, uint16_t port);
bool delegation_server_has(const struct delegation_server *server, const struct ip_endpoint *addr);

size_t delegation_size(const struct delegation *delegation);
void delegation_write(const struct delegation *delegation, uint8_t *at);
/* From octets that delegation_write made; names are views into flat. zone and times are the caller's. */
void delegation_read(const uint8_t *flat, struct name zone, struct delegation *ret);

/* From what the operator wrote. */
void delegation_from_servers(struct name zone, enum delegation_source source, const struct policy_server *servers,
                             size_t count, struct delegation *ret);
/* Glue of the family that `old` has for a server that `fresh` has without is taken over. */
void delegation_keep_glue(struct delegation *fresh, const struct delegation *old, enum family family);

#endif

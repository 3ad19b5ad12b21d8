/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every server of ours grants a client: octets for the answer, and the OPT that goes back.
 * Values; texts and secrets are borrowed.
 * Never looks at what is answered.
 */
#ifndef DNS_SERVE_TERMS_H
#define DNS_SERVE_TERMS_H

#include "dns/cookie.h"
#include "dns/edns.h"
#include "dns/query.h"

struct terms { /* a service's */
	uint16_t udp_size;            /* sent in OPT and the most that is honoured */
	uint16_t tcp_idle_timeout_ds; /* RFC 7828, units of 100 ms */
	const char *identity;         /* NSID; NULL: hidden */
	bool is_cookie_on;
	struct cookie_secrets secrets;
};

struct terms_client {
	const struct ip_addr *addr;
	bool is_udp;
	uint64_t now_s; /* since 1970 */
};

/* Octets that client, service and transport allow for the whole answer; capacity: of the buffer. */
static inline size_t terms_limit(const struct query *query, uint16_t udp_size, bool is_udp, size_t capacity)
{
	size_t limit = UINT16_MAX;
	if (is_udp) {
		/* RFC 9715 3.2: the smallest of what is offered, what the path takes and our own limit. */
		limit = query_udp_size(query);
		if (limit > udp_size)
			limit = udp_size;
	}
	return limit < capacity ? limit : capacity;
}

/* The limit with room kept for what comes last. Key names and identities may be longer than any room. */
static inline size_t terms_limit_less(size_t limit, size_t kept)
{
	return limit > kept + HEADER_SIZE ? limit - kept : HEADER_SIZE;
}

/*
 * RFC 6891 6.1.1: an OPT goes back when one came, with what the client asked for and the service gives; rcode and EDEs
 * are the caller's to add. A new cookie is written into the buffer, which must live as long as ret.
 * True: the client's cookie was a good one of ours.
 */
bool terms_edns(const struct terms *terms, const struct query *query, const struct terms_client *client,
                uint8_t cookie[COOKIE_SIZE], struct edns *ret);

#endif

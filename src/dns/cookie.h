/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DNS cookies of a server: made and checked without state (RFC 7873, in the form of RFC 9018 4).
 * Values. The secrets and the time are the caller's.
 * Never remembers a client, and never treats a cookie as more than a sign that the address is not forged.
 */
#ifndef DNS_COOKIE_H
#define DNS_COOKIE_H

#include "base/random.h"
#include "base/span.h"
#include "ip/addr.h"

#define COOKIE_CLIENT_SIZE 8  /* octets */
#define COOKIE_SERVER_SIZE 16 /* version 1: version, reserved (3), time (4), hash (8) */
#define COOKIE_SIZE (COOKIE_CLIENT_SIZE + COOKIE_SERVER_SIZE)
#define COOKIE_SECRET_SIZE SIPHASH_KEY_SIZE

#define COOKIE_PAST_MAX_S 3600  /* RFC 9018 4.3 */
#define COOKIE_FUTURE_MAX_S 300
#define COOKIE_RENEW_S 1800

enum cookie_state {
	COOKIE_CLIENT_ONLY, /* no server part: the client's first question */
	COOKIE_BAD,         /* not ours, for another address, too old, of another version */
	COOKIE_OLD,         /* good, but a new one is due: half an hour old, or made with the old secret */
	COOKIE_GOOD         /* good, and may be sent back as it is */
};

/* The two secrets of a rollover (RFC 9018 5); without one under way both are the same. */
struct cookie_secrets {
	const uint8_t *current; /* COOKIE_SECRET_SIZE octets: made with, accepted */
	const uint8_t *old;     /* accepted only */
};

/* cookie: as the query has it, 8 or 16-40 octets. now_s: since 1970. */
enum cookie_state cookie_check(struct span cookie, const struct ip_addr *client, uint64_t now_s,
                               struct cookie_secrets secrets);
/* The whole option for the answer: client's eight octets, then ours. */
void cookie_make(const uint8_t client_cookie[COOKIE_CLIENT_SIZE], const struct ip_addr *client, uint64_t now_s,
                 struct cookie_secrets secrets, uint8_t ret_cookie[COOKIE_SIZE]);

#endif

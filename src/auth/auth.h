/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The authoritative engine: a message in, a message out, nothing else.
 * The service is read-only and shared by workers; the scratch belongs to one worker.
 * Never allocates, locks, blocks or looks at a clock while answering.
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "base/writer.h"
#include "telemetry/query_event.h"
#include "zone/zoneset.h"

#include <time.h>

#define AUTH_UDP_SIZE_MIN 512
#define AUTH_UDP_SIZE_DEFAULT 1232 /* RFC 10001 3.2, DNS Flag Day 2020 */
#define AUTH_UDP_SIZE_MAX 1400     /* RFC 9715 3.2 */
#define AUTH_COOKIE_SECRET_SIZE 16

struct tsig_key; /* dns/tsig.h */

/* Options of one service: plain values, copied from the config by the daemon. */
struct auth_options {
	uint16_t udp_size;             /* sent in OPT and the most that is honoured: 512-1400 */
	bool is_minimal;               /* minimal-responses: no optional records */
	bool is_any_full;              /* any: full, else RFC 8482 */
	const char *identity;          /* NSID and id.server; NULL: hidden */
	const char *version;           /* version.bind; NULL: hidden */
	uint16_t tcp_idle_timeout_ds;  /* RFC 7828, units of 100 ms, told to TCP clients that ask */
	uint8_t cookie_secret[AUTH_COOKIE_SECRET_SIZE];
	uint8_t cookie_secret_old[AUTH_COOKIE_SECRET_SIZE]; /* accepted, not given; the same as the other when none */
	bool is_cookie_on;
	const struct tsig_key *const *keys; /* known TSIG keys */
	size_t key_count;
};

struct auth_request {
	struct span message;
	enum transport transport;
	struct ip_addr client;
	uint64_t now_s; /* seconds since 1970, for cookies and TSIG */
};

struct auth_scratch;
struct auth_scratch *auth_scratch_new(void);
void auth_scratch_free(struct auth_scratch *scratch);

/*
 * Answers one message. out: the answer's buffer, of at least 65535 octets for TCP and udp_size for UDP.
 * Returns the octets of the answer; 0: say nothing (a response, or too short to answer).
 * event: the engine's half of it is filled, whatever happens.
 */
size_t auth_answer(const struct auth_options *options, const struct zoneset *zones,
                   const struct auth_request *request, struct auth_scratch *scratch, struct writer *out,
                   struct query_event *event);

/*
 * The same for a batch of datagrams: look-ups are interleaved so that their cache misses overlap.
 * sizes and events are filled for each request.
 */
void auth_answer_batch(const struct auth_options *options, const struct zoneset *zones,
                       const struct auth_request *requests, size_t count, struct auth_scratch *scratch,
                       struct writer *outs, size_t *ret_sizes, struct query_event *events);

#endif

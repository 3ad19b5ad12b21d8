/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a secondary asks its primaries, SOA, AXFR or IXFR, and what an answer to the question for the SOA says.
 * Stateless; octets are the caller's.
 * Never takes an answer for what it is not: id, question, signature, authority and the record itself are looked at.
 */
#ifndef TRANSFER_REQUEST_H
#define TRANSFER_REQUEST_H

#include "dns/rrtype.h"
#include "dns/tsig.h"

#define REQUEST_SIZE_MAX 1024 /* octets: two names in a SOA, the zone's, the key's and the algorithm's, a MAC */

struct transfer_request {
	struct name apex;
	uint16_t type; /* RR_SOA, RR_AXFR, RR_IXFR */
	uint16_t id;
	uint32_t serial;            /* IXFR: of the version that is here (RFC 1995 3) */
	const struct tsig_key *key; /* NULL: not signed */
};

/* Into an empty writer of REQUEST_SIZE_MAX octets. ret_sent: of a signed one, for its answers. ERR_SPACE, ERR_CRYPTO.
 */
int transfer_request_make(const struct transfer_request *request, uint64_t now_s, struct writer *message,
			  struct tsig *ret_sent) MUST_USE;

enum request_verdict {
	REQUEST_LEAVE,     /* no answer to this question: go on waiting */
	REQUEST_TOLD,      /* the zone's SOA */
	REQUEST_TRUNCATED, /* ask over TCP */
	REQUEST_BAD        /* no use: reason says why, a sentence's end with "it" for the primary */
};

struct request_answer {
	uint32_t serial;
	char reason[96];
};

/* An answer to the question for the SOA. sent: NULL when it was not signed. */
enum request_verdict transfer_request_judge(const struct transfer_request *request, const struct tsig *sent,
					    struct span message, uint64_t now_s, struct request_answer *ret);

#endif

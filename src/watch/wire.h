/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One question whose way over the wire is watched: packets, segments, the life of a connection.
 * A value; each probe opens and closes what it needs.
 * Never for the loop's thread: a probe takes as long as its server does, within bounds.
 */
#ifndef WATCH_WIRE_H
#define WATCH_WIRE_H

#include "audit/facts.h"

#define WIRE_MESSAGE_MAX 65535
/* RFC 7766 6.2.3: idle connections are kept for seconds, and for less where the server is short of them (NSD: 200 ms):
 * who closes within this time closes whenever it has answered, and resolvers pay for each question. */
#define WIRE_PAUSE_MS 50

/* A transfer has until then, however large the zone is. */
#define WIRE_TRANSFER_MS 20000

struct wire_answer {
	enum fact_state state;
	struct fact_seen seen;
	uint32_t duration_us; /* to the reply; else to the end */
	size_t size;
	uint8_t octets[WIRE_MESSAGE_MAX];
};

/* timeout_ms: until the reply, all tries together. tries: datagrams. */
void wire_ask(const struct fact_question *question, unsigned timeout_ms, unsigned tries, struct wire_answer *ret);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known about one answered question: filled by the engine and the daemon, read by counters and the query log.
 * A value; spans in it are borrowed from the query's buffer and copied when recorded.
 */
#ifndef TELEMETRY_QUERY_EVENT_H
#define TELEMETRY_QUERY_EVENT_H

#include "base/span.h"
#include "ip/addr.h"

enum transport { TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_COUNT };
const char *transport_text(enum transport transport); /* "udp" */

struct query_event {
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
	int32_t ede;        /* INFO-CODE, -1: none */
	uint8_t opcode;
	bool is_rd, is_do, is_cd, is_aa, is_tc;
	bool has_cookie, is_cookie_valid;
	bool has_tsig;
};

#endif

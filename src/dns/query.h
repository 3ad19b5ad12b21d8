/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An incoming query read in one pass: header, question, OPT, where TSIG is.
 * A value; name and spans in it are views into the message, which must outlive it.
 * Never allocates, never follows a compression pointer, never judges what the question asks for.
 */
#ifndef DNS_QUERY_H
#define DNS_QUERY_H

#include "dns/header.h"
#include "dns/name.h"

#define QUERY_UDP_SIZE_MIN 512 /* what a client without EDNS takes; smaller OPT sizes mean this (RFC 6891 6.2.3) */

enum query_verdict {
	QUERY_OK,      /* answer it */
	QUERY_DROP,    /* say nothing: shorter than a header, or a response (QR=1) */
	QUERY_FORMERR, /* answer FORMERR with what is known: see the fields */
	QUERY_BADVERS, /* well formed, but of an EDNS version that is not 0 (RFC 6891 6.1.3) */
	QUERY_NOTIMP   /* an opcode other than QUERY, NOTIFY and UPDATE, well formed or not */
};

struct query {
	struct span message;
	uint16_t id;
	uint16_t flags; /* the header's second word: enum header_flag, opcode */
	uint8_t opcode;
	uint16_t counts[SECTION_COUNT]; /* as the header claims; true when the verdict is QUERY_OK */

	/*
	 * The question. False when it is malformed, and for QDCOUNT 0, which QUERY_OK allows for a client that only
	 * fetches a cookie (RFC 7873 5.4). With QDCOUNT > 1 (a FORMERR) it is the first one.
	 */
	bool has_question;
	struct name qname; /* case as sent; the root when there is no question */
	uint16_t qtype;
	uint16_t qclass;
	uint16_t question_end; /* offset behind the question; HEADER_SIZE when there is none */

	/* Offsets of the sections' first records: NOTIFY, UPDATE and IXFR put records there. 0: not reached. */
	uint16_t section_offsets[SECTION_COUNT];

	/* OPT. Options are read for version 0 only. */
	bool has_edns;
	bool is_do;
	uint8_t edns_version;
	uint16_t edns_size; /* as sent; 0 without EDNS */
	bool has_nsid;      /* RFC 5001: the server's identity is wanted */
	bool has_keepalive; /* RFC 7828: to be ignored over UDP (3.2.1) */
	bool has_padding;   /* RFC 7830: the answer may be padded, over encrypted transports */
	struct span cookie; /* client cookie, 8 octets, and perhaps a server cookie, 8-32; data NULL: none */

	uint16_t tsig_offset; /* of the TSIG record's owner; 0: not signed */
};

/* The one entry: fills ret as far as the message can be read, whatever the verdict. */
enum query_verdict query_parse(struct span message, struct query *ret);

/* The octets that an answer over UDP may have on the client's side: 512 or more. */
static inline uint16_t query_udp_size(const struct query *query)
{
	return query->edns_size < QUERY_UDP_SIZE_MIN ? QUERY_UDP_SIZE_MIN : query->edns_size;
}

#endif

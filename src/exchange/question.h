/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One question to one server over one transport: as a value, as octets, and matching a reply to it.
 * Borrowed: qname and cookie belong to whoever asks.
 * Never chooses anything: server, sizes and options are the engine's; id and letter case come from the caller's
 * randomness.
 */
#ifndef EXCHANGE_QUESTION_H
#define EXCHANGE_QUESTION_H

#include "dns/cookie.h"
#include "dns/edns.h"
#include "dns/header.h"
#include "dns/name.h"
#include "ip/addr.h"

#define QUESTION_MAX 512 /* octets of an encoded question */

enum question_transport { QUESTION_UDP, QUESTION_TCP, QUESTION_TRANSPORT_COUNT };
const char *question_transport_text(enum question_transport transport); /* "udp" */

/* RFC 10001 5: one resolver asks another with this EDNS option of local use (RFC 6891 9): who has seen it already. */
#define QUESTION_HOP_OPTION 65210
/* The longest that fits behind the longest name and cookie; a longer one is left out. */
#define QUESTION_HOPS_MAX                                                                                              \
	(QUESTION_MAX - HEADER_SIZE - NAME_MAX - 4 - EDNS_HEADER_SIZE - 2 * EDNS_OPTION_HEADER - EDNS_COOKIE_MAX)

struct question {
	struct ip_endpoint server; /* the address that is really used: NAT64 applied */
	enum question_transport transport;
	struct name qname;
	uint16_t qtype;
	uint16_t qclass; /* 0: IN */
	bool is_rd, is_cd, is_do, is_ad;
	uint16_t edns_size;  /* 0: no EDNS */
	uint8_t edns_version;
	bool is_case_mixed;  /* 0x20 */
	struct span cookie;  /* 8 octets of ours, or with the server's part, at most EDNS_COOKIE_MAX; data NULL: none */
	struct span hops;    /* value of QUESTION_HOP_OPTION, at most QUESTION_HOPS_MAX octets; data NULL: none */
	uint8_t zone_size;   /* octets of the zone the server is asked for, the end of qname; not sent. 0: not told */
	struct span options; /* further EDNS options as on the wire, code and length in front; left out without room */
};

/* The message, qname's case mixed with the bits of case_seed when wanted. Returns its octets (at most QUESTION_MAX). */
size_t question_encode(const struct question *question, uint16_t id, const uint8_t case_seed[32], uint8_t *ret);

/* Whether message can be the reply to sent (the octets that question_encode made): QR, id, opcode, the question
 * itself, in exactly the case that was sent when is_case_exact. A reply without a question counts only when its rcode
 * is an error (FORMERR, NOTIMP, SERVFAIL, REFUSED). */
bool question_matches(struct span sent, struct span message, bool is_case_exact);

/* RFC 7873 5.3: a reply with a cookie whose client part is not the one that was sent is to be dropped. One without a
 * cookie matches: the server may not know the option. */
bool question_cookie_matches(const uint8_t client_cookie[COOKIE_CLIENT_SIZE], struct span message);

#endif

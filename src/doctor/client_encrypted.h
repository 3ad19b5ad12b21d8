/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Encrypted resolvers that a network advertises (DNR, RFC 9463), and what came of trying them: facts.
 * Values inside struct client_facts.
 * Never holds an opinion: client_judge_encrypted has it.
 */
#ifndef DOCTOR_CLIENT_ENCRYPTED_H
#define DOCTOR_CLIENT_ENCRYPTED_H

#include "discover/dnr.h"

#define CLIENT_ENCRYPTED_MAX 16
#define CLIENT_ENCRYPTED_ADDRESSES_MAX 16 /* of one: those advertised, and those that its name has */
#define CLIENT_DOT_PORT 853               /* RFC 7858 3.1 */
#define CLIENT_REASON_MAX 96

enum client_state { CLIENT_NOT_TESTED, CLIENT_OK, CLIENT_FAILED, CLIENT_UNDETERMINED };
const char *client_state_text(enum client_state state); /* "not tested" */

struct client_result {
	enum client_state state;
	char reason[CLIENT_REASON_MAX]; /* of FAILED and UNDETERMINED */
};

struct client_encrypted_address {
	struct ip_addr addr;
	bool is_advertised;
	bool is_resolved;               /* the name has it */
	struct client_result tls;       /* connection and handshake */
	struct client_result answer;    /* to a question */
	bool is_name_right, is_trusted; /* of the certificate, where tls is OK */
	uint64_t expires_s;             /* wall clock */
};

/* The same name with the same parameters, whoever advertises it. */
struct client_encrypted {
	struct name_buffer name;
	uint8_t params[DNR_PARAMS_MAX];
	size_t params_size; /* 0: the name alone was advertised */
	bool is_dot;        /* alpn has "dot" */
	uint16_t port;      /* of DNS over TLS */
	struct client_result
		lookups[FAMILY_COUNT]; /* of AAAA and A at a plain resolver; OK: it answered, with none perhaps */
	struct client_encrypted_address addresses[CLIENT_ENCRYPTED_ADDRESSES_MAX];
	size_t address_count;
	bool is_cut; /* there are more addresses */
};

struct client_facts;

/* Fills facts->encrypted from what routers and DHCPv6 servers said; what routers withdraw (lifetime 0) is left out. */
void client_encrypted_collect(struct client_facts *facts);
/* The entry of an address, a new one if there is room; NULL: there is none, and is_cut is set. */
struct client_encrypted_address *client_encrypted_address(struct client_encrypted *encrypted,
							  const struct ip_addr *addr);

#endif

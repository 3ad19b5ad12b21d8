/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is an AAAA record its owner's, or did DNS64 make it from an A record? Judged from four answers of one server.
 * A value; borrows nothing once it is made.
 * Never calls an address native or synthesised without a reason that can be shown: what is unclear is undetermined.
 */
#ifndef CLI_QUERY_ORIGIN_JUDGE_H
#define CLI_QUERY_ORIGIN_JUDGE_H

#include "dns/message/message.h"
#include "ip/prefix.h"

#define ORIGIN_ADDRESSES_MAX 64
#define ORIGIN_PREFIXES_MAX 8

/* The answers; NULL: there was none. */
struct origin_answers {
	const struct message *aaaa;     /* as a client asks */
	const struct message *a;
	const struct message *checking; /* AAAA with DO and CD: no synthesis then (RFC 6147 5.5); BIND does it all the same */
	const struct message *ipv4only; /* AAAA of ipv4only.arpa (RFC 7050) */
};

enum origin_kind { ORIGIN_NATIVE, ORIGIN_SYNTHESISED, ORIGIN_UNDETERMINED };

struct origin_address {
	struct ip_addr addr;
	enum origin_kind kind;
	bool is_in_prefix;       /* ipv4 and prefix are set */
	bool is_prefix_learned;  /* from ipv4only.arpa; else it is the well-known one */
	bool is_in_a;            /* ipv4 is one of the A records */
	bool is_published;       /* the server gives it with DO and CD, too */
	struct ip_addr ipv4;
	struct ip_prefix prefix;
};

enum origin_verdict {
	ORIGIN_ALL_NATIVE,
	ORIGIN_ALL_SYNTHESISED,
	ORIGIN_MIXED,
	ORIGIN_NO_AAAA,  /* NOERROR or NXDOMAIN, without any */
	ORIGIN_FAILED,   /* another response code */
	ORIGIN_UNCLEAR   /* no answer, or an address nobody can tell of */
};

struct origin {
	enum origin_verdict verdict;
	bool has_ede;        /* 29 in the answer */
	bool has_checking;   /* the question with DO and CD was answered */
	bool is_signed;      /* ... with signatures over AAAA */
	struct origin_address addresses[ORIGIN_ADDRESSES_MAX];
	size_t address_count;
	struct ip_addr a[ORIGIN_ADDRESSES_MAX];
	size_t a_count;
	struct ip_prefix prefixes[ORIGIN_PREFIXES_MAX]; /* learned */
	size_t prefix_count;
};

void origin_judge(const struct origin_answers *answers, struct origin *ret);
/* "synthesised by DNS64" */
const char *origin_verdict_text(enum origin_verdict verdict);
const char *origin_kind_text(enum origin_kind kind);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reply judged: what it says to the question, and nothing that its server has no say in.
 * Everything is made in the caller's arena.
 * Never believes a record outside the zone that was asked (bailiwick), nor glue for anything but its delegation.
 */
#ifndef RESOLVER_SCRUB_H
#define RESOLVER_SCRUB_H

#include "resolver/delegation.h"
#include "resolver/gather.h"
#include "resolver/outcome.h"

#define SCRUB_EXTRAS_MAX 16

enum scrub_verdict {
	SCRUB_OUTCOME,   /* ret->outcome, and extras: what it says of the names behind an alias */
	SCRUB_REFERRAL,  /* ret->delegation; extras: its DS or the denial of one */
	SCRUB_TRUNCATED, /* TC: ask over TCP */
	SCRUB_NO_EDNS,   /* FORMERR, NOTIMP or BADVERS to a question with EDNS */
	SCRUB_BAD_COOKIE,
	SCRUB_LAME,      /* not a server of the zone: REFUSED, an upward referral, no authority and no data */
	SCRUB_FAILED,    /* SERVFAIL and other rcodes */
	SCRUB_BROKEN     /* malformed, or it contradicts itself */
};

struct scrub_question {
	struct name qname; /* as asked: minimised perhaps */
	uint16_t qtype;
	struct name zone;  /* the cut whose servers were asked */
	bool is_forwarded;
	bool is_tcp, has_edns;
	bool is_glue_hardened;
	uint16_t port;     /* for the addresses in glue */
};

struct scrubbed {
	enum scrub_verdict verdict;
	uint16_t rcode;
	struct outcome outcome; /* ttl_s is the smallest of its sets; security UNCHECKED */
	struct outcome extras[SCRUB_EXTRAS_MAX];
	uint8_t extra_count;
	struct delegation delegation;
	uint32_t delegation_ttl_s;
	const char *why; /* LAME, FAILED, BROKEN: a part of a sentence */
};

/* message: matches the question (exchange/question.h). -ENOMEM. */
int scrub(const struct message *message, const struct scrub_question *question, struct arena *arena,
          struct scrubbed *ret) MUST_USE;

/* The delegation that a zone's own NS answer makes, with addresses from its additional section (priming,
 * revalidation). False: it is no such answer. */
bool scrub_own_servers(const struct gathered *gathered, const struct scrub_question *question,
                       struct delegation *ret, uint32_t *ret_ttl_s);

#endif

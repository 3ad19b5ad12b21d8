/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The validator: is an outcome secure, insecure or bogus, and why (RFC 4035 5, RFC 5155 8, RFC 6840)?
 * A pure function of the outcome, the evidence gathered so far and the time. It is called again with more evidence
 * until it is done; what was worked out (zone keys, imported public keys) is kept in the caller's keyring.
 * Never asks anybody, never looks at a clock, never spends more than its budget (KeyTrap, NSEC3 CPU).
 */
#ifndef RESOLVER_VALIDATE_H
#define RESOLVER_VALIDATE_H

#include "dnssec/anchors.h"
#include "dnssec/budget.h"
#include "dnssec/keyring.h"
#include "resolver/outcome.h"

#define VALIDATE_REASON_MAX 256

enum validate_state {
	VALIDATE_DONE,
	VALIDATE_NEED /* look up need_name / need_type, then call again */
};

/*
 * What was looked up for this validation. NULL: not looked up yet. Type DNSKEY: as the world gave it, security not
 * looked at (SECURITY_UNCHECKED is fine: the validator checks it against DS or anchor). Type DS: validated, its
 * security counts.
 */
typedef const struct outcome *validate_evidence(void *owner, struct name name, uint16_t type);

struct validate_policy {
	bool is_sha1_accepted;          /* RSASHA1 (5), NSEC3RSASHA1 (7): else they are unsupported, thus insecure */
	uint16_t nsec3_iterations_max;  /* above: the zone's denials are insecure, EDE 27 (RFC 9276 3.2) */
	uint32_t clock_skew_s;          /* signature times: this much tolerance */
};

struct validate_request {
	const struct outcome *subject;
	const struct anchors *anchors;
	const struct validate_policy *policy;
	struct keyring *keyring;
	struct dnssec_budget *budget; /* of the whole client question; spent here */
	struct arena *arena;          /* for what lives as long as the job */
	validate_evidence *find;
	void *owner;
	uint64_t now_s;  /* wall clock: signature times */
	uint64_t now_us; /* monotonic: lifetimes of what the keyring keeps */
};

struct validate_result {
	enum validate_state state;
	struct name need_name; /* in need_buffer */
	struct name_buffer need_buffer;
	uint16_t need_type;
	/* VALIDATE_DONE: */
	enum security security;
	enum outcome_kind kind; /* the subject's; NODATA where SECURE records prove no more of an NXDOMAIN: they count,
	                           the RCODE was not signed */
	bool is_optout;
	int32_t ede;                        /* -1: none. Also for insecure: unsupported algorithm or digest, iterations */
	char reason[VALIDATE_REASON_MAX];   /* bogus: name, type, server, cause: "signature of www.bogus.lab AAAA by key
	                                       57828 does not verify, from 2001:db8:1::53"; "" otherwise */
	uint32_t ttl_cap_s;                 /* seconds until the first signature that counted ends (RFC 4035 5.3.3) */
	struct rrset_view kept[OUTCOME_SETS_MAX]; /* the sets that may be used, answers first: records that did not */
	uint8_t kept_answers, kept_count;         /* validate and are not needed are dropped from the authority section */
};

void validate(const struct validate_request *request, struct validate_result *ret);

#endif

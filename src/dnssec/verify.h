/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An RRset against its signatures and a zone's keys (RFC 4035 5.3).
 * Scratch comes from the caller's arena; keys and what verified before from the keyring.
 * Never spends more than the budget, and never tries more than a few keys for one signature (KeyTrap).
 */
#ifndef DNSSEC_VERIFY_H
#define DNSSEC_VERIFY_H

#include "base/arena.h"
#include "dnssec/budget.h"
#include "dnssec/keyring.h"

enum verify_result { /* the later, the nearer to good: of several signatures the best counts */
	VERIFY_UNSIGNED,      /* no signature by the zone covers it */
	VERIFY_UNSUPPORTED,   /* only algorithms that we do not have */
	VERIFY_NO_KEY,        /* the zone has no key with that tag and algorithm */
	VERIFY_NEVER,         /* it expires before it begins */
	VERIFY_EXPIRED,
	VERIFY_NOT_YET,
	VERIFY_NOT_VERIFYING,
	VERIFY_BUDGET,        /* no more tries are left */
	VERIFY_GOOD
};

struct verify_request {
	const struct rrset_view *set;
	struct name zone; /* whose keys these are */
	const struct zone_keys *keys;
	struct keyring *keyring;
	struct dnssec_budget *budget;
	struct arena *arena;
	uint64_t now_s;
	uint32_t skew_s;
	bool is_sha1_accepted;
};

struct verified {
	enum verify_result result;
	uint16_t tag;          /* of the signature that the result is about */
	uint8_t algorithm;
	uint32_t expiration, inception; /* of it */
	bool is_wildcard;      /* GOOD: the owner was made from a wildcard, */
	uint8_t labels;        /* whose closest encloser has so many labels */
	uint32_t left_s;       /* GOOD: until it ends */
};

struct verified verify_rrset(const struct verify_request *request);

#endif

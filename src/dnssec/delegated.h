/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of a zone's keys its parent vouches for: DS records and trust anchors against a DNSKEY RRset (RFC 4035 5.2).
 * Stateless.
 */
#ifndef DNSSEC_DELEGATED_H
#define DNSSEC_DELEGATED_H

#include "crypto/digest.h"
#include "dnssec/anchors.h"
#include "dnssec/verify.h"

enum delegated {
	DELEGATED_SECURE,      /* a key that is vouched for signs the RRset */
	DELEGATED_UNSUPPORTED, /* nothing but algorithms or digests that we do not have: the zone is insecure */
	DELEGATED_NO_MATCH,    /* no key has a DS */
	DELEGATED_BAD_KEY,     /* the only keys with a DS are not zone keys */
	DELEGATED_UNUSABLE,    /* the only keys with a DS are revoked, malformed, or larger than is computed */
	DELEGATED_BAD          /* matching keys do not verify the RRset: see verified */
};

/* Can any of these DS records be used (RFC 4035 5.2)? False: the zone is insecure; *ret_ede says whether algorithm or
 * digest is missing. */
bool delegated_is_usable(const struct rrset *ds, bool is_sha1_accepted, int32_t *ret_ede);

/* RFC 4034 5.1.4: the digest of a DS for the key, digest_size octets. ERR_CRYPTO. */
int delegated_digest(struct name zone, struct span dnskey, enum digest digest, uint8_t ret[DIGEST_SIZE_MAX]) MUST_USE;

/* Is it a DS of that very key, of a digest that we have? */
bool delegated_ds_fits(struct span ds, struct name zone, struct span dnskey);
/* Is a DS of that very key among them, of whatever digest that we have? */
bool delegated_has_ds(const struct rrset *ds, struct name zone, struct span dnskey);

/* ds, anchor_keys: either may be NULL. request: set is the DNSKEY RRset, zone its owner, keys those of the set; only
 * the vouched ones count. */
enum delegated delegated_check(const struct verify_request *request, const struct rrset *ds,
                               const struct rrset *anchor_keys, struct verified *ret_verified);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fields of DNSKEY, DS, RRSIG, NSEC and NSEC3 (RFC 4034, RFC 5155), as views into checked RDATA.
 * Borrowed.
 * Never judges: verify, keys and denial do.
 */
#ifndef DNSSEC_RECORDS_H
#define DNSSEC_RECORDS_H

#include "dns/rrset.h"

#define DNSKEY_ZONE 0x0100    /* RFC 4034 2.1.1 */
#define DNSKEY_REVOKED 0x0080 /* RFC 5011 7 */
#define DNSKEY_SEP 0x0001
#define NSEC3_HASH_SIZE 20
#define NSEC3_OPTOUT 1

struct dnskey {
	uint16_t flags;
	uint8_t protocol, algorithm;
	uint16_t tag;
	struct span key;   /* the public key field */
	struct span rdata; /* the whole */
};

struct ds {
	uint16_t tag;
	uint8_t algorithm, digest_type;
	struct span digest;
};

struct rrsig {
	uint16_t covered;
	uint8_t algorithm, labels;
	uint32_t original_ttl, expiration, inception;
	uint16_t tag;
	struct name signer;
	struct span signed_part; /* the RDATA up to the signature */
	struct span signature;
};

struct nsec3 {
	uint8_t algorithm, flags;
	uint16_t iterations;
	struct span salt, next; /* next: the hash, not encoded */
};

bool dnskey_read(struct span rdata, struct dnskey *ret); /* false: too short */
bool ds_read(struct span rdata, struct ds *ret);
bool rrsig_read(struct span rdata, struct rrsig *ret);
bool nsec3_read(struct span rdata, struct nsec3 *ret);
uint16_t dnskey_tag(struct span rdata); /* RFC 4034 B */

/* RFC 5155 5. iterations + 1 rounds of SHA-1. */
void nsec3_digest(struct name name, uint16_t iterations, struct span salt, uint8_t ret[NSEC3_HASH_SIZE]);
/* The hash in an NSEC3 record's owner name. False: the first label is none. */
bool nsec3_owner_digest(struct name owner, uint8_t ret[NSEC3_HASH_SIZE]);

#endif

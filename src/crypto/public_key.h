/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public keys of DNSSEC, imported once and used often.
 * Owned: public_key_new/public_key_free; used by one thread at a time.
 * Never trusts the octets: a malformed key is an error, a signature that does not verify is ERR_MISMATCH.
 */
#ifndef CRYPTO_PUBLIC_KEY_H
#define CRYPTO_PUBLIC_KEY_H

#include "base/err.h"
#include "base/span.h"

#define PUBLIC_KEY_RSA_BITS_MAX 4096 /* RFC 3110 allows it, more only costs time */

struct public_key;

/* DNSSEC algorithm numbers (RFC 8624): 5, 7, 8, 10 RSA; 13, 14 ECDSA; 15, 16 EdDSA. */
bool public_key_is_supported(uint8_t algorithm);
const char *public_key_algorithm_text(uint8_t algorithm); /* "ECDSAP256SHA256"; "unknown" */

/* key: the public key field of DNSKEY RDATA. ERR_UNSUPPORTED, ERR_SYNTAX, ERR_RANGE, ERR_CRYPTO, -ENOMEM. */
int public_key_new(uint8_t algorithm, struct span key, struct public_key **ret) MUST_USE;
void public_key_free(struct public_key *key);

/* signature: as RRSIG has it. ERR_OK: it verifies. ERR_MISMATCH: it does not, or is malformed. ERR_CRYPTO. */
int public_key_verify(struct public_key *key, struct span data, struct span signature) MUST_USE;

#endif

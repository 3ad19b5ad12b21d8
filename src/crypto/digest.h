/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message digests, as DNSSEC needs them.
 * Stateless: octets in, digest out.
 * Never used for secrets: keyed hashing is crypto/hmac.
 */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "base/err.h"
#include "base/span.h"

#define DIGEST_SHA1_SIZE 20
#define DIGEST_SIZE_MAX 64 /* octets */

/* SHA-1, for the owner hashes of NSEC3 (RFC 5155 5), where it needs to spread and not to resist. */
void digest_sha1(struct span data, uint8_t ret[DIGEST_SHA1_SIZE]);

enum digest { DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512, DIGEST_COUNT };

size_t digest_size(enum digest digest); /* octets: 20, 32, 48, 64 */
/* The digest of the parts, one behind the other. ERR_CRYPTO. */
int digest_compute(enum digest digest, const struct span *parts, size_t count, uint8_t ret[DIGEST_SIZE_MAX]) MUST_USE;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message digests, as DNSSEC needs them.
 * Stateless: octets in, digest out.
 * Never used for secrets: keyed hashing is crypto/hmac.
 */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "base/span.h"

#define DIGEST_SHA1_SIZE 20

/* SHA-1, for the owner hashes of NSEC3 (RFC 5155 5), where it needs to spread and not to resist. */
void digest_sha1(struct span data, uint8_t ret[DIGEST_SHA1_SIZE]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keyed hashes: HMAC (RFC 2104) over a list of spans.
 * Owned: hmac_new and hmac_free. A made one is read-only and may be used by several threads at once.
 * Never compares MACs by time that depends on their octets: hmac_equal does it.
 */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include "base/err.h"
#include "base/span.h"

enum hmac_digest { HMAC_MD5, HMAC_SHA1, HMAC_SHA224, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512, HMAC_DIGEST_COUNT };

#define HMAC_SIZE_MAX 64 /* octets */

struct hmac;

/* The secret is taken over into the library's own memory. ERR_CRYPTO, -ENOMEM. */
int hmac_new(enum hmac_digest digest, struct span secret, struct hmac **ret) MUST_USE;
void hmac_free(struct hmac *hmac);

size_t hmac_size(enum hmac_digest digest); /* octets of a whole MAC: 16-64 */
/* The MAC of the parts, one behind the other; hmac_size octets. ERR_CRYPTO. */
int hmac_compute(const struct hmac *hmac, const struct span *parts, size_t count,
                 uint8_t ret_mac[HMAC_SIZE_MAX]) MUST_USE;

/* The same of parts that come one after the other. Owned: hmac_run_new, hmac_run_free (NULL is fine). */
struct hmac_run;
int hmac_run_new(const struct hmac *hmac, struct hmac_run **ret) MUST_USE; /* ERR_CRYPTO, -ENOMEM */
void hmac_run_free(struct hmac_run *run);
int hmac_run_add(struct hmac_run *run, struct span part) MUST_USE;                    /* ERR_CRYPTO */
int hmac_run_take(struct hmac_run *run, uint8_t ret_mac[HMAC_SIZE_MAX]) MUST_USE;     /* then begins anew. ERR_CRYPTO */

bool hmac_equal(const uint8_t *a, const uint8_t *b, size_t size);

#endif

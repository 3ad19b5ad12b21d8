/* SPDX-License-Identifier: BSD-2-Clause */
/* The low-level calls are deprecated for a reason that does not hold here: an EVP digest of one block costs
 * several times the block itself, and an answer may need three. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/digest.h"

#include <openssl/sha.h>

_Static_assert(DIGEST_SHA1_SIZE == SHA_DIGEST_LENGTH, "the size of SHA-1");

void digest_sha1(struct span data, uint8_t ret[DIGEST_SHA1_SIZE])
{
	SHA_CTX state;
	SHA1_Init(&state);
	SHA1_Update(&state, data.data, data.size);
	SHA1_Final(ret, &state);
}

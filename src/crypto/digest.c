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

/* SHA-384 is SHA-512 with another beginning and a shorter end; SHA-224 is not used. */
union state {
	SHA_CTX sha1;
	SHA256_CTX sha256;
	SHA512_CTX sha512;
};

static int sha1_begin(union state *state)
{
	return SHA1_Init(&state->sha1);
}

static int sha1_add(union state *state, struct span part)
{
	return SHA1_Update(&state->sha1, part.data, part.size);
}

static int sha1_end(union state *state, uint8_t *ret)
{
	return SHA1_Final(ret, &state->sha1);
}

static int sha256_begin(union state *state)
{
	return SHA256_Init(&state->sha256);
}

static int sha256_add(union state *state, struct span part)
{
	return SHA256_Update(&state->sha256, part.data, part.size);
}

static int sha256_end(union state *state, uint8_t *ret)
{
	return SHA256_Final(ret, &state->sha256);
}

static int sha384_begin(union state *state)
{
	return SHA384_Init(&state->sha512);
}

static int sha512_begin(union state *state)
{
	return SHA512_Init(&state->sha512);
}

static int sha512_add(union state *state, struct span part)
{
	return SHA512_Update(&state->sha512, part.data, part.size);
}

static int sha512_end(union state *state, uint8_t *ret)
{
	return SHA512_Final(ret, &state->sha512);
}

static const struct {
	size_t size;
	int (*begin)(union state *state);
	int (*add)(union state *state, struct span part);
	int (*end)(union state *state, uint8_t *ret);
} digests[DIGEST_COUNT] = {
	[DIGEST_SHA1] = {20, sha1_begin, sha1_add, sha1_end},
	[DIGEST_SHA256] = {32, sha256_begin, sha256_add, sha256_end},
	[DIGEST_SHA384] = {48, sha384_begin, sha512_add, sha512_end},
	[DIGEST_SHA512] = {64, sha512_begin, sha512_add, sha512_end},
};

size_t digest_size(enum digest digest)
{
	return digests[digest].size;
}

int digest_compute(enum digest digest, const struct span *parts, size_t count, uint8_t ret[DIGEST_SIZE_MAX])
{
	union state state;
	bool is_done = digests[digest].begin(&state) == 1;
	for (size_t i = 0; is_done && i < count; i++)
		is_done = parts[i].size == 0 || digests[digest].add(&state, parts[i]) == 1;
	return is_done && digests[digest].end(&state, ret) == 1 ? ERR_OK : ERR_CRYPTO;
}

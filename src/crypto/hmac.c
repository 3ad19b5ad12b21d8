/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/hmac.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* keyed is a template: the key is set up in it once, each computation works on a copy. */
struct hmac {
	EVP_MAC *algorithm;
	EVP_MAC_CTX *keyed;
};

static const struct {
	const char *name;
	size_t size;
} digests[HMAC_DIGEST_COUNT] = {
    [HMAC_MD5] = {"MD5", 16},       [HMAC_SHA1] = {"SHA1", 20},     [HMAC_SHA224] = {"SHA2-224", 28},
    [HMAC_SHA256] = {"SHA2-256", 32}, [HMAC_SHA384] = {"SHA2-384", 48}, [HMAC_SHA512] = {"SHA2-512", 64},
};

size_t hmac_size(enum hmac_digest digest)
{
	return digests[digest].size;
}

int hmac_new(enum hmac_digest digest, struct span secret, struct hmac **ret)
{
	struct hmac *hmac = calloc(1, sizeof(*hmac));
	if (hmac == NULL)
		return -ENOMEM;
	hmac->algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
	hmac->keyed = hmac->algorithm == NULL ? NULL : EVP_MAC_CTX_new(hmac->algorithm);
	/* The parameter is not written to, whatever its type says. */
	OSSL_PARAM parameters[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)digests[digest].name, 0),
	    OSSL_PARAM_construct_end()};
	/* A NULL key would mean "keep the old one", so an empty secret is a pointer to nothing. */
	const uint8_t *key = secret.data == NULL ? (const uint8_t *)"" : secret.data;
	if (hmac->keyed == NULL || EVP_MAC_init(hmac->keyed, key, secret.size, parameters) != 1) {
		hmac_free(hmac);
		return ERR_CRYPTO;
	}
	*ret = hmac;
	return ERR_OK;
}

void hmac_free(struct hmac *hmac)
{
	if (hmac == NULL)
		return;
	EVP_MAC_CTX_free(hmac->keyed);
	EVP_MAC_free(hmac->algorithm);
	free(hmac);
}

int hmac_compute(const struct hmac *hmac, const struct span *parts, size_t count, uint8_t ret_mac[HMAC_SIZE_MAX])
{
	EVP_MAC_CTX *work = EVP_MAC_CTX_dup(hmac->keyed);
	bool is_good = work != NULL;
	for (size_t i = 0; i < count && is_good; i++)
		is_good = parts[i].size == 0 || EVP_MAC_update(work, parts[i].data, parts[i].size) == 1;
	uint8_t mac[HMAC_SIZE_MAX];
	size_t size = 0;
	is_good = is_good && EVP_MAC_final(work, mac, &size, sizeof(mac)) == 1;
	EVP_MAC_CTX_free(work);
	if (!is_good)
		return ERR_CRYPTO;
	memcpy(ret_mac, mac, size);
	return ERR_OK;
}

struct hmac_run {
	const struct hmac *hmac;
	EVP_MAC_CTX *work;
};

int hmac_run_new(const struct hmac *hmac, struct hmac_run **ret)
{
	struct hmac_run *run = calloc(1, sizeof(*run));
	if (run == NULL)
		return -ENOMEM;
	run->hmac = hmac;
	run->work = EVP_MAC_CTX_dup(hmac->keyed);
	if (run->work == NULL) {
		free(run);
		return ERR_CRYPTO;
	}
	*ret = run;
	return ERR_OK;
}

void hmac_run_free(struct hmac_run *run)
{
	if (run == NULL)
		return;
	EVP_MAC_CTX_free(run->work);
	free(run);
}

int hmac_run_add(struct hmac_run *run, struct span part)
{
	return part.size == 0 || EVP_MAC_update(run->work, part.data, part.size) == 1 ? ERR_OK : ERR_CRYPTO;
}

int hmac_run_take(struct hmac_run *run, uint8_t ret_mac[HMAC_SIZE_MAX])
{
	size_t size = 0;
	EVP_MAC_CTX *fresh = EVP_MAC_CTX_dup(run->hmac->keyed);
	bool is_good = fresh != NULL && EVP_MAC_final(run->work, ret_mac, &size, HMAC_SIZE_MAX) == 1;
	if (fresh != NULL) {
		EVP_MAC_CTX_free(run->work);
		run->work = fresh;
	}
	return is_good ? ERR_OK : ERR_CRYPTO;
}

bool hmac_equal(const uint8_t *a, const uint8_t *b, size_t size)
{
	return CRYPTO_memcmp(a, b, size) == 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/public_key.h"

#include "crypto/digest.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>

enum kind { KIND_RSA, KIND_EC, KIND_EDWARDS };

struct public_key {
	const struct row *row;
	EVP_PKEY *pkey;
	/* What verifies, made when it is first needed: many keys of many zones are kept, few are busy. Setting up costs
	 * OpenSSL look-ups under locks, so a context stays ready for the next signature. */
	EVP_PKEY_CTX *hashed; /* RSA, EC: over our digest */
	EVP_MD_CTX *whole;    /* Edwards curves: over the data */
};

struct row {
	uint8_t algorithm;
	enum kind kind;
	const char *name;   /* the registry's */
	const char *type;   /* OpenSSL's */
	const char *group;  /* EC */
	enum digest digest; /* not EdDSA: it has its own */
	uint8_t half;       /* octets of each half of a raw signature; 0: RSA */
	uint8_t key_size;   /* octets of the public key; 0: it varies */
};

static const struct row rows[] = {
	{5, KIND_RSA, "RSASHA1", "RSA", NULL, DIGEST_SHA1, 0, 0},
	{7, KIND_RSA, "RSASHA1-NSEC3-SHA1", "RSA", NULL, DIGEST_SHA1, 0, 0},
	{8, KIND_RSA, "RSASHA256", "RSA", NULL, DIGEST_SHA256, 0, 0},
	{10, KIND_RSA, "RSASHA512", "RSA", NULL, DIGEST_SHA512, 0, 0},
	{13, KIND_EC, "ECDSAP256SHA256", "EC", "prime256v1", DIGEST_SHA256, 32, 64},
	{14, KIND_EC, "ECDSAP384SHA384", "EC", "secp384r1", DIGEST_SHA384, 48, 96},
	{15, KIND_EDWARDS, "ED25519", "ED25519", NULL, 0, 32, 32},
	{16, KIND_EDWARDS, "ED448", "ED448", NULL, 0, 57, 57},
};

static const struct row *row_find(uint8_t algorithm)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].algorithm == algorithm)
			return &rows[i];
	}
	return NULL;
}

bool public_key_is_supported(uint8_t algorithm)
{
	return row_find(algorithm) != NULL;
}

const char *public_key_algorithm_text(uint8_t algorithm)
{
	const struct row *row = row_find(algorithm);
	return row != NULL ? row->name : "unknown";
}

/* --- Import: EVP_PKEY_fromdata is several times as fast as the decoders --- */

static int from_params(const struct row *row, OSSL_PARAM *params, EVP_PKEY **ret)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, row->type, NULL);
	bool is_made = context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
	               EVP_PKEY_fromdata(context, ret, EVP_PKEY_PUBLIC_KEY, params) == 1;
	EVP_PKEY_CTX_free(context);
	return is_made ? ERR_OK : ERR_SYNTAX;
}

/* RFC 3110 2: the length of the exponent in one octet, or zero and two. */
static int rsa_split(struct span key, struct span *ret_exponent, struct span *ret_modulus)
{
	uint8_t small;
	uint16_t size;
	if (!span_take_u8(&key, &small))
		return ERR_SYNTAX;
	size = small;
	if (small == 0 && !span_take_u16(&key, &size))
		return ERR_SYNTAX;
	if (size == 0 || !span_take(&key, size, ret_exponent) || key.size == 0)
		return ERR_SYNTAX;
	if (key.data[0] == 0 || ret_exponent->data[0] == 0)
		return ERR_SYNTAX; /* RFC 3110 2: leading zeros are prohibited */
	/* Exponents beyond 32 bits make verification dear for nothing. */
	if (key.size > PUBLIC_KEY_RSA_BITS_MAX / 8 || key.size < 64 || ret_exponent->size > 5)
		return ERR_RANGE;
	*ret_modulus = key;
	return ERR_OK;
}

static int rsa_import(const struct row *row, struct span key, EVP_PKEY **ret)
{
	struct span exponent, modulus;
	int err = rsa_split(key, &exponent, &modulus);
	if (err != ERR_OK)
		return err;
	BIGNUM *n = BN_bin2bn(modulus.data, (int)modulus.size, NULL);
	BIGNUM *e = BN_bin2bn(exponent.data, (int)exponent.size, NULL);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	if (n != NULL && e != NULL && builder != NULL &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(builder);
	err = params != NULL ? from_params(row, params, ret) : -ENOMEM;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	BN_free(n);
	BN_free(e);
	return err;
}

/* RFC 6605 4: the point without the octet that says "uncompressed". */
static int ec_import(const struct row *row, struct span key, EVP_PKEY **ret)
{
	uint8_t point[1 + 96] = {4};
	char group[16];
	memcpy(point + 1, key.data, key.size);
	memcpy(group, row->group, strlen(row->group) + 1);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + key.size),
		OSSL_PARAM_construct_end(),
	};
	return from_params(row, params, ret);
}

static int edwards_import(const struct row *row, struct span key, EVP_PKEY **ret)
{
	*ret = EVP_PKEY_new_raw_public_key_ex(NULL, row->type, NULL, key.data, key.size);
	return *ret != NULL ? ERR_OK : ERR_SYNTAX;
}

int public_key_new(uint8_t algorithm, struct span key, struct public_key **ret)
{
	static int (*const imports[])(const struct row *, struct span, EVP_PKEY **) = {
		[KIND_RSA] = rsa_import, [KIND_EC] = ec_import, [KIND_EDWARDS] = edwards_import};
	const struct row *row = row_find(algorithm);
	if (row == NULL)
		return ERR_UNSUPPORTED;
	if (row->key_size != 0 && key.size != row->key_size)
		return ERR_SYNTAX;
	struct public_key *made = calloc(1, sizeof(*made));
	if (made == NULL)
		return -ENOMEM;
	made->row = row;
	int err = imports[row->kind](row, key, &made->pkey);
	if (err != ERR_OK) {
		ERR_clear_error();
		public_key_free(made);
		return err;
	}
	*ret = made;
	return ERR_OK;
}

void public_key_free(struct public_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_CTX_free(key->hashed);
	EVP_MD_CTX_free(key->whole);
	EVP_PKEY_free(key->pkey);
	free(key);
}

/* --- Verifying --- */

/* One DER INTEGER of an unsigned number: no leading zeros but the one that keeps it positive. */
static uint8_t *der_integer(uint8_t *at, const uint8_t *number, size_t size)
{
	while (size > 1 && number[0] == 0) {
		number++;
		size--;
	}
	bool is_high = number[0] & 0x80;
	*at++ = 2;
	*at++ = (uint8_t)(size + is_high);
	if (is_high)
		*at++ = 0;
	memcpy(at, number, size);
	return at + size;
}

/* RFC 6605 4: r and s side by side. OpenSSL wants them as a DER sequence. */
static size_t der_signature(const uint8_t *raw, size_t half, uint8_t ret[3 + 2 * (3 + 48)])
{
	uint8_t body[2 * (3 + 48)];
	uint8_t *end = der_integer(der_integer(body, raw, half), raw + half, half);
	size_t size = (size_t)(end - body), at = 0;
	ret[at++] = 0x30;
	if (size > 127)
		ret[at++] = 0x81;
	ret[at++] = (uint8_t)size;
	memcpy(ret + at, body, size);
	return at + size;
}

static const EVP_MD *md_of(enum digest digest)
{
	return digest == DIGEST_SHA1     ? EVP_sha1()
	       : digest == DIGEST_SHA256 ? EVP_sha256()
	       : digest == DIGEST_SHA384 ? EVP_sha384()
	                                 : EVP_sha512();
}

static int hashed_make(struct public_key *key)
{
	EVP_PKEY_CTX *made = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	bool is_ready = made != NULL && EVP_PKEY_verify_init(made) == 1 &&
	                (key->row->kind != KIND_RSA || EVP_PKEY_CTX_set_rsa_padding(made, RSA_PKCS1_PADDING) == 1) &&
	                EVP_PKEY_CTX_set_signature_md(made, md_of(key->row->digest)) == 1;
	if (!is_ready) {
		EVP_PKEY_CTX_free(made);
		return ERR_CRYPTO;
	}
	key->hashed = made;
	return ERR_OK;
}

static int hashed_verify(struct public_key *key, struct span data, struct span signature)
{
	uint8_t digest[DIGEST_SIZE_MAX];
	int err = key->hashed != NULL ? ERR_OK : hashed_make(key);
	if (err == ERR_OK)
		err = digest_compute(key->row->digest, &data, 1, digest);
	if (err != ERR_OK)
		return err;
	int rc = EVP_PKEY_verify(key->hashed, signature.data, signature.size, digest, digest_size(key->row->digest));
	return rc == 1 ? ERR_OK : ERR_MISMATCH;
}

static int whole_verify(struct public_key *key, struct span data, struct span signature)
{
	if (key->whole == NULL)
		key->whole = EVP_MD_CTX_new();
	if (key->whole == NULL)
		return -ENOMEM;
	EVP_MD_CTX_reset(key->whole); /* a context of theirs verifies once */
	if (EVP_DigestVerifyInit_ex(key->whole, NULL, NULL, NULL, NULL, key->pkey, NULL) != 1)
		return ERR_CRYPTO;
	int rc = EVP_DigestVerify(key->whole, signature.data, signature.size, data.data, data.size);
	return rc == 1 ? ERR_OK : ERR_MISMATCH;
}

int public_key_verify(struct public_key *key, struct span data, struct span signature)
{
	uint8_t der[3 + 2 * (3 + 48)];
	const struct row *row = key->row;
	int err = ERR_MISMATCH;
	if (row->half != 0 && signature.size != 2u * row->half)
		return ERR_MISMATCH;
	switch (row->kind) {
	case KIND_RSA:
		err = hashed_verify(key, data, signature);
		break;
	case KIND_EC:
		err = hashed_verify(key, data, span_of(der, der_signature(signature.data, row->half, der)));
		break;
	case KIND_EDWARDS:
		err = whole_verify(key, data, signature);
		break;
	}
	/* What failed leaves its reasons in the thread's error queue, which would only grow. */
	if (err != ERR_OK)
		ERR_clear_error();
	return err;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/verify.h"

#include "dns/rrtype.h"
#include "dnssec/records.h"
#include "tests/unit/dnssec/sets.h"
#include "tests/unit/dnssec/vectors.h"

#include <stdio.h>

static struct arena *arena;
static struct keyring *keyring;
static struct dnssec_budget budget;

static int setup(void **state)
{
	arena = arena_new(65536);
	keyring = keyring_new(16);
	budget = (struct dnssec_budget){
		.verifications = 10, .failed_verifications = 5, .nsec3_rounds = 100, .keys_per_tag = 4};
	return arena == NULL || keyring == NULL;
}

static int teardown(void **state)
{
	keyring_free(keyring);
	arena_free(arena);
	return 0;
}

static struct verify_request request_made(const struct vector *vector, const struct rrset_view *set)
{
	struct name zone = name_made(arena, "example.");
	struct rrset_view dnskey = set_made(arena, vector->dnskey);
	return (struct verify_request){.set = set,
	                               .zone = zone,
	                               .keys = keyring_put(keyring, zone, dnskey.rrset, -1, UINT64_MAX),
	                               .keyring = keyring,
	                               .budget = &budget,
	                               .arena = arena,
	                               .now_s = VECTOR_NOW,
	                               .is_sha1_accepted = true};
}

static void test_algorithms(void **state)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		const char *const texts[] = {vectors[i].dnskey, vectors[i].aaaa, vectors[i].mx, vectors[i].txt};
		for (size_t j = 0; j < 4; j++) {
			struct rrset_view set = set_made(arena, texts[j]);
			struct verify_request request = request_made(&vectors[i], &set);
			budget.verifications = 10;
			struct verified verified = verify_rrset(&request);
			assert_int_equal(verified.result, VERIFY_GOOD);
			assert_int_equal(verified.algorithm, vectors[i].algorithm);
			assert_false(verified.is_wildcard); /* the wildcard itself is none made from it */
			assert_int_equal(verified.left_s, set.rrset->ttl);
			assert_int_equal(budget.verifications, 9);
			assert_int_equal(budget.failed_verifications, 5);
		}
	}
}

/* What verified once costs nothing, until it is forgotten or changes in one octet. */
static void test_again(void **state)
{
	const struct vector *vector = &vectors[4];
	struct rrset_view set = set_made(arena, vector->aaaa);
	struct verify_request request = request_made(vector, &set);
	assert_int_equal(verify_rrset(&request).result, VERIFY_GOOD);
	budget.verifications = budget.failed_verifications = 0;
	assert_int_equal(verify_rrset(&request).result, VERIFY_GOOD);
	((struct rrset *)(uintptr_t)set.rrset)->records[RRSET_RECORD_HEADER] ^= 1;
	assert_int_equal(verify_rrset(&request).result, VERIFY_BUDGET);
	((struct rrset *)(uintptr_t)set.rrset)->records[RRSET_RECORD_HEADER] ^= 1;
	keyring_clear(keyring);
	request = request_made(vector, &set);
	assert_int_equal(verify_rrset(&request).result, VERIFY_BUDGET);
}

/* RFC 4034 6.2: case of owner, signer and of names in old types does not matter; the order is the set's own. */
static void test_canonical(void **state)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		char text[2048];
		snprintf(text, sizeof(text), "%s", vectors[i].mx);
		for (char *at = strstr(text, "mail"); at != NULL; at = strstr(at + 1, "mail"))
			memcpy(at, "MaiL", 4);
		memcpy(strstr(text, "10 www"), "10 WwW", 6);
		char *signer = strstr(strstr(text, "RRSIG"), "example. ");
		memcpy(signer, "eXAMPLe", 7);
		struct rrset_view set = set_made(arena, text);
		struct verify_request request = request_made(&vectors[i], &set);
		budget.verifications = 10;
		assert_int_equal(verify_rrset(&request).result, VERIFY_GOOD);
	}
}

/* RFC 4035 5.3.2: a name that the wildcard was expanded to. */
static void test_wildcard(void **state)
{
	static const struct {
		const char *owner;
		enum verify_result wanted;
	} rows[] = {
		{"x.wild.example.", VERIFY_GOOD},
		{"a.b.WILD.example.", VERIFY_GOOD},
		{"*.b.wild.example.", VERIFY_GOOD},
		{"wild.example.", VERIFY_NOT_VERIFYING}, /* RRSIG labels 2: the set would be at the name itself */
		{"other.example.", VERIFY_NOT_VERIFYING},
		{"example.", VERIFY_UNSIGNED},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rrset_view set = set_made(arena, vectors[4].txt);
		set.owner = name_made(arena, rows[i].owner);
		struct verify_request request = request_made(&vectors[4], &set);
		struct verified verified = verify_rrset(&request);
		assert_int_equal(verified.result, rows[i].wanted);
		if (verified.result != VERIFY_GOOD)
			continue;
		assert_true(verified.is_wildcard);
		assert_int_equal(verified.labels, 2);
	}
}

/* The fields of the signature that are checked before any cryptography. */
static void test_fields(void **state)
{
	static const struct {
		size_t offset, size;
		uint32_t value;
		enum verify_result wanted;
	} rows[] = {
		{0, 2, RR_A, VERIFY_UNSIGNED},
		{2, 1, 12, VERIFY_UNSUPPORTED},
		{2, 1, 8, VERIFY_NO_KEY},
		{3, 1, 3, VERIFY_UNSIGNED},      /* more labels than the owner has */
		{3, 1, 0, VERIFY_UNSIGNED},      /* fewer than the zone */
		{3, 1, 1, VERIFY_NOT_VERIFYING}, /* as if made from *.example. */
		{4, 4, 299, VERIFY_NOT_VERIFYING},
		{8, 4, VECTOR_NOW - 1, VERIFY_EXPIRED},
		{8, 4, VECTOR_NOW, VERIFY_NOT_VERIFYING},
		{12, 4, VECTOR_NOW + 1, VERIFY_NOT_YET},
		{12, 4, VECTOR_NOW, VERIFY_NOT_VERIFYING},
		{8, 4, 1700000000, VERIFY_NEVER},
		{16, 2, 1, VERIFY_NO_KEY},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rrset_view set = set_made(arena, vectors[4].aaaa);
		struct verify_request request = request_made(&vectors[4], &set);
		uint8_t *rdata = (uint8_t *)(uintptr_t)set.signatures->records + RRSET_RECORD_HEADER;
		if (rows[i].size == 1)
			rdata[rows[i].offset] = (uint8_t)rows[i].value;
		else if (rows[i].size == 2)
			store_u16(rdata + rows[i].offset, (uint16_t)rows[i].value);
		else
			store_u32(rdata + rows[i].offset, rows[i].value);
		budget.failed_verifications = 5;
		assert_int_equal(verify_rrset(&request).result, rows[i].wanted);
	}
}

static void test_zone(void **state)
{
	struct rrset_view set = set_made(arena, vectors[4].aaaa);
	struct verify_request request = request_made(&vectors[4], &set);
	request.zone = name_made(arena, "test.");
	assert_int_equal(verify_rrset(&request).result, VERIFY_UNSIGNED); /* another zone's signature */
	request = request_made(&vectors[4], &set);
	set.owner = name_made(arena, "www.test."); /* out of the signer's zone */
	assert_int_equal(verify_rrset(&request).result, VERIFY_UNSIGNED);
	set = set_made(arena, vectors[4].aaaa);
	set.signatures = NULL;
	assert_int_equal(verify_rrset(&request).result, VERIFY_UNSIGNED);
}

/* Serial arithmetic, RFC 1982: times around the wrap in 2106. */
static void test_time(void **state)
{
	struct rrset_view set = set_made(arena, vectors[4].aaaa);
	struct verify_request request = request_made(&vectors[4], &set);
	uint8_t *rdata = (uint8_t *)(uintptr_t)set.signatures->records + RRSET_RECORD_HEADER;
	store_u32(rdata + 8, 1000);        /* after the wrap */
	store_u32(rdata + 12, 0xffffff00); /* before it */
	request.now_s = 0x100000010;
	assert_int_equal(verify_rrset(&request).result, VERIFY_NOT_VERIFYING);
	request.now_s = 0xffffff80;
	assert_int_equal(verify_rrset(&request).result, VERIFY_NOT_VERIFYING);
	request.now_s = 0x100001000;
	assert_int_equal(verify_rrset(&request).result, VERIFY_EXPIRED);
	request.now_s = 0xfffffe00;
	assert_int_equal(verify_rrset(&request).result, VERIFY_NOT_YET);
	/* A tolerance on both sides, and no time left beyond the end. */
	set = set_made(arena, vectors[4].aaaa);
	request.skew_s = 300;
	rdata = (uint8_t *)(uintptr_t)set.signatures->records + RRSET_RECORD_HEADER;
	request.now_s = load_u32(rdata + 8) + 300;
	struct verified verified = verify_rrset(&request);
	assert_int_equal(verified.result, VERIFY_GOOD);
	assert_int_equal(verified.left_s, 0);
	request.now_s++;
	assert_int_equal(verify_rrset(&request).result, VERIFY_EXPIRED);
	request.now_s = load_u32(rdata + 12) - 300;
	assert_int_equal(verify_rrset(&request).result, VERIFY_GOOD);
	request.now_s--;
	assert_int_equal(verify_rrset(&request).result, VERIFY_NOT_YET);
	/* RFC 4035 5.3.3: never longer than the signature, nor than the TTL that was signed. */
	request.now_s = load_u32(rdata + 8) - 100;
	assert_int_equal(verify_rrset(&request).left_s, 100);
	request.now_s = load_u32(rdata + 8) - 1000;
	assert_int_equal(verify_rrset(&request).left_s, 300);
}

static void test_sha1_policy(void **state)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		struct rrset_view set = set_made(arena, vectors[i].aaaa);
		struct verify_request request = request_made(&vectors[i], &set);
		request.is_sha1_accepted = false;
		bool is_sha1 = vectors[i].algorithm == 5 || vectors[i].algorithm == 7;
		assert_int_equal(verify_rrset(&request).result, is_sha1 ? VERIFY_UNSUPPORTED : VERIFY_GOOD);
	}
}

/* Of several signatures one that verifies is enough, wherever it stands. */
static void test_several(void **state)
{
	for (unsigned order = 0; order < 2; order++) {
		char text[2048];
		/* A tag sorts first or last, so that the good one is met second or first. */
		snprintf(text, sizeof(text),
		         "%swww.example. 300 RRSIG AAAA 13 2 300 20350211214009 20261125201009 %u example. AAAA\n",
		         vectors[4].aaaa, order == 0 ? 1 : 65535);
		struct rrset_view set = set_made(arena, text);
		assert_int_equal(set.signatures->count, 2);
		struct verify_request request = request_made(&vectors[4], &set);
		assert_int_equal(verify_rrset(&request).result, VERIFY_GOOD);
	}
}

static size_t key_write(char *text, size_t size, unsigned number, uint16_t tag)
{
	uint8_t rdata[4 + 32] = {1, 0, 3, 15};
	/* Ed25519 takes any 32 octets that are a point; the last two even out the tag. */
	for (unsigned low = 0; low < 65536; low++) {
		rdata[4] = (uint8_t)number;
		rdata[5] = (uint8_t)(number >> 8);
		store_u16(rdata + 34, (uint16_t)low);
		if (dnskey_tag(span_of(rdata, sizeof(rdata))) == tag)
			break;
	}
	size_t at = (size_t)snprintf(text, size, "example. 3600 DNSKEY \\# 36 ");
	for (size_t i = 0; i < sizeof(rdata); i++)
		at += (size_t)snprintf(text + at, size - at, "%02x", rdata[i]);
	return at + (size_t)snprintf(text + at, size - at, "\n");
}

/* KeyTrap, CVE-2023-50387: many keys of one tag, many signatures by it. */
static void test_keytrap(void **state)
{
	static char keys[8192], signatures[16384];
	size_t at = 0;
	for (unsigned i = 0; i < 30; i++)
		at += key_write(keys + at, sizeof(keys) - at, i, 4711);
	at = (size_t)snprintf(signatures, sizeof(signatures), "www.example. 300 AAAA 2001:db8::1\n");
	for (unsigned i = 0; i < 30; i++)
		at += (size_t)snprintf(signatures + at, sizeof(signatures) - at,
		                       "www.example. 300 RRSIG AAAA 15 2 300 20350211214009 20261125201009 4711 example. "
		                       "%043uAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n", i);
	struct rrset_view dnskey = set_made(arena, keys), set = set_made(arena, signatures);
	assert_int_equal(dnskey.rrset->count, 30);
	assert_int_equal(set.signatures->count, 30);
	struct verify_request request = request_made(&vectors[6], &set);
	request.keys = keyring_put(keyring, request.zone, dnskey.rrset, -1, UINT64_MAX);
	budget = (struct dnssec_budget){.verifications = 1000, .failed_verifications = 1000, .keys_per_tag = 2};
	assert_int_equal(verify_rrset(&request).result, VERIFY_NOT_VERIFYING);
	assert_int_equal(budget.verifications, 1000 - 30 * 2); /* keys_per_tag bounds each signature */
	budget = (struct dnssec_budget){.verifications = 1000, .failed_verifications = 16, .keys_per_tag = 4};
	assert_int_equal(verify_rrset(&request).result, VERIFY_BUDGET);
	assert_int_equal(budget.failed_verifications, 0);
	assert_int_equal(budget.verifications, 1000 - 16);
	budget = (struct dnssec_budget){.verifications = 7, .failed_verifications = 16, .keys_per_tag = 4};
	assert_int_equal(verify_rrset(&request).result, VERIFY_BUDGET);
	assert_int_equal(budget.verifications, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_algorithms, setup, teardown),
		cmocka_unit_test_setup_teardown(test_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_canonical, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wildcard, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_zone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sha1_policy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_several, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keytrap, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

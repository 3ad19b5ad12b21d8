/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/delegated.h"

#include "dns/ede.h"
#include "dns/rrtype.h"
#include "tests/unit/dnssec/sets.h"
#include "tests/unit/dnssec/vectors.h"

#include <stdio.h>

static struct arena *arena;
static struct keyring *keyring;
static struct dnssec_budget budget;

static int setup(void **state)
{
	arena = arena_new(65536);
	keyring = keyring_new(4);
	budget = (struct dnssec_budget){.verifications = 100, .failed_verifications = 50, .keys_per_tag = 4};
	return 0;
}

static int teardown(void **state)
{
	keyring_free(keyring);
	arena_free(arena);
	return 0;
}

static enum delegated check(const char *dnskey, const char *ds, const char *anchor_keys, bool is_sha1_accepted)
{
	struct rrset_view set = set_made(arena, dnskey), ds_set = {0}, anchor_set = {0};
	struct name zone = name_made(arena, "Example.");
	struct verified verified;
	if (ds != NULL)
		ds_set = set_made(arena, ds);
	if (anchor_keys != NULL)
		anchor_set = set_made(arena, anchor_keys);
	const struct verify_request request = {.set = &set,
	                                       .zone = zone,
	                                       .keys = keyring_put(keyring, zone, set.rrset, -1, UINT64_MAX),
	                                       .keyring = keyring,
	                                       .budget = &budget,
	                                       .arena = arena,
	                                       .now_s = VECTOR_NOW,
	                                       .is_sha1_accepted = is_sha1_accepted};
	return delegated_check(&request, ds_set.rrset, anchor_set.rrset, &verified);
}

/* The line of the text that is about that digest. */
static const char *ds_line(const struct vector *vector, unsigned digest)
{
	char wanted[16], *copy = arena_text(arena, vector->ds, strlen(vector->ds));
	snprintf(wanted, sizeof(wanted), " %u %u ", vector->algorithm, digest);
	for (char *rest, *line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		if (strstr(line, wanted) != NULL)
			return line;
	}
	fail();
	return NULL;
}

static const char *joined(const char *a, const char *b)
{
	size_t size = strlen(a) + strlen(b) + 2;
	char *text = arena_alloc(arena, size, 1);
	snprintf(text, size, "%s\n%s", a, b);
	return text;
}

static void test_digests(void **state)
{
	static const unsigned digests[] = {1, 2, 4};
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		assert_int_equal(check(vectors[i].dnskey, vectors[i].ds, NULL, true), DELEGATED_SECURE);
		for (unsigned j = 0; j < 3; j++)
			assert_int_equal(check(vectors[i].dnskey, ds_line(&vectors[i], digests[j]), NULL, true), DELEGATED_SECURE);
		/* Of another zone's key */
		assert_int_equal(check(vectors[i].dnskey, vectors[(i + 1) % VECTOR_COUNT].ds, NULL, true), DELEGATED_NO_MATCH);
	}
}

static void test_anchors(void **state)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		assert_int_equal(check(vectors[i].dnskey, NULL, vectors[i].dnskey, true), DELEGATED_SECURE);
		assert_int_equal(check(vectors[i].dnskey, NULL, vectors[(i + 1) % VECTOR_COUNT].dnskey, true),
		                 DELEGATED_NO_MATCH);
		/* Either is enough. */
		assert_int_equal(check(vectors[i].dnskey, vectors[(i + 1) % VECTOR_COUNT].ds, vectors[i].dnskey, true),
		                 DELEGATED_SECURE);
		assert_int_equal(check(vectors[i].dnskey, vectors[i].ds, vectors[(i + 1) % VECTOR_COUNT].dnskey, true),
		                 DELEGATED_SECURE);
	}
}

#define NONSENSE_1 "0123456789012345678901234567890123456789"
#define NONSENSE_2 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* RFC 4509 3 */
static void test_stronger(void **state)
{
	const struct vector *vector = &vectors[4];
	char wrong[256], tag[8];
	sscanf(vector->ds, "%*s %*s DS %7s", tag);
	/* A good SHA-1 digest beside a wrong better one does not count. */
	snprintf(wrong, sizeof(wrong), "example. 3600 DS %s 13 2 " NONSENSE_2, tag);
	assert_int_equal(check(vector->dnskey, joined(ds_line(vector, 1), wrong), NULL, true), DELEGATED_NO_MATCH);
	/* A wrong SHA-1 digest beside a good better one does no harm. */
	snprintf(wrong, sizeof(wrong), "example. 3600 DS %s 13 1 " NONSENSE_1, tag);
	assert_int_equal(check(vector->dnskey, joined(ds_line(vector, 2), wrong), NULL, true), DELEGATED_SECURE);
	/* A better one of an algorithm that nobody has is none. */
	snprintf(wrong, sizeof(wrong), "example. 3600 DS %s 12 2 " NONSENSE_2, tag);
	assert_int_equal(check(vector->dnskey, joined(ds_line(vector, 1), wrong), NULL, true), DELEGATED_SECURE);
}

static void test_usable(void **state)
{
	static const struct {
		const char *ds;
		bool is_usable, is_usable_without_sha1;
		int32_t ede;
	} rows[] = {
		{"z. 1 DS 1 13 2 " NONSENSE_2, true, true, 0},
		{"z. 1 DS 1 13 1 " NONSENSE_1, true, true, 0}, /* the digest is not the algorithm */
		{"z. 1 DS 1 5 2 " NONSENSE_2, true, false, EDE_UNSUPPORTED_DNSKEY_ALGORITHM},
		{"z. 1 DS 1 7 2 " NONSENSE_2, true, false, EDE_UNSUPPORTED_DNSKEY_ALGORITHM},
		{"z. 1 DS 1 12 2 " NONSENSE_2, false, false, EDE_UNSUPPORTED_DNSKEY_ALGORITHM},
		{"z. 1 DS 1 253 2 " NONSENSE_2, false, false, EDE_UNSUPPORTED_DNSKEY_ALGORITHM},
		{"z. 1 DS 1 13 3 " NONSENSE_2, false, false, EDE_UNSUPPORTED_DS_DIGEST},
		{"z. 1 DS 1 13 0 00", false, false, EDE_UNSUPPORTED_DS_DIGEST},
		{"z. 1 DS 1 12 2 " NONSENSE_2 "\nz. 1 DS 1 13 3 " NONSENSE_2, false, false, EDE_UNSUPPORTED_DS_DIGEST},
		{"z. 1 DS 1 12 2 " NONSENSE_2 "\nz. 1 DS 1 13 2 " NONSENSE_2, true, true, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rrset_view set = set_made(arena, rows[i].ds);
		int32_t ede = 0;
		assert_int_equal(delegated_is_usable(set.rrset, true, &ede), rows[i].is_usable);
		assert_int_equal(delegated_is_usable(set.rrset, false, &ede), rows[i].is_usable_without_sha1);
		if (!rows[i].is_usable_without_sha1)
			assert_int_equal(ede, rows[i].ede);
	}
	assert_int_equal(check(vectors[4].dnskey, "z. 1 DS 1 12 2 " NONSENSE_2, NULL, true), DELEGATED_UNSUPPORTED);
	assert_int_equal(check(vectors[0].dnskey, vectors[0].ds, NULL, false), DELEGATED_UNSUPPORTED);
	assert_int_equal(check(vectors[0].dnskey, NULL, vectors[0].dnskey, false), DELEGATED_UNSUPPORTED);
	assert_int_equal(check(vectors[0].dnskey, NULL, vectors[4].dnskey, false), DELEGATED_NO_MATCH);
}

/* The DNSKEY text with other flags or protocol in each record. */
static const char *dnskey_changed(const char *dnskey, const char *front)
{
	char *text = arena_text(arena, dnskey, strlen(dnskey));
	for (char *at = strstr(text, "DNSKEY 25"); at != NULL; at = strstr(at + 1, "DNSKEY 25"))
		memcpy(at + 7, front, 5);
	return text;
}

static void test_bad_keys(void **state)
{
	/* Anchored as they are, but not to be used. */
	static const struct {
		const char *front;
		enum delegated wanted;
	} rows[] = {
		{"000 3", DELEGATED_BAD_KEY},
		{"257 1", DELEGATED_BAD_KEY},
		{"385 3", DELEGATED_UNUSABLE}, /* revoked */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *changed = dnskey_changed(vectors[4].dnskey, rows[i].front);
		assert_int_equal(check(changed, NULL, changed, true), rows[i].wanted);
	}
	static const char *const malformed = "example. 1 DNSKEY 257 3 13 AAAA";
	assert_int_equal(check(malformed, NULL, malformed, true), DELEGATED_UNUSABLE);
	/* Vouched for, but it does not sign the set: the zone key alone does not count. */
	char unsigned_set[1024];
	snprintf(unsigned_set, sizeof(unsigned_set), "%s", vectors[4].dnskey);
	*strstr(unsigned_set, "example. 3600 RRSIG") = '\0';
	assert_int_equal(check(unsigned_set, vectors[4].ds, NULL, true), DELEGATED_BAD);
}

static void test_has_ds(void **state)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		struct rrset_view keys = set_made(arena, vectors[i].dnskey), ds = set_made(arena, vectors[i].ds);
		size_t position = 0;
		struct span rdata = {0};
		assert_true(rrset_next(keys.rrset, &position, &rdata));
		assert_false(delegated_has_ds(ds.rrset, keys.owner, rdata));
		assert_true(rrset_next(keys.rrset, &position, &rdata));
		assert_true(delegated_has_ds(ds.rrset, keys.owner, rdata));
		assert_false(delegated_has_ds(ds.rrset, name_root, rdata));
		assert_false(delegated_has_ds(ds.rrset, keys.owner, span_of(rdata.data, 3)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_digests, setup, teardown),
		cmocka_unit_test_setup_teardown(test_anchors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stronger, setup, teardown),
		cmocka_unit_test_setup_teardown(test_usable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_has_ds, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/keyring.h"

#include "tests/unit/dnssec/sets.h"
#include "tests/unit/dnssec/vectors.h"

#include <stdio.h>

static struct arena *arena;
static struct keyring *keyring;

static int setup(void **state)
{
	arena = arena_new(65536);
	keyring = keyring_new(4);
	return 0;
}

static int teardown(void **state)
{
	keyring_free(keyring);
	arena_free(arena);
	return 0;
}

static struct name numbered(unsigned number)
{
	char text[32];
	snprintf(text, sizeof(text), "zone%u.", number);
	return name_made(arena, text);
}

static void test_times(void **state)
{
	struct rrset_view set = set_made(arena, vectors[4].dnskey);
	struct name zone = name_made(arena, "example.");
	assert_null(keyring_find(keyring, zone, 0));
	const struct zone_keys *keys = keyring_put(keyring, zone, set.rrset, -1, 1000);
	assert_int_equal(keys->count, 2);
	assert_true(keys->is_secure && keys->keys[0].is_usable && keys->keys[1].is_usable);
	/* The octets are its own. */
	assert_true(keys->keys[0].rdata.data < set.rrset->records ||
	            keys->keys[0].rdata.data >= set.rrset->records + set.rrset->size);
	assert_ptr_equal(keyring_find(keyring, name_made(arena, "EXAMPLE."), 999), keys);
	assert_null(keyring_find(keyring, zone, 1000));
	assert_null(keyring_find(keyring, name_made(arena, "www.example."), 0));
	/* Put on trial, then kept. */
	keys = keyring_put(keyring, zone, set.rrset, -1, 0);
	assert_null(keyring_find(keyring, zone, 0));
	assert_ptr_equal(keyring_keep(keyring, zone, 50), keys);
	assert_ptr_equal(keyring_find(keyring, zone, 49), keys);
	assert_null(keyring_keep(keyring, name_root, 50));
	/* An insecure zone takes its place. */
	keys = keyring_put(keyring, zone, NULL, 27, 1000);
	assert_false(keys->is_secure);
	assert_int_equal(keys->count, 0);
	assert_int_equal(keyring_find(keyring, zone, 1)->ede, 27);
	keyring_clear(keyring);
	assert_null(keyring_find(keyring, zone, 1));
}

static void test_eviction(void **state)
{
	for (unsigned i = 0; i < 4; i++)
		assert_non_null(keyring_put(keyring, numbered(i), NULL, (int32_t)i, 1000));
	assert_non_null(keyring_find(keyring, numbered(0), 1)); /* used: it stays */
	assert_non_null(keyring_put(keyring, numbered(4), NULL, 4, 1000));
	assert_null(keyring_find(keyring, numbered(1), 1));
	assert_int_equal(keyring_find(keyring, numbered(0), 1)->ede, 0);
	/* Replacing does not push another out. */
	assert_non_null(keyring_put(keyring, numbered(4), NULL, 5, 1000));
	assert_non_null(keyring_find(keyring, numbered(2), 1));
	assert_non_null(keyring_find(keyring, numbered(3), 1));
	for (unsigned i = 0; i < 1000; i++)
		assert_non_null(keyring_put(keyring, numbered(i), NULL, (int32_t)i, 1000));
	unsigned found = 0;
	for (unsigned i = 0; i < 1000; i++)
		found += keyring_find(keyring, numbered(i), 1) != NULL;
	assert_int_equal(found, 4);
}

/* RFC 4034 2.1, RFC 5011 2.1: which keys may sign. */
static void test_usable(void **state)
{
#define KEY "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=="
	static const struct {
		const char *line;
		bool is_usable, is_imported;
	} rows[] = {
		{"z. 1 DNSKEY 256 3 13 " KEY, true, true},
		{"z. 1 DNSKEY 257 3 13 " KEY, true, true},
		{"z. 1 DNSKEY 0 3 13 " KEY, false, true},
		{"z. 1 DNSKEY 1 3 13 " KEY, false, true},
		{"z. 1 DNSKEY 385 3 13 " KEY, false, true}, /* revoked */
		{"z. 1 DNSKEY 256 2 13 " KEY, false, true},
		{"z. 1 DNSKEY 256 3 14 " KEY, false, false},
		{"z. 1 DNSKEY 256 3 12 " KEY, false, false},
		{"z. 1 DNSKEY 256 3 13 AAAA", false, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rrset_view set = set_made(arena, rows[i].line);
		const struct zone_keys *keys = keyring_put(keyring, set.owner, set.rrset, -1, 1);
		assert_int_equal(keys->count, 1);
		assert_int_equal(keys->keys[0].is_usable, rows[i].is_usable);
		assert_int_equal(keys->keys[0].key != NULL, rows[i].is_imported);
	}
}

static void test_many_keys(void **state)
{
	char text[8192];
	size_t at = 0;
	for (unsigned i = 0; i < ZONE_KEYS_MAX + 10; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "z. 1 DNSKEY \\# 36 0100030f%064x\n", i);
	struct rrset_view set = set_made(arena, text);
	assert_int_equal(set.rrset->count, ZONE_KEYS_MAX + 10);
	assert_int_equal(keyring_put(keyring, set.owner, set.rrset, -1, 1)->count, ZONE_KEYS_MAX);
}

static void test_marks(void **state)
{
	struct span data = span_text("data"), signature = span_text("signature"), key = span_text("key");
	struct keyring_mark mark = keyring_mark(keyring, data, signature, key);
	assert_false(keyring_has_verified(keyring, mark));
	keyring_verified(keyring, mark);
	assert_true(keyring_has_verified(keyring, mark));
	/* Any other octet, and octets at another place, are another mark. */
	const struct keyring_mark others[] = {
		keyring_mark(keyring, span_text("datb"), signature, key),
		keyring_mark(keyring, data, span_text("signaturf"), key),
		keyring_mark(keyring, data, signature, span_text("kez")),
		keyring_mark(keyring, span_text("datas"), span_text("ignature"), key),
		keyring_mark(keyring, signature, data, key),
	};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(keyring_has_verified(keyring, others[i]));
	struct keyring *other = keyring_new(1);
	struct keyring_mark theirs = keyring_mark(other, data, signature, key);
	assert_true(theirs.word[0] != mark.word[0] && theirs.word[1] != mark.word[1]); /* keyed */
	keyring_free(other);
	/* Marks of one hash stay beside each other, until there are too many; the low bits say which. */
	struct keyring_mark alike[6];
	for (unsigned i = 0; i < 6; i++) {
		alike[i] = (struct keyring_mark){{mark.word[0] + ((uint64_t)i + 1) * 0x100000, i}};
		keyring_verified(keyring, alike[i]);
	}
	assert_false(keyring_has_verified(keyring, mark));
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(keyring_has_verified(keyring, alike[i]), i >= 2);
	keyring_clear(keyring);
	assert_false(keyring_has_verified(keyring, alike[5]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_times, setup, teardown),
		cmocka_unit_test_setup_teardown(test_eviction, setup, teardown),
		cmocka_unit_test_setup_teardown(test_usable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_marks, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

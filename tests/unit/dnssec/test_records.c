/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/records.h"

#include "dns/rrtype.h"
#include "tests/unit/dns/hex.h"
#include "tests/unit/dnssec/sets.h"
#include "tests/unit/dnssec/vectors.h"

#include <ldns/ldns.h>

static struct arena *arena;

static int setup(void **state)
{
	arena = arena_new(65536);
	return arena == NULL;
}

static int teardown(void **state)
{
	arena_free(arena);
	return 0;
}

static struct span rdata_at(const struct rrset *rrset, unsigned index)
{
	size_t position = 0;
	struct span rdata = {0};
	do
		assert_true(rrset_next(rrset, &position, &rdata));
	while (index-- > 0);
	return rdata;
}

/* The tag of each key is the one that its signer and its DS name. */
static void test_tags(void **state)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		struct rrset_view keys = set_made(arena, vectors[i].dnskey), ds_set = set_made(arena, vectors[i].ds);
		struct rrset_view aaaa = set_made(arena, vectors[i].aaaa);
		struct rrsig rrsig;
		struct dnskey key;
		struct ds ds;
		assert_true(dnskey_read(rdata_at(keys.rrset, 0), &key));
		assert_int_equal(key.flags, DNSKEY_ZONE);
		assert_int_equal(key.protocol, 3);
		assert_int_equal(key.algorithm, vectors[i].algorithm);
		assert_int_equal(key.key.size + 4, key.rdata.size);
		assert_true(rrsig_read(rdata_at(aaaa.signatures, 0), &rrsig));
		assert_int_equal(key.tag, rrsig.tag);
		assert_int_equal(rrsig.algorithm, vectors[i].algorithm);
		assert_int_equal(rrsig.covered, RR_AAAA);
		assert_int_equal(rrsig.labels, 2);
		assert_int_equal(rrsig.original_ttl, 300);
		assert_true(name_equal(rrsig.signer, name_made(arena, "example.")));
		assert_int_equal(rrsig.signed_part.size, 18 + 9);
		assert_true(rrsig.inception < rrsig.expiration);
		assert_true(dnskey_read(rdata_at(keys.rrset, 1), &key));
		assert_int_equal(key.flags, DNSKEY_ZONE | DNSKEY_SEP);
		for (unsigned j = 0; j < 3; j++) {
			assert_true(ds_read(rdata_at(ds_set.rrset, j), &ds));
			assert_int_equal(ds.tag, key.tag);
			assert_int_equal(ds.algorithm, key.algorithm);
		}
	}
}

/* RFC 4034 B.1: algorithm 1 has its own; any octets have the tag that ldns computes. */
static void test_tags_oracle(void **state)
{
	uint32_t random = 1;
	for (unsigned round = 0; round < 2000; round++) {
		uint8_t octets[64];
		random = random * 1103515245 + 12345;
		size_t size = 7 + random % (sizeof(octets) - 7);
		for (size_t i = 0; i < size; i++) {
			random = random * 1103515245 + 12345;
			octets[i] = (uint8_t)(random >> 16);
		}
		octets[3] = round % 10 == 0 ? 1 : 8;
		assert_int_equal(dnskey_tag(span_of(octets, size)), ldns_calc_keytag_raw(octets, size));
	}
	assert_int_equal(dnskey_tag(span_of(NULL, 0)), 0);
}

/* RDATA that is too short for its fixed fields is told apart, not read. */
static void test_short(void **state)
{
	struct rrset_view aaaa = set_made(arena, vectors[0].aaaa);
	struct span good = rdata_at(aaaa.signatures, 0);
	struct dnskey key;
	struct ds ds;
	struct rrsig rrsig;
	struct nsec3 nsec3;
	for (size_t size = 0; size < 18 + 9; size++) {
		uint8_t *exact = malloc(size + 1);
		memcpy(exact, good.data, size);
		assert_false(rrsig_read(span_of(exact, size), &rrsig));
		free(exact);
	}
	assert_true(rrsig_read(span_of(good.data, 18 + 9), &rrsig)); /* an empty signature: it will not verify */
	assert_int_equal(rrsig.signature.size, 0);
	assert_false(dnskey_read(span_of("\1\0\3\15", 4), &key));
	assert_false(ds_read(span_of("\0\1\15\2", 4), &ds));
	static const uint8_t good_nsec3[] = {1, 1, 0, 12, 2, 0xaa, 0xbb, 3, 1, 2, 3, 0, 1, 2};
	for (size_t size = 0; size < 11; size++)
		assert_false(nsec3_read(span_of(good_nsec3, size), &nsec3));
	assert_true(nsec3_read(span_of(good_nsec3, sizeof(good_nsec3)), &nsec3));
	assert_int_equal(nsec3.algorithm, 1);
	assert_int_equal(nsec3.flags, NSEC3_OPTOUT);
	assert_int_equal(nsec3.iterations, 12);
	assert_int_equal(nsec3.salt.size, 2);
	assert_int_equal(nsec3.next.size, 3);
}

/* RFC 5155 A: salt aabbccdd, 12 iterations. */
static void test_nsec3_hashes(void **state)
{
	static const struct {
		const char *name, *hash;
	} rows[] = {
		{"example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"},
		{"a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl"},
		{"ai.example.", "gjeqe526plbf1g8mklp59enfd789njgi"},
		{"ns1.example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
		{"ns2.example.", "q04jkcevqvmu85r014c7dkba38o0ji5r"},
		{"w.example.", "k8udemvp1j2f7eg6jebps17vp3n8i58h"},
		{"*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"},
		{"x.w.example.", "b4um86eghhds6nea196smvmlo4ors995"},
		{"y.w.example.", "ji6neoaepv8b5o6k4ev33abha8ht9fgc"},
		{"X.y.W.Example.", "2vptu5timamqttgl4luu9kg21e0aor3s"},
		{"xx.example.", "t644ebqk9bibcna874givr6joj62mlhv"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t hash[NSEC3_HASH_SIZE], owner[NSEC3_HASH_SIZE];
		char text[128];
		nsec3_digest(name_made(arena, rows[i].name), 12, span_of("\xaa\xbb\xcc\xdd", 4), hash);
		snprintf(text, sizeof(text), "%s.example.", rows[i].hash);
		assert_true(nsec3_owner_digest(name_made(arena, text), owner));
		assert_memory_equal(hash, owner, sizeof(hash));
	}
}

static void test_nsec3_oracle(void **state)
{
	static const char *const names[] = {".", "a.", "WWW.Example.COM.", "*.example.", "a\\000b.example.",
	                                    "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."};
	static const uint16_t iterations[] = {0, 1, 50, 150, 2500};
	uint8_t salt[255];
	memset(salt, 0xa7, sizeof(salt));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (size_t j = 0; j < sizeof(iterations) / sizeof(iterations[0]); j++) {
			for (unsigned salt_size = 0; salt_size <= 255; salt_size += 51) {
				uint8_t ours[NSEC3_HASH_SIZE], theirs[NSEC3_HASH_SIZE];
				char text[128];
				ldns_rdf *name = ldns_dname_new_frm_str(names[i]);
				ldns_rdf *hashed = ldns_nsec3_hash_name(name, 1, iterations[j], (uint8_t)salt_size, salt);
				char *label = ldns_rdf2str(hashed);
				snprintf(text, sizeof(text), "%s", label);
				nsec3_digest(name_made(arena, names[i]), iterations[j], span_of(salt, salt_size), ours);
				assert_true(nsec3_owner_digest(name_made(arena, text), theirs));
				assert_memory_equal(ours, theirs, sizeof(ours));
				free(label);
				ldns_rdf_deep_free(hashed);
				ldns_rdf_deep_free(name);
			}
		}
	}
}

static void test_nsec3_owners(void **state)
{
	uint8_t digest[NSEC3_HASH_SIZE];
	assert_false(nsec3_owner_digest(name_root, digest));
	assert_false(nsec3_owner_digest(name_made(arena, "www.example."), digest));
	assert_false(nsec3_owner_digest(name_made(arena, "0p9mhaveqvm6t7vbl5lop2u3t2rp3to.example."), digest));
	assert_false(nsec3_owner_digest(name_made(arena, "0p9mhaveqvm6t7vbl5lop2u3t2rp3tomaaaaaaaa.example."), digest));
	assert_false(nsec3_owner_digest(name_made(arena, "zp9mhaveqvm6t7vbl5lop2u3t2rp3tom.example."), digest));
	assert_true(nsec3_owner_digest(name_made(arena, "0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM.example."), digest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),         cmocka_unit_test(test_tags_oracle),  cmocka_unit_test(test_short),
		cmocka_unit_test(test_nsec3_hashes), cmocka_unit_test(test_nsec3_oracle), cmocka_unit_test(test_nsec3_owners),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

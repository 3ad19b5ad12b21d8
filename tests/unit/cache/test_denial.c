/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache/denial.h"

#include "base/encoding.h"
#include "tests/unit/dnssec/sets.h"

#include <stdio.h>

#define SECOND UINT64_C(1000000)
#define SIGNATURE "3600 RRSIG NSEC 13 3 3600 20300101000000 20200101000000 12345 example. c2lnbmF0dXJl\n"

static struct arena *arena;
static struct denial_store *store;

static int setup(void **state)
{
	arena = arena_new(65536);
	store = denial_store_new(1 << 20);
	return arena == NULL || store == NULL;
}

static int teardown(void **state)
{
	denial_store_free(store);
	arena_free(arena);
	return 0;
}

static struct name name(const char *text)
{
	return name_made(arena, text);
}

static void add(const char *zone, const char *text, uint32_t ttl_s)
{
	struct rrset_view record = set_made(arena, text);
	denial_store_add(store, name(zone), &record, SECOND, ttl_s);
}

static void add_soa(const char *zone, uint32_t ttl_s)
{
	char text[600];
	snprintf(text, sizeof(text), "%s 3600 SOA ns.example. admin.example. 1 2 3 4 300\n", zone);
	struct rrset_view soa = set_made(arena, text);
	denial_store_soa(store, name(zone), &soa, SECOND, ttl_s);
}

/* The owner of what is found, "" for nothing. */
static const char *nsec_owner(const char *zone, const char *qname, uint64_t now_us)
{
	static char text[NAME_TEXT_MAX];
	struct rrset_view found;
	if (!denial_store_nsec(store, name(zone), name(qname), now_us, arena, &found))
		return "";
	name_to_text(found.owner, text);
	return text;
}

static void nsec_matches_and_covers(void **state)
{
	static const struct {
		const char *qname, *owner;
	} rows[] = {
		{"a.example.", "a.example."},     {"A.EXAMPLE.", "a.example."},   {"b.example.", "a.example."},
		{"x.a.example.", "a.example."},   {"d.example.", ""},             {"e.example.", ""}, /* not kept */
		{"x.d.example.", ""},             {"z.example.", "z.example."},   {"zz.example.", "z.example."},
		{"\\255.example.", "z.example."}, /* the last goes round */
		{"example.", ""},                 {"other.", ""},
	};
	add("example.", "a.example. " SIGNATURE "a.example. 3600 NSEC d.example. A RRSIG NSEC\n", 300);
	add("example.", "z.example. 3600 NSEC example. AAAA RRSIG NSEC\n", 300);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(nsec_owner("example.", rows[i].qname, 2 * SECOND), rows[i].owner);
	assert_string_equal(nsec_owner("test.", "a.example.", 2 * SECOND), "");
}

static void time_passes(void **state)
{
	struct rrset_view found;
	add("example.", "a.example. 3600 NSEC d.example. A RRSIG NSEC\na.example. " SIGNATURE, 300);
	assert_true(denial_store_nsec(store, name("example."), name("b.example."), 101 * SECOND, arena, &found));
	assert_int_equal(found.rrset->ttl, 200);
	assert_int_equal(load_u32(found.rrset->records + 4), 200);
	assert_int_equal(found.signatures->ttl, 200);
	assert_int_equal(load_u32(found.signatures->records + 4), 200);
	assert_true(denial_store_nsec(store, name("example."), name("b.example."), 300 * SECOND, arena, &found));
	assert_false(denial_store_nsec(store, name("example."), name("b.example."), 301 * SECOND, arena, &found));
	assert_false(denial_store_nsec(store, name("example."), name("b.example."), 2 * SECOND, arena, &found)); /* gone */
}

static void newer_spans_replace_what_they_contradict(void **state)
{
	add("example.", "b.example. 3600 NSEC c.example. A RRSIG NSEC\n", 300);
	add("example.", "c.example. 3600 NSEC d.example. A RRSIG NSEC\n", 300);
	add("example.", "e.example. 3600 NSEC f.example. A RRSIG NSEC\n", 300);
	add("example.", "a.example. 3600 NSEC e.example. A RRSIG NSEC\n", 300); /* b and c have gone */
	assert_string_equal(nsec_owner("example.", "c.example.", SECOND), "a.example.");
	assert_string_equal(nsec_owner("example.", "cc.example.", SECOND), "a.example.");
	assert_string_equal(nsec_owner("example.", "ee.example.", SECOND), "e.example.");
	add("example.", "a.example. 3600 NSEC c.example. A RRSIG NSEC\n", 300); /* c is there again */
	assert_string_equal(nsec_owner("example.", "b.example.", SECOND), "a.example.");
	assert_string_equal(nsec_owner("example.", "d.example.", SECOND), "");
}

static void longest_zone_with_an_soa(void **state)
{
	struct rrset_view soa;
	add_soa(".", 300);
	add_soa("example.", 200);
	add_soa("sub.example.", 100);
	assert_true(denial_store_zone(store, name("a.b.sub.example."), SECOND, arena, &soa));
	assert_true(name_equal(soa.owner, name("sub.example.")));
	assert_int_equal(soa.rrset->ttl, 100);
	assert_true(denial_store_zone(store, name("a.b.sub.example."), 150 * SECOND, arena, &soa));
	assert_true(name_equal(soa.owner, name("example.")));
	assert_true(denial_store_zone(store, name("."), SECOND, arena, &soa));
	assert_true(name_is_root(soa.owner));
	assert_true(denial_store_zone(store, name("test."), SECOND, arena, &soa));
	assert_false(denial_store_zone(store, name("test."), 400 * SECOND, arena, &soa));
}

/* RFC 5155 appendix A: owners and ends as that zone has them. */
static const char *const nsec3_zone[] = {
	"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. 3600 NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS\n",
	"2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. 3600 NSEC3 1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG\n",
	"r53bq7cc2uvmubfu5ocmm6pers9tk9en.example. 3600 NSEC3 1 1 12 aabbccdd t644ebqk9bibcna874givr6joj62mlhv A RRSIG\n",
	"t644ebqk9bibcna874givr6joj62mlhv.example. 3600 NSEC3 1 1 12 aabbccdd 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A HINFO\n",
};

static bool nsec3_found(const char *hash_text, struct rrset_view *ret)
{
	uint8_t hash[20];
	struct writer out = writer_of(hash, sizeof(hash));
	assert_int_equal(base32hex_decode(span_text(hash_text), &out), ERR_OK);
	return denial_store_nsec3(store, name("example."), hash, SECOND, arena, ret);
}

static void nsec3_matches_covers_and_goes_round(void **state)
{
	static const struct {
		const char *hash, *owner_label;
	} rows[] = {
		{"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", "0p9m"}, {"1p9mhaveqvm6t7vbl5lop2u3t2rp3tom", "0p9m"},
		{"2vptu5timamqttgl4luu9kg21e0aor3s", NULL},   {"2u000000000000000000000000000000", "2t7b"},
		{"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv", "t644"}, {"00000000000000000000000000000000", "t644"},
		{"0p9mhaveqvm6t7vbl5lop2u3t2rp3toh", "t644"}, {"t644ebqk9bibcna874givr6joj62mlhu", "r53b"},
	};
	struct denial_nsec3 chain;
	assert_false(denial_store_nsec3_chain(store, name("example."), &chain));
	for (size_t i = 0; i < sizeof(nsec3_zone) / sizeof(*nsec3_zone); i++)
		add("example.", nsec3_zone[i], 300);
	assert_true(denial_store_nsec3_chain(store, name("EXAMPLE."), &chain));
	assert_int_equal(chain.iterations, 12);
	assert_int_equal(chain.salt_size, 4);
	assert_memory_equal(chain.salt, "\xaa\xbb\xcc\xdd", 4);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rrset_view found;
		assert_int_equal(nsec3_found(rows[i].hash, &found), rows[i].owner_label != NULL);
		if (rows[i].owner_label != NULL)
			assert_memory_equal(found.owner.wire + 1, rows[i].owner_label, 4);
	}
}

static void another_nsec3_chain_takes_over(void **state)
{
	struct denial_nsec3 chain;
	struct rrset_view found;
	for (size_t i = 0; i < sizeof(nsec3_zone) / sizeof(*nsec3_zone); i++)
		add("example.", nsec3_zone[i], 300);
	add("example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. 3600 NSEC3 1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s A\n",
	    300);
	assert_true(denial_store_nsec3_chain(store, name("example."), &chain));
	assert_int_equal(chain.iterations, 0);
	assert_int_equal(chain.salt_size, 0);
	assert_false(nsec3_found("vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv", &found));
	assert_true(nsec3_found("2u000000000000000000000000000000", &found));
}

/* Against a plain search through the whole chain, with spans missing here and there. */
static void like_a_plain_search(void **state)
{
	static bool is_kept[500];
	for (unsigned i = 0; i < 500; i++) {
		char text[200];
		is_kept[i] = i * 7919 % 11 > 3;
		/* Into the store in another order than that of the names. */
		unsigned number = i * 123 % 500;
		snprintf(text, sizeof(text), "n%03u.example. 3600 NSEC n%03u.example. A\n", number, number + 1);
		if (number * 7919 % 11 > 3)
			add("example.", text, 300);
	}
	for (unsigned i = 0; i < 500; i++) {
		char owner[32], qname[32];
		snprintf(owner, sizeof(owner), "n%03u.example.", i);
		snprintf(qname, sizeof(qname), "n%03ux.example.", i);
		assert_string_equal(nsec_owner("example.", owner, SECOND), is_kept[i] ? owner : "");
		assert_string_equal(nsec_owner("example.", qname, SECOND), is_kept[i] ? owner : "");
	}
}

static void budget_takes_what_was_used_longest_ago(void **state)
{
	char text[300], zone[64];
	struct denial_store *small = denial_store_new(64 << 10);
	unsigned found = 0;
	struct rrset_view kept;
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(zone, sizeof(zone), "z%u.example.", i);
		snprintf(text, sizeof(text), "a.%s 3600 NSEC d.%s A\n", zone, zone);
		struct rrset_view record = set_made(arena, text);
		denial_store_add(small, name(zone), &record, 0, 300);
		assert_true(denial_store_nsec(small, name("z0.example."), name("b.z0.example."), 0, arena, &kept));
	}
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(zone, sizeof(zone), "z%u.example.", i);
		snprintf(text, sizeof(text), "b.%s", zone);
		found += denial_store_nsec(small, name(zone), name(text), 0, arena, &kept);
	}
	assert_in_range(found, 50, 200);
	denial_store_free(small);
}

static void one_zone_has_its_limit(void **state)
{
	char text[100];
	struct denial_store *large = denial_store_new(64 << 20);
	unsigned found = 0;
	struct rrset_view kept;
	for (unsigned i = 0; i < 10000; i++) {
		struct arena *own = arena_new(65536);
		snprintf(text, sizeof(text), "n%05u.example. 3600 NSEC n%05u.example. A\n", i, i + 1);
		struct rrset_view record = set_made(own, text);
		denial_store_add(large, name("example."), &record, 0, 300);
		arena_free(own);
	}
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "n%05u.example.", i);
		found += denial_store_nsec(large, name("example."), name(text), 0, arena, &kept);
	}
	assert_int_equal(found, 8192);
	denial_store_free(large);
}

static void flush_opens_what_was_denied(void **state)
{
	struct rrset_view soa;
	add_soa(".", 300);
	add_soa("example.", 300);
	add("example.", "a.example. 3600 NSEC d.example. A\n", 300);
	add("sub.example.", "a.sub.example. 3600 NSEC d.sub.example. A\n", 300);
	add("test.", "a.test. 3600 NSEC d.test. A\n", 300);
	assert_int_equal(denial_store_flush(store, name("b.example."), false), 1);
	assert_string_equal(nsec_owner("example.", "b.example.", SECOND), "");
	assert_false(denial_store_zone(store, name("b.example."), SECOND, arena, &soa));
	assert_string_equal(nsec_owner("sub.example.", "b.sub.example.", SECOND), "a.sub.example.");
	assert_int_equal(denial_store_flush(store, name("example."), true), 1);
	assert_string_equal(nsec_owner("sub.example.", "b.sub.example.", SECOND), "");
	assert_string_equal(nsec_owner("test.", "b.test.", SECOND), "a.test.");
}

/* Nothing of this may be taken for a span. */
static void records_that_are_none(void **state)
{
	static const char *const texts[] = {
		"short.example. 3600 NSEC3 1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s A\n",
		"2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. 3600 NSEC3 2 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s A\n",
		"2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. 3600 NSEC3 1 0 0 - 2vptu5ti A\n",
		"a.example. 3600 A 192.0.2.1\n",
	};
	struct denial_nsec3 chain;
	struct rrset_view found;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		add("example.", texts[i], 300);
	add("example.", "a.example. 3600 NSEC d.example. A\n", 0);
	assert_false(denial_store_nsec3_chain(store, name("example."), &chain));
	assert_false(denial_store_nsec(store, name("example."), name("a.example."), SECOND, arena, &found));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nsec_matches_and_covers),
		TEST(time_passes),
		TEST(newer_spans_replace_what_they_contradict),
		TEST(longest_zone_with_an_soa),
		TEST(nsec3_matches_covers_and_goes_round),
		TEST(another_nsec3_chain_takes_over),
		TEST(like_a_plain_search),
		TEST(budget_takes_what_was_used_longest_ago),
		TEST(one_zone_has_its_limit),
		TEST(flush_opens_what_was_denied),
		TEST(records_that_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

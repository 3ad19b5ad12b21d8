/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/anchor_upkeep.h"

#include "crypto/digest.h"
#include "dns/rrtype.h"
#include "dnssec/records.h"
#include "tests/unit/dnssec/sets.h"

#include <openssl/evp.h>
#include <stdio.h>

#define START 1800000000u
#define DAY 86400u
#define TTL 172800u

/* --- A zone that signs itself: keys are made of one letter --- */

static struct arena *arena;
static struct keyring *keyring;
static struct dnssec_budget budget;
static struct anchor_upkeep *upkeep;
static uint64_t now_s;
static uint32_t set_ttl = TTL;

static EVP_PKEY *key_private(char letter)
{
	uint8_t seed[32];
	memset(seed, letter | 0x20, sizeof(seed));
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
}

/* Lower case: a secure entry point; upper case: the same, revoked; z: a zone key. */
static struct span key_rdata(char letter)
{
	uint8_t *rdata = arena_alloc(arena, 4 + 32, 1);
	size_t size = 32;
	uint16_t flags = DNSKEY_ZONE | (letter == 'z' ? 0 : DNSKEY_SEP) | (letter < 'a' ? DNSKEY_REVOKED : 0);
	EVP_PKEY *key = key_private(letter);
	store_u16(rdata, flags);
	rdata[2] = 3;
	rdata[3] = 15;
	assert_int_equal(EVP_PKEY_get_raw_public_key(key, rdata + 4, &size), 1);
	EVP_PKEY_free(key);
	return span_of(rdata, 36);
}

static struct span signature_rdata(char letter, const struct rrset *rrset)
{
	static uint8_t data[16384];
	struct span dnskey = key_rdata(letter);
	uint8_t *rdata = arena_alloc(arena, 19 + 64, 1);
	size_t size = 64, position = 0;
	struct span record;
	struct writer out = writer_of(data, sizeof(data));
	store_u16(rdata, RR_DNSKEY);
	rdata[2] = 15;
	rdata[3] = 0;
	store_u32(rdata + 4, set_ttl);
	store_u32(rdata + 8, (uint32_t)now_s + 20 * DAY);
	store_u32(rdata + 12, (uint32_t)now_s - DAY);
	store_u16(rdata + 16, dnskey_tag(dnskey));
	rdata[18] = 0;
	writer_bytes(&out, rdata, 19);
	while (rrset_next(rrset, &position, &record)) {
		writer_u8(&out, 0);
		writer_u16(&out, RR_DNSKEY);
		writer_u16(&out, CLASS_IN);
		writer_u32(&out, set_ttl);
		writer_u16(&out, (uint16_t)record.size);
		writer_bytes(&out, record.data, record.size);
	}
	EVP_PKEY *key = key_private(letter);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	assert_int_equal(EVP_DigestSignInit(context, NULL, NULL, NULL, key), 1);
	assert_int_equal(EVP_DigestSign(context, rdata + 19, &size, out.data, out.size), 1);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return span_of(rdata, 19 + 64);
}

static struct rrset_view dnskey_made(const char *keys, const char *signers)
{
	struct set_line lines[SET_RECORDS_MAX];
	struct rrset_view set = {.owner = name_root};
	size_t count = 0;
	for (; keys[count] != '\0'; count++)
		lines[count] = (struct set_line){name_root, set_ttl, RR_DNSKEY, key_rdata(keys[count])};
	set.rrset = rrset_made(arena, lines, count, 0);
	for (count = 0; signers[count] != '\0'; count++)
		lines[count] = (struct set_line){name_root, set_ttl, RR_RRSIG, signature_rdata(signers[count], set.rrset)};
	set.signatures = rrset_made(arena, lines, count, RR_DNSKEY);
	return set;
}

/* --- */

static struct anchor_upkeep *upkeep_made(bool has_ds, bool has_dnskey)
{
	struct anchors *anchors = anchors_new();
	struct anchor_upkeep *made;
	struct span key = key_rdata('a');
	uint8_t ds[4 + DIGEST_SIZE_MAX];
	const struct span parts[] = {span_of("", 1), key};
	store_u16(ds, dnskey_tag(key));
	ds[2] = 15;
	ds[3] = 2;
	assert_int_equal(digest_compute(DIGEST_SHA256, parts, 2, ds + 4), ERR_OK);
	if (has_ds)
		assert_int_equal(anchors_add(anchors, name_root, RR_DS, span_of(ds, 4 + 32)), ERR_OK);
	if (has_dnskey)
		assert_int_equal(anchors_add(anchors, name_root, RR_DNSKEY, key), ERR_OK);
	assert_int_equal(anchor_upkeep_new(anchors_at(anchors, 0), &made), ERR_OK);
	anchors_free(anchors);
	return made;
}

static int setup(void **state)
{
	arena = arena_new(1 << 20);
	keyring = keyring_new(1);
	now_s = START;
	set_ttl = TTL;
	upkeep = upkeep_made(true, false);
	return 0;
}

static int teardown(void **state)
{
	anchor_upkeep_free(upkeep);
	keyring_free(keyring);
	arena_free(arena);
	return 0;
}

static unsigned take(const char *keys, const char *signers, int wanted)
{
	struct rrset_view set = dnskey_made(keys, signers);
	unsigned changes = 99;
	budget = (struct dnssec_budget){.verifications = 50, .failed_verifications = 20, .keys_per_tag = 4};
	const struct anchor_look look = {.dnskey = &set, .keyring = keyring, .budget = &budget, .arena = arena,
	                                 .now_s = now_s, .is_sha1_accepted = true};
	assert_int_equal(anchor_upkeep_take(upkeep, &look, &changes), wanted);
	return changes;
}

static const struct anchor_key *key_of(char letter)
{
	for (size_t i = 0; i < anchor_upkeep_count(upkeep); i++) {
		if (span_equal(key_rdata(letter), anchor_upkeep_at(upkeep, i)->rdata))
			return anchor_upkeep_at(upkeep, i);
	}
	return NULL;
}

/* The state of each key, as "a:valid b:addpend". */
static void assert_states(const char *wanted)
{
	char text[512] = "";
	size_t at = 0, count = 0;
	for (char letter = 'a'; letter <= 'z'; letter++) {
		const struct anchor_key *key = key_of(letter);
		if (key != NULL)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%c:%s", count++ > 0 ? " " : "", letter,
			                       anchor_state_text(key->state));
	}
	assert_int_equal(count, anchor_upkeep_count(upkeep));
	assert_string_equal(text, wanted);
	/* What is written reads back the same, in a fresh one too. */
	struct text out = {0}, again = {0};
	size_t line;
	anchor_upkeep_write(upkeep, &out);
	struct anchor_upkeep *other = upkeep_made(true, false);
	assert_int_equal(anchor_upkeep_read(other, span_text(text_string(&out)), &line), ERR_OK);
	anchor_upkeep_write(other, &again);
	assert_string_equal(text_string(&out), text_string(&again));
	assert_int_equal(anchor_upkeep_next_s(other), anchor_upkeep_next_s(upkeep));
	anchor_upkeep_free(other);
	text_free(&out);
	text_free(&again);
}

/* Which keys validate, as letters; '+' when the configured DS counts. */
static void assert_trusted(const char *wanted)
{
	struct anchors *anchors = anchors_new();
	char text[64] = "";
	size_t at = 0, position = 0;
	struct span rdata;
	assert_int_equal(anchor_upkeep_anchors(upkeep, anchors), ERR_OK);
	const struct anchor *anchor = anchors_at(anchors, 0);
	if (anchor != NULL && anchor->ds != NULL)
		text[at++] = '+';
	for (char letter = 'a'; letter <= 'z'; letter++) {
		position = 0;
		while (anchor != NULL && anchor->dnskey != NULL && rrset_next(anchor->dnskey, &position, &rdata)) {
			if (span_equal(key_rdata(letter), rdata))
				text[at++] = letter;
		}
	}
	text[at] = '\0';
	assert_string_equal(text, wanted);
	anchors_free(anchors);
}

static void test_first(void **state)
{
	assert_states("");
	assert_trusted("+");
	assert_int_equal(anchor_upkeep_next_s(upkeep), 0);
	assert_int_equal(take("az", "a", ERR_OK), ANCHOR_CHANGED_STATE | ANCHOR_CHANGED_TRUST);
	assert_states("a:valid"); /* zone keys are no anchors */
	assert_trusted("+a");
	/* RFC 5011 2.3: half the TTL, here one day */
	assert_int_equal(anchor_upkeep_next_s(upkeep), now_s + TTL / 2);
	assert_int_equal(take("az", "a", ERR_OK), 0);
	/* A key beside the configured one is new, even at the first look. */
	anchor_upkeep_free(upkeep);
	upkeep = upkeep_made(false, true);
	assert_trusted("a");
	take("abz", "a", ERR_OK);
	assert_states("a:valid b:addpend");
	assert_trusted("a");
}

static void test_rollover(void **state)
{
	take("az", "a", ERR_OK);
	now_s += DAY;
	assert_int_equal(take("abz", "a", ERR_OK), ANCHOR_CHANGED_STATE);
	assert_states("a:valid b:addpend");
	assert_trusted("+a");
	uint64_t first = now_s;
	assert_int_equal(key_of('b')->since_s, first);
	assert_int_equal(key_of('b')->until_s, first + ANCHOR_HOLD_DOWN_S);
	now_s = first + ANCHOR_HOLD_DOWN_S - 1;
	assert_int_equal(take("abz", "a", ERR_OK), 0);
	/* A pending key signs nothing that counts. */
	take("bz", "b", ERR_MISMATCH);
	assert_states("a:valid b:addpend");
	now_s = first + ANCHOR_HOLD_DOWN_S;
	assert_int_equal(take("abz", "a", ERR_OK), ANCHOR_CHANGED_STATE | ANCHOR_CHANGED_TRUST);
	assert_states("a:valid b:valid");
	assert_trusted("+ab");
	now_s += DAY;
	assert_int_equal(take("Abz", "Ab", ERR_OK), ANCHOR_CHANGED_STATE | ANCHOR_CHANGED_TRUST);
	assert_states("a:revoked b:valid");
	assert_trusted("b"); /* nor does the configured DS of a revoked key count any more */
	take("az", "a", ERR_MISMATCH);
	assert_states("a:revoked b:valid");
	now_s += ANCHOR_HOLD_DOWN_S;
	assert_int_equal(take("bz", "b", ERR_OK), ANCHOR_CHANGED_STATE);
	assert_states("a:removed b:valid");
	/* It never comes back. */
	take("abz", "b", ERR_OK);
	assert_states("a:removed b:valid");
	take("abz", "a", ERR_MISMATCH);
	assert_trusted("b");
}

/* A key that goes away before its time starts anew. */
static void test_pending_removed(void **state)
{
	take("abz", "a", ERR_OK);
	assert_states("a:valid b:addpend");
	now_s += 20 * DAY;
	assert_int_equal(take("az", "a", ERR_OK), ANCHOR_CHANGED_STATE);
	assert_states("a:valid");
	now_s += 20 * DAY;
	take("abz", "a", ERR_OK);
	assert_states("a:valid b:addpend");
	assert_int_equal(key_of('b')->until_s, now_s + ANCHOR_HOLD_DOWN_S);
	/* Revoked before its time: gone as well. */
	take("aBz", "aB", ERR_OK);
	assert_states("a:valid");
}

static void test_missing(void **state)
{
	take("abz", "a", ERR_OK);
	now_s += ANCHOR_HOLD_DOWN_S;
	take("abz", "a", ERR_OK);
	assert_states("a:valid b:valid");
	assert_int_equal(take("bz", "b", ERR_OK), ANCHOR_CHANGED_STATE);
	assert_states("a:missing b:valid");
	assert_trusted("+ab"); /* still trusted */
	assert_int_equal(take("abz", "a", ERR_OK), ANCHOR_CHANGED_STATE);
	assert_states("a:valid b:valid");
	/* A missing key can be revoked. */
	take("bz", "b", ERR_OK);
	take("Abz", "Ab", ERR_OK);
	assert_states("a:revoked b:valid");
}

static void test_revocation_needs_signature(void **state)
{
	take("abz", "a", ERR_OK);
	now_s += ANCHOR_HOLD_DOWN_S;
	take("abz", "a", ERR_OK);
	/* The bit alone, signed by another: the key is only missing. */
	take("Abz", "b", ERR_OK);
	assert_states("a:missing b:valid");
	/* By itself, though nobody else signs: revoked, and the rest of the set is not believed. */
	assert_int_equal(take("Acz", "A", ERR_MISMATCH), ANCHOR_CHANGED_STATE | ANCHOR_CHANGED_TRUST);
	assert_states("a:revoked b:valid");
	/* Of a stranger */
	take("bCz", "bC", ERR_OK);
	assert_states("a:revoked b:valid");
}

/* RFC 5011 5: all revoked, nothing is trusted any more, whatever was configured. */
static void test_all_revoked(void **state)
{
	take("az", "a", ERR_OK);
	take("Az", "A", ERR_MISMATCH);
	assert_states("a:revoked");
	assert_trusted("");
	take("az", "a", ERR_MISMATCH);
	/* Before it was ever seen without the bit */
	anchor_upkeep_free(upkeep);
	upkeep = upkeep_made(true, true);
	assert_trusted("+a");
	take("Az", "A", ERR_MISMATCH);
	assert_states("a:revoked");
	assert_trusted("");
}

static void test_failures(void **state)
{
	unsigned changes = 99;
	take("az", "a", ERR_OK);
	const struct anchor_look none = {.keyring = keyring, .budget = &budget, .arena = arena, .now_s = now_s};
	assert_int_equal(anchor_upkeep_take(upkeep, &none, &changes), ERR_NOT_FOUND);
	assert_int_equal(changes, 0);
	assert_int_equal(anchor_upkeep_next_s(upkeep), now_s + TTL / 10); /* RFC 5011 2.3 */
	take("cz", "c", ERR_MISMATCH);
	take("acz", "", ERR_MISMATCH);
	take("acz", "z", ERR_MISMATCH); /* a zone key vouches for no key */
	assert_states("a:valid");
	assert_int_equal(anchor_upkeep_next_s(upkeep), now_s + TTL / 10);
}

static void test_intervals(void **state)
{
	static const struct {
		uint32_t ttl, wait_s, retry_s;
	} rows[] = {
		{60, 3600, 3600},
		{4 * DAY, 2 * DAY, 34560},
		{100 * DAY, 10 * DAY, DAY}, /* the signature ends in 20 days */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set_ttl = rows[i].ttl;
		take("az", "a", ERR_OK);
		assert_int_equal(anchor_upkeep_next_s(upkeep), now_s + rows[i].wait_s);
		take("az", "c", ERR_MISMATCH);
		assert_int_equal(anchor_upkeep_next_s(upkeep), now_s + rows[i].retry_s);
	}
	/* RFC 5011 2.4.1: a TTL longer than the hold-down time counts. */
	take("abz", "a", ERR_OK);
	assert_int_equal(key_of('b')->until_s, now_s + 100 * DAY);
}

/* More keys than are kept: the first ones stay. */
static void test_many(void **state)
{
	take("abcdefghijklmnopqrstuvwxy", "a", ERR_OK);
	assert_int_equal(anchor_upkeep_count(upkeep), 25);
	take("az", "a", ERR_OK);
	assert_states("a:valid");
}

static void test_text(void **state)
{
	static const struct {
		const char *text;
		int wanted;
		size_t line;
	} rows[] = {
		{"", ERR_SYNTAX, 0},
		{"; nothing\n", ERR_SYNTAX, 1},
		{"zone .\n", ERR_OK, 1},
		{"zone .", ERR_OK, 1},
		{"\n zone  .  ; comment\nnext 5 6 7\n", ERR_OK, 3},
		{"zone example.\n", ERR_MISMATCH, 1},
		{"zone .\nzone .\n", ERR_SYNTAX, 2},
		{"next 5 6 7\nzone .\n", ERR_SYNTAX, 1},
		{"zone .\nnext 5 6\n", ERR_SYNTAX, 2},
		{"zone .\nnext 5 6 4294967296\n", ERR_SYNTAX, 2},
		{"zone .\nnext -5 6 7\n", ERR_SYNTAX, 2},
		{"zone .\nkey valid 1 0 257 3 15 AAAA\n", ERR_OK, 2},
		{"zone .\n\nkey good 1 0 257 3 15 AAAA\n", ERR_SYNTAX, 3},
		{"zone .\nkey valid x 0 257 3 15 AAAA\n", ERR_SYNTAX, 2},
		{"zone .\nkey valid 1 0 257 3 15\n", ERR_SYNTAX, 2},
		{"zone .\nkey valid 1 0 257 3 15 !\n", ERR_SYNTAX, 2},
		{"zone .\nkeys\n", ERR_SYNTAX, 2},
	};
	take("abz", "a", ERR_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t line = 99;
		struct anchor_upkeep *other = upkeep_made(true, false);
		assert_int_equal(anchor_upkeep_read(other, span_text(rows[i].text), &line), rows[i].wanted);
		assert_int_equal(line, rows[i].line);
		anchor_upkeep_free(other);
		/* What could not be read changes nothing. */
		if (rows[i].wanted != ERR_OK) {
			assert_int_equal(anchor_upkeep_read(upkeep, span_text(rows[i].text), &line), rows[i].wanted);
			assert_states("a:valid b:addpend");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rollover, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pending_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_revocation_needs_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_revoked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_intervals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

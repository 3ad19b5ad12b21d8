/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A zone of fifty types, signed by BIND: each RRset verifies as it is, and with bits flipped in records and signatures it
 * verifies exactly when ldns says so (the case of names in the types of RFC 4034 6.2 does not count).
 */
#include "dns/rrtype.h"
#include "dnssec/verify.h"
#include "tests/unit/dnssec/sets.h"

#include <ldns/ldns.h>
#include <stdio.h>

#define SETS_MAX 300
#define FLIPS 40

static struct arena *arena;
static struct keyring *keyring;
static struct rrset_view sets[SETS_MAX];
static size_t set_count;
static const struct rrset_view *dnskey;

/* --- The file: a set's records stand together, their signatures behind them --- */

struct text_set {
	char octets[8192];
	size_t size;
	char owner[256], type[32];
};

static void set_end(struct text_set *text)
{
	if (text->size > 0) {
		assert_true(set_count < SETS_MAX);
		sets[set_count++] = set_made(arena, text->octets);
	}
	text->size = 0;
}

static void line_add(struct text_set *text, const char *line)
{
	char owner[256], type[32], covered[32];
	assert_int_equal(sscanf(line, "%255s %*s IN %31s %31s", owner, type, covered), 3);
	const char *of = strcmp(type, "RRSIG") == 0 ? covered : type;
	if (strcasecmp(owner, text->owner) != 0 || strcmp(of, text->type) != 0) {
		set_end(text);
		snprintf(text->owner, sizeof(text->owner), "%s", owner);
		snprintf(text->type, sizeof(text->type), "%s", of);
	}
	int written = snprintf(text->octets + text->size, sizeof(text->octets) - text->size, "%s", line);
	assert_true(written > 0 && (size_t)written < sizeof(text->octets) - text->size);
	text->size += (size_t)written;
}

static int setup(void **state)
{
	static struct text_set text;
	static char line[4096];
	FILE *file = fopen("types.zone", "r");
	arena = arena_new(1 << 20);
	keyring = keyring_new(4);
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (line[0] != ';' && line[0] != '\n')
			line_add(&text, line);
	}
	set_end(&text);
	fclose(file);
	for (size_t i = 0; i < set_count; i++) {
		if (sets[i].rrset->type == RR_DNSKEY)
			dnskey = &sets[i];
	}
	assert_non_null(dnskey);
	return 0;
}

static int teardown(void **state)
{
	keyring_free(keyring);
	arena_free(arena);
	return 0;
}

static enum verify_result verify(const struct rrset_view *set, const struct zone_keys *keys, struct arena *scratch)
{
	struct dnssec_budget budget = {.verifications = 10, .failed_verifications = 10, .keys_per_tag = 4};
	const struct verify_request request = {.set = set, .zone = dnskey->owner, .keys = keys, .keyring = keyring,
	                                       .budget = &budget, .arena = scratch, .now_s = 1800000000};
	return verify_rrset(&request).result;
}

static void test_all(void **state)
{
	const struct zone_keys *keys = keyring_put(keyring, dnskey->owner, dnskey->rrset, -1, UINT64_MAX);
	unsigned types = 0;
	assert_true(set_count > 100);
	for (size_t i = 0; i < set_count; i++) {
		assert_non_null(sets[i].signatures);
		types += sets[i].rrset->type != RR_NSEC;
		if (verify(&sets[i], keys, arena) != VERIFY_GOOD)
			fail_msg("type %u", sets[i].rrset->type);
	}
	assert_true(types > 50);
}

/* --- The judge --- */

static ldns_rr_list *list_of(struct name owner, const struct rrset *rrset)
{
	static uint8_t wire[70000];
	ldns_rr_list *list = ldns_rr_list_new();
	size_t position = 0;
	struct span rdata;
	while (rrset_next(rrset, &position, &rdata)) {
		ldns_rr *rr = NULL;
		size_t at = 0, size = RRSET_RECORD_HEADER + rdata.size;
		memcpy(wire, owner.wire, owner.size);
		memcpy(wire + owner.size, rdata.data - RRSET_RECORD_HEADER, size);
		if (ldns_wire2rr(&rr, wire, owner.size + size, &at, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK) {
			ldns_rr_list_deep_free(list);
			return NULL;
		}
		ldns_rr_list_push_rr(list, rr);
	}
	return list;
}

/* 1: it verifies, 0: it does not, -1: ldns cannot read it. */
static int judge(const struct rrset_view *set, const ldns_rr_list *keys)
{
	ldns_rr_list *records = list_of(set->owner, set->rrset), *signatures = list_of(set->owner, set->signatures);
	ldns_rr_list *good = ldns_rr_list_new();
	int verdict = -1;
	if (records != NULL && signatures != NULL)
		verdict = ldns_verify_rrsig_keylist_notime(records, ldns_rr_list_rr(signatures, 0), keys, good) == LDNS_STATUS_OK;
	ldns_rr_list_free(good);
	ldns_rr_list_deep_free(records);
	ldns_rr_list_deep_free(signatures);
	return verdict;
}

static uint32_t draw(void)
{
	static uint32_t random = 20261125;
	random = random * 1664525 + 1013904223;
	return random >> 8;
}

/* One bit, mostly the one that is the case of a letter. */
static bool flip(struct rrset *rrset, size_t first)
{
	size_t position = 0, start = 0;
	struct span rdata;
	unsigned wanted = draw() % rrset->count;
	do {
		start = position;
		if (!rrset_next(rrset, &position, &rdata))
			return false;
	} while (wanted-- > 0);
	if (rdata.size <= first)
		return false;
	size_t at = start + RRSET_RECORD_HEADER + first + draw() % (rdata.size - first);
	rrset->records[at] ^= draw() % 2 == 0 ? 0x20 : (uint8_t)(1u << draw() % 8);
	rdata = span_of(rrset->records + start + RRSET_RECORD_HEADER, rdata.size);
	return rdata_check(rrset->type, rdata) == ERR_OK;
}

/* The set with its records in order again: what comes from a message always is. */
static void order(struct rrset_view *set, struct arena *scratch)
{
	struct set_line lines[SET_RECORDS_MAX];
	size_t position = 0, count = 0;
	struct span rdata;
	while (count < SET_RECORDS_MAX && rrset_next(set->rrset, &position, &rdata))
		lines[count++] = (struct set_line){set->owner, set->rrset->ttl, set->rrset->type, rdata};
	set->rrset = rrset_made(scratch, lines, count, 0);
}

static void test_flips(void **state)
{
	const struct zone_keys *keys = keyring_put(keyring, dnskey->owner, dnskey->rrset, -1, UINT64_MAX);
	ldns_rr_list *their_keys = list_of(dnskey->owner, dnskey->rrset);
	struct arena *scratch = arena_new(65536);
	unsigned good = 0, bad = 0;
	for (size_t i = 0; i < set_count; i++) {
		for (unsigned round = 0; round < FLIPS; round++) {
			bool is_signature = round % 8 == 0;
			const struct rrset *from = is_signature ? sets[i].signatures : sets[i].rrset;
			struct rrset_view set = sets[i];
			arena_reset(scratch);
			struct rrset *changed = arena_copy(scratch, from, sizeof(*from) + from->size, 8);
			/* The fields in front of a signature's signer are checked in test_verify. */
			if (!flip(changed, is_signature ? 18 : 0) || set.rrset->type == RR_DNSKEY)
				continue;
			if (is_signature)
				set.signatures = changed;
			else
				set.rrset = changed;
			order(&set, scratch);
			int theirs = judge(&set, their_keys);
			bool ours = verify(&set, keys, scratch) == VERIFY_GOOD;
			if (theirs >= 0 && ours != (theirs == 1))
				fail_msg("type %u, %s: ours %d, theirs %d", set.rrset->type, is_signature ? "signature" : "record",
				         ours, theirs);
			good += ours;
			bad += !ours;
		}
	}
	assert_true(good > 50 && bad > 1000);
	arena_free(scratch);
	ldns_rr_list_deep_free(their_keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_all), cmocka_unit_test(test_flips)};
	return cmocka_run_group_tests(tests, setup, teardown);
}

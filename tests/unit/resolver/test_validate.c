/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/validate.h"

#include "dns/ede.h"
#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/resolver/world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world *world;
static struct validate_result result;

static int setup(void **state)
{
	world = world_new();
	return 0;
}

/* A test that failed leaves nothing behind. */
static int reset(void **state)
{
	world->tamper = NULL;
	world->now_s = WORLD_NOW_S;
	world->policy.clock_skew_s = 0;
	world_forget(world);
	return 0;
}

static int teardown(void **state)
{
	world_free(world);
	return 0;
}

static uint16_t type_of(const char *text)
{
	uint16_t type;
	assert_int_equal(rrtype_from_text(span_text(text), &type), ERR_OK);
	return type;
}

struct row {
	const char *qname, *qtype;
	enum outcome_kind kind;
	enum security security;
	bool is_optout;
	int32_t ede;
	const char *reason; /* a part of it */
};

static void row_check(const struct row *row)
{
	struct name qname = world_name(world, row->qname);
	struct outcome outcome = world_ask(world, qname, type_of(row->qtype));
	world_validate(world, &outcome, &result);
	if (result.kind != row->kind || result.security != row->security || result.is_optout != row->is_optout ||
	    result.ede != row->ede || (row->reason != NULL && strstr(result.reason, row->reason) == NULL) ||
	    (row->reason == NULL && result.reason[0] != '\0'))
		fail_msg("%s %s: kind %d %s%s, EDE %d, \"%s\"", row->qname, row->qtype, result.kind,
		         security_value_text(result.security), result.is_optout ? " opt-out" : "", result.ede, result.reason);
	assert_true(strlen(result.reason) < VALIDATE_REASON_MAX);
	if (result.security != SECURITY_SECURE)
		return;
	/* What is kept is signed, answers first; the cap is within the signatures. */
	assert_int_equal(result.kept_answers, outcome.answer_count);
	assert_true(result.kept_count >= result.kept_answers);
	for (unsigned i = 0; i < result.kept_count; i++)
		assert_non_null(result.kept[i].signatures);
	assert_true(result.ttl_cap_s <= 300);
}

static void rows_check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		world_forget(world);
		row_check(&rows[i]);
		/* Again: keys are known, signatures verified before, nothing is asked and nothing spent but hashes. */
		struct dnssec_budget before = world->budget;
		unsigned asked = world->asked;
		row_check(&rows[i]);
		assert_int_equal(world->asked, asked);
		if (result.security == SECURITY_SECURE)
			assert_int_equal(world->budget.verifications, before.verifications);
	}
}
#define ROWS_CHECK(rows) rows_check(rows, sizeof(rows) / sizeof(rows[0]))

#define SECURE SECURITY_SECURE, false, -1, NULL
#define OPTOUT SECURITY_SECURE, true, -1, NULL
#define INSECURE SECURITY_INSECURE, false, -1, NULL

static void test_signed(void **state)
{
	static const char *const zones[] = {"nsec.test.", "nsec3.test.", "sha1.test.", "ed.test.", "rsa.test."};
	static const struct row rows[] = {
		{"www", "AAAA", OUTCOME_ANSWER, SECURE},
		{"WWW", "A", OUTCOME_ANSWER, SECURE},
		{"www", "TXT", OUTCOME_NODATA, SECURE},
		{"only4", "AAAA", OUTCOME_NODATA, SECURE},
		{"nothing", "AAAA", OUTCOME_NXDOMAIN, SECURE},
		{"below.nothing", "AAAA", OUTCOME_NXDOMAIN, SECURE},
		{"below.www", "AAAA", OUTCOME_NXDOMAIN, SECURE},
		{"alias", "AAAA", OUTCOME_CNAME, SECURE},
		{"alias", "CNAME", OUTCOME_ANSWER, SECURE},
		{"away", "AAAA", OUTCOME_CNAME, SECURE},
		{"x.wild", "TXT", OUTCOME_ANSWER, SECURE},
		{"x.y.wild", "TXT", OUTCOME_ANSWER, SECURE},
		{"*.wild", "TXT", OUTCOME_ANSWER, SECURE},
		{"x.wild", "AAAA", OUTCOME_NODATA, SECURE},
		{"x.wildalias", "AAAA", OUTCOME_CNAME, SECURE},
		{"wild", "TXT", OUTCOME_NODATA, SECURE}, /* an empty non-terminal */
		{"ent", "AAAA", OUTCOME_NODATA, SECURE},
		{"below.ent", "AAAA", OUTCOME_NODATA, SECURE},
		{"x.ent", "AAAA", OUTCOME_NXDOMAIN, SECURE},
		{"deep.below.ent", "AAAA", OUTCOME_ANSWER, SECURE},
		{"dname", "DNAME", OUTCOME_ANSWER, SECURE},
		{"x.dname", "AAAA", OUTCOME_DNAME, SECURE},
		{"cut", "DS", OUTCOME_NODATA, SECURE},
		{"signed", "DS", OUTCOME_ANSWER, SECURE},
		{"www", "DS", OUTCOME_NODATA, SECURE},
		{"", "DNSKEY", OUTCOME_ANSWER, SECURE},
		{"", "SOA", OUTCOME_ANSWER, SECURE},
		{"", "AAAA", OUTCOME_NODATA, SECURE},
		{"", "DS", OUTCOME_ANSWER, SECURE},
		{"www", "ANY", OUTCOME_ANSWER, SECURE},
	};
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++) {
			char qname[64];
			struct row row = rows[j];
			snprintf(qname, sizeof(qname), "%s%s%s", row.qname, row.qname[0] != '\0' ? "." : "", zones[i]);
			row.qname = qname;
			rows_check(&row, 1);
		}
	}
}

static void test_top(void **state)
{
	static const struct row rows[] = {
		{".", "DNSKEY", OUTCOME_ANSWER, SECURE},
		{".", "SOA", OUTCOME_ANSWER, SECURE},
		{".", "AAAA", OUTCOME_NODATA, SECURE},
		{".", "DS", OUTCOME_NODATA, SECURE},
		{"test.", "DS", OUTCOME_ANSWER, SECURE},
		{"test.", "DNSKEY", OUTCOME_ANSWER, SECURE},
		{"absent.", "AAAA", OUTCOME_NXDOMAIN, SECURE},
		{"a.b.absent.", "AAAA", OUTCOME_NXDOMAIN, SECURE},
	};
	ROWS_CHECK(rows);
}

static void test_optout(void **state)
{
	static const struct row rows[] = {
		{"www.optout.test.", "AAAA", OUTCOME_ANSWER, SECURE},
		{"www.optout.test.", "TXT", OUTCOME_NODATA, SECURE},
		{"nothing.optout.test.", "AAAA", OUTCOME_NXDOMAIN, OPTOUT}, /* RFC 5155 9.2 */
		{"x.wild.optout.test.", "TXT", OUTCOME_ANSWER, OPTOUT},
		{"cut.optout.test.", "DS", OUTCOME_NODATA, OPTOUT},
		{"signed.optout.test.", "DS", OUTCOME_ANSWER, SECURE},
		{"nothing.optout.test.", "DS", OUTCOME_NXDOMAIN, OPTOUT},
		{"optout.test.", "SOA", OUTCOME_ANSWER, SECURE},
	};
	ROWS_CHECK(rows);
}

static void test_insecure(void **state)
{
	static const struct row rows[] = {
		{"www.unsigned.test.", "AAAA", OUTCOME_ANSWER, INSECURE},
		{"nothing.unsigned.test.", "AAAA", OUTCOME_NXDOMAIN, INSECURE},
		{"www.unsigned.test.", "TXT", OUTCOME_NODATA, INSECURE},
		{"alias.unsigned.test.", "AAAA", OUTCOME_CNAME, INSECURE},
		{"unsigned.test.", "DNSKEY", OUTCOME_NODATA, INSECURE},
		{"unsigned.test.", "DS", OUTCOME_NODATA, SECURE},
		/* Signed, but nobody vouches for it. */
		{"www.island.unsigned.test.", "AAAA", OUTCOME_ANSWER, INSECURE},
		{"nothing.island.unsigned.test.", "AAAA", OUTCOME_NXDOMAIN, INSECURE},
		{"island.unsigned.test.", "DNSKEY", OUTCOME_ANSWER, INSECURE},
		{"island.unsigned.test.", "DS", OUTCOME_NODATA, INSECURE},
		/* RFC 4035 5.2: only algorithms or digests that we do not have. */
		{"www.algorithm.test.", "AAAA", OUTCOME_ANSWER, SECURITY_INSECURE, false, EDE_UNSUPPORTED_DNSKEY_ALGORITHM, NULL},
		{"nothing.algorithm.test.", "AAAA", OUTCOME_NXDOMAIN, SECURITY_INSECURE, false,
		 EDE_UNSUPPORTED_DNSKEY_ALGORITHM, NULL},
		/* RFC 9276 3.2 */
		{"nothing.many.test.", "AAAA", OUTCOME_NXDOMAIN, SECURITY_INSECURE, false, EDE_UNSUPPORTED_NSEC3_ITERATIONS,
		 "NSEC3 iterations above 50"},
		{"www.many.test.", "TXT", OUTCOME_NODATA, SECURITY_INSECURE, false, EDE_UNSUPPORTED_NSEC3_ITERATIONS,
		 "NSEC3 iterations above 50"},
		{"x.wild.many.test.", "TXT", OUTCOME_ANSWER, SECURITY_INSECURE, false, EDE_UNSUPPORTED_NSEC3_ITERATIONS,
		 "NSEC3 iterations above 50"},
		{"www.many.test.", "AAAA", OUTCOME_ANSWER, SECURE},
	};
	ROWS_CHECK(rows);
	world->policy.is_sha1_accepted = false;
	static const struct row sha1[] = {
		{"www.sha1.test.", "AAAA", OUTCOME_ANSWER, SECURITY_INSECURE, false, EDE_UNSUPPORTED_DNSKEY_ALGORITHM, NULL},
		{"www.rsa.test.", "AAAA", OUTCOME_ANSWER, SECURE},
	};
	ROWS_CHECK(sha1);
	world->policy.is_sha1_accepted = true;
}

#define BOGUS(code, text) SECURITY_BOGUS, false, code, text

static void test_bogus_zones(void **state)
{
	static const struct row rows[] = {
		{"www.expired.test.", "AAAA", OUTCOME_ANSWER,
		 BOGUS(EDE_SIGNATURE_EXPIRED, "expired.test DNSKEY: signature by key")},
		{"nothing.expired.test.", "AAAA", OUTCOME_NXDOMAIN, BOGUS(EDE_SIGNATURE_EXPIRED, "expired on 2025-02-01 00:00 UTC")},
		{"www.future.test.", "AAAA", OUTCOME_ANSWER,
		 BOGUS(EDE_SIGNATURE_NOT_YET_VALID, "begins only on 2034-01-01 00:00 UTC")},
		{"www.mismatch.test.", "AAAA", OUTCOME_ANSWER,
		 BOGUS(EDE_DNSKEY_MISSING, "no DNSKEY of mismatch.test matches its DS (DS mismatch)")},
		{"mismatch.test.", "DNSKEY", OUTCOME_ANSWER, BOGUS(EDE_DNSKEY_MISSING, "DS mismatch")},
	};
	ROWS_CHECK(rows);
}

/* --- What the network may do --- */

struct tampering {
	const char *qname; /* of the outcome that is changed; NULL: each */
	uint16_t type;     /* of the sets that are changed; 0: each */
	bool is_authority; /* only those of the authority section; else only answers */
	enum { STRIP, DROP, SPOIL_DATA, SPOIL_SIGNATURE, SPOIL_TAG } what;
};

static struct rrset *rrset_dup(const struct rrset *from)
{
	return arena_copy(world->arena, from, sizeof(*from) + from->size, 8);
}

static void set_tamper(struct rrset_view *set, const struct tampering *tampering)
{
	struct rrset *changed;
	struct span rdata;
	switch (tampering->what) {
	case STRIP:
		set->signatures = NULL;
		break;
	case SPOIL_DATA:
		set->rrset = changed = rrset_dup(set->rrset);
		changed->records[changed->size - 1] ^= 1;
		break;
	case SPOIL_SIGNATURE:
		set->signatures = changed = rrset_dup(set->signatures);
		for (size_t position = 0; rrset_next(changed, &position, &rdata);)
			changed->records[position - 1] ^= 1;
		break;
	case SPOIL_TAG:
		set->signatures = changed = rrset_dup(set->signatures);
		changed->records[RRSET_RECORD_HEADER + 16] ^= 0x55;
		break;
	case DROP:
		break;
	}
}

static void tamper(struct world *in, struct outcome *outcome)
{
	const struct tampering *tampering = in->tamper_owner;
	if (tampering->qname != NULL && !name_equal(outcome->qname, world_name(in, tampering->qname)))
		return;
	struct rrset_view *sets = arena_alloc(in->arena, OUTCOME_SETS_MAX * sizeof(*sets), 16);
	unsigned count = 0;
	for (unsigned i = 0; i < outcome->set_count; i++) {
		bool is_meant = (i >= outcome->answer_count) == tampering->is_authority &&
		                (tampering->type == 0 || tampering->type == outcome->sets[i].rrset->type);
		if (is_meant && tampering->what == DROP)
			continue;
		sets[count] = outcome->sets[i];
		if (is_meant)
			set_tamper(&sets[count], tampering);
		count++;
	}
	outcome->sets = sets;
	outcome->set_count = (uint8_t)count;
}

static void test_tampered(void **state)
{
	static const struct {
		struct tampering tampering;
		struct row row;
	} rows[] = {
		{{"www.nsec.test.", 0, false, STRIP},
		 {"www.nsec.test.", "AAAA", OUTCOME_ANSWER,
		  BOGUS(EDE_RRSIGS_MISSING, "www.nsec.test AAAA: signature missing, from 2001:db8::53")}},
		{{"www.nsec.test.", 0, false, SPOIL_DATA},
		 {"www.nsec.test.", "AAAA", OUTCOME_ANSWER, BOGUS(EDE_DNSSEC_BOGUS, "does not verify, from 2001:db8::53")}},
		{{"www.nsec.test.", 0, false, SPOIL_SIGNATURE},
		 {"www.nsec.test.", "AAAA", OUTCOME_ANSWER, BOGUS(EDE_DNSSEC_BOGUS, "does not verify")}},
		{{"www.nsec.test.", 0, false, SPOIL_TAG},
		 {"www.nsec.test.", "AAAA", OUTCOME_ANSWER, BOGUS(EDE_DNSKEY_MISSING, "which the zone does not have")}},
		{{"alias.nsec.test.", 0, false, STRIP},
		 {"alias.nsec.test.", "AAAA", OUTCOME_CNAME, BOGUS(EDE_RRSIGS_MISSING, "CNAME: signature missing")}},
		{{"x.dname.nsec.test.", 0, false, STRIP},
		 {"x.dname.nsec.test.", "AAAA", OUTCOME_DNAME, BOGUS(EDE_RRSIGS_MISSING, "DNAME: signature missing")}},
		/* Denials */
		{{"nothing.nsec.test.", 0, true, STRIP},
		 {"nothing.nsec.test.", "AAAA", OUTCOME_NXDOMAIN, BOGUS(EDE_RRSIGS_MISSING, "the denial is not signed")}},
		{{"nothing.nsec.test.", RR_NSEC, true, DROP},
		 {"nothing.nsec.test.", "AAAA", OUTCOME_NXDOMAIN, BOGUS(EDE_NSEC_MISSING, "denied without NSEC or NSEC3")}},
		{{"nothing.nsec3.test.", RR_NSEC3, true, DROP},
		 {"nothing.nsec3.test.", "AAAA", OUTCOME_NXDOMAIN, BOGUS(EDE_NSEC_MISSING, "denied without NSEC or NSEC3")}},
		{{"nothing.nsec.test.", 0, true, DROP},
		 {"nothing.nsec.test.", "AAAA", OUTCOME_NXDOMAIN, BOGUS(EDE_NSEC_MISSING, "denied without NSEC or NSEC3")}},
		{{"nothing.nsec.test.", RR_NSEC, true, SPOIL_DATA},
		 {"nothing.nsec.test.", "AAAA", OUTCOME_NXDOMAIN, BOGUS(EDE_DNSSEC_BOGUS, "in the denial: signature by key")}},
		/* A SOA that nobody signed is left out; the proof stands without it. */
		{{"nothing.nsec.test.", RR_SOA, true, STRIP}, {"nothing.nsec.test.", "AAAA", OUTCOME_NXDOMAIN, SECURE}},
		{{"nothing.nsec.test.", RR_SOA, true, SPOIL_DATA}, {"nothing.nsec.test.", "AAAA", OUTCOME_NXDOMAIN, SECURE}},
		/* Wildcards without proof */
		{{"x.wild.nsec.test.", 0, true, DROP},
		 {"x.wild.nsec.test.", "TXT", OUTCOME_ANSWER, BOGUS(EDE_NSEC_MISSING, "made from a wildcard, without proof")}},
		{{"x.wild.nsec3.test.", 0, true, DROP},
		 {"x.wild.nsec3.test.", "TXT", OUTCOME_ANSWER, BOGUS(EDE_NSEC_MISSING, "made from a wildcard, without proof")}},
		{{"x.wild.nsec.test.", 0, true, SPOIL_SIGNATURE},
		 {"x.wild.nsec.test.", "TXT", OUTCOME_ANSWER, BOGUS(EDE_DNSSEC_BOGUS, "and in the proof: signature by key")}},
		{{"x.wildalias.nsec.test.", 0, true, STRIP},
		 {"x.wildalias.nsec.test.", "AAAA", OUTCOME_CNAME, BOGUS(EDE_RRSIGS_MISSING, "in the proof: signature missing")}},
		/* Extra records in a positive answer do not matter. */
		{{"www.nsec.test.", 0, true, SPOIL_SIGNATURE}, {"www.nsec.test.", "AAAA", OUTCOME_ANSWER, SECURE}},
		/* Evidence */
		{{"nsec.test.", RR_DS, false, STRIP},
		 {"www.nsec.test.", "AAAA", OUTCOME_ANSWER,
		  BOGUS(EDE_RRSIGS_MISSING, "DS of nsec.test is bogus: nsec.test DS: signature missing")}},
		{{"nsec.test.", RR_DS, false, SPOIL_DATA},
		 {"www.nsec.test.", "AAAA", OUTCOME_ANSWER, BOGUS(EDE_DNSSEC_BOGUS, "DS of nsec.test is bogus")}},
		{{"nsec.test.", RR_DNSKEY, false, STRIP},
		 {"www.nsec.test.", "AAAA", OUTCOME_ANSWER, BOGUS(EDE_RRSIGS_MISSING, "nsec.test DNSKEY: signature missing")}},
		{{"nsec.test.", RR_DNSKEY, false, SPOIL_DATA},
		 {"www.nsec.test.", "AAAA", OUTCOME_ANSWER, SECURITY_BOGUS, false, EDE_DNSKEY_MISSING, "DNSKEY"}},
		{{".", RR_DNSKEY, false, SPOIL_SIGNATURE},
		 {"www.nsec.test.", "AAAA", OUTCOME_ANSWER, BOGUS(EDE_DNSSEC_BOGUS, ". DNSKEY: signature by key")}},
		/* Somebody hides that the zone is signed: the denial of DS has to be signed itself. */
		{{"unsigned.test.", 0, true, STRIP},
		 {"www.unsigned.test.", "AAAA", OUTCOME_ANSWER, BOGUS(EDE_RRSIGS_MISSING, "DS of unsigned.test is bogus")}},
		{{"unsigned.test.", 0, true, DROP},
		 {"www.unsigned.test.", "AAAA", OUTCOME_ANSWER, BOGUS(EDE_NSEC_MISSING, "DS of unsigned.test is bogus")}},
	};
	world->tamper = tamper;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tampering tampering = rows[i].tampering;
		world->tamper_owner = &tampering;
		world_forget(world);
		row_check(&rows[i].row);
	}
	world->tamper = NULL;
}

/* --- Outcomes put together by hand --- */

/* The answer to one question given to another. */
static void replay(const char *from, const char *from_type, const char *to, const char *to_type, enum outcome_kind kind,
                   struct outcome *ret)
{
	*ret = world_ask(world, world_name(world, from), type_of(from_type));
	ret->qname = world_name(world, to);
	ret->qtype = type_of(to_type);
	ret->kind = kind;
	if (ret->sets[0].rrset->type == RR_NSEC)
		ret->answer_count = 0; /* asked for, it is a proof like others */
}

static void test_replayed(void **state)
{
	static const struct {
		const char *from, *from_type, *to, *to_type;
		enum outcome_kind kind;
		enum security security;
		enum outcome_kind result;
		const char *reason;
	} rows[] = {
		/* The denial of one name for another, of one type for another. */
		{"nothing.nsec.test.", "AAAA", "www.nsec.test.", "AAAA", OUTCOME_NXDOMAIN, SECURITY_BOGUS, OUTCOME_NXDOMAIN,
		 "the NSEC records do not prove that the name is missing"},
		{"nothing.nsec3.test.", "AAAA", "www.nsec3.test.", "AAAA", OUTCOME_NXDOMAIN, SECURITY_BOGUS, OUTCOME_NXDOMAIN,
		 "the NSEC3 records do not prove that the name is missing"},
		{"www.nsec.test.", "TXT", "www.nsec.test.", "AAAA", OUTCOME_NODATA, SECURITY_BOGUS, OUTCOME_NODATA,
		 "denied, though the bitmap of its NSEC record has the type"},
		{"www.nsec3.test.", "TXT", "www.nsec3.test.", "AAAA", OUTCOME_NODATA, SECURITY_BOGUS, OUTCOME_NODATA,
		 "denied, though the bitmap of its NSEC3 record has the type"},
		{"alias.nsec.test.", "NSEC", "alias.nsec.test.", "AAAA", OUTCOME_NODATA, SECURITY_BOGUS, OUTCOME_NODATA, "has CNAME"},
		/* RFC 6840 4.1: the parent's record at a cut says nothing of the child, nor the child's of DS. */
		{"cut.nsec.test.", "DS", "cut.nsec.test.", "AAAA", OUTCOME_NODATA, SECURITY_BOGUS, OUTCOME_NODATA,
		 "from the other side of a zone cut"},
		{"cut.nsec3.test.", "DS", "cut.nsec3.test.", "AAAA", OUTCOME_NODATA, SECURITY_BOGUS, OUTCOME_NODATA,
		 "from the other side of a zone cut"},
		{"cut.nsec.test.", "DS", "www.cut.nsec.test.", "AAAA", OUTCOME_NXDOMAIN, SECURITY_BOGUS, OUTCOME_NXDOMAIN, NULL},
		{"cut.nsec3.test.", "DS", "www.cut.nsec3.test.", "AAAA", OUTCOME_NXDOMAIN, SECURITY_BOGUS, OUTCOME_NXDOMAIN, NULL},
		{"dname.nsec.test.", "TXT", "x.dname.nsec.test.", "AAAA", OUTCOME_NXDOMAIN, SECURITY_BOGUS, OUTCOME_NXDOMAIN, NULL},
		{"dname.nsec3.test.", "TXT", "x.dname.nsec3.test.", "AAAA", OUTCOME_NXDOMAIN, SECURITY_BOGUS, OUTCOME_NXDOMAIN,
		 NULL},
		{"nsec.test.", "AAAA", "nsec.test.", "DS", OUTCOME_NODATA, SECURITY_BOGUS, OUTCOME_NODATA, NULL},
		{"nsec3.test.", "AAAA", "nsec3.test.", "DS", OUTCOME_NODATA, SECURITY_BOGUS, OUTCOME_NODATA, NULL},
		/* The RCODE is not signed: what is proven counts, and it is less. */
		{"www.nsec.test.", "TXT", "www.nsec.test.", "TXT", OUTCOME_NXDOMAIN, SECURITY_SECURE, OUTCOME_NODATA, NULL},
		{"ent.nsec3.test.", "AAAA", "ent.nsec3.test.", "AAAA", OUTCOME_NXDOMAIN, SECURITY_SECURE, OUTCOME_NODATA, NULL},
		{"x.wild.nsec3.test.", "AAAA", "x.wild.nsec3.test.", "AAAA", OUTCOME_NXDOMAIN, SECURITY_SECURE, OUTCOME_NODATA,
		 NULL},
		{"nothing.nsec.test.", "AAAA", "nothing.nsec.test.", "AAAA", OUTCOME_NODATA, SECURITY_BOGUS, OUTCOME_NODATA, NULL},
		/* What proves that one name is missing proves it for all types and all names below. */
		{"nothing.nsec.test.", "AAAA", "nothing.nsec.test.", "TXT", OUTCOME_NXDOMAIN, SECURITY_SECURE, OUTCOME_NXDOMAIN,
		 NULL},
		{"nothing.nsec3.test.", "AAAA", "a.b.nothing.nsec3.test.", "A", OUTCOME_NXDOMAIN, SECURITY_SECURE,
		 OUTCOME_NXDOMAIN, NULL},
		/* A wildcard's proof where the wildcard applies: it is no proof that there is nothing. */
		{"x.wild.nsec.test.", "TXT", "x.wild.nsec.test.", "TXT", OUTCOME_NXDOMAIN, SECURITY_BOGUS, OUTCOME_NXDOMAIN, NULL},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct outcome outcome;
		world_forget(world);
		replay(rows[i].from, rows[i].from_type, rows[i].to, rows[i].to_type, rows[i].kind, &outcome);
		world_validate(world, &outcome, &result);
		if (result.security != rows[i].security || result.kind != rows[i].result ||
		    (rows[i].reason != NULL && strstr(result.reason, rows[i].reason) == NULL))
			fail_msg("%s %s as %s %s: kind %d %s \"%s\"", rows[i].from, rows[i].from_type, rows[i].to, rows[i].to_type,
			         result.kind, security_value_text(result.security), result.reason);
	}
}

/* Another name's signed set under this name. */
static void test_renamed(void **state)
{
	static const char *const others[] = {"www.nsec3.test.", "only4.nsec.test.", "x.www.nsec.test.", "www.unsigned.test."};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct outcome outcome;
		world_forget(world);
		replay("www.nsec.test.", "A", others[i], "A", OUTCOME_ANSWER, &outcome);
		struct rrset_view set = outcome.sets[0];
		set.owner = outcome.qname;
		outcome.sets = &set;
		outcome.set_count = 1;
		world_validate(world, &outcome, &result);
		/* In the unsigned zone anybody may say anything. */
		assert_int_equal(result.security, i == 3 ? SECURITY_INSECURE : SECURITY_BOGUS);
	}
}

/* Signatures by zones that have no say: an unsigned zone stays unsigned, a signed one stays bogus. */
static void test_foreign_signers(void **state)
{
	struct outcome outcome, root;
	struct rrset_view set;
	root = world_ask(world, name_root, RR_SOA);
	world_forget(world);
	outcome = world_ask(world, world_name(world, "www.unsigned.test."), RR_AAAA);
	set = outcome.sets[0];
	struct rrset *changed = rrset_dup(root.sets[0].signatures);
	store_u16(changed->records + RRSET_RECORD_HEADER, RR_AAAA);
	set.signatures = changed;
	outcome.sets = &set;
	outcome.set_count = 1;
	world_validate(world, &outcome, &result);
	assert_int_equal(result.security, SECURITY_INSECURE);
	world_forget(world);
	outcome = world_ask(world, world_name(world, "www.nsec.test."), RR_AAAA);
	set = outcome.sets[0];
	set.signatures = changed;
	outcome.sets = &set;
	outcome.set_count = 1;
	world_validate(world, &outcome, &result);
	assert_int_equal(result.security, SECURITY_BOGUS);
	/* Nor does a signer above the anchor make it indeterminate. */
	struct anchors *before = world->anchors;
	world->anchors = anchors_new();
	struct outcome ds = world_ask(world, world_name(world, "nsec.test."), RR_DS);
	size_t position = 0;
	struct span rdata;
	assert_true(rrset_next(ds.sets[0].rrset, &position, &rdata));
	assert_int_equal(anchors_add(world->anchors, ds.qname, RR_DS, rdata), ERR_OK);
	world_forget(world);
	world_validate(world, &outcome, &result);
	assert_int_equal(result.security, SECURITY_BOGUS);
	assert_int_equal(result.ede, EDE_RRSIGS_MISSING);
	/* The same anchor for what it covers, and for what it does not. */
	static const struct row rows[] = {
		{"www.nsec.test.", "AAAA", OUTCOME_ANSWER, SECURE},
		{"nothing.nsec.test.", "AAAA", OUTCOME_NXDOMAIN, SECURE},
		{"nsec.test.", "DNSKEY", OUTCOME_ANSWER, SECURE},
		{"nsec.test.", "DS", OUTCOME_ANSWER, SECURITY_INDETERMINATE, false, -1, NULL},
		{"www.nsec3.test.", "AAAA", OUTCOME_ANSWER, SECURITY_INDETERMINATE, false, -1, NULL},
		{"absent.", "AAAA", OUTCOME_NXDOMAIN, SECURITY_INDETERMINATE, false, -1, NULL},
	};
	ROWS_CHECK(rows);
	anchors_free(world->anchors);
	world->anchors = before;
}

static void test_negative_anchors(void **state)
{
	struct anchors *before = world->anchors;
	world->anchors = anchors_new();
	assert_int_equal(anchors_add(world->anchors, anchors_at(before, 0)->owner, RR_DS,
	                             span_of(anchors_at(before, 0)->ds->records + RRSET_RECORD_HEADER,
	                                     anchors_at(before, 0)->ds->size - RRSET_RECORD_HEADER)),
	                 ERR_OK);
	assert_int_equal(anchors_add_negative(world->anchors, world_name(world, "expired.test.")), ERR_OK);
	static const struct row rows[] = {
		{"www.expired.test.", "AAAA", OUTCOME_ANSWER, INSECURE},
		{"nothing.expired.test.", "AAAA", OUTCOME_NXDOMAIN, INSECURE},
		{"expired.test.", "DNSKEY", OUTCOME_ANSWER, INSECURE},
		{"expired.test.", "DS", OUTCOME_ANSWER, SECURE}, /* the parent's */
		{"www.nsec.test.", "AAAA", OUTCOME_ANSWER, SECURE},
		{"www.future.test.", "AAAA", OUTCOME_ANSWER, BOGUS(EDE_SIGNATURE_NOT_YET_VALID, "begins only on")},
	};
	ROWS_CHECK(rows);
	anchors_free(world->anchors);
	world->anchors = before;
}

/* A trust anchor that cannot be checked fails: an operator wants it checked. */
static void test_unusable_anchor(void **state)
{
	struct anchors *before = world->anchors;
	world->anchors = anchors_new();
	assert_int_equal(
		anchors_add_text(world->anchors,
	                         span_text("nsec.test. DS 4711 12 2 "
	                                   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")),
		ERR_OK);
	world_forget(world);
	static const struct row row = {"www.nsec.test.", "AAAA", OUTCOME_ANSWER,
	                               BOGUS(EDE_UNSUPPORTED_DNSKEY_ALGORITHM, "the trust anchor of nsec.test")};
	row_check(&row);
	anchors_free(world->anchors);
	world->anchors = before;
}

/* RFC 4035 5.3.3: what is kept ends with the first signature. */
static void test_cap(void **state)
{
	world_forget(world);
	world->now_s = 2082758400 - 77; /* 2036-01-01 */
	struct outcome outcome = world_ask(world, world_name(world, "www.nsec.test."), RR_AAAA);
	world_validate(world, &outcome, &result);
	assert_int_equal(result.security, SECURITY_SECURE);
	assert_int_equal(result.ttl_cap_s, 77);
	/* Keys do not last longer either. */
	world->now_s += 78;
	world->now_us += 78000000;
	world->evidence = NULL;
	world_validate(world, &outcome, &result);
	assert_int_equal(result.security, SECURITY_BOGUS);
	assert_int_equal(result.ede, EDE_SIGNATURE_EXPIRED);
	/* A tolerance of the operator's */
	world->policy.clock_skew_s = 60;
	world->evidence = NULL;
	world_validate(world, &outcome, &result);
	assert_int_equal(result.security, SECURITY_SECURE);
	assert_int_equal(result.ttl_cap_s, 0);
	world->policy.clock_skew_s = 0;
	world->now_s = WORLD_NOW_S;
}

static void test_budgets(void **state)
{
	struct outcome outcome = world_ask(world, world_name(world, "www.nsec.test."), RR_AAAA);
	for (unsigned most = 0; most < 8; most++) {
		world_forget(world);
		world->budget.verifications = most;
		world_validate(world, &outcome, &result);
		/* Three sets of keys, two of DS, the answer. */
		assert_int_equal(result.security, most >= 6 ? SECURITY_SECURE : SECURITY_BOGUS);
		if (most < 6)
			assert_non_null(strstr(result.reason, "too many signatures to try"));
	}
	outcome = world_ask(world, world_name(world, "a.b.nothing.nsec3.test."), RR_AAAA);
	world_forget(world);
	world->budget.nsec3_rounds = 24;
	world_validate(world, &outcome, &result);
	assert_int_equal(result.security, SECURITY_BOGUS);
	assert_non_null(strstr(result.reason, "the budget of NSEC3 hashes is spent"));
	assert_true(world->budget.nsec3_rounds < 6);
}

/* Evidence that could not be had. */
static void test_failures(void **state)
{
	static const struct {
		uint16_t type;
		int32_t ede;
		const char *reason;
	} rows[] = {
		{RR_DS, EDE_DNSSEC_INDETERMINATE, "DS of nsec.test could not be fetched: nobody answers"},
		{RR_DNSKEY, EDE_DNSKEY_MISSING, "DNSKEY of nsec.test is missing: nobody answers"},
	};
	for (size_t i = 0; i < 2; i++) {
		world_forget(world);
		struct world_evidence evidence = {.outcome = {.kind = OUTCOME_FAILURE, .qtype = rows[i].type, .ede = -1,
		                                              .qname = world_name(world, "nsec.test."),
		                                              .reason = span_text("nobody answers")}};
		world->evidence = &evidence;
		struct outcome outcome = world_ask(world, world_name(world, "www.nsec.test."), RR_AAAA);
		world_validate(world, &outcome, &result);
		assert_int_equal(result.security, SECURITY_BOGUS);
		assert_int_equal(result.ede, rows[i].ede);
		assert_non_null(strstr(result.reason, rows[i].reason));
	}
	struct outcome failure = {.kind = OUTCOME_FAILURE, .qname = world_name(world, "www.nsec.test."), .qtype = RR_AAAA};
	world_validate(world, &failure, &result);
	assert_int_equal(result.security, SECURITY_INDETERMINATE);
	failure.kind = OUTCOME_ANSWER;
	world_validate(world, &failure, &result);
	assert_int_equal(result.security, SECURITY_BOGUS);
}

/* RFC 4035 2.2 */
static void test_signatures_asked(void **state)
{
	world_forget(world);
	struct outcome outcome = world_ask(world, world_name(world, "www.nsec.test."), RR_AAAA);
	struct rrset_view set = {outcome.sets[0].owner, outcome.sets[0].signatures, NULL};
	outcome.qtype = RR_RRSIG;
	outcome.sets = &set;
	outcome.set_count = 1;
	world_validate(world, &outcome, &result);
	assert_int_equal(result.security, SECURITY_INSECURE);
}

/* An unsigned zone is known after one question about it, not one a label. */
static void test_questions(void **state)
{
	world_forget(world);
	struct outcome outcome = world_ask(world, world_name(world, "www.unsigned.test."), RR_AAAA);
	world_validate(world, &outcome, &result);
	assert_int_equal(result.security, SECURITY_INSECURE);
	assert_int_equal(world->asked, 4); /* DS unsigned.test, DS test, DNSKEY test, DNSKEY . */
	outcome = world_ask(world, world_name(world, "other.unsigned.test."), RR_AAAA);
	world_validate(world, &outcome, &result);
	assert_int_equal(world->asked, 4);
	outcome = world_ask(world, world_name(world, "www.nsec.test."), RR_AAAA);
	world_validate(world, &outcome, &result);
	assert_int_equal(world->asked, 6); /* DS, DNSKEY nsec.test */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_signed, reset),           cmocka_unit_test_setup(test_top, reset),
		cmocka_unit_test_setup(test_optout, reset),           cmocka_unit_test_setup(test_insecure, reset),
		cmocka_unit_test_setup(test_bogus_zones, reset),      cmocka_unit_test_setup(test_tampered, reset),
		cmocka_unit_test_setup(test_replayed, reset),         cmocka_unit_test_setup(test_renamed, reset),
		cmocka_unit_test_setup(test_foreign_signers, reset),  cmocka_unit_test_setup(test_negative_anchors, reset),
		cmocka_unit_test_setup(test_unusable_anchor, reset),  cmocka_unit_test_setup(test_cap, reset),
		cmocka_unit_test_setup(test_budgets, reset),          cmocka_unit_test_setup(test_failures, reset),
		cmocka_unit_test_setup(test_signatures_asked, reset), cmocka_unit_test_setup(test_questions, reset),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

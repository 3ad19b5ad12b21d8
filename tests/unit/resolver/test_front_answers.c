/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/resolver/front_fixture.h"

#include <stdio.h>

#define SIG(owner, type, labels) owner " 300 RRSIG " type " 13 " labels " 300 20300101000000 20200101000000 1 example. c2ln\n"
#define SOA_SET "example. 3600 SOA ns.example. admin.example. 1 2 3 4 300\n" SIG("example.", "SOA", "1")
#define NSEC_SET "a.example. 300 NSEC z.example. A RRSIG NSEC\n" SIG("a.example.", "NSEC", "2")

#define LINKS(...) ((struct outcome *const[]){__VA_ARGS__, NULL})
#define SETS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct outcome *address(struct fixture *fixture, const char *qname, uint32_t ttl_s)
{
	char text[600];
	snprintf(text, sizeof(text), "%s %u AAAA 2001:db8::5\n%s %u AAAA 2001:db8::6\n%s 300 RRSIG AAAA 13 2 300 20300101000000"
	         " 20200101000000 1 example. c2ln\n", qname, ttl_s, qname, ttl_s, qname);
	return outcome_made(fixture, OUTCOME_ANSWER, qname, RR_AAAA, ttl_s, SETS(text), NULL);
}

static struct outcome *alias(struct fixture *fixture, const char *qname, const char *target, uint32_t ttl_s)
{
	char text[300];
	snprintf(text, sizeof(text), "%s %u CNAME %s\n", qname, ttl_s, target);
	return outcome_made(fixture, OUTCOME_CNAME, qname, RR_AAAA, ttl_s, SETS(text), NULL);
}

/* The answer that is made, then the same out of the cache: octet for octet. */
static void answer_both_ways(struct fixture *fixture, const struct asked *asked, const struct resolution *resolution)
{
	static uint8_t made[UINT16_MAX];
	encode(fixture, asked, resolution);
	size_t size = fixture->out.size;
	struct query_event event = fixture->event;
	memcpy(made, fixture->octets, size);
	keep(fixture, asked, resolution);
	assert_int_equal(take(fixture, asked), FRONT_ANSWERED);
	assert_int_equal(fixture->out.size, size);
	assert_memory_equal(fixture->octets, made, size);
	assert_int_equal(event.cache, CACHE_USE_MISS);
	assert_int_equal(fixture->event.cache, CACHE_USE_HIT);
	assert_int_equal(fixture->event.ede, event.ede);
	assert_int_equal(fixture->event.origin, event.origin);
	assert_int_equal(fixture->event.dns64_prefix.length, event.dns64_prefix.length);
	assert_true(ip_addr_equal(&fixture->event.dns64_prefix.addr, &event.dns64_prefix.addr) || event.origin != AAAA_DNS64);
	assert_int_equal(fixture->event.security, event.security);
	assert_int_equal(fixture->event.is_ad, event.is_ad);
}

/* --- What is in an answer --- */

static void addresses_without_do(void **state)
{
	struct fixture *fixture = *state;
	struct resolution resolution = resolution_made(fixture, 1, LINKS(address(fixture, "www.example.", 300)));
	const struct asked asked = {.qname = "WwW.eXample.", .qtype = RR_AAAA, .flags = HEADER_RD};
	resolution.origin = AAAA_NATIVE;
	answer_both_ways(fixture, &asked, &resolution);
	assert_string_equal(section_text(fixture, SECTION_ANSWER),
	                    "WwW.eXample. 300 IN AAAA 2001:db8::5\nWwW.eXample. 300 IN AAAA 2001:db8::6\n");
	assert_int_equal(fixture->answer.counts[SECTION_AUTHORITY], 0);
	assert_int_equal(fixture->event.origin, AAAA_NATIVE);
	assert_int_equal(fixture->event.security, SECURITY_SECURE);
	assert_int_equal(fixture->event.ede, -1);
}

static void signatures_with_do(void **state)
{
	struct fixture *fixture = *state;
	struct resolution resolution = resolution_made(fixture, 1, LINKS(address(fixture, "www.example.", 120)));
	const struct asked asked = {.qname = "www.example.", .qtype = RR_AAAA, .flags = HEADER_RD, .is_do = true};
	answer_both_ways(fixture, &asked, &resolution);
	assert_string_equal(section_text(fixture, SECTION_ANSWER),
	                    "www.example. 120 IN AAAA 2001:db8::5\nwww.example. 120 IN AAAA 2001:db8::6\n"
	                    "www.example. 120 IN RRSIG AAAA 13 2 300 20300101000000 20200101000000 1 example. c2ln\n");
	assert_true(fixture->answer.edns.is_do);
	assert_true(has_flag(fixture, HEADER_AD));
}

static void aliases_in_order(void **state)
{
	struct fixture *fixture = *state;
	struct resolution resolution =
		resolution_made(fixture, 3, LINKS(alias(fixture, "a.example.", "b.test.", 100),
	                                          alias(fixture, "b.test.", "www.example.", 50), address(fixture, "www.example.", 300)));
	const struct asked asked = {.qname = "a.example.", .qtype = RR_AAAA, .flags = HEADER_RD};
	answer_both_ways(fixture, &asked, &resolution);
	assert_string_equal(section_text(fixture, SECTION_ANSWER),
	                    "a.example. 100 IN CNAME b.test.\nb.test. 50 IN CNAME www.example.\n"
	                    "www.example. 300 IN AAAA 2001:db8::5\nwww.example. 300 IN AAAA 2001:db8::6\n");
}

/* RFC 6672 3.1; two names below one DNAME, which is sent once. */
static void dname_with_its_cname(void **state)
{
	struct fixture *fixture = *state;
	static const char *const set[] = {"old.example. 60 DNAME example.\n" SIG("old.example.", "DNAME", "2"), NULL};
	struct outcome *first = outcome_made(fixture, OUTCOME_DNAME, "x.old.old.example.", RR_AAAA, 60, set, NULL);
	struct outcome *second = outcome_made(fixture, OUTCOME_DNAME, "x.old.example.", RR_AAAA, 60, set, NULL);
	struct resolution resolution =
		resolution_made(fixture, 3, LINKS(first, second, address(fixture, "x.example.", 300)));
	const struct asked asked = {.qname = "x.old.old.example.", .qtype = RR_AAAA, .flags = HEADER_RD, .is_do = true};
	answer_both_ways(fixture, &asked, &resolution);
	const char *text = section_text(fixture, SECTION_ANSWER);
	const char *wanted = "old.example. 60 IN DNAME example.\n"
			     "old.example. 60 IN RRSIG DNAME 13 2 300 20300101000000 20200101000000 1 example. c2ln\n"
			     "x.old.old.example. 60 IN CNAME x.old.example.\n"
			     "x.old.example. 60 IN CNAME x.example.\nx.example. 300 IN AAAA 2001:db8::5\n";
	assert_memory_equal(text, wanted, strlen(wanted));
}

/* RFC 6672 2.2. */
static void dname_that_makes_too_long_a_name(void **state)
{
	struct fixture *fixture = *state;
	char target[300] = "", qname[300] = "", set[400];
	for (unsigned i = 0; i < 4; i++)
		strcat(target, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.");
	snprintf(qname, sizeof(qname), "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.d.");
	snprintf(set, sizeof(set), "d. 60 DNAME %s\n", target);
	struct resolution resolution = resolution_made(
		fixture, 1, LINKS(outcome_made(fixture, OUTCOME_DNAME, qname, RR_AAAA, 60, SETS(set), NULL)));
	resolution.rcode = RCODE_YXDOMAIN;
	const struct asked asked = {.qname = qname, .qtype = RR_AAAA, .flags = HEADER_RD};
	answer_both_ways(fixture, &asked, &resolution);
	assert_int_equal(fixture->answer.rcode, RCODE_YXDOMAIN);
	assert_int_equal(fixture->answer.counts[SECTION_ANSWER], 1);
}

/* RFC 2308 3: the SOA with the denial's time; proofs for those who validate. */
static void denials(void **state)
{
	struct fixture *fixture = *state;
	struct outcome *nothing = outcome_made(fixture, OUTCOME_NXDOMAIN, "n.example.", RR_AAAA, 300, NULL, SETS(SOA_SET, NSEC_SET));
	struct resolution resolution = resolution_made(fixture, 1, LINKS(nothing));
	struct asked asked = {.qname = "n.example.", .qtype = RR_AAAA, .flags = HEADER_RD};
	answer_both_ways(fixture, &asked, &resolution);
	assert_int_equal(fixture->answer.rcode, RCODE_NXDOMAIN);
	assert_string_equal(section_text(fixture, SECTION_AUTHORITY),
	                    "example. 300 IN SOA ns.example. admin.example. 1 2 3 4 300\n");
	asked.is_do = true;
	answer_both_ways(fixture, &asked, &resolution);
	assert_string_equal(section_text(fixture, SECTION_AUTHORITY),
	                    "example. 300 IN SOA ns.example. admin.example. 1 2 3 4 300\n"
	                    "example. 300 IN RRSIG SOA 13 1 300 20300101000000 20200101000000 1 example. c2ln\n"
	                    "a.example. 300 IN NSEC z.example. A RRSIG NSEC\n"
	                    "a.example. 300 IN RRSIG NSEC 13 2 300 20300101000000 20200101000000 1 example. c2ln\n");
}

/* An alias made from a wildcard, then a denial: the same NSEC for both is sent once, and with DO only. */
static void proofs_once(void **state)
{
	struct fixture *fixture = *state;
	struct outcome *first =
		outcome_made(fixture, OUTCOME_CNAME, "b.example.", RR_AAAA, 60, SETS("b.example. 60 CNAME c.example.\n"), SETS(NSEC_SET));
	struct outcome *last = outcome_made(fixture, OUTCOME_NODATA, "c.example.", RR_AAAA, 60, NULL, SETS(SOA_SET, NSEC_SET));
	struct resolution resolution = resolution_made(fixture, 2, LINKS(first, last));
	struct asked asked = {.qname = "b.example.", .qtype = RR_AAAA, .flags = HEADER_RD};
	answer_both_ways(fixture, &asked, &resolution);
	assert_int_equal(fixture->answer.counts[SECTION_AUTHORITY], 1);
	asked.is_do = true;
	answer_both_ways(fixture, &asked, &resolution);
	assert_int_equal(fixture->answer.counts[SECTION_AUTHORITY], 4);
}

/* RFC 4035 3.2.1. */
static void dnssec_types_for_those_who_name_them(void **state)
{
	struct fixture *fixture = *state;
	struct outcome *any = outcome_made(fixture, OUTCOME_ANSWER, "a.example.", RR_ANY, 60,
	                                   SETS("a.example. 300 A 192.0.2.1\n" SIG("a.example.", "A", "2"), NSEC_SET), NULL);
	struct outcome *nsec = outcome_made(fixture, OUTCOME_ANSWER, "a.example.", RR_NSEC, 300, SETS(NSEC_SET), NULL);
	struct outcome *rrsig = outcome_made(fixture, OUTCOME_ANSWER, "a.example.", RR_RRSIG, 300, SETS(NSEC_SET), NULL);
	struct rrset_view *sets = (struct rrset_view *)(uintptr_t)rrsig->sets;
	sets[0] = (struct rrset_view){sets[0].owner, sets[0].signatures, NULL};
	const struct {
		struct outcome *link;
		unsigned count;
	} rows[] = {{any, 4}, {nsec, 1}, {rrsig, 1}};
	for (size_t i = 0; i < 3; i++) {
		struct resolution resolution = resolution_made(fixture, 1, LINKS(rows[i].link));
		const struct asked asked = {.qname = "a.example.", .qtype = rows[i].link->qtype, .flags = HEADER_RD};
		answer_both_ways(fixture, &asked, &resolution);
		assert_int_equal(fixture->answer.counts[SECTION_ANSWER], rows[i].count);
	}
}

static void root_has_no_pointer(void **state)
{
	struct fixture *fixture = *state;
	struct outcome *link = outcome_made(fixture, OUTCOME_ANSWER, ".", RR_NS, 300, SETS(". 300 NS a.test.\n. 300 NS b.test.\n"), NULL);
	struct resolution resolution = resolution_made(fixture, 1, LINKS(link));
	const struct asked asked = {.qname = ".", .qtype = RR_NS, .flags = HEADER_RD};
	answer_both_ways(fixture, &asked, &resolution);
	assert_string_equal(section_text(fixture, SECTION_ANSWER), ". 300 IN NS a.test.\n. 300 IN NS b.test.\n");
}

/* --- AD and CD --- */

static void ad_for_secure_answers_to_those_who_ask(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		uint16_t flags;
		bool is_do, is_secure, is_ad;
	} rows[] = {
		{0, false, true, false},         {HEADER_AD, false, true, true},          {0, true, true, true},
		{HEADER_AD, true, true, true},   {HEADER_AD, false, false, false},        {0, true, false, false},
		{HEADER_CD, true, true, false},  {HEADER_CD | HEADER_AD, true, true, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct outcome *link = address(fixture, "www.example.", 300);
		link->security = rows[i].is_secure ? SECURITY_SECURE : SECURITY_INSECURE;
		struct resolution resolution = resolution_made(fixture, 1, LINKS(link));
		resolution.is_checked = (rows[i].flags & HEADER_CD) == 0;
		const struct asked asked = {.qname = "www.example.", .qtype = RR_AAAA, .flags = HEADER_RD | rows[i].flags,
		                            .is_do = rows[i].is_do};
		answer_both_ways(fixture, &asked, &resolution);
		assert_int_equal(has_flag(fixture, HEADER_AD), rows[i].is_ad);
		assert_int_equal(fixture->event.is_ad, rows[i].is_ad);
	}
}

/* What nobody validated is kept, but not for those who want it validated. */
static void cd_has_its_own_view(void **state)
{
	struct fixture *fixture = *state;
	struct resolution resolution = resolution_made(fixture, 1, LINKS(address(fixture, "www.example.", 300)));
	struct asked asked = {.qname = "www.example.", .qtype = RR_AAAA, .flags = HEADER_RD | HEADER_CD};
	resolution.is_checked = false;
	keep(fixture, &asked, &resolution);
	asked.flags = HEADER_RD;
	assert_int_equal(take(fixture, &asked), FRONT_MISS);
	asked.flags = HEADER_RD | HEADER_CD;
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
}

/* --- Sizes --- */

static struct resolution large_made(struct fixture *fixture, unsigned records)
{
	struct text text = {0};
	for (unsigned i = 0; i < records; i++)
		text_addf(&text, "big.example. 300 TXT \"%02u%s\"\n", i, "0123456789012345678901234567890123456789");
	struct outcome *link = outcome_made(fixture, OUTCOME_ANSWER, "big.example.", RR_TXT, 300, SETS(text.data), NULL);
	text_free(&text);
	return resolution_made(fixture, 1, LINKS(link));
}

static void what_does_not_fit_is_truncated(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		uint16_t edns_size, policy_size;
		enum transport transport;
		bool is_tc;
	} rows[] = {
		{0, 1232, TRANSPORT_UDP, true},    {100, 1232, TRANSPORT_UDP, true}, {1100, 1232, TRANSPORT_UDP, true},
		{1232, 1232, TRANSPORT_UDP, false}, {4096, 1100, TRANSPORT_UDP, true}, {0, 512, TRANSPORT_TCP, false},
	};
	struct resolution resolution = large_made(fixture, 20); /* 1140 octets */
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct asked asked = {.qname = "big.example.", .qtype = RR_TXT, .flags = HEADER_RD, .has_edns = rows[i].edns_size > 0,
		                      .edns_size = rows[i].edns_size, .transport = rows[i].transport};
		fixture->policy.udp_size = rows[i].policy_size;
		answer_both_ways(fixture, &asked, &resolution);
		assert_int_equal(has_flag(fixture, HEADER_TC), rows[i].is_tc);
		assert_int_equal(fixture->event.is_tc, rows[i].is_tc);
		/* RFC 2181 9: nothing is better than a part. */
		assert_int_equal(fixture->answer.counts[SECTION_ANSWER], rows[i].is_tc ? 0 : 20);
		assert_int_equal(fixture->answer.counts[SECTION_QUESTION], 1);
	}
}

/* Exactly at the limit, octet by octet around it. */
static void limits_are_exact(void **state)
{
	struct fixture *fixture = *state;
	struct resolution resolution = large_made(fixture, 20);
	struct asked asked = {.qname = "big.example.", .qtype = RR_TXT, .flags = HEADER_RD, .has_edns = true, .edns_size = 4096};
	fixture->policy.udp_size = 4096;
	answer_both_ways(fixture, &asked, &resolution);
	size_t size = fixture->out.size;
	fixture->policy.udp_size = (uint16_t)size;
	answer_both_ways(fixture, &asked, &resolution);
	assert_false(has_flag(fixture, HEADER_TC));
	fixture->policy.udp_size = (uint16_t)(size - 1);
	answer_both_ways(fixture, &asked, &resolution);
	assert_true(has_flag(fixture, HEADER_TC));
	assert_true(fixture->answer.has_edns);
}

/* 30 names of 2300 octets: more than 65535, over TCP, too. */
static void no_message_holds_it(void **state)
{
	struct fixture *fixture = *state;
	struct outcome *links[30];
	char qname[32];
	for (unsigned i = 0; i < 30; i++) {
		struct resolution large = large_made(fixture, 40);
		links[i] = arena_copy(fixture->arena, large.links[0], sizeof(*links[i]), 8);
		snprintf(qname, sizeof(qname), "n%u.big.example.", i);
		((struct rrset_view *)(uintptr_t)links[i]->sets)->owner = name_made(fixture->arena, qname);
	}
	struct resolution resolution = resolution_made(fixture, 30, links);
	const struct asked asked = {.qname = "big.example.", .qtype = RR_TXT, .flags = HEADER_RD, .transport = TRANSPORT_TCP};
	answer_both_ways(fixture, &asked, &resolution);
	assert_true(has_flag(fixture, HEADER_TC));
	assert_int_equal(fixture->answer.counts[SECTION_ANSWER], 0);
}

/* --- Times --- */

static void ttls_count_down(void **state)
{
	struct fixture *fixture = *state;
	struct resolution resolution =
		resolution_made(fixture, 2, LINKS(alias(fixture, "a.example.", "www.example.", 100), address(fixture, "www.example.", 300)));
	const struct asked asked = {.qname = "a.example.", .qtype = RR_AAAA, .flags = HEADER_RD};
	keep(fixture, &asked, &resolution);
	fixture->now.mono_us += 40 * SECOND + 999999;
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_string_equal(section_text(fixture, SECTION_ANSWER),
	                    "a.example. 60 IN CNAME www.example.\n"
	                    "www.example. 260 IN AAAA 2001:db8::5\nwww.example. 260 IN AAAA 2001:db8::6\n");
	fixture->now.mono_us = 1100 * SECOND - 1;
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	fixture->now.mono_us = 1100 * SECOND; /* the first link has ended */
	assert_int_equal(take(fixture, &asked), FRONT_MISS);
}

/* A link out of the cache has an age of its own. */
static void links_have_ages(void **state)
{
	struct fixture *fixture = *state;
	struct outcome *link = address(fixture, "www.example.", 300);
	link->stored_us = 990 * SECOND;
	struct resolution resolution = resolution_made(fixture, 1, LINKS(link));
	const struct asked asked = {.qname = "www.example.", .qtype = RR_AAAA, .flags = HEADER_RD};
	keep(fixture, &asked, &resolution);
	fixture->now.mono_us += 5 * SECOND;
	assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
	assert_string_equal(section_text(fixture, SECTION_ANSWER),
	                    "www.example. 285 IN AAAA 2001:db8::5\nwww.example. 285 IN AAAA 2001:db8::6\n");
}

static void floor_cap_and_signatures_bound_ttls(void **state)
{
	struct fixture *fixture = *state;
	struct outcome *link = address(fixture, "www.example.", 5);
	link->ttl_s = 60; /* raised to a floor */
	struct resolution resolution = resolution_made(fixture, 1, LINKS(link));
	const struct asked asked = {.qname = "www.example.", .qtype = RR_AAAA, .flags = HEADER_RD};
	answer_both_ways(fixture, &asked, &resolution);
	assert_string_equal(section_text(fixture, SECTION_ANSWER),
	                    "www.example. 60 IN AAAA 2001:db8::5\nwww.example. 60 IN AAAA 2001:db8::6\n");
	link->ttl_s = 3; /* a signature ends */
	answer_both_ways(fixture, &asked, &resolution);
	assert_string_equal(section_text(fixture, SECTION_ANSWER),
	                    "www.example. 3 IN AAAA 2001:db8::5\nwww.example. 3 IN AAAA 2001:db8::6\n");
}

static void some_are_not_kept(void **state)
{
	struct fixture *fixture = *state;
	struct resolution resolution =
		resolution_made(fixture, 2, LINKS(alias(fixture, "a.example.", "www.example.", 0), address(fixture, "www.example.", 300)));
	const struct asked asked = {.qname = "a.example.", .qtype = RR_AAAA, .flags = HEADER_RD};
	keep(fixture, &asked, &resolution); /* TTL 0 */
	assert_int_equal(take(fixture, &asked), FRONT_MISS);
	resolution = resolution_made(fixture, 1, LINKS(address(fixture, "a.example.", 300)));
	resolution.is_stale = true;
	keep(fixture, &asked, &resolution);
	assert_int_equal(take(fixture, &asked), FRONT_MISS);
	resolution.is_stale = resolution.is_keepable = false;
	keep(fixture, &asked, &resolution);
	assert_int_equal(take(fixture, &asked), FRONT_MISS);
}

/* RFC 8767 4; the code of RFC 8914 4.4. */
static void stale_answers_say_so(void **state)
{
	struct fixture *fixture = *state;
	struct outcome *link = address(fixture, "www.example.", 300);
	link->stored_us = 1;
	struct resolution resolution = resolution_made(fixture, 1, LINKS(link));
	const struct asked asked = {.qname = "www.example.", .qtype = RR_AAAA, .flags = HEADER_RD, .has_edns = true};
	resolution.is_stale = true;
	resolution.edes[0] = (struct edns_ede){.code = EDE_STALE_ANSWER};
	resolution.ede_count = 1;
	encode(fixture, &asked, &resolution);
	assert_string_equal(section_text(fixture, SECTION_ANSWER),
	                    "www.example. 30 IN AAAA 2001:db8::5\nwww.example. 30 IN AAAA 2001:db8::6\n");
	assert_int_equal(fixture->answer.edns.ede[0].code, EDE_STALE_ANSWER);
	assert_int_equal(fixture->event.cache, CACHE_USE_STALE);
	assert_int_equal(fixture->event.ede, EDE_STALE_ANSWER);
}

/* The one who is told refreshes it; a single question is none that others will ask. */
static void refresh_is_due_once(void **state)
{
	struct fixture *fixture = *state;
	struct resolution resolution = resolution_made(fixture, 1, LINKS(address(fixture, "www.example.", 100)));
	const struct asked asked = {.qname = "www.example.", .qtype = RR_AAAA, .flags = HEADER_RD};
	unsigned due = 0;
	keep(fixture, &asked, &resolution);
	fixture->now.mono_us += 89 * SECOND;
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
		assert_false(fixture->front.is_refresh_due);
	}
	fixture->now.mono_us += 2 * SECOND;
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(take(fixture, &asked), FRONT_ANSWERED);
		due += fixture->front.is_refresh_due;
	}
	assert_int_equal(due, 1);
}

/* --- EDEs --- */

static void edes_with_their_texts(void **state)
{
	struct fixture *fixture = *state;
	struct resolution resolution = resolution_made(fixture, 1, LINKS(address(fixture, "www.example.", 300)));
	struct asked asked = {.qname = "www.example.", .qtype = RR_AAAA, .flags = HEADER_RD, .has_edns = true};
	resolution.origin = AAAA_DNS64;
	assert_int_equal(ip_prefix_from_text("64:ff9b::/96", &resolution.dns64_prefix), ERR_OK);
	resolution.edes[0] = (struct edns_ede){.code = EDE_SYNTHESIZED, .text = span_text("64:ff9b::/96")};
	resolution.edes[1] = (struct edns_ede){.code = EDE_OTHER};
	resolution.ede_count = 2;
	answer_both_ways(fixture, &asked, &resolution);
	assert_int_equal(fixture->answer.edns.ede_count, 2);
	assert_int_equal(fixture->answer.edns.ede[0].code, EDE_SYNTHESIZED);
	assert_true(span_equal(fixture->answer.edns.ede[0].text, span_text("64:ff9b::/96")));
	assert_int_equal(fixture->event.ede, EDE_SYNTHESIZED);
	assert_int_equal(fixture->event.origin, AAAA_DNS64);
	assert_int_equal(fixture->event.dns64_prefix.length, 96);
	/* The log knows it also where the client cannot be told. */
	asked.has_edns = false;
	answer_both_ways(fixture, &asked, &resolution);
	assert_int_equal(fixture->event.ede, EDE_SYNTHESIZED);
}

/* RFC 8914 3: an EDE never costs an answer. */
static void edes_give_way(void **state)
{
	struct fixture *fixture = *state;
	static char text[3000];
	struct resolution resolution = large_made(fixture, 20);
	const struct asked asked = {.qname = "big.example.", .qtype = RR_TXT, .flags = HEADER_RD, .has_edns = true};
	memset(text, 'x', sizeof(text));
	resolution.edes[0] = (struct edns_ede){.code = EDE_OTHER, .text = span_of(text, 500)};
	resolution.ede_count = 1;
	answer_both_ways(fixture, &asked, &resolution);
	assert_false(has_flag(fixture, HEADER_TC));
	assert_int_equal(fixture->answer.edns.ede_count, 1);
	assert_int_equal(fixture->answer.edns.ede[0].text.size, 0);
	resolution.edes[0].text.size = sizeof(text); /* longer than is kept */
	resolution.edes[1] = (struct edns_ede){.code = EDE_POLICY, .text = span_text("kept")};
	resolution.ede_count = 2;
	struct asked by_tcp = asked;
	by_tcp.transport = TRANSPORT_TCP;
	answer_both_ways(fixture, &by_tcp, &resolution);
	assert_int_equal(fixture->answer.edns.ede[0].text.size, 0);
	assert_true(span_equal(fixture->answer.edns.ede[1].text, span_text("kept")));
}

static void failures(void **state)
{
	struct fixture *fixture = *state;
	struct resolution resolution = {.rcode = RCODE_SERVFAIL, .is_checked = true, .is_bogus = true, .ede_count = 1};
	const struct asked asked = {.qname = "www.example.", .qtype = RR_AAAA, .flags = HEADER_RD, .is_do = true};
	resolution.edes[0] = (struct edns_ede){.code = EDE_DNSSEC_BOGUS, .text = span_text("why")};
	encode(fixture, &asked, &resolution);
	assert_int_equal(fixture->answer.rcode, RCODE_SERVFAIL);
	assert_true(span_equal(fixture->event.reason, span_text("why")));
	assert_int_equal(fixture->answer.edns.ede[0].code, EDE_DNSSEC_BOGUS);
	assert_int_equal(fixture->event.security, SECURITY_BOGUS); /* counters and the query log: val */
	assert_false(has_flag(fixture, HEADER_AD));
	resolution.is_bogus = false;
	encode(fixture, &asked, &resolution);
	assert_int_equal(fixture->event.security, SECURITY_UNCHECKED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(addresses_without_do), TEST(signatures_with_do), TEST(aliases_in_order), TEST(dname_with_its_cname),
		TEST(dname_that_makes_too_long_a_name), TEST(denials), TEST(proofs_once),
		TEST(dnssec_types_for_those_who_name_them), TEST(root_has_no_pointer),
		TEST(ad_for_secure_answers_to_those_who_ask), TEST(cd_has_its_own_view),
		TEST(what_does_not_fit_is_truncated), TEST(limits_are_exact), TEST(no_message_holds_it),
		TEST(ttls_count_down), TEST(links_have_ages), TEST(floor_cap_and_signatures_bound_ttls),
		TEST(some_are_not_kept), TEST(stale_answers_say_so), TEST(refresh_is_due_once),
		TEST(edes_with_their_texts), TEST(edes_give_way), TEST(failures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

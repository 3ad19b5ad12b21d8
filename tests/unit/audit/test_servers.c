/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks.h"
#include "audit/view_parent.h"
#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>

/* --- Replies, as octets --- */

struct record {
	const char *owner;
	uint16_t type;
	uint32_t ttl;
	const char *data; /* hexadecimal */
};

struct reply {
	uint16_t flags; /* with the rcode */
	struct record answer[3], authority[3], additional[5];
	bool has_opt;
	uint8_t extended_rcode;
	uint8_t options[16];
	uint8_t option_size;
	unsigned padding; /* octets of a TXT record in the additional section */
};

static uint16_t records_put(struct writer *out, const struct record *records, uint16_t most)
{
	uint16_t count = 0;
	for (; count < most && records[count].owner != NULL; count++) {
		struct name_buffer buffer;
		struct name name;
		size_t size = strlen(records[count].data) / 2;
		assert_int_equal(name_from_text(span_text(records[count].owner), name_root, &buffer, &name, NULL),
				 ERR_OK);
		writer_bytes(out, name.wire, name.size);
		writer_u16(out, records[count].type);
		writer_u16(out, CLASS_IN);
		writer_u32(out, records[count].ttl);
		writer_u16(out, (uint16_t)size);
		for (size_t i = 0; i < size; i++) {
			unsigned octet;
			assert_int_equal(sscanf(records[count].data + 2 * i, "%2x", &octet), 1);
			writer_u8(out, (uint8_t)octet);
		}
	}
	return count;
}

static struct span octets_of(struct arena *arena, const struct reply *reply)
{
	uint8_t *octets = arena_alloc_zeroed(arena, 2048, 1);
	struct writer out = writer_of(octets, 2048);
	out.size = HEADER_SIZE;
	store_u16(octets + 2, reply->flags | HEADER_QR);
	store_u16(octets + 6, records_put(&out, reply->answer, 3));
	store_u16(octets + 8, records_put(&out, reply->authority, 3));
	store_u16(octets + 10,
		  (uint16_t)(records_put(&out, reply->additional, 5) + reply->has_opt + (reply->padding > 0)));
	if (reply->padding > 0) {
		writer_bytes(&out, "\0\0\x10\0\1\0\0\0\0", 9);
		writer_u16(&out, (uint16_t)(reply->padding / 2 * 2));
		for (unsigned i = 0; i < reply->padding / 2; i++)
			writer_bytes(&out, "\1x", 2);
	}
	if (reply->has_opt) {
		const uint8_t opt[] = {0, 0, 41, 4, 208, reply->extended_rcode, 0, 0, 0, 0, reply->option_size};
		writer_bytes(&out, opt, sizeof(opt));
		writer_bytes(&out, reply->options, reply->option_size);
	}
	return writer_span(&out);
}

static void reply_put(struct arena *arena, struct view_reply *ret, const struct reply *reply)
{
	struct fact *fact = arena_alloc_zeroed(arena, sizeof(*fact), _Alignof(struct fact));
	struct gathered *gathered = arena_alloc(arena, sizeof(*gathered), _Alignof(struct gathered));
	fact->state = FACT_REPLY;
	fact->message = octets_of(arena, reply);
	ret->fact = fact;
	ret->state = WAY_GOOD;
	ret->gathered = gathered;
	assert_int_equal(message_read(fact->message, &ret->message), ERR_OK);
	assert_int_equal(ret->message.error, ERR_OK);
	assert_int_equal(gather(&ret->message, arena, gathered), ERR_OK);
}

/* --- What is equal --- */

#define WWW "www.example."
#define AAAA_1 "20010db8000000000000000000000001"
#define AAAA_2 "20010db8000000000000000000000002"
/* AAAA, algorithm 13, two labels, TTL, expiration, inception, key tag, signer, signature */
#define RRSIG(times, tag, signature) "001c0d0200000e10" times tag "076578616d706c6500" signature
#define NSEC_1                                                                                                         \
	"0161076578616d706c6500"                                                                                       \
	"000140"
#define NSEC_2                                                                                                         \
	"0162076578616d706c6500"                                                                                       \
	"000140"

#define ONE                                                                                                            \
	{                                                                                                              \
		HEADER_AA,                                                                                             \
		{                                                                                                      \
			{                                                                                              \
				WWW, RR_AAAA, 3600, AAAA_1                                                             \
			}                                                                                              \
		}                                                                                                      \
	}

static void test_equal(void **state)
{
	static const struct {
		const char *what;
		struct reply a, b;
		bool is_equal, is_equal_answer;
	} rows[] = {
		{"itself", ONE, ONE, true, true},
		{"a TTL that counts down", ONE, {HEADER_AA, {{WWW, RR_AAAA, 17, AAAA_1}}}, true, true},
		{"other data", ONE, {HEADER_AA, {{WWW, RR_AAAA, 3600, AAAA_2}}}, false, false},
		{"one record more",
		 ONE,
		 {HEADER_AA, {{WWW, RR_AAAA, 3600, AAAA_1}, {WWW, RR_AAAA, 3600, AAAA_2}}},
		 false,
		 false},
		{"another order",
		 {HEADER_AA, {{WWW, RR_AAAA, 3600, AAAA_2}, {WWW, RR_AAAA, 3600, AAAA_1}}},
		 {HEADER_AA, {{WWW, RR_AAAA, 3600, AAAA_1}, {WWW, RR_AAAA, 3600, AAAA_2}}},
		 true,
		 true},
		{"another rcode", ONE, {HEADER_AA | RCODE_NXDOMAIN, {{WWW, RR_AAAA, 3600, AAAA_1}}}, false, false},
		{"signed just now",
		 {HEADER_AA,
		  {{WWW, RR_AAAA, 3600, AAAA_1}, {WWW, RR_RRSIG, 3600, RRSIG("0000000200000001", "0007", "aa")}}},
		 {HEADER_AA,
		  {{WWW, RR_AAAA, 3600, AAAA_1}, {WWW, RR_RRSIG, 3600, RRSIG("0000000900000008", "0007", "bb")}}},
		 true,
		 true},
		{"signed by another key",
		 {HEADER_AA,
		  {{WWW, RR_AAAA, 3600, AAAA_1}, {WWW, RR_RRSIG, 3600, RRSIG("0000000200000001", "0007", "aa")}}},
		 {HEADER_AA,
		  {{WWW, RR_AAAA, 3600, AAAA_1}, {WWW, RR_RRSIG, 3600, RRSIG("0000000200000001", "0008", "aa")}}},
		 false,
		 false},
		{"not signed",
		 {HEADER_AA,
		  {{WWW, RR_AAAA, 3600, AAAA_1}, {WWW, RR_RRSIG, 3600, RRSIG("0000000200000001", "0007", "aa")}}},
		 ONE,
		 false,
		 false},
		{"another proof",
		 {HEADER_AA, {{NULL}}, {{"a.example.", RR_NSEC, 60, NSEC_1}}},
		 {HEADER_AA, {{NULL}}, {{"a.example.", RR_NSEC, 60, NSEC_2}}},
		 false,
		 true},
		{"no proof", {HEADER_AA, {{NULL}}, {{"a.example.", RR_NSEC, 60, NSEC_1}}}, {HEADER_AA}, false, true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(1 << 16);
		struct view_reply a, b;
		reply_put(arena, &a, &rows[i].a);
		reply_put(arena, &b, &rows[i].b);
		if (view_reply_equal(&a, &b) != rows[i].is_equal || view_reply_equal(&b, &a) != rows[i].is_equal)
			fail_msg("%s", rows[i].what);
		if (view_reply_equal_answer(&a, &b) != rows[i].is_equal_answer)
			fail_msg("%s, the answer alone", rows[i].what);
		arena_free(arena);
	}
}

/* --- What is found --- */

#define ZONE ((struct name){(const uint8_t *)"\7example\0", 9, 1})

static const struct chain chains[FAMILY_COUNT] = {
	{.zone = {(const uint8_t *)"\7example\0", 9, 1}, .family = FAMILY_IPV6, .state = CHAIN_GOOD},
	{.zone = {(const uint8_t *)"\7example\0", 9, 1}, .family = FAMILY_IPV4, .state = CHAIN_GOOD},
};

struct fixture {
	struct arena *arena;
	struct view view;
	struct view_probe *probes[2][FAMILY_COUNT]; /* of two servers */
};

static const struct reply aaaa_good = {HEADER_AA, {{WWW, RR_AAAA, 3600, AAAA_1}}},
			  a_good = {HEADER_AA, {{WWW, RR_A, 3600, "c0000201"}}},
			  no_name = {HEADER_AA | RCODE_NXDOMAIN, {{NULL}}, {{"a.example.", RR_NSEC, 60, NSEC_1}}},
			  badvers = {HEADER_AA, .has_opt = true, .extended_rcode = 1},
			  cookie = {HEADER_AA, .has_opt = true, .options = {0, 3, 0, 1, 'x'}, .option_size = 5};

static void fixture_start(struct fixture *fixture)
{
	static const uint8_t *const names[] = {(const uint8_t *)"\3ns1\7example\0",
					       (const uint8_t *)"\3ns2\7example\0"};
	*fixture = (struct fixture){.arena = arena_new(1 << 18),
				    .view = {.zone = ZONE,
					     .parent = name_root,
					     .chains = {&chains[0], &chains[1]},
					     .states = {CHAIN_GOOD, CHAIN_GOOD},
					     .has_child_set = true,
					     .is_signed = true,
					     .is_signed_known = true,
					     .serial = 7,
					     .server_count = 2}};
	for (unsigned i = 0; i < 2; i++) {
		struct view_server *server = &fixture->view.servers[i];
		*server = (struct view_server){.name = name_of(names[i]), .is_in_parent = true, .is_in_child = true};
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			struct view_probe *probe = arena_alloc_zeroed(fixture->arena, sizeof(*probe), 64);
			struct view_family *side = &server->families[family];
			*side = (struct view_family){.count = 1, .has_child = true, .is_child_known = true};
			side->addresses[0] = (struct view_address){.is_child = true,
								   .udp = WAY_GOOD,
								   .tcp = WAY_GOOD,
								   .large = WAY_GOOD,
								   .same = WAY_GOOD,
								   .serial = 7,
								   .has_edns = true,
								   .edns_size = 1232,
								   .probe = probe};
			side->addresses[0].endpoint.addr = (struct ip_addr){
				.family = family, .bytes = {family == FAMILY_IPV6 ? 0x26 : 8, (uint8_t)(8 + i)}};
			for (enum reply_row row = REPLY_SOA; row < REPLY_COUNT; row++)
				probe->replies[row].state = WAY_UNTESTED;
			reply_put(fixture->arena, &probe->replies[REPLY_WWW_AAAA], &aaaa_good);
			reply_put(fixture->arena, &probe->replies[REPLY_WWW_A], &a_good);
			reply_put(fixture->arena, &probe->replies[REPLY_NO_NAME], &no_name);
			reply_put(fixture->arena, &probe->replies[REPLY_EDNS_ONE], &badvers);
			reply_put(fixture->arena, &probe->replies[REPLY_OPTIONS], &cookie);
			fixture->probes[i][family] = probe;
		}
	}
}

/* "C03 error; C06 error" */
static void found(const struct view *view, struct text *out)
{
	struct finding_list *findings = finding_list_new();
	checks_run(view, findings);
	for (size_t i = 0; i < finding_count(findings); i++)
		text_addf(out, "%s%s %s", i > 0 ? "; " : "", finding_row(finding_at(findings, i)->code)->code,
			  severity_text(finding_at(findings, i)->severity));
	finding_list_free(findings);
}

static void test_found(void **state)
{
	static const struct {
		const char *what;
		unsigned server;
		enum family family;
		enum reply_row row;
		struct reply reply;
		enum way_state way; /* GOOD: the reply counts */
		uint32_t serial;
		const char *found;
	} rows[] = {
		{"all of it good",
		 0,
		 FAMILY_IPV6,
		 REPLY_WWW_A,
		 {HEADER_AA, {{WWW, RR_A, 3600, "c0000201"}}},
		 WAY_GOOD,
		 7,
		 ""},
		{"other data over IPv4",
		 0,
		 FAMILY_IPV4,
		 REPLY_WWW_AAAA,
		 {HEADER_AA, {{WWW, RR_AAAA, 60, AAAA_2}}},
		 WAY_GOOD,
		 7,
		 "C02 notice"},
		{"other data, signed over IPv4 alone",
		 0,
		 FAMILY_IPV4,
		 REPLY_WWW_AAAA,
		 {HEADER_AA,
		  {{WWW, RR_AAAA, 60, AAAA_2}, {WWW, RR_RRSIG, 60, RRSIG("7000000000000001", "0007", "aa")}}},
		 WAY_GOOD,
		 7,
		 "C02 error"},
		{"another version of the zone",
		 0,
		 FAMILY_IPV4,
		 REPLY_WWW_AAAA,
		 {HEADER_AA, {{WWW, RR_AAAA, 60, AAAA_2}}},
		 WAY_GOOD,
		 6,
		 "C01 warning"},
		{"no AAAA", 1, FAMILY_IPV6, REPLY_WWW_AAAA, {HEADER_AA}, WAY_GOOD, 7, "C02 error"},
		{"NXDOMAIN for AAAA",
		 1,
		 FAMILY_IPV6,
		 REPLY_WWW_AAAA,
		 {HEADER_AA | RCODE_NXDOMAIN},
		 WAY_GOOD,
		 7,
		 "C06 error"},
		{"SERVFAIL for AAAA", 0, FAMILY_IPV6, REPLY_WWW_AAAA, {RCODE_SERVFAIL}, WAY_GOOD, 7, "C06 error"},
		{"silence for AAAA", 1, FAMILY_IPV4, REPLY_WWW_AAAA, {0}, WAY_SILENT, 7, "C06 error"},
		{"malformed AAAA", 1, FAMILY_IPV4, REPLY_WWW_AAAA, {0}, WAY_BAD, 7, "C06 error"},
		{"AAAA not seen", 1, FAMILY_IPV4, REPLY_WWW_AAAA, {0}, WAY_UNTESTED, 7, ""},
		{"a name that is there over IPv4",
		 1,
		 FAMILY_IPV4,
		 REPLY_NO_NAME,
		 {HEADER_AA},
		 WAY_GOOD,
		 7,
		 "C03 error"},
		{"another proof over IPv4",
		 0,
		 FAMILY_IPV4,
		 REPLY_NO_NAME,
		 {HEADER_AA | RCODE_NXDOMAIN, {{NULL}}, {{"a.example.", RR_NSEC, 60, NSEC_2}}},
		 WAY_GOOD,
		 7,
		 "C03 error"},
		{"EDNS 1 as if it were 0",
		 0,
		 FAMILY_IPV4,
		 REPLY_EDNS_ONE,
		 {HEADER_AA, .has_opt = true},
		 WAY_GOOD,
		 7,
		 "T12 notice"},
		{"EDNS 1 not answered", 0, FAMILY_IPV4, REPLY_EDNS_ONE, {0}, WAY_SILENT, 7, "T12 warning"},
		{"another host",
		 1,
		 FAMILY_IPV4,
		 REPLY_OPTIONS,
		 {HEADER_AA, .has_opt = true, .options = {0, 3, 0, 1, 'y'}, .option_size = 5},
		 WAY_GOOD,
		 7,
		 "C05 notice"},
		{"an option sent back",
		 1,
		 FAMILY_IPV4,
		 REPLY_OPTIONS,
		 {HEADER_AA, .has_opt = true, .options = {0xff, 0x16, 0, 0}, .option_size = 4},
		 WAY_GOOD,
		 7,
		 "T12 notice"},
		{"truncated well",
		 0,
		 FAMILY_IPV4,
		 REPLY_SHORT,
		 {HEADER_AA | HEADER_TC, .has_opt = true},
		 WAY_GOOD,
		 7,
		 ""},
		{"truncated without OPT",
		 0,
		 FAMILY_IPV4,
		 REPLY_SHORT,
		 {HEADER_AA | HEADER_TC},
		 WAY_GOOD,
		 7,
		 "T09 warning"},
		{"truncated without AA",
		 0,
		 FAMILY_IPV4,
		 REPLY_SHORT,
		 {HEADER_TC, .has_opt = true},
		 WAY_GOOD,
		 7,
		 "T09 warning"},
		{"truncated in part",
		 0,
		 FAMILY_IPV4,
		 REPLY_SHORT,
		 {HEADER_AA | HEADER_TC, {{WWW, RR_AAAA, 3600, AAAA_1}}, .has_opt = true},
		 WAY_GOOD,
		 7,
		 "T09 notice"},
		{"too large",
		 0,
		 FAMILY_IPV4,
		 REPLY_SHORT,
		 {HEADER_AA, .has_opt = true, .padding = 600},
		 WAY_GOOD,
		 7,
		 "T09 warning"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct fixture fixture;
		struct text told = {0};
		fixture_start(&fixture);
		struct view_reply *reply = &fixture.probes[rows[i].server][rows[i].family]->replies[rows[i].row];
		if (rows[i].way == WAY_GOOD)
			reply_put(fixture.arena, reply, &rows[i].reply);
		reply->state = rows[i].way;
		fixture.view.servers[rows[i].server].families[rows[i].family].addresses[0].serial = rows[i].serial;
		found(&fixture.view, &told);
		if (strcmp(text_string(&told), rows[i].found) != 0)
			fail_msg("%s: %s, not %s", rows[i].what, text_string(&told), rows[i].found);
		text_free(&told);
		arena_free(fixture.arena);
	}
}

/* Servers of several operators may prove a denial each in its own way; names must be there or not all the same. */
static void test_denials_of_two_servers(void **state)
{
	static const struct reply proof = {HEADER_AA | RCODE_NXDOMAIN, {{NULL}}, {{"a.example.", RR_NSEC, 60, NSEC_2}}},
				  there = {HEADER_AA};
	for (int is_there = 0; is_there < 2; is_there++) {
		static struct fixture fixture;
		struct text told = {0};
		fixture_start(&fixture);
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
			reply_put(fixture.arena, &fixture.probes[1][family]->replies[REPLY_NO_NAME],
				  is_there ? &there : &proof);
		found(&fixture.view, &told);
		assert_string_equal(text_string(&told), is_there ? "C03 error" : "C03 warning");
		text_free(&told);
		arena_free(fixture.arena);
	}
}

/* A wildcard whose answers depend on the place denies nothing; one that is there at one address alone does. */
static void test_wildcards(void **state)
{
	static const struct reply answers[] = {{HEADER_AA, {{"sextant-asks-for-no-name.example.", RR_AAAA, 60, AAAA_1}}},
					       {HEADER_AA, {{"sextant-asks-for-no-name.example.", RR_AAAA, 60, AAAA_2}}},
					       {HEADER_AA}};
	for (unsigned is_missing = 0; is_missing < 2; is_missing++) {
		static struct fixture fixture;
		struct text told = {0};
		fixture_start(&fixture);
		for (unsigned i = 0; i < 4; i++)
			reply_put(fixture.arena, &fixture.probes[i / 2][i % 2]->replies[REPLY_NO_NAME],
				  &answers[i < 3 ? i % 2 : 1 + is_missing]);
		found(&fixture.view, &told);
		assert_string_equal(text_string(&told), is_missing ? "C03 error" : "");
		text_free(&told);
		arena_free(fixture.arena);
	}
}

/* RFC 7873 5.2.3: a server that insists on its own cookie says BADCOOKIE to the first question. */
static void test_cookies_that_are_insisted_on(void **state)
{
	static const struct reply badcookie = {
		HEADER_AA | 7, .has_opt = true, .extended_rcode = 1, .options = {0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8}, .option_size = 12};
	static struct fixture fixture;
	struct text told = {0};
	fixture_start(&fixture);
	for (unsigned i = 0; i < 4; i++) {
		reply_put(fixture.arena, &fixture.probes[i / 2][i % 2]->replies[REPLY_OPTIONS], &badcookie);
		reply_put(fixture.arena, &fixture.probes[i / 2][i % 2]->replies[REPLY_COOKIE], &badcookie);
	}
	found(&fixture.view, &told);
	assert_string_equal(text_string(&told), "");
	text_free(&told);
	arena_free(fixture.arena);
}

/* A part of the answer left out, without a word. */
static void test_left_out(void **state)
{
	static const struct reply whole = {HEADER_AA, {{WWW, RR_AAAA, 3600, AAAA_1}, {WWW, RR_AAAA, 3600, AAAA_2}}},
				  part = {HEADER_AA, {{WWW, RR_AAAA, 3600, AAAA_1}}, .has_opt = true};
	static struct fixture fixture;
	struct text told = {0};
	struct view_reply full;
	fixture_start(&fixture);
	struct view_probe *probe = fixture.probes[0][FAMILY_IPV6];
	reply_put(fixture.arena, &full, &whole);
	reply_put(fixture.arena, &probe->replies[REPLY_SHORT], &part);
	probe->short_full = full.fact;
	found(&fixture.view, &told);
	assert_string_equal(text_string(&told), "T09 warning");
	text_free(&told);
	arena_free(fixture.arena);
}

/* C01: what has moved on some seconds later is no fault. */
static void test_serials_later(void **state)
{
	static const struct {
		uint32_t serial, serial_later, view_later;
		bool is_seen;
		const char *found;
	} rows[] = {{6, 6, 7, true, "C01 error"},   {6, 7, 7, true, "C01 warning"},  {6, 6, 8, true, "C01 warning"},
		    {6, 7, 8, true, "C01 warning"}, {6, 0, 0, false, "C01 warning"}, {7, 8, 8, true, ""}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct fixture fixture;
		struct text told = {0};
		fixture_start(&fixture);
		struct view_address *address = &fixture.view.servers[1].families[FAMILY_IPV4].addresses[0];
		address->serial = rows[i].serial;
		address->serial_later = rows[i].serial_later;
		fixture.view.serial_later = rows[i].view_later;
		address->has_serial_later = fixture.view.has_serial_later = rows[i].is_seen;
		found(&fixture.view, &told);
		assert_string_equal(text_string(&told), rows[i].found);
		text_free(&told);
		arena_free(fixture.arena);
	}
}

/* Operators that fill a zone each by itself count each by itself; one that names other servers may be a leftover. */
static void test_serials_of_several_operators(void **state)
{
	for (int is_other_set = 0; is_other_set < 2; is_other_set++) {
		static struct fixture fixture;
		struct text told = {0};
		fixture_start(&fixture);
		struct view_address *address = &fixture.view.servers[1].families[FAMILY_IPV4].addresses[0];
		address->serial = address->serial_later = 1;
		fixture.view.serial_later = 7;
		address->has_serial_later = fixture.view.has_serial_later = address->is_other_primary = true;
		address->is_other_set = is_other_set;
		found(&fixture.view, &told);
		assert_string_equal(text_string(&told), is_other_set ? "C01 error" : "C01 notice");
		text_free(&told);
		arena_free(fixture.arena);
	}
}

/* S05: less than the TTL is left, or less than a tenth of the lifetime. */
static void test_expiring(void **state)
{
	static const struct {
		uint64_t now_s;
		const char *found;
	} rows[] = {{1000001, ""}, {1809000, ""}, {1811000, "S05 warning"}, {1899000, "S05 warning"}, {1900001, ""}};
	static const struct reply reply = {
		HEADER_AA,
		/* from 1000000 to 1900000 */
		{{WWW, RR_AAAA, 3600, AAAA_1}, {WWW, RR_RRSIG, 3600, RRSIG("001cfde0000f4240", "0007", "aa")}}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct fixture fixture;
		struct text told = {0};
		fixture_start(&fixture);
		for (unsigned j = 0; j < 4; j++)
			reply_put(fixture.arena, &fixture.probes[j / 2][j % 2]->replies[REPLY_WWW_AAAA], &reply);
		fixture.view.now_s = rows[i].now_s;
		found(&fixture.view, &told);
		assert_string_equal(text_string(&told), rows[i].found);
		text_free(&told);
		arena_free(fixture.arena);
	}
}

/* D12, D13: glue that is left out without TC. */
#define GLUE_AAAA(name)                                                                                                \
	{                                                                                                              \
		name ".example.", RR_AAAA, 60, AAAA_1                                                                  \
	}
#define GLUE_A(name)                                                                                                   \
	{                                                                                                              \
		name ".example.", RR_A, 60, "c0000201"                                                                 \
	}

#define WHOLE                                                                                                          \
	{                                                                                                              \
		0, .additional = { GLUE_AAAA("ns1"), GLUE_A("ns1"), GLUE_AAAA("ns2"), GLUE_A("ns2") }                  \
	}

static void test_referrals(void **state)
{
	static const struct reply whole = WHOLE;
	static const struct {
		const char *what;
		struct reply small, edns;
		const char *found;
	} rows[] = {
		{"all of it", WHOLE, WHOLE, ""},
		{"truncated", {HEADER_TC}, WHOLE, "D12 notice"},
		{"truncated, though 1232 octets are allowed", {HEADER_TC}, {HEADER_TC}, "D12 warning"},
		{"no AAAA", {0, .additional = {GLUE_A("ns1"), GLUE_A("ns2")}}, WHOLE, "D13 warning"},
		{"one AAAA less",
		 {0, .additional = {GLUE_A("ns1"), GLUE_A("ns2"), GLUE_AAAA("ns2")}},
		 WHOLE,
		 "D13 notice"},
		{"one AAAA less, though 1232 octets are allowed",
		 WHOLE,
		 {0, .additional = {GLUE_A("ns1"), GLUE_A("ns2"), GLUE_AAAA("ns2")}},
		 "D13 warning"},
		{"no A", {0, .additional = {GLUE_AAAA("ns1"), GLUE_AAAA("ns2")}}, WHOLE, "D12 warning"},
		{"one of each less", {0, .additional = {GLUE_AAAA("ns1"), GLUE_A("ns1")}}, WHOLE, "D12 notice"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct fixture fixture;
		struct view_referral referral = {.server.addr.family = FAMILY_IPV6};
		struct text told = {0};
		fixture_start(&fixture);
		for (unsigned j = 0; j < 2; j++) { /* inside the zone, with glue */
			fixture.view.servers[j].is_in_domain = true;
			for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
				fixture.view.servers[j].families[family].has_glue = true;
				fixture.view.servers[j].families[family].addresses[0].is_glue = true;
			}
		}
		reply_put(fixture.arena, &referral.replies[REFERRAL_SMALL], &rows[i].small);
		reply_put(fixture.arena, &referral.replies[REFERRAL_EDNS], &rows[i].edns);
		reply_put(fixture.arena, &referral.replies[REFERRAL_WHOLE], &whole);
		fixture.view.referrals[FAMILY_IPV6] = &referral;
		found(&fixture.view, &told);
		if (strcmp(text_string(&told), rows[i].found) != 0)
			fail_msg("%s: %s, not %s", rows[i].what, text_string(&told), rows[i].found);
		text_free(&told);
		arena_free(fixture.arena);
	}
}

/* What turns around by itself is no matter of families. */
static void test_turning_answers(void **state)
{
	static const struct reply other = {HEADER_AA, {{WWW, RR_AAAA, 60, AAAA_2}}};
	static struct fixture fixture;
	struct text told = {0};
	fixture_start(&fixture);
	reply_put(fixture.arena, &fixture.probes[0][FAMILY_IPV4]->replies[REPLY_WWW_AAAA], &other);
	fixture.probes[0][FAMILY_IPV6]->is_turning[REPLY_WWW_AAAA] = true;
	found(&fixture.view, &told);
	assert_string_equal(text_string(&told), "");
	text_free(&told);
	arena_free(fixture.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_denials_of_two_servers),
		cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_cookies_that_are_insisted_on),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_turning_answers),
		cmocka_unit_test(test_serials_later),
		cmocka_unit_test(test_serials_of_several_operators),
		cmocka_unit_test(test_expiring),
		cmocka_unit_test(test_referrals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

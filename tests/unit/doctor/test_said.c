/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rrtype.h"
#include "doctor/said.h"
#include "tests/unit/cmocka_all.h"

static const struct name www = {(const uint8_t *)"\3www\3lab", 9, 2};
static const struct name other = {(const uint8_t *)"\5other\3lab", 11, 2};
static struct arena *arena;
static uint8_t octets[512];

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

/* A reply about www.lab AAAA: to be filled with records. */
static struct writer reply(uint16_t flags, uint16_t answers)
{
	struct writer out = writer_of(octets, sizeof(octets));
	writer_u16(&out, 0);
	writer_u16(&out, (uint16_t)(HEADER_QR | flags));
	writer_u16(&out, 1);
	writer_u16(&out, answers);
	writer_u16(&out, 0);
	writer_u16(&out, 0);
	writer_bytes(&out, www.wire, www.size);
	writer_u16(&out, RR_AAAA);
	writer_u16(&out, CLASS_IN);
	return out;
}

static void record(struct writer *out, struct name owner, uint16_t type, const void *data, size_t size)
{
	writer_bytes(out, owner.wire, owner.size);
	writer_u16(out, type);
	writer_u16(out, CLASS_IN);
	writer_u32(out, 60);
	writer_u16(out, (uint16_t)size);
	writer_bytes(out, data, size);
}

static void address(struct writer *out, struct name owner, uint8_t last)
{
	const uint8_t data[16] = {0x20, 1, 0xd, 0xb8, [15] = last};
	record(out, owner, RR_AAAA, data, sizeof(data));
}

static struct said read(struct writer out, bool is_authority)
{
	struct walk walk = {.arena = arena};
	struct fact *fact = arena_alloc_zeroed(arena, sizeof(*fact), 8);
	struct said said;
	fact->state = FACT_REPLY;
	fact->message = span_of(arena_copy(arena, out.data, out.size, 1), out.size);
	if (is_authority)
		said_by_authority(&walk, fact, www, RR_AAAA, &said);
	else
		said_by_resolver(&walk, fact, www, RR_AAAA, &said);
	return said;
}

static void assert_words(const struct said *said, const char *words)
{
	struct text text = {0};
	said_to_text(said, &text);
	assert_string_equal(text_string(&text), words);
	text_free(&text);
}

static void servers_have_authority(void **state)
{
	struct writer out = reply(HEADER_AA, 1);
	address(&out, www, 1);
	struct said said = read(out, true);
	struct ip_addr found[2];
	assert_int_equal(said.kind, SAID_RECORDS);
	assert_int_equal(said_addresses(&said, found, 2), 1);
	assert_int_equal(found[0].bytes[15], 1);
	assert_words(&said, "1 record");
	assert_int_equal(read(reply(HEADER_AA, 0), true).kind, SAID_NODATA);
	assert_int_equal(read(reply(HEADER_AA | RCODE_NXDOMAIN, 0), true).kind, SAID_ABSENT);
	assert_int_equal(read(reply(0, 0), true).kind, SAID_LAME); /* a referral, or a cache */
	assert_int_equal(read(reply(RCODE_NXDOMAIN, 0), true).kind, SAID_LAME);
	said = read(reply(RCODE_REFUSED, 0), true);
	assert_int_equal(said.kind, SAID_LAME);
	assert_words(&said, "REFUSED");
	assert_int_equal(read(reply(RCODE_SERVFAIL, 0), true).kind, SAID_FAILED);
	/* What is truncated says nothing yet. */
	said = read(reply(HEADER_AA | HEADER_TC, 0), true);
	assert_int_equal(said.kind, SAID_TRUNCATED);
	assert_false(said_is_answer(&said));
	assert_true(said_is_reply(&said));
	/* More records than there are. */
	assert_int_equal(read(reply(HEADER_AA, 3), true).kind, SAID_MALFORMED);
}

static void aliases(void **state)
{
	struct writer out = reply(HEADER_AA, 2);
	record(&out, www, RR_CNAME, other.wire, other.size);
	address(&out, other, 1);
	/* Of the name itself the zone says that it is an alias; who asked a resolver has what is behind. */
	struct said said = read(out, true);
	assert_int_equal(said.kind, SAID_ALIAS);
	assert_true(name_equal(said.alias, other));
	assert_words(&said, "an alias of other.lab");
	assert_int_equal(read(out, false).kind, SAID_RECORDS);
	out = reply(HEADER_AA | RCODE_NXDOMAIN, 1); /* RFC 6604: the rcode is of where it leads */
	record(&out, www, RR_CNAME, other.wire, other.size);
	assert_int_equal(read(out, true).kind, SAID_ALIAS);
	assert_int_equal(read(out, false).kind, SAID_ABSENT);
	out = reply(HEADER_RA, 1);
	record(&out, www, RR_CNAME, other.wire, other.size);
	said = read(out, false);
	assert_int_equal(said.kind, SAID_ALIAS);
	assert_true(said.is_recursive);
}

static void sameness(void **state)
{
	struct writer out = reply(HEADER_AA, 2);
	address(&out, www, 1);
	address(&out, www, 2);
	struct said one = read(out, true);
	out = reply(HEADER_AA, 2);
	address(&out, www, 2);
	address(&out, www, 1);
	struct said turned = read(out, true);
	out = reply(HEADER_AA, 1);
	address(&out, www, 1);
	struct said fewer = read(out, true), none = read(reply(HEADER_AA, 0), true);
	assert_true(said_is_same(&one, &turned));
	assert_false(said_is_same(&one, &fewer));
	assert_false(said_is_same(&one, &none));
	assert_true(said_is_same(&none, &none));
}

static void silence(void **state)
{
	struct walk walk = {.arena = arena};
	const enum fact_state states[] = {FACT_WANTED, FACT_SILENT, FACT_REFUSED, FACT_NO_ROUTE, FACT_UNKNOWN};
	const enum said_kind kinds[] = {SAID_OPEN, SAID_SILENT, SAID_REFUSED, SAID_UNTESTED, SAID_UNTESTED};
	for (size_t i = 0; i < 5; i++) {
		struct fact fact = {.state = states[i]};
		struct said said;
		said_by_resolver(&walk, &fact, www, RR_AAAA, &said);
		assert_int_equal(said.kind, kinds[i]);
		assert_int_equal(said_is_dead(&said), i == 1 || i == 2);
		assert_false(said_is_reply(&said));
	}
}

/* EXTRA-TEXT is from outside. */
static void terminals(void **state)
{
	struct said said = {
		.kind = SAID_FAILED, .rcode = RCODE_SERVFAIL, .ede = 6, .ede_text = span_text("a\x1b[2J\xc3")};
	assert_words(&said, "SERVFAIL EDE 6 (DNSSEC Bogus): a?[2J?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(servers_have_authority), cmocka_unit_test(aliases),
					   cmocka_unit_test(sameness), cmocka_unit_test(silence),
					   cmocka_unit_test(terminals)};
	return cmocka_run_group_tests(tests, setup, teardown);
}

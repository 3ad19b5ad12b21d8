/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/outcome.h"

#include "tests/unit/dnssec/sets.h"

#include <stdio.h>
#include <string.h>

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

static void assert_same_rrset(const struct rrset *a, const struct rrset *b)
{
	assert_true((a == NULL) == (b == NULL));
	if (a == NULL)
		return;
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->covered, b->covered);
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->ttl, b->ttl);
	assert_int_equal(a->size, b->size);
	assert_memory_equal(a->records, b->records, a->size);
}

static void assert_same_name(struct name a, struct name b)
{
	assert_int_equal(a.size, b.size);
	assert_int_equal(a.labels, b.labels);
	assert_memory_equal(a.wire, b.wire, a.size); /* in its case */
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->security, b->security);
	assert_same_name(a->qname, b->qname);
	assert_int_equal(a->qtype, b->qtype);
	assert_int_equal(a->answer_count, b->answer_count);
	assert_int_equal(a->set_count, b->set_count);
	for (unsigned i = 0; i < a->set_count; i++) {
		assert_same_name(a->sets[i].owner, b->sets[i].owner);
		assert_same_rrset(a->sets[i].rrset, b->sets[i].rrset);
		assert_same_rrset(a->sets[i].signatures, b->sets[i].signatures);
	}
	assert_int_equal(a->ttl_s, b->ttl_s);
	assert_int_equal(a->zone.wire == NULL, b->zone.wire == NULL);
	if (a->zone.wire != NULL)
		assert_same_name(a->zone, b->zone);
	assert_int_equal(a->server.port, b->server.port);
	assert_int_equal(a->server.addr.family, b->server.addr.family);
	assert_memory_equal(a->server.addr.bytes, b->server.addr.bytes, 16);
	assert_int_equal(a->is_forwarded, b->is_forwarded);
	assert_int_equal(a->is_optout, b->is_optout);
	assert_int_equal(a->ede, b->ede);
	assert_true(span_equal(a->reason, b->reason));
}

static const char soa_text[] =
	"example. 3600 SOA ns.example. admin.example. 1 7200 900 1209600 300\n"
	"example. 3600 RRSIG SOA 13 1 3600 20301231000000 20201231000000 4711 example. AAAA\n";

static struct outcome outcome_made(enum outcome_kind kind, struct rrset_view *sets, unsigned answers, unsigned count)
{
	return (struct outcome){.kind = kind, .security = SECURITY_SECURE, .qname = name_made(arena, "wWw.example."),
	                        .qtype = RR_AAAA, .answer_count = (uint8_t)answers, .set_count = (uint8_t)count, .sets = sets,
	                        .ttl_s = 300, .zone = name_made(arena, "example."), .ede = -1,
	                        .server = {.addr = {.family = FAMILY_IPV6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 0x53}},
	                                   .port = 53}};
}

static void flat_and_back(const struct outcome *outcome)
{
	struct rrset_view sets[OUTCOME_SETS_MAX];
	struct outcome back;
	size_t size = outcome_size(outcome);
	assert_true(size > 0 && size <= 65535);
	/* A guard behind says whether more is written than was said. */
	uint8_t *flat = arena_alloc(arena, size + 16, 8);
	memset(flat, 0xa5, size + 16);
	outcome_write(outcome, flat);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(flat[size + i], 0xa5);
	/* It holds nothing but offsets: a copy elsewhere reads the same when the first is gone. */
	uint8_t *moved = arena_copy(arena, flat, size, 8);
	memset(flat, 0, size);
	outcome_read(moved, sets, &back);
	assert_same(outcome, &back);
	assert_ptr_equal(back.sets, sets);
	assert_int_equal(back.stored_us, 0);
	struct outcome *copy = outcome_copy(&back, arena);
	assert_non_null(copy);
	memset(moved, 0, size);
	memset(sets, 0, sizeof(sets));
	assert_same(outcome, copy);
}

static void test_flat(void **state)
{
	struct rrset_view sets[3] = {
		set_made(arena, "wWw.example. 300 AAAA 2001:db8::1\nwww.example. 300 AAAA 2001:db8::2\n"
	                        "www.example. 300 RRSIG AAAA 13 2 300 20301231000000 20201231000000 4711 example. AAAA\n"),
		set_made(arena, soa_text), set_made(arena, "example. 300 NSEC www.example. SOA RRSIG NSEC\n")};
	struct outcome outcome = outcome_made(OUTCOME_ANSWER, sets, 1, 3);
	flat_and_back(&outcome);
	outcome.server = (struct ip_endpoint){.addr = {.family = FAMILY_IPV4, .bytes = {192, 0, 2, 1}}, .port = 5300};
	outcome.ede = 7;
	outcome.reason = span_text("signature by key 4711 expired on 2026-01-01 00:00 UTC");
	outcome.is_optout = outcome.is_forwarded = true;
	outcome.zone = (struct name){0};
	flat_and_back(&outcome);
	outcome.kind = OUTCOME_FAILURE;
	outcome.set_count = outcome.answer_count = 0;
	outcome.qname = name_root;
	flat_and_back(&outcome);
}

/* Every alignment of what varies in size. */
static void test_flat_alignment(void **state)
{
	for (unsigned size = 0; size < 9; size++) {
		char text[128];
		snprintf(text, sizeof(text), "%.*s. 300 TXT \"%.*s\"\n", (int)size + 1, "abcdefghi", (int)size, "123456789");
		struct rrset_view sets[2] = {set_made(arena, text), set_made(arena, soa_text)};
		struct outcome outcome = outcome_made(OUTCOME_ANSWER, sets, 1, 2);
		outcome.reason = span_of("reasoning", size);
		flat_and_back(&outcome);
	}
}

static void test_too_large(void **state)
{
	size_t size = 40000;
	struct rrset *rrset = arena_alloc(arena, sizeof(*rrset) + size, 8);
	*rrset = (struct rrset){.type = RR_TXT, .count = 1, .size = (uint32_t)size};
	memset(rrset->records, 0, size);
	struct rrset_view sets[2] = {{name_root, rrset, NULL}, {name_root, rrset, NULL}};
	struct outcome outcome = outcome_made(OUTCOME_ANSWER, sets, 1, 1);
	assert_true(outcome_size(&outcome) > size);
	outcome.set_count = 2;
	assert_int_equal(outcome_size(&outcome), 0);
}

static void test_age(void **state)
{
	struct outcome outcome = outcome_made(OUTCOME_ANSWER, NULL, 0, 0);
	assert_int_equal(outcome_age_s(&outcome, 99000000), 0); /* made now */
	assert_int_equal(outcome_left_s(&outcome, 99000000), 300);
	outcome.stored_us = 10000000;
	assert_int_equal(outcome_age_s(&outcome, 9000000), 0);
	assert_int_equal(outcome_age_s(&outcome, 12999999), 2);
	assert_int_equal(outcome_left_s(&outcome, 310000000), 0);
	assert_int_equal(outcome_left_s(&outcome, 311000000), -1);
}

static void test_soa(void **state)
{
	struct rrset_view sets[2] = {set_made(arena, "example. 300 NSEC www.example. SOA RRSIG NSEC\n"),
	                             set_made(arena, soa_text)};
	struct outcome outcome = outcome_made(OUTCOME_NODATA, sets, 0, 2);
	assert_ptr_equal(outcome_soa(&outcome), &sets[1]);
	outcome.set_count = 1;
	assert_null(outcome_soa(&outcome));
	/* One in the answer is no denial's. */
	outcome = outcome_made(OUTCOME_ANSWER, sets + 1, 1, 1);
	assert_null(outcome_soa(&outcome));
}

static void assert_target(const struct outcome *outcome, const char *wanted)
{
	struct name_buffer buffer;
	struct name target;
	char text[NAME_TEXT_MAX];
	assert_int_equal(outcome_target(outcome, &buffer, &target), ERR_OK);
	name_to_text(target, text);
	assert_string_equal(text, wanted);
	assert_int_equal(target.labels, name_of(target.wire).labels);
	assert_int_equal(target.size, name_of(target.wire).size);
}

static void test_target(void **state)
{
	struct name_buffer buffer;
	struct name target;
	struct rrset_view set = set_made(arena, "www.example. 300 CNAME Other.test.\n");
	struct outcome outcome = outcome_made(OUTCOME_CNAME, &set, 1, 1);
	assert_target(&outcome, "Other.test.");
	/* RFC 6672 2.2's table */
	static const struct {
		const char *qname, *owner, *target, *result;
	} rows[] = {
		{"a.example.com.", "example.com.", "example.net.", "a.example.net."},
		{"a.b.example.com.", "example.com.", "example.net.", "a.b.example.net."},
		{"foo.example.com.", "example.com.", "example.net.", "foo.example.net."},
		{"a.x.example.com.", "x.example.com.", "example.net.", "a.example.net."},
		{"cyc.example.com.", "example.com.", "example.com.", "cyc.example.com."},
		{"shortloop.x.x.", "x.", ".", "shortloop.x."},
		{"shortloop.x.", "x.", ".", "shortloop."},
		{"a.com.", ".", "net.", "a.com.net."},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128];
		snprintf(text, sizeof(text), "%s 300 DNAME %s\n", rows[i].owner, rows[i].target);
		set = set_made(arena, text);
		outcome = outcome_made(OUTCOME_DNAME, &set, 1, 1);
		outcome.qname = name_made(arena, rows[i].qname);
		assert_target(&outcome, rows[i].result);
	}
	/* YXDOMAIN: what would be too long */
	char qname[300], line[400];
	memset(qname, 'q', 60);
	strcpy(qname + 60, ".x.");
	memset(line, 0, sizeof(line));
	size_t at = (size_t)sprintf(line, "x. 300 DNAME ");
	for (unsigned i = 0; i < 4; i++) {
		memset(line + at, 't', 49);
		at += 49;
		line[at++] = '.';
	}
	set = set_made(arena, line);
	outcome = outcome_made(OUTCOME_DNAME, &set, 1, 1);
	outcome.qname = name_made(arena, qname);
	assert_int_equal(outcome_target(&outcome, &buffer, &target), ERR_RANGE);
	outcome.answer_count = 0;
	assert_int_equal(outcome_target(&outcome, &buffer, &target), ERR_NOT_FOUND);
}

static void test_text(void **state)
{
	assert_string_equal(security_value_text(SECURITY_UNCHECKED), "unchecked");
	assert_string_equal(security_value_text(SECURITY_BOGUS), "bogus");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flat), cmocka_unit_test(test_flat_alignment), cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_age),  cmocka_unit_test(test_soa),            cmocka_unit_test(test_target),
		cmocka_unit_test(test_text),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

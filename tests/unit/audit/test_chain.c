/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/chain_store.h"
#include "audit/checks.h"
#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

/* A few zones: who serves them, and what the root says of that. All servers share one address of each family. */
struct row {
	const char *zone;
	const char *servers[3];
	bool has_glue_v6, has_glue_v4; /* for servers inside the zone */
};

static const struct chain_hint hints[] = {
	{.name = {(const uint8_t *)"", 1, 0},
	 .endpoint = {.addr = {.family = FAMILY_IPV6, .bytes = {0x26, [15] = 1}}, .port = 53}},
	{.name = {(const uint8_t *)"", 1, 0},
	 .endpoint = {.addr = {.family = FAMILY_IPV4, .bytes = {8, 0, 0, 1}}, .port = 53}},
};
static const struct walk_options options = {.hints = hints, .hint_count = 2, .port = 53};

static struct name name_in(const char *text, struct name_buffer *buffer)
{
	struct name name;
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

static void record_put(struct writer *out, struct name owner, uint16_t type, const uint8_t *data, size_t size)
{
	writer_bytes(out, owner.wire, owner.size);
	writer_u16(out, type);
	writer_u16(out, CLASS_IN);
	writer_u32(out, 3600);
	writer_u16(out, (uint16_t)size);
	writer_bytes(out, data, size);
}

static const struct row *row_of(const struct row *rows, struct name name)
{
	struct name_buffer buffer;
	for (; rows->zone != NULL; rows++) {
		if (name_is_at_or_below(name, name_in(rows->zone, &buffer)))
			return rows;
	}
	return NULL;
}

/* The servers of a row, with glue as the root gives it or as an answer of the zone itself. */
static void servers_put(const struct row *row, struct writer *out, uint16_t counts[3], enum section section)
{
	static const uint8_t v6[16] = {0x26, [15] = 2}, v4[4] = {8, 0, 0, 2};
	struct name_buffer zone_buffer, buffer;
	struct name zone = name_in(row->zone, &zone_buffer);
	for (int i = 0; i < 3 && row->servers[i] != NULL; i++, counts[section]++) {
		struct name server = name_in(row->servers[i], &buffer);
		record_put(out, zone, RR_NS, server.wire, server.size);
	}
	for (int i = 0; i < 3 && row->servers[i] != NULL; i++) {
		struct name server = name_in(row->servers[i], &buffer);
		if (!name_is_at_or_below(server, zone))
			continue;
		if (row->has_glue_v6)
			record_put(out, server, RR_AAAA, v6, 16), counts[2]++;
		if (row->has_glue_v4)
			record_put(out, server, RR_A, v4, 4), counts[2]++;
	}
}

static bool is_apart; /* over IPv4 another operator answers, with an SOA of its own */

static void answer(struct facts *facts, struct fact *fact, const struct row *rows)
{
	static const uint8_t v6[16] = {0x26, [15] = 2}, v4[4] = {8, 0, 0, 2}, soa[22] = {[5] = 7};
	const struct fact_question *question = &fact->question;
	bool is_root = question->server.addr.bytes[question->server.addr.family == FAMILY_IPV6 ? 15 : 3] == 1;
	const struct row *row = row_of(rows, question->qname);
	uint8_t octets[1232], body[1100];
	struct writer out = writer_of(octets, sizeof(octets)), records = writer_of(body, sizeof(body));
	struct name_buffer buffer;
	uint16_t counts[3] = {0};
	bool is_apex = row != NULL && name_equal(question->qname, name_in(row->zone, &buffer));
	if (is_root && row != NULL)
		servers_put(row, &records, counts, SECTION_AUTHORITY - 1);
	else if (question->qtype == RR_SOA && is_apex && is_apart && question->server.addr.family == FAMILY_IPV4)
		record_put(&records, question->qname, RR_SOA, (const uint8_t[24]){1, 'x', [7] = 9}, 24), counts[0]++;
	else if (question->qtype == RR_SOA && (is_apex || is_root))
		record_put(&records, question->qname, RR_SOA, soa, sizeof(soa)), counts[0]++;
	else if (question->qtype == RR_NS && is_apex)
		servers_put(row, &records, counts, SECTION_ANSWER - 1);
	else if (question->qtype == RR_AAAA && !is_apex)
		record_put(&records, question->qname, RR_AAAA, v6, 16), counts[0]++;
	else if (question->qtype == RR_A && !is_apex)
		record_put(&records, question->qname, RR_A, v4, 4), counts[0]++;
	writer_u16(&out, 0);
	writer_u16(&out, is_root && row != NULL ? HEADER_QR : HEADER_QR | HEADER_AA);
	writer_u16(&out, 1);
	for (int i = 0; i < 3; i++)
		writer_u16(&out, counts[i]);
	writer_bytes(&out, question->qname.wire, question->qname.size);
	writer_u16(&out, question->qtype);
	writer_u16(&out, CLASS_IN);
	writer_bytes(&out, body, records.size);
	assert_int_equal(facts_put(facts, fact, FACT_REPLY, writer_span(&out), 1000), ERR_OK);
}

struct run {
	struct facts *facts;
	struct arena *arena;
	struct view view;
	struct finding_list *findings;
	struct chain_store *store;
	bool is_blind; /* nobody can be asked for addresses */
};

/* Until nothing is missing of the zone. */
static void run_zone(struct run *run, const struct row *rows, const char *zone, struct given_table table)
{
	struct walk_options with = options;
	with.given = table;
	struct name_buffer buffer;
	struct name target = name_in(zone, &buffer);
	for (int pass = 0;; pass++) {
		struct walk walk = {.facts = run->facts, .arena = run->arena, .options = &with, .store = run->store};
		struct fact *fact;
		assert_true(pass < 100);
		arena_reset(run->arena);
		view_fill(&walk, target, &run->view);
		if (walk.open == 0)
			break;
		while ((fact = facts_take_wanted(run->facts)) != NULL) {
			bool is_address = fact->question.qtype == RR_AAAA || fact->question.qtype == RR_A;
			if (run->is_blind && is_address)
				fact->state = FACT_NO_ROUTE;
			else
				answer(run->facts, fact, rows);
		}
	}
}

static void run_open(struct run *run)
{
	*run = (struct run){.facts = facts_new(SIZE_MAX), .arena = arena_new(1 << 18), .findings = finding_list_new()};
}

static void run_with(struct run *run, const struct row *rows, const char *zone, struct given_table table)
{
	run_open(run);
	run_zone(run, rows, zone, table);
	checks_run(&run->view, run->findings);
}

static void run_start(struct run *run, const struct row *rows, const char *zone)
{
	run_with(run, rows, zone, (struct given_table){0});
}

static void run_end(struct run *run)
{
	finding_list_free(run->findings);
	arena_free(run->arena);
	facts_free(run->facts);
}

static size_t found(const struct run *run, const char *code)
{
	size_t count = 0;
	for (size_t i = 0; i < finding_count(run->findings); i++)
		count += strcmp(finding_row(finding_at(run->findings, i)->code)->code, code) == 0;
	return count;
}

/* a. needs b. needs a.: nobody resolves either, over any family. */
static void test_circle(void **state)
{
	static const struct row rows[] = {
		{"a.", {"ns.b."}, false, false}, {"b.", {"ns.a."}, false, false}, {NULL, {NULL}, false, false}};
	struct run run;
	run_start(&run, rows, "a.");
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		assert_int_equal(run.view.states[family], CHAIN_BROKEN);
	assert_true(found(&run, "D09") >= 1);
	run_end(&run);
}

/* The same, but a. has another server: then both are fine, from whichever one the walk sets out. */
static void test_circle_with_a_way_in(void **state)
{
	static const struct row rows[] = {{"a.", {"ns.b.", "ns.c."}, false, false},
					  {"b.", {"ns.a."}, false, false},
					  {"c.", {"ns.c."}, true, true},
					  {NULL, {NULL}, false, false}};
	static const char *const zones[] = {"a.", "b.", "c."};
	for (int i = 0; i < 3; i++) {
		struct run run;
		run_start(&run, rows, zones[i]);
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
			assert_int_equal(run.view.states[family], CHAIN_GOOD);
		assert_int_equal(found(&run, "D09"), 0);
		run_end(&run);
	}
}

/* Glue of one family alone, two zones away: the family is lost, and that zone is to blame. */
static void test_culprit_two_zones_away(void **state)
{
	static const struct row rows[] = {{"a.", {"ns.b."}, false, false},
					  {"b.", {"ns.c."}, false, false},
					  {"c.", {"ns.c."}, false, true},
					  {NULL, {NULL}, false, false}};
	struct run run;
	struct name_buffer buffer;
	run_start(&run, rows, "a.");
	assert_int_equal(run.view.states[FAMILY_IPV4], CHAIN_GOOD);
	assert_int_equal(run.view.states[FAMILY_IPV6], CHAIN_BROKEN);
	const struct chain *culprit = run.view.chains[FAMILY_IPV6]->culprit;
	assert_true(name_equal(culprit->zone, name_in("c.", &buffer)));
	assert_int_equal(culprit->cause, CAUSE_NO_GLUE);
	assert_int_equal(found(&run, "D09"), 1);
	run_end(&run);
}

/* What is given stands for the parent's word, as long as it is the next cut on the way. */
static void test_given(void **state)
{
	static const struct row rows[] = {
		{"a.", {"ns.b."}, false, false}, {"b.", {"ns.a."}, false, false}, {NULL, {NULL}, false, false}};
	struct name_buffer buffers[6];
	const struct given_server server = {
		.name = name_in("ns.a.", &buffers[0]),
		.endpoint = {.addr = {.family = FAMILY_IPV6, .bytes = {0x26, [15] = 2}}, .port = 53}};
	struct given given[] = {
		{.zone = name_in("z.a.", &buffers[1]), .servers = &server, .server_count = 1},
		{.zone = name_in("a.", &buffers[2]), .servers = &server, .server_count = 1},
		{.zone = name_in("b.", &buffers[3])}, /* its DS alone */
	};
	struct run run;
	given_sort(given, 3);
	const struct given_table table = {.rows = given, .count = 3};
	struct name top = name_in("a.", &buffers[4]);
	assert_ptr_equal(given_below(&table, name_root, name_in("x.z.a.", &buffers[5])), given_find(&table, top));
	assert_ptr_equal(given_below(&table, top, name_in("x.z.a.", &buffers[5])), &given[1]);
	assert_null(given_below(&table, name_root, name_in("x.b.", &buffers[5])));
	run_with(&run, rows, "a.", table);
	assert_int_equal(run.view.states[FAMILY_IPV6], CHAIN_GOOD); /* no circle any more */
	assert_int_equal(run.view.states[FAMILY_IPV4], CHAIN_BROKEN);
	run_end(&run);
	run_with(&run, rows, "z.a.", table);
	assert_true(name_equal(run.view.parent, top));
	assert_int_equal(run.view.states[FAMILY_IPV6], CHAIN_BROKEN); /* nobody serves it */
	assert_int_equal(found(&run, "D11"), 2);                      /* at either address */
	run_end(&run);
}

/* Zones judged one after the other, with what earlier ones settled, are judged as each by itself. */
static void test_what_others_settled(void **state)
{
	static const struct row rows[] = {{"a.", {"ns.b.", "ns.c."}, false, false},
					  {"b.", {"ns.a."}, false, false},
					  {"c.", {"ns.c."}, true, true},
					  {"d.", {"ns.e."}, false, false},
					  {"e.", {"ns.d."}, false, false},
					  {"f.", {"ns.g."}, false, false},
					  {"g.", {"ns.g."}, false, true},
					  {NULL, {NULL}, false, false}};
	struct run together;
	struct name_buffer buffer;
	run_open(&together);
	together.store = chain_store_new();
	for (int round = 0; round < 2; round++) {
		for (const struct row *row = rows; row->zone != NULL; row++) {
			struct run alone;
			run_start(&alone, rows, row->zone);
			run_zone(&together, rows, row->zone, (struct given_table){0});
			for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
				const struct chain *a = alone.view.chains[family], *b = together.view.chains[family];
				assert_int_equal(alone.view.states[family], together.view.states[family]);
				assert_int_equal(a->cause, b->cause);
				assert_true(name_equal(a->culprit->zone, b->culprit->zone));
			}
			assert_int_equal(alone.view.dual, together.view.dual);
			run_end(&alone);
		}
	}
	/* c. was walked by a.; the circle of d. and e. is nobody's but theirs. */
	assert_non_null(chain_store_find(together.store, name_root, FAMILY_IPV6));
	assert_non_null(chain_store_find(together.store, name_in("c.", &buffer), FAMILY_IPV4));
	assert_null(chain_store_find(together.store, name_in("d.", &buffer), FAMILY_IPV6));
	assert_null(chain_store_find(together.store, name_in("e.", &buffer), FAMILY_IPV6));
	chain_store_free(together.store);
	run_end(&together);
}

/* A server whose addresses this host could not ask for is not one without addresses. */
static void test_addresses_that_nobody_could_ask_for(void **state)
{
	static const struct row rows[] = {
		{"a.", {"ns.c.", "ns2.c."}, false, false}, {"c.", {"ns.c."}, true, true}, {NULL, {NULL}, false, false}};
	struct run run;
	run_open(&run);
	run.is_blind = true;
	run_zone(&run, rows, "a.", (struct given_table){0});
	checks_run(&run.view, run.findings);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		assert_int_equal(run.view.states[family], CHAIN_UNTESTED);
	assert_int_equal(found(&run, "V01"), FAMILY_COUNT);
	for (size_t i = 0; i < finding_count(run.findings); i++) {
		assert_true(finding_at(run.findings, i)->is_undetermined);
		assert_null(strstr(finding_at(run.findings, i)->cause, "root")); /* which was reached */
	}
	run_end(&run);
}

/* C01: two operators that fill the zone each by itself, known by the SOA's MNAME. */
static void test_serials_of_two_primaries(void **state)
{
	static const struct row rows[] = {{"a.", {"ns1.a.", "ns2.a."}, true, true}, {NULL, {NULL}, false, false}};
	struct run run;
	is_apart = true;
	run_start(&run, rows, "a.");
	is_apart = false;
	for (size_t i = 0; i < finding_count(run.findings); i++) {
		const struct finding *finding = finding_at(run.findings, i);
		assert_true(finding->code != FINDING_SERIAL_DIFFERS || finding->severity == SEVERITY_NOTICE);
	}
	assert_int_equal(found(&run, "C01"), 2);
	run_end(&run);
}

/* No glue at all for a server inside the zone: nobody can ask the zone, and so much is certain without it. */
static void test_no_glue_at_all(void **state)
{
	static const struct row rows[] = {{"a.", {"ns1.a.", "ns2.a."}, false, false}, {NULL, {NULL}, false, false}};
	struct run run;
	run_start(&run, rows, "a.");
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		assert_int_equal(run.view.states[family], CHAIN_BROKEN);
	assert_int_equal(found(&run, "D05"), 2);
	run_end(&run);
}

/* RFC 2181 5.4.1: what a.example's servers add of names in b.example is nothing to go by. */
static void test_glue_is_of_the_parents_zone(void **state)
{
	struct name_buffer buffers[4];
	struct chain parent = {.zone = name_in("a.example.", &buffers[0])};
	const struct chain chain = {.zone = name_in("z.a.example.", &buffers[1]), .parent = &parent};
	assert_true(chain_has_say(&chain, name_in("ns.z.a.example.", &buffers[2])));
	assert_true(chain_has_say(&chain, name_in("ns.a.example.", &buffers[2])));
	assert_false(chain_has_say(&chain, name_in("ns.b.example.", &buffers[2])));
	parent.zone = name_root;
	assert_true(chain_has_say(&chain, name_in("ns.b.example.", &buffers[2])));
}

static void test_addresses_of_no_use(void **state)
{
	static const struct {
		const char *text;
		bool is_usable;
	} rows[] = {{"2001:db8::1", true},  {"fd00::1", true},     {"192.0.2.1", true},
		    {"10.0.0.1", true},     {"::1", false},        {"127.0.0.1", false},
		    {"::", false},          {"fe80::1", false},    {"::ffff:192.0.2.1", false},
		    {"::192.0.2.1", false}, {"64:ff9b::1", false}, {"64:ff9b:1::1", false},
		    {"ff02::1", false},     {"0.0.0.0", false},    {"224.0.0.1", false}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_addr addr;
		assert_int_equal(ip_addr_from_text(rows[i].text, &addr), ERR_OK);
		assert_int_equal(chain_is_usable(&addr), rows[i].is_usable);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_circle_with_a_way_in),
		cmocka_unit_test(test_culprit_two_zones_away),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_what_others_settled),
		cmocka_unit_test(test_addresses_that_nobody_could_ask_for),
		cmocka_unit_test(test_serials_of_two_primaries),
		cmocka_unit_test(test_no_glue_at_all),
		cmocka_unit_test(test_glue_is_of_the_parents_zone),
		cmocka_unit_test(test_addresses_of_no_use),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

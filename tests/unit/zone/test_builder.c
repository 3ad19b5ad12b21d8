/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/zone/records.h"

/* A zone with a little of everything. */
static struct made example(void)
{
	struct made made = made_new("Example.");
	made_add_a(&made, "www.example.", 1);
	made_add_soa(&made, "example.");
	made_add(&made, "example.", RR_NS, 300, NULL, 0, "ns1.example.");
	made_add(&made, "example.", RR_NS, 300, NULL, 0, "ns.sub.example.");
	made_add_a(&made, "ns1.example.", 2);
	made_add_aaaa(&made, "ns1.example.", 2);
	made_add(&made, "example.", RR_MX, 300, (uint8_t[]){0, 10}, 2, "ns1.example.");
	made_add(&made, "example.", RR_MX, 300, (uint8_t[]){0, 20}, 2, "ns1.EXAMPLE.");
	made_add(&made, "example.", RR_MX, 300, (uint8_t[]){0, 30}, 2, "gone.example.");
	made_add(&made, "sub.example.", RR_NS, 300, NULL, 0, "ns1.example.");
	made_add(&made, "sub.example.", RR_NS, 300, NULL, 0, "ns.other.example.");
	made_add(&made, "sub.example.", RR_NS, 300, NULL, 0, "ns.sub.example.");
	made_add(&made, "sub.example.", RR_NS, 300, NULL, 0, "ns.elsewhere.");
	made_add(&made, "sub.example.", RR_NS, 300, NULL, 0, "none.sub.example.");
	made_add_a(&made, "ns.sub.example.", 3);
	made_add_aaaa(&made, "ns.sub.example.", 3);
	made_add(&made, "other.example.", RR_NS, 300, NULL, 0, "ns.other.example.");
	made_add_a(&made, "ns.other.example.", 4);
	made_add_a(&made, "a.b.c.EXAMPLE.", 5);
	made_add_a(&made, "*.wild.example.", 6);
	made_add(&made, "dn.example.", RR_DNAME, 300, NULL, 0, "target.");
	made_add_a(&made, "www.Example.", 7);
	made_add(&made, "svc.example.", RR_HTTPS, 300, (uint8_t[]){0, 1}, 2, ".");
	made_add_aaaa(&made, "svc.example.", 8);
	return made;
}

static void test_nodes(void **state)
{
	(void)state;
	struct made made = example();
	assert_int_equal(made_finish(&made), ERR_OK);
	assert_int_equal(finding_count_at_least(made.findings, SEVERITY_NOTICE), 0);
	static const char *const order[] = {"example.", "c.example.", "b.c.example.", "a.b.c.EXAMPLE.", "dn.example.",
	                                    "ns1.example.", "other.example.", "ns.other.example.", "sub.example.",
	                                    "ns.sub.example.", "svc.example.", "wild.example.", "*.wild.example.",
	                                    "www.example."};
	const struct zone_node *node = zone_node_first(made.zone);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		char text[NAME_TEXT_MAX];
		name_to_text(zone_node_name(node), text);
		assert_int_equal(strcasecmp(text, order[i]), 0);
		assert_ptr_equal(made_node(&made, order[i]), node);
		node = zone_node_next(made.zone, node);
	}
	assert_null(node);
	assert_node_name(made_node(&made, "WWW.example."), "www.example.");
	assert_node_name(made_node(&made, "A.b.c.example."), "a.b.c.EXAMPLE.");
	assert_true(zone_node_is_empty(made_node(&made, "b.c.example.")));
	assert_null(made_node(&made, "x.example."));
	assert_null(made_node(&made, "example.net."));
	assert_int_equal(zone_node_count(made.zone), 14);
	assert_int_equal(zone_record_count(made.zone), 24);
	assert_int_equal(zone_serial(made.zone), 7);
	made_free(&made);
}

static void test_rrsets(void **state)
{
	(void)state;
	struct made made = example();
	assert_int_equal(made_finish(&made), ERR_OK);
	const struct zone_node *www = made_node(&made, "www.example.");
	const struct rrset *a = zone_node_rrset(www, RR_A);
	assert_non_null(a);
	assert_int_equal(a->count, 2);
	static const uint8_t wire[] = {0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1,
	                               0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 7};
	assert_int_equal(a->size, sizeof(wire));
	assert_memory_equal(a->records, wire, sizeof(wire));
	assert_null(zone_node_rrset(www, RR_AAAA));
	assert_null(zone_node_rrset(www, RR_SRV));
	assert_null(zone_node_signatures(www, RR_A));
	assert_ptr_equal(zone_node_rrset_at(www, 0), a);
	assert_null(zone_node_rrset_at(www, 1));
	assert_null(zone_node_rrset_next(www, a));
	const struct zone_node *apex = zone_apex_node(made.zone);
	const struct rrset *each = NULL;
	for (size_t i = 0; i < zone_node_rrset_count(apex); i++) {
		each = zone_node_rrset_next(apex, each);
		assert_ptr_equal(each, zone_node_rrset_at(apex, i));
	}
	assert_null(zone_node_rrset_next(apex, each));
	struct place place = zone_place(made.places, a, 1);
	assert_string_equal(place.file, "made.zone");
	assert_int_equal(place.line, 22);
	assert_int_equal(zone_place(made.places, a, 0).line, 1);
	assert_int_equal(zone_place(made.places, a, 2).line, 0);
	made_free(&made);
}

static void test_search(void **state)
{
	(void)state;
	struct made made = example();
	assert_int_equal(made_finish(&made), ERR_OK);
	static const struct {
		const char *name;
		enum zone_outcome outcome;
		const char *node;
		const char *encloser;
	} rows[] = {
		{"example.", ZONE_EXACT, "example.", NULL},
		{"www.example.", ZONE_EXACT, "www.example.", NULL},
		{"b.C.example.", ZONE_EXACT, "b.c.EXAMPLE.", NULL},
		{"x.b.c.example.", ZONE_ABSENT, NULL, "b.c.EXAMPLE."},
		{"sub.example.", ZONE_CUT, "sub.example.", NULL},
		{"ns.sub.example.", ZONE_CUT, "sub.example.", NULL},
		{"q.ns.sub.example.", ZONE_CUT, "sub.example.", NULL},
		{"a.b.c.d.e.f.sub.example.", ZONE_CUT, "sub.example.", NULL},
		{"dn.example.", ZONE_EXACT, "dn.example.", NULL},
		{"x.dn.example.", ZONE_DNAME, "dn.example.", NULL},
		{"x.y.dn.example.", ZONE_DNAME, "dn.example.", NULL},
		{"wild.example.", ZONE_EXACT, "wild.example.", NULL},
		{"q.wild.example.", ZONE_WILDCARD, "*.wild.example.", "wild.example."},
		{"p.q.wild.example.", ZONE_WILDCARD, "*.wild.example.", "wild.example."},
		{"*.wild.example.", ZONE_EXACT, "*.wild.example.", NULL},
		{"q.*.wild.example.", ZONE_ABSENT, NULL, "*.wild.example."},
		{"nx.example.", ZONE_ABSENT, NULL, "example."},
		{"p.o.n.m.l.nx.example.", ZONE_ABSENT, NULL, "example."},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct zone_match match = made_search(&made, rows[i].name);
		assert_int_equal(match.outcome, rows[i].outcome);
		if (rows[i].node != NULL)
			assert_node_name(match.node, rows[i].node);
		else
			assert_null(match.node);
		if (rows[i].encloser != NULL)
			assert_node_name(match.encloser, rows[i].encloser);
	}
	made_free(&made);
}

static void test_additional(void **state)
{
	(void)state;
	struct made made = example();
	assert_int_equal(made_finish(&made), ERR_OK);
	size_t count;
	const struct zone_node *sub = made_node(&made, "sub.example.");
	const struct zone_address *found = zone_additional(made.zone, sub, zone_node_rrset(sub, RR_NS), &count);
	assert_int_equal(count, 3);
	assert_node_name(found[0].node, "ns.sub.example.");
	assert_true(found[0].is_in_domain);
	assert_non_null(found[0].aaaa);
	assert_ptr_equal(found[0].a, zone_node_rrset(found[0].node, RR_A));
	assert_node_name(found[1].node, "ns.other.example."); /* sibling glue */
	assert_node_name(found[2].node, "ns1.example.");      /* authoritative */
	assert_false(found[1].is_in_domain || found[2].is_in_domain);
	assert_null(found[1].aaaa);
	const struct zone_node *apex = zone_apex_node(made.zone);
	found = zone_additional(made.zone, apex, zone_node_rrset(apex, RR_NS), &count);
	assert_int_equal(count, 1); /* not the glue of sub */
	assert_node_name(found[0].node, "ns1.example.");
	zone_additional(made.zone, apex, zone_node_rrset(apex, RR_MX), &count);
	assert_int_equal(count, 1); /* once, and not the one that is gone */
	const struct zone_node *svc = made_node(&made, "svc.example.");
	found = zone_additional(made.zone, svc, zone_node_rrset(svc, RR_HTTPS), &count);
	assert_int_equal(count, 1);
	assert_ptr_equal(found[0].node, svc);
	zone_additional(made.zone, svc, zone_node_rrset(svc, RR_AAAA), &count);
	assert_int_equal(count, 0);
	made_free(&made);
}

/* Each row: records beside SOA and NS at the apex, and the one finding they give. */
struct fault {
	const char *owner;
	uint16_t type;
	uint32_t ttl;
	const char *owner_too;
	uint16_t type_too;
	uint32_t ttl_too;
	uint8_t last_too;
	enum finding_code code; /* FINDING_CODE_COUNT: none */
};

static void fault_add(struct made *made, const char *owner, uint16_t type, uint32_t ttl, uint8_t last)
{
	if (type == RR_SOA)
		made_add_soa(made, owner);
	else if (type == RR_A)
		made_add(made, owner, type, ttl, (uint8_t[]){192, 0, 2, last}, 4, NULL);
	else if (type == RR_TXT)
		made_add(made, owner, type, ttl, (uint8_t[]){1, last}, 2, NULL);
	else
		made_add(made, owner, type, ttl, NULL, 0, last == 0 ? "zero.test." : "other.test.");
}

static void test_faults(void **state)
{
	(void)state;
	static const struct fault rows[] = {
		{"a.example.", RR_A, 5, "b.example.", RR_A, 6, 0, FINDING_CODE_COUNT},
		{"a.example.", RR_A, 5, "a.example.", RR_SOA, 5, 0, FINDING_ZONE_SOA},
		{"a.example.", RR_CNAME, 5, "A.example.", RR_A, 5, 0, FINDING_ZONE_CNAME_OTHER},
		{"a.example.", RR_CNAME, 5, "a.example.", RR_CNAME, 5, 1, FINDING_ZONE_SINGLETON},
		{"a.example.", RR_DNAME, 5, "a.example.", RR_DNAME, 5, 1, FINDING_ZONE_SINGLETON},
		{"a.example.", RR_CNAME, 5, "a.example.", RR_CNAME, 5, 0, FINDING_ZONE_DUPLICATE},
		{"a.example.", RR_TXT, 5, "a.example.", RR_TXT, 6, 1, FINDING_ZONE_TTL_DIFFERS},
		{"a.example.", RR_A, 5, "b.example.", RR_A, 0x80000000, 1, FINDING_ZONE_TTL_LARGE},
		{"a.example.", RR_NS, 5, "b.a.example.", RR_A, 5, 0, FINDING_CODE_COUNT},
		{"a.example.", RR_NS, 5, "b.a.example.", RR_TXT, 5, 0, FINDING_ZONE_OCCLUDED},
		{"a.example.", RR_NS, 5, "a.example.", RR_TXT, 5, 0, FINDING_ZONE_OCCLUDED},
		{"a.example.", RR_DNAME, 5, "b.a.example.", RR_A, 5, 0, FINDING_ZONE_OCCLUDED},
		{"a.example.", RR_DNAME, 5, "a.example.", RR_A, 5, 0, FINDING_CODE_COUNT},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made made = made_new("example.");
		made_add_soa(&made, "example.");
		made_add(&made, "example.", RR_NS, 5, NULL, 0, "ns.test.");
		fault_add(&made, rows[i].owner, rows[i].type, rows[i].ttl, 0);
		fault_add(&made, rows[i].owner_too, rows[i].type_too, rows[i].ttl_too, rows[i].last_too);
		bool is_good = rows[i].code == FINDING_CODE_COUNT ||
		               finding_row(rows[i].code)->severity != SEVERITY_ERROR;
		assert_int_equal(made_finish(&made), is_good ? ERR_OK : ERR_FINDINGS);
		assert_int_equal(finding_count(made.findings), rows[i].code != FINDING_CODE_COUNT);
		if (rows[i].code != FINDING_CODE_COUNT)
			assert_int_equal(made_findings(&made, rows[i].code), 1);
		made_free(&made);
	}
}

static void test_lowest_ttl(void **state)
{
	(void)state;
	struct made made = made_new("example.");
	made_add_soa(&made, "example.");
	made_add(&made, "example.", RR_NS, 300, NULL, 0, "a.test.");
	made_add(&made, "example.", RR_NS, 200, NULL, 0, "b.test.");
	assert_int_equal(made_finish(&made), ERR_OK);
	const struct rrset *ns = zone_node_rrset(zone_apex_node(made.zone), RR_NS);
	assert_int_equal(ns->ttl, 200);
	assert_int_equal(load_u32(ns->records + 4), 200);
	made_free(&made);
}

static void test_no_apex(void **state)
{
	(void)state;
	struct made made = made_new("example.");
	assert_int_equal(made_finish(&made), ERR_FINDINGS);
	assert_int_equal(made_findings(&made, FINDING_ZONE_SOA), 1);
	assert_int_equal(made_findings(&made, FINDING_ZONE_NO_NS), 1);
	made_free(&made);
	made = made_new("example.");
	struct name_buffer buffer;
	assert_int_equal(zone_builder_add(made.builder, name_made("www.example.net.", &buffer), RR_A, 1,
	                                  span_of("\1\2\3\4", 4), 0, 1),
	                 ERR_RANGE);
	made_free(&made);
}

/* Many findings of one kind are counted, not listed. */
static void test_folded(void **state)
{
	(void)state;
	struct made made = made_new("example.");
	made_add_soa(&made, "example.");
	made_add(&made, "example.", RR_NS, 300, NULL, 0, "a.test.");
	for (unsigned i = 0; i < 200; i++)
		made_add_a(&made, "www.example.", 1);
	assert_int_equal(made_finish(&made), ERR_OK);
	assert_int_equal(made_findings(&made, FINDING_ZONE_DUPLICATE), 21);
	assert_int_equal(zone_node_rrset(made_node(&made, "www.example."), RR_A)->count, 1);
	made_free(&made);
}

static void test_rrset_too_large(void **state)
{
	(void)state;
	struct made made = made_new("example.");
	made_add_soa(&made, "example.");
	made_add(&made, "example.", RR_NS, 300, NULL, 0, "a.test.");
	for (uint32_t i = 0; i < 75000; i++)
		made_add(&made, i < 5000 ? "few.example." : "many.example.", RR_A, 5,
		         (uint8_t[]){10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}, 4, NULL);
	assert_int_equal(made_finish(&made), ERR_FINDINGS);
	assert_int_equal(made_findings(&made, FINDING_ZONE_LIMIT), 2);
	made_free(&made);
}

/* RRSIGs stay with what they cover, and orphans are kept. */
static void test_signatures(void **state)
{
	(void)state;
	struct made made = made_new("example.");
	made_add_soa(&made, "example.");
	made_add(&made, "example.", RR_NS, 300, NULL, 0, "a.test.");
	uint8_t sig[18] = {0};
	static const uint16_t covered[] = {RR_NS, RR_SOA, RR_NS, RR_TXT};
	for (size_t i = 0; i < 4; i++) {
		store_u16(sig, covered[i]);
		sig[2] = (uint8_t)i;
		made_add(&made, "example.", RR_RRSIG, 300 + (uint32_t)i, sig, sizeof(sig), "example.");
	}
	assert_int_equal(made_finish(&made), ERR_OK);
	assert_int_equal(finding_count(made.findings), 0);
	const struct zone_node *apex = zone_apex_node(made.zone);
	const struct rrset *of_ns = zone_node_signatures(apex, RR_NS);
	assert_int_equal(of_ns->count, 2);
	assert_int_equal(of_ns->ttl, 300);
	assert_ptr_equal(zone_rrset_signatures(apex, zone_node_rrset(apex, RR_NS)), of_ns);
	assert_int_equal(zone_rrset_signatures(apex, zone_node_rrset(apex, RR_SOA))->covered, RR_SOA);
	assert_int_equal(zone_node_signatures(apex, RR_TXT)->count, 1);
	assert_null(zone_node_signatures(apex, RR_A));
	assert_int_equal(zone_node_rrset_count(apex), 5);
	made_free(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nodes),      cmocka_unit_test(test_rrsets),
		cmocka_unit_test(test_search),     cmocka_unit_test(test_additional),
		cmocka_unit_test(test_faults),     cmocka_unit_test(test_lowest_ttl),
		cmocka_unit_test(test_no_apex),    cmocka_unit_test(test_folded),
		cmocka_unit_test(test_signatures), cmocka_unit_test(test_rrset_too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

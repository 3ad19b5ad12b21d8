/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/zone/records.h"
#include "zone/denial.h"

#include "base/encoding.h"

/* RFC 5155 appendix A: salt AABBCCDD, 12 iterations. */
static void test_rfc5155_hashes(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"},     {"a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl"},
		{"ai.example.", "gjeqe526plbf1g8mklp59enfd789njgi"},  {"ns1.example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
		{"*.W.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"}, {"x.y.w.example.", "2vptu5timamqttgl4luu9kg21e0aor3s"},
	};
	struct nsec3_params params = {.iterations = 12, .salt = span_of("\xaa\xbb\xcc\xdd", 4)};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct name_buffer buffer;
		uint8_t hash[ZONE_NSEC3_HASH_SIZE];
		struct text text = {0};
		nsec3_hash(&params, name_made(rows[i][0], &buffer), hash);
		base32hex_encode(span_of(hash, sizeof(hash)), &text);
		assert_string_equal(text_string(&text), rows[i][1]);
		text_free(&text);
	}
}

static struct made apex_made(void)
{
	struct made made = made_new("example.");
	made_add_soa(&made, "example.");
	made_add(&made, "example.", RR_NS, 300, NULL, 0, "ns.test.");
	return made;
}

static void nsec_add(struct made *made, const char *owner, const char *next)
{
	struct name_buffer buffer;
	struct name name = name_made(next, &buffer);
	uint8_t rdata[NAME_MAX + 3];
	memcpy(rdata, name.wire, name.size);
	memcpy(rdata + name.size, (uint8_t[]){0, 1, 0x40}, 3);
	made_add(made, owner, RR_NSEC, 300, rdata, name.size + 3u, NULL);
}

static void test_nsec_broken(void **state)
{
	(void)state;
	struct made made = apex_made(); /* a name without an NSEC */
	nsec_add(&made, "example.", "example.");
	made_add_a(&made, "a.example.", 1);
	assert_int_equal(made_finish(&made), ERR_FINDINGS);
	assert_int_equal(made_findings(&made, FINDING_ZONE_NSEC3_MIXED), 1);
	made_free(&made);
	made = apex_made(); /* a chain that leads past a name */
	nsec_add(&made, "example.", "b.example.");
	nsec_add(&made, "a.example.", "b.example.");
	nsec_add(&made, "b.example.", "example.");
	assert_int_equal(made_finish(&made), ERR_FINDINGS);
	assert_int_equal(made_findings(&made, FINDING_ZONE_NSEC3_MIXED), 1);
	made_free(&made);
}

static void test_nsec3_without_chain(void **state)
{
	(void)state;
	struct made made = apex_made();
	made_add(&made, "example.", RR_NSEC3PARAM, 0, "\1\0\0\0\0", 5, NULL);
	assert_int_equal(made_finish(&made), ERR_FINDINGS);
	assert_int_equal(made_findings(&made, FINDING_ZONE_NSEC3_MIXED), 1);
	made_free(&made);
	made = apex_made(); /* more iterations than are served: RFC 9276 3.2 */
	made_add(&made, "example.", RR_NSEC3PARAM, 0, "\1\0\1\365\0", 5, NULL);
	assert_int_equal(made_finish(&made), ERR_FINDINGS);
	assert_int_equal(made_findings(&made, FINDING_ZONE_LIMIT), 1);
	made_free(&made);
}

/* One NSEC3 that covers everything but the apex, with opt-out or without. */
static struct made opt_out_made(uint8_t flags)
{
	struct made made = apex_made();
	struct name_buffer buffer;
	uint8_t rdata[29] = {1, flags, 0, 0, 0, 20, [26] = 1};
	struct text owner = {0};
	struct nsec3_params params = {0};
	nsec3_hash(&params, name_made("example.", &buffer), rdata + 6);
	rdata[26] = 0, rdata[27] = 1, rdata[28] = 0x40;
	base32hex_encode(span_of(rdata + 6, 20), &owner);
	text_add(&owner, ".example.");
	made_add(&made, "example.", RR_NSEC3PARAM, 0, "\1\0\0\0\0", 5, NULL);
	made_add(&made, text_string(&owner), RR_NSEC3, 300, rdata, sizeof(rdata), NULL);
	made_add(&made, "insecure.sub.example.", RR_NS, 300, NULL, 0, "ns.test.");
	text_free(&owner);
	return made;
}

static void test_nsec3_opt_out(void **state)
{
	(void)state;
	struct made made = opt_out_made(1);
	assert_int_equal(made_finish(&made), ERR_OK);
	assert_int_equal(zone_denial(made.zone), ZONE_DENIAL_NSEC3);
	assert_non_null(zone_node_nsec3(made.zone, zone_apex_node(made.zone)));
	assert_null(zone_node_nsec3(made.zone, made_node(&made, "sub.example.")));
	assert_null(zone_node_nsec3(made.zone, made_node(&made, "insecure.sub.example.")));
	made_free(&made);
	made = opt_out_made(0);
	assert_int_equal(made_finish(&made), ERR_FINDINGS);
	assert_int_equal(made_findings(&made, FINDING_ZONE_NSEC3_MIXED), 2);
	made_free(&made);
	made = opt_out_made(1); /* RFC 5155 7.1: a signed delegation is never left out */
	made_add(&made, "insecure.sub.example.", RR_DS, 300, "\0\1\15\2hash", 8, NULL);
	assert_int_equal(made_finish(&made), ERR_FINDINGS);
	made_free(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc5155_hashes),
		cmocka_unit_test(test_nsec_broken),
		cmocka_unit_test(test_nsec3_without_chain),
		cmocka_unit_test(test_nsec3_opt_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

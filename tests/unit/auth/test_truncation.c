/* SPDX-License-Identifier: BSD-2-Clause */
/* What is left out when room is short, for every size of datagram: RFC 2181 9, RFC 9471, RFC 9715. */
#include "dns/header.h"
#include "tests/unit/auth/served.h"
#include "tests/unit/cmocka_all.h"

#include <ldns/ldns.h>

static ldns_pkt *reply_read(const struct served *served)
{
	ldns_pkt *pkt = NULL;
	assert_int_equal(ldns_wire2pkt(&pkt, served->reply, served->reply_size), LDNS_STATUS_OK);
	return pkt;
}

static ldns_pkt *ask(struct served *served, const char *name, const char *type, uint16_t size, bool is_do,
                     enum transport transport)
{
	uint8_t query[512];
	struct served_question question = {.name = name, .type = type, .edns_size = size, .is_do = is_do};
	size_t query_size = served_query(&question, query);
	served_ask(served, span_of(query, query_size), transport);
	ldns_pkt *pkt = reply_read(served);
	assert_true(transport == TRANSPORT_TCP || served->reply_size <= (size < 512 ? 512 : size));
	assert_int_equal(ldns_pkt_qdcount(pkt), 1);
	assert_true(ldns_pkt_edns(pkt) == (size > 0));
	return pkt;
}

static size_t count_type(const ldns_rr_list *list, ldns_rr_type type)
{
	size_t count = 0;
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
		count += ldns_rr_get_type(ldns_rr_list_rr(list, i)) == type;
	return count;
}

static bool has_address(const ldns_rr_list *list, const ldns_rdf *owner, ldns_rr_type type)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);
		if (ldns_rr_get_type(rr) == type && ldns_dname_compare(ldns_rr_owner(rr), owner) == 0)
			return true;
	}
	return false;
}

/* 13 in-domain servers with both addresses: TC exactly when one of the 26 records is missing. */
static void test_required_glue(void **state)
{
	struct served *served = *state;
	unsigned truncated = 0, whole = 0;
	for (uint16_t size = 512; size <= AUTH_UDP_SIZE_MAX; size++)
		for (int is_do = 0; is_do < 2; is_do++) {
			ldns_pkt *pkt = ask(served, "www.big.example.", "AAAA", size, is_do, TRANSPORT_UDP);
			const ldns_rr_list *additional = ldns_pkt_additional(pkt);
			size_t glue = count_type(additional, LDNS_RR_TYPE_AAAA) + count_type(additional, LDNS_RR_TYPE_A);
			assert_int_equal(ldns_pkt_tc(pkt), glue < 26);
			for (size_t i = 0; i < ldns_rr_list_rr_count(additional); i++) {
				const ldns_rr *rr = ldns_rr_list_rr(additional, i);
				if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_A)
					assert_true(has_address(additional, ldns_rr_owner(rr), LDNS_RR_TYPE_AAAA));
			}
			truncated += ldns_pkt_tc(pkt);
			whole += !ldns_pkt_tc(pkt);
			ldns_pkt_free(pkt);
		}
	assert_true(truncated > 100 && whole > 100);
}

/* Two in-domain servers and a sibling: the sibling's addresses go first, and silently. */
static void test_sibling_glue(void **state)
{
	struct served *served = *state;
	unsigned silent = 0;
	char name[256];
	/* Long questions take the room: labels of 60 octets in front of the delegation. */
	for (size_t label = 1; label <= 60; label++) {
		int size = 0;
		for (unsigned i = 0; i < 3; i++)
			size += snprintf(name + size, sizeof(name) - (size_t)size, "%0*d.", (int)label, 7);
		snprintf(name + size, sizeof(name) - (size_t)size, "sub.example.");
		ldns_pkt *pkt = ask(served, name, "AAAA", 512, true, TRANSPORT_UDP);
		const ldns_rr_list *additional = ldns_pkt_additional(pkt);
		size_t glue = count_type(additional, LDNS_RR_TYPE_AAAA) + count_type(additional, LDNS_RR_TYPE_A);
		if (ldns_rr_list_rr_count(ldns_pkt_authority(pkt)) > 0)
			assert_int_equal(ldns_pkt_tc(pkt), glue < 4);
		silent += glue >= 4 && glue < 6;
		ldns_pkt_free(pkt);
	}
	assert_true(silent > 0);
}

/* An RRset that does not fit leaves question, OPT and TC, nothing else; over TCP it comes whole. */
static void test_answer(void **state)
{
	static const struct {
		const char *name, *type;
	} questions[] = {
		{"example.", "DNSKEY"}, {"example.", "NS"},          {"nope.example.", "A"}, {"x.wild.example.", "AAAA"},
		{"a.ent.example.", "A"}, {"alias2.example.", "AAAA"}, {"many.example.", "RRSIG"}, {"x.dnlong.example.", "A"},
	};
	struct served *served = *state;
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		ldns_pkt *full = ask(served, questions[i].name, questions[i].type, 1232, true, TRANSPORT_TCP);
		assert_false(ldns_pkt_tc(full));
		size_t full_size = served->reply_size;
		for (uint16_t size = 512; size <= AUTH_UDP_SIZE_MAX; size++) {
			ldns_pkt *pkt = ask(served, questions[i].name, questions[i].type, size, true, TRANSPORT_UDP);
			assert_int_equal(ldns_pkt_get_rcode(pkt), ldns_pkt_get_rcode(full));
			if (size >= full_size)
				assert_int_equal(served->reply_size, full_size);
			if (ldns_pkt_tc(pkt)) {
				assert_int_equal(ldns_pkt_ancount(pkt), 0);
				assert_int_equal(ldns_pkt_nscount(pkt), 0);
				assert_true(size < full_size);
			} else {
				assert_int_equal(ldns_pkt_ancount(pkt), ldns_pkt_ancount(full));
				assert_int_equal(ldns_pkt_nscount(pkt), ldns_pkt_nscount(full));
			}
			ldns_pkt_free(pkt);
		}
		ldns_pkt_free(full);
	}
}

/* The smallest of what the client offers, what the service allows, and 512 for those that say nothing or less. */
static void test_limits(void **state)
{
	struct served *served = *state;
	static const struct {
		uint16_t offered, allowed, limit;
	} rows[] = {{0, 1232, 512}, {1, 1232, 512}, {511, 1232, 512}, {900, 1232, 900}, {1400, 1232, 1232},
	            {65535, 1232, 1232}, {65535, 1400, 1400}, {1232, 512, 512}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t query[512];
		struct served_question question = {.name = "big.example.", .type = "NS", .edns_size = rows[i].offered,
		                                   .is_do = true};
		size_t size = served_query(&question, query);
		served->options.udp_size = rows[i].allowed;
		served_ask(served, span_of(query, size), TRANSPORT_UDP);
		assert_true(served->reply_size <= rows[i].limit);
		assert_true(served->reply_size > rows[i].limit - 60u || !served->event.is_tc);
		if (rows[i].offered > 0) {
			ldns_pkt *pkt = reply_read(served);
			assert_int_equal(ldns_pkt_edns_udp_size(pkt), rows[i].allowed);
			ldns_pkt_free(pkt);
		}
	}
}

static int setup(void **state)
{
	struct served *served = served_new("example-nsec.zone");
	served->options.udp_size = AUTH_UDP_SIZE_MAX;
	*state = served;
	return 0;
}

static int teardown(void **state)
{
	served_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_required_glue, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sibling_glue, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/client_judge.h"

#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

#define NOW_S 1000000
#define DAY_S 86400

static const uint8_t dot[] = {0, 1, 0, 4, 3, 'd', 'o', 't'};
static const uint8_t h2[] = {0, 1, 0, 3, 2, 'h', '2'};
static const uint8_t both_at_port[] = {0, 1, 0, 7, 2, 'h', '2', 3, 'd', 'o', 't', 0, 3, 0, 2, 0x20, 0xfb};

static struct ip_addr addr(const char *text)
{
	struct ip_addr got;
	assert_int_equal(ip_addr_from_text(text, &got), ERR_OK);
	return got;
}

static struct client_facts *facts_new(void)
{
	struct client_facts *facts = calloc(1, sizeof(*facts));
	assert_non_null(facts);
	facts->conf_path = "resolv.conf";
	facts->now_s = NOW_S;
	facts->interface_count = 1;
	facts->interfaces[0].index = 7;
	facts->interfaces[0].router_count = facts->interfaces[0].reply_count = 1;
	return facts;
}

static struct dnr_resolver resolver(const char *name, struct span params, const char *address)
{
	struct dnr_resolver made = {.priority = 1, .lifetime_s = 1800, .params_size = params.size};
	struct name ignored;
	assert_int_equal(name_from_text(span_text(name), name_root, &made.name, &ignored, NULL), ERR_OK);
	if (params.size > 0)
		memcpy(made.params, params.data, params.size);
	if (address != NULL)
		made.addresses[made.address_count++] = addr(address);
	return made;
}

static void router_says(struct client_facts *facts, const char *name, struct span params, const char *address)
{
	struct advertisement *router = &facts->interfaces[0].routers[0];
	router->dnrs[router->dnr_count++] = resolver(name, params, address);
}

/* One with DNS over TLS at an advertised address, tried and found good; its name has the address, and an IPv4 one. */
static struct client_encrypted *good(struct client_facts *facts)
{
	router_says(facts, "dot.lab.", span_of(dot, sizeof(dot)), "2001:db8::53");
	client_encrypted_collect(facts);
	struct client_encrypted *made = &facts->encrypted[0];
	struct ip_addr ipv4 = addr("192.0.2.53");
	assert_non_null(client_encrypted_address(made, &ipv4));
	made->lookups[FAMILY_IPV6].state = made->lookups[FAMILY_IPV4].state = CLIENT_OK;
	for (size_t i = 0; i < made->address_count; i++) {
		struct client_encrypted_address *address = &made->addresses[i];
		address->is_resolved = address->is_name_right = address->is_trusted = true;
		address->tls.state = address->answer.state = CLIENT_OK;
		address->expires_s = NOW_S + 14 * DAY_S;
	}
	return made;
}

static void collected(void **state)
{
	struct client_facts *facts = facts_new();
	struct client_interface *at = &facts->interfaces[0];
	router_says(facts, "dot.lab.", span_of(dot, sizeof(dot)), "2001:db8::53");
	router_says(facts, "DOT.lab.", span_of(dot, sizeof(dot)), "fe80::53");
	router_says(facts, "dot.lab.", span_of(both_at_port, sizeof(both_at_port)), "2001:db8::53");
	router_says(facts, "gone.lab.", span_of(dot, sizeof(dot)), "2001:db8::54");
	at->routers[0].dnrs[3].lifetime_s = 0; /* withdrawn */
	/* DHCPv6 has no lifetimes. */
	at->replies[0].reply.dnrs[at->replies[0].reply.dnr_count++] = resolver("dot.lab.", span_of(dot, sizeof(dot)), "2001:db8::55");
	at->replies[0].reply.dnrs[0].lifetime_s = 0;
	at->replies[0].reply.dnrs[at->replies[0].reply.dnr_count++] = resolver("doh.lab.", span_of(h2, sizeof(h2)), "2001:db8::53");
	client_encrypted_collect(facts);
	assert_int_equal(facts->encrypted_count, 3);
	assert_int_equal(facts->encrypted[0].address_count, 3);
	assert_int_equal(facts->encrypted[0].addresses[1].addr.scope, 7);
	assert_true(facts->encrypted[0].addresses[2].is_advertised);
	assert_true(facts->encrypted[0].is_dot);
	assert_int_equal(facts->encrypted[0].port, 853);
	assert_true(facts->encrypted[1].is_dot);
	assert_int_equal(facts->encrypted[1].port, 8443);
	assert_false(facts->encrypted[2].is_dot);
	free(facts);
}

static void more_than_is_kept(void **state)
{
	struct client_facts *facts = facts_new();
	struct finding_list *findings = finding_list_new();
	char name[] = "a.lab.";
	facts->interfaces[0].router_count = 2;
	for (int i = 0; i <= CLIENT_ENCRYPTED_MAX; i++, name[0]++) {
		struct advertisement *router = &facts->interfaces[0].routers[i % 2];
		router->dnrs[router->dnr_count++] = resolver(name, span_of(dot, sizeof(dot)), "2001:db8::53");
	}
	client_encrypted_collect(facts);
	assert_int_equal(facts->encrypted_count, CLIENT_ENCRYPTED_MAX);
	assert_true(facts->is_encrypted_cut);
	struct client_encrypted *first = &facts->encrypted[0];
	for (uint8_t i = 0; i < CLIENT_ENCRYPTED_ADDRESSES_MAX; i++) {
		struct ip_addr one = ip_addr_v4((const uint8_t[]){192, 0, 2, i});
		assert_int_equal(client_encrypted_address(first, &one) != NULL, i + 1 < CLIENT_ENCRYPTED_ADDRESSES_MAX);
	}
	assert_true(first->is_cut);
	client_judge_encrypted(facts, findings);
	assert_int_equal(finding_count_undetermined(findings), 1);
	client_judge(facts, findings);
	size_t told = 0;
	for (size_t i = 0; i < finding_count(findings); i++)
		told += strstr(finding_at(findings, i)->cause, "more than 16 encrypted resolvers are advertised") != NULL;
	assert_int_equal(told, 1);
	finding_list_free(findings);
	free(facts);
}

/* What is wrong with one address, and how grave it is: advertised (IPv6), and where the name alone leads (IPv4). */
static void addresses(void **state)
{
	static const struct {
		enum client_state tls, answer;
		bool is_name_right, is_trusted;
		uint64_t expires_s;
		size_t findings;
		enum finding_code code;
		enum severity advertised, resolved;
		bool is_undetermined;
	} rows[] = {
		{CLIENT_OK, CLIENT_OK, true, true, NOW_S + 14 * DAY_S, 0, 0, 0, 0, false},
		{CLIENT_OK, CLIENT_OK, true, true, NOW_S + 14 * DAY_S - 1, 1, FINDING_ENCRYPTED_CERTIFICATE, SEVERITY_NOTICE, SEVERITY_NOTICE, false},
		{CLIENT_OK, CLIENT_OK, true, false, NOW_S, 1, FINDING_ENCRYPTED_CERTIFICATE, SEVERITY_ERROR, SEVERITY_WARNING, false},
		{CLIENT_OK, CLIENT_OK, false, true, NOW_S + 99 * DAY_S, 1, FINDING_ENCRYPTED_CERTIFICATE, SEVERITY_ERROR, SEVERITY_WARNING, false},
		{CLIENT_OK, CLIENT_OK, true, false, NOW_S + 99 * DAY_S, 1, FINDING_ENCRYPTED_CERTIFICATE, SEVERITY_WARNING, SEVERITY_WARNING, false},
		{CLIENT_OK, CLIENT_FAILED, true, true, NOW_S + 99 * DAY_S, 1, FINDING_ENCRYPTED_SILENT, SEVERITY_ERROR, SEVERITY_WARNING, false},
		{CLIENT_FAILED, CLIENT_NOT_TESTED, false, false, 0, 1, FINDING_ENCRYPTED_SILENT, SEVERITY_ERROR, SEVERITY_WARNING, false},
		{CLIENT_UNDETERMINED, CLIENT_NOT_TESTED, false, false, 0, 1, FINDING_CLIENT_UNSEEN, SEVERITY_NOTICE, SEVERITY_NOTICE, true},
		{CLIENT_OK, CLIENT_UNDETERMINED, true, true, NOW_S + 99 * DAY_S, 1, FINDING_CLIENT_UNSEEN, SEVERITY_NOTICE, SEVERITY_NOTICE, true},
	};
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct client_facts *facts = facts_new();
		struct finding_list *findings = finding_list_new();
		struct client_encrypted_address *address = &good(facts)->addresses[i % 2];
		address->tls.state = rows[i / 2].tls;
		address->answer.state = rows[i / 2].answer;
		address->is_name_right = rows[i / 2].is_name_right;
		address->is_trusted = rows[i / 2].is_trusted;
		address->expires_s = rows[i / 2].expires_s;
		client_judge_encrypted(facts, findings);
		assert_int_equal(finding_count(findings), rows[i / 2].findings);
		if (rows[i / 2].findings > 0) {
			assert_int_equal(finding_at(findings, 0)->code, rows[i / 2].code);
			assert_int_equal(finding_at(findings, 0)->severity, i % 2 == 0 ? rows[i / 2].advertised : rows[i / 2].resolved);
			assert_int_equal(finding_at(findings, 0)->is_undetermined, rows[i / 2].is_undetermined);
		}
		finding_list_free(findings);
		free(facts);
	}
}

/* Whether AAAA could be looked up, what it has, and whether an address was advertised at all. */
static void names(void **state)
{
	static const struct {
		enum client_state lookup;
		bool is_advertised, is_resolved, has_other;
		size_t findings;
		enum severity severity;
		bool is_undetermined;
	} rows[] = {
		{CLIENT_OK, true, true, false, 0, 0, false},
		{CLIENT_OK, true, true, true, 0, 0, false},
		{CLIENT_OK, true, false, true, 1, SEVERITY_WARNING, false},
		{CLIENT_OK, true, false, false, 1, SEVERITY_NOTICE, false},
		{CLIENT_OK, false, false, false, 1, SEVERITY_WARNING, false},
		{CLIENT_UNDETERMINED, true, false, false, 1, SEVERITY_NOTICE, true},
		{CLIENT_NOT_TESTED, true, false, false, 0, 0, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct client_facts *facts = facts_new();
		struct finding_list *findings = finding_list_new();
		struct client_encrypted *made = good(facts);
		struct ip_addr other = addr("2001:db8::99");
		made->lookups[FAMILY_IPV6].state = rows[i].lookup;
		made->addresses[0].is_advertised = rows[i].is_advertised;
		made->addresses[0].is_resolved = rows[i].is_resolved;
		if (rows[i].has_other) {
			struct client_encrypted_address *address = client_encrypted_address(made, &other);
			*address = made->addresses[0];
			address->addr = other;
			address->is_advertised = false;
			address->is_resolved = true;
		}
		client_judge_encrypted(facts, findings);
		assert_int_equal(finding_count(findings), rows[i].findings);
		if (rows[i].findings > 0) {
			assert_int_equal(finding_at(findings, 0)->code, rows[i].is_undetermined ? FINDING_CLIENT_UNSEEN : FINDING_ENCRYPTED_NAME);
			assert_int_equal(finding_at(findings, 0)->severity, rows[i].severity);
			assert_int_equal(finding_at(findings, 0)->is_undetermined, rows[i].is_undetermined);
		}
		finding_list_free(findings);
		free(facts);
	}
}

/* Other protocols, and a name alone: undetermined, never fine. */
static void not_tested(void **state)
{
	struct client_facts *facts = facts_new();
	struct finding_list *findings = finding_list_new();
	router_says(facts, "doh.lab.", span_of(h2, sizeof(h2)), "2001:db8::53");
	router_says(facts, "adn.lab.", span_of(NULL, 0), NULL);
	client_encrypted_collect(facts);
	client_judge_encrypted(facts, findings);
	assert_int_equal(finding_count(findings), 2);
	assert_int_equal(finding_count_undetermined(findings), 2);
	finding_list_free(findings);
	free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collected), cmocka_unit_test(more_than_is_kept), cmocka_unit_test(addresses),
		cmocka_unit_test(names),     cmocka_unit_test(not_tested),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

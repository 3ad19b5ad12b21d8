/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/client_judge.h"

#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

static struct ip_addr addr(const char *text)
{
	struct ip_addr got;
	assert_int_equal(ip_addr_from_text(text, &got), ERR_OK);
	return got;
}

/* One interface, asked and heard, with one router that makes addresses. */
static struct client_facts *facts_new(void)
{
	struct client_facts *facts = calloc(1, sizeof(*facts));
	assert_non_null(facts);
	facts->conf_path = "resolv.conf";
	facts->has_conf = true;
	facts->interface_count = 1;
	struct client_interface *at = &facts->interfaces[0];
	strcpy(at->name, "eth0");
	at->index = 7;
	at->router_count = 1;
	at->routers[0] = (struct advertisement){.router = addr("fe80::1"), .has_header = true, .has_autonomous = true,
	                                        .lifetime_s = 1800, .interface = 7};
	return facts;
}

static void rdnss_add(struct client_facts *facts, const char *text)
{
	struct advertisement *router = &facts->interfaces[0].routers[0];
	router->servers[router->server_count++] = (struct advertisement_server){.addr = addr(text), .lifetime_s = 1800};
}

static void dhcpv6_add(struct client_facts *facts, const char *text)
{
	struct client_interface *at = &facts->interfaces[0];
	at->reply_count = 1;
	at->replies[0].reply.servers[at->replies[0].reply.server_count++] = addr(text);
}

static void probed(struct client_facts *facts, size_t resolver, enum client_state v6, enum client_state v4)
{
	struct client_result *results = facts->resolvers[resolver].results;
	results[CLIENT_PROBE_UDP].state = results[CLIENT_PROBE_TCP].state = results[CLIENT_PROBE_RECURSION].state = CLIENT_OK;
	results[CLIENT_PROBE_IPV6_ONLY].state = v6;
	results[CLIENT_PROBE_IPV4_ONLY].state = v4;
}

static enum client_state platform_state(const struct client_facts *facts, const char *name)
{
	for (size_t i = 0; i < client_platform_count; i++) {
		if (strcmp(client_platforms[i].name, name) == 0)
			return client_platform_state(facts, &facts->interfaces[0], &client_platforms[i]);
	}
	fail_msg("no platform %s", name);
	return CLIENT_NOT_TESTED;
}

static void lists(void **state)
{
	struct client_facts *facts = facts_new();
	struct ip_addr got[8];
	rdnss_add(facts, "2001:db8::53");
	rdnss_add(facts, "2001:db8::54");
	facts->interfaces[0].routers[0].servers[1].lifetime_s = 0; /* withdrawn */
	dhcpv6_add(facts, "2001:db8::53");
	dhcpv6_add(facts, "fe80::53");
	facts->conf.servers[facts->conf.server_count++] = addr("192.0.2.53");
	assert_int_equal(client_servers(&facts->interfaces[0], CLIENT_RDNSS, got, 8), 1);
	assert_int_equal(client_servers(&facts->interfaces[0], CLIENT_DHCPV4, got, 8), 0);
	assert_int_equal(client_servers_all(&facts->interfaces[0], got, 8), 2);
	assert_int_equal(got[1].scope, 7);
	assert_int_equal(client_servers_all(&facts->interfaces[0], got, 1), 1);
	client_resolvers_collect(facts);
	assert_int_equal(facts->resolver_count, 3);
	assert_non_null(client_resolver_find(facts, &got[0]));
	free(facts);
}

/* Every answer of four resolvers, as pairs of what they do with names of IPv6 and of IPv4, against the rule said in
 * other words: more than two of four that lack dual-stack resolution. */
static void three_server_rule(void **state)
{
	static const enum client_state kinds[] = {CLIENT_OK, CLIENT_FAILED, CLIENT_NOT_TESTED};
	for (unsigned combination = 0; combination < 81; combination++) {
		struct client_facts *facts = facts_new();
		struct finding_list *findings = finding_list_new();
		unsigned lacking = 0, open = 0, rest = combination;
		for (int i = 0; i < 4; i++)
			rdnss_add(facts, (const char *[]){"2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"}[i]);
		client_resolvers_collect(facts);
		for (size_t i = 0; i < 4; i++, rest /= 3) {
			enum client_state kind = kinds[rest % 3];
			probed(facts, i, i % 2 == 0 ? kind : CLIENT_OK, i % 2 == 0 ? CLIENT_OK : kind);
			lacking += kind == CLIENT_FAILED;
			open += kind == CLIENT_NOT_TESTED;
		}
		client_judge_set(facts, &facts->interfaces[0], findings);
		bool is_failed = lacking > 2, is_open = !is_failed && lacking + open > 2;
		assert_int_equal(finding_count_code(findings, FINDING_RESOLVER_SET), is_failed || is_open);
		assert_int_equal(finding_count_undetermined(findings), is_open);
		finding_list_free(findings);
		free(facts);
	}
}

static void three_are_no_set(void **state)
{
	struct client_facts *facts = facts_new();
	struct finding_list *findings = finding_list_new();
	rdnss_add(facts, "2001:db8::1");
	rdnss_add(facts, "2001:db8::2");
	rdnss_add(facts, "2001:db8::3");
	client_resolvers_collect(facts);
	for (size_t i = 0; i < 3; i++)
		probed(facts, i, CLIENT_FAILED, CLIENT_OK);
	client_judge_set(facts, &facts->interfaces[0], findings);
	assert_int_equal(finding_count(findings), 0);
	finding_list_free(findings);
	free(facts);
}

/* A resolver that could not be tried is no proof that clients have DNS. */
static void resolver_that_was_not_tried(void **state)
{
	struct client_facts *facts = facts_new();
	rdnss_add(facts, "2001:db8::53");
	client_resolvers_collect(facts);
	facts->resolvers[0].results[CLIENT_PROBE_UDP].state = CLIENT_UNDETERMINED;
	assert_int_equal(platform_state(facts, "Android"), CLIENT_UNDETERMINED);
	assert_int_equal(platform_state(facts, "Windows before 10 1703"), CLIENT_FAILED);
	/* Nor is one that did not fit into the list. */
	facts->resolver_count = 0;
	assert_int_equal(platform_state(facts, "Android"), CLIENT_UNDETERMINED);
	free(facts);
}

/* Whoever advertises the host's own address, or none, gives clients nothing, even where the host has a resolver. */
static void addresses_of_no_use(void **state)
{
	static const char *const texts[] = {"::1", "::", "ff02::fb", "127.0.0.53", "0.0.0.0", "224.0.0.251"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct client_facts *facts = facts_new();
		struct finding_list *findings = finding_list_new();
		rdnss_add(facts, texts[i]);
		client_resolvers_collect(facts);
		probed(facts, 0, CLIENT_OK, CLIENT_OK);
		assert_int_equal(platform_state(facts, "Android"), CLIENT_FAILED);
		client_judge(facts, findings);
		assert_int_equal(finding_count_code(findings, FINDING_CLIENT_NO_DNS), 1);
		assert_int_equal(finding_count_code(findings, FINDING_RESOLVER_NO_ADDRESS), 1);
		finding_list_free(findings);
		/* In resolv.conf it may stand. */
		facts->interfaces[0].routers[0].server_count = 0;
		findings = finding_list_new();
		facts->conf.servers[facts->conf.server_count++] = addr(texts[i]);
		client_judge(facts, findings);
		assert_int_equal(finding_count_code(findings, FINDING_RESOLVER_NO_ADDRESS), 0);
		finding_list_free(findings);
		free(facts);
	}
}

static void platforms(void **state)
{
	struct client_facts *facts = facts_new();
	struct client_interface *at = &facts->interfaces[0];
	dhcpv6_add(facts, "2001:db8::53");
	client_resolvers_collect(facts);
	probed(facts, 0, CLIENT_OK, CLIENT_OK);
	assert_int_equal(platform_state(facts, "Android"), CLIENT_FAILED);
	assert_int_equal(platform_state(facts, "macOS, iOS"), CLIENT_FAILED); /* no flag: it does not ask */
	assert_int_equal(platform_state(facts, "Linux with dhclient, without rdnssd"), CLIENT_OK);
	at->routers[0].is_other = true;
	assert_int_equal(platform_state(facts, "macOS, iOS"), CLIENT_OK);
	facts->resolvers[0].results[CLIENT_PROBE_UDP].state = CLIENT_FAILED;
	assert_int_equal(platform_state(facts, "macOS, iOS"), CLIENT_FAILED);
	/* One that answers, and resolves nothing, is no DNS either. */
	facts->resolvers[0].results[CLIENT_PROBE_UDP].state = CLIENT_OK;
	facts->resolvers[0].results[CLIENT_PROBE_RECURSION].state = CLIENT_FAILED;
	assert_int_equal(platform_state(facts, "macOS, iOS"), CLIENT_FAILED);
	facts->resolvers[0].results[CLIENT_PROBE_RECURSION].state = CLIENT_UNDETERMINED;
	assert_int_equal(platform_state(facts, "macOS, iOS"), CLIENT_UNDETERMINED);
	rdnss_add(facts, "2001:db8::54");
	client_resolvers_collect(facts);
	probed(facts, 0, CLIENT_OK, CLIENT_OK);
	probed(facts, 1, CLIENT_OK, CLIENT_OK);
	assert_int_equal(platform_state(facts, "Android"), CLIENT_OK);
	assert_int_equal(platform_state(facts, "Windows before 10 1703"), CLIENT_OK);

	/* What was not seen is not called absent. */
	at->routers[0].server_count = at->reply_count = 0;
	assert_int_equal(platform_state(facts, "Android"), CLIENT_FAILED);
	strcpy(at->router_unseen, "not allowed");
	assert_int_equal(platform_state(facts, "Android"), CLIENT_UNDETERMINED);
	assert_int_equal(platform_state(facts, "Windows before 10 1703"), CLIENT_FAILED);
	strcpy(at->dhcpv6_unseen, "not allowed");
	assert_int_equal(platform_state(facts, "Windows before 10 1703"), CLIENT_UNDETERMINED);
	free(facts);
}

static void leases(void **state)
{
	struct client_facts *facts = facts_new();
	struct client_interface *at = &facts->interfaces[0];
	strcpy(at->lease_path, "lease");
	at->lease.servers[at->lease.server_count++] = addr("192.0.2.53");
	client_resolvers_collect(facts);
	probed(facts, 0, CLIENT_OK, CLIENT_OK);
	assert_int_equal(platform_state(facts, "Android"), CLIENT_OK);
	at->lease.is_ipv6_only_preferred = true; /* RFC 8925: then it has no IPv4 */
	assert_int_equal(platform_state(facts, "Android"), CLIENT_FAILED);
	assert_int_equal(platform_state(facts, "Windows 10 1703 and later"), CLIENT_OK);
	free(facts);
}

static void no_dns(void **state)
{
	struct client_facts *facts = facts_new();
	struct finding_list *findings = finding_list_new();
	struct client_interface *at = &facts->interfaces[0];
	client_judge_platforms(facts, at, findings);
	assert_int_equal(finding_count_severity(findings, SEVERITY_ERROR), 1);
	/* IPv4 without a lease file: perhaps DHCPv4 helps. */
	at->has_address[FAMILY_IPV4] = true;
	client_judge_platforms(facts, at, findings);
	assert_int_equal(finding_count_code(findings, FINDING_CLIENT_NO_DNS), 2);
	assert_int_equal(finding_at(findings, 1)->severity, SEVERITY_WARNING);
	/* Old clients alone. */
	rdnss_add(facts, "2001:db8::53");
	client_judge_platforms(facts, at, findings);
	assert_int_equal(finding_at(findings, 2)->severity, SEVERITY_NOTICE);
	/* Without an address nobody thinks to be online. */
	at->routers[0].has_autonomous = at->has_address[FAMILY_IPV4] = false;
	client_judge_platforms(facts, at, findings);
	assert_int_equal(finding_count_code(findings, FINDING_CLIENT_NO_DNS), 3);
	finding_list_free(findings);
	free(facts);
}

static void lifetimes(void **state)
{
	static const struct {
		uint32_t interval_ms, lifetime_s;
		uint16_t router_s;
		size_t findings, notices;
	} rows[] = {
		{600000, 1800, 1800, 0, 0}, {600000, 1799, 1800, 1, 0}, {600000, 0, 1800, 1, 0},      {0, 11, 0, 1, 0},
		{0, 12, 0, 0, 0},           {0, 1799, 1800, 1, 1},      {0, UINT32_MAX, 1800, 0, 0}, {UINT32_MAX, UINT32_MAX, 0, 0, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct client_facts *facts = facts_new();
		struct finding_list *findings = finding_list_new();
		rdnss_add(facts, "2001:db8::53");
		struct advertisement *router = &facts->interfaces[0].routers[0];
		router->interval_ms = rows[i].interval_ms;
		router->lifetime_s = rows[i].router_s;
		router->servers[0].lifetime_s = rows[i].lifetime_s;
		client_judge_routers(&facts->interfaces[0], findings);
		assert_int_equal(finding_count_code(findings, FINDING_RDNSS_LIFETIME), rows[i].findings);
		size_t notices = 0;
		for (size_t j = 0; j < finding_count(findings); j++)
			notices += finding_at(findings, j)->severity == SEVERITY_NOTICE;
		assert_int_equal(notices, rows[i].notices);
		finding_list_free(findings);
		free(facts);
	}
}

static void nothing_to_see(void **state)
{
	struct client_facts *facts = facts_new();
	struct finding_list *findings = finding_list_new();
	facts->interface_count = 0;
	client_judge(facts, findings);
	assert_int_equal(finding_count_undetermined(findings), 1);
	finding_list_free(findings);
	free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),  cmocka_unit_test(three_server_rule), cmocka_unit_test(three_are_no_set),
		cmocka_unit_test(platforms), cmocka_unit_test(leases),         cmocka_unit_test(no_dns),
		cmocka_unit_test(lifetimes), cmocka_unit_test(nothing_to_see), cmocka_unit_test(addresses_of_no_use),
		cmocka_unit_test(resolver_that_was_not_tried),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

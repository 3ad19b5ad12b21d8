/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/print.h"
#include "tests/unit/config/resolver_text.h"

/* Reports 7 and 9: both families by default, IPv6 first; the operator's choice reaches the policy. */

static void check_prefix(const struct ip_prefix *prefix, const char *expected)
{
	char text[IP_PREFIX_TEXT_MAX];
	ip_prefix_to_text(prefix, text);
	assert_string_equal(text, expected);
}

static void defaults_are_safe(void **state)
{
	struct config *config = load_good(SERVICE(""));
	const struct config_service *service = &config->services[0];
	const struct config_resolver *resolver = &service->resolver;
	assert_int_equal(service->role, CONFIG_ROLE_RESOLVER);
	assert_int_equal(service->zone_count, 0);
	assert_string_equal(service->stream, "recursive");
	assert_int_equal(resolver->allow.count, 2);
	check_prefix(&resolver->allow.items[0], "::1/128");
	check_prefix(&resolver->allow.items[1], "127.0.0.0/8");
	assert_true(resolver->has_upstream_family[FAMILY_IPV6] && resolver->has_upstream_family[FAMILY_IPV4]);
	assert_false(resolver->prefers_ipv4);
	assert_int_equal(resolver->sources.count, 0);
	assert_int_equal(resolver->upstream_port, 53);
	assert_int_equal(resolver->upstream_udp_size, 1232);
	assert_int_equal(resolver->minimise, MINIMISE_RELAXED);
	assert_false(resolver->is_case_mixed);
	assert_true(resolver->is_glue_hardened && resolver->is_speculative && resolver->is_primed);
	assert_int_equal(resolver->cache_size, 256u << 20);
	assert_int_equal(resolver->ttl_most_s, 86400);
	assert_int_equal(resolver->negative_ttl_most_s, 3600);
	assert_false(resolver->is_serve_stale_on);
	assert_int_equal(resolver->stale_wait_ms, 1800);
	assert_int_equal(resolver->stale_ttl_s, 30);
	assert_true(resolver->is_aggressive);
	assert_int_equal(resolver->validation, VALIDATION_ON);
	assert_int_equal(resolver->anchors.count, 1);
	assert_int_equal(resolver->anchor_file_count, 0); /* own anchors: Debian's are not added */
	assert_false(resolver->is_sha1_accepted);
	assert_false(resolver->has_dns64);
	assert_false(resolver->is_nat64_on);
	assert_string_equal(config->state_dir, "etc/state");
	config_free(config);
}

static void default_do_not_query_covers_what_nobody_serves_from(void **state)
{
	static const char *const forbidden[] = {
		"::",        "::1",         "::ffff:192.0.2.1", "2001:db8::1", "3fff::1",
		"fe80::1",   "ff02::1",     "0.0.0.0",          "127.0.0.53",  "169.254.0.1",
		"192.0.2.1", "224.0.0.251", "255.255.255.255",  "198.51.100.1"};
	static const char *const allowed[] = {"2001:500::1", "fd00::1", "192.168.1.1", "10.0.0.1", "198.41.0.4"};
	struct config *config = load_good(SERVICE(""));
	const struct config_prefixes *prefixes = &config->services[0].resolver.do_not_query;
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]) + sizeof(allowed) / sizeof(allowed[0]); i++) {
		bool is_forbidden = i < sizeof(forbidden) / sizeof(forbidden[0]), is_found = false;
		const char *text = is_forbidden ? forbidden[i] : allowed[i - sizeof(forbidden) / sizeof(forbidden[0])];
		struct ip_addr addr;
		assert_int_equal(ip_addr_from_text(text, &addr), ERR_OK);
		for (size_t j = 0; j < prefixes->count; j++)
			is_found = is_found || ip_prefix_contains(&prefixes->items[j], &addr);
		if (is_found != is_forbidden)
			fail_msg("%s", text);
	}
	config_free(config);
	config = load_good(SERVICE("do-not-query: []"));
	assert_int_equal(config->services[0].resolver.do_not_query.count, 0);
	config_free(config);
}

static const char full[] = "version: 1\n"
			   "services:\n"
			   "  v6only-lan:\n"
			   "    role: resolver\n"
			   "    listen: ['fd00:64::53']\n"
			   "    families: [ipv6]\n"
			   "    allow: [fd00:64::/48, 2001:db8::1]\n"
			   "    upstream-families: ipv6\n"
			   "    upstream-prefer: ipv4\n"
			   "    upstream-source: ['fd00:64::1', 'fd00:64::2']\n"
			   "    upstream-port: 5399\n"
			   "    upstream-edns-udp-size: 1400\n"
			   "    upstream-tcp-only: yes\n"
			   "    qname-minimisation: strict\n"
			   "    case-randomisation: on\n"
			   "    glue-hardening: off\n"
			   "    speculative-lookups: off\n"
			   "    priming: off\n"
			   "    root-hints: ['2001:db8::53@5399', 192.0.2.53]\n"
			   "    do-not-query: ['fd00:64::/64']\n"
			   "    forward: {corp.example: {to: ['fd00:99::1', 'fd00:99::2@5353'], first: yes}}\n"
			   "    stub: {lab.example: {to: 'fd00:98::1@5300'}}\n"
			   "    fallback:\n"
			   "      to: ['fd00:97::1']\n"
			   "      probe: {ipv6-only-zone: six.example, ipv4-only-zone: four.example}\n"
			   "    upstream-nat64: on\n"
			   "    local-zones: off\n"
			   "    local-zones-off: [home.arpa]\n"
			   "    hosts: {printer.example: ['fd00:64::9', 10.0.0.9], nas.example: 'fd00:64::a'}\n"
			   "    cache-size: 1GiB\n"
			   "    ttl-floor: 5s\n"
			   "    ttl-cap: 7d\n"
			   "    negative-ttl-cap: 10m\n"
			   "    prefetch: off\n"
			   "    serve-stale: on\n"
			   "    stale-time: 3d\n"
			   "    stale-ttl: 10s\n"
			   "    stale-wait: 500ms\n"
			   "    aggressive-nsec: off\n"
			   "    validation: log-only\n"
			   "    trust-anchors: ['. IN DS 20326 8 2 " DIGEST "', 'lab.example. DS 1 13 2 " DIGEST "']\n"
			   "    negative-trust-anchors: [broken.example]\n"
			   "    accept-sha1: yes\n"
			   "    rfc5011: off\n"
			   "    rfc8145: off\n"
			   "    sentinel: off\n"
			   "    dns64:\n"
			   "      prefix: [{prefix: 'fd00:64:ff9b::/96', range: 10.0.0.0/8}, '64:ff9b::/96', from-ra]\n"
			   "      clients: ['fd00:64::/64']\n"
			   "      exclude-a: [192.168.0.0/16]\n"
			   "      exclude-aaaa: ['::ffff:0:0/96', 'fd00:1::/32']\n"
			   "      synthesize-on: nodata-or-error\n"
			   "      all-synthesized: yes\n"
			   "      mark: [log]\n"
			   "    transport: {edns-udp-size: 1232, tcp-idle-timeout: 30s}\n"
			   "    identity: r1\n"
			   "    cookies: no\n"
			   "    minimal-responses: no\n";

static void upstream_reaches_the_policy(const struct resolver_policy *policy)
{
	assert_true(policy->has_family[FAMILY_IPV6] && !policy->has_family[FAMILY_IPV4]);
	assert_true(policy->prefers_ipv4 && policy->is_tcp_only && policy->is_case_mixed);
	assert_false(policy->is_glue_hardened || policy->is_speculative || policy->is_primed);
	assert_int_equal(policy->port, 5399);
	assert_int_equal(policy->upstream_udp_size, 1400);
	assert_int_equal(policy->minimise, MINIMISE_STRICT);
	assert_int_equal(policy->hint_count, 2);
	check_server(&policy->hints[0], "2001:db8::53@5399");
	check_server(&policy->hints[1], "192.0.2.53@53");
	assert_int_equal(policy->do_not_query_count, 1);
	assert_int_equal(policy->zone_count, 2);
	check_name(policy->zones[0].zone, "corp.example.");
	assert_true(policy->zones[0].is_forward && policy->zones[0].is_first);
	assert_int_equal(policy->zones[0].server_count, 2);
	check_server(&policy->zones[0].servers[1], "fd00:99::2@5353");
	check_name(policy->zones[1].zone, "lab.example.");
	assert_false(policy->zones[1].is_forward);
	check_server(&policy->zones[1].servers[0], "fd00:98::1@5300");
	assert_int_equal(policy->fallback_count, 1);
	assert_true(policy->is_nat64_on);
}

static void answers_reach_the_policy(const struct resolver_policy *policy)
{
	assert_string_equal(policy->service, "v6only-lan");
	assert_string_equal(policy->identity, "r1");
	assert_null(policy->version);
	assert_int_equal(policy->allow_count, 2);
	assert_int_equal(policy->udp_size, 1232);
	assert_int_equal(policy->tcp_idle_timeout_ds, 300);
	assert_false(policy->is_minimal || policy->is_cookie_on || policy->has_local_zones);
	assert_int_equal(policy->no_local_count, 1);
	check_name(policy->no_local[0], "home.arpa.");
	assert_int_equal(policy->host_count, 2);
	check_name(policy->hosts[0].name, "printer.example.");
	assert_int_equal(policy->hosts[0].addr_count, 2);
	assert_int_equal(policy->hosts[1].addr_count, 1);
	assert_int_equal(policy->ttl_least_s, 5);
	assert_int_equal(policy->ttl_most_s, 7 * 86400);
	assert_int_equal(policy->negative_ttl_most_s, 600);
	assert_true(policy->is_serve_stale_on);
	assert_int_equal(policy->stale_most_s, 3 * 86400);
	assert_int_equal(policy->stale_ttl_s, 10);
	assert_int_equal(policy->stale_wait_ms, 500);
	assert_false(policy->is_prefetch_on || policy->is_aggressive);
	assert_int_equal(policy->validation, VALIDATION_LOG_ONLY);
	assert_true(policy->is_sha1_accepted);
	assert_false(policy->is_anchor_signalled || policy->is_sentinel_on);
}

static void dns64_reaches_the_policy(const struct dns64 *dns64)
{
	assert_int_equal(dns64->rule_count, 2);
	check_prefix(&dns64->rules[0].prefix, "fd00:64:ff9b::/96");
	check_prefix(&dns64->rules[0].range, "10.0.0.0/8");
	check_prefix(&dns64->rules[1].range, "0.0.0.0/0");
	assert_int_equal(dns64->client_count, 1);
	assert_int_equal(dns64->exclude_a_count, 1);
	assert_int_equal(dns64->exclude_aaaa_count, 2);
	assert_int_equal(dns64->synthesize_on, DNS64_ON_NODATA_OR_ERROR);
	assert_true(dns64->is_all_synthesized);
	assert_false(dns64->is_ede_on);
}

static void every_key_reaches_the_policy(void **state)
{
	struct config *config = load_good(full);
	const struct config_resolver *resolver = &config->services[0].resolver;
	struct resolver_policy policy;
	struct dns64 dns64;
	config_resolver_policy(&config->services[0], &policy, &dns64);
	upstream_reaches_the_policy(&policy);
	answers_reach_the_policy(&policy);
	assert_ptr_equal(policy.dns64, &dns64);
	dns64_reaches_the_policy(&dns64);
	/* What the policy has no place for. */
	const struct config_fallback *fallback = &config->services[0].resolver.fallback;
	assert_true(config_fallback_is_probed(fallback));
	check_name(fallback->probe.zones[FAMILY_IPV6], "six.example.");
	check_name(fallback->probe.zones[FAMILY_IPV4], "four.example.");
	assert_int_equal(resolver->sources.count, 2);
	assert_int_equal(resolver->cache_size, 1u << 30);
	assert_true(resolver->dns64.prefix.is_from_ra && !resolver->dns64.prefix.is_from_dns);
	assert_true(resolver->dns64.has_mark[CONFIG_MARK_LOG]);
	assert_int_equal(resolver->nat64.rule_count, 2); /* those of dns64 */
	assert_int_equal(resolver->anchors.count, 2);
	assert_int_equal(resolver->negative_anchors.count, 1);
	assert_false(resolver->is_anchor_updated);
	config_free(config);
}

static void what_is_printed_loads_again(void **state)
{
	struct config *config = load_good(full);
	struct text yaml = {0}, lines = {0}, again = {0};
	config_print_yaml(config, true, &yaml);
	config_print_lines(config, &lines);
	struct config *printed = load_good(text_string(&yaml));
	config_print_yaml(printed, true, &again);
	assert_string_equal(text_string(&yaml), text_string(&again));
	assert_non_null(strstr(text_string(&lines),
			       "services.v6only-lan.dns64.prefix: [{prefix: \"fd00:64:ff9b::/96\", range: 10.0.0.0/8}, "
			       "\"64:ff9b::/96\", from-ra]\n"));
	assert_non_null(strstr(text_string(&lines), "services.v6only-lan.hosts.nas.example: \"fd00:64::a\"\n"));
	config_free(printed);
	config_free(config);
	text_free(&yaml);
	text_free(&lines);
	text_free(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_safe),
		cmocka_unit_test(default_do_not_query_covers_what_nobody_serves_from),
		cmocka_unit_test(every_key_reaches_the_policy),
		cmocka_unit_test(what_is_printed_loads_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

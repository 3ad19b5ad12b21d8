/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config.h"
#include "config/print.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Reports 7 and 9: both families by default, IPv6 first; the operator's choice reaches the policy. */

/* No file of the host is needed: hints and anchors stand in the text. */
#define OWN "root-hints: ['2001:db8::53', 192.0.2.53], trust-anchors: ['. IN DS 20326 8 2 " DIGEST "'], "
#define DIGEST "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
#define LISTEN "listen: ['::1@5301', 127.0.0.1@5301], "
#define SERVICE(more) "version: 1\nservices:\n  lan: {role: resolver, " OWN LISTEN more "}\n"
#define MORE_COLUMN ((uint32_t)(sizeof("  lan: {role: resolver, " OWN LISTEN) - 1 + 1))

static int load(const char *text, struct finding_list *findings, struct config **ret)
{
	return config_load_text("etc/sextant.yaml", span_text(text), NULL, findings, ret);
}

/* The configuration that must be free of errors. */
static struct config *load_good(const char *text)
{
	struct finding_list *findings = finding_list_new();
	struct config *config = NULL;
	int err = load(text, findings, &config);
	for (size_t i = 0; err != ERR_OK && i < finding_count(findings); i++)
		print_error("%s %s\n", finding_row(finding_at(findings, i)->code)->code,
			    finding_at(findings, i)->cause);
	assert_int_equal(err, ERR_OK);
	finding_list_free(findings);
	return config;
}

static void check_prefix(const struct ip_prefix *prefix, const char *expected)
{
	char text[IP_PREFIX_TEXT_MAX];
	ip_prefix_to_text(prefix, text);
	assert_string_equal(text, expected);
}

static void check_server(const struct policy_server *server, const char *expected)
{
	char text[IP_ENDPOINT_TEXT_MAX];
	ip_endpoint_to_text(&server->endpoint, text);
	assert_string_equal(text, expected);
}

static void check_name(struct name name, const char *expected)
{
	char text[NAME_TEXT_MAX];
	name_to_text(name, text);
	assert_string_equal(text, expected);
}

/* --- Values --- */

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

/* --- Faults --- */

/* What is added to the one service, and the first finding: code and column in line 3. */
static const struct {
	const char *more;
	int result;
	const char *code;
	uint32_t column; /* characters behind the place where `more` begins */
} faults[] = {
	{"zones: [example.com]", ERR_FINDINGS, "CFG-11", 0},
	{"any: full", ERR_FINDINGS, "CFG-11", 0},
	{"allow: any", ERR_FINDINGS, "SVC-008", 7},
	{"allow: ['::/0']", ERR_FINDINGS, "SVC-008", 7},
	{"allow: ['2000::/3', '::1']", ERR_FINDINGS, "SVC-008", 7},
	{"allow: [128.0.0.0/1]", ERR_FINDINGS, "SVC-008", 7},
	{"allow: any, open-resolver: acknowledged", ERR_OK, "SVC-012", 7},
	{"allow: any, open-resolver: yes", ERR_FINDINGS, "CFG-03", 27},
	{"allow: []", ERR_FINDINGS, "CFG-03", 7},
	{"allow: [2001:db8::1/32]", ERR_FINDINGS, "CFG-03", 8},
	{"allow: [nonsense]", ERR_FINDINGS, "CFG-03", 8},
	{"upstream-families: []", ERR_FINDINGS, "CFG-03", 19},
	{"upstream-families: [ipv5]", ERR_FINDINGS, "CFG-03", 20},
	{"upstream-families: [ipv6]", ERR_OK, "SVC-013", 19},
	{"upstream-families: [ipv4]", ERR_OK, "SVC-013", 19},
	{"upstream-source: ['::']", ERR_FINDINGS, "CFG-03", 17},
	{"upstream-port: 0", ERR_FINDINGS, "CFG-03", 15},
	{"upstream-edns-udp-size: 1401", ERR_OK, "SVC-009", 24},
	{"upstream-edns-udp-size: 4097", ERR_FINDINGS, "CFG-03", 24},
	{"transport: {edns-udp-size: 4096, path-mtu: interface}", ERR_OK, "SVC-009", 27},
	{"do-not-query: ['::/x']", ERR_FINDINGS, "CFG-03", 16},
	{"forward: {corp: {to: ['::1@5301']}}", ERR_FINDINGS, "SVC-010", 10},
	{"forward: {corp: {to: ['::1@0']}}", ERR_FINDINGS, "CFG-03", 23},
	{"forward: {corp: {to: ['::']}}", ERR_FINDINGS, "CFG-03", 23},
	{"forward: {corp: {to: []}}", ERR_FINDINGS, "CFG-03", 21},
	{"forward: {corp: {}}", ERR_FINDINGS, "CFG-05", 10},
	{"forward: {corp: {to: 'fd00::1', last: no}}", ERR_FINDINGS, "CFG-02", 32},
	{"forward: {corp: {to: 'fd00::1'}, CORP.: {to: 'fd00::2'}}", ERR_FINDINGS, "CFG-04", 33},
	{"forward: {corp: {to: 'fd00::1'}}, stub: {corp.: {to: 'fd00::2'}}", ERR_FINDINGS, "CFG-04", 41},
	{"forward: {co..rp: {to: 'fd00::1'}}", ERR_FINDINGS, "CFG-03", 10},
	{"stub: {corp: {to: 'fd00::1', first: yes}}", ERR_FINDINGS, "CFG-02", 29},
	{"fallback: {}", ERR_FINDINGS, "CFG-05", 0},
	{"fallback: {to: 'fd00::1', probe: {}}", ERR_FINDINGS, "CFG-05", 26},
	{"fallback: {to: 'fd00::1', probe: {ipv6-only-zone: six.example}}", ERR_FINDINGS, "CFG-05", 26},
	{"fallback: {to: 'fd00::1', probe: {ipv6-only-zone: a..b, ipv4-only-zone: b}}", ERR_FINDINGS, "CFG-03", 50},
	{"fallback: {to: '64:ff9b::192.0.2.1'}", ERR_FINDINGS, "SVC-011", 10},
	{"fallback: {to: '::ffff:192.0.2.1'}", ERR_FINDINGS, "SVC-011", 10},
	{"fallback: {to: '::1@5301'}", ERR_FINDINGS, "SVC-010", 10},
	{"upstream-nat64: on", ERR_FINDINGS, "CFG-05", 16},
	{"upstream-nat64: on, upstream-nat64-prefix: ['2001:db8::/95']", ERR_FINDINGS, "CFG-03", 45},
	{"upstream-nat64: on, upstream-nat64-prefix: [{prefix: '64:ff9b::/96'}]", ERR_FINDINGS, "CFG-03", 44},
	{"upstream-nat64: on, upstream-nat64-prefix: from-ra, upstream-families: ipv4", ERR_FINDINGS, "SVC-013", 71},
	{"local-zones-off: [a..b]", ERR_FINDINGS, "CFG-03", 18},
	{"hosts: {a..b: ['::1']}", ERR_FINDINGS, "CFG-03", 8},
	{"hosts: {a: []}", ERR_FINDINGS, "CFG-03", 11},
	{"hosts: {a: [nowhere]}", ERR_FINDINGS, "CFG-03", 12},
	{"hosts: [a]", ERR_FINDINGS, "CFG-03", 7},
	{"cache-size: 256", ERR_FINDINGS, "CFG-03", 12},
	{"cache-size: 1023KiB", ERR_FINDINGS, "CFG-03", 12},
	{"cache-size: 9999999TiB", ERR_FINDINGS, "CFG-03", 12},
	{"ttl-cap: 8d", ERR_FINDINGS, "CFG-03", 9},
	{"stale-ttl: 1500ms", ERR_FINDINGS, "CFG-03", 11},
	{"validation: maybe", ERR_FINDINGS, "CFG-03", 12},
	{"trust-anchor-files: [no-such-file]", ERR_FINDINGS, "CFG-12", 20},
	{"negative-trust-anchors: [broken.example]", ERR_OK, "SVC-015", 25},
	{"dns64: {}", ERR_FINDINGS, "CFG-05", 0},
	{"dns64: {prefix: '2001:db8::/95'}", ERR_FINDINGS, "CFG-03", 17},
	{"dns64: {prefix: {prefix: '64:ff9b::/96', range: 10.0.0.0/8}}", ERR_FINDINGS, "SVC-014", 7},
	{"dns64: {prefix: {prefix: '64:ff9b::/96', range: '2001:db8::/32'}}", ERR_FINDINGS, "CFG-03", 49},
	{"dns64: {prefix: {prefix: '64:ff9b::/96', ranges: 10.0.0.0/8}}", ERR_FINDINGS, "CFG-02", 41},
	{"dns64: {prefix: from-nowhere}", ERR_FINDINGS, "CFG-03", 16},
	{"dns64: {prefix: from-ra, exclude-a: ['::/0']}", ERR_FINDINGS, "CFG-03", 38},
	{"dns64: {prefix: from-ra, exclude-aaaa: [10.0.0.0/8]}", ERR_FINDINGS, "CFG-03", 40},
	{"dns64: {prefix: from-ra, mark: [bold]}", ERR_FINDINGS, "CFG-03", 32},
};

static void each_fault_has_its_code_and_place(void **state)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct text text = {0};
		struct finding_list *findings = finding_list_new();
		struct config *config = NULL;
		text_addf(&text, "version: 1\nservices:\n  lan: {role: resolver, " OWN LISTEN "%s}\n", faults[i].more);
		int result = load(text_string(&text), findings, &config);
		const struct finding *finding = finding_count(findings) > 0 ? finding_at(findings, 0) : NULL;
		if (finding == NULL || result != faults[i].result || finding->place.line != 3 ||
		    strcmp(finding_row(finding->code)->code, faults[i].code) != 0 ||
		    finding->place.column != MORE_COLUMN + faults[i].column)
			fail_msg("%s: %d, %s at +%d: %s", faults[i].more, result,
				 finding != NULL ? finding_row(finding->code)->code : "none",
				 finding != NULL ? (int)finding->place.column - (int)MORE_COLUMN : 0,
				 finding != NULL ? finding->cause : "");
		config_free(config);
		finding_list_free(findings);
		text_free(&text);
	}
}

/* The first finding of a whole file; "" when there is none. */
static const char *first_code(const char *text)
{
	struct finding_list *findings = finding_list_new();
	struct config *config = NULL;
	int err = load(text, findings, &config);
	const char *code = finding_count(findings) > 0 ? finding_row(finding_at(findings, 0)->code)->code : "";
	assert_true((err == ERR_OK) == (finding_count_at_least(findings, SEVERITY_ERROR) == 0));
	config_free(config);
	finding_list_free(findings);
	return code;
}

static void a_single_family_needs_a_way_to_the_other(void **state)
{
	assert_string_equal(first_code(SERVICE("upstream-families: ipv6")), "SVC-013");
	assert_string_equal(first_code(SERVICE("upstream-families: ipv6, upstream-nat64: on, "
					       "upstream-nat64-prefix: from-dns")),
			    "");
	assert_string_equal(first_code(SERVICE("upstream-families: ipv6, fallback: {to: 'fd00::1'}")), "");
	assert_string_equal(first_code(SERVICE("upstream-families: ipv6, forward: {.: {to: 'fd00::1'}}")), "");
	assert_string_equal(first_code(SERVICE("upstream-families: ipv6, forward: {.: {to: 'fd00::1', first: yes}}")),
			    "SVC-013");
}

static void servers_must_be_of_a_family_that_is_asked(void **state)
{
	assert_string_equal(first_code("version: 1\nservices:\n  a: {role: resolver, validation: off, " LISTEN
				       "root-hints: 192.0.2.53, upstream-families: ipv6}\n"),
			    "SVC-016");
	/* Through NAT64 an IPv4 address will do. */
	assert_string_equal(first_code("version: 1\nservices:\n  a: {role: resolver, validation: off, " LISTEN
				       "root-hints: 192.0.2.53, upstream-families: ipv6, upstream-nat64: on, "
				       "upstream-nat64-prefix: '64:ff9b::/96'}\n"),
			    "");
	assert_string_equal(first_code(SERVICE("upstream-families: ipv6, fallback: {to: 192.0.2.1}")), "SVC-016");
	assert_string_equal(
		first_code(SERVICE("fallback: {to: 'fd00::1'}, upstream-families: ipv6, forward: {corp: {to: "
				   "192.0.2.1}}")),
		"SVC-016");
}

static void resolver_keys_are_refused_elsewhere(void **state)
{
	static const char *const keys[] = {"allow: any", "validation: on", "dns64: {prefix: from-ra}",
					   "forward: {.: {to: '::1'}}", "cache-size: 1GiB"};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char text[512];
		snprintf(text, sizeof(text),
			 "version: 1\nzones: {example.com: {file: x}}\nservices:\n  a: {role: authoritative, " LISTEN
			 "zones: [example.com], %s}\n",
			 keys[i]);
		assert_string_equal(first_code(text), "CFG-11");
	}
}

/* --- Loops: R-07 --- */

#define RESOLVER(name, port, more)                                                                                     \
	"  " name ": {role: resolver, validation: off, root-hints: ['2001:db8::53', 192.0.2.53], listen: ['::1@" port  \
	"', 127.0.0.1@" port "], " more "}\n"
#define FILE(services) "version: 1\nservices:\n" services

static void rings_are_refused(void **state)
{
	static const struct {
		const char *text, *code;
	} rows[] = {
		{FILE(RESOLVER("a", "1", "forward: {.: {to: '::1@2'}}") RESOLVER("b", "2", "")), ""},
		{FILE(RESOLVER("a", "1", "forward: {.: {to: '::1@2'}}")
			      RESOLVER("b", "2", "forward: {.: {to: 127.0.0.1@1}}")),
		 "SVC-010"},
		{FILE(RESOLVER("a", "1", "forward: {.: {to: '::1@2'}}")
			      RESOLVER("b", "2", "fallback: {to: 127.0.0.1@1}")),
		 "SVC-010"},
		{FILE(RESOLVER("a", "1", "fallback: {to: '::1@2'}") RESOLVER("b", "2", "fallback: {to: '::1@1'}")),
		 "SVC-010"},
		/* Of two servers one is enough. */
		{FILE(RESOLVER("a", "1", "forward: {.: {to: ['fd00::1', '::1@2']}}")
			      RESOLVER("b", "2", "forward: {.: {to: ['fd00::2', '::1@1']}}")),
		 "SVC-010"},
		/* A ring of three. */
		{FILE(RESOLVER("a", "1", "forward: {.: {to: '::1@2'}}") RESOLVER(
			 "b", "2", "forward: {.: {to: '::1@3'}}") RESOLVER("c", "3", "forward: {.: {to: '::1@1'}}")),
		 "SVC-010"},
		/* For the names below both zones it is one. */
		{FILE(RESOLVER("a", "1", "forward: {.: {to: '::1@2'}}")
			      RESOLVER("b", "2", "forward: {corp: {to: '::1@1'}}")),
		 "SVC-010"},
		/* ... unless the first sends those elsewhere. */
		{FILE(RESOLVER("a", "1", "forward: {.: {to: '::1@2'}, corp: {to: 'fd00::1'}}")
			      RESOLVER("b", "2", "forward: {corp: {to: '::1@1'}}")),
		 ""},
		/* Different names never meet. */
		{FILE(RESOLVER("a", "1", "forward: {left: {to: '::1@2'}}")
			      RESOLVER("b", "2", "forward: {right: {to: '::1@1'}}")),
		 ""},
		/* A forward that is not first keeps its names from the fallback. */
		{FILE(RESOLVER("a", "1", "forward: {corp: {to: '::1@2'}}")
			      RESOLVER("b", "2", "forward: {.: {to: 'fd00::1'}}, fallback: {to: '::1@1'}")),
		 ""},
		{FILE(RESOLVER("a", "1", "forward: {corp: {to: '::1@2'}}")
			      RESOLVER("b", "2", "forward: {.: {to: 'fd00::1', first: yes}}, fallback: {to: '::1@1'}")),
		 "SVC-010"},
		/* A wildcard listener is every address of this host. */
		{FILE("  a: {role: resolver, validation: off, root-hints: '2001:db8::53', listen: any@5399, forward: "
		      "{.: {to: "
		      "'::1@5399'}}}\n"),
		 "SVC-010"},
		{FILE("  a: {role: resolver, validation: off, root-hints: '2001:db8::53', listen: any@5399, forward: "
		      "{.: {to: "
		      "127.0.0.9@5399}}}\n"),
		 "SVC-010"},
		/* An authoritative service asks nobody. */
		{"version: 1\nzones: {lab: {file: lab.zone}}\n"
		 "services:\n  auth: {role: authoritative, zones: [lab], listen: ['::1@7', 127.0.0.1@7]}\n" RESOLVER(
			 "a", "1", "stub: {lab: {to: '::1@7'}}"),
		 ""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *code = first_code(rows[i].text);
		if (strcmp(code, rows[i].code) != 0)
			fail_msg("%s: %s", rows[i].text, code);
	}
}

/* --- Files --- */

static void write_file(char *path, const char *content)
{
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
}

/* A file's content, and the code it gives as root-hints. */
static void hints_come_from_a_file(void **state)
{
	static const char good[] = "; the form of named.root\n"
				   ". 3600000 NS A.ROOT-SERVERS.NET.\n"
				   "A.ROOT-SERVERS.NET. 3600000 A 198.41.0.4\n"
				   "A.ROOT-SERVERS.NET. 3600000 AAAA 2001:503:ba3e::2:30\n"
				   ". 3600000 NS B.ROOT-SERVERS.NET.\n"
				   "B.ROOT-SERVERS.NET. 3600000 AAAA 2801:1b8:10::b\n";
	static const struct {
		const char *content, *code;
	} rows[] = {
		{good, ""},
		{"", "CFG-13"},
		{". 3600 NS a.root.\n", "CFG-13"},
		{"not a zone file\n", "CFG-13"},
		{". 3600 NS a.root.\na.root. 3600 A 192.0.2.300\n", "CFG-13"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char path[] = "/tmp/sextant-hints-XXXXXX", text[256];
		write_file(path, rows[i].content);
		snprintf(text, sizeof(text),
			 "version: 1\nservices:\n  a: {role: resolver, validation: off, " LISTEN "root-hints: %s}\n",
			 path);
		if (i == 0) {
			struct config *config = load_good(text);
			const struct config_servers *servers = &config->services[0].resolver.hints.servers;
			assert_int_equal(servers->count, 3);
			check_server(&servers->items[0], "2001:503:ba3e::2:30@53");
			check_name(servers->items[0].name, "A.ROOT-SERVERS.NET.");
			check_server(&servers->items[2], "198.41.0.4@53");
			config_free(config);
		}
		const char *code = first_code(text);
		if (strcmp(code, rows[i].code) != 0)
			fail_msg("%s: %s", rows[i].content, code);
		unlink(path);
	}
	assert_string_equal(first_code("version: 1\nservices:\n  a: {role: resolver, validation: off, " LISTEN
				       "root-hints: /no/such/file}\n"),
			    "CFG-13");
	/* Who forwards everything needs none. */
	assert_string_equal(first_code("version: 1\nservices:\n  a: {role: resolver, validation: off, " LISTEN
				       "root-hints: /no/such/file, forward: {.: {to: ['fd00::1', 10.0.0.1]}}}\n"),
			    "");
}

static void anchors_come_from_files(void **state)
{
	static const struct {
		const char *content, *code;
	} rows[] = {
		{". IN DS 20326 8 2 " DIGEST "\n", ""},
		{"; two lines\n. 172800 IN DS 20326 8 2 (" DIGEST "\n)\nlab. DS 1 13 2 " DIGEST "\n", ""},
		{"", "CFG-12"},
		{". IN DS 20326 8 2\n", "CFG-12"},
		{". IN NS a.root.\n", "CFG-12"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char path[] = "/tmp/sextant-anchor-XXXXXX", text[256];
		write_file(path, rows[i].content);
		snprintf(text, sizeof(text),
			 "version: 1\nservices:\n  a: {role: resolver, root-hints: ['2001:db8::1', 192.0.2.1], " LISTEN
			 "trust-anchor-files: %s}\n",
			 path);
		const char *code = first_code(text);
		if (strcmp(code, rows[i].code) != 0)
			fail_msg("%s: %s", rows[i].content, code);
		if (rows[i].code[0] == '\0') {
			struct config *config = load_good(text);
			assert_int_equal(config->services[0].resolver.anchor_file_count, 1);
			assert_int_equal(config->services[0].resolver.anchor_files[0].text.size,
					 strlen(rows[i].content));
			config_free(config);
		}
		unlink(path);
	}
	/* A device is no file. */
	assert_string_equal(first_code(SERVICE("trust-anchor-files: /dev/zero")), "CFG-12");
	assert_string_equal(
		first_code(
			"version: 1\nservices:\n  a: {role: resolver, root-hints: ['2001:db8::1', 192.0.2.1], " LISTEN
			"trust-anchors: ['. IN DNSKEY 257 3 8']}\n"),
		"CFG-12");
	assert_string_equal(
		first_code(
			"version: 1\nservices:\n  a: {role: resolver, root-hints: ['2001:db8::1', 192.0.2.1], " LISTEN
			"trust-anchors: ['. IN NS a.root.']}\n"),
		"CFG-12");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_safe),
		cmocka_unit_test(default_do_not_query_covers_what_nobody_serves_from),
		cmocka_unit_test(every_key_reaches_the_policy),
		cmocka_unit_test(what_is_printed_loads_again),
		cmocka_unit_test(each_fault_has_its_code_and_place),
		cmocka_unit_test(a_single_family_needs_a_way_to_the_other),
		cmocka_unit_test(servers_must_be_of_a_family_that_is_asked),
		cmocka_unit_test(resolver_keys_are_refused_elsewhere),
		cmocka_unit_test(rings_are_refused),
		cmocka_unit_test(hints_come_from_a_file),
		cmocka_unit_test(anchors_come_from_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

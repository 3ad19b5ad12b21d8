/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config.h"

#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

#define GOOD_ZONES "zones:\n  example.com: {file: example.com.zone}\n"
#define PUBLIC(more)                                                                                                   \
	"  public: {role: authoritative, listen: ['::1@5300', 127.0.0.1@5300], zones: [example.com]" more "}\n"

/* A file, and the one finding it gives: code and place. */
static const struct {
	const char *text;
	int result;
	const char *code;
	uint32_t line, column;
} faults[] = {
	/* YAML itself */
	{"", ERR_SYNTAX, "CFG-01", 0, 0},
	{"version: [1\n", ERR_SYNTAX, "CFG-01", 2, 1},
	{"- version\n", ERR_SYNTAX, "CFG-01", 1, 1},
	{"version: &a 1\n", ERR_SYNTAX, "CFG-01", 1, 13},
	{"version: 1\n---\nversion: 1\n", ERR_SYNTAX, "CFG-01", 2, 1},
	{"version: 1\nservices:\n  a: {listen: 2001:db8::}\n", ERR_SYNTAX, "CFG-08", 3, 15},
	{"%YAML 1.2\n---\nversion: 1\n", ERR_SYNTAX, "CFG-01", 1, 1},
	{"version: 1\nnode: {user: \xff}\n", ERR_SYNTAX, "CFG-01", 2, 14},
	{"version: 1\nnode: {user: \xc3\xa4, x: \x01}\n", ERR_SYNTAX, "CFG-01", 2, 20},
	/* keys */
	{"version: 1\nversion: 1\nservices: {}\n", ERR_FINDINGS, "CFG-04", 2, 1},
	{"version: 1\nservises: {}\nservices: {}\n", ERR_FINDINGS, "CFG-02", 2, 1},
	{"services: {}\n", ERR_FINDINGS, "CFG-05", 1, 1},
	{"version: 1\n", ERR_FINDINGS, "CFG-05", 1, 1},
	{"version: 2\nservices: {}\n", ERR_FINDINGS, "CFG-06", 1, 10},
	{"version: one\nservices: {}\n", ERR_FINDINGS, "CFG-03", 1, 10},
	{"version: 1\nservices: {}\nnode: 5\n", ERR_FINDINGS, "CFG-03", 3, 7},
	{"version: 1\nservices: {}\nnode: {workers: many}\n", ERR_FINDINGS, "CFG-03", 3, 17},
	{"version: 1\nservices: {}\nnode: {workers: 0}\n", ERR_FINDINGS, "CFG-03", 3, 17},
	{"version: 1\nservices: {}\nnode: {workers:}\n", ERR_FINDINGS, "CFG-03", 3, 8},
	{"version: 1\nservices: {}\nnode: {user: [a]}\n", ERR_FINDINGS, "CFG-03", 3, 14},
	{"version: 1\nservices: {}\ntransport: {edns-udp-size: 4097}\n", ERR_FINDINGS, "CFG-03", 3, 28},
	{"version: 1\ntransport: {edns-udp-size: 1401, path-mtu: interface}\nservices:\n" PUBLIC("") GOOD_ZONES, ERR_FINDINGS,
	 "CFG-03", 2, 28},
	{"version: 1\nservices: {}\ntransport: {tcp-mss: 1219}\n", ERR_FINDINGS, "CFG-03", 3, 22},
	{"version: 1\nservices: {}\ntransport: {tcp-idle-timeout: 10}\n", ERR_FINDINGS, "CFG-03", 3, 31},
	{"version: 1\nservices: {}\ntransport: {path-mtu: discover}\n", ERR_FINDINGS, "CFG-03", 3, 23},
	{"version: 1\nservices: {}\npref64: [2001:db8::/95]\n", ERR_FINDINGS, "CFG-03", 3, 10},
	{"version: 1\nservices: {}\nobservability: {log: {to: jornal}}\n", ERR_FINDINGS, "CFG-03", 3, 27},
	{"version: 1\nservices: {}\nkeys:\n  k: {secret-file: no-such-file}\n", ERR_FINDINGS, "CFG-07", 4, 20},
	/* what is kept */
	{"version: 1\nservices: {}\nobservability:\n  history: {store: rrd}\n", ERR_FINDINGS, "CFG-03", 4, 20},
	{"version: 1\nservices: {}\nobservability:\n  history: {size: 15MiB}\n", ERR_FINDINGS, "CFG-03", 4, 19},
	{"version: 1\nservices: {}\nobservability:\n  history: {raw-sample: 1/0}\n", ERR_FINDINGS, "CFG-03", 4, 25},
	{"version: 1\nservices: {}\nobservability:\n  history: {raw-sample: 2/50}\n", ERR_FINDINGS, "CFG-03", 4, 25},
	{"version: 1\nservices: {}\nobservability:\n  signals: off\n  history: {}\n", ERR_FINDINGS, "CFG-03", 4, 12},
	{"version: 1\nservices: {}\nobservability:\n  clickhouse: {user: x}\n", ERR_FINDINGS, "CFG-05", 4, 3},
	{"version: 1\nservices: {}\nobservability:\n  clickhouse: {url: 'http://u:p@h/'}\n", ERR_FINDINGS, "CFG-03", 4, 22},
	{"version: 1\nservices: {}\nobservability:\n  clickhouse: {url: 'ftp://[::1]/'}\n", ERR_FINDINGS, "CFG-03", 4, 22},
	{"version: 1\nservices: {}\nobservability:\n  clickhouse: {url: 'http://[::1]/', database: 'a; b'}\n", ERR_FINDINGS,
	 "CFG-03", 4, 49},
	{"version: 1\nservices: {}\nobservability:\n  clickhouse: {url: 'http://[::1]/', sample: off}\n", ERR_FINDINGS, "CFG-03", 4,
	 46},
	{"version: 1\nservices: {}\nobservability:\n  clickhouse: {url: 'http://[::1]/', password-file: none}\n", ERR_FINDINGS,
	 "CFG-07", 4, 53},
	/* services */
	{"version: 1\nservices:\n  a:\n    role: recursor\n    zones: [example.com]\n    listen: ['::1', "
	 "127.0.0.1]\n" GOOD_ZONES,
	 ERR_FINDINGS, "CFG-03", 4, 11},
	{"version: 1\nservices:\n" PUBLIC(", tcp-mss: 1388") GOOD_ZONES, ERR_FINDINGS, "CFG-02", 3, 93},
	{"version: 1\nservices:\n  a:\n    role: authoritative\n    zones: [example.com]\n    listen:\n      - "
	 "2001:db8::\n" GOOD_ZONES,
	 ERR_FINDINGS, "CFG-08", 7, 9},
	{"version: 1\nservices:\n  a:\n    role: authoritative\n    zones: [example.com]\n    listen: ['::1', "
	 "127.0.0.300]\n" GOOD_ZONES,
	 ERR_FINDINGS, "CFG-03", 6, 21},
	{"version: 1\nservices:\n  a:\n    role: authoritative\n    zones: [example.org]\n    listen: ['::1', "
	 "127.0.0.1]\n",
	 ERR_FINDINGS, "CFG-09", 5, 13},
	{"version: 1\nservices:\n  a:\n    role: authoritative\n    zones: [example.com]\n    listen: "
	 "'::1'\n" GOOD_ZONES,
	 ERR_FINDINGS, "SVC-003", 3, 3},
	{"version: 1\nservices:\n  a:\n    role: authoritative\n    zones: [example.com]\n    listen: ['::1', "
	 "127.0.0.1]\n"
	 "    families: [ipv6]\n" GOOD_ZONES,
	 ERR_FINDINGS, "SVC-003", 6, 21},
	{"version: 1\nservices:\n" PUBLIC("") "  b: {role: authoritative, families: [ipv6], zones: [example.com], "
					      "listen: '::@5300'}\n" GOOD_ZONES,
	 ERR_FINDINGS, "SVC-001", 4, 77},
	{"version: 1\nservices:\n" PUBLIC(", transport: {edns-udp-size: 1400}") GOOD_ZONES, ERR_FINDINGS, "SVC-004", 3,
	 120},
	{"version: 1\nservices:\n  a: {role: authoritative, zones: [example.com, x], listen: ['::1', "
	 "127.0.0.1]}\n" GOOD_ZONES "  x: {name: EXAMPLE.com, file: other}\n",
	 ERR_FINDINGS, "SVC-007", 3, 3},
	/* listeners that embed an IPv4 address */
	{"version: 1\nservices:\n  a: {role: authoritative, zones: [example.com], listen: ['::ffff:192.0.2.1'], "
	 "families: [ipv6]}\n" GOOD_ZONES,
	 ERR_FINDINGS, "SVC-002", 3, 60},
	{"version: 1\nservices:\n  a: {role: authoritative, zones: [example.com], listen: ['::192.0.2.1'], families: "
	 "[ipv6]}\n" GOOD_ZONES,
	 ERR_FINDINGS, "SVC-002", 3, 60},
	{"version: 1\nservices:\n  a: {role: authoritative, zones: [example.com], listen: ['64:ff9b::1'], families: "
	 "[ipv6]}\n" GOOD_ZONES,
	 ERR_FINDINGS, "SVC-002", 3, 60},
	{"version: 1\nservices:\n  a: {role: authoritative, zones: [example.com], listen: ['64:ff9b:1::1'], families: "
	 "[ipv6]}\n" GOOD_ZONES,
	 ERR_FINDINGS, "SVC-002", 3, 60},
	{"version: 1\nservices:\n  a: {role: authoritative, zones: [example.com], listen: ['fd00:64::1'], families: "
	 "[ipv6]}\n"
	 "pref64: [fd00:64::/96]\n" GOOD_ZONES,
	 ERR_FINDINGS, "SVC-002", 3, 60},
	{"version: 1\nservices:\n  a: {role: authoritative, zones: [example.com], listen: [ff02::1], families: "
	 "[ipv6]}\n" GOOD_ZONES,
	 ERR_FINDINGS, "SVC-005", 3, 59},
	{"version: 1\nservices:\n  a: {role: authoritative, zones: [example.com], listen: [fe80::1], families: "
	 "[ipv6]}\n" GOOD_ZONES,
	 ERR_FINDINGS, "SVC-005", 3, 59},
	/* watch */
	{"version: 1\nservices: {}\nwatch: {services: {every: 30s}}\n", ERR_FINDINGS, "CFG-05", 3, 9},
	{"version: 1\nservices: {}\nwatch: {services: {names: [a.example], every: 500ms}}\n", ERR_FINDINGS, "CFG-03", 3, 47},
	{"version: 1\nservices: {}\nwatch: {services: {names: [a.example], types: [AAAA, X]}}\n", ERR_FINDINGS, "CFG-03", 3, 54},
	{"version: 1\nservices: {}\nwatch: {services: {names: [a.example], connect: [443, 65536]}}\n", ERR_FINDINGS, "CFG-03", 3, 55},
	{"version: 1\nservices: {}\nwatch: {services: {names: [a.example], every: 1s, timeout: 2s}}\n", ERR_FINDINGS, "CFG-14", 3, 60},
	{"version: 1\nservices: {}\nwatch: {services: {names: [a.example], servers: []}}\n", ERR_FINDINGS, "CFG-14", 3, 49},
	{"version: 1\nservices: {}\nwatch: {services: {names: [a.example], types: [DNSKEY], connect: [443]}}\n", ERR_FINDINGS,
	 "CFG-14", 3, 47},
	{"version: 1\nservices: {}\nwatch: {sets: {one: {names: [a.example], cd: maybe}}}\n", ERR_FINDINGS, "CFG-03", 3, 46},
	{"version: 1\nservices: {}\nwatch: {root-hints: /no/such/file, services: {names: [a.example]}}\n", ERR_FINDINGS, "CFG-13",
	 3, 21},
	{"version: 1\nservices:\n" PUBLIC("") GOOD_ZONES "watch: {services: {names: [app.example.com, app.exmaple.com]}}\n",
	 ERR_OK, "CFG-15", 6, 27},
	/* not fatal */
	{"version: 1\nservices:\n" PUBLIC("") GOOD_ZONES "  spare.example: {file: x}\n", ERR_OK, "CFG-10", 6, 3},
	{"version: 1\nservices:\n  a: {role: authoritative, zones: [example.com], listen: ['2001:db8::1'], families: "
	 "[ipv6]}\n" GOOD_ZONES,
	 ERR_OK, "SVC-006", 3, 60},
};

static const char watching[] =
	"version: 1\nservices:\n" PUBLIC("")
	"zones:\n  example.com: {file: example.com.zone, delegation-audit: {every: 6h, require: two-per-family}}\n"
	"watch:\n"
	"  services: {names: [app.example.com, www.example.com], types: [AAAA, A, PTR], every: 30s, connect: [443]}\n"
	"  delegations: {zones: [example.com], every: 6h}\n"
	"  sets: {keys: {names: [example.com], types: DNSKEY, servers: [], resolvers: ['2001:db8::53', 192.0.2.53@5300]}}\n";

static int load(const char *text, const struct config_load_options *options, struct finding_list *findings,
		struct config **ret)
{
	return config_load_text("etc/sextant.yaml", span_text(text), options, findings, ret);
}

static void each_fault_has_its_code_and_place(void **state)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct finding_list *findings = finding_list_new();
		struct config *config = NULL;
		int result = load(faults[i].text, NULL, findings, &config);
		const struct finding *finding = finding_count(findings) > 0 ? finding_at(findings, 0) : NULL;
		const char *code = finding != NULL ? finding_row(finding->code)->code : "none";
		if (result != faults[i].result || finding_count(findings) != 1 || strcmp(code, faults[i].code) != 0 ||
		    finding->place.line != faults[i].line || finding->place.column != faults[i].column)
			fail_msg("row %zu: %d, %zu findings, %s at %u:%u: %s\n%s", i, result, finding_count(findings),
				 code, finding != NULL ? finding->place.line : 0,
				 finding != NULL ? finding->place.column : 0, finding != NULL ? finding->cause : "",
				 faults[i].text);
		config_free(config);
		finding_list_free(findings);
	}
}

static const char good[] =
	"version: 1\n"
	"node: {identity: ns1.example.net, workers: 2, run-dir: /run/x}\n"
	"transport: {tcp-mss: 1388, tcp-idle-timeout: 2m, edns-udp-size: 1400, path-mtu: interface}\n"
	"pref64: [2001:db8:64:ff9b::/96]\n"
	"zones:\n"
	"  example.com: {file: zones/example.com.zone}\n"
	"  inside: {name: example.com, file: /abs/inside.zone, lint: refuse}\n"
	"services:\n"
	"  public:\n"
	"    role: authoritative\n"
	"    listen: [::1, 127.0.0.1@5301]\n"
	"    zones: [example.com]\n"
	"    transport: {edns-udp-size: 1232}\n"
	"    log: {queries: sample 1/100, stream: auth}\n"
	"  internal:\n"
	"    role: authoritative\n"
	"    listen: any@5302\n"
	"    zones: [inside]\n"
	"    minimal-responses: no\n"
	"    any: full\n"
	"    version: none of yours\n"
	"observability: {log: {format: text, to: file log/sextant.log}}\n";

static void a_whole_file_is_read(void **state)
{
	struct finding_list *findings = finding_list_new();
	struct config *config = NULL;
	assert_int_equal(load(good, NULL, findings, &config), ERR_OK);
	assert_int_equal(finding_count(findings), 0);
	assert_string_equal(config->identity, "ns1.example.net");
	assert_int_equal(config->workers, 2);
	assert_string_equal(config_socket_path(config), "/run/x/control.sock");
	assert_string_equal(config->zones[0].file, "etc/zones/example.com.zone");
	assert_string_equal(config->zones[1].file, "/abs/inside.zone");
	assert_int_equal(config->zones[1].lint, CONFIG_LINT_REFUSE);
	assert_true(name_equal(config->zones[0].name, config->zones[1].name));
	assert_int_equal(config->service_count, 2);
	const struct config_service *public = &config->services[0], *internal = &config->services[1];
	assert_int_equal(public->listener_count, 2);
	assert_int_equal(public->listeners[0].endpoint.port, 53);
	assert_int_equal(public->listeners[1].endpoint.port, 5301);
	assert_int_equal(public->transport.edns_udp_size, 1232);
	assert_int_equal(public->transport.tcp_mss, 1388);
	assert_int_equal(public->transport.tcp_idle_timeout_ms, 120000);
	assert_int_equal(public->query_log_every, 100);
	assert_string_equal(public->stream, "auth");
	assert_true(public->is_minimal && public->is_cookie_on && public->version == NULL);
	assert_int_equal(internal->listener_count, 2);
	assert_true(ip_addr_is_any(&internal->listeners[0].endpoint.addr));
	assert_int_equal(internal->listeners[0].endpoint.addr.family, FAMILY_IPV6);
	assert_int_equal(internal->listeners[1].endpoint.addr.family, FAMILY_IPV4);
	assert_int_equal(internal->transport.edns_udp_size, 1400);
	assert_false(internal->is_minimal);
	assert_int_equal(internal->any, CONFIG_ANY_FULL);
	assert_ptr_equal(internal->zones[0], &config->zones[1]);
	assert_int_equal(config->pref64_count, 1);
	assert_false(config->is_log_json);
	assert_string_equal(config->log_to.file, "etc/log/sextant.log");
	config_free(config);
	finding_list_free(findings);
}

static void all_faults_of_a_file_are_reported(void **state)
{
	struct finding_list *findings = finding_list_new();
	struct config *config = NULL;
	const char *text =
		"version: 1\nnode: {workers: x, usr: y}\ntransport: {tcp-mss: 9000}\nservices:\n  a: {role: stub}\n";
	assert_int_equal(load(text, NULL, findings, &config), ERR_FINDINGS);
	assert_int_equal(finding_count(findings), 6); /* workers, usr, tcp-mss, role, listen, zones */
	finding_list_free(findings);
}

static void lab_moves_listeners_to_loopback(void **state)
{
	struct finding_list *findings = finding_list_new();
	struct config *config = NULL;
	const struct config_load_options options = {.is_lab = true};
	const char *text = "version: 1\nservices:\n"
			   "  a: {role: authoritative, zones: [example.com], listen: [2001:db8::53, 192.0.2.53]}\n"
			   "  b: {role: authoritative, zones: [example.com], listen: [2001:db8::54, 192.0.2.54]}\n"
			   "  c: {role: authoritative, zones: [example.com], listen: any@5301}\n" GOOD_ZONES;
	assert_int_equal(load(text, &options, findings, &config), ERR_OK);
	assert_int_equal(finding_count(findings), 0);
	static const char *const expected[3][2] = {
		{"::1@5300", "127.0.0.1@5300"}, {"::1@5302", "127.0.0.1@5302"}, {"::1@5301", "127.0.0.1@5301"}};
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(config->services[i].listener_count, 2);
		for (size_t j = 0; j < 2; j++) {
			char moved[IP_ENDPOINT_TEXT_MAX];
			ip_endpoint_to_text(&config->services[i].listeners[j].endpoint, moved);
			assert_string_equal(moved, expected[i][j]);
		}
	}
	char written[IP_ENDPOINT_TEXT_MAX];
	ip_endpoint_to_text(&config->services[0].listeners[0].written, written);
	assert_string_equal(written, "2001:db8::53@53");
	assert_string_equal(config_socket_path(config), "etc/run/control.sock");
	config_free(config);
	finding_list_free(findings);
}

static void the_environment_names_the_run_dir(void **state)
{
	struct finding_list *findings = finding_list_new();
	struct config *config = NULL;
	const char *text = "version: 1\nservices:\n" PUBLIC("") GOOD_ZONES;
	assert_int_equal(setenv("RUNTIME_DIRECTORY", "/run/sextant", 1), 0);
	assert_int_equal(load(text, NULL, findings, &config), ERR_OK);
	assert_string_equal(config_socket_path(config), "/run/sextant/control.sock");
	config_free(config);
	assert_int_equal(unsetenv("RUNTIME_DIRECTORY"), 0);
	assert_int_equal(load(text, NULL, findings, &config), ERR_OK);
	assert_string_equal(config_socket_path(config), "etc/run/control.sock");
	config_free(config);
	finding_list_free(findings);
}

/* The form of the sample configuration. */
static void what_is_watched(void **state)
{
	struct finding_list *findings = finding_list_new();
	struct config *config = NULL;
	assert_int_equal(load(watching, NULL, findings, &config), ERR_OK);
	assert_int_equal(finding_count(findings), 0);
	const struct config_watch_set *set = config_watch_set_at(&config->watch, 0);
	assert_string_equal(set->key, "services");
	assert_int_equal(set->names.count, 2);
	assert_true(set->has_type[0] && set->has_type[1] && set->has_type[2] && !set->has_type[3]);
	assert_int_equal(config_watch_type(2), 12); /* PTR */
	assert_int_equal(set->every_ms, 30000);
	assert_int_equal(set->connect.items[0], 443);
	assert_true(!set->has_servers && !set->has_resolvers && set->is_cd_on);
	set = config_watch_set_at(&config->watch, 1);
	assert_string_equal(set->key, "keys");
	assert_true(set->has_servers && set->has_resolvers && set->servers.count == 0 && set->resolvers.count == 2);
	assert_null(config_watch_set_at(&config->watch, 2));
	assert_int_equal(config->watch.delegations.audit.every_ms, 6 * 3600000);
	assert_int_equal(config->zones[0].audit.every_ms, 6 * 3600000);
	assert_true(config->watch.hints.servers.count > 0 && config->watch.anchor.text.size > 0);
	config_free(config);
	finding_list_free(findings);
}

int main(void)
{
	unsetenv("RUNTIME_DIRECTORY");
	unsetenv("SEXTANT_LOG_FORMAT");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_has_its_code_and_place),
		cmocka_unit_test(what_is_watched), cmocka_unit_test(a_whole_file_is_read),
		cmocka_unit_test(all_faults_of_a_file_are_reported), cmocka_unit_test(lab_moves_listeners_to_loopback),
		cmocka_unit_test(the_environment_names_the_run_dir),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

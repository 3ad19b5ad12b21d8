/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/config/resolver_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MORE_COLUMN ((uint32_t)(sizeof("  lan: {role: resolver, " OWN LISTEN) - 1 + 1))

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

/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"
#include "audit/validators.h"
#include "dns/rrtype.h"
#include "dnssec/delegated.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

#define ZONE ((struct name){(const uint8_t *)"\7example\0", 9, 1})

static const struct chain chains[FAMILY_COUNT] = {
	[FAMILY_IPV6] = {.zone = {(const uint8_t *)"\7example\0", 9, 1}, .family = FAMILY_IPV6, .state = CHAIN_GOOD},
	[FAMILY_IPV4] = {.zone = {(const uint8_t *)"\7example\0", 9, 1}, .family = FAMILY_IPV4, .state = CHAIN_GOOD},
};

/* Two servers with both families, all of it good. */
static void view_good(struct view *view)
{
	static const uint8_t *const names[] = {(const uint8_t *)"\3ns1\7example\0",
					       (const uint8_t *)"\3ns2\7example\0"};
	*view = (struct view){.zone = ZONE,
			      .parent = name_root,
			      .chains = {&chains[0], &chains[1]},
			      .states = {CHAIN_GOOD, CHAIN_GOOD},
			      .has_child_set = true,
			      .is_signed = true,
			      .is_signed_known = true,
			      .serial = 7,
			      .server_count = 2};
	for (unsigned i = 0; i < 2; i++) {
		struct view_server *server = &view->servers[i];
		*server = (struct view_server){
			.name = name_of(names[i]), .is_in_parent = true, .is_in_child = true, .is_in_domain = true};
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			struct view_family *side = &server->families[family];
			*side = (struct view_family){
				.count = 1, .has_glue = true, .has_child = true, .is_child_known = true};
			side->addresses[0] = (struct view_address){.is_glue = true,
								   .is_child = true,
								   .udp = WAY_GOOD,
								   .tcp = WAY_GOOD,
								   .large = WAY_GOOD,
								   .same = WAY_GOOD,
								   .serial = 7,
								   .has_edns = true,
								   .edns_size = 1232};
			struct ip_addr *addr = &side->addresses[0].endpoint.addr;
			addr->family = family;
			addr->bytes[0] = family == FAMILY_IPV6 ? 0x26 : 8;
			addr->bytes[1] = (uint8_t)(8 + i);
		}
	}
}

/* The codes that are found, one after another: "D17 C01". */
static void found(const struct view *view, struct text *out)
{
	struct finding_list *findings = finding_list_new();
	checks_run(view, findings);
	for (size_t i = 0; i < finding_count(findings); i++)
		text_addf(out, "%s%s", i > 0 ? " " : "", finding_row(finding_at(findings, i)->code)->code);
	finding_list_free(findings);
}

#define ASSERT_FOUND(view, codes)                                                                                      \
	do {                                                                                                           \
		struct text told = {0};                                                                                \
		found(view, &told);                                                                                    \
		assert_string_equal(text_string(&told), codes);                                                        \
		text_free(&told);                                                                                      \
	} while (0)

static void test_a_good_zone_has_no_findings(void **state)
{
	static struct view view;
	view_good(&view);
	ASSERT_FOUND(&view, "");
}

static void test_addresses(void **state)
{
	static struct view view;
	view_good(&view);
	view.servers[0].families[FAMILY_IPV6].addresses[0].tcp = WAY_SILENT;
	ASSERT_FOUND(&view, "T02");
	view.paths[FAMILY_IPV6].is_tcp_lost = view.paths[FAMILY_IPV4].is_tcp_lost = true; /* nor does anybody else */
	ASSERT_FOUND(&view, "V02");
	view_good(&view);
	view.servers[0].families[FAMILY_IPV6].addresses[0].udp = WAY_SILENT;
	ASSERT_FOUND(&view, "T01");
	view.servers[0].families[FAMILY_IPV6].addresses[0].tcp = WAY_SILENT;
	ASSERT_FOUND(&view, "D11");
	view_good(&view);
	view.servers[1].families[FAMILY_IPV6].addresses[0].edns_size = 4096;
	ASSERT_FOUND(&view, "T03");
	view_good(&view);
	view.servers[1].families[FAMILY_IPV6].addresses[0].serial = 6;
	ASSERT_FOUND(&view, "C01");
	view_good(&view);
	view.servers[1].families[FAMILY_IPV6].addresses[0].same = WAY_BAD;
	ASSERT_FOUND(&view, "C02");
	view_good(&view);
	view.servers[1].families[FAMILY_IPV6].addresses[0].udp = WAY_UNTESTED; /* from here; nobody is to blame */
	ASSERT_FOUND(&view, "");
}

static struct view_wire *wire_of(struct view *view, enum family family)
{
	view_good(view);
	return &view->servers[0].families[family].addresses[0].wire;
}

static void test_sizes(void **state)
{
	static struct view view;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		*wire_of(&view, family) = (struct view_wire){.udp_sent = 1400, .udp_passed = 1400};
		ASSERT_FOUND(&view, "");
		*wire_of(&view, family) = (struct view_wire){.udp_sent = 1401, .udp_passed = 1401, .fragment = 1280};
		ASSERT_FOUND(&view, "T04 T05");
		*wire_of(&view, family) = (struct view_wire){.udp_passed = 1100, .udp_lost = 1990};
		ASSERT_FOUND(&view, "T04"); /* truncated, it would have come */
		*wire_of(&view, family) = (struct view_wire){.udp_passed = 780, .udp_lost = 830};
		view.paths[family].udp_seen = 830;
		ASSERT_FOUND(&view, "T06");
		view.paths[family].udp_seen = 829; /* nobody is blamed for what nobody else could send here either */
		ASSERT_FOUND(&view, "V02");
		view.paths[other(family)].udp_seen = 1232;
		ASSERT_FOUND(&view, "V02");
	}
}

static void test_segments(void **state)
{
	static struct view view;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		wire_of(&view, family)->segment = 1388;
		ASSERT_FOUND(&view, "");
		wire_of(&view, family)->segment = 1389;
		view.servers[1].families[family].addresses[0].wire.segment = 1440;
		ASSERT_FOUND(&view, "T07");
		*wire_of(&view, family) = (struct view_wire){.segment_passed = 1220, .segment_lost = 1260};
		ASSERT_FOUND(&view, "T08");
	}
}

static void test_streams(void **state)
{
	static struct view view;
	struct fact stream = {.state = FACT_REPLY, .seen = {.answered = FACT_STREAM_QUESTIONS, .is_kept = true}};
	wire_of(&view, FAMILY_IPV6)->stream = &stream;
	ASSERT_FOUND(&view, "");
	stream.seen.is_kept = false;
	ASSERT_FOUND(&view, "T02");
	stream.seen.answered = 1;
	ASSERT_FOUND(&view, "T02");
	stream.state = FACT_SILENT; /* not even one: says nothing of several */
	ASSERT_FOUND(&view, "");
}

/* The same serial, other records; and a server that refuses one family. */
static void test_transfers(void **state)
{
	static struct view view;
	static const uint8_t first[] = "\0\1\204\0\0\0\0\1\0\0\0\0\7example\0\0\6\0\1\0\0\0\74\0\26"
				       "\0\0\0\0\0\7\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1",
			     refusal[] = "\0\1\204\5\0\0\0\0\0\0\0\0";
	const struct fact one = {.state = FACT_REPLY,
				 .message = span_of(first, sizeof(first) - 1),
				 .seen = {.records = 3, .digest = {1}}};
	struct fact two = one, refused = {.state = FACT_REPLY, .message = span_of(refusal, sizeof(refusal) - 1)};
	view_good(&view);
	view.servers[0].families[FAMILY_IPV6].addresses[0].transfer = &one;
	view.servers[0].families[FAMILY_IPV4].addresses[0].transfer = &two;
	ASSERT_FOUND(&view, "");
	two.seen.digest[0] = 2;
	ASSERT_FOUND(&view, "C04");
	view.servers[0].families[FAMILY_IPV4].addresses[0].transfer = &refused;
	ASSERT_FOUND(&view, "C04");
	refused.state = FACT_SILENT; /* on the way there: nobody's decision */
	ASSERT_FOUND(&view, "");
}

/* What is published is owed; else it is a notice, and what was not seen is nothing. */
static void test_encrypted(void **state)
{
	static struct view view;
	/* A good certificate, and what may be wrong with it. */
	static const struct fact_seen good = {
		.is_encrypted = true, .is_trusted = true, .is_name_right = true, .expires_s = 1 << 30};
	struct fact_seen other_name = good, expired = good, expires = good, own = good;
	other_name.is_name_right = own.is_trusted = false;
	expired.expires_s = 999;
	expires.expires_s = 87400;
	const struct {
		struct fact fact;
		bool is_published;
		int severity; /* -1: nothing is said */
	} rows[] = {
		{{.state = FACT_REPLY, .seen = good}, true, -1},
		{{.state = FACT_REPLY, .seen = other_name}, true, SEVERITY_WARNING},
		{{.state = FACT_REPLY, .seen = other_name}, false, SEVERITY_NOTICE},
		{{.state = FACT_REPLY, .seen = expired}, true, SEVERITY_WARNING},
		{{.state = FACT_REPLY, .seen = expires}, true, SEVERITY_NOTICE},
		{{.state = FACT_REPLY, .seen = own}, true, SEVERITY_NOTICE},
		{{.state = FACT_REFUSED}, true, SEVERITY_WARNING},
		{{.state = FACT_SILENT}, false, SEVERITY_NOTICE},
		{{.state = FACT_SILENT}, true, SEVERITY_NOTICE},                        /* this host's network, perhaps */
		{{.state = FACT_SILENT, .seen.segment = 1440}, true, SEVERITY_WARNING}, /* the connection stood */
		{{.state = FACT_NO_ROUTE}, true, -1},
		{{.state = FACT_UNKNOWN}, true, -1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct finding_list *findings = finding_list_new();
		view_good(&view);
		view.now_s = 1000;
		view.servers[1].is_dot_published = rows[i].is_published;
		view.servers[1].families[FAMILY_IPV6].addresses[0].tls = &rows[i].fact;
		checks_run(&view, findings);
		assert_int_equal(finding_count(findings), rows[i].severity >= 0);
		if (rows[i].severity >= 0) {
			assert_int_equal(finding_at(findings, 0)->code, FINDING_ENCRYPTED);
			assert_int_equal(finding_at(findings, 0)->severity, rows[i].severity);
			bool is_unknown = rows[i].is_published && rows[i].fact.state == FACT_SILENT &&
					  rows[i].fact.seen.segment == 0;
			assert_int_equal(finding_at(findings, 0)->is_undetermined, is_unknown);
		}
		finding_list_free(findings);
	}
}

/* What comes in place of an answer over HTTPS, and paths that nobody can ask. */
static void test_encrypted_https(void **state)
{
	static struct view view;
	static const struct {
		struct fact fact;
		const char *told; /* a part of the sentence; NULL: nothing is said */
	} rows[] = {
		{{.state = FACT_REPLY, .seen = {.is_http2 = true, .status = 200, .is_dns_message = true}}, NULL},
		{{.state = FACT_REFUSED, .seen = {.is_http2 = false}}, "does not agree on HTTP/2"},
		{{.state = FACT_REFUSED, .seen = {.is_http2 = true}}, "a POST to /q, with nothing that is a response"},
		{{.state = FACT_REFUSED, .seen = {.is_http2 = true, .status = 404}}, "with status 404"},
		{{.state = FACT_REFUSED, .seen = {.is_http2 = true, .status = 200}}, "else than application/dns-message"},
		{{.state = FACT_REFUSED, .seen = {.is_http2 = true, .status = 200, .is_dns_message = true}},
		 "does not answer the question"},
		{{.state = FACT_SILENT, .seen = {.is_http2 = true, .segment = 1440}}, "takes DNS over HTTPS and does not answer"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct finding_list *findings = finding_list_new();
		struct fact fact = rows[i].fact;
		fact.seen.is_encrypted = fact.seen.is_trusted = fact.seen.is_name_right = true;
		fact.seen.expires_s = 1 << 30;
		fact.question.probe = PROBE_HTTPS;
		fact.question.path = "/q";
		view_good(&view);
		view.now_s = 1000;
		view.servers[1].is_doh_published = true;
		view.servers[1].families[FAMILY_IPV6].addresses[0].https = &fact;
		checks_run(&view, findings);
		assert_int_equal(finding_count(findings), rows[i].told != NULL);
		if (rows[i].told != NULL) {
			assert_int_equal(finding_at(findings, 0)->severity, SEVERITY_WARNING);
			assert_non_null(strstr(finding_at(findings, 0)->cause, rows[i].told));
		}
		finding_list_free(findings);
	}
	for (enum view_path_state path = VIEW_PATH_GOOD; path <= VIEW_PATH_LONG; path++) {
		struct finding_list *findings = finding_list_new();
		view_good(&view);
		view.servers[1].is_doh_published = true;
		view.servers[1].doh_path_state = path;
		checks_run(&view, findings);
		assert_int_equal(finding_count(findings), path != VIEW_PATH_GOOD);
		if (path != VIEW_PATH_GOOD)
			assert_int_equal(finding_at(findings, 0)->is_undetermined, path == VIEW_PATH_LONG);
		finding_list_free(findings);
	}
}

/* V03: addresses that lead through this network's translator, and an IPv4 that is made by one. */
static void test_translated(void **state)
{
	static struct view view;
	static const struct nat64 nat64 = {
		.count = 1, .prefixes = {{.addr = {.family = FAMILY_IPV6, .bytes = {0x26, 8}}, .length = 32}}};
	view_good(&view);
	view.nat64 = &nat64;
	ASSERT_FOUND(&view, "A04");
	view_good(&view);
	view.is_ipv4_translated = true;
	ASSERT_FOUND(&view, "V03");
}

static void test_sets(void **state)
{
	static struct view view;
	view_good(&view);
	view.servers[1].is_in_child = false;
	ASSERT_FOUND(&view, "D03 D03 D17");
	view_good(&view);
	view.servers[1].is_alias = true;
	ASSERT_FOUND(&view, "D14");
	view_good(&view);
	view.servers[1].families[FAMILY_IPV6].child_ttl_s = 60;
	ASSERT_FOUND(&view, "P08");
	view_good(&view);
	view.servers[1].families[FAMILY_IPV6].addresses[0].is_child = false;
	ASSERT_FOUND(&view, "D07");
	view_good(&view);
	view.servers[1].families[FAMILY_IPV4] = (struct view_family){.is_child_known = true};
	ASSERT_FOUND(&view, "D01 D19");
}

static void test_signatures(void **state)
{
	const struct secure good = {.is_known = true, .is_there = true, .security = SECURITY_SECURE};
	const struct secure bogus = {
		.is_known = true, .is_there = true, .security = SECURITY_BOGUS, .reason = "expired"};
	static struct view view;
	view_good(&view);
	view.secure[FAMILY_IPV6][0][0] = bogus;
	view.secure[FAMILY_IPV4][0][0] = good;
	ASSERT_FOUND(&view, "S04");
	view.secure[FAMILY_IPV4][0][0] = bogus;
	ASSERT_FOUND(&view, "S03");
	view.secure[FAMILY_IPV6][0][0] = view.secure[FAMILY_IPV4][0][0] = good;
	view.secure[FAMILY_IPV6][1][1] = bogus;
	view.secure[FAMILY_IPV6][1][2] = good;
	ASSERT_FOUND(&view, "S01");
	view.secure[FAMILY_IPV6][1][1].is_known = false; /* not seen is not bogus */
	ASSERT_FOUND(&view, "");
	view.is_signed = false;
	ASSERT_FOUND(&view, "S06");
}

/* A DNSKEY of algorithm 13, its DS by SHA-256, and one with a mistake. */
static const uint8_t key_octets[] = {0, 48, 0, 1, 0, 0, 14, 16, 0, 8, 1, 1, 3, 13, 1, 2, 3, 4};

static struct rrset *ds_set(bool is_right)
{
	struct rrset *ds = calloc(1, sizeof(*ds) + RRSET_RECORD_HEADER + 36);
	struct span key = span_of(key_octets + RRSET_RECORD_HEADER, 8);
	assert_non_null(ds);
	*ds = (struct rrset){.type = RR_DS, .count = 1, .size = RRSET_RECORD_HEADER + 36};
	store_u16(ds->records + 8, 36);
	uint8_t *rdata = ds->records + RRSET_RECORD_HEADER;
	uint8_t digest[DIGEST_SIZE_MAX];
	store_u16(rdata, dnskey_tag(key));
	rdata[2] = 13;
	rdata[3] = 2;
	assert_int_equal(delegated_digest(ZONE, key, DIGEST_SHA256, digest), ERR_OK);
	memcpy(rdata + 4, digest, 32);
	rdata[4] ^= !is_right;
	return ds;
}

static void test_ds(void **state)
{
	static struct view view;
	struct rrset *right = ds_set(true), *wrong = ds_set(false);
	struct rrset *keys = calloc(1, sizeof(*keys) + sizeof(key_octets));
	assert_non_null(keys);
	*keys = (struct rrset){.type = RR_DNSKEY, .count = 1, .size = sizeof(key_octets)};
	memcpy(keys->records, key_octets, sizeof(key_octets));
	view_good(&view);
	view.dnskey = keys;
	view.ds = right;
	ASSERT_FOUND(&view, "");
	view.ds = wrong;
	ASSERT_FOUND(&view, "S07");
	/* Given for a zone below an unsigned one. */
	const struct given given = {.zone = ZONE, .has_ds = true, .ds = right};
	view.ds = right;
	view.given = &given;
	ASSERT_FOUND(&view, "");
	view.secure[FAMILY_IPV4][0][0] = (struct secure){.is_known = true, .security = SECURITY_INSECURE};
	ASSERT_FOUND(&view, "S08");
	free(right);
	free(wrong);
	free(keys);
}

static void validator_says(struct validator_view *validator, enum validator_word root, enum validator_word word)
{
	*validator = (struct validator_view){.root.word = root};
	for (unsigned i = 0; i < VIEW_NAMES; i++) {
		for (unsigned j = 0; j < VIEW_TYPES; j++)
			validator->sayings[i][j].word = word;
	}
}

static void test_validators(void **state)
{
	static const struct {
		enum validator_word root, word;
		enum security ours;
		const char *codes; /* of what is said of the SOA and the apex's AAAA: the rest is not known here */
	} rows[] = {
		{VALIDATOR_SECURE, VALIDATOR_SECURE, SECURITY_SECURE, ""},
		{VALIDATOR_SECURE, VALIDATOR_INSECURE, SECURITY_INSECURE, ""},
		{VALIDATOR_SECURE, VALIDATOR_BOGUS, SECURITY_SECURE, "S09 S09"},
		{VALIDATOR_SECURE, VALIDATOR_BOGUS, SECURITY_INSECURE, "S09 S09"},
		{VALIDATOR_SECURE, VALIDATOR_SECURE, SECURITY_INSECURE, "S09 S09"},
		{VALIDATOR_SECURE, VALIDATOR_INSECURE, SECURITY_SECURE, "S09"}, /* a denial may go without AD */
		{VALIDATOR_INSECURE, VALIDATOR_INSECURE, SECURITY_SECURE, "S10"},
		{VALIDATOR_FAILED, VALIDATOR_FAILED, SECURITY_SECURE, "S11"},
		{VALIDATOR_SILENT, VALIDATOR_SILENT, SECURITY_SECURE, "V05"},
		{VALIDATOR_UNTESTED, VALIDATOR_UNTESTED, SECURITY_SECURE, "V05"},
	};
	static struct view view;
	struct validator_view validator;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		view_good(&view);
		validator_says(&validator, rows[i].root, rows[i].word);
		view.validators = &validator;
		view.validator_count = 1;
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			struct secure *secure = view.secure[family][0];
			secure[0] = (struct secure){.is_known = true, .is_there = true, .security = rows[i].ours};
			secure[1] = (struct secure){.is_known = true, .security = rows[i].ours};
		}
		ASSERT_FOUND(&view, rows[i].codes);
	}
	/* What lies behind an alias is another name's; where the families differ there is nothing to compare. */
	validator_says(&validator, VALIDATOR_SECURE, VALIDATOR_INSECURE);
	validator.sayings[0][0].is_alias = true;
	ASSERT_FOUND(&view, "");
	validator_says(&validator, VALIDATOR_SECURE, VALIDATOR_INSECURE);
	view.secure[FAMILY_IPV4][0][0].security = SECURITY_INSECURE;
	ASSERT_FOUND(&view, "");
}

/* The place of a delegation in a file is that of all that is said of it. */
static void test_place(void **state)
{
	static struct view view;
	const struct given given = {.zone = ZONE, .place = {.file = "parent.zone", .line = 7}};
	view_good(&view);
	view.given = &given;
	view.servers[1].is_alias = true;
	struct finding_list *findings = finding_list_new();
	checks_run(&view, findings);
	assert_int_equal(finding_count(findings), 1);
	assert_string_equal(finding_at(findings, 0)->place.file, "parent.zone");
	assert_int_equal(finding_at(findings, 0)->place.line, 7);
	finding_list_free(findings);
}

static void test_a_family_that_is_not_tested(void **state)
{
	static struct view view;
	view_good(&view);
	view.states[FAMILY_IPV6] = CHAIN_UNTESTED;
	ASSERT_FOUND(&view, "V01");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_zone_has_no_findings),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_transfers),
		cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_encrypted_https),
		cmocka_unit_test(test_translated),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_ds),
		cmocka_unit_test(test_validators),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_a_family_that_is_not_tested),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

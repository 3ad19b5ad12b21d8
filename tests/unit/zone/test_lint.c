/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/zone/lint_zones.h"

#include <stdio.h>
#include <stdlib.h>

#define ZONES_MAX 3
#define NOW_S UINT64_C(1795305600) /* 2026-11-22 00:00:00 UTC */

/* Head of a zone that has two dual-stack servers in different networks. "S06" is left out of all rows: none is signed. */
#define HEAD                                                                                                           \
	"$TTL 300\n@ IN SOA ns1 dns 1 3600 900 1209600 300\n"
#define GOOD                                                                                                           \
	HEAD "@ NS ns1\n@ NS ns2\nns1 AAAA 2a00:1450:1::1\nns1 A 9.9.1.1\nns2 AAAA 2a00:1450:2::1\nns2 A 9.9.2.1\n"
#define CHILD_SERVERS "c NS ns1.c\nc NS ns2.c\n"
#define CHILD_GLUE "ns1.c AAAA 2a00:1450:3::1\nns1.c A 9.9.3.1\nns2.c AAAA 2a00:1450:4::1\nns2.c A 9.9.4.1\n"
#define CHILD HEAD "@ NS ns1\n@ NS ns2\nns1 AAAA 2a00:1450:3::1\nns1 A 9.9.3.1\nns2 AAAA 2a00:1450:4::1\nns2 A 9.9.4.1\n"
#define TRAPS                                                                                                          \
	HEAD "  IN NS ns1\n  IN NS ns2\nns1 IN A 192.0.2.1\nns1 IN AAAA ::ffff:192.0.2.1\nns2 IN A 192.0.2.2\n"            \
	     "ns2 IN AAAA 64:ff9b::192.0.2.2\n"

struct row {
	const char *what;
	const char *codes; /* of all findings but S06, with a sign for the severity: -notice ~warning !error, sorted by code */
	struct {
		const char *origin, *text;
	} zones[ZONES_MAX];
};

static const struct row rows[] = {
	{"a clean zone", "", {{"example.", GOOD}}},
	{"a clean zone with a clean delegation", "", {{"example.", GOOD CHILD_SERVERS CHILD_GLUE}}},
	{"clean parent and child", "", {{"example.", GOOD CHILD_SERVERS CHILD_GLUE}, {"c.example.", CHILD}}},
	{"glue at the delegated name itself", "",
	 {{"example.", GOOD "c NS c\nc NS ns1\nc AAAA 2a00:1450:5::1\nc A 9.9.5.1\n"}}},

	/* D01, D02, D04, D19, single server */
	{"the guide's forward zone", "-A05 !D01 !D02 !D04 -D19 ~ZON-20",
	 {{"example.com.", "$TTL 300\n@ IN SOA ns1.example.com. dns.example.com. (\n2026010101 3600 900 1209600 300 )\n"
	                   "  IN NS ns1.example.com.\nns1 IN AAAA 2001:db8:10::53\napp IN AAAA 2001:db8:10::20\n"}}},
	{"two servers, IPv4 only", "!D02 !D04 -D19 -D19",
	 {{"example.", HEAD "@ NS ns1\n@ NS ns2\nns1 A 9.9.1.1\nns2 A 9.9.2.1\n"}}},
	{"two of each family in four servers", "-D19 -D19 -D19 -D19",
	 {{"example.", HEAD "@ NS a\n@ NS b\n@ NS c\n@ NS d\na A 9.9.1.1\nb A 9.9.2.1\nc AAAA 2a00:1450:1::1\nd AAAA 2a00:1450:2::1\n"}}},
	{"two names, one address", "~A07 !D01 !D02",
	 {{"example.", HEAD "@ NS a\n@ NS b\na A 9.9.1.1\nb A 9.9.1.1\na AAAA 2a00:1450:1::1\nb AAAA 2a00:1450:1::1\n"}}},
	{"two addresses on one server are one server", "!D01 !D02 ~ZON-20",
	 {{"example.", HEAD "@ NS a\na A 9.9.1.1\na A 9.9.2.1\na AAAA 2a00:1450:1::1\na AAAA 2a00:1450:2::1\n"}}},
	{"servers by a wildcard", "~A07 !D01 !D02", {{"example.", HEAD "@ NS x.w\n@ NS y.w\n*.w A 9.9.1.1\n*.w AAAA 2a00:1450:1::1\n"}}},

	/* undetermined */
	{"servers elsewhere", "-ZON-21", {{"example.", HEAD "@ NS ns1.other.\n@ NS ns2.other.\n"}}},
	{"one server elsewhere is one server, whatever it has", "!D01 !D02 ~ZON-20 -ZON-21",
	 {{"example.", HEAD "@ NS ns1.other.\n"}}},
	{"two good ones and one elsewhere", "", {{"example.", GOOD "@ NS ns.other.\n"}}},
	{"servers in another given zone", "",
	 {{"example.org.", HEAD "@ NS ns1.example.\n@ NS ns2.example.\n"}, {"example.", GOOD}}},
	{"servers missing in another given zone", "!D01 !D02 ~ZON-16 ~ZON-16",
	 {{"example.org.", HEAD "@ NS ns8.example.\n@ NS ns9.example.\n"}, {"example.", GOOD}}},
	{"a sibling's server without glue is not known", "-ZON-21",
	 {{"example.", GOOD "c NS ns1.d\nc NS ns2.d\nd NS ns1\nd NS ns2\n"}}},

	/* delegations */
	{"a delegation without glue", "!D01 !D02 !D05 ~ZON-20", {{"example.", GOOD "c NS ns.c\n"}}},
	{"A glue only", "!D02 !D04 ~D05 ~D05 -D19 -D19",
	 {{"example.", GOOD CHILD_SERVERS "ns1.c A 9.9.3.1\nns2.c A 9.9.4.1\n"}}},
	{"AAAA glue missing that the child has", "!D02 !D05", 
	 {{"example.", GOOD CHILD_SERVERS "ns1.c AAAA 2a00:1450:3::1\nns1.c A 9.9.3.1\nns2.c A 9.9.4.1\n"}, {"c.example.", CHILD}}},
	{"glue that the child lacks", "!D03 !D06 -D19",
	 {{"example.", GOOD CHILD_SERVERS CHILD_GLUE},
	  {"c.example.", HEAD "@ NS ns1\n@ NS ns2\nns1 AAAA 2a00:1450:3::1\nns1 A 9.9.3.1\nns2 A 9.9.4.1\n"}}},
	{"glue that differs", "~D07", {{"example.", GOOD CHILD_SERVERS "ns1.c AAAA 2a00:1450:3::99\nns1.c A 9.9.3.1\nns2.c AAAA 2a00:1450:4::1\nns2.c A 9.9.4.1\n"}, {"c.example.", CHILD}}},
	/* named-checkzone before 9.21.22: the AAAA glue too many hid the A glue that is missing. */
	{"extra AAAA glue does not hide missing A glue", "!D01 !D02 !D03 !D03 !D04 !D04 !D05 !D06 -D19 ~ZON-20 ~ZON-20",
	 {{"example.", GOOD "c NS ns.c\nns.c AAAA 2a00:1450:3::1\n"}, {"c.example.", HEAD "@ NS ns\nns A 9.9.3.1\n"}}},
	{"an alias as name server", "!D01 !D02 !D14", {{"example.", HEAD "@ NS a\n@ NS b\na CNAME b\nb A 9.9.1.1\nb AAAA 2a00:1450:1::1\n"}}},
	{"a name server that does not exist", "~ZON-16", {{"example.", GOOD "@ NS gone\n"}}},
	{"TTLs of the two families", "-P08", {{"example.", GOOD "@ NS ns3\nns3 60 AAAA 2a00:1450:6::1\nns3 300 A 9.9.6.1\n"}}},

	/* addresses */
	{"each line against RFC 10001 4.1: the zone", "!A01 !A03 -A05 -A06 -A06 !D02", {{"example.", TRAPS}}},
	{"the delegations", "!A01 !A02 !A03 -A05 -A06 -A06 -A06 !D01 !D01 !D01 !D01 !D02 !D02 !D02 !D02 !D02 !D04 !D04 ~D05 ~D05 !D05 -D19 -D19 ~ZON-20 ~ZON-20 ~ZON-20 ~ZON-20",
	 {{"example.", TRAPS "v4only IN NS ns.v4only\nns.v4only IN A 192.0.2.3\nv6only IN NS ns.v6only\nns.v6only IN AAAA 2001:db8::3\n"
	                     "compat IN NS ns.compat\nns.compat IN A 192.0.2.4\nns.compat IN AAAA ::192.0.2.4\nnoglue IN NS ns.noglue\n"}}},
	{"local NAT64", "!A03", {{"example.", GOOD "@ NS ns3\nns3 AAAA 64:ff9b:1::1\nns3 A 9.9.9.1\n"}}},
	{"configured PREF64", "!A04 -A06", {{"example.", GOOD "@ NS ns3\nns3 AAAA 2a00:64:64::9.9.9.1\nns3 A 9.9.9.1\n"}}},
	{"PREF64 of 64 bits, with the u octet zero", "!A04 -A06", {{"example.", GOOD "@ NS ns3\nns3 AAAA 2a00:65::9:909:100:0\nns3 A 9.9.9.1\n"}}},
	{"in a PREF64, but its u octet is not zero", "", {{"example.", GOOD "@ NS ns3\nns3 AAAA 2a00:65::109:909:100:0\nns3 A 9.9.9.1\n"}}},
	{"special addresses", "~A05 ~A05 ~A05 !A05 !A05 !A05",
	 {{"example.", GOOD "@ NS x\nx A 9.9.9.1\nx AAAA 2002:c000:201::1\nx AAAA 2001::1\nx AAAA fd00::1\nx AAAA fe80::1\nx AAAA ff0e::1\n@ NS y\ny A 10.0.0.1\ny AAAA 2a00:1450:9::1\n"}}},
	{"one /64", "~A07", {{"example.", GOOD "@ NS ns3\nns3 AAAA 2a00:1450:2::53\nns3 A 9.9.9.1\n"}}},
	{"one /48", "-A07", {{"example.", GOOD "@ NS ns3\nns3 AAAA 2a00:1450:2:1::53\nns3 A 9.9.9.1\n"}}},
	{"a translated address published", "!P07", {{"example.", GOOD "www AAAA 64:ff9b::192.0.2.80\nwww A 192.0.2.80\n"}}},

	/* names and targets */
	{"A without AAAA", "-P05 -P05", {{"example.", GOOD "www A 192.0.2.80\n*.x A 192.0.2.81\n"}}},
	{"targets", "!ZON-15 !ZON-15 ~ZON-16 ~ZON-16 ~ZON-16",
	 {{"example.", GOOD "al CNAME www\nwww AAAA 2001:db8::80\nwww A 192.0.2.80\n@ MX 10 al\n@ MX 20 gone\n_x._tcp SRV 0 0 80 al\n"
	                    "_y._tcp SRV 0 0 80 txt\ntxt TXT x\nnowhere CNAME gone\n_z._tcp SRV 0 0 0 .\nout MX 1 mx.other.\nok CNAME txt\n"}}},
	{"null MX and targets by wildcard", "", {{"example.", GOOD "m MX 0 .\n*.w AAAA 2001:db8::1\nm2 MX 5 a.w\n"}}},
	{"hints", "~P06 ~P06 ~P06",
	 {{"example.", GOOD "w AAAA 2001:db8::80\nw A 192.0.2.80\n"
	                    "w HTTPS 1 . ipv4hint=192.0.2.80\n"
	                    "@ HTTPS 1 w ipv4hint=192.0.2.80 ipv6hint=2001:db8::81\n"
	                    "good HTTPS 1 w ipv4hint=192.0.2.80 ipv6hint=2001:db8::80\n"
	                    "bad4 SVCB 1 w ipv4hint=192.0.2.81 ipv6hint=2001:db8::80\nal HTTPS 0 w\n"}}},
	{"SPF and URI", "-ZON-22 -ZON-22 -ZON-23",
	 {{"example.", GOOD "a TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\nb TXT \"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all\"\n"
	                    "c TXT \"v=spf1 ip4:192.0.2.0/24 include:x.example -all\"\nd TXT \"v=spf1 +ip4:192.0.2.1 ~all\"\n"
	                    "e TXT \"v=spf1 mx ip4:192.0.2.1\"\nf TXT \"v=spf10 ip4:192.0.2.1\"\ng TXT \"v=spf1 -all\"\n"
	                    "u URI 1 1 \"http://192.0.2.1:80/x\"\nv URI 1 1 \"http://host.example/192.0.2.1\"\n"
	                    "x URI 1 1 \"http://[2001:db8::1]/\"\n"}}},

	/* reverse */
	{"the guide's reverse zone", "!D01 !D02 !P02 ~ZON-20 -ZON-21",
	 {{"8.b.d.0.1.0.0.2.ip6.arpa.", HEAD "@ NS ns1.example.com.\n0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0 IN PTR app.example.com.\n"}}},
	{"nibbles", "!P02 !P02 !P02 -ZON-21",
	 {{"8.b.d.0.1.0.0.2.ip6.arpa.",
	   HEAD "@ NS ns1.o.\n@ NS ns2.o.\n"
	        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR a.o.\n"   /* right */
	        "1.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR a.o.\n" /* 33 */
	        "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR a.o.\n"     /* 31 */
	        "10.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR a.o.\n"  /* no nibble */
	        "lb._dns-sd._udp PTR a.o.\n*.f PTR a.o.\n"}}},
	{"octets", "!P02 -ZON-21",
	 {{"2.0.192.in-addr.arpa.", HEAD "@ NS ns1.o.\n@ NS ns2.o.\n1 PTR a.o.\n2.2 PTR a.o.\n3 CNAME 3.0/26\n3.0/26 PTR a.o.\n"}}},
	{"forward without reverse", "-P01 -P01 -P01",
	 {{"example.", GOOD "www AAAA 2001:db8::80\nwww A 192.0.2.80\nxyz AAAA 2001:db8::81\nno AAAA 2a00:1::1\n*.w AAAA 2001:db8::1\n"},
	  {"8.b.d.0.1.0.0.2.ip6.arpa.", HEAD "@ NS ns1.example.\n@ NS ns2.example.\nf NS ns1.example.\nf NS ns2.example.\n"},
	  {"2.0.192.in-addr.arpa.", HEAD "@ NS ns1.example.\n@ NS ns2.example.\n"}}},
	{"forward and reverse agree", "",
	 {{"example.", GOOD "www AAAA 2001:db8::80\nwww A 192.0.2.80\nalso A 192.0.2.80\nalso AAAA 2001:db8::80\n"},
	  {"8.b.d.0.1.0.0.2.ip6.arpa.", HEAD "@ NS ns1.example.\n@ NS ns2.example.\n0.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR www.example.\n"},
	  {"2.0.192.in-addr.arpa.", HEAD "@ NS ns1.example.\n@ NS ns2.example.\n80 CNAME 80.0/25\n80.0/25 PTR www.example.\n"}}},
	{"reverse without forward", "-P01 ~P01 ~P01",
	 {{"2.0.192.in-addr.arpa.", HEAD "@ NS ns1.example.\n@ NS ns2.example.\n1 PTR www.example.\n2 PTR gone.example.\n3 PTR x.other.\n"},
	  {"example.", GOOD "www A 192.0.2.99\nwww AAAA 2a00:1::1\n"}}},
	{"data below a delegation elsewhere is another zone's business", "-P05",
	 {{"example.", GOOD "www AAAA 2001:db8:f000::80\nmail A 192.0.2.1\n"},
	  {"8.b.d.0.1.0.0.2.ip6.arpa.", HEAD "@ NS ns1.example.\n@ NS ns2.example.\nf.0.0.0 NS ns1.example.\nf.0.0.0 NS ns2.example.\n0.0.0.f NS ns1.example.\n0.0.0.f NS ns2.example.\nf NS ns1.example.\nf NS ns2.example.\n"}}},
};

static int text_order(const void *a, const void *b)
{
	return strcmp((const char *)a + 1, (const char *)b + 1) != 0 ? strcmp((const char *)a + 1, (const char *)b + 1)
	                                                             : strcmp(a, b);
}

/* "!D01 -D19": the codes of all findings, in order, each with its severity. */
static void codes_of(const struct finding_list *list, char *ret, size_t size)
{
	char codes[64][16];
	size_t count = 0;
	for (size_t i = 0; i < finding_count(list) && count < 64; i++) {
		const struct finding *finding = finding_at(list, i);
		if (finding->code == FINDING_ZONE_UNSIGNED)
			continue;
		snprintf(codes[count++], sizeof(codes[0]), "%c%s", "-~!"[finding->severity], finding_row(finding->code)->code);
	}
	qsort(codes, count, sizeof(codes[0]), text_order);
	ret[0] = '\0';
	for (size_t i = 0, used = 0; i < count; i++)
		used += (size_t)snprintf(ret + used, size - used, "%s%s", i > 0 ? " " : "", codes[i]);
}

/* The expected codes in the same order, so that a row may be written in any. */
static void codes_sort(const char *codes, char *ret, size_t size)
{
	char words[64][16];
	size_t count = 0;
	for (const char *at = codes; *at != '\0' && count < 64; at += strspn(at, " ")) {
		size_t length = strcspn(at, " ");
		snprintf(words[count++], sizeof(words[0]), "%.*s", (int)length, at);
		at += length;
	}
	qsort(words, count, sizeof(words[0]), text_order);
	ret[0] = '\0';
	for (size_t i = 0, used = 0; i < count; i++)
		used += (size_t)snprintf(ret + used, size - used, "%s%s", i > 0 ? " " : "", words[i]);
}

static void each_check(void **state)
{
	struct ip_prefix pref64[2];
	assert_int_equal(ip_prefix_from_text("2a00:64:64::/96", &pref64[0]), ERR_OK);
	assert_int_equal(ip_prefix_from_text("2a00:65::/64", &pref64[1]), ERR_OK);
	size_t wrong = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lint_zone zones[ZONES_MAX];
		struct lint_input input = {.zones = zones, .pref64 = pref64, .pref64_count = 2, .now_s = NOW_S};
		for (; input.zone_count < ZONES_MAX && rows[i].zones[input.zone_count].origin != NULL; input.zone_count++)
			zones[input.zone_count] = lint_zone_make(rows[i].zones[input.zone_count].origin,
			                                         rows[i].zones[input.zone_count].text);
		struct finding_list *findings = finding_list_new();
		zone_lint_all(&input, findings);
		char got[1024], want[1024];
		codes_of(findings, got, sizeof(got));
		codes_sort(rows[i].codes, want, sizeof(want));
		if (strcmp(got, want) != 0) {
			wrong++;
			print_message("%s:\n  want %s\n  got  %s\n", rows[i].what, want, got);
			for (size_t n = 0; n < finding_count(findings); n++)
				print_message("    %s %s\n", finding_row(finding_at(findings, n)->code)->code, finding_at(findings, n)->cause);
		}
		finding_list_free(findings);
		for (size_t n = 0; n < input.zone_count; n++)
			lint_zone_free(&zones[n]);
	}
	assert_int_equal(wrong, 0);
}

/* The cause and fix of one code, from one zone set. */
static void texts_of_p02(void **state)
{
	struct lint_zone zones[] = {
		lint_zone_make("8.b.d.0.1.0.0.2.ip6.arpa.",
	                   HEAD "@ NS ns1.example.com.\n0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0 IN PTR app.example.com.\n"),
		lint_zone_make("example.com.", GOOD "app AAAA 2001:db8:10::20\n"),
	};
	struct lint_input input = {.zones = zones, .zone_count = 2, .now_s = NOW_S};
	struct finding_list *findings = finding_list_new();
	zone_lint(&input, 0, findings);
	const struct finding *found = NULL;
	for (size_t i = 0; i < finding_count(findings); i++) {
		if (finding_at(findings, i)->code == FINDING_PTR_OWNER)
			found = finding_at(findings, i);
	}
	assert_non_null(found);
	assert_string_equal(found->cause,
	                    "The full name has 24 nibbles; an IPv6 address has 32. `dig -x` can never ask for it.\n"
	                    "Zone covers 2001:db8::/32, so 24 labels are needed. app.example.com has AAAA 2001:db8:10::20:\n"
	                    "  0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0");
	assert_string_equal(found->fix, "sextant reverse generate --from example.com --prefix 2001:db8::/32 "
	                                "-O 8.b.d.0.1.0.0.2.ip6.arpa.");
	assert_int_equal(found->place.line, 4);
	assert_int_equal(found->place.column, 1);
	finding_list_free(findings);
	lint_zone_free(&zones[0]);
	lint_zone_free(&zones[1]);
}

/* Two services may serve two versions of one zone: each is judged by its own names. */
static void two_versions_of_a_zone(void **state)
{
	struct lint_zone zones[] = {lint_zone_make("example.", HEAD "@ NS ns1\n@ NS ns2\n"), lint_zone_make("example.", GOOD)};
	struct lint_input input = {.zones = zones, .zone_count = 2, .now_s = NOW_S};
	for (size_t i = 0; i < 2; i++) {
		struct finding_list *findings = finding_list_new();
		zone_lint(&input, i, findings);
		assert_int_equal(finding_count_at_least(findings, SEVERITY_ERROR), i == 0 ? 2 : 0);
		finding_list_free(findings);
	}
	lint_zone_free(&zones[0]);
	lint_zone_free(&zones[1]);
}

static void referral_sizes(void **state)
{
	static const struct {
		size_t servers, label;
		bool has_v6;
		const char *codes;
	} sizes[] = {
		{4, 5, true, ""}, {8, 20, true, "-D12"}, {12, 50, true, "~D12 ~D13"}, {12, 50, false, "-D12"}, {20, 50, true, "~D12"},
	};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct text zone = {0};
		text_add(&zone, GOOD);
		for (size_t n = 0; n < sizes[i].servers; n++) {
			char label[96];
			snprintf(label, sizeof(label), "n%zu%.*s", n, (int)sizes[i].label - 3,
			         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
			text_addf(&zone, "c NS %s.c\n%s.c A 9.%zu.1.1\n", label, label, n);
			if (sizes[i].has_v6)
				text_addf(&zone, "%s.c AAAA 2a00:%zu::1\n", label, n + 1);
		}
		struct lint_zone given = lint_zone_make("example.", text_string(&zone));
		struct lint_input input = {.zones = &given, .zone_count = 1, .now_s = NOW_S};
		struct finding_list *findings = finding_list_new();
		zone_lint(&input, 0, findings);
		char got[256] = "";
		for (size_t n = 0; n < finding_count(findings); n++) {
			const struct finding *finding = finding_at(findings, n);
			if (finding->code == FINDING_REFERRAL_SIZE || finding->code == FINDING_REFERRAL_FAMILY)
				snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%c%s", got[0] == '\0' ? "" : " ",
				         "-~!"[finding->severity], finding_row(finding->code)->code);
		}
		assert_string_equal(got, sizes[i].codes);
		finding_list_free(findings);
		lint_zone_free(&given);
		text_free(&zone);
	}
}

/* --- Signed zones: the signatures' octets do not matter here, only what is said about them. --- */

#define SIG(owner, type, expiration, inception)                                                                        \
	owner " RRSIG " type " 13 1 300 " expiration " " inception " 1 example. AAAA\n"
#define FINE(owner, type) SIG(owner, type, "20261222000000", "20261120000000")
#define SIGNED_APEX                                                                                                    \
	HEAD "@ NS a.other.\n@ NS b.other.\n@ DNSKEY 257 3 13 AAAA\n@ NSEC www NS SOA RRSIG NSEC DNSKEY\n" FINE("@", "SOA")  \
		FINE("@", "NS") FINE("@", "DNSKEY") FINE("@", "NSEC")
#define SIGNED_NSEC(types) "www NSEC @ " types " RRSIG NSEC\n" FINE("www", "NSEC")
#define WWW "www AAAA 2001:db8::80\n"

static void signatures(void **state)
{
	static const struct {
		const char *what, *codes, *cause, *zone;
	} signed_rows[] = {
		{"all is well", "-ZON-21", NULL, SIGNED_APEX WWW FINE("www", "AAAA") SIGNED_NSEC("AAAA")},
		{"no signature on AAAA", "!S02 -ZON-21", "The AAAA of www.example has no signature in a signed zone.",
		 SIGNED_APEX WWW SIGNED_NSEC("AAAA")},
		{"expired", "!S02 -ZON-21", "The AAAA of www.example has a signature that expired on 2026-11-21 23:59.",
		 SIGNED_APEX WWW SIG("www", "AAAA", "20261121235959", "20261101000000") SIGNED_NSEC("AAAA")},
		{"not valid yet", "!S02 -ZON-21", "The AAAA of www.example has a signature that is not valid yet.",
		 SIGNED_APEX WWW SIG("www", "AAAA", "20261222000000", "20261122000001") SIGNED_NSEC("AAAA")},
		{"expires soon", "~S05 -ZON-21", "The AAAA of www.example has a signature that expires soon: 2026-11-24 00:00.",
		 SIGNED_APEX WWW SIG("www", "AAAA", "20261124000000", "20261020000000") SIGNED_NSEC("AAAA")},
		{"a good one beside an expired one", "-ZON-21", NULL,
		 SIGNED_APEX WWW SIG("www", "AAAA", "20261121235959", "20261101000000") FINE("www", "AAAA") SIGNED_NSEC("AAAA")},
		{"bitmap lacks AAAA", "!S02 -ZON-21", "The AAAA of www.example is not in the type bitmap of the name's NSEC.",
		 SIGNED_APEX WWW FINE("www", "AAAA") "www A 192.0.2.80\n" FINE("www", "A") SIGNED_NSEC("A")},
		{"a delegation's NS and glue are not signed", "-ZON-21 -ZON-21", NULL,
		 SIGNED_APEX "www NS ns1.other.\nwww NS ns2.other.\n" SIGNED_NSEC("NS")},
	};
	for (size_t i = 0; i < sizeof(signed_rows) / sizeof(signed_rows[0]); i++) {
		struct lint_zone zone = lint_zone_make("example.", signed_rows[i].zone);
		struct lint_input input = {.zones = &zone, .zone_count = 1, .now_s = NOW_S};
		struct finding_list *findings = finding_list_new();
		zone_lint(&input, 0, findings);
		char got[1024];
		codes_of(findings, got, sizeof(got));
		assert_string_equal(got, signed_rows[i].codes);
		for (size_t n = 0; n < finding_count(findings); n++) {
			const struct finding *finding = finding_at(findings, n);
			assert_true(finding->code != FINDING_ZONE_UNSIGNED);
			if (finding->code == FINDING_SIGNATURE_BAD || finding->code == FINDING_SIGNATURE_EXPIRING)
				assert_string_equal(finding->cause, signed_rows[i].cause);
		}
		if (i == 0)
			assert_int_equal(zone_signed_until(zone.zone, NOW_S), NOW_S + 30 * 86400);
		finding_list_free(findings);
		lint_zone_free(&zone);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_check),
		cmocka_unit_test(texts_of_p02),
		cmocka_unit_test(two_versions_of_a_zone),
		cmocka_unit_test(referral_sizes),
		cmocka_unit_test(signatures),
	};
	return cmocka_run_group_tests_name("zone/lint", tests, NULL, NULL);
}

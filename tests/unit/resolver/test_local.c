/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/local/local.h"

#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "dns64/dns64.h"
#include "resolver/local/special.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;
static struct name_buffer buffers[64];
static size_t buffer_next;

static int set_up(void **state)
{
	arena = arena_new(65536);
	return arena == NULL;
}

static int tear_down(void **state)
{
	arena_free(arena);
	return 0;
}

static struct name name_text(const char *text)
{
	struct name name;
	struct name_buffer *buffer = &buffers[buffer_next++ % SIZE(buffers)];
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

static struct ip_addr addr_text(const char *text)
{
	struct ip_addr addr;
	assert_int_equal(ip_addr_from_text(text, &addr), ERR_OK);
	return addr;
}

static struct ip_prefix prefix_text(const char *text)
{
	struct ip_prefix prefix;
	assert_int_equal(ip_prefix_from_text(text, &prefix), ERR_OK);
	return prefix;
}

static const struct outcome *found(const struct resolver_policy *policy, const char *qname, uint16_t qtype)
{
	const struct outcome *outcome = NULL;
	if (!local_find(policy, name_text(qname), qtype, 1, arena, &outcome))
		return NULL;
	assert_non_null(outcome);
	assert_int_equal(outcome->qtype, qtype);
	assert_true(name_equal(outcome->qname, name_text(qname)));
	assert_int_equal(outcome->security, SECURITY_INSECURE);
	assert_int_equal(outcome->server.port, 0);
	assert_int_equal(outcome->ede, -1);
	return outcome;
}

static void not_local(const struct resolver_policy *policy, const char *qname, uint16_t qtype)
{
	assert_null(found(policy, qname, qtype));
}

static void denied(const struct resolver_policy *policy, const char *qname, uint16_t qtype, enum outcome_kind kind,
                   const char *zone)
{
	const struct outcome *outcome = found(policy, qname, qtype);
	assert_non_null(outcome);
	assert_int_equal(outcome->kind, kind);
	const struct rrset_view *soa = outcome_soa(outcome);
	assert_non_null(soa);
	assert_true(name_equal(soa->owner, name_text(zone)));
	struct span rdata;
	size_t position = 0;
	assert_true(rrset_next(soa->rrset, &position, &rdata));
	assert_int_equal(rdata_check(RR_SOA, rdata), ERR_OK);
	assert_int_equal(position, soa->rrset->size);
}

/* The answer is one RRset of the type at qname; texts: its records in presentation form, in order. */
static void answered(const struct resolver_policy *policy, const char *qname, uint16_t qtype, uint16_t type,
                     const char *const *texts)
{
	const struct outcome *outcome = found(policy, qname, qtype);
	assert_non_null(outcome);
	assert_int_equal(outcome->kind, OUTCOME_ANSWER);
	assert_int_equal(outcome->answer_count, 1);
	assert_int_equal(outcome->sets[0].rrset->type, type);
	assert_true(name_equal(outcome->sets[0].owner, name_text(qname)));
	struct span rdata;
	size_t position = 0, count = 0;
	while (rrset_next(outcome->sets[0].rrset, &position, &rdata)) {
		struct text text = {0};
		rdata_to_text(type, rdata, &text);
		assert_non_null(texts[count]);
		assert_string_equal(text_string(&text), texts[count++]);
		text_free(&text);
	}
	assert_null(texts[count]);
	assert_int_equal(outcome->sets[0].rrset->count, count);
}
#define ANSWERED(policy, qname, qtype, type, ...)                                                                      \
	answered(policy, qname, qtype, type, (const char *const[]){__VA_ARGS__, NULL})

static const struct resolver_policy built_in = {.has_local_zones = true};

/* The IANA registry "Locally-Served DNS Zones", rows of one answer each; ranges of zones are made below. */
static void locally_served_zones(void **state)
{
	static const char *const zones[] = {"10.in-addr.arpa.",
	                                    "168.192.in-addr.arpa.",
	                                    "0.in-addr.arpa.",
	                                    "127.in-addr.arpa.",
	                                    "254.169.in-addr.arpa.",
	                                    "2.0.192.in-addr.arpa.",
	                                    "100.51.198.in-addr.arpa.",
	                                    "113.0.203.in-addr.arpa.",
	                                    "255.255.255.255.in-addr.arpa.",
	                                    "d.f.ip6.arpa.",
	                                    "8.e.f.ip6.arpa.",
	                                    "9.e.f.ip6.arpa.",
	                                    "a.e.f.ip6.arpa.",
	                                    "b.e.f.ip6.arpa.",
	                                    "8.b.d.0.1.0.0.2.ip6.arpa.",
	                                    "home.arpa.",
	                                    "service.arpa."};
	char zone[64], below[80];
	for (size_t i = 0; i < SIZE(zones) + 16 + 64; i++) {
		if (i < SIZE(zones))
			snprintf(zone, sizeof(zone), "%s", zones[i]);
		else if (i < SIZE(zones) + 16)
			snprintf(zone, sizeof(zone), "%zu.172.in-addr.arpa.", 16 + i - SIZE(zones)); /* RFC 1918 */
		else
			snprintf(zone, sizeof(zone), "%zu.100.in-addr.arpa.", 64 + i - SIZE(zones) - 16); /* RFC 7793 */
		snprintf(below, sizeof(below), "7.%s", zone);
		denied(&built_in, zone, RR_PTR, OUTCOME_NODATA, zone);
		denied(&built_in, below, RR_PTR, OUTCOME_NXDOMAIN, zone);
		not_local(&built_in, zone, RR_DS); /* the parent's: insecure delegations are proven there */
		denied(&built_in, below, RR_DS, OUTCOME_NXDOMAIN, zone);
		arena_reset(arena);
	}
	static const char *const others[] = {"15.172.in-addr.arpa.",
	                                     "32.172.in-addr.arpa.",
	                                     "63.100.in-addr.arpa.",
	                                     "128.100.in-addr.arpa.",
	                                     "11.in-addr.arpa.",
	                                     "c.f.ip6.arpa.",
	                                     "7.e.f.ip6.arpa.",
	                                     "arpa.",
	                                     "in-addr.arpa.",
	                                     "ip6.arpa.",
	                                     ".",
	                                     "example.com.",
	                                     "tests.",
	                                     "localhost.example.",
	                                     "9.b.d.0.1.0.0.2.ip6.arpa.",
	                                     "0.192.in-addr.arpa."};
	for (size_t i = 0; i < SIZE(others); i++)
		not_local(&built_in, others[i], RR_PTR);
}

static void special_use_names(void **state)
{
	static const char *const denied_zones[] = {"invalid.", "test.", "onion.", "alt."};
	char below[64];
	for (size_t i = 0; i < SIZE(denied_zones); i++) {
		snprintf(below, sizeof(below), "www.%s", denied_zones[i]);
		denied(&built_in, denied_zones[i], RR_AAAA, OUTCOME_NXDOMAIN, denied_zones[i]);
		denied(&built_in, below, RR_A, OUTCOME_NXDOMAIN, denied_zones[i]);
	}
	/* RFC 9462 6.4: no data for all of it, and no SVCB as no encrypted service is designated. */
	denied(&built_in, "resolver.arpa.", RR_AAAA, OUTCOME_NODATA, "resolver.arpa.");
	denied(&built_in, "_dns.resolver.arpa.", RR_SVCB, OUTCOME_NODATA, "resolver.arpa.");
}

static void localhost(void **state)
{
	static const char *const names[] = {"localhost.", "LocalHost.", "app.localhost."};
	for (size_t i = 0; i < SIZE(names); i++) {
		ANSWERED(&built_in, names[i], RR_AAAA, RR_AAAA, "::1");
		ANSWERED(&built_in, names[i], RR_A, RR_A, "127.0.0.1");
		ANSWERED(&built_in, names[i], RR_ANY, RR_AAAA, "::1");
		denied(&built_in, names[i], RR_TXT, OUTCOME_NODATA, "localhost.");
	}
	static const char six[] = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.";
	ANSWERED(&built_in, six, RR_PTR, RR_PTR, "localhost.");
	ANSWERED(&built_in, "1.0.0.127.in-addr.arpa.", RR_PTR, RR_PTR, "localhost.");
	denied(&built_in, six, RR_AAAA, OUTCOME_NODATA, six);
	denied(&built_in, "2.0.0.127.in-addr.arpa.", RR_PTR, OUTCOME_NXDOMAIN, "127.in-addr.arpa.");
	/* RFC 8020: a name above one that is there is there. */
	denied(&built_in, "0.0.127.in-addr.arpa.", RR_PTR, OUTCOME_NODATA, "127.in-addr.arpa.");
	denied(&built_in, "0.127.in-addr.arpa.", RR_NS, OUTCOME_NODATA, "127.in-addr.arpa.");
}

static void ipv4only(void **state)
{
	struct dns64_rule rule = {prefix_text("64:ff9b::/96"), prefix_text("0.0.0.0/0")};
	struct dns64 dns64 = {.rules = &rule, .rule_count = 1};
	struct resolver_policy policy = built_in;
	not_local(&policy, "ipv4only.arpa.", RR_A); /* a forwarder may know better: RFC 7050 */
	not_local(&policy, "ipv4only.arpa.", RR_AAAA);
	ANSWERED(&policy, "170.0.0.192.in-addr.arpa.", RR_PTR, RR_PTR, "ipv4only.arpa.");
	policy.dns64 = &dns64;
	ANSWERED(&policy, "ipv4only.arpa.", RR_A, RR_A, "192.0.0.170", "192.0.0.171");
	denied(&policy, "ipv4only.arpa.", RR_AAAA, OUTCOME_NODATA, "ipv4only.arpa.");
	denied(&policy, "www.ipv4only.arpa.", RR_A, OUTCOME_NXDOMAIN, "ipv4only.arpa.");
	ANSWERED(&policy, "171.0.0.192.in-addr.arpa.", RR_PTR, RR_PTR, "ipv4only.arpa.");
	denied(&policy, "171.0.0.192.in-addr.arpa.", RR_A, OUTCOME_NODATA, "171.0.0.192.in-addr.arpa.");
	not_local(&policy, "172.0.0.192.in-addr.arpa.", RR_PTR);
}

/* A NAT64 prefix inside a space whose reverse zone is built in. */
static void names_under_a_nat64_prefix(void **state)
{
	struct dns64_rule rule = {prefix_text("fd00:64::/96"), prefix_text("0.0.0.0/0")};
	struct dns64 dns64 = {.rules = &rule, .rule_count = 1};
	struct resolver_policy policy = built_in;
	struct ip_addr inside = addr_text("fd00:64::192.0.2.1"), outside = addr_text("fd00:65::192.0.2.1");
	struct name_buffer buffer;
	const struct outcome *outcome;
	struct name in = reverse_from_addr(&inside, &buffer);
	assert_true(local_find(&policy, in, RR_PTR, 1, arena, &outcome));
	policy.dns64 = &dns64;
	assert_false(local_find(&policy, in, RR_PTR, 1, arena, &outcome));
	struct name out = reverse_from_addr(&outside, &buffer);
	assert_true(local_find(&policy, out, RR_PTR, 1, arena, &outcome));
	assert_int_equal(outcome->kind, OUTCOME_NXDOMAIN);
}

static void operators_are_stronger(void **state)
{
	struct policy_zone zones[] = {{.zone = name_text("."), .is_forward = true},
	                              {.zone = name_text("b.home.arpa."), .is_forward = true},
	                              {.zone = name_text("168.192.in-addr.arpa.")}};
	struct name off[] = {name_text("test."), name_text("10.in-addr.arpa.")};
	struct resolver_policy policy = built_in;
	policy.zones = zones;
	policy.zone_count = SIZE(zones);
	policy.no_local = off;
	policy.no_local_count = SIZE(off);
	/* A forwarder for everything is no zone at or below a built-in one. */
	ANSWERED(&policy, "localhost.", RR_A, RR_A, "127.0.0.1");
	denied(&policy, "home.arpa.", RR_AAAA, OUTCOME_NODATA, "home.arpa.");
	denied(&policy, "a.home.arpa.", RR_AAAA, OUTCOME_NXDOMAIN, "home.arpa.");
	not_local(&policy, "b.home.arpa.", RR_AAAA);
	not_local(&policy, "c.b.home.arpa.", RR_AAAA);
	not_local(&policy, "168.192.in-addr.arpa.", RR_PTR);
	not_local(&policy, "1.1.168.192.in-addr.arpa.", RR_PTR);
	not_local(&policy, "www.test.", RR_AAAA);
	not_local(&policy, "1.0.0.10.in-addr.arpa.", RR_PTR);
	denied(&policy, "www.invalid.", RR_AAAA, OUTCOME_NXDOMAIN, "invalid.");
	/* A zone deep below: what lies between is there. */
	zones[1].zone = name_text("deep.b.home.arpa.");
	denied(&policy, "b.home.arpa.", RR_AAAA, OUTCOME_NODATA, "home.arpa.");
	policy.has_local_zones = false;
	not_local(&policy, "localhost.", RR_AAAA);
	not_local(&policy, "www.invalid.", RR_AAAA);
}

static void hosts(void **state)
{
	struct ip_addr dual[] = {addr_text("192.168.1.2"), addr_text("2001:db8::2"), addr_text("2001:db8::1"),
	                         addr_text("2001:db8::2")};
	struct ip_addr only4[] = {addr_text("10.0.0.7")}, more[] = {addr_text("2001:db8::3"), addr_text("192.168.1.2")};
	struct policy_host rows[] = {{name_text("printer.home.arpa."), dual, SIZE(dual)},
	                             {name_text("old.example."), only4, SIZE(only4)},
	                             {name_text("Printer.home.arpa."), more, SIZE(more)},
	                             {name_text("a.deep.home.arpa."), only4, SIZE(only4)},
	                             {name_text("nothing.example."), NULL, 0}};
	struct resolver_policy policy = built_in;
	policy.hosts = rows;
	policy.host_count = SIZE(rows);
	for (int turn = 0; turn < 2; turn++) {
		ANSWERED(&policy, "PRINTER.home.arpa.", RR_AAAA, RR_AAAA, "2001:db8::1", "2001:db8::2", "2001:db8::3");
		ANSWERED(&policy, "printer.home.arpa.", RR_A, RR_A, "192.168.1.2");
		denied(&policy, "printer.home.arpa.", RR_MX, OUTCOME_NODATA, "printer.home.arpa.");
		denied(&policy, "old.example.", RR_AAAA, OUTCOME_NODATA, "old.example."); /* DNS64 goes on from here */
		ANSWERED(&policy, "old.example.", RR_ANY, RR_A, "10.0.0.7");
		denied(&policy, "nothing.example.", RR_AAAA, OUTCOME_NODATA, "nothing.example.");
		ANSWERED(&policy, "7.0.0.10.in-addr.arpa.", RR_PTR, RR_PTR, "old.example.");
		ANSWERED(&policy, "2.1.168.192.in-addr.arpa.", RR_PTR, RR_PTR, "printer.home.arpa.");
		ANSWERED(&policy, "3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.", RR_PTR,
		         RR_PTR, "Printer.home.arpa.");
		not_local(&policy, "www.old.example.", RR_A);
		not_local(&policy, "example.", RR_A);
		policy.has_local_zones = turn == 0 ? false : true; /* hosts do not depend on it */
	}
	/* Names between a built-in zone and a host are there. */
	denied(&policy, "deep.home.arpa.", RR_A, OUTCOME_NODATA, "home.arpa.");
	denied(&policy, "0.0.10.in-addr.arpa.", RR_PTR, OUTCOME_NODATA, "10.in-addr.arpa.");
	denied(&policy, "1.0.10.in-addr.arpa.", RR_PTR, OUTCOME_NXDOMAIN, "10.in-addr.arpa.");
}

static void many_addresses(void **state)
{
	struct ip_addr addrs[100];
	for (size_t i = 0; i < SIZE(addrs); i++) {
		addrs[i] = addr_text("2001:db8::");
		addrs[i].bytes[15] = (uint8_t)(SIZE(addrs) - i);
	}
	struct policy_host row = {name_text("many.example."), addrs, SIZE(addrs)};
	struct resolver_policy policy = {.hosts = &row, .host_count = 1};
	const struct outcome *outcome = found(&policy, "many.example.", RR_AAAA);
	assert_int_equal(outcome->sets[0].rrset->count, 64);
	assert_int_equal(outcome->sets[0].rrset->size, 64 * 26);
}

/* The table itself: well-formed names, each once, those outside arpa found. */
static void rows(void **state)
{
	for (size_t i = 0; special_at(i) != NULL; i++) {
		struct span wire = span_of(special_at(i)->zone.wire, special_at(i)->zone.size);
		struct name name;
		assert_int_equal(name_take(&wire, &name), ERR_OK);
		assert_int_equal(wire.size, 0);
		assert_int_equal(name.labels, special_at(i)->zone.labels);
		assert_ptr_equal(special_find(name), special_at(i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locally_served_zones),
		cmocka_unit_test(special_use_names),
		cmocka_unit_test(localhost),
		cmocka_unit_test(ipv4only),
		cmocka_unit_test(names_under_a_nat64_prefix),
		cmocka_unit_test(operators_are_stronger),
		cmocka_unit_test(hosts),
		cmocka_unit_test(many_addresses),
		cmocka_unit_test(rows),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request for a transfer from anybody. What is granted comes from the peer's address with the peer's signature and
 * names the zone; the quick look and the whole one agree.
 */
#include "dns/rrtype.h"
#include "tests/fuzz/require.h"
#include "transfer/serve.h"
#include "zone/builder.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_S 1795318006

static struct zoneset *set;
static const struct tsig_key *key;

static void prepare(void)
{
	static const uint8_t soa[22] = {0, 0, 0, 0, 0, 7}, ns[] = "\2ns\7example";
	const struct name apex = name_of((const uint8_t *)"\7example");
	struct zone_builder *builder;
	struct zone *zone;
	struct tsig_key *made;
	struct finding_list *findings = finding_list_new();
	REQUIRE(zone_builder_new(apex, &builder) == ERR_OK);
	REQUIRE(zone_builder_add(builder, apex, RR_SOA, 300, span_of(soa, sizeof(soa)), 0, 0) == ERR_OK);
	REQUIRE(zone_builder_add(builder, apex, RR_NS, 300, span_of(ns, sizeof(ns)), 0, 0) == ERR_OK);
	REQUIRE(zone_builder_finish(builder, findings, &zone, NULL) == ERR_OK);
	const struct zoneset_entry entry = {.apex = apex, .zone = zone};
	REQUIRE(zoneset_new(&entry, 1, &set) == ERR_OK);
	REQUIRE(tsig_key_new(name_of((const uint8_t *)"\3key"), TSIG_HMAC_SHA256, span_text("secret"), &made) == ERR_OK);
	key = made;
	finding_list_free(findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (set == NULL)
		prepare();
	const struct ip_addr client = {.family = FAMILY_IPV6, .bytes = {0x20, 0x01}};
	const struct transfer_peer peers[] = {{.name = "signing", .addresses = &client, .address_count = 1, .key = key}};
	const struct transfer_policy policy = {.peers = peers, .peer_count = 1, .keys = &key, .key_count = 1};
	struct transfer_asked asked;
	struct query query;
	uint32_t serial;
	enum transfer_decision decision = transfer_judge(&policy, set, span_of(data, size), &client, NOW_S, &asked);
	bool is_plain = query_parse(span_of(data, size), &query) == QUERY_OK && query.has_question;
	if (is_plain)
		REQUIRE(transfer_is_asked(span_of(data, size)) == (query.qtype == RR_AXFR || query.qtype == RR_IXFR));
	REQUIRE(decision == TRANSFER_LEAVE || is_plain);
	REQUIRE(decision != TRANSFER_GRANT || (asked.is_signed && asked.tsig.key == key && asked.zone != NULL));
	REQUIRE((decision == TRANSFER_REFUSE) == (asked.reason != NULL));
	if (is_plain && transfer_request_serial(&query, &serial) == ERR_OK)
		REQUIRE(query.counts[SECTION_AUTHORITY] > 0);
	return 0;
}

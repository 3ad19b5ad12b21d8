/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two octets of type, one of switches, then a name. What is local must be a whole outcome of the question that was
 * asked; and below a name that is denied nothing may be found (RFC 8020 2).
 */
#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "dns64/dns64.h"
#include "resolver/local/local.h"
#include "tests/fuzz/require.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME(text, count)                                                                                              \
	{                                                                                                              \
		.wire = (const uint8_t *)text, .size = sizeof(text), .labels = count                                   \
	}

static const struct ip_addr addrs[] = {{.family = FAMILY_IPV4, .bytes = {10, 0, 0, 7}},
                                       {.family = FAMILY_IPV6, .bytes = {0xfd, [15] = 7}}};
static const struct policy_host hosts[] = {{NAME("\1a\1b\4home\4arpa", 4), addrs, 2}, {NAME("\1c", 1), addrs, 1}};
static const struct policy_zone zones[] = {{.zone = NAME("\1d\4home\4arpa", 3)}, {.zone = NAME("", 0)}};
static const struct dns64_rule rule = {.prefix = {.addr = {.family = FAMILY_IPV6, .bytes = {0xfd, 0x64}}, .length = 96},
                                       .range = {.addr = {.family = FAMILY_IPV4}, .length = 0}};
static const struct dns64 dns64 = {.rules = &rule, .rule_count = 1};

static void check(const struct outcome *outcome, struct name qname, uint16_t qtype)
{
	struct span rdata;
	REQUIRE(name_equal(outcome->qname, qname) && outcome->qtype == qtype && outcome->set_count == 1);
	const struct rrset_view *set = &outcome->sets[0];
	size_t position = 0, count = 0;
	for (; rrset_next(set->rrset, &position, &rdata); count++)
		REQUIRE(rdata_check(set->rrset->type, rdata) == ERR_OK);
	REQUIRE(position == set->rrset->size && count == set->rrset->count && count > 0);
	if (outcome->kind == OUTCOME_ANSWER) {
		REQUIRE(name_equal(set->owner, qname) && (set->rrset->type == qtype || qtype == RR_ANY));
		return;
	}
	REQUIRE(outcome->kind == OUTCOME_NODATA || outcome->kind == OUTCOME_NXDOMAIN);
	REQUIRE(outcome_soa(outcome) != NULL && name_is_at_or_below(qname, set->owner));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4)
		return 0;
	struct span wire = span_of(data + 3, size - 3);
	struct name qname;
	if (name_take(&wire, &qname) != ERR_OK)
		return 0;
	uint16_t qtype = load_u16(data);
	struct resolver_policy policy = {.has_local_zones = data[2] & 1,
	                                 .hosts = hosts,
	                                 .host_count = data[2] & 2 ? 2 : 0,
	                                 .zones = zones,
	                                 .zone_count = data[2] & 4 ? 2 : 0,
	                                 .dns64 = data[2] & 8 ? &dns64 : NULL};
	struct arena *arena = arena_new(16384);
	const struct outcome *outcome = NULL, *above = NULL;
	if (local_find(&policy, qname, qtype, 1, arena, &outcome)) {
		check(outcome, qname, qtype);
		for (unsigned i = 1; outcome->kind != OUTCOME_NXDOMAIN && i < qname.labels; i++) {
			if (local_find(&policy, name_strip(qname, i), RR_TXT, 1, arena, &above))
				REQUIRE(above->kind != OUTCOME_NXDOMAIN);
		}
	} else {
		REQUIRE(outcome == NULL);
	}
	arena_free(arena);
	return 0;
}

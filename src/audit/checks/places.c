/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#include "audit/asn_table.h"
#include "audit/verdict.h"
#include "audit/view_places.h"

/* What is routed on its own at the least: RFC 10001 has no figure, networks filter what is longer. */
static const uint8_t routed[FAMILY_COUNT] = {[FAMILY_IPV6] = 48, [FAMILY_IPV4] = 24};

/* --- A06: IPv4 in disguise --- */

static void twin_judge(struct check *check, const struct view_server *server, const struct view_address *address)
{
	char name[NAME_TEXT_MAX], six[IP_ADDR_TEXT_MAX], four[IP_ADDR_TEXT_MAX];
	struct ip_addr inside[2];
	const struct view_family *side = &server->families[FAMILY_IPV4];
	unsigned count = view_embedded(check->view, &address->endpoint.addr, inside);
	for (unsigned i = 0; i < side->count; i++) {
		const struct ip_addr *addr = &side->addresses[i].endpoint.addr;
		bool is_there = (count > 0 && ip_addr_equal(addr, &inside[0])) ||
				(count > 1 && ip_addr_equal(addr, &inside[1]));
		if (!is_there)
			continue;
		ip_addr_to_text(&address->endpoint.addr, six);
		ip_addr_to_text(addr, four);
		finding_add(check->findings, FINDING_ADDRESS_TWIN, NOWHERE, check->subject, NULL,
			    "The AAAA %s of %s is its own A %s in disguise: the server has only IPv4.", six,
			    view_name_text(server->name, name), four);
		return;
	}
}

void check_twins(struct check *check)
{
	check_each_address(check, twin_judge);
}

/* --- A07, D15: how near they are to each other --- */

enum nearness { NEARNESS_NONE, NEARNESS_48, NEARNESS_64, NEARNESS_SAME };

static enum nearness nearness_of(const struct view_address *a, const struct view_address *b)
{
	const struct ip_addr *one = &a->endpoint.addr, *two = &b->endpoint.addr;
	if (ip_addr_equal(one, two))
		return NEARNESS_SAME;
	if (one->family == FAMILY_IPV4 || a->is_embedded || b->is_embedded || memcmp(one->bytes, two->bytes, 6) != 0)
		return NEARNESS_NONE;
	return memcmp(one->bytes + 6, two->bytes + 6, 2) == 0 ? NEARNESS_64 : NEARNESS_48;
}

/* One address that both have is told of as it is. One network is only where all addresses of both lie in it: servers
 * with addresses in several networks do not fail with one of these. */
static enum nearness servers_nearness(const struct view_family *a, const struct view_family *b, struct ip_addr *ret)
{
	enum nearness furthest = NEARNESS_SAME;
	for (unsigned i = 0; i < a->count; i++) {
		for (unsigned j = 0; j < b->count; j++) {
			enum nearness nearness = nearness_of(&a->addresses[i], &b->addresses[j]);
			*ret = a->addresses[i].endpoint.addr;
			if (nearness == NEARNESS_SAME)
				return NEARNESS_SAME;
			furthest = nearness < furthest ? nearness : furthest;
		}
	}
	return furthest == NEARNESS_SAME ? NEARNESS_NONE : furthest; /* one of them has no address */
}

static void nearness_add(struct check *check, unsigned index, unsigned before, enum nearness nearness,
			 const struct ip_addr *addr)
{
	static const uint8_t lengths[] = {[NEARNESS_48] = 48, [NEARNESS_64] = 64};
	char one[NAME_TEXT_MAX], two[NAME_TEXT_MAX], text[IP_PREFIX_TEXT_MAX];
	if (nearness == NEARNESS_SAME) {
		ip_addr_to_text(addr, text);
	} else {
		struct ip_prefix prefix = ip_prefix_of(addr, lengths[nearness]);
		ip_prefix_to_text(&prefix, text);
	}
	struct finding *finding = finding_add(
		check->findings, FINDING_ADDRESS_SHARED, NOWHERE, check->subject, NULL,
		"%s and %s %s %s: they fail together.", view_name_text(check->view->servers[before].name, one),
		view_name_text(check->view->servers[index].name, two),
		nearness == NEARNESS_SAME ? "share the address" : "lie in one network,", text);
	if (finding != NULL && nearness == NEARNESS_48)
		finding->severity = SEVERITY_NOTICE;
}

/* Where all of a family's servers are: in one network that is routed on its own, by one autonomous system. */
struct spread {
	unsigned servers;
	bool is_one_prefix, is_one_asn;
	struct ip_prefix prefix;
	uint32_t asn;
};

static struct spread spread_of(const struct view *view, enum family family)
{
	struct spread spread = {.is_one_prefix = true, .is_one_asn = view->asns != NULL};
	bool is_first = true;
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_family *side = &view->servers[i].families[family];
		bool has_one = false;
		for (unsigned j = 0; j < side->count; j++) {
			uint32_t asn = 0;
			const struct ip_addr *addr = &side->addresses[j].endpoint.addr;
			if (side->addresses[j].is_embedded)
				continue;
			has_one = true;
			bool is_known = view->asns != NULL && asn_table_find(view->asns, addr, &asn);
			if (is_first) {
				spread.prefix = ip_prefix_of(addr, routed[family]);
				spread.asn = asn;
			}
			spread.is_one_prefix = spread.is_one_prefix && ip_prefix_contains(&spread.prefix, addr);
			spread.is_one_asn = spread.is_one_asn && is_known && asn == spread.asn;
			is_first = false;
		}
		spread.servers += has_one;
	}
	return spread;
}

void check_shared_address(struct check *check)
{
	const struct view *view = check->view;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		struct spread spread = spread_of(view, family);
		for (unsigned i = 1; i < view->server_count; i++) {
			enum nearness nearest = NEARNESS_NONE;
			struct ip_addr addr = {0}, nearest_addr = {0};
			unsigned before = 0;
			for (unsigned j = 0; j < i; j++) {
				enum nearness nearness = servers_nearness(&view->servers[i].families[family],
									  &view->servers[j].families[family], &addr);
				if (nearness <= nearest)
					continue;
				nearest = nearness;
				nearest_addr = addr;
				before = j;
			}
			/* All of them in one /48 is told once, as D15. */
			if (nearest > NEARNESS_48 || (nearest == NEARNESS_48 && !spread.is_one_prefix))
				nearness_add(check, i, before, nearest, &nearest_addr);
		}
	}
}

void check_spread(struct check *check)
{
	char text[IP_PREFIX_TEXT_MAX];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		struct spread spread = spread_of(check->view, family);
		if (spread.servers < SERVERS_LEAST)
			continue;
		ip_prefix_to_text(&spread.prefix, text);
		if (spread.is_one_prefix)
			finding_add(check->findings, FINDING_SERVERS_TOGETHER, NOWHERE, check->subject,
				    "place one of them in another network",
				    "All %u name servers that have %s addresses lie in %s.", spread.servers,
				    family_title(family), text);
		else if (spread.is_one_asn)
			finding_add(check->findings, FINDING_SERVERS_TOGETHER, NOWHERE, check->subject,
				    "have one of them served from another autonomous system",
				    "All %u name servers that have %s addresses are in AS%u.", spread.servers,
				    family_title(family), spread.asn);
	}
}

/* --- A08: their names in the reverse tree --- */

/* A PTR that names another host that has the address is as good: hosts have several names. */
static void pointer_judge(struct check *check, const struct view_server *server, const struct view_address *address)
{
	char name[NAME_TEXT_MAX], other_name[NAME_TEXT_MAX], text[IP_ADDR_TEXT_MAX];
	const struct service_address *pointer = address->pointer;
	if (pointer == NULL || (pointer->ptr != SERVICE_PTR_MISSING && pointer->ptr != SERVICE_PTR_STRAY))
		return;
	ip_addr_to_text(&address->endpoint.addr, text);
	view_name_text(server->name, name);
	if (pointer->ptr == SERVICE_PTR_MISSING)
		finding_add(check->findings, FINDING_SERVER_POINTER, NOWHERE, check->subject, NULL,
			    "%s of %s has no PTR record.", text, name);
	else
		finding_add(check->findings, FINDING_SERVER_POINTER, NOWHERE, check->subject, NULL,
			    "The PTR record of %s names %s, which does not have the address, and not %s.", text,
			    view_name_text(pointer->ptr_name, other_name), name);
}

void check_pointers(struct check *check)
{
	check_each_address(check, pointer_judge);
}

/* --- D16: on purpose, or broken --- */

static bool is_all_known(const struct view *view, enum family family)
{
	bool is_known = view->has_child_set;
	for (unsigned i = 0; i < view->server_count; i++)
		is_known = is_known && view->servers[i].families[family].is_child_known;
	return is_known;
}

void check_intent(struct check *check)
{
	const struct view *view = check->view;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (view->is_absent || view->server_count == 0 || view->states[family] != CHAIN_BROKEN ||
		    view->states[other(family)] != CHAIN_GOOD)
			continue;
		bool is_meant = verdict_is_meant(view, family);
		if (is_meant)
			finding_add(check->findings, FINDING_INTENT, NOWHERE, check->subject, NULL,
				    "%s is meant to be there over %s, as its servers have such addresses, and is not: "
				    "that is a "
				    "fault.",
				    check->zone, family_title(family));
		else if (is_all_known(view, family))
			finding_add(check->findings, FINDING_INTENT, NOWHERE, check->subject, NULL,
				    "No server of %s has an %s address anywhere: %s alone is what is meant. RFC 10001 "
				    "§4.1 asks "
				    "for two servers of each family all the same.",
				    check->zone, family_title(family), family_title(other(family)));
	}
}

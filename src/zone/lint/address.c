/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/nat64.h"
#include "zone/lint/walk.h"

/* What kind of addresses name servers have: rows, then pairs of servers. */

struct kind_row {
	enum finding_code code;
	enum severity severity;
	bool is_judged;
};

/* RFC 10001 4.1 forbids the embedded ones; the others are RFC 6890's. Documentation addresses: once a zone. */
static const struct kind_row kind_rows[IP_KIND_COUNT] = {
	[IP_KIND_MAPPED] = {FINDING_ADDRESS_MAPPED, SEVERITY_ERROR, true},
	[IP_KIND_COMPATIBLE] = {FINDING_ADDRESS_COMPATIBLE, SEVERITY_ERROR, true},
	[IP_KIND_NAT64] = {FINDING_ADDRESS_NAT64, SEVERITY_ERROR, true},
	[IP_KIND_NAT64_LOCAL] = {FINDING_ADDRESS_NAT64, SEVERITY_ERROR, true},
	[IP_KIND_ANY] = {FINDING_ADDRESS_SPECIAL, SEVERITY_ERROR, true},
	[IP_KIND_LINK_LOCAL] = {FINDING_ADDRESS_SPECIAL, SEVERITY_ERROR, true},
	[IP_KIND_MULTICAST] = {FINDING_ADDRESS_SPECIAL, SEVERITY_ERROR, true},
	[IP_KIND_ORCHID] = {FINDING_ADDRESS_SPECIAL, SEVERITY_ERROR, true},
	[IP_KIND_TEREDO] = {FINDING_ADDRESS_SPECIAL, SEVERITY_ERROR, true},
	[IP_KIND_RESERVED] = {FINDING_ADDRESS_SPECIAL, SEVERITY_ERROR, true},
	[IP_KIND_6TO4] = {FINDING_ADDRESS_SPECIAL, SEVERITY_WARNING, true},
	[IP_KIND_LOOPBACK] = {FINDING_ADDRESS_SPECIAL, SEVERITY_WARNING, true},
	[IP_KIND_ULA] = {FINDING_ADDRESS_SPECIAL, SEVERITY_WARNING, true},
	[IP_KIND_PRIVATE] = {FINDING_ADDRESS_SPECIAL, SEVERITY_WARNING, true},
	[IP_KIND_SHARED] = {FINDING_ADDRESS_SPECIAL, SEVERITY_WARNING, true},
	[IP_KIND_BENCHMARK] = {FINDING_ADDRESS_SPECIAL, SEVERITY_WARNING, true},
};

static const struct kind_row pref64_row = {FINDING_ADDRESS_PREF64, SEVERITY_ERROR, true};

bool lint_is_pref64(const struct lint *lint, const struct ip_addr *addr, struct ip_addr *ret)
{
	for (size_t i = 0; i < lint->input->pref64_count; i++) {
		if (nat64_extract(&lint->input->pref64[i], addr, ret) == ERR_OK)
			return true;
	}
	return false;
}

bool lint_is_embedded(const struct lint *lint, const struct ip_addr *addr)
{
	struct ip_addr inside;
	return addr->family == FAMILY_IPV6 &&
	       (ip_kind_is_ipv4_embedded(ip_addr_kind(addr)) || lint_is_pref64(lint, addr, &inside));
}

static const struct kind_row *address_row(const struct lint *lint, const struct ip_addr *addr)
{
	struct ip_addr inside;
	const struct kind_row *row = &kind_rows[ip_addr_kind(addr)];
	return !row->is_judged && addr->family == FAMILY_IPV6 && lint_is_pref64(lint, addr, &inside) ? &pref64_row
												     : row;
}

/* --- Fake dual stack --- */

/* Is the IPv4 address of a record inside addr? RFC 8215 leaves the length of prefixes inside 64:ff9b:1::/48 open: the
 * last four octets are looked at, and what RFC 6052 makes of a /48. */
static bool address_embeds(const struct lint *lint, const struct ip_addr *addr, struct span a)
{
	static const struct ip_prefix local = {.addr = {.family = FAMILY_IPV6, .bytes = {0, 0x64, 0xff, 0x9b, 0, 1}},
					       .length = 48};
	struct ip_addr inside;
	bool is_there = memcmp(addr->bytes + 12, a.data, 4) == 0 && ip_kind_is_ipv4_embedded(ip_addr_kind(addr));
	if (!is_there && (lint_is_pref64(lint, addr, &inside) || nat64_extract(&local, addr, &inside) == ERR_OK))
		is_there = memcmp(inside.bytes, a.data, 4) == 0;
	return is_there;
}

static void lint_twin(struct lint *lint, struct server_set *set, const struct host *host, const struct ip_addr *addr,
		      struct place place)
{
	size_t position = 0;
	struct span a;
	while (host->rrsets[FAMILY_IPV4] != NULL && rrset_next(host->rrsets[FAMILY_IPV4], &position, &a)) {
		if (!address_embeds(lint, addr, a) ||
		    finding_fold(lint->findings, FINDING_ADDRESS_TWIN, SEVERITY_NOTICE))
			continue;
		char name[NAME_TEXT_MAX], v6[IP_ADDR_TEXT_MAX], v4[IP_ADDR_TEXT_MAX];
		struct ip_addr inside = address_of(FAMILY_IPV4, a);
		name_to_display(host->name, name);
		ip_addr_to_text(addr, v6);
		ip_addr_to_text(&inside, v4);
		finding_add(lint->findings, FINDING_ADDRESS_TWIN, place, server_set_title(set), NULL,
			    "The AAAA %s of %s is its own A %s in disguise: the server has only IPv4.", v6, name, v4);
		return;
	}
}

/* --- One address --- */

static void address_add(struct lint *lint, struct server_set *set, const struct host *host, const struct ip_addr *addr,
			const struct kind_row *row, struct place place)
{
	char name[NAME_TEXT_MAX], text[IP_ADDR_TEXT_MAX];
	name_to_display(host->name, name);
	ip_addr_to_text(addr, text);
	bool is_embedded = row->code != FINDING_ADDRESS_SPECIAL;
	struct finding *finding = finding_add(
		lint->findings, row->code, place, server_set_title(set),
		is_embedded ? "publish the server's native IPv6 address instead"
			    : "publish an address that the Internet routes",
		"The address %s of name server %s is %s%s.", text, name,
		row == &pref64_row ? "inside a configured NAT64 prefix" : ip_kind_text(ip_addr_kind(addr)),
		is_embedded ? "; RFC 10001 §4.1 forbids IPv4-embedded addresses for authoritative servers" : "");
	if (finding != NULL)
		finding->severity = row->severity;
}

static void lint_address(struct lint *lint, struct server_set *set, const struct host *host, const struct rrset *rrset,
			 size_t index, struct span rdata)
{
	struct ip_addr addr = address_of(rrset->type == RR_AAAA ? FAMILY_IPV6 : FAMILY_IPV4, rdata);
	if (host->zone == lint->zone && ip_addr_kind(&addr) == IP_KIND_DOCUMENTATION &&
	    lint->documentation_count++ == 0)
		lint->documentation_first = rrset;
	const struct kind_row *row = address_row(lint, &addr);
	if (!row->is_judged || lint_is_reported(lint, row->code, rdata.data))
		return;
	struct place place = {0};
	if (!finding_fold(lint->findings, row->code, row->severity)) {
		place = lint_place(lint, host->zone, rrset, index);
		address_add(lint, set, host, &addr, row, place);
	}
	if (row->code != FINDING_ADDRESS_SPECIAL) {
		lint_is_reported(lint, FINDING_ADDRESS_TRANSLATED, rdata.data); /* P07 would say the same once more */
		lint_twin(lint, set, host, &addr, place);
	}
}

/* --- Two servers --- */

enum nearness { NEARNESS_NONE, NEARNESS_48, NEARNESS_64, NEARNESS_SAME };

static enum nearness address_nearness(const struct lint *lint, enum family family, struct span a, struct span b)
{
	if (span_equal(a, b))
		return NEARNESS_SAME;
	if (family == FAMILY_IPV4 || memcmp(a.data, b.data, 6) != 0)
		return NEARNESS_NONE;
	struct ip_addr addr = address_of(family, a);
	if (lint_is_embedded(lint, &addr))
		return NEARNESS_NONE;
	return memcmp(a.data + 6, b.data + 6, 2) == 0 ? NEARNESS_64 : NEARNESS_48;
}

static enum nearness rrset_nearness(const struct lint *lint, enum family family, const struct rrset *a,
				    const struct rrset *b, struct span *ret)
{
	enum nearness nearest = NEARNESS_NONE;
	size_t at_a = 0, at_b;
	struct span one, other;
	while (rrset_next(a, &at_a, &one)) {
		for (at_b = 0; rrset_next(b, &at_b, &other);) {
			enum nearness nearness = address_nearness(lint, family, one, other);
			if (nearness > nearest) {
				nearest = nearness;
				*ret = one;
			}
		}
	}
	return nearest;
}

/* "share the address 192.0.2.1", "lie in one /64, 2001:db8::/64" */
static void nearness_text(enum nearness nearness, enum family family, struct span rdata, struct text *out)
{
	struct ip_addr addr = address_of(family, rdata);
	char text[IP_PREFIX_TEXT_MAX];
	if (nearness == NEARNESS_SAME) {
		ip_addr_to_text(&addr, text);
		text_addf(out, "share the address %s", text);
		return;
	}
	struct ip_prefix prefix = ip_prefix_of(&addr, nearness == NEARNESS_64 ? 64 : 48);
	ip_prefix_to_text(&prefix, text);
	text_addf(out, "lie in one /%u, %s", prefix.length, text);
}

static void pair_add(struct lint *lint, struct server_set *set, const struct host *host, const struct host *other,
		     enum family family, enum nearness nearness, struct span rdata)
{
	enum severity severity = nearness == NEARNESS_48 ? SEVERITY_NOTICE : SEVERITY_WARNING;
	if (finding_fold(lint->findings, FINDING_ADDRESS_SHARED, severity))
		return;
	char one[NAME_TEXT_MAX], two[NAME_TEXT_MAX];
	struct text what = {0};
	name_to_display(other->name, one);
	name_to_display(host->name, two);
	nearness_text(nearness, family, rdata, &what);
	struct finding *finding = finding_add(
		lint->findings, FINDING_ADDRESS_SHARED, lint_place(lint, host->zone, host->rrsets[family], 0),
		server_set_title(set), NULL, "The name servers %s and %s of %s %s: they fail together.", one, two,
		server_set_title(set), text_string(&what));
	text_free(&what);
	if (finding != NULL)
		finding->severity = severity;
}

/* The nearest of the servers before it, in either family: one finding a server. */
static void lint_pairs(struct lint *lint, struct server_set *set, size_t index)
{
	const struct host *host = &set->servers[index].host, *found = NULL;
	enum nearness nearest = NEARNESS_NONE;
	enum family nearest_family = FAMILY_IPV6;
	struct span nearest_rdata = {0};
	for (int family = 0; family < FAMILY_COUNT; family++) {
		for (size_t i = 0; i < index && host->rrsets[family] != NULL; i++) {
			const struct host *other = &set->servers[i].host;
			struct span rdata = {0};
			if (other->rrsets[family] == NULL)
				continue;
			enum nearness nearness = rrset_nearness(lint, (enum family)family, host->rrsets[family],
								other->rrsets[family], &rdata);
			if (nearness <= nearest)
				continue;
			nearest = nearness;
			nearest_family = (enum family)family;
			nearest_rdata = rdata;
			found = other;
		}
	}
	if (found != NULL && !lint_is_reported(lint, FINDING_ADDRESS_SHARED, nearest_rdata.data))
		pair_add(lint, set, host, found, nearest_family, nearest, nearest_rdata);
}

void lint_server_addresses(struct lint *lint, struct server_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct host *host = &set->servers[i].host;
		for (int family = 0; family < FAMILY_COUNT; family++) {
			size_t position = 0, index = 0;
			struct span rdata;
			while (host->rrsets[family] != NULL && rrset_next(host->rrsets[family], &position, &rdata))
				lint_address(lint, set, host, host->rrsets[family], index++, rdata);
		}
		lint_pairs(lint, set, i);
	}
}

/* Labs and examples use them on purpose: one notice a zone, never an error. */
void lint_documentation(struct lint *lint)
{
	if (lint->documentation_count == 0 || finding_fold(lint->findings, FINDING_ADDRESS_SPECIAL, SEVERITY_NOTICE))
		return;
	struct finding *finding = finding_add(
		lint->findings, FINDING_ADDRESS_SPECIAL, lint_place(lint, lint->zone, lint->documentation_first, 0),
		lint->subject, NULL,
		"Name servers in %s and its delegations have %zu address%s from prefixes for documentation "
		"(2001:db8::/32, 3fff::/20, RFC 5737): fine for a lab, not reachable elsewhere.",
		lint->subject + strlen("zone "), lint->documentation_count, lint->documentation_count == 1 ? "" : "es");
	if (finding != NULL)
		finding->severity = SEVERITY_NOTICE;
}

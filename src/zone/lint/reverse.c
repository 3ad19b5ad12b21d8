/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/reverse.h"

#include "zone/lint/judge.h"
#include "zone/lint/walk.h"

/* Reverse names: whether anyone can ask for them, and whether forward and reverse zones agree. */

static const char *record_name(enum family family)
{
	return family == FAMILY_IPV6 ? "AAAA" : "A";
}

/* --- From an address to its PTR --- */

/* false: there is one, or nobody here can know. */
static bool ptr_is_missing(const struct lint *lint, const struct ip_addr *addr)
{
	struct name_buffer buffer;
	struct name name = reverse_from_addr(addr, &buffer);
	const struct zone *zone = lint_zone_for(lint, name);
	enum family family;
	if (zone == NULL || !reverse_is_name(zone_apex(zone), &family, NULL))
		return false;
	struct zone_match match;
	zone_search(zone, name, &match);
	if (match.outcome == ZONE_CUT || match.outcome == ZONE_DNAME)
		return false; /* another zone's business */
	return match.node == NULL ||
	       (zone_node_rrset(match.node, RR_PTR) == NULL && zone_node_rrset(match.node, RR_CNAME) == NULL);
}

void lint_reverse_of(struct lint *lint, const struct zone_node *node, const struct rrset *addresses)
{
	if (!lint->has_reverse || name_is_wildcard(zone_node_name(node)))
		return;
	enum family family = addresses->type == RR_AAAA ? FAMILY_IPV6 : FAMILY_IPV4;
	size_t position = 0;
	struct span rdata;
	for (size_t index = 0; rrset_next(addresses, &position, &rdata); index++) {
		struct ip_addr addr = address_of(family, rdata);
		if (!ptr_is_missing(lint, &addr))
			continue;
		const struct judge_at at = {.findings = lint->findings,
					    .place = lint_place(lint, lint->zone, addresses, index)};
		judge_ptr_missing(&at, FINDING_PTR_MISSING, zone_node_name(node), &addr);
	}
}

/* --- From a PTR to its address --- */

static void lint_forward_of(struct lint *lint, const struct rrset *ptr, size_t index, const struct ip_addr *addr,
			    struct name target)
{
	struct host host;
	host_find(lint, target, &host);
	if (host.knowledge[addr->family] != KNOWLEDGE_FULL || host.is_alias)
		return;
	size_t position = 0;
	struct span rdata, wanted = span_of(addr->bytes, ip_addr_size(addr->family));
	while (host.rrsets[addr->family] != NULL && rrset_next(host.rrsets[addr->family], &position, &rdata)) {
		if (span_equal(rdata, wanted))
			return;
	}
	const struct judge_at at = {.findings = lint->findings, .place = lint_place(lint, lint->zone, ptr, index)};
	judge_ptr_stray(&at, FINDING_PTR_MISSING, addr, target, host.is_absent);
}

/* --- Owners that nobody asks for --- */

enum owner_fault { OWNER_FINE, OWNER_NO_ADDRESS, OWNER_COUNT, OWNER_LABEL };

/* DNS-SD (b._dns-sd._udp), wildcards and classless zones (RFC 2317: "0/26", "0-63") rightly stand for no address. */
static bool label_is_no_address(const uint8_t *label, enum family family)
{
	if (label[1] == '_' || (label[0] == 1 && label[1] == '*'))
		return true;
	for (uint8_t i = 1; family == FAMILY_IPV4 && i <= label[0]; i++) {
		if (label[i] < '0' || label[i] > '9')
			return true;
	}
	return false;
}

static enum owner_fault owner_judge(struct name owner, enum family family, struct ip_addr *ret)
{
	unsigned labels;
	if (!reverse_is_name(owner, &family, &labels))
		return OWNER_NO_ADDRESS;
	for (const uint8_t *label = owner.wire; labels > 0; label += 1 + label[0], labels--) {
		if (label_is_no_address(label, family))
			return OWNER_NO_ADDRESS;
	}
	struct ip_prefix prefix;
	int rc = reverse_to_prefix(owner, &prefix);
	if (rc == ERR_RANGE)
		return OWNER_COUNT;
	if (rc != ERR_OK)
		return family == FAMILY_IPV6 ? OWNER_LABEL : OWNER_NO_ADDRESS;
	*ret = prefix.addr;
	return prefix.length == 8 * ip_addr_size(family) ? OWNER_FINE : OWNER_COUNT;
}

/* An address of the PTR's target inside the zone's prefix: the one that was meant. */
static bool owner_was_meant(const struct lint *lint, const struct rrset *ptr, const struct ip_prefix *covered,
			    struct host *ret_host, struct ip_addr *ret)
{
	size_t at = 0;
	struct span target;
	while (rrset_next(ptr, &at, &target)) {
		host_find(lint, name_of(target.data), ret_host);
		const struct rrset *addresses = ret_host->rrsets[covered->addr.family];
		size_t position = 0;
		struct span rdata;
		while (addresses != NULL && rrset_next(addresses, &position, &rdata)) {
			*ret = address_of(covered->addr.family, rdata);
			if (ip_prefix_contains(covered, ret))
				return true;
		}
	}
	return false;
}

/* "zone covers 2001:db8::/32, so 24 labels are needed. app.example.com has AAAA ...:\n  0.2.0..." */
static void owner_advise(struct lint *lint, const struct rrset *ptr, struct text *cause, struct text *fix)
{
	struct ip_prefix covered;
	unsigned apex_labels;
	enum family family;
	if (!reverse_is_name(lint->apex, &family, &apex_labels) || reverse_to_prefix(lint->apex, &covered) != ERR_OK)
		return;
	char text[NAME_TEXT_MAX];
	unsigned needed = reverse_labels(family) - apex_labels;
	ip_prefix_to_text(&covered, text);
	text_addf(cause, "\nZone covers %s, so %u label%s needed.", text, needed, needed == 1 ? " is" : "s are");
	struct host host;
	struct ip_addr addr;
	if (!owner_was_meant(lint, ptr, &covered, &host, &addr)) {
		text_add(fix, "sextant reverse name ADDRESS prints the owner that an address needs");
		return;
	}
	char address[IP_ADDR_TEXT_MAX];
	struct name_buffer buffer;
	struct name right = reverse_from_addr(&addr, &buffer);
	ip_addr_to_text(&addr, address);
	name_to_display(host.name, text);
	text_addf(cause, " %s has %s %s:\n  ", text, record_name(family), address);
	name_to_text(right, text);
	/* Nibbles and octets have no escapes: the part before the apex is as long in text as in wire form, less its
	 * dot. */
	text_add_size(cause, text, (size_t)(right.size - lint->apex.size - 1));
	char prefix[IP_PREFIX_TEXT_MAX];
	name_to_display(zone_apex(host.zone), text);
	ip_prefix_to_text(&covered, prefix);
	text_addf(fix, "sextant reverse generate --from %s --prefix %s", text, prefix);
	struct place place = lint_place(lint, lint->zone, ptr, 0);
	if (place.file != NULL)
		text_addf(fix, " -O %s", place.file);
}

static void owner_add(struct lint *lint, const struct zone_node *node, const struct rrset *ptr, enum owner_fault fault)
{
	if (finding_fold(lint->findings, FINDING_PTR_OWNER, SEVERITY_ERROR))
		return;
	struct text cause = {0}, fix = {0};
	enum family family = lint->reverse_family;
	unsigned labels = 0;
	char name[NAME_TEXT_MAX];
	reverse_is_name(zone_node_name(node), &family, &labels);
	name_to_display(zone_node_name(node), name);
	if (fault == OWNER_LABEL)
		text_add(&cause, "A label of the name is no nibble (one hexadecimal digit).");
	else
		judge_owner_text(family, labels, &cause);
	text_add(&cause, " `dig -x` can never ask for it.");
	owner_advise(lint, ptr, &cause, &fix);
	struct place place = lint_place(lint, lint->zone, ptr, 0);
	place.column = place.line > 0 ? 1 : 0;
	finding_add(lint->findings, FINDING_PTR_OWNER, place, name, fix.size > 0 ? text_string(&fix) : NULL, "%s",
		    text_string(&cause));
	text_free(&cause);
	text_free(&fix);
}

void lint_ptr(struct lint *lint, const struct zone_node *node, const struct rrset *ptr)
{
	if (!lint->is_reverse)
		return;
	struct ip_addr addr;
	enum owner_fault fault = owner_judge(zone_node_name(node), lint->reverse_family, &addr);
	if (fault == OWNER_COUNT || fault == OWNER_LABEL)
		owner_add(lint, node, ptr, fault);
	if (fault != OWNER_FINE)
		return;
	size_t position = 0;
	struct span target;
	for (size_t index = 0; rrset_next(ptr, &position, &target); index++)
		lint_forward_of(lint, ptr, index, &addr, name_of(target.data));
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/lint/walk.h"

/*
 * The size of the referral as it is sent for the delegation's own name (the least any question can need): names
 * compress against all names before them, required glue of the families asked for, and with EDNS what DNSSEC adds.
 */

#define HEADER_SIZE 12
#define QUESTION_FIXED 4 /* type and class */
#define RECORD_FIXED 10  /* type, class, TTL, length of RDATA */
#define POINTER_SIZE 2
#define OPT_SIZE 11
#define SIZE_PLAIN 512 /* RFC 1035 4.2.1 */
#define SIZE_EDNS 1232 /* RFC 9715, RFC 10001 §3.2 */

struct message_size {
	const struct server_set *set;
	size_t named; /* servers whose names are in the message already */
	size_t size;
};

static size_t name_size_beside(struct name name, struct name other, size_t best)
{
	unsigned common = name_common_labels(name, other);
	if (common == 0)
		return best;
	size_t size = (size_t)(name.size - name_strip(name, name.labels - common).size) + POINTER_SIZE;
	return size < best ? size : best;
}

/* The octets of a server's name after the delegation's name and the names before it. */
static size_t target_size(const struct message_size *message, struct name name)
{
	size_t best = name_size_beside(name, message->set->name, name.size);
	for (size_t i = 0; i < message->named; i++)
		best = name_size_beside(name, message->set->servers[i].host.name, best);
	return best;
}

static void add_glue(struct message_size *message, const struct rrset *rrset)
{
	if (rrset != NULL)
		message->size += rrset->size + (size_t)rrset->count * POINTER_SIZE;
}

/* The set as it is, with owners as pointers. RRSIGs and denials name things uncompressed already. */
static void add_set(struct message_size *message, const struct rrset *rrset, size_t owner_size)
{
	if (rrset != NULL)
		message->size += rrset->size + rrset->count * owner_size;
}

static void add_denial(struct message_size *message, const struct lint *lint, const struct zone_node *node)
{
	if (lint->denial == ZONE_DENIAL_NSEC) {
		add_set(message, zone_node_rrset(node, RR_NSEC), POINTER_SIZE);
		add_set(message, zone_node_signatures(node, RR_NSEC), POINTER_SIZE);
		return;
	}
	const struct zone_node *own = zone_node_nsec3(lint->zone, node), *any = zone_nsec3_first(lint->zone);
	const struct zone_node *proof = own != NULL ? own : any;
	/* RFC 5155 7.2.7: without a match (opt-out) there are two, of the closest encloser and of the next closer name.
	 */
	for (int i = 0; proof != NULL && i < (own != NULL ? 1 : 2); i++) {
		size_t owner = (size_t)(zone_node_name(proof).size - lint->apex.size) + POINTER_SIZE;
		add_set(message, zone_node_rrset(proof, RR_NSEC3), owner);
		add_set(message, zone_node_signatures(proof, RR_NSEC3), owner);
	}
}

static void add_edns(struct message_size *message, const struct lint *lint)
{
	const struct zone_node *node = message->set->node;
	const struct rrset *ds = zone_node_rrset(node, RR_DS);
	message->size += OPT_SIZE;
	add_set(message, ds, POINTER_SIZE);
	if (ds != NULL)
		add_set(message, zone_node_signatures(node, RR_DS), POINTER_SIZE);
	else if (lint->is_signed)
		add_denial(message, lint, node);
}

static size_t referral_size(const struct lint *lint, const struct server_set *set, bool has_edns,
			    const bool has_family[FAMILY_COUNT])
{
	struct message_size message = {.set = set, .size = HEADER_SIZE + set->name.size + QUESTION_FIXED};
	for (; message.named < set->count; message.named++)
		message.size +=
			POINTER_SIZE + RECORD_FIXED + target_size(&message, set->servers[message.named].host.name);
	if (has_edns)
		add_edns(&message, lint);
	for (size_t i = 0; i < set->count; i++) {
		for (int family = 0; family < FAMILY_COUNT && set->servers[i].is_in_domain; family++) {
			if (has_family[family])
				add_glue(&message, set->servers[i].host.rrsets[family]);
		}
	}
	return message.size;
}

/* An upper bound that needs no comparing of names, for what nearly all delegations are far below. */
static size_t referral_bound(const struct server_set *set)
{
	size_t size =
		HEADER_SIZE + set->name.size + QUESTION_FIXED + set->ns->size + (size_t)set->ns->count * POINTER_SIZE;
	for (size_t i = 0; i < set->count; i++) {
		for (int family = 0; family < FAMILY_COUNT; family++) {
			const struct rrset *glue = set->servers[i].host.rrsets[family];
			size += glue == NULL ? 0 : glue->size + (size_t)glue->count * POINTER_SIZE;
		}
	}
	return size;
}

static void referral_add(struct lint *lint, struct server_set *set, enum severity severity, size_t size, size_t limit)
{
	if (finding_fold(lint->findings, FINDING_REFERRAL_SIZE, severity))
		return;
	struct finding *finding = finding_add(
		lint->findings, FINDING_REFERRAL_SIZE, server_set_place(lint, set, 0), server_set_title(set),
		"use fewer or shorter server names, or servers named outside the delegated zone",
		"The referral for %s takes %zu octets with the glue of both families, more than %zu: it is truncated "
		"and asked "
		"again over TCP.",
		server_set_title(set), size, limit);
	if (finding != NULL)
		finding->severity = severity;
}

static void lint_referral_family(struct lint *lint, struct server_set *set)
{
	static const bool only[FAMILY_COUNT][FAMILY_COUNT] = {
		[FAMILY_IPV6] = {[FAMILY_IPV6] = true}, [FAMILY_IPV4] = {[FAMILY_IPV4] = true}};
	for (int family = 0; family < FAMILY_COUNT; family++) {
		size_t size = referral_size(lint, set, true, only[family]);
		if (size > SIZE_EDNS || finding_fold(lint->findings, FINDING_REFERRAL_FAMILY, SEVERITY_WARNING))
			continue;
		finding_add(lint->findings, FINDING_REFERRAL_FAMILY, server_set_place(lint, set, 0),
			    server_set_title(set), NULL,
			    "With %s glue alone the referral for %s fits into %d octets (%zu): a server that fills the "
			    "answer until it "
			    "is full sends no %s glue.",
			    family_title((enum family)family), server_set_title(set), SIZE_EDNS, size,
			    family_title(family == FAMILY_IPV6 ? FAMILY_IPV4 : FAMILY_IPV6));
		return;
	}
}

void lint_referral(struct lint *lint, struct server_set *set)
{
	static const bool both[FAMILY_COUNT] = {true, true};
	struct message_size bound = {.set = set, .size = referral_bound(set)};
	size_t plain_bound = bound.size;
	add_edns(&bound, lint);
	if (plain_bound <= SIZE_PLAIN && bound.size <= SIZE_EDNS)
		return;
	size_t plain = referral_size(lint, set, false, both), edns = referral_size(lint, set, true, both);
	if (edns > SIZE_EDNS) {
		referral_add(lint, set, SEVERITY_WARNING, edns, SIZE_EDNS);
		lint_referral_family(lint, set);
	} else if (plain > SIZE_PLAIN) {
		referral_add(lint, set, SEVERITY_NOTICE, plain, SIZE_PLAIN);
	}
}

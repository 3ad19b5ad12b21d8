/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata.h"
#include "dnssec/validity.h"
#include "zone/lint/walk.h"

/* Signatures of a pre-signed zone as files show them: there, in their time, and denials that list what is there. */

#define RRSIG_EXPIRATION 8 /* offsets in RDATA, RFC 4034 3.1 */
#define RRSIG_LEAST 18

/* RFC 4034 3.1.5: times are serial numbers; the one near now is meant. */
static int64_t seconds_until(uint32_t time, uint32_t now)
{
	return (int32_t)(time - now);
}

static void signature_add(struct lint *lint, enum finding_code code, const struct zone_node *node,
			  const struct rrset *rrset, const char *what, const char *date)
{
	char name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
	name_to_display(zone_node_name(node), name);
	rrtype_to_text(rrset->type, type);
	finding_add(lint->findings, code, lint_place(lint, lint->zone, rrset, 0), name, "sign the zone again",
		    "The %s of %s %s%s.", type, name, what, date);
}

static void lint_signature(struct lint *lint, const struct zone_node *node, const struct rrset *rrset)
{
	const struct rrset *signatures = zone_node_signatures(node, rrset->type);
	if (signatures == NULL) {
		if (!finding_fold(lint->findings, FINDING_SIGNATURE_BAD, SEVERITY_ERROR))
			signature_add(lint, FINDING_SIGNATURE_BAD, node, rrset, "has no signature in a signed zone",
				      "");
		return;
	}
	struct validity validity = validity_of(signatures, (uint32_t)lint->input->now_s);
	bool is_expiring = validity_is_expiring(&validity, rrset->ttl);
	enum finding_code code = validity.is_valid ? FINDING_SIGNATURE_EXPIRING : FINDING_SIGNATURE_BAD;
	if ((validity.is_valid && !is_expiring) || finding_fold(lint->findings, code, finding_row(code)->severity))
		return;
	char date[VALIDITY_DATE_MAX] = "";
	if (validity.left_s != INT64_MIN)
		validity_date(&validity, lint->input->now_s, date);
	signature_add(lint, code, node, rrset,
		      validity.is_valid              ? "has a signature that expires soon: "
		      : validity.left_s != INT64_MIN ? "has a signature that expired on "
		      : validity.is_future           ? "has a signature that is not valid yet"
						     : "has no signature that can be used",
		      date);
}

/* At a delegation only DS and NSEC are the parent's own (RFC 4035 2.2). */
static bool rrset_is_signed_here(const struct rrset *rrset, bool is_cut)
{
	if (rrset->type == RR_RRSIG)
		return false;
	return !is_cut || rrset->type == RR_DS || rrset->type == RR_NSEC;
}

static void lint_bitmap(struct lint *lint, const struct zone_node *node, const struct rrset *denial, bool is_cut)
{
	size_t position = 0;
	struct span rdata;
	if (denial == NULL || !rrset_next(denial, &position, &rdata))
		return;
	const struct rrset *rrset;
	for (size_t index = 0; (rrset = zone_node_rrset_at(node, index)) != NULL; index++) {
		bool is_listed_here = is_cut ? rrset->type == RR_NS || rrset->type == RR_DS : rrset->type != RR_RRSIG;
		if (!is_listed_here || rrset->type == RR_NSEC || rdata_bitmap_has(denial->type, rdata, rrset->type) ||
		    finding_fold(lint->findings, FINDING_SIGNATURE_BAD, SEVERITY_ERROR))
			continue;
		signature_add(lint, FINDING_SIGNATURE_BAD, node, rrset, "is not in the type bitmap of the name's ",
			      denial->type == RR_NSEC ? "NSEC" : "NSEC3");
	}
}

void lint_signatures(struct lint *lint, const struct zone_node *node)
{
	bool is_cut = zone_node_is_cut(node);
	const struct rrset *rrset;
	for (size_t index = 0; (rrset = zone_node_rrset_at(node, index)) != NULL; index++) {
		if (rrset_is_signed_here(rrset, is_cut))
			lint_signature(lint, node, rrset);
	}
	const struct zone_node *nsec3 = lint->denial == ZONE_DENIAL_NSEC3 ? zone_node_nsec3(lint->zone, node) : NULL;
	lint_bitmap(lint, node, nsec3 != NULL ? zone_node_rrset(nsec3, RR_NSEC3) : zone_node_rrset(node, RR_NSEC),
		    is_cut);
}

void lint_signed(struct lint *lint)
{
	if (!lint->is_signed) {
		if (!finding_fold(lint->findings, FINDING_ZONE_UNSIGNED, SEVERITY_NOTICE))
			finding_add(lint->findings, FINDING_ZONE_UNSIGNED, (struct place){0}, lint->subject, NULL,
				    "%s is not signed.", lint->subject + strlen("zone "));
		return;
	}
	for (const struct zone_node *node = zone_nsec3_first(lint->zone); node != NULL;
	     node = zone_nsec3_next(lint->zone, node)) {
		const struct rrset *nsec3 = zone_node_rrset(node, RR_NSEC3);
		if (nsec3 != NULL)
			lint_signature(lint, node, nsec3);
	}
}

/* --- When the first of them ends --- */

static void node_signed_until(const struct zone_node *node, uint32_t now, int64_t *least, bool *is_any)
{
	const struct rrset *rrset;
	for (size_t index = 0; (rrset = zone_node_rrset_at(node, index)) != NULL; index++) {
		size_t position = 0;
		struct span rdata;
		while (rrset->type == RR_RRSIG && rrset_next(rrset, &position, &rdata)) {
			int64_t left = rdata.size < RRSIG_LEAST
					       ? INT64_MAX
					       : seconds_until(load_u32(rdata.data + RRSIG_EXPIRATION), now);
			*least = left < *least ? left : *least;
			*is_any = true;
		}
	}
}

uint64_t zone_signed_until(const struct zone *zone, uint64_t now_s)
{
	int64_t least = INT64_MAX;
	bool is_any = false;
	if (!zone_is_signed(zone))
		return 0;
	const struct zone_node *node;
	for (node = zone_node_first(zone); node != NULL; node = zone_node_next(zone, node))
		node_signed_until(node, (uint32_t)now_s, &least, &is_any);
	for (node = zone_nsec3_first(zone); node != NULL; node = zone_nsec3_next(zone, node))
		node_signed_until(node, (uint32_t)now_s, &least, &is_any);
	return is_any && least != INT64_MAX ? (uint64_t)((int64_t)now_s + least) : 0;
}

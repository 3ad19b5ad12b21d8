/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#include "audit/view_servers.h"
#include "dns/rrtype.h"
#include "dnssec/delegated.h"
#include "dnssec/validity.h"

void check_signed(struct check *check)
{
	if (check->view->is_signed_known && !check->view->is_signed && !name_is_root(check->view->zone))
		finding_add(check->findings, FINDING_ZONE_UNSIGNED, NOWHERE, check->subject, NULL, "%s is not signed.",
			    check->zone);
}

static bool is_bogus(const struct secure *secure)
{
	return secure->is_known && secure->security == SECURITY_BOGUS;
}

void check_types(struct finding_list *findings, struct place place, const char *subject, enum family family,
		 struct name name, const struct secure secure[FAMILY_COUNT])
{
	char text[NAME_TEXT_MAX];
	if (!secure[FAMILY_IPV6].is_known || !secure[FAMILY_IPV4].is_known)
		return;
	view_name_text(name, text);
	if (is_bogus(&secure[FAMILY_IPV6]) && is_bogus(&secure[FAMILY_IPV4]) && family == FAMILY_IPV6)
		finding_add(findings, FINDING_SIGNATURE_BAD, place, subject, "sign the zone again",
			    "AAAA and A of %s do not validate: %s.", text, secure[FAMILY_IPV6].reason);
	if (is_bogus(&secure[FAMILY_IPV6]) == is_bogus(&secure[FAMILY_IPV4]))
		return;
	enum family bad = is_bogus(&secure[FAMILY_IPV6]) ? FAMILY_IPV6 : FAMILY_IPV4;
	finding_add(findings, FINDING_SIGNATURE_FAMILY, place, subject,
		    "sign the zone again, and see that all its servers have the new version",
		    "%s of %s does not validate over %s, and %s does: %s.", record_text(bad), text,
		    family_title(family), record_text(other(bad)), secure[bad].reason);
}

static void check_name_types(struct check *check, enum family family, unsigned index)
{
	struct name_buffer buffer;
	struct name name;
	if (view_name(check->view, index, &buffer, &name))
		check_types(check->findings, NOWHERE, check->subject, family, name,
			    &check->view->secure[family][index][1]); /* AAAA, A: as families are in order */
}

void check_signatures(struct check *check)
{
	bool bogus[FAMILY_COUNT], known[FAMILY_COUNT];
	const struct view *view = check->view;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		known[family] = view->secure[family][0][0].is_known;
		bogus[family] = is_bogus(&view->secure[family][0][0]);
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct secure *secure = &view->secure[family][0][0];
		if (bogus[family] && known[other(family)] && !bogus[other(family)])
			finding_add(check->findings, FINDING_SIGNATURE_PATH, NOWHERE, check->subject, NULL,
				    "The zone validates over %s and not over %s: %s.", family_title(other(family)),
				    family_title(family), secure->reason);
		else if (bogus[family] && (family == FAMILY_IPV6 || !bogus[FAMILY_IPV6]))
			finding_add(check->findings, FINDING_TRUST_BROKEN, NOWHERE, check->subject,
				    "sign the zone again, or have the DS at the parent replaced or removed",
				    "The zone does not validate: %s.", secure->reason);
		for (unsigned i = 0; i < VIEW_NAMES && !bogus[family]; i++)
			check_name_types(check, family, i);
	}
}

static bool fits_any(struct span ds, struct name zone, const struct rrset *keys)
{
	size_t position = 0;
	struct span key;
	while (rrset_next(keys, &position, &key)) {
		if (delegated_ds_fits(ds, zone, key))
			return true;
	}
	return false;
}

/* A DS that is given for a zone below an unsigned one. */
static void check_ds_idle(struct check *check)
{
	const struct view *view = check->view;
	char parent[NAME_TEXT_MAX];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct secure *secure = &view->secure[family][0][0];
		if (!secure->is_known || secure->security != SECURITY_INSECURE)
			continue;
		finding_add(check->findings, FINDING_DS_IDLE, NOWHERE, check->subject, NULL,
			    "Validators will not look at the DS of %s: %s is not signed up to a trust anchor, or no "
			    "DS is of an algorithm and digest that are in use.",
			    check->zone, view_name_text(view->parent, parent));
		return;
	}
}

void check_ds(struct check *check)
{
	const struct view *view = check->view;
	size_t position = 0;
	struct span rdata;
	struct ds ds;
	while (view->ds != NULL && view->dnskey != NULL && rrset_next(view->ds, &position, &rdata)) {
		if (ds_read(rdata, &ds) && !fits_any(rdata, view->zone, view->dnskey))
			finding_add(check->findings, FINDING_DS_STRAY, NOWHERE, check->subject, NULL,
				    "The DS %u %u %u of %s fits no key of the zone.", ds.tag, ds.algorithm,
				    ds.digest_type, check->zone);
	}
	if (view->given != NULL && view->given->has_ds && view->ds != NULL)
		check_ds_idle(check);
}

/* --- S05: what expires next --- */

struct expiring {
	const struct rrset_view *set;
	uint16_t type;
	struct validity validity;
};

static void expiring_find(const struct view_reply *reply, uint64_t now_s, struct expiring *soonest)
{
	for (size_t i = 0; reply->state == WAY_GOOD && reply->gathered != NULL && i < reply->gathered->count; i++) {
		const struct rrset_view *set = &reply->gathered->sets[i];
		if (set->rrset == NULL || set->signatures == NULL || reply->gathered->sections[i] == SECTION_ADDITIONAL)
			continue;
		struct validity validity = validity_of(set->signatures, (uint32_t)now_s);
		if (!validity_is_expiring(&validity, set->rrset->ttl) ||
		    (soonest->set != NULL && soonest->validity.left_s <= validity.left_s))
			continue;
		*soonest = (struct expiring){.set = set, .type = reply->gathered->types[i], .validity = validity};
	}
}

void check_expiring(struct check *check)
{
	const struct view *view = check->view;
	struct expiring soonest = {0};
	char name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX], date[VALIDITY_DATE_MAX];
	for (unsigned i = 0; i < view->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const struct view_family *side = &view->servers[i].families[family];
			for (unsigned j = 0; j < side->count; j++) {
				const struct view_probe *probe = side->addresses[j].probe;
				for (enum reply_row row = REPLY_SOA; probe != NULL && row <= REPLY_NO_TYPE; row++)
					expiring_find(&probe->replies[row], view->now_s, &soonest);
			}
		}
	}
	if (soonest.set == NULL)
		return;
	rrtype_to_text(soonest.type, type);
	validity_date(&soonest.validity, view->now_s, date);
	finding_add(check->findings, FINDING_SIGNATURE_EXPIRING, NOWHERE, check->subject, "sign the zone again",
		    "The signature of %s %s expires on %s UTC: its TTL is %u s, its lifetime %lld s.",
		    view_name_text(soonest.set->owner, name), type, date, soonest.set->rrset->ttl, (long long)soonest.validity.lifetime_s);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#include "audit/service.h"
#include "dns/reverse.h"
#include "dns/rrtype.h"
#include "ip/special.h"
#include "zone/lint/judge.h"

#include <stdio.h>

struct judged {
	const struct service *service;
	struct judge_at at;
	char subject[NAME_TEXT_MAX + 16]; /* "service www.example.com" */
	char name[NAME_TEXT_MAX];
	bool is_meant; /* an inventory names it */
};

/* --- Is it there? --- */

static void untested_add(struct judged *judged, const char *why)
{
	struct finding *finding = finding_add(judged->at.findings, FINDING_FAMILY_UNTESTED, judged->at.place,
					      judged->subject, NULL, "%s was not tested: %s.", judged->name, why);
	if (finding != NULL)
		finding->is_undetermined = true;
}

/* The way to the name, over each family: what an audit of its zone says of zones. */
static void check_way(struct judged *judged)
{
	char zone[NAME_TEXT_MAX];
	unsigned untested = 0;
	for (enum family family = FAMILY_IPV6; judged->is_meant && family < FAMILY_COUNT; family++) {
		const struct chain *chain = judged->service->host.zones[family];
		if (chain != NULL && chain->state == CHAIN_BROKEN)
			finding_add(judged->at.findings, FINDING_ANCESTOR_BROKEN, judged->at.place, judged->subject,
				    NULL, "Over %s alone %s cannot be resolved: of zone %s a name server %s.",
				    family_title(family), judged->name, view_name_text(chain->culprit->zone, zone),
				    chain_cause_text(chain->culprit->cause));
		untested += chain != NULL && (chain->state == CHAIN_UNTESTED || chain->state == CHAIN_OPEN);
	}
	if (untested == FAMILY_COUNT)
		untested_add(judged, "this host does not reach its servers");
}

/* Z-13: what the inventory says, and the zone does not have. */
static void check_wanted(struct judged *judged)
{
	const struct service *service = judged->service;
	char type_text[RRTYPE_TEXT_MAX];
	if (service->host.is_absent) {
		finding_add(judged->at.findings, FINDING_SERVICE_MISSING, judged->at.place, judged->subject, NULL,
			    "The inventory names %s, which does not exist.", judged->name);
		return;
	}
	for (enum inventory_type type = INVENTORY_AAAA; type < INVENTORY_TYPE_COUNT; type++) {
		bool is_left_out = type == INVENTORY_AAAA && service->is_there[INVENTORY_A]; /* P05 says it */
		if (!service->row->wants[type] || !service->is_known[type] || service->is_there[type] || is_left_out)
			continue;
		rrtype_to_text(inventory_rrtype(type), type_text);
		finding_add(judged->at.findings, FINDING_SERVICE_MISSING, judged->at.place, judged->subject, NULL,
			    "The inventory wants %s of %s, and there is none.", type_text, judged->name);
	}
	if (!service->row->has_types && service->is_known[INVENTORY_AAAA] && service->is_known[INVENTORY_A] &&
	    !service->is_there[INVENTORY_AAAA] && !service->is_there[INVENTORY_A])
		finding_add(judged->at.findings, FINDING_SERVICE_MISSING, judged->at.place, judged->subject, NULL,
			    "The inventory names %s, which has no address.", judged->name);
}

/* --- Its addresses --- */

static void raise_to(struct finding *finding, enum severity severity)
{
	if (finding != NULL && finding->severity < severity)
		finding->severity = severity;
}

static void check_family(struct judged *judged, const struct service_host *host)
{
	const struct inventory_row *row = judged->service->row;
	bool is_own = host == &judged->service->host;
	bool is_on_purpose = is_own && row->has_types && !row->wants[INVENTORY_AAAA];
	if (!host->is_known[FAMILY_IPV6] || host->rrsets[FAMILY_IPV6] != NULL || host->rrsets[FAMILY_IPV4] == NULL ||
	    is_on_purpose)
		return;
	struct finding *finding = judge_only_ipv4(&judged->at, host->name);
	if (is_own && row->wants[INVENTORY_AAAA])
		raise_to(finding, SEVERITY_WARNING);
}

/* The reverse zone over a family, where it was walked. */
static void check_reverse_zone(struct judged *judged, const struct service_address *address)
{
	char zone[NAME_TEXT_MAX], addr[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(&address->addr, addr);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = address->zones[family];
		if (chain == NULL || chain->state != CHAIN_BROKEN)
			continue;
		finding_add(judged->at.findings, FINDING_REVERSE_ZONE, judged->at.place, judged->subject, NULL,
			    "Over %s alone no PTR of %s can be found: of zone %s a name server %s.",
			    family_title(family), addr, view_name_text(chain->culprit->zone, zone),
			    chain_cause_text(chain->culprit->cause));
	}
}

static void undelegated_add(struct judged *judged, const struct service_address *address, bool is_mail)
{
	char addr[IP_ADDR_TEXT_MAX];
	ip_addr_to_text(&address->addr, addr);
	struct finding *finding =
		finding_add(judged->at.findings, FINDING_REVERSE_ZONE, judged->at.place, judged->subject,
			    "have whoever assigned the prefix delegate its reverse zone: sextant advise reverse",
			    "The reverse zone of %s is not delegated: the tree ends at its registry.", addr);
	if (finding != NULL)
		finding->severity = judged->is_meant || is_mail ? SEVERITY_WARNING : SEVERITY_NOTICE;
}

static void short_owner_add(struct judged *judged, const struct service_address *address)
{
	char addr[IP_ADDR_TEXT_MAX], owner[NAME_TEXT_MAX];
	struct text cause = {0};
	enum family family = address->addr.family;
	unsigned labels = 0;
	(void)reverse_is_name(address->short_owner, &family, &labels);
	ip_addr_to_text(&address->addr, addr);
	text_addf(&cause, "%s has no PTR, and %s has one. ", addr, view_name_text(address->short_owner, owner));
	judge_owner_text(family, labels, &cause);
	text_add(&cause, " `dig -x` can never ask for it.");
	finding_add(judged->at.findings, FINDING_PTR_OWNER, judged->at.place, judged->subject, NULL, "%s",
		    text_string(&cause));
	text_free(&cause);
}

static void check_address(struct judged *judged, const struct service_host *host, const struct service_address *address)
{
	bool is_mail = host != &judged->service->host;
	enum finding_code code = is_mail ? FINDING_MAIL_PTR : FINDING_PTR_MISSING;
	if (address->addr.family == FAMILY_IPV6 && ip_kind_is_ipv4_embedded(ip_addr_kind(&address->addr)))
		judge_translated(&judged->at, host->name, &address->addr);
	check_reverse_zone(judged, address);
	if (address->ptr == SERVICE_PTR_STRAY)
		judge_ptr_stray(&judged->at, code, &address->addr, address->ptr_name, address->is_ptr_absent);
	if (address->ptr != SERVICE_PTR_MISSING)
		return;
	if (address->short_owner.wire != NULL)
		short_owner_add(judged, address);
	if (address->is_undelegated)
		undelegated_add(judged, address, is_mail);
	else
		raise_to(judge_ptr_missing(&judged->at, code, host->name, &address->addr),
			 judged->is_meant ? SEVERITY_WARNING : SEVERITY_NOTICE);
}

/* --- A host, and the records that name hosts --- */

static void check_host(struct judged *judged, const struct service_host *host)
{
	check_family(judged, host);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (unsigned i = 0; i < host->counts[family]; i++)
			check_address(judged, host, &host->addresses[family][i]);
		check_types(judged->at.findings, judged->at.place, judged->subject, family, host->name,
			    host->secure[family]);
	}
}

static void check_hints(struct judged *judged, const struct service_hints *hints)
{
	size_t position = 0;
	struct span rdata;
	for (unsigned i = 0; i < hints->count && rrset_next(hints->rrset, &position, &rdata); i++) {
		const struct service_host *host = hints->targets[i];
		struct judge_hints judging = {.owner = hints->owner, .type = hints->rrset->type, .rdata = rdata};
		for (enum family family = FAMILY_IPV6; host != NULL && family < FAMILY_COUNT; family++) {
			judging.addresses[family] = host->rrsets[family];
			judging.is_known[family] = host->is_known[family];
		}
		if (host != NULL)
			judge_hints(&judged->at, &judging);
	}
}

void checks_service(const struct service *service, const char *file, struct finding_list *findings)
{
	struct judged judged = {.service = service, .is_meant = service->row->line > 0};
	view_name_text(service->row->name, judged.name);
	snprintf(judged.subject, sizeof(judged.subject), "service %s", judged.name);
	judged.at = (struct judge_at){.findings = findings, .subject = judged.subject};
	if (judged.is_meant)
		judged.at.place = (struct place){.file = file, .line = service->row->line};
	check_way(&judged);
	if (judged.is_meant)
		check_wanted(&judged);
	check_host(&judged, &service->host);
	for (unsigned i = 0; i < service->mail_count; i++)
		check_host(&judged, service->mail[i]);
	check_hints(&judged, &service->https);
	check_hints(&judged, &service->svcb);
}

void checks_reverse(const struct view *view, size_t before, struct finding_list *findings)
{
	char zone[NAME_TEXT_MAX], subject[NAME_TEXT_MAX + 16];
	bool is_told[FINDING_CODE_COUNT] = {false};
	struct text codes = {0};
	const struct finding *finding;
	for (size_t i = before; (finding = finding_at(findings, i)) != NULL; i++) {
		if (finding->severity != SEVERITY_ERROR || is_told[finding->code])
			continue;
		is_told[finding->code] = true;
		text_addf(&codes, "%s%s", codes.size > 0 ? ", " : "", finding_row(finding->code)->code);
	}
	snprintf(subject, sizeof(subject), "zone %s", view_name_text(view->zone, zone));
	if (codes.size > 0)
		finding_add(findings, FINDING_REVERSE_ZONE, NOWHERE, subject, NULL,
			    "The reverse zone %s, of addresses of the inventory, has errors: %s.", zone,
			    text_string(&codes));
	text_free(&codes);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks.h"

#include "audit/checks/check.h"

#include <stdio.h>

void check_each_address(struct check *check, check_address_fn *judge)
{
	const struct view *view = check->view;
	for (unsigned i = 0; i < view->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const struct view_family *side = &view->servers[i].families[family];
			for (unsigned j = 0; j < side->count; j++)
				judge(check, &view->servers[i], &side->addresses[j]);
		}
	}
}

void checks_run(const struct view *view, struct finding_list *findings)
{
	static void (*const checks[])(struct check * check) = {
		/* delegation */
		check_absent,
		check_ancestors,
		check_count,
		check_child_count,
		check_one_family,
		check_glue,
		check_server_zones,
		check_set,
		/* addresses */
		check_kinds,
		check_ttls,
		/* places */
		check_twins,
		check_shared_address,
		check_spread,
		check_pointers,
		check_intent,
		/* answers */
		check_answers,
		/* identity */
		check_same,
		check_denial,
		check_identity,
		check_aaaa,
		/* edns */
		check_truncation,
		check_key_size,
		check_abilities,
		/* transport */
		check_datagrams,
		check_streams,
		check_segments,
		/* encrypted */
		check_encrypted,
		/* transfers */
		check_transfers,
		/* signatures */
		check_signed,
		check_signatures,
		check_expiring,
		/* parent */
		check_referral_size,
		check_referral_glue,
		check_ds,
		check_validators,
		/* vantage */
		check_vantage,
	};
	struct check check = {.view = view, .findings = findings};
	size_t before = finding_count(findings);
	view_name_text(view->zone, check.zone);
	snprintf(check.subject, sizeof(check.subject), "zone %s", check.zone);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](&check);
	if (view->given != NULL && view->given->place.file != NULL)
		finding_list_place(findings, before, view->given->place);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

void check_vantage(struct check *check)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (check->view->states[family] != CHAIN_UNTESTED)
			continue;
		bool is_reached = check->view->chains[family]->state == CHAIN_GOOD;
		struct finding *finding = finding_add(check->findings, FINDING_FAMILY_UNTESTED, NOWHERE, check->subject,
						      "run the audit on a host that has the family",
						      "Not tested over %s: %s.", family_title(family),
						      is_reached ? "servers on the way to the zone were not asked"
								 : "this host does not reach the root servers over it");
		if (finding != NULL)
			finding->is_undetermined = true;
	}
}

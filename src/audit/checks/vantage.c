/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

/* V03: a path through a translator is not that of the family. */
static void check_translated(struct check *check)
{
	if (!check->view->is_ipv4_translated)
		return;
	struct finding *finding = finding_add(
		check->findings, FINDING_TRANSLATED, NOWHERE, check->subject, "run the audit on a host with IPv4 of its own",
		"IPv4 of this host leads through a translator (its address is of 192.0.0.0/29): what is said of IPv4 was "
		"seen behind NAT64, sizes above all.");
	if (finding != NULL)
		finding->is_undetermined = true;
}

void check_vantage(struct check *check)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (check->view->states[family] != CHAIN_UNTESTED)
			continue;
		const struct chain *chain = check->view->chains[family];
		bool is_reached = chain->state == CHAIN_GOOD || chain->parent != NULL;
		struct finding *finding = finding_add(check->findings, FINDING_FAMILY_UNTESTED, NOWHERE, check->subject,
						      "run the audit on a host that has the family",
						      "Not tested over %s: %s.", family_title(family),
						      is_reached ? "servers on the way to the zone were not asked"
								 : "this host does not reach the root servers over it");
		if (finding != NULL)
			finding->is_undetermined = true;
	}
	check_translated(check);
}

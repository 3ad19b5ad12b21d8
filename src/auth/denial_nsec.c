/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/denial.h"

static void nsec_add(struct answer *answer, const struct zone_node *node)
{
	const struct rrset *nsec = node == NULL ? NULL : zone_node_rrset(node, RR_NSEC);
	if (nsec != NULL)
		answer_add_once(answer, node, nsec);
}

/* RFC 4035 3.1.3.3, 3.1.3.4: the NSEC over the gap that the name would be in. */
static void nsec_closer_match(struct answer *answer, const struct zone *zone, struct name name,
                              const struct zone_node *encloser)
{
	nsec_add(answer, zone_nsec_covering(zone, name));
}

/* RFC 4035 3.1.3.2 */
static void nsec_name(struct answer *answer, const struct zone *zone, struct name name,
                      const struct zone_node *encloser)
{
	struct name_buffer buffer;
	struct name wildcard;
	nsec_add(answer, zone_nsec_covering(zone, name));
	if (wildcard_name(zone_node_name(encloser), &buffer, &wildcard))
		nsec_add(answer, zone_nsec_covering(zone, wildcard));
}

/* RFC 4035 3.1.3.1; an empty non-terminal has no NSEC of its own, and the one before it shows that it is empty. */
static void nsec_type(struct answer *answer, const struct zone *zone, struct name name, const struct zone_node *node)
{
	if (zone_node_rrset(node, RR_NSEC) == NULL)
		node = zone_nsec_covering(zone, name);
	nsec_add(answer, node);
}

/* RFC 4035 3.1.3.4 */
static void nsec_wildcard_type(struct answer *answer, const struct zone *zone, struct name name,
                               const struct zone_match *match)
{
	nsec_type(answer, zone, zone_node_name(match->node), match->node);
	nsec_add(answer, zone_nsec_covering(zone, name));
}

const struct denial_chain denial_nsec = {nsec_name, nsec_type, nsec_closer_match, nsec_wildcard_type};

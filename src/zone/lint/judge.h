/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judgements on records of a host, the same whether a zone file has them or servers gave them: sextant check and audit.
 * Pure: adds findings and changes nothing else.
 * Never looks anything up: what is known of other names is an argument.
 */
#ifndef ZONE_LINT_JUDGE_H
#define ZONE_LINT_JUDGE_H

#include "dns/rrset.h"
#include "finding/finding.h"
#include "ip/addr.h"

struct judge_at {
	struct finding_list *findings;
	struct place place;
	const char *subject; /* NULL: the name that is judged */
};

/* Each gives the finding, whose severity may be changed; NULL: it was folded. */

/* P05: it has A and no AAAA. */
struct finding *judge_only_ipv4(const struct judge_at *at, struct name name);
/* P07: addr, an AAAA, embeds an IPv4 address. */
struct finding *judge_translated(const struct judge_at *at, struct name name, const struct ip_addr *addr);
/* P01, and P04 for mail hosts: the address has no PTR. */
struct finding *judge_ptr_missing(const struct judge_at *at, enum finding_code code, struct name host,
				  const struct ip_addr *addr);
/* P01, P04: the PTR of addr names target, which does not lead back. */
struct finding *judge_ptr_stray(const struct judge_at *at, enum finding_code code, const struct ip_addr *addr,
				struct name target, bool is_absent);
/* P02: what is said of a reverse name with so many labels below ip6.arpa or in-addr.arpa. */
void judge_owner_text(enum family family, unsigned labels, struct text *out);
/* P08. */
struct finding *judge_ttl(const struct judge_at *at, struct name server, uint32_t aaaa_s, uint32_t a_s);

/* P06: the hints of one SVCB or HTTPS record of owner. */
struct judge_hints {
	struct name owner;
	uint16_t type;
	struct span rdata;
	const struct rrset *addresses[FAMILY_COUNT]; /* of the target; NULL: none */
	bool is_known[FAMILY_COUNT];                 /* false: the target's addresses cannot be seen */
};
void judge_hints(const struct judge_at *at, const struct judge_hints *hints);
/* The name whose addresses hints have to be; false: the record has no hints. */
bool judge_hints_target(struct name owner, struct span rdata, struct name *ret);

#endif

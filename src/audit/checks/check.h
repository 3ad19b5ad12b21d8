/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the checks of an audit share: the view that is judged, where findings go, and the words for it.
 * Of this room alone. One function a check or a family of them; the order is the table's in checks.c.
 * Never asks for facts, and never blames a server for what could not be tested from here.
 */
#ifndef AUDIT_CHECKS_CHECK_H
#define AUDIT_CHECKS_CHECK_H

#include "audit/checks.h"

struct check {
	const struct view *view;
	struct finding_list *findings;
	char zone[NAME_TEXT_MAX];
	char subject[NAME_TEXT_MAX + 16]; /* "zone example.com" */
};

#define SERVERS_LEAST 2 /* of each family: RFC 10001 4.1 */
#define NOWHERE ((struct place){0})

static inline const char *record_text(enum family family)
{
	return family == FAMILY_IPV6 ? "AAAA" : "A";
}

static inline enum family other(enum family family)
{
	return family == FAMILY_IPV6 ? FAMILY_IPV4 : FAMILY_IPV6;
}

/* What is said of one address of one server. */
typedef void check_address_fn(struct check *check, const struct view_server *server,
			      const struct view_address *address);
void check_each_address(struct check *check, check_address_fn *judge);

/* delegation.c */
void check_absent(struct check *check);
void check_ancestors(struct check *check);
void check_count(struct check *check);
void check_child_count(struct check *check);
void check_one_family(struct check *check);
void check_glue(struct check *check);
void check_server_zones(struct check *check);
void check_set(struct check *check);
/* addresses.c */
void check_kinds(struct check *check);
void check_ttls(struct check *check);
/* places.c */
void check_twins(struct check *check);
void check_shared_address(struct check *check);
void check_spread(struct check *check);
void check_pointers(struct check *check);
void check_intent(struct check *check);
/* answers.c */
void check_answers(struct check *check);
/* identity.c */
void check_same(struct check *check);
void check_denial(struct check *check);
void check_identity(struct check *check);
void check_aaaa(struct check *check);
/* edns.c */
void check_truncation(struct check *check);
void check_key_size(struct check *check);
void check_abilities(struct check *check);
/* transport.c */
void check_datagrams(struct check *check);
void check_streams(struct check *check);
void check_segments(struct check *check);
/* encrypted.c */
void check_encrypted(struct check *check);
/* transfers.c */
void check_transfers(struct check *check);
/* signatures.c */
void check_signed(struct check *check);
void check_signatures(struct check *check);
void check_expiring(struct check *check);
/* parent.c */
void check_referral_size(struct check *check);
void check_referral_glue(struct check *check);
void check_ds(struct check *check);
/* S01: one of the two address types of a name validates over the family, the other does not. S02: neither does. */
void check_types(struct finding_list *findings, struct place place, const char *subject, enum family family,
		 struct name name, const struct secure secure[FAMILY_COUNT]);
/* validators.c */
void check_validators(struct check *check);
/* vantage.c */
void check_vantage(struct check *check);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The referral to a zone as its parent really gives it, over each family, where 512 and where 1232 octets are allowed.
 * A pure function of the facts; everything is made in the arena of the walk.
 * Never asks more than one question beyond what the walk asked, over each family.
 */
#ifndef AUDIT_VIEW_PARENT_H
#define AUDIT_VIEW_PARENT_H

#include "audit/view_servers.h"

enum referral_size {
	REFERRAL_SMALL,
	REFERRAL_EDNS,
	REFERRAL_WHOLE,
	REFERRAL_COUNT
}; /* 512, 1232, over TCP if need be */

struct view_referral {
	struct ip_endpoint server;
	struct view_reply replies[REFERRAL_COUNT];
};

/* The referral with all glue: many servers leave out what does not fit and say nothing, so one that is nearly full is
 * asked for over TCP. */
const struct fact *view_referral_whole(struct walk *walk, const struct fact *referral);
/* Octets that are allowed. */
unsigned view_referral_octets(enum referral_size size);
void view_parent_want(struct walk *walk, const struct view *view);
/* When nothing is open any more. */
void view_parent_take(struct walk *walk, struct view *view);
/* Does the reply have an address of the family for the name? */
bool view_referral_has(const struct view_reply *reply, struct name server, enum family family);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Delegations as the operator gives them, in place of what the parents say now: not made yet, or about to change.
 * Borrowed: a table in the order of zones, which is looked up and never changed.
 * Never stands for more than the one step from a parent to a zone: the way to the parent is walked as it is.
 */
#ifndef AUDIT_GIVEN_H
#define AUDIT_GIVEN_H

#include "dns/rrset.h"
#include "finding/finding.h"
#include "ip/addr.h"

struct given_server {
	struct name name;
	struct ip_endpoint endpoint; /* port 0: a name without address; one row for each address */
};

struct given {
	struct name zone;
	const struct given_server *servers; /* the NS set with its glue */
	size_t server_count;                /* 0: what the parent says */
	bool has_ds;                        /* and the DS set */
	const struct rrset *ds;             /* NULL: none */
	bool is_literal;                    /* each address is asked as it stands, whatever its kind */
	struct place place;                 /* of the delegation, in a file; all zero: none */
};

struct given_table {
	const struct given *rows; /* given_sort was called on them */
	size_t count;
};

void given_sort(struct given *rows, size_t count);
/* NULL: nothing is given for the zone. */
const struct given *given_find(const struct given_table *table, struct name zone);
/* The given delegation that is next on the way from a zone down to name: at or above name. NULL: none. */
const struct given *given_below(const struct given_table *table, struct name zone, struct name name);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proofs of absence from pre-signed zones: NSEC (RFC 4035 3.1.3) and NSEC3 (RFC 5155 7.2) into the authority section.
 * Stateless; adds to the answer it is given.
 * Never adds a record twice, and adds nothing in zones without a chain.
 */
#ifndef AUTH_DENIAL_H
#define AUTH_DENIAL_H

#include "auth/answer.h"

/* NXDOMAIN: neither the name nor a wildcard below its closest encloser is there. */
void deny_name(struct answer *answer, const struct zone *zone, struct name name, const struct zone_node *encloser);
/* NODATA, and no DS at a delegation: the node has not the type. name is the node's name. */
void deny_type(struct answer *answer, const struct zone *zone, struct name name, const struct zone_node *node);
/* A wildcard answered: nothing closer to the name is there. */
void deny_closer_match(struct answer *answer, const struct zone *zone, struct name name,
                       const struct zone_node *encloser);
/* The wildcard that matches has not the type. */
void deny_wildcard_type(struct answer *answer, const struct zone *zone, struct name name,
                        const struct zone_match *match);

/* The rows behind them: one for each kind of chain. */
struct denial_chain {
	void (*name)(struct answer *, const struct zone *, struct name, const struct zone_node *);
	void (*type)(struct answer *, const struct zone *, struct name, const struct zone_node *);
	void (*closer_match)(struct answer *, const struct zone *, struct name, const struct zone_node *);
	void (*wildcard_type)(struct answer *, const struct zone *, struct name, const struct zone_match *);
};

extern const struct denial_chain denial_nsec;
extern const struct denial_chain denial_nsec3;

/* "*" in front of the encloser. False: that name would be too long to exist. */
bool wildcard_name(struct name encloser, struct name_buffer *buffer, struct name *ret);

#endif

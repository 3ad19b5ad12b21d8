/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may have a zone: a request for a transfer against the peers of a service.
 * Stateless; what it gives back are views into the message and the policy.
 * Never answers: who is refused gets the engine's REFUSED (auth/auth.h), who is granted a transfer_out.
 */
#ifndef TRANSFER_SERVE_H
#define TRANSFER_SERVE_H

#include "dns/tsig.h"
#include "ip/addr.h"
#include "transfer/send.h"
#include "transfer/zone_history.h"
#include "zone/zoneset.h"

struct transfer_peer {
	const char *name;
	const struct ip_addr *addresses;
	size_t address_count;
	const struct tsig_key *key; /* what it asks has to be signed with; NULL: its address is enough */
};

struct transfer_policy { /* of one service; borrowed */
	const struct transfer_peer *peers;
	size_t peer_count;
	const struct tsig_key *const *keys; /* all that are known */
	size_t key_count;
};

struct transfer_asked {
	struct query query; /* views into the message */
	bool is_signed;
	struct tsig tsig;
	const struct zone *zone;          /* granted: the zone; read in a snapshot */
	const struct zone_history *history; /* granted: likewise; NULL: it is not kept */
	const struct transfer_peer *peer; /* granted: whose request it is */
	const char *reason;               /* refused: why, for the log */
};

enum transfer_decision {
	TRANSFER_LEAVE, /* malformed, or no request for a transfer */
	TRANSFER_GRANT,
	TRANSFER_REFUSE
};

/* Is it a query for AXFR or IXFR? At the cost of a walk over its name. */
bool transfer_is_asked(struct span message);
/* now_s: for TSIG. */
enum transfer_decision transfer_judge(const struct transfer_policy *policy, const struct zoneset *zones,
                                      struct span message, const struct ip_addr *client, uint64_t now_s,
                                      struct transfer_asked *ret);

#endif

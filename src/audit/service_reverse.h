/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the reverse tree says of an address of a service, and the steps that it shares with the rest of a service's
 * audit. Of audit/service alone. Never asks a registry's servers for more than the way down to the address.
 */
#ifndef AUDIT_SERVICE_REVERSE_H
#define AUDIT_SERVICE_REVERSE_H

#include "audit/service.h"
#include "resolver/gather.h"

/* Where a name's data are asked: over IPv6, over IPv4 where IPv6 does not lead there. zones: what was walked. NULL:
 * nowhere, or not known yet. */
const struct chain *service_chain(struct walk *walk, struct name name, const struct chain *zones[FAMILY_COUNT]);
/* An answer with authority behind any aliases, whose end *name becomes. zones: of the first name. NULL: not known. */
const struct gathered *service_follow(struct walk *walk, struct name *name, uint16_t type,
				      const struct chain *zones[FAMILY_COUNT], struct message *ret);

/* Fills all but addr. is_thorough: over both families, and names with too few labels are looked for. */
void service_reverse(struct walk *walk, bool is_thorough, struct service_address *address);

#endif

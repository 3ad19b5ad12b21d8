/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much of a client's address is stored or sent: the one place that cuts it.
 * A value.
 * Never touches what is answered, limited or counted: only what is told of it.
 */
#ifndef TELEMETRY_PRIVACY_H
#define TELEMETRY_PRIVACY_H

#include "telemetry/query_event.h"

struct privacy {
	uint8_t length[FAMILY_COUNT]; /* bits of the address that are told: 128 or 32 for all of it */
};

#define PRIVACY_NONE ((struct privacy){.length = {[FAMILY_IPV6] = 128, [FAMILY_IPV4] = 32}})

bool privacy_is_whole(const struct privacy *privacy, const struct ip_addr *address); /* nothing is to be cut */
/* Zero behind the length; without the scope when anything is cut. */
void privacy_truncate_address(const struct privacy *privacy, struct ip_addr *address);
/* The client's address; its port too is gone then, for it tells the clients of one prefix apart. */
void privacy_truncate(const struct privacy *privacy, struct query_event *event);

#endif

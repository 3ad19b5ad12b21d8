/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which records lead to addresses: NS, MX, SRV, SVCB, HTTPS and the like.
 * Stateless.
 * Never looks outside the zone.
 */
#ifndef ZONE_BUILD_LINKS_H
#define ZONE_BUILD_LINKS_H

#include "dns/name.h"

/* The host that a record of owner names and whose addresses belong into the additional section. false: none. */
bool link_target(uint16_t type, struct name owner, struct span rdata, struct name *ret);

#endif

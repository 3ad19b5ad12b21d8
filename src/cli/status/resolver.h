/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sextant status` shows of resolver services: cache, families, upstream, NAT64 prefixes, trust anchors.
 * Borrowed: reads the daemon's reply (control/control.h).
 * Never counts on a member: what the daemon does not say is not shown.
 */
#ifndef CLI_STATUS_RESOLVER_H
#define CLI_STATUS_RESOLVER_H

#include <jansson.h>
#include <stdio.h>

/* services: the array of the reply. Nothing is printed when none of them is a resolver. */
void status_resolvers_print(FILE *out, const json_t *services);

#endif

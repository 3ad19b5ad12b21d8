/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NAT64 prefixes of a resolver service: what is configured, heard and found goes into its tables, and into the log.
 * Main thread.
 * Never takes a prefix from a source that the configuration does not name.
 */
#ifndef DAEMON_RECURSION_PREFIXES_H
#define DAEMON_RECURSION_PREFIXES_H

#include "daemon/recursion/recursion.h"

/* The configuration is in use from now on: what it has is there, what it no longer wants is not. */
void prefixes_apply(struct recursion *recursion, const struct config_service *service, uint64_t now_us);
/* One was heard of, for so long; 0: it was withdrawn. */
void prefixes_heard(struct recursion *recursion, const struct config_service *service, const struct pref64 *prefix,
                    uint32_t lifetime_s, uint64_t now_us);
/* Drops those whose time is over. */
void prefixes_expire(struct recursion *recursion, uint64_t now_us);
/* Does the configuration want prefixes of the source, for whatever use? */
bool prefixes_want(const struct config_service *service, enum pref64_source source);
/* Is one of the source known now? */
bool prefixes_have(const struct recursion *recursion, enum pref64_source source, uint64_t now_us);

#endif

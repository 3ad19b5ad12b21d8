/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the main thread looks after for the resolver services: what the host has of each family, NAT64 prefixes, trust
 * anchors.
 * Owned: watch_new/watch_stop/watch_free by the daemon. Main thread only.
 * Never on the answer path.
 */
#ifndef DAEMON_RECURSION_WATCH_H
#define DAEMON_RECURSION_WATCH_H

#include "base/err.h"

struct daemon;
struct service;
struct watch;

/* Workers run. */
int watch_new(struct daemon *daemon, struct watch **ret) MUST_USE;
/* A configuration is in use from now on. */
void watch_renew(struct watch *watch);
/* The service ends: its engines have. */
void watch_forget(struct watch *watch, const struct service *service);
void watch_stop(struct watch *watch); /* closes its handles, which the loop then lets go */
void watch_free(struct watch *watch); /* NULL is fine */

#endif

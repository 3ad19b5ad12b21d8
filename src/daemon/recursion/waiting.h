/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions that were taken in and wait for their answer: who asked, over what, since when.
 * Owned by the drive of one service on one worker; used by that worker alone. Records come in slabs and are used again.
 * Never outlives what it points to: a listener or connection that ends takes its questions back first.
 */
#ifndef DAEMON_RECURSION_WAITING_H
#define DAEMON_RECURSION_WAITING_H

#include "base/err.h"
#include "ip/addr.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct connection;
struct inner_question;
struct listener_part;

struct waiting {
	struct listener_part *part;      /* one of the three: UDP, */
	struct connection *connection;   /* TCP, */
	struct inner_question *inner;    /* the daemon itself */
	struct ip_endpoint client;
	struct ip_addr server; /* the address that was asked */
	uint64_t begin_wall_us, begin_mono_us;
	LIST_ENTRY(waiting) link;          /* among all of the drive, or the unused ones */
	LIST_ENTRY(waiting) in_connection; /* TCP */
};
LIST_HEAD(waitings, waiting);

struct waiting_slab;

struct waiting_pool {
	struct waitings all, unused;
	struct waiting_slab *slabs;
	size_t count; /* that wait */
};

/* One to fill in and pass as a question's owner: still among the unused ones. NULL: no memory. */
struct waiting *waiting_next(struct waiting_pool *pool);
/* It waits from now on. */
void waiting_begin(struct waiting_pool *pool, struct waiting *waiting);
void waiting_end(struct waiting_pool *pool, struct waiting *waiting);
void waiting_pool_free(struct waiting_pool *pool);

#endif

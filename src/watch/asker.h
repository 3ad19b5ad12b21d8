/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks what a book of facts wants, many questions at once, and puts the answers in.
 * Owned: asker_new/asker_free; the book outlives it.
 * Never asks an address over a family that the command was told not to use, nor one server more than 8 questions at a
 * time.
 */
#ifndef WATCH_ASKER_H
#define WATCH_ASKER_H

#include "audit/facts.h"

#include <stdatomic.h>
#include <uv.h>

struct asker_options {
	unsigned timeout_ms; /* of a question over UDP, all tries together; TCP gets it once more */
	unsigned tries;      /* datagrams, at least 1 */
	unsigned rate;       /* questions a second, over all servers; 0: no limit */
	bool is_family_allowed[FAMILY_COUNT];
	const atomic_bool *is_stopped; /* another thread sets it: nothing more is waited for; NULL: nobody does */
	void *owner;
	/* A question is about to leave from this port; NULL: not wanted. */
	void (*left)(void *owner, uint16_t port);
};

struct asker;

/* Before the program has threads: room for as many probes at once as an audit has use for. */
void asker_prepare(void);

struct asker *asker_new(struct facts *facts, const struct asker_options *options); /* NULL: no memory */
void asker_free(struct asker *asker);
/* Asks what is wanted, and comes back some milliseconds after something is known that was not, or when nothing is under
 * way. False: that. HURRIED: comes back after those milliseconds in any case; true then. */
bool asker_run(struct asker *asker, bool is_hurried);
/* Questions are under way, or wait for their turn. */
bool asker_is_busy(const struct asker *asker);
/* It runs inside asker_run; for what else the owner waits for. */
uv_loop_t *asker_loop(struct asker *asker);
size_t asker_sent(const struct asker *asker); /* questions so far, each try counted */

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joins what sources tell of one question on several lines: its outcome with the question, the cause with the failure.
 * Owned: joiner_new/joiner_free. Its memory is fixed; what is longest ago is forgotten first.
 * Never holds an event back and never reorders: each is filled in place from what came before.
 */
#ifndef SIGNALS_JOINER_H
#define SIGNALS_JOINER_H

#include "signals/event.h"

struct joiner;

#define JOINER_WINDOW_US 12000000 /* a resolver gives up after ten seconds; its line comes a moment later */

/* seed: secret, so that names in a log cannot be chosen to push others out. -ENOMEM. */
int joiner_new(uint64_t seed, struct joiner **ret) MUST_USE;
void joiner_free(struct joiner *joiner); /* NULL is fine */

/*
 * The next event of the stream.
 * - An EVENT_REPLY whose EVENT_QUERY came before (same source, client and question) is marked is_completion and gets
 * the fields that only the question's line had. Time taken is the distance of their stamps, when both are finer than
 * seconds.
 * - A reply with SERVFAIL gets reason and security of an EVENT_VALIDATION or EVENT_UPSTREAM of the same name and type.
 * - false: an EVENT_VALIDATION told already within the second (Knot Resolver repeats them): to be dropped.
 */
bool joiner_join(struct joiner *joiner, struct event *event);

#endif

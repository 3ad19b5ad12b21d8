/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Remembers for some seconds which questions were answered with TC, to see whether their clients come back over TCP.
 * Owned: truncations_new/truncations_free; one for a service, shared by its workers without a lock: a client's TCP
 * connection comes to whatever worker the kernel likes.
 * Never grows, and never says yes to a question that was not asked: two that fall together forget the older one.
 */
#ifndef TELEMETRY_TRUNCATION_H
#define TELEMETRY_TRUNCATION_H

#include "telemetry/query_event.h"

#define TRUNCATION_FOLLOWED_S 10

struct truncations;

struct truncations *truncations_new(void); /* NULL: no memory */
void truncations_free(struct truncations *truncations); /* NULL is fine */
/* For each answer. True: the question came over TCP after it had been answered with TC over UDP (said once for each). */
bool truncation_is_followed(struct truncations *truncations, const struct query_event *event);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plays a scenario against the resolver engine in virtual time.
 * Stateless: everything lives for one call.
 * Never sleeps, never opens a socket: the same file gives the same play every time.
 */
#ifndef TESTS_SIM_PLAY_H
#define TESTS_SIM_PLAY_H

#include "base/text.h"
#include "tests/sim/scenario.h"

struct play_changes { /* of what the scenario says; 0: none */
	uint32_t seed;
	uint32_t latency_ms;
};

/* ERR_OK: every step held. ERR_MISMATCH and others: why says which did not, and how.
 * trace may be NULL: what went over the wire, and the engine's notes. */
int play_scenario(struct scenario *scenario, struct play_changes changes, struct text *why,
                  struct text *trace) MUST_USE;

#endif

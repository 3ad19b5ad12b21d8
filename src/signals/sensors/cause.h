/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why one answer was SERVFAIL (M-02), and which clients are gateways (F-06), from one event.
 * Pure.
 * Never guesses: what the source does not say is UNKNOWN.
 */
#ifndef SIGNALS_SENSORS_CAUSE_H
#define SIGNALS_SENSORS_CAUSE_H

#include "signals/event.h"

enum failure_cause {
	CAUSE_UNKNOWN,
	CAUSE_VALIDATION,
	CAUSE_DELEGATION, /* lame: servers answer, and not with what they should; or there is none to ask */
	CAUSE_PATH        /* servers were not reached */
};

enum failure_cause cause_of_failure(const struct event *event);

/* The address that Docker, Podman or slirp4netns put in place of all that ask from outside. */
bool is_gateway(const struct ip_addr *addr);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the connections to services that an examination wants.
 * Sockets live no longer than the call.
 * Never sends a service anything: a connection is set up and closed.
 */
#ifndef CLI_DOCTOR_CONNECT_H
#define CLI_DOCTOR_CONNECT_H

#include "doctor/attempts.h"

struct connect_options {
	unsigned timeout_ms; /* of each */
	bool is_family_allowed[FAMILY_COUNT];
};

/* All that are wanted, at once. */
void attempts_make(struct attempts *attempts, const struct connect_options *options);

#endif

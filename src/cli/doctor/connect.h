/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the connections that an examination wants: to services, and DNS over TCP with segments of the usual size.
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

/* All that are wanted, at once; questions one after the other. */
void attempts_make(struct attempts *attempts, const struct connect_options *options);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks each resolver what tells whether clients can use it: UDP, TCP, recursion, both families, validation.
 * Fills the results of facts; sockets live no longer than a question.
 * Never calls a test passed that was not made: without a name it is not tested, without a route undetermined.
 */
#ifndef CLI_DOCTOR_PROBE_H
#define CLI_DOCTOR_PROBE_H

#include "doctor/client.h"

struct probe_plan {
	const struct name *ipv6_only; /* NULL: not given */
	const struct name *ipv4_only;
	const struct name *bogus;
	bool is_family_allowed[FAMILY_COUNT];
	unsigned timeout_ms; /* of one question */
	unsigned total_ms;   /* of all resolvers: those behind are undetermined, however many are advertised */
};

/* All resolvers, the encrypted ones behind the plain ones that their names are looked up at. */
void client_probe_all(const struct probe_plan *plan, struct client_facts *facts);
/* The part of it for encrypted ones: DNS over TLS at each address. end_us: monotonic, none is asked after that. */
void client_probe_encrypted(const struct probe_plan *plan, uint64_t end_us, struct client_facts *facts);

#endif

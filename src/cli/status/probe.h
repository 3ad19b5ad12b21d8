/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One real question to one listener, over UDP or TCP: does it answer as a server of the zone should?
 * Stateless; opens and closes its own socket.
 * Never believes an answer that is not to its question.
 */
#ifndef CLI_STATUS_PROBE_H
#define CLI_STATUS_PROBE_H

#include "dns/name.h"
#include "ip/addr.h"

struct probe {
	struct ip_endpoint endpoint; /* a wildcard is asked through loopback */
	bool is_tcp;
	struct name zone; /* asked for its SOA; of a resolver: the name asked for, AAAA */
	bool is_resolver; /* asked for recursion; any answer but a failure will do, REFUSED too: it may not be for us */
	unsigned timeout_ms;
};

struct probe_result {
	bool is_good;
	uint32_t rtt_us;
	char fault[80]; /* why not good */
};

struct probe_result probe_run(const struct probe *probe);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What carriers put before a line: syslog (RFC 3164, RFC 5424, rsyslog's ISO form), journalctl -o short*,
 * docker compose logs, kubectl logs --prefix, the CRI of Kubernetes.
 * Stateless; works on a view of the line.
 * Never looks at what the line itself says, and takes nothing that it does not know.
 */
#ifndef SIGNALS_ENVELOPE_H
#define SIGNALS_ENVELOPE_H

#include "signals/stamp.h"

struct envelope {
	struct span body; /* what the name server wrote */
	bool has_stamp;   /* of the innermost carrier that has one */
	struct stamp stamp;
};

void envelope_open(struct span line, const struct stamp_clock *clock, struct envelope *ret);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be said about a message without looking into a zone.
 * A value, made from the parsed query alone.
 * Never writes: the reply does.
 */
#ifndef AUTH_VERDICT_H
#define AUTH_VERDICT_H

#include "dns/ede.h"
#include "dns/query.h"
#include "telemetry/query_event.h"

#define VERDICT_EDE_NONE (-1)

enum verdict_asked {
	ASKED_NOTHING, /* rcode and ede are the whole answer */
	ASKED_ZONE,    /* a question for the served zones */
	ASKED_SERVER   /* class CH: a question about the server itself (RFC 4892) */
};

struct verdict {
	enum verdict_asked asked;
	uint16_t rcode;
	int32_t ede; /* enum ede, or VERDICT_EDE_NONE */
};

/* parsed: anything but QUERY_DROP. */
struct verdict verdict_of(const struct query *query, enum query_verdict parsed, enum transport transport);

#endif

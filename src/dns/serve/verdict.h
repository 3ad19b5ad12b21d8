/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be said about a message without looking for data.
 * A value, made from the parsed query alone.
 * Never writes: the reply does.
 */
#ifndef DNS_SERVE_VERDICT_H
#define DNS_SERVE_VERDICT_H

#include "dns/ede.h"
#include "dns/query.h"

#define VERDICT_EDE_NONE (-1)

enum verdict_asked {
	ASKED_NOTHING, /* rcode and ede are the whole answer */
	ASKED_ZONE,    /* a question for data */
	ASKED_SERVER   /* class CH: a question about the server itself (RFC 4892) */
};

struct verdict {
	enum verdict_asked asked;
	uint16_t rcode;
	int32_t ede; /* enum ede, or VERDICT_EDE_NONE */
};

/* parsed: anything but QUERY_DROP. */
struct verdict query_judge(const struct query *query, enum query_verdict parsed, bool is_udp);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/serve/verdict.h"

#include "dns/rrtype.h"

#define RR_NXNAME 128 /* RFC 9824 3.2 */

static struct verdict verdict_final(uint16_t rcode, int32_t ede)
{
	return (struct verdict){.asked = ASKED_NOTHING, .rcode = rcode, .ede = ede};
}

/* Types that no zone can hold, and what becomes of a question for them. */
static const struct {
	uint16_t type;
	uint16_t rcode;
	int16_t ede;
} refused_types[] = {
	{RR_OPT, RCODE_FORMERR, EDE_INVALID_QUERY_TYPE},    /* RFC 6891 6.1.1: only ever in the additional section */
	{RR_NXNAME, RCODE_FORMERR, EDE_INVALID_QUERY_TYPE}, /* RFC 9824 3.5 */
	{RR_TSIG, RCODE_FORMERR, EDE_INVALID_QUERY_TYPE},   /* RFC 8945 5.1: likewise */
	{RR_TKEY, RCODE_NOTIMP, EDE_NOT_SUPPORTED},         /* RFC 2930 */
	{RR_MAILB, RCODE_NOTIMP, EDE_NOT_SUPPORTED},        /* RFC 1035 3.2.3: experimental, never used */
	{RR_MAILA, RCODE_NOTIMP, EDE_NOT_SUPPORTED},        /* RFC 973: obsolete */
};

static struct verdict verdict_of_type(uint16_t type, bool is_udp)
{
	/* RFC 5936 4.2: AXFR is not defined over UDP. */
	if (type == RR_AXFR && is_udp)
		return verdict_final(RCODE_FORMERR, EDE_INVALID_QUERY_TYPE);
	if (type == RR_AXFR || type == RR_IXFR)
		return verdict_final(RCODE_REFUSED, EDE_PROHIBITED);
	for (size_t i = 0; i < sizeof(refused_types) / sizeof(*refused_types); i++)
		if (refused_types[i].type == type)
			return verdict_final(refused_types[i].rcode, refused_types[i].ede);
	return (struct verdict){.asked = ASKED_ZONE, .ede = VERDICT_EDE_NONE};
}

static struct verdict verdict_of_question(const struct query *query, bool is_udp)
{
	switch (query->qclass) {
	case CLASS_IN:
	case CLASS_ANY:
		/* Nearly all questions are for data below the range of meta types (RFC 6895 3.1). */
		if (query->qtype != RR_OPT && (query->qtype < RR_NXNAME || query->qtype > RR_ANY))
			return (struct verdict){.asked = ASKED_ZONE, .ede = VERDICT_EDE_NONE};
		return verdict_of_type(query->qtype, is_udp);
	case CLASS_CH:
		return (struct verdict){.asked = ASKED_SERVER, .ede = VERDICT_EDE_NONE};
	default:
		return verdict_final(RCODE_REFUSED, EDE_NOT_AUTHORITATIVE);
	}
}

struct verdict query_judge(const struct query *query, enum query_verdict parsed, bool is_udp)
{
	switch (parsed) {
	case QUERY_FORMERR:
		return verdict_final(RCODE_FORMERR, VERDICT_EDE_NONE);
	case QUERY_BADVERS:
		return verdict_final(RCODE_BADVERS, VERDICT_EDE_NONE);
	case QUERY_NOTIMP:
		return verdict_final(RCODE_NOTIMP, EDE_NOT_SUPPORTED);
	default:
		break;
	}
	if (query->opcode != OPCODE_QUERY)
		return verdict_final(RCODE_NOTIMP, EDE_NOT_SUPPORTED);
	/* RFC 7873 5.4: no question, but a cookie: the answer is a cookie. */
	if (!query->has_question)
		return verdict_final(RCODE_NOERROR, VERDICT_EDE_NONE);
	return verdict_of_question(query, is_udp);
}

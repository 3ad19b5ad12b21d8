/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Name servers and resolvers that say anything of a few names, as the octets of an input have it.
 * Of fuzzers alone.
 * Never runs dry: the input begins again.
 */
#ifndef FUZZ_AUDIT_REPLIES_H
#define FUZZ_AUDIT_REPLIES_H

#include "audit/facts.h"
#include "dns/rrtype.h"

#include <stdlib.h>

struct source {
	const uint8_t *data;
	size_t size, at;
};

/* The input, again and again. */
static inline uint8_t next(struct source *source)
{
	return source->size == 0 ? 0 : source->data[source->at++ % source->size];
}

static inline struct name name_of_pool(uint8_t number)
{
	static const uint8_t *const pool[] = {
		(const uint8_t *)"\0",           (const uint8_t *)"\1a\0",         (const uint8_t *)"\1b\0",
		(const uint8_t *)"\1z\1a\0",     (const uint8_t *)"\2ns\1a\0",     (const uint8_t *)"\2ns\1b\0",
		(const uint8_t *)"\2ns\1z\1a\0", (const uint8_t *)"\3www\1z\1a\0",
	};
	return name_of(pool[number % 8]);
}

/* Behind the head of the RDATA: names that are led to, or addresses. */
static inline size_t rdata_put(struct source *source, uint16_t type, uint8_t octets[64])
{
	static const uint8_t hint[] = {0, 4, 0, 4, 8, 0, 0, 1};
	struct name target = name_of_pool(next(source));
	size_t head = type == RR_MX || type == RR_HTTPS || type == RR_SVCB ? 2 : 0;
	memcpy(octets + head, target.wire, target.size);
	switch (type) {
	case RR_HTTPS:
	case RR_SVCB:
		octets[1] = next(source) % 2;
		memcpy(octets + head + target.size, hint, sizeof(hint));
		return head + target.size + sizeof(hint);
	case RR_SOA:
		memset(octets, 0, 22);
		octets[5] = next(source);
		return 22;
	case RR_A:
	case RR_AAAA:
	case RR_DS:
	case RR_DNSKEY:
		memset(octets, 0, 64);
		octets[0] = type == RR_AAAA ? 0x26 : 8;
		size_t size = type == RR_A ? 4 : type == RR_AAAA ? 16 : 36;
		octets[size - 1] = next(source) % 8;
		return size;
	case RR_RRSIG: /* of AAAA or SOA; expires by chance */
		memmove(octets + 18, octets, target.size);
		memset(octets, 0, 18);
		octets[1] = next(source) % 2 ? RR_AAAA : RR_SOA;
		octets[3] = 1;
		octets[8] = next(source);
		octets[17] = next(source) % 4;
		return 18 + target.size + 8;
	case RR_NSEC:
		octets[target.size] = 0;
		octets[target.size + 1] = 1;
		octets[target.size + 2] = next(source) | 1;
		return target.size + 3;
	case RR_TXT:
		octets[0] = 1;
		return 2;
	default:
		return head + target.size;
	}
}

/* Of a name of the pool, or of the one that was asked for. */
static inline void record_put(struct source *source, struct name asked, struct writer *out)
{
	static const uint16_t types[] = {RR_NS, RR_A,     RR_AAAA, RR_SOA, RR_CNAME, RR_DS,   RR_DNSKEY, RR_NS,
					 RR_MX, RR_HTTPS, RR_SVCB, RR_PTR, RR_RRSIG, RR_NSEC, RR_TXT};
	uint8_t number = next(source);
	struct name owner = number % 9 == 8 ? asked : name_of_pool(number);
	uint16_t type = types[next(source) % (sizeof(types) / sizeof(types[0]))];
	uint8_t octets[64] = {0};
	size_t size = rdata_put(source, type, octets);
	writer_bytes(out, owner.wire, owner.size);
	writer_u16(out, type);
	writer_u16(out, CLASS_IN);
	writer_u32(out, 3600);
	writer_u16(out, (uint16_t)(size - (next(source) == 255)));
	writer_bytes(out, octets, size);
}

/* EDNS: a size, a version, and options that were asked for or not. */
static inline void opt_put(struct source *source, struct writer *out)
{
	static const uint16_t codes[] = {EDNS_NSID, EDNS_COOKIE, FACT_OPTION_CODE};
	uint8_t bits = next(source);
	writer_u8(out, 0);
	writer_u16(out, RR_OPT);
	writer_u16(out, (uint16_t)(bits * 16));
	writer_u8(out, bits >> 7); /* with an rcode of 0: BADVERS */
	writer_u8(out, (bits & 0x60) == 0x60);
	writer_u16(out, 0);
	writer_u16(out, (uint16_t)(12 * ((bits & 1) + (bits >> 1 & 1) + (bits >> 2 & 1))));
	for (int i = 0; i < 3; i++) {
		if (!(bits >> i & 1))
			continue;
		writer_u16(out, codes[i]);
		writer_u16(out, 8);
		for (int j = 0; j < 8; j++)
			writer_u8(out, next(source) % 2);
	}
}

static inline void reply(struct facts *facts, struct fact *fact, struct source *source)
{
	uint8_t octets[1400];
	struct writer out = writer_of(octets, sizeof(octets));
	uint8_t kind = next(source), counts[3] = {next(source) % 4, next(source) % 4, next(source) % 4};
	if (kind < 16) {
		const struct fact_seen seen = {.segment = (uint16_t)(next(source) * 16)};
		if (fact->question.probe != PROBE_NONE)
			facts_put_seen(fact, &seen);
		if (facts_put(facts, fact, FACT_SILENT + kind % 3, (struct span){0}, 1) != ERR_OK)
			abort();
		return;
	}
	writer_u16(&out, 0);
	writer_u16(&out, (uint16_t)(HEADER_QR | (kind & 32 ? HEADER_AA : 0) | (kind == 250 ? HEADER_TC : 0) |
				    (kind > 251 ? kind % 6 : 0)));
	writer_u16(&out, 1);
	bool has_opt = kind & 1;
	for (int i = 0; i < 3; i++)
		writer_u16(&out, (uint16_t)(counts[i] + (i == 2 && has_opt)));
	writer_bytes(&out, fact->question.qname.wire, fact->question.qname.size);
	writer_u16(&out, fact->question.qtype);
	writer_u16(&out, CLASS_IN);
	const struct fact_seen seen = {.fragment = (uint16_t)(next(source) * 16),
				       .segment = (uint16_t)(next(source) * 16),
				       .answered = next(source) % (FACT_STREAM_QUESTIONS + 1),
				       .is_kept = kind & 1};
	if (fact->question.probe != PROBE_NONE)
		facts_put_seen(fact, &seen);
	for (int i = counts[0] + counts[1] + counts[2]; i > 0; i--)
		record_put(source, fact->question.qname, &out);
	if (has_opt)
		opt_put(source, &out);
	if (facts_put(facts, fact, FACT_REPLY, writer_span(&out), 1) != ERR_OK)
		abort();
}

#endif

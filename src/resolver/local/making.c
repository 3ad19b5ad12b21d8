/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/local/making.h"

#include "base/writer.h"
#include "dns/rrtype.h"

#define SOA_SIZE_MOST (2 * NAME_MAX + 20) /* octets */

bool making_wants(const struct making *making, uint16_t type)
{
	return making->qtype == type || making->qtype == RR_ANY;
}

/* Canonical order without duplicates, as each RRset has it (dns/rrset.h). Few records, so the plain way. */
static size_t sort(uint8_t *rdatas, size_t size, size_t count)
{
	uint8_t moved[NAME_MAX];
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		size_t at = 0;
		int order = -1;
		memcpy(moved, rdatas + i * size, size);
		while (at < kept && (order = memcmp(rdatas + at * size, moved, size)) < 0)
			at++;
		if (at < kept && order == 0)
			continue;
		memmove(rdatas + (at + 1) * size, rdatas + at * size, (kept - at) * size);
		memcpy(rdatas + at * size, moved, size);
		kept++;
	}
	return kept;
}

static struct rrset *rrset_make(const struct making *making, uint16_t type, const uint8_t *rdatas, size_t size,
                                size_t count)
{
	size_t octets = (RRSET_RECORD_HEADER + size) * count;
	struct rrset *rrset = arena_alloc(making->arena, sizeof(*rrset) + octets, 8);
	if (rrset == NULL)
		return NULL;
	*rrset = (struct rrset){.type = type, .count = (uint16_t)count, .ttl = MAKING_TTL_S, .size = (uint32_t)octets};
	uint8_t *at = rrset->records;
	for (size_t i = 0; i < count; i++, at += RRSET_RECORD_HEADER + size) {
		store_u16(at, type);
		store_u16(at + 2, CLASS_IN);
		store_u32(at + 4, MAKING_TTL_S);
		store_u16(at + 8, (uint16_t)size);
		memcpy(at + RRSET_RECORD_HEADER, rdatas + i * size, size);
	}
	return rrset;
}

static bool outcome_give(const struct making *making, enum outcome_kind kind, struct name owner,
                         const struct rrset *rrset)
{
	const struct rrset_view set = {.owner = owner, .rrset = rrset};
	const struct outcome outcome = {.kind = kind,
	                                .security = SECURITY_INSECURE,
	                                .qname = making->qname,
	                                .qtype = making->qtype,
	                                .answer_count = kind == OUTCOME_ANSWER,
	                                .set_count = 1,
	                                .sets = &set,
	                                .ttl_s = MAKING_TTL_S,
	                                .ede = -1};
	*making->ret = rrset != NULL ? outcome_copy(&outcome, making->arena) : NULL;
	return *making->ret != NULL;
}

bool making_answer(const struct making *making, uint16_t type, uint8_t *rdatas, size_t size, size_t count)
{
	count = sort(rdatas, size, count);
	return outcome_give(making, OUTCOME_ANSWER, making->qname, rrset_make(making, type, rdatas, size, count));
}

bool making_denial(const struct making *making, enum outcome_kind kind, struct name zone)
{
	/* RFC 6303 3: the zone's own name as server, nobody.invalid as mailbox, and these numbers but for the TTLs. */
	static const uint8_t mailbox[] = "\6nobody\7invalid";
	static const uint32_t numbers[] = {1, 3600, 1200, 604800, 10800};
	uint8_t rdata[SOA_SIZE_MOST];
	struct writer out = writer_of(rdata, sizeof(rdata));
	writer_bytes(&out, zone.wire, zone.size);
	writer_bytes(&out, mailbox, sizeof(mailbox));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		writer_u32(&out, numbers[i]);
	return outcome_give(making, kind, zone, rrset_make(making, RR_SOA, rdata, out.size, 1));
}

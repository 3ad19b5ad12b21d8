/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the bodies of a journal's frames look like, for who writes and who reads them.
 * Stateless.
 * Never seen outside this room.
 */
#ifndef TRANSFER_ZONE_JOURNAL_INSIDE_H
#define TRANSFER_ZONE_JOURNAL_INSIDE_H

#include "transfer/zone_journal.h"

#define JOURNAL_MAGIC "sextant journal\n"
#define JOURNAL_MAGIC_SIZE 16
#define JOURNAL_SALT_AT (JOURNAL_MAGIC_SIZE + 4)
#define JOURNAL_FLAGS_AT (JOURNAL_SALT_AT + ZONE_JOURNAL_SALT_SIZE)
#define JOURNAL_DOUBT_AT (JOURNAL_FLAGS_AT + 4)
#define JOURNAL_DIGEST_AT (JOURNAL_DOUBT_AT + 4)
#define JOURNAL_HEADER_SIZE (JOURNAL_DIGEST_AT + 8) /* octets before the apex */
#define JOURNAL_FLAG_ZONE 1
#define JOURNAL_FLAG_DOUBT 2
#define JOURNAL_RECORD_FIXED 8 /* type, TTL, RDLENGTH */
#define JOURNAL_END_SIZE 16

static inline uint64_t journal_load_u64(const uint8_t *at)
{
	return (uint64_t)load_u32(at) << 32 | load_u32(at + 4);
}

static inline void journal_store_u64(uint8_t *at, uint64_t value)
{
	store_u32(at, (uint32_t)(value >> 32));
	store_u32(at + 4, (uint32_t)value);
}

#endif

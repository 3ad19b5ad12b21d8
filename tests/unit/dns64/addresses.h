/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses, prefixes and RRsets of addresses from their text, for the tests of this room.
 */
#ifndef TESTS_UNIT_DNS64_ADDRESSES_H
#define TESTS_UNIT_DNS64_ADDRESSES_H

#include "dns/rrset.h"
#include "dns/rrtype.h"
#include "ip/prefix.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

static inline struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;
	assert_int_equal(ip_addr_from_text(text, &addr), ERR_OK);
	return addr;
}

static inline struct ip_prefix prefix_of(const char *text)
{
	struct ip_prefix prefix;
	assert_int_equal(ip_prefix_from_text(text, &prefix), ERR_OK);
	return prefix;
}

/* texts: addresses of one family, ended by NULL. Free it. */
static inline struct rrset *rrset_of(uint32_t ttl, const char *const *texts)
{
	size_t count = 0;
	while (texts[count] != NULL)
		count++;
	struct rrset *rrset = calloc(1, sizeof(*rrset) + (count + 1) * (RRSET_RECORD_HEADER + 16));
	assert_non_null(rrset);
	rrset->ttl = ttl;
	for (size_t i = 0; i < count; i++) {
		struct ip_addr addr = addr_of(texts[i]);
		uint8_t *record = rrset->records + rrset->size;
		size_t size = ip_addr_size(addr.family);
		rrset->type = addr.family == FAMILY_IPV6 ? RR_AAAA : RR_A;
		store_u16(record, rrset->type);
		store_u16(record + 2, CLASS_IN);
		store_u32(record + 4, ttl);
		store_u16(record + 8, (uint16_t)size);
		memcpy(record + RRSET_RECORD_HEADER, addr.bytes, size);
		rrset->size += RRSET_RECORD_HEADER + size;
		rrset->count++;
	}
	return rrset;
}

/* The RRset is well formed, has this TTL, and exactly these AAAA in this order. */
static inline void assert_aaaa(const struct rrset *rrset, uint32_t ttl, const char *const *texts)
{
	struct span rdata;
	size_t position = 0, count = 0;
	assert_int_equal(rrset->type, RR_AAAA);
	assert_int_equal(rrset->ttl, ttl);
	while (position < rrset->size) {
		const uint8_t *record = rrset->records + position;
		assert_int_equal(load_u16(record), RR_AAAA);
		assert_int_equal(load_u16(record + 2), CLASS_IN);
		assert_int_equal(load_u32(record + 4), ttl);
		assert_true(rrset_next(rrset, &position, &rdata));
		assert_int_equal(rdata.size, 16);
		assert_non_null(texts[count]);
		assert_memory_equal(rdata.data, addr_of(texts[count]).bytes, 16);
		count++;
	}
	assert_int_equal(position, rrset->size);
	assert_null(texts[count]);
	assert_int_equal(rrset->count, count);
}

#endif

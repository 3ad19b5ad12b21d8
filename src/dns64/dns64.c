/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns64/dns64.h"

#include "dns/rrtype.h"
#include "dns64/pref64.h"
#include "ip/nat64.h"
#include "ip/special.h"

#include <errno.h>
#include <stdlib.h>

#define RECORD_SIZE (RRSET_RECORD_HEADER + 16) /* octets of an AAAA record behind its owner */
#define PREFIXES_MAX 64                        /* that one address is mapped under */

/* RFC 6147 5.1.4: without another list, addresses that mean IPv4 do not count as IPv6. */
static const struct ip_prefix mapped = {.addr = {.family = FAMILY_IPV6, .bytes = {[10] = 0xff, [11] = 0xff}},
                                        .length = 96};
static const struct ip_prefix well_known = {.addr = {.family = FAMILY_IPV6, .bytes = {0x00, 0x64, 0xff, 0x9b}},
                                            .length = 96};

/* --- Ranges --- */

static bool is_in(const struct ip_prefix *prefixes, size_t count, const struct ip_addr *addr)
{
	for (size_t i = 0; i < count; i++) {
		if (ip_prefix_contains(&prefixes[i], addr))
			return true;
	}
	return false;
}

/*
 * 192.0.0.0/24 (RFC 6890) is made of single assignments, of which these are reachable: PCP and TURN anycast
 * (RFC 7723, RFC 8155), and the two of ipv4only.arpa, which have to be mapped for RFC 7050 to work.
 */
static bool is_global(const struct ip_addr *ipv4)
{
	static const uint8_t assignments[3] = {192, 0, 0};
	if (memcmp(ipv4->bytes, assignments, sizeof(assignments)) != 0)
		return ip_addr_kind(ipv4) == IP_KIND_GLOBAL;
	uint8_t last = ipv4->bytes[3];
	return last == 9 || last == 10 || last == 170 || last == 171;
}

bool dns64_is_mappable(const struct ip_prefix *prefix, const struct ip_addr *ipv4)
{
	/* RFC 6052 3.1: the well-known prefix MUST NOT represent addresses that are not global. */
	return ipv4->family == FAMILY_IPV4 && (!ip_prefix_equal(prefix, &well_known) || is_global(ipv4));
}

bool dns64_has_client(const struct dns64 *dns64, const struct ip_addr *client)
{
	return dns64->client_count == 0 || is_in(dns64->clients, dns64->client_count, client);
}

/* --- Addresses --- */

/*
 * RFC 6052 2.2 wants bits 64 to 71 of a prefix zero, and configuration and learning refuse others. In a rule of a /96
 * there is nothing to skip, so its addresses are the prefix and the four octets whatever those bits are.
 */
static int embed(const struct ip_prefix *prefix, const struct ip_addr *ipv4, struct ip_addr *ret)
{
	if (prefix->length != 96 || prefix->addr.family != FAMILY_IPV6 || ipv4->family != FAMILY_IPV4)
		return nat64_embed(prefix, ipv4, ret);
	*ret = prefix->addr;
	memcpy(ret->bytes + 12, ipv4->bytes, 4);
	return ERR_OK;
}

static int extract(const struct ip_prefix *prefix, const struct ip_addr *addr, struct ip_addr *ret)
{
	if (prefix->length != 96 || !ip_prefix_contains(prefix, addr))
		return nat64_extract(prefix, addr, ret);
	*ret = ip_addr_v4(addr->bytes + 12);
	return ERR_OK;
}

/* --- RRsets of AAAA --- */

static struct rrset *rrset_new(struct arena *arena, size_t count)
{
	struct rrset *rrset = arena_alloc(arena, sizeof(*rrset) + count * RECORD_SIZE, _Alignof(struct rrset));
	if (rrset != NULL)
		*rrset = (struct rrset){.type = RR_AAAA};
	return rrset;
}

static void rrset_add(struct rrset *rrset, const uint8_t bytes[16])
{
	uint8_t *record = rrset->records + rrset->size;
	store_u16(record, RR_AAAA);
	store_u16(record + 2, CLASS_IN);
	store_u32(record + 4, rrset->ttl);
	store_u16(record + 8, 16);
	memcpy(record + RRSET_RECORD_HEADER, bytes, 16);
	rrset->size += RECORD_SIZE;
	rrset->count++;
}

static bool is_excluded(const struct dns64 *dns64, struct span rdata)
{
	if (rdata.size != 16)
		return true; /* no address: nothing that could be used */
	struct ip_addr addr = ip_addr_v6(rdata.data);
	if (dns64->exclude_aaaa == NULL)
		return ip_prefix_contains(&mapped, &addr);
	return is_in(dns64->exclude_aaaa, dns64->exclude_aaaa_count, &addr);
}

int dns64_filter(const struct dns64 *dns64, const struct rrset *aaaa, struct arena *arena, const struct rrset **ret)
{
	struct span rdata;
	unsigned kept = 0;
	for (size_t position = 0; rrset_next(aaaa, &position, &rdata);)
		kept += !is_excluded(dns64, rdata);
	if (kept == 0 || kept == aaaa->count) {
		*ret = kept == 0 ? NULL : aaaa;
		return ERR_OK;
	}
	struct rrset *left = rrset_new(arena, kept);
	if (left == NULL)
		return -ENOMEM;
	left->ttl = aaaa->ttl;
	for (size_t position = 0; rrset_next(aaaa, &position, &rdata);) {
		if (!is_excluded(dns64, rdata))
			rrset_add(left, rdata.data);
	}
	*ret = left;
	return ERR_OK;
}

/* --- Synthesis --- */

struct prefixes { /* one address's */
	const struct ip_prefix *at[PREFIXES_MAX];
	size_t count;
};

static void prefixes_add(struct prefixes *prefixes, const struct ip_prefix *prefix, const struct ip_addr *ipv4)
{
	if (prefixes->count == PREFIXES_MAX || !dns64_is_mappable(prefix, ipv4))
		return;
	for (size_t i = 0; i < prefixes->count; i++) {
		if (ip_prefix_equal(prefixes->at[i], prefix))
			return;
	}
	prefixes->at[prefixes->count++] = prefix;
}

/* The prefixes under which the address is mapped: those of the longest ranges that hold it. */
static void prefixes_of(const struct dns64 *dns64, const struct ip_prefix *learned, size_t learned_count,
                        const struct ip_addr *ipv4, struct prefixes *ret)
{
	int longest = -1;
	ret->count = 0;
	if (is_in(dns64->exclude_a, dns64->exclude_a_count, ipv4))
		return;
	for (size_t i = 0; i < dns64->rule_count; i++) {
		const struct ip_prefix *range = &dns64->rules[i].range;
		if (range->length > longest && ip_prefix_contains(range, ipv4))
			longest = range->length;
	}
	for (size_t i = 0; i < dns64->rule_count; i++) {
		const struct ip_prefix *range = &dns64->rules[i].range;
		if (range->length == longest && ip_prefix_contains(range, ipv4))
			prefixes_add(ret, &dns64->rules[i].prefix, ipv4);
	}
	/* What is learned has the range 0.0.0.0/0. */
	for (size_t i = 0; longest <= 0 && i < learned_count; i++)
		prefixes_add(ret, &learned[i], ipv4);
}

static size_t learned_of(const struct dns64 *dns64, uint64_t now_us, struct ip_prefix ret[PREF64_MAX])
{
	return dns64->learned == NULL ? 0 : pref64_table_in_use(dns64->learned, now_us, ret, PREF64_MAX);
}

static int compare_records(const void *a, const void *b)
{
	return memcmp((const uint8_t *)a + RRSET_RECORD_HEADER, (const uint8_t *)b + RRSET_RECORD_HEADER, 16);
}

/* Canonical order without duplicates, as each RRset has it (dns/rrset.h). */
static void rrset_sort(struct rrset *rrset)
{
	qsort(rrset->records, rrset->count, RECORD_SIZE, compare_records);
	uint16_t kept = 1;
	for (uint16_t i = 1; i < rrset->count; i++) {
		uint8_t *last = rrset->records + (size_t)(kept - 1) * RECORD_SIZE;
		const uint8_t *next = rrset->records + (size_t)i * RECORD_SIZE;
		if (compare_records(last, next) != 0)
			memmove(rrset->records + (size_t)kept++ * RECORD_SIZE, next, RECORD_SIZE);
	}
	rrset->count = kept;
	rrset->size = (uint32_t)kept * RECORD_SIZE;
}

static bool ipv4_of(struct span rdata, struct ip_addr *ret)
{
	if (rdata.size != 4)
		return false;
	*ret = ip_addr_v4(rdata.data);
	return true;
}

int dns64_synthesize(const struct dns64 *dns64, const struct rrset *a, uint32_t ttl_most_s, uint64_t now_us,
                     struct arena *arena, struct rrset **ret, struct ip_prefix *ret_prefix)
{
	struct ip_prefix learned[PREF64_MAX];
	size_t learned_count = learned_of(dns64, now_us, learned);
	size_t room = (size_t)a->count * (dns64->rule_count + learned_count);
	room = room < DNS64_RECORDS_MAX ? room : DNS64_RECORDS_MAX;
	struct rrset *made = rrset_new(arena, room);
	if (made == NULL)
		return -ENOMEM;
	made->ttl = a->ttl < ttl_most_s ? a->ttl : ttl_most_s; /* RFC 6147 5.1.7 */
	struct ip_addr ipv4, ipv6;
	struct prefixes prefixes;
	struct span rdata;
	for (size_t position = 0; rrset_next(a, &position, &rdata);) {
		if (!ipv4_of(rdata, &ipv4))
			continue;
		prefixes_of(dns64, learned, learned_count, &ipv4, &prefixes);
		for (size_t i = 0; i < prefixes.count && made->count < room; i++) {
			if (embed(prefixes.at[i], &ipv4, &ipv6) != ERR_OK)
				continue;
			if (made->count == 0)
				*ret_prefix = *prefixes.at[i];
			rrset_add(made, ipv6.bytes);
		}
	}
	if (made->count == 0)
		return ERR_NOT_FOUND;
	rrset_sort(made);
	*ret = made;
	return ERR_OK;
}

/* --- Backwards --- */

/* The longest prefix that holds the address says where the IPv4 address stands. */
static void extract_longer(const struct ip_prefix *prefix, const struct ip_addr *addr, int *longest,
                           struct ip_addr *ret)
{
	struct ip_addr ipv4;
	if (prefix->length > *longest && extract(prefix, addr, &ipv4) == ERR_OK) {
		*longest = prefix->length;
		*ret = ipv4;
	}
}

bool dns64_is_synthetic(const struct dns64 *dns64, const struct ip_addr *addr, uint64_t now_us, struct ip_addr *ret_a)
{
	struct ip_prefix learned[PREF64_MAX];
	size_t learned_count = learned_of(dns64, now_us, learned);
	int longest = -1;
	for (size_t i = 0; i < dns64->rule_count; i++)
		extract_longer(&dns64->rules[i].prefix, addr, &longest, ret_a);
	for (size_t i = 0; i < learned_count; i++)
		extract_longer(&learned[i], addr, &longest, ret_a);
	return longest >= 0;
}

int dns64_reverse(const struct dns64 *dns64, struct name ptr, uint64_t now_us, struct name_buffer *buffer,
                  struct name *ret)
{
	struct ip_prefix whole;
	struct ip_addr ipv4;
	enum family family;
	unsigned labels;
	if (!reverse_is_name(ptr, &family, &labels) || family != FAMILY_IPV6 || labels != REVERSE_LABELS_MAX ||
	    reverse_to_prefix(ptr, &whole) != ERR_OK || !dns64_is_synthetic(dns64, &whole.addr, now_us, &ipv4))
		return ERR_NOT_FOUND;
	*ret = reverse_from_addr(&ipv4, buffer);
	return ERR_OK;
}

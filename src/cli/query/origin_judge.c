/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/origin_judge.h"

#include "dns/ede.h"
#include "dns/rrtype.h"
#include "dns64/pref64.h"
#include "ip/nat64.h"

#include <stddef.h>

/* --- What the answers say --- */

static bool is_answered(const struct message *message)
{
	return message != NULL && message->error == ERR_OK &&
	       (message->rcode == RCODE_NOERROR || message->rcode == RCODE_NXDOMAIN);
}

/* The addresses of a type in the answer section, those behind aliases too. */
static size_t addresses_of(const struct message *message, uint16_t type, struct ip_addr ret[ORIGIN_ADDRESSES_MAX])
{
	struct message_place place = {0};
	struct message_item item;
	size_t count = 0;
	while (is_answered(message) && count < ORIGIN_ADDRESSES_MAX && message_next(message, &place, &item) == ERR_OK) {
		if (item.section != SECTION_ANSWER || item.type != type || item.class != CLASS_IN)
			continue;
		if (type == RR_AAAA && item.rdata.size == 16)
			ret[count++] = ip_addr_v6(item.rdata.data);
		else if (type == RR_A && item.rdata.size == 4)
			ret[count++] = ip_addr_v4(item.rdata.data);
	}
	return count;
}

static bool has_address(const struct ip_addr *addrs, size_t count, const struct ip_addr *addr)
{
	for (size_t i = 0; i < count; i++) {
		if (ip_addr_equal(&addrs[i], addr))
			return true;
	}
	return false;
}

static bool has_ede(const struct message *message, uint16_t code)
{
	for (size_t i = 0; message != NULL && i < message->edns.ede_count; i++) {
		if (message->edns.ede[i].code == code)
			return true;
	}
	return false;
}

/* RFC 4034 3.1.1: the first two octets of an RRSIG are the type that it covers. */
static bool has_signature(const struct message *message)
{
	struct message_place place = {0};
	struct message_item item;
	while (is_answered(message) && message_next(message, &place, &item) == ERR_OK) {
		if (item.section == SECTION_ANSWER && item.type == RR_RRSIG && item.rdata.size >= 2 &&
		    load_u16(item.rdata.data) == RR_AAAA)
			return true;
	}
	return false;
}

static size_t learn_prefixes(const struct message *message, struct ip_prefix ret[ORIGIN_PREFIXES_MAX])
{
	_Alignas(struct rrset) uint8_t octets[sizeof(struct rrset) + ORIGIN_ADDRESSES_MAX * (RRSET_RECORD_HEADER + 16)];
	struct rrset *rrset = (struct rrset *)(void *)octets;
	struct ip_addr addrs[ORIGIN_ADDRESSES_MAX];
	size_t count = addresses_of(message, RR_AAAA, addrs);
	*rrset = (struct rrset){.type = RR_AAAA};
	for (size_t i = 0; i < count; i++) {
		uint8_t *record = rrset->records + rrset->size;
		store_u16(record, RR_AAAA);
		store_u16(record + 2, CLASS_IN);
		store_u32(record + 4, 0);
		store_u16(record + 8, 16);
		memcpy(record + RRSET_RECORD_HEADER, addrs[i].bytes, 16);
		rrset->size += RRSET_RECORD_HEADER + 16;
		rrset->count++;
	}
	return pref64_from_ipv4only(rrset, ret, ORIGIN_PREFIXES_MAX);
}

/* --- Judging --- */

static bool take_prefix(struct origin_address *address, const struct ip_prefix *prefix, bool is_learned)
{
	if (address->is_in_prefix || nat64_extract(prefix, &address->addr, &address->ipv4) != ERR_OK)
		return address->is_in_prefix;
	address->prefix = *prefix;
	address->is_in_prefix = true;
	address->is_prefix_learned = is_learned;
	return true;
}

static void find_prefix(const struct origin *origin, struct origin_address *address)
{
	struct ip_prefix well_known;
	for (size_t i = 0; i < origin->prefix_count; i++)
		take_prefix(address, &origin->prefixes[i], true);
	if (ip_prefix_from_text("64:ff9b::/96", &well_known) == ERR_OK)
		take_prefix(address, &well_known, false);
	address->is_in_a = address->is_in_prefix && has_address(origin->a, origin->a_count, &address->ipv4);
}

/*
 * An address in no prefix that we know of is its owner's, unless the server marks its answer and does not give the
 * address when synthesis is off. One inside a prefix was made, unless its owner signed it, or published it under the
 * well-known prefix (RFC 10001 4.1 forbids it for name servers; people do it).
 */
static enum origin_kind judge_address(const struct origin *origin, const struct origin_address *address)
{
	bool is_withheld = origin->has_checking && !address->is_published;
	if (!address->is_in_prefix)
		return origin->has_ede && is_withheld ? ORIGIN_SYNTHESISED : ORIGIN_NATIVE;
	if (address->is_published && (origin->is_signed || (!address->is_prefix_learned && !origin->has_ede)))
		return ORIGIN_NATIVE;
	if (origin->has_ede || address->is_in_a || address->is_prefix_learned || is_withheld)
		return ORIGIN_SYNTHESISED;
	return ORIGIN_UNDETERMINED;
}

static enum origin_verdict judge_all(const struct origin *origin)
{
	size_t counts[ORIGIN_UNDETERMINED + 1] = {0};
	for (size_t i = 0; i < origin->address_count; i++)
		counts[origin->addresses[i].kind]++;
	if (counts[ORIGIN_UNDETERMINED] > 0)
		return ORIGIN_UNCLEAR;
	if (counts[ORIGIN_NATIVE] > 0 && counts[ORIGIN_SYNTHESISED] > 0)
		return ORIGIN_MIXED;
	return counts[ORIGIN_SYNTHESISED] > 0 ? ORIGIN_ALL_SYNTHESISED : ORIGIN_ALL_NATIVE;
}

void origin_judge(const struct origin_answers *answers, struct origin *ret)
{
	struct ip_addr aaaa[ORIGIN_ADDRESSES_MAX], published[ORIGIN_ADDRESSES_MAX];
	*ret = (struct origin){.has_ede = has_ede(answers->aaaa, EDE_SYNTHESIZED),
	                       .has_checking = is_answered(answers->checking),
	                       .is_signed = has_signature(answers->checking)};
	size_t published_count = addresses_of(answers->checking, RR_AAAA, published);
	ret->a_count = addresses_of(answers->a, RR_A, ret->a);
	ret->prefix_count = learn_prefixes(answers->ipv4only, ret->prefixes);
	ret->address_count = addresses_of(answers->aaaa, RR_AAAA, aaaa);
	for (size_t i = 0; i < ret->address_count; i++) {
		struct origin_address *address = &ret->addresses[i];
		address->addr = aaaa[i];
		address->is_published = has_address(published, published_count, &aaaa[i]);
		find_prefix(ret, address);
		address->kind = judge_address(ret, address);
	}
	if (answers->aaaa == NULL || answers->aaaa->error != ERR_OK)
		ret->verdict = ORIGIN_UNCLEAR;
	else if (!is_answered(answers->aaaa))
		ret->verdict = ORIGIN_FAILED;
	else
		ret->verdict = ret->address_count == 0 ? ORIGIN_NO_AAAA : judge_all(ret);
}

const char *origin_verdict_text(enum origin_verdict verdict)
{
	static const char *const texts[] = {
		[ORIGIN_ALL_NATIVE] = "native",
		[ORIGIN_ALL_SYNTHESISED] = "synthesised by DNS64",
		[ORIGIN_MIXED] = "native and synthesised addresses",
		[ORIGIN_NO_AAAA] = "no AAAA, neither native nor synthesised",
		[ORIGIN_FAILED] = "the question for AAAA fails",
		[ORIGIN_UNCLEAR] = "cannot be told from here",
	};
	return texts[verdict];
}

const char *origin_kind_text(enum origin_kind kind)
{
	static const char *const texts[] = {
		[ORIGIN_NATIVE] = "native", [ORIGIN_SYNTHESISED] = "synthesised", [ORIGIN_UNDETERMINED] = "undetermined"};
	return texts[kind];
}

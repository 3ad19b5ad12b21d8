/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/local/local.h"

#include "dns/rrtype.h"
#include "resolver/local/hosts.h"
#include "resolver/local/making.h"
#include "resolver/local/special.h"

static bool has_operator_zone_below(const struct resolver_policy *policy, struct name name)
{
	for (size_t i = 0; i < policy->zone_count; i++) {
		if (name_is_at_or_below(policy->zones[i].zone, name))
			return true;
	}
	return false;
}

/* A name that is not there, unless there is one below it: RFC 8020 2 makes NXDOMAIN mean the whole subtree. */
static bool absence_give(const struct making *making, struct name zone)
{
	bool is_non_terminal = hosts_are_below(making) || special_is_below(making->qname) ||
	                       has_operator_zone_below(making->policy, making->qname);
	return making_denial(making, is_non_terminal ? OUTCOME_NODATA : OUTCOME_NXDOMAIN, zone);
}

/* RFC 6761 6.3: the name and all below it are the loopback addresses. */
static bool localhost_give(const struct making *making, struct name zone)
{
	uint8_t ipv6[16] = {[15] = 1}, ipv4[4] = {127, 0, 0, 1};
	if (making_wants(making, RR_AAAA))
		return making_answer(making, RR_AAAA, ipv6, 16, 1);
	if (making->qtype == RR_A)
		return making_answer(making, RR_A, ipv4, 4, 1);
	return making_denial(making, OUTCOME_NODATA, zone);
}

/* RFC 8880 7.1: the two addresses as A. */
static bool ipv4only_give(const struct making *making, struct name zone)
{
	uint8_t addresses[] = {192, 0, 0, 170, 192, 0, 0, 171};
	if (!name_equal(making->qname, zone))
		return absence_give(making, zone);
	if (making_wants(making, RR_A))
		return making_answer(making, RR_A, addresses, 4, 2);
	return making_denial(making, OUTCOME_NODATA, zone);
}

static bool pointer_give(const struct making *making, struct name zone, const void *target, size_t size)
{
	uint8_t rdata[NAME_MAX];
	if (!name_equal(making->qname, zone))
		return absence_give(making, zone);
	if (!making_wants(making, RR_PTR))
		return making_denial(making, OUTCOME_NODATA, zone);
	memcpy(rdata, target, size);
	return making_answer(making, RR_PTR, rdata, size, 1);
}

static bool special_give(const struct making *making, const struct special *special)
{
	static const char localhost[] = "\11localhost", ipv4only[] = "\10ipv4only\4arpa";
	switch (special->answer) {
	case SPECIAL_EMPTY:
		if (name_equal(making->qname, special->zone))
			return making_denial(making, OUTCOME_NODATA, special->zone);
		return absence_give(making, special->zone);
	case SPECIAL_NODATA:
		return making_denial(making, OUTCOME_NODATA, special->zone);
	case SPECIAL_NXDOMAIN:
		return absence_give(making, special->zone);
	case SPECIAL_LOCALHOST:
		return localhost_give(making, special->zone);
	case SPECIAL_LOOPBACK:
		return pointer_give(making, special->zone, localhost, sizeof(localhost));
	case SPECIAL_IPV4ONLY:
		return ipv4only_give(making, special->zone);
	case SPECIAL_IPV4ONLY_PTR:
		return pointer_give(making, special->zone, ipv4only, sizeof(ipv4only));
	}
	return false;
}

/* The operator's own zones and switches are stronger than what is built in. */
static bool is_overridden(const struct resolver_policy *policy, const struct special *special, struct name qname)
{
	for (size_t i = 0; i < policy->zone_count; i++) {
		if (policy->zones[i].zone.labels >= special->zone.labels &&
		    name_is_at_or_below(qname, policy->zones[i].zone))
			return true;
	}
	for (size_t i = 0; i < policy->no_local_count; i++) {
		if (name_equal(policy->no_local[i], special->zone))
			return true;
	}
	return false;
}

static bool is_for_dns64(const struct resolver_policy *policy, const struct special *special, struct name qname,
                         uint64_t now_us)
{
	struct name_buffer buffer;
	struct name target;
	/* RFC 8880 7.1: a resolver without DNS64 knows nothing special about ipv4only.arpa. A forwarder of its own may
	 * do DNS64, and clients look for that prefix (RFC 7050). */
	if (policy->dns64 == NULL)
		return special->answer == SPECIAL_IPV4ONLY;
	/* A NAT64 prefix may well be a unique local one, whose reverse zone is built in. */
	return dns64_reverse(policy->dns64, qname, now_us, &buffer, &target) == ERR_OK;
}

bool local_find(const struct resolver_policy *policy, struct name qname, uint16_t qtype, uint64_t now_us,
                struct arena *arena, const struct outcome **ret)
{
	const struct making making = {policy, qname, qtype, arena, ret};
	if (hosts_find(&making))
		return true;
	const struct special *special = policy->has_local_zones ? special_find(qname) : NULL;
	if (special == NULL || is_overridden(policy, special, qname) || is_for_dns64(policy, special, qname, now_us) ||
	    (qtype == RR_DS && name_equal(qname, special->zone)))
		return false;
	return special_give(&making, special);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/local/hosts.h"

#include "dns/reverse.h"
#include "dns/rrtype.h"

/* The addresses of one family, of every row with this name: a name may stand in several lines. */
static bool addresses_give(const struct making *making, enum family family)
{
	uint8_t rdatas[16 * MAKING_RECORDS_MAX];
	size_t size = ip_addr_size(family), count = 0;
	for (size_t i = 0; i < making->policy->host_count; i++) {
		const struct policy_host *host = &making->policy->hosts[i];
		if (!name_equal(host->name, making->qname))
			continue;
		for (size_t j = 0; j < host->addr_count && count < MAKING_RECORDS_MAX; j++) {
			if (host->addrs[j].family == family)
				memcpy(rdatas + size * count++, host->addrs[j].bytes, size);
		}
	}
	return count > 0 && making_answer(making, family == FAMILY_IPV6 ? RR_AAAA : RR_A, rdatas, size, count);
}

static bool is_host(const struct making *making)
{
	for (size_t i = 0; i < making->policy->host_count; i++) {
		if (name_equal(making->policy->hosts[i].name, making->qname))
			return true;
	}
	return false;
}

/* The first host that has the address, as in a hosts file; NULL: none. */
static const struct policy_host *host_of(const struct resolver_policy *policy, const struct ip_prefix *prefix)
{
	for (size_t i = 0; i < policy->host_count; i++) {
		for (size_t j = 0; j < policy->hosts[i].addr_count; j++) {
			if (ip_prefix_contains(prefix, &policy->hosts[i].addrs[j]))
				return &policy->hosts[i];
		}
	}
	return NULL;
}

static bool pointer_give(const struct making *making)
{
	struct ip_prefix whole;
	if (!making_wants(making, RR_PTR) || reverse_to_prefix(making->qname, &whole) != ERR_OK ||
	    whole.length != 8 * ip_addr_size(whole.addr.family))
		return false;
	const struct policy_host *host = host_of(making->policy, &whole);
	uint8_t target[NAME_MAX];
	if (host == NULL)
		return false;
	memcpy(target, host->name.wire, host->name.size);
	return making_answer(making, RR_PTR, target, host->name.size, 1);
}

bool hosts_find(const struct making *making)
{
	if (is_host(making))
		return (making_wants(making, RR_AAAA) && addresses_give(making, FAMILY_IPV6)) ||
		       (making_wants(making, RR_A) && addresses_give(making, FAMILY_IPV4)) ||
		       making_denial(making, OUTCOME_NODATA, making->qname);
	return pointer_give(making);
}

bool hosts_are_below(const struct making *making)
{
	struct ip_prefix prefix;
	for (size_t i = 0; i < making->policy->host_count; i++) {
		if (name_is_at_or_below(making->policy->hosts[i].name, making->qname))
			return true;
	}
	return reverse_to_prefix(making->qname, &prefix) == ERR_OK && host_of(making->policy, &prefix) != NULL;
}

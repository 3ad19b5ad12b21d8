/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/scope/scope.h"

#include "signals/sensors/cells.h"

/* Labels kept of a name: 2; below ip6.arpa 8 nibbles more, a /32; below in-addr.arpa 2 more, a /16. */
static unsigned labels_kept(struct name name)
{
	static const uint8_t ip6[] = "\3ip6\4arpa", in_addr[] = "\7in-addr\4arpa";
	/* Nearly all names: the label before the root has not the four letters of "arpa". */
	if (name.size < sizeof(ip6) || name.wire[name.size - 6] != 4)
		return 2;
	if (name_is_at_or_below(name, name_of(ip6)))
		return 10;
	return name_is_at_or_below(name, name_of(in_addr)) ? 4 : 2;
}

struct name zone_of(const struct event *event)
{
	struct name name = event_qname(event);
	unsigned kept = labels_kept(name);
	if (name.labels > kept)
		name = name_strip(name, name.labels - kept);
	while (name.size > SCOPE_ZONE_MAX) /* two labels fit, however long; more need not */
		name = name_parent(name);
	return name;
}

bool scope_set_zone(struct scope *scope, const struct event *event)
{
	if (!event_has(event, EVENT_HAS_QNAME))
		return false;
	struct name name = zone_of(event);
	memcpy(scope->zone, name.wire, name.size);
	return true;
}

bool scope_equal(const struct scope *a, const struct scope *b)
{
	if (a->kind != b->kind || a->stream != b->stream)
		return false;
	if (a->kind == SCOPE_SITE)
		return strcmp(a->site, b->site) == 0;
	if (a->kind == SCOPE_ZONE || a->kind == SCOPE_PROBE)
		return name_equal(name_of(a->zone), name_of(b->zone));
	return a->kind != SCOPE_NETWORK || ip_prefix_equal(&a->network, &b->network);
}

uint64_t scope_hash(const struct scope *scope, uint64_t seed)
{
	uint64_t hash = hash_word(seed, (uint64_t)scope->kind + 16 * (uint64_t)scope->stream);
	if (scope->kind == SCOPE_SITE)
		return hash_octets(hash, (const uint8_t *)scope->site, strlen(scope->site));
	if (scope->kind == SCOPE_ZONE || scope->kind == SCOPE_PROBE)
		return hash_octets(hash, scope->zone, name_of(scope->zone).size);
	if (scope->kind != SCOPE_NETWORK)
		return hash;
	const struct ip_addr *addr = &scope->network.addr;
	return hash_octets(hash_word(hash, (uint64_t)addr->family), addr->bytes, sizeof(addr->bytes));
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/view_places.h"

#include "audit/service_reverse.h"
#include "ip/nat64.h"
#include "ip/special.h"

/* --- NAT64 prefixes --- */

bool view_is_pref64(const struct view *view, const struct ip_addr *addr, struct ip_addr *ret)
{
	const struct nat64 *host = view->nat64; /* what this host is behind */
	for (size_t i = 0; addr->family == FAMILY_IPV6 && i < view->pref64_count; i++) {
		if (nat64_extract(&view->pref64[i], addr, ret) == ERR_OK)
			return true;
	}
	for (size_t i = 0; addr->family == FAMILY_IPV6 && host != NULL && i < host->count; i++) {
		if (nat64_extract(&host->prefixes[i], addr, ret) == ERR_OK)
			return true;
	}
	return false;
}

unsigned view_embedded(const struct view *view, const struct ip_addr *addr, struct ip_addr ret[2])
{
	static const struct ip_prefix local = {.addr = {.family = FAMILY_IPV6, .bytes = {0, 0x64, 0xff, 0x9b, 0, 1}},
					       .length = 48};
	unsigned count = 0;
	if (addr->family != FAMILY_IPV6)
		return 0;
	if (ip_kind_is_ipv4_embedded(ip_addr_kind(addr)))
		ret[count++] = ip_addr_v4(addr->bytes + 12);
	if (view_is_pref64(view, addr, &ret[count]) || nat64_extract(&local, addr, &ret[count]) == ERR_OK)
		count++;
	return count;
}

/* --- The reverse tree --- */

void view_places_want(struct walk *walk, struct view *view)
{
	unsigned asked = 0;
	for (unsigned i = 0; i < view->server_count; i++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			struct view_family *side = &view->servers[i].families[family];
			for (unsigned j = 0; j < side->count && asked < PLACES_MOST; j++) {
				struct view_address *address = &side->addresses[j];
				struct service_address *pointer = arena_alloc_zeroed(walk->arena, sizeof(*pointer),
										     _Alignof(struct service_address));
				if (pointer == NULL || address->is_embedded)
					continue;
				pointer->addr = address->endpoint.addr;
				service_reverse(walk, false, pointer);
				address->pointer = pointer;
				asked++;
			}
		}
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/plan.h"

#include "dns/reverse.h"
#include "dns/rrtype.h"

#include <errno.h>

struct planning {
	const struct plan_request *request;
	struct plan *plan;
	size_t first; /* probes of the name at hand begin here */
	int rc;
};

static struct name name_keep(struct arena *arena, struct name name)
{
	const uint8_t *wire = arena_copy(arena, name.wire, name.size, 1);
	return wire != NULL ? name_of(wire) : (struct name){0};
}

static bool has_type(const struct watch_set *set, uint16_t type)
{
	for (size_t i = 0; i < set->type_count; i++) {
		if (set->types[i] == type)
			return true;
	}
	return false;
}

/* Records that only the apex of a zone has are asked for there. */
static bool is_of_apex(uint16_t type)
{
	return type == RR_DNSKEY || type == RR_SOA || type == RR_NS;
}

static void probe_add(struct planning *planning, const struct probe *probe)
{
	struct plan *plan = planning->plan;
	/* Zones of several names, addresses of several names: the whole plan is looked through for these alone. */
	bool is_shared = is_of_apex(probe->type) || probe->type == RR_PTR || probe->target == PROBE_ZONE;
	for (size_t i = is_shared ? 0 : planning->first; i < plan->count; i++) {
		if (probe_equal(&plan->probes[i], probe))
			return;
	}
	if (plan->count == PLAN_PROBES_MAX)
		plan->is_cut = true;
	else
		plan->probes[plan->count++] = *probe;
}

/* --- Questions --- */

static void ask_add(struct planning *planning, struct probe probe)
{
	const struct watch_set *set = planning->request->set;
	for (enum question_transport transport = QUESTION_UDP; transport < QUESTION_TRANSPORT_COUNT; transport++) {
		probe.transport = transport;
		probe.is_cd = false;
		probe_add(planning, &probe);
		probe.is_cd = probe.target == PROBE_RESOLVER && set->is_cd_asked;
		probe_add(planning, &probe);
	}
}

static bool serves(const struct watch_own *own, struct name name)
{
	for (size_t i = 0; i < own->zone_count; i++) {
		if (name_is_at_or_below(name, own->zones[i]))
			return true;
	}
	return false;
}

/* Our own listeners, which need no network to be reached. */
static void own_add(struct planning *planning, struct probe probe)
{
	const struct watch_set *set = planning->request->set;
	for (size_t i = 0; i < set->own_count; i++) {
		const struct watch_own *own = &set->own[i];
		bool is_wanted = own->is_resolver ? !set->has_resolvers : !set->has_servers && serves(own, probe.name);
		if (!is_wanted)
			continue;
		probe.target = own->is_resolver ? PROBE_RESOLVER : PROBE_SERVER;
		probe.endpoint = own->endpoint;
		probe.is_local = true;
		ask_add(planning, probe);
	}
}

/* Servers of the family are there, and resolvers that have it alone find none of them. A zone that has no server of the
 * family, or is below one that has none, is a matter of its delegation's audit. */
static bool is_way_lost(const struct map_zone *zone, enum family family)
{
	bool has_server = false;
	for (size_t i = 0; i < zone->server_count; i++)
		has_server = has_server || zone->servers[i].addr.family == family;
	return zone->states[family] == CHAIN_BROKEN && zone->is_meant[family] && !has_server;
}

static void path_add(struct planning *planning, const struct map_zone *zone)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct probe probe = {.target = PROBE_ZONE,
					    .endpoint.addr.family = family,
					    .name = name_keep(planning->request->arena, zone->zone),
					    .type = RR_NS};
		if (probe.name.wire != NULL && is_way_lost(zone, family))
			probe_add(planning, &probe);
	}
}

static void servers_add(struct planning *planning, struct probe probe, const struct map_zone *zone)
{
	const struct watch_set *set = planning->request->set;
	const struct ip_endpoint *servers = set->has_servers ? set->servers : zone != NULL ? zone->servers : NULL;
	size_t count = set->has_servers ? set->server_count : zone != NULL ? zone->server_count : 0;
	probe.target = PROBE_SERVER;
	for (size_t i = 0; i < count; i++) {
		probe.endpoint = servers[i];
		ask_add(planning, probe);
	}
	probe.target = PROBE_RESOLVER;
	for (size_t i = 0; i < set->resolver_count; i++) {
		probe.endpoint = set->resolvers[i];
		ask_add(planning, probe);
	}
}

/* The closest zone of our own services that has the name. wire NULL: none has. */
static struct name own_zone(const struct watch_set *set, struct name name)
{
	struct name closest = {0};
	for (size_t i = 0; i < set->own_count; i++) {
		for (size_t j = 0; j < set->own[i].zone_count; j++) {
			struct name zone = set->own[i].zones[j];
			if (name_is_at_or_below(name, zone) && (closest.wire == NULL || zone.labels > closest.labels))
				closest = zone;
		}
	}
	return closest;
}

/* The root, a top-level domain, ip6.arpa: its servers are everybody's, and are not asked every half minute for a name
 * that is not there. */
static bool is_common(struct name zone)
{
	enum family family;
	unsigned labels;
	return zone.labels < 2 || (reverse_is_name(zone, &family, &labels) && labels == 0);
}

static void absence_add(struct planning *planning, struct name name, uint16_t type, const struct map_zone *zone)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct probe probe = {
			.target = PROBE_NAME, .endpoint.addr.family = family, .name = name, .type = type};
		if (zone->states[family] == CHAIN_GOOD)
			probe_add(planning, &probe);
	}
}

/* What the delegations say of the servers: where to ask, or that there is nobody. */
static void delegated_add(struct planning *planning, const struct probe *probe, const struct map_zone *zone)
{
	bool has_servers = planning->request->set->has_servers;
	bool is_led = zone != NULL && !probe->is_alone;
	if (is_led && !has_servers)
		path_add(planning, zone);
	if (zone != NULL && probe->is_alone && !has_servers &&
	    own_zone(planning->request->set, probe->name).wire == NULL)
		absence_add(planning, probe->name, probe->type, zone);
	servers_add(planning, *probe, is_led ? zone : NULL);
}

/* One name and type: of everybody who has to know it. */
static void question_add(struct planning *planning, struct name name, uint16_t type)
{
	const struct plan_request *request = planning->request;
	const struct map_zone *zone = request->zone_of(request->owner, name);
	struct name own = own_zone(request->set, name);
	/* A zone of ours that nobody delegated is known here alone. */
	bool is_ours = own.wire != NULL && (zone == NULL || own.labels > zone->zone.labels);
	struct probe probe = {
		.name = name, .type = type, .is_alone = is_ours || (zone != NULL && is_common(zone->zone))};
	if (is_of_apex(type) && zone == NULL && !is_ours)
		return; /* where the apex is nobody knows yet */
	if (is_of_apex(type))
		probe.name = name_keep(request->arena, is_ours ? own : zone->zone);
	if (probe.name.wire == NULL) {
		planning->rc = -ENOMEM;
		return;
	}
	/* Our own first: the same address may be one of the zone's servers. */
	own_add(planning, probe);
	delegated_add(planning, &probe, zone);
}

/* --- Addresses --- */

static struct name reverse_name(struct arena *arena, const struct ip_addr *addr)
{
	struct name_buffer buffer;
	return name_keep(arena, reverse_from_addr(addr, &buffer));
}

static void connects_add(struct planning *planning, struct name name, const struct ip_addr *addr)
{
	const struct watch_set *set = planning->request->set;
	for (size_t i = 0; i < set->port_count; i++) {
		const struct probe probe = {.target = PROBE_SERVICE,
					    .transport = QUESTION_TCP,
					    .endpoint = {.addr = *addr, .port = set->ports[i]},
					    .name = name,
					    .type = addr->family == FAMILY_IPV6 ? RR_AAAA : RR_A};
		probe_add(planning, &probe);
	}
}

static void addresses_add(struct planning *planning, struct name name, const struct found *found)
{
	for (size_t i = 0; i < found->count; i++) {
		connects_add(planning, name, &found->addresses[i]);
		if (!has_type(planning->request->set, RR_PTR))
			continue;
		struct name reverse = reverse_name(planning->request->arena, &found->addresses[i]);
		if (reverse.wire == NULL)
			planning->rc = -ENOMEM;
		else
			question_add(planning, reverse, RR_PTR);
	}
}

/* --- The whole --- */

int plan_make(const struct plan_request *request, struct plan *ret)
{
	const struct watch_set *set = request->set;
	struct planning planning = {.request = request, .plan = ret};
	*ret = (struct plan){
		.probes = arena_alloc(request->arena, PLAN_PROBES_MAX * sizeof(struct probe), _Alignof(struct probe))};
	if (ret->probes == NULL)
		return -ENOMEM;
	for (size_t i = 0; planning.rc == ERR_OK && i < set->name_count; i++) {
		planning.first = ret->count;
		for (size_t j = 0; j < set->type_count; j++) {
			if (set->types[j] != RR_PTR)
				question_add(&planning, set->names[i], set->types[j]);
		}
		addresses_add(&planning, set->names[i], &request->found[i]);
	}
	return planning.rc;
}

int plan_names(const struct plan_request *request, struct name **ret, size_t *ret_count)
{
	const struct watch_set *set = request->set;
	size_t most = set->name_count * (1 + FOUND_ADDRESSES_MAX), count = 0;
	struct name *names = arena_alloc(request->arena, (most + 1) * sizeof(*names), _Alignof(struct name));
	if (names == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < set->name_count; i++) {
		names[count++] = set->names[i];
		for (size_t j = 0; has_type(set, RR_PTR) && j < request->found[i].count; j++) {
			names[count] = reverse_name(request->arena, &request->found[i].addresses[j]);
			if (names[count++].wire == NULL)
				return -ENOMEM;
		}
	}
	*ret = names;
	*ret_count = count;
	return ERR_OK;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/watching.h"

#include "base/arena.h"
#include "base/clock.h"
#include "config/print.h"
#include "signals/column.h"
#include "watch/child.h"
#include "watch/delegations.h"
#include "watch/watcher.h"

#include <errno.h>
#include <stdlib.h>

#define ARENA_CHUNK (64 << 10)
#define PATH_SIZE 4096

/* A set as a watcher takes it, and what the configuration says besides. */
struct watched {
	struct watch_set set; /* the first member: events come back with it */
	enum config_watch_log log;
};

struct watching {
	struct watching_options options;
	struct arena *arena; /* of all that watchers borrow */
	struct anchors *anchors;
	const struct chain_hint *hints;
	size_t hint_count;
	const struct watch_own *own;
	size_t own_count;
	struct watched *watched;
	struct watcher **watchers;
	size_t watcher_count;
	char program[PATH_SIZE];
	struct delegations *delegations;
};

/* --- What comes of it, in the threads of watchers --- */

/* What a reader or a full disk does not take is lost: who stops the daemon waits for this thread. */
static void line_write(const struct watching *watching, const struct event *event)
{
	struct text line = {0};
	if (watching->options.settings->config->is_log_json)
		event_print_json(event, &line);
	else
		event_print_text(event, &line);
	if (!line.is_failed)
		(void)!log_place_write(watching->options.lines_to, span_of(text_string(&line), line.size));
	text_free(&line);
}

static void event_give(void *owner, const struct event *event)
{
	const struct watching *watching = owner;
	if (watching->options.observation != NULL)
		observer_event(watching->options.observation->observer, event);
}

static void probe_take(void *owner, const struct watch_set *set, const struct event *event)
{
	const struct watching *watching = owner;
	enum config_watch_log log = ((const struct watched *)(const void *)set)->log;
	if (log == CONFIG_WATCH_ALL || (log == CONFIG_WATCH_FAILING && event_is_failing_probe(event)))
		line_write(watching, event);
	event_give(owner, event);
}

static void probe_left(void *owner, uint16_t port)
{
	const struct watching *watching = owner;
	if (watching->options.observation != NULL)
		own_ports_note(&watching->options.observation->own_ports, port, clock_wall_us() / 1000000);
}

/* --- From the configuration --- */

static void *room(struct watching *watching, size_t count, size_t size)
{
	return arena_alloc_zeroed(watching->arena, (count + 1) * size, _Alignof(max_align_t));
}

static bool is_allowed(const struct config_service *service, const struct ip_addr *addr)
{
	for (size_t i = 0; i < service->resolver.allow.count; i++) {
		if (ip_prefix_contains(&service->resolver.allow.items[i], addr))
			return true;
	}
	return false;
}

/* What this host asks a wildcard listener by. */
static struct ip_endpoint endpoint_of(const struct config_listener *listener)
{
	static const uint8_t loopback_v6[16] = {[15] = 1};
	static const uint8_t loopback_v4[4] = {127, 0, 0, 1};
	struct ip_endpoint endpoint = listener->endpoint;
	if (ip_addr_is_any(&endpoint.addr))
		endpoint.addr = endpoint.addr.family == FAMILY_IPV6 ? ip_addr_v6(loopback_v6) : ip_addr_v4(loopback_v4);
	return endpoint;
}

static int own_zones(struct watching *watching, const struct config_service *service, struct watch_own *own)
{
	struct name *zones = room(watching, service->zone_count, sizeof(*zones));
	if (zones == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < service->zone_count; i++)
		zones[i] = service->zones[i]->name;
	own->zones = zones;
	own->zone_count = service->zone_count;
	return ERR_OK;
}

/* Our own listeners. A question from this host to itself comes from the address that is asked. */
static int own_take(struct watching *watching)
{
	const struct config *config = watching->options.settings->config;
	size_t most = 0;
	for (size_t i = 0; i < config->service_count; i++)
		most += config->services[i].listener_count;
	struct watch_own *own = room(watching, most, sizeof(*own));
	for (size_t i = 0; own != NULL && i < config->service_count; i++) {
		const struct config_service *service = &config->services[i];
		bool is_resolver = service->role == CONFIG_ROLE_RESOLVER;
		for (size_t j = 0; j < service->listener_count; j++) {
			struct watch_own one = {.endpoint = endpoint_of(&service->listeners[j]),
						.is_resolver = is_resolver};
			if (is_resolver && !is_allowed(service, &one.endpoint.addr))
				continue;
			if (!is_resolver && own_zones(watching, service, &one) != ERR_OK)
				return -ENOMEM;
			own[watching->own_count++] = one;
		}
	}
	watching->own = own;
	return own != NULL ? ERR_OK : -ENOMEM;
}

static int roots_take(struct watching *watching)
{
	const struct config_watch *watch = &watching->options.settings->config->watch;
	struct chain_hint *hints = room(watching, watch->hints.servers.count, sizeof(*hints));
	size_t line;
	watching->anchors = anchors_new();
	if (hints == NULL || watching->anchors == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < watch->hints.servers.count; i++)
		hints[i] = (struct chain_hint){.name = watch->hints.servers.items[i].name,
					       .endpoint = watch->hints.servers.items[i].endpoint};
	watching->hints = hints;
	watching->hint_count = watch->hints.servers.count;
	return anchors_add_file_text(watching->anchors, watch->anchor.text, &line);
}

static const struct ip_endpoint *servers_of(struct watching *watching, const struct config_servers *servers)
{
	struct ip_endpoint *endpoints = room(watching, servers->count, sizeof(*endpoints));
	for (size_t i = 0; endpoints != NULL && i < servers->count; i++)
		endpoints[i] = servers->items[i].endpoint;
	return endpoints;
}

static int set_take(struct watching *watching, const struct config_watch_set *from, struct watched *ret)
{
	uint16_t *types = room(watching, CONFIG_WATCH_TYPE_COUNT, sizeof(*types));
	struct watch_set set = {.label = from->key,
				.names = from->names.items,
				.name_count = from->names.count,
				.types = types,
				.ports = from->connect.items,
				.port_count = from->connect.count,
				.has_servers = from->has_servers,
				.has_resolvers = from->has_resolvers,
				.servers = servers_of(watching, &from->servers),
				.resolvers = servers_of(watching, &from->resolvers),
				.server_count = from->servers.count,
				.resolver_count = from->resolvers.count,
				.own = watching->own,
				.own_count = watching->own_count,
				.is_cd_asked = from->is_cd_on,
				.every_ms = from->every_ms,
				.timeout_ms = from->timeout_ms,
				.left_least_s = from->left_least_s,
				.hints = watching->hints,
				.hint_count = watching->hint_count,
				.anchors = from->is_validated ? watching->anchors : NULL};
	if (types == NULL || set.servers == NULL || set.resolvers == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < CONFIG_WATCH_TYPE_COUNT; i++) {
		if (from->has_type[i])
			types[set.type_count++] = config_watch_type(i);
	}
	*ret = (struct watched){.set = set, .log = from->log};
	return ERR_OK;
}

/* --- Sets --- */

static size_t set_count(const struct config_watch *watch)
{
	size_t count = 0;
	while (config_watch_set_at(watch, count) != NULL)
		count++;
	return count;
}

static int watchers_start(struct watching *watching)
{
	const struct config_watch *watch = &watching->options.settings->config->watch;
	size_t count = set_count(watch);
	watching->watched = room(watching, count, sizeof(*watching->watched));
	watching->watchers = room(watching, count, sizeof(struct watcher *));
	int rc = watching->watched != NULL && watching->watchers != NULL ? ERR_OK : -ENOMEM;
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		struct watched *watched = &watching->watched[i];
		const struct watcher_options options = {
			.set = &watched->set, .log = watching->options.log, .owner = watching, .event = probe_take, .left = probe_left};
		rc = set_take(watching, config_watch_set_at(watch, i), watched);
		if (rc == ERR_OK)
			rc = watcher_new(&options, &watching->watchers[watching->watcher_count]);
		watching->watcher_count += rc == ERR_OK;
	}
	return rc;
}

/* --- Delegations --- */

static const struct config_audit *zone_audit(const struct config *config, struct name zone)
{
	for (size_t i = 0; i < config->zone_count; i++) {
		if (config->zones[i].audit.every_ms > 0 && name_equal(config->zones[i].name, zone))
			return &config->zones[i].audit;
	}
	return NULL;
}

static struct delegations_zone audit_of(struct name zone, const struct config_audit *audit)
{
	return (struct delegations_zone){.name = zone,
					 .every_ms = audit->every_ms,
					 .is_quick = audit->is_quick,
					 .require = (enum audited_require)audit->require};
}

/* Those of zones that say so themselves, and of watch.delegations; what a zone says of itself counts. */
static size_t audits_list(const struct config *config, struct delegations_zone *zones)
{
	const struct config_watch_delegations *listed = &config->watch.delegations;
	size_t count = 0;
	for (size_t i = 0; i < config->zone_count; i++) {
		const struct config_zone *zone = &config->zones[i];
		if (zone->audit.every_ms > 0 && zone_audit(config, zone->name) == &zone->audit)
			zones[count++] = audit_of(zone->name, &zone->audit);
	}
	for (size_t i = 0; i < listed->zones.count; i++) {
		if (zone_audit(config, listed->zones.items[i]) == NULL)
			zones[count++] = audit_of(listed->zones.items[i], &listed->audit);
	}
	return count;
}

static int delegations_start(struct watching *watching)
{
	const struct config *config = watching->options.settings->config;
	size_t most = config->zone_count + config->watch.delegations.zones.count;
	struct delegations_zone *zones = room(watching, most, sizeof(*zones));
	size_t count = zones != NULL ? audits_list(config, zones) : 0;
	if (count == 0)
		return zones != NULL ? ERR_OK : -ENOMEM;
	if (!child_program("sextant", watching->program, sizeof(watching->program)))
		log_plain(watching->options.log, LOG_LEVEL_ERROR, "delegation",
			  "The program sextant is neither beside sextantd nor in ../bin: delegations cannot be audited. Install "
			  "it there.");
	const struct delegations_options options = {.zones = zones,
						    .zone_count = count,
						    .program = watching->program,
						    .hints_path = config->watch.hints.path,
						    .anchor_path = config->watch.anchor.path,
						    .log = watching->options.log,
						    .owner = watching,
						    .event = event_give};
	return delegations_new(&options, &watching->delegations);
}

/* --- Its life --- */

int watching_new(const struct watching_options *options, struct watching **ret)
{
	static int (*const steps[])(struct watching * watching) = {own_take, roots_take, watchers_start,
								   delegations_start};
	struct watching *watching = calloc(1, sizeof(*watching));
	*ret = NULL;
	if (watching == NULL)
		return -ENOMEM;
	watching->options = *options;
	watching->options.settings->references++;
	watching->arena = arena_new(ARENA_CHUNK);
	int rc = watching->arena != NULL ? ERR_OK : -ENOMEM;
	for (size_t i = 0; rc == ERR_OK && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = steps[i](watching);
	if (rc == ERR_OK && (watching->watcher_count > 0 || watching->delegations != NULL))
		*ret = watching;
	else
		watching_free(watching);
	return rc;
}

void watching_stop(struct watching *watching)
{
	if (watching == NULL)
		return;
	for (size_t i = 0; i < watching->watcher_count; i++)
		watcher_stop(watching->watchers[i]);
	if (watching->delegations != NULL)
		delegations_stop(watching->delegations);
}

void watching_free(struct watching *watching)
{
	if (watching == NULL)
		return;
	watching_stop(watching); /* all at once, then one after the other */
	for (size_t i = 0; i < watching->watcher_count; i++)
		watcher_free(watching->watchers[i]);
	delegations_free(watching->delegations);
	anchors_free(watching->anchors);
	settings_release(watching->options.settings);
	if (watching->arena != NULL)
		arena_free(watching->arena);
	free(watching);
}

bool watching_fits(const struct watching *watching, const struct config *config)
{
	struct text before = {0}, after = {0};
	if (watching == NULL)
		return false;
	const struct config *running = watching->options.settings->config;
	config_print_lines(running, &before);
	config_print_lines(config, &after);
	const struct config_hints *old = &running->watch.hints, *fresh = &config->watch.hints;
	bool is_same = !before.is_failed && !after.is_failed &&
		       strcmp(text_string(&before), text_string(&after)) == 0 &&
		       span_equal(running->watch.anchor.text, config->watch.anchor.text) &&
		       old->servers.count == fresh->servers.count;
	for (size_t i = 0; is_same && i < old->servers.count; i++)
		is_same = ip_addr_equal(&old->servers.items[i].endpoint.addr, &fresh->servers.items[i].endpoint.addr);
	text_free(&before);
	text_free(&after);
	return is_same;
}

json_t *watching_delegations(const struct watching *watching)
{
	bool has_any = watching != NULL && watching->delegations != NULL;
	return has_any ? delegations_state(watching->delegations) : json_array();
}

json_t *watching_state(const struct watching *watching)
{
	if (watching == NULL)
		return NULL;
	json_t *sets = json_array();
	for (size_t i = 0; i < watching->watcher_count; i++)
		json_array_append_new(sets, watcher_state(watching->watchers[i]));
	return json_pack("{s:o, s:o}", "sets", sets, "delegations", watching_delegations(watching));
}

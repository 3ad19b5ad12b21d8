/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/discovery.h"

#include "base/clock.h"
#include "daemon/recursion/prefixes.h"
#include "dns/rrtype.h"
#include "resolver/gather.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SERVERS_MAX 8
#define ANSWER_WAIT_MS 3000
#define RETRY_FIRST_MS 10000  /* after a round in which nobody answered */
#define RETRY_MOST_MS 600000
#define NEGATIVE_MS 300000    /* nobody translates here: look again after that */
#define BEFORE_END_S 10       /* RFC 7050 3: asked again before the TTL is over */
#define RESOLV_CONF "/etc/resolv.conf"

static const struct name ipv4only = {(const uint8_t *)"\10ipv4only\4arpa", 15, 2};

struct discovery {
	struct discovery_options options;
	struct exchange *exchange;
	struct exchange_events events;
	uv_timer_t timer;
	struct ip_endpoint servers[SERVERS_MAX];
	size_t server_count, at;
	uint64_t ask_id;      /* 0: none under way */
	uint64_t next_id;
	uint32_t retry_ms;
	unsigned closing;
};

/* --- Whom to ask: the resolvers that everything is forwarded to, else those the network gave this host --- */

static bool is_self(const struct discovery *discovery, const struct ip_endpoint *server)
{
	const struct resolver_policy *policy = &discovery->options.policy->policy;
	for (size_t i = 0; i < policy->self_count; i++) {
		if (policy->self[i].port == server->port && ip_addr_equal(&policy->self[i].addr, &server->addr))
			return true;
	}
	return false;
}

static void server_add(struct discovery *discovery, const struct ip_endpoint *server)
{
	if (discovery->server_count < SERVERS_MAX && !is_self(discovery, server))
		discovery->servers[discovery->server_count++] = *server;
}

static void host_servers_add(struct discovery *discovery)
{
	char line[512], word[256];
	FILE *file = fopen(RESOLV_CONF, "re");
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		struct ip_endpoint server = {.port = 53};
		if (sscanf(line, "nameserver %255s", word) == 1 && ip_addr_from_text(word, &server.addr) == ERR_OK)
			server_add(discovery, &server);
	}
	fclose(file);
}

static void servers_fill(struct discovery *discovery)
{
	const struct config_resolver *config = &discovery->options.service->resolver;
	discovery->server_count = discovery->at = 0;
	for (size_t i = 0; i < config->zone_count; i++) {
		const struct policy_zone *zone = &config->zones[i];
		for (size_t s = 0; zone->is_forward && name_is_root(zone->zone) && s < zone->server_count; s++)
			server_add(discovery, &zone->servers[s].endpoint);
	}
	if (discovery->server_count == 0)
		host_servers_add(discovery);
}

/* --- Asking --- */

static void timer_fire(uv_timer_t *timer);

static void sleep_ms(struct discovery *discovery, uint64_t delay_ms)
{
	discovery->ask_id = 0;
	uv_timer_start(&discovery->timer, timer_fire, delay_ms, 0);
}

static void ask(struct discovery *discovery, enum question_transport transport)
{
	/* RFC 7050 3: CD clear, or a DNS64 would not synthesise. */
	const struct question question = {.server = discovery->servers[discovery->at],
	                                  .transport = transport,
	                                  .qname = ipv4only,
	                                  .qtype = RR_AAAA,
	                                  .is_rd = true,
	                                  .edns_size = 1232};
	discovery->ask_id = ++discovery->next_id;
	uv_timer_start(&discovery->timer, timer_fire, ANSWER_WAIT_MS, 0);
	if (exchange_ask(discovery->exchange, discovery->ask_id, &question) == ERR_OK)
		exchange_flush(discovery->exchange);
}

/* The server at hand gave nothing of use. */
static void server_next(struct discovery *discovery)
{
	if (discovery->ask_id != 0)
		exchange_cancel(discovery->exchange, discovery->ask_id);
	if (++discovery->at < discovery->server_count) {
		ask(discovery, QUESTION_UDP);
		return;
	}
	sleep_ms(discovery, discovery->retry_ms);
	discovery->retry_ms = discovery->retry_ms < RETRY_MOST_MS / 2 ? 2 * discovery->retry_ms : RETRY_MOST_MS;
}

static void round_start(struct discovery *discovery)
{
	/* RFC 9872 3: what routers advertise is better than what anybody can put into a DNS answer. */
	if (prefixes_have(discovery->options.recursion, PREF64_RA, clock_monotonic_us())) {
		sleep_ms(discovery, RETRY_FIRST_MS);
		return;
	}
	servers_fill(discovery);
	if (discovery->server_count == 0)
		sleep_ms(discovery, discovery->retry_ms);
	else
		ask(discovery, QUESTION_UDP);
}

static void timer_fire(uv_timer_t *timer)
{
	struct discovery *discovery = timer->data;
	if (discovery->ask_id != 0)
		server_next(discovery);
	else
		round_start(discovery);
}

/* --- What comes back --- */

static void prefixes_take(struct discovery *discovery, const struct rrset *aaaa)
{
	struct ip_prefix prefixes[PREF64_MAX];
	size_t count = pref64_from_ipv4only(aaaa, prefixes, PREF64_MAX);
	uint64_t now_us = clock_monotonic_us();
	for (size_t i = 0; i < count; i++) {
		const struct pref64 prefix = {.prefix = prefixes[i], .source = PREF64_RFC7050};
		prefixes_heard(discovery->options.recursion, discovery->options.service, &prefix, aaaa->ttl, now_us);
	}
	uint64_t wait_s = aaaa->ttl > 2 * BEFORE_END_S ? aaaa->ttl - BEFORE_END_S : BEFORE_END_S;
	discovery->retry_ms = RETRY_FIRST_MS;
	sleep_ms(discovery, count > 0 ? wait_s * 1000 : NEGATIVE_MS);
}

static void message_take(struct discovery *discovery, const struct message *message, struct arena *arena)
{
	struct gathered *gathered = arena_alloc(arena, sizeof(*gathered), _Alignof(struct gathered));
	if (gathered == NULL || gather(message, arena, gathered) != ERR_OK) {
		server_next(discovery);
		return;
	}
	const struct rrset_view *aaaa = gathered_find(gathered, SECTION_ANSWER, ipv4only, RR_AAAA);
	if (aaaa != NULL)
		prefixes_take(discovery, aaaa->rrset);
	else
		sleep_ms(discovery, NEGATIVE_MS); /* RFC 7050 3: no AAAA, no DNS64 */
}

static void reply_come(void *owner, uint64_t ask_id, struct span octets)
{
	struct discovery *discovery = owner;
	struct message message;
	if (ask_id != discovery->ask_id)
		return;
	if (message_read(octets, &message) != ERR_OK || message.error != ERR_OK ||
	    (message.rcode != RCODE_NOERROR && message.rcode != RCODE_NXDOMAIN)) {
		server_next(discovery);
		return;
	}
	if (message.flags & HEADER_TC) {
		ask(discovery, QUESTION_TCP);
		return;
	}
	struct arena *arena = arena_new(16384);
	if (arena == NULL)
		server_next(discovery);
	else
		message_take(discovery, &message, arena);
	arena_free(arena);
}

static void reply_lost(void *owner, uint64_t ask_id, enum exchange_failure failure)
{
	struct discovery *discovery = owner;
	(void)failure;
	if (ask_id != discovery->ask_id)
		return;
	discovery->ask_id = 0;
	server_next(discovery);
}

static void exchange_begins(void *owner)
{
	(void)owner;
}

/* --- Its life --- */

static void part_closed(void *owner)
{
	struct discovery *discovery = owner;
	if (--discovery->closing == 0)
		free(discovery);
}

static void timer_closed(uv_handle_t *handle)
{
	part_closed(handle->data);
}

int discovery_new(const struct discovery_options *options, struct discovery **ret)
{
	struct discovery *discovery = calloc(1, sizeof(*discovery));
	if (discovery == NULL)
		return -ENOMEM;
	discovery->options = *options;
	held_policy_hold(options->policy);
	discovery->events = (struct exchange_events){
		.owner = discovery, .before = exchange_begins, .reply = reply_come, .unreachable = reply_lost};
	int rc = exchange_new(options->loop, &options->policy->exchange, &discovery->events, &discovery->exchange);
	if (rc != ERR_OK) {
		held_policy_drop(options->policy);
		free(discovery);
		return rc;
	}
	uv_timer_init(options->loop, &discovery->timer);
	discovery->timer.data = discovery;
	discovery->retry_ms = RETRY_FIRST_MS;
	sleep_ms(discovery, 0);
	*ret = discovery;
	return ERR_OK;
}

void discovery_renew(struct discovery *discovery, const struct discovery_options *options)
{
	if (discovery->ask_id != 0)
		exchange_cancel(discovery->exchange, discovery->ask_id);
	held_policy_hold(options->policy);
	held_policy_drop(discovery->options.policy);
	discovery->options = *options;
	discovery->retry_ms = RETRY_FIRST_MS;
	exchange_set_options(discovery->exchange, &options->policy->exchange);
	sleep_ms(discovery, 0);
}

void discovery_stop(struct discovery *discovery)
{
	held_policy_drop(discovery->options.policy);
	discovery->closing = 2;
	exchange_close(discovery->exchange, part_closed);
	uv_close((uv_handle_t *)&discovery->timer, timer_closed);
}

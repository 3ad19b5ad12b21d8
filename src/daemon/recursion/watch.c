/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/watch.h"

#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/recursion/discovery.h"
#include "daemon/recursion/prefixes.h"
#include "daemon/recursion/prober.h"
#include "discover/host_news.h"
#include "dns/rrtype.h"
#include "net/host.h"
#include "net/rtnetlink.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SECOND_MS 1000
#define LOOK_S 30          /* what the kernel does not tell is seen after that time */

/* --- One service --- */

struct watched {
	struct watch *watch;
	struct service *service;
	struct discovery *discovery; /* NULL: not wanted */
	struct prober *prober;       /* NULL: not wanted */
	struct name_buffer asked;    /* the trust point whose keys are asked for; */
	bool is_asking;              /* one at a time */
	LIST_ENTRY(watched) link;
};
LIST_HEAD(watcheds, watched);

struct watch {
	struct daemon *daemon;
	struct watcheds services;
	uv_timer_t second;
	uv_poll_t news;
	int news_fd; /* -1: the kernel tells nothing */
	unsigned until_look_s;
	uint8_t buffer[RTNETLINK_SIZE];
};

static const struct config_service *config_of(const struct watched *watched)
{
	const struct daemon *daemon = watched->watch->daemon;
	size_t index = 0;
	while (daemon->services[index] != watched->service)
		index++;
	return &daemon->settings->config->services[index];
}

/* --- What the host has --- */

static void host_look(struct watch *watch)
{
	struct host_facts facts;
	int rc = host_read(&facts);
	if (rc != ERR_OK)
		log_plain(watch->daemon->log, LOG_LEVEL_WARNING, "family", "cannot read this host's addresses: %s",
		          err_text(rc));
	const struct reach_host host = {.has_global_ipv6 = facts.has_global[FAMILY_IPV6],
	                                .has_ula = facts.has_ula,
	                                .has_ipv6_route = facts.has_route[FAMILY_IPV6],
	                                .has_global_ipv4 = facts.has_global[FAMILY_IPV4],
	                                .has_private_ipv4 = facts.has_private_ipv4,
	                                .has_ipv4_route = facts.has_route[FAMILY_IPV4]};
	const struct watched *watched;
	LIST_FOREACH(watched, &watch->services, link)
		reach_set_host(watched->service->recursion->reach, &host);
	watch->until_look_s = LOOK_S;
}

/* --- What the kernel tells --- */

static void news_take(struct watch *watch, const struct host_news *news)
{
	uint64_t now_us = clock_monotonic_us();
	struct watched *watched;
	LIST_FOREACH(watched, &watch->services, link) {
		for (size_t i = 0; i < news->pref64_count; i++)
			prefixes_heard(watched->service->recursion, config_of(watched), &news->pref64s[i].pref64,
			               news->pref64s[i].lifetime_s, now_us);
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (news->is_address_changed[family] || news->is_route_changed[family] || news->is_incomplete) {
			host_look(watch);
			return;
		}
	}
}

static void news_ready(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	struct host_news news = {0};
	struct span datagram;
	(void)events;
	if (status < 0)
		uv_poll_start(poll, UV_READABLE, news_ready);
	for (;;) {
		int rc = rtnetlink_receive(watch->news_fd, watch->buffer, &datagram);
		if (rc == ERR_LIMIT)
			news.is_incomplete = true; /* some were lost: look at everything */
		else if (rc != ERR_OK)
			break;
		else
			host_news_read(datagram, &news);
	}
	news_take(watch, &news);
}

static void news_start(struct watch *watch)
{
	int rc = rtnetlink_open(&watch->news_fd);
	if (rc == ERR_OK && uv_poll_init(&watch->daemon->loop, &watch->news, watch->news_fd) != 0) {
		close(watch->news_fd);
		rc = -ENOMEM;
	}
	if (rc != ERR_OK) {
		watch->news_fd = -1;
		log_plain(watch->daemon->log, LOG_LEVEL_WARNING, "family",
		          "the kernel does not tell about addresses and router advertisements: %s; `from-ra` learns nothing",
		          err_text(rc));
		return;
	}
	watch->news.data = watch;
	uv_poll_start(&watch->news, UV_READABLE, news_ready);
}

/* --- Trust anchors --- */

static void keys_come(void *owner, struct span message)
{
	struct watched *watched = owner;
	struct recursion *recursion = watched->service->recursion;
	watched->is_asking = false;
	if (!trust_point_take(recursion->trust, name_of(watched->asked.wire), message, clock_wall_us() / 1000000))
		return;
	recursion->generation++;
	if (views_renew(watched->watch->daemon) != ERR_OK)
		recursion->generation--; /* the next change or reload makes up for it */
}

/* A question of the daemon's own, to the first worker's engine. False: it could not be asked. */
static bool ask(struct watched *watched, const struct inner_ask *question)
{
	struct daemon *daemon = watched->watch->daemon;
	return inner_ask(&daemon->mailbox, daemon->workers[0], watched->service, question) == ERR_OK;
}

static void keys_ask(struct watched *watched, uint64_t now_s)
{
	const struct trust *trust = watched->service->recursion->trust;
	for (size_t i = 0; !watched->is_asking && i < trust_point_count(trust); i++) {
		if (trust_point_next_s(trust, i) > now_s)
			continue;
		struct name owner = trust_point_owner(trust, i);
		memcpy(watched->asked.wire, owner.wire, owner.size);
		/* CD: what we trust is what is being asked; the signatures are verified here. */
		const struct inner_ask question = {
			.name = owner, .type = RR_DNSKEY, .is_cd = true, .is_do = true, .done = keys_come, .owner = watched};
		watched->is_asking = ask(watched, &question);
	}
}

/* --- Time --- */

static void second(uv_timer_t *timer)
{
	struct watch *watch = timer->data;
	uint64_t now_us = clock_monotonic_us(), now_s = clock_wall_us() / 1000000;
	struct watched *watched;
	LIST_FOREACH(watched, &watch->services, link) {
		prefixes_expire(watched->service->recursion, now_us);
		held_policies_reap(&watched->service->recursion->policies);
		keys_ask(watched, now_s);
		if (watched->prober != NULL)
			prober_tick(watched->prober);
	}
	if (!LIST_EMPTY(&watch->services) && watch->until_look_s-- == 0)
		host_look(watch);
}

/* --- Its life --- */

static struct watched *watched_find(const struct watch *watch, const struct service *service)
{
	struct watched *watched;
	LIST_FOREACH(watched, &watch->services, link) {
		if (watched->service == service)
			return watched;
	}
	return NULL;
}

static void watched_add(struct watch *watch, struct service *service)
{
	struct watched *watched = calloc(1, sizeof(*watched));
	if (watched == NULL)
		return; /* the next reload tries again */
	watched->watch = watch;
	watched->service = service;
	LIST_INSERT_HEAD(&watch->services, watched, link);
}

static void discovery_apply(struct watched *watched)
{
	const struct service_view *view = watched->service->view.current;
	const struct discovery_options options = {.loop = &watched->watch->daemon->loop,
	                                          .recursion = watched->service->recursion,
	                                          .service = config_of(watched),
	                                          .policy = view->policy};
	if (!prefixes_want(options.service, PREF64_RFC7050)) {
		if (watched->discovery != NULL)
			discovery_stop(watched->discovery);
		watched->discovery = NULL;
	} else if (watched->discovery != NULL) {
		discovery_renew(watched->discovery, &options);
	} else if (discovery_new(&options, &watched->discovery) != ERR_OK) {
		log_plain(watched->watch->daemon->log, LOG_LEVEL_WARNING, "pref64",
		          "cannot look for NAT64 prefixes in ipv4only.arpa: no memory or no socket");
	}
}

static void prober_apply(struct watched *watched)
{
	const struct service_view *view = watched->service->view.current;
	const struct prober_options options = {.loop = &watched->watch->daemon->loop,
	                                       .recursion = watched->service->recursion,
	                                       .service = config_of(watched),
	                                       .policy = view->policy};
	prober_list(options.recursion, options.service);
	if (!config_fallback_is_probed(&options.service->resolver.fallback)) {
		if (watched->prober != NULL)
			prober_stop(watched->prober);
		watched->prober = NULL;
	} else if (watched->prober != NULL) {
		prober_renew(watched->prober, &options);
	} else if (prober_new(&options, &watched->prober) != ERR_OK) {
		log_plain(watched->watch->daemon->log, LOG_LEVEL_WARNING, "fallback",
		          "cannot probe the fallback resolvers: no memory or no socket");
	}
}

void watch_renew(struct watch *watch)
{
	struct daemon *daemon = watch->daemon;
	struct watched *watched;
	for (size_t i = 0; i < daemon->service_count; i++) {
		if (daemon->services[i]->recursion != NULL && watched_find(watch, daemon->services[i]) == NULL)
			watched_add(watch, daemon->services[i]);
	}
	LIST_FOREACH(watched, &watch->services, link) {
		prefixes_apply(watched->service->recursion, config_of(watched), clock_monotonic_us());
		discovery_apply(watched);
		prober_apply(watched);
	}
	if (!LIST_EMPTY(&watch->services))
		host_look(watch);
}

int watch_new(struct daemon *daemon, struct watch **ret)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	if (watch == NULL)
		return -ENOMEM;
	watch->daemon = daemon;
	LIST_INIT(&watch->services);
	news_start(watch);
	uv_timer_init(&daemon->loop, &watch->second);
	watch->second.data = watch;
	uv_timer_start(&watch->second, second, SECOND_MS, SECOND_MS);
	watch_renew(watch);
	*ret = watch;
	return ERR_OK;
}

static void watched_end(struct watched *watched)
{
	mailbox_forget(&watched->watch->daemon->mailbox, watched);
	if (watched->discovery != NULL)
		discovery_stop(watched->discovery);
	if (watched->prober != NULL)
		prober_stop(watched->prober);
	LIST_REMOVE(watched, link);
	free(watched);
}

void watch_forget(struct watch *watch, const struct service *service)
{
	struct watched *watched = watched_find(watch, service);
	if (watched != NULL)
		watched_end(watched);
}

void watch_stop(struct watch *watch)
{
	struct watched *watched;
	while ((watched = LIST_FIRST(&watch->services)) != NULL)
		watched_end(watched);
	if (watch->news_fd >= 0)
		uv_close((uv_handle_t *)&watch->news, NULL);
	uv_close((uv_handle_t *)&watch->second, NULL);
}

void watch_free(struct watch *watch)
{
	if (watch == NULL)
		return;
	if (watch->news_fd >= 0)
		close(watch->news_fd);
	free(watch);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/transfer/incoming.h"

#include "daemon/transfer/incoming_inside.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define END_WAIT_S 2

const char *incoming_result_text(enum incoming_result result)
{
	static const char *const texts[INCOMING_RESULT_COUNT] = {"received", "failed"};
	return texts[result];
}

void incoming_news_free(struct incoming_news *news)
{
	zone_free((struct zone *)(uintptr_t)news->zone);
	zone_history_free(news->history);
	free(news->key);
	free(news);
}

/* --- Places: so many questions and transfers at once, the others in their order --- */

bool incoming_place_take(struct incoming_zone *zone, enum incoming_place place)
{
	struct incoming *incoming = zone->incoming;
	unsigned most = place == PLACE_ASK ? INCOMING_ASKS_MOST : incoming->limits.transfers_in.at_once;
	zone->place = place;
	zone->has_place = incoming->places[place] < most;
	zone->is_waiting = !zone->has_place;
	if (zone->has_place)
		incoming->places[place]++;
	else
		TAILQ_INSERT_TAIL(&incoming->queues[place], zone, waiting);
	return zone->has_place;
}

void incoming_place_give(struct incoming_zone *zone)
{
	struct incoming *incoming = zone->incoming;
	if (zone->is_waiting)
		TAILQ_REMOVE(&incoming->queues[zone->place], zone, waiting);
	zone->is_waiting = false;
	if (!zone->has_place)
		return;
	zone->has_place = false;
	incoming->places[zone->place]--;
	/* The next one begins in a turn of its own, so that a queue of failures is no recursion. */
	if (!TAILQ_EMPTY(&incoming->queues[zone->place]))
		uv_async_send(&incoming->wake);
}

static void places_fill(struct incoming *incoming)
{
	for (int place = 0; place < PLACE_COUNT; place++) {
		unsigned most = place == PLACE_ASK ? INCOMING_ASKS_MOST : incoming->limits.transfers_in.at_once;
		while (!TAILQ_EMPTY(&incoming->queues[place]) && incoming->places[place] < most) {
			struct incoming_zone *zone = TAILQ_FIRST(&incoming->queues[place]);
			TAILQ_REMOVE(&incoming->queues[place], zone, waiting);
			zone->is_waiting = false;
			zone->has_place = true;
			incoming->places[place]++;
			incoming_zone_start(zone);
		}
	}
}

/* --- News --- */

void incoming_tell(struct incoming_zone *zone, bool is_new, uint64_t signed_until_s)
{
	struct incoming *incoming = zone->incoming;
	struct incoming_news *news = calloc(1, sizeof(*news));
	char *key = strdup(zone->wish.key);
	if (news == NULL || key == NULL) {
		log_plain(incoming->options.log, LOG_LEVEL_ERROR, "xfr", "no memory to publish a zone");
		free(news);
		free(key);
		return;
	}
	*news = (struct incoming_news){.key = key, .signed_until_s = signed_until_s, .is_expired = zone->is_expired};
	if (is_new) {
		news->zone = zone_hold(zone->zone);
		news->history = zone->history != NULL ? zone_history_hold(zone->history) : NULL;
	}
	pthread_mutex_lock(&incoming->mail_lock);
	*incoming->news_end = news;
	incoming->news_end = &news->next;
	if (!incoming->is_stopped)
		uv_async_send(&incoming->news_wake);
	pthread_mutex_unlock(&incoming->mail_lock);
}

struct incoming_news *incoming_take(struct incoming *incoming)
{
	pthread_mutex_lock(&incoming->mail_lock);
	struct incoming_news *first = incoming->news;
	incoming->news = NULL;
	incoming->news_end = &incoming->news;
	pthread_mutex_unlock(&incoming->mail_lock);
	return first;
}

static void news_come(uv_async_t *wake)
{
	struct incoming *incoming = wake->data;
	incoming->options.news(incoming->options.owner);
}

/* --- What the main thread wants --- */

struct incoming_zone *incoming_zone_find(struct incoming *incoming, const char *key)
{
	struct incoming_zone *zone;
	LIST_FOREACH(zone, &incoming->zones, link)
	{
		if (strcmp(zone->wish.key, key) == 0)
			return zone;
	}
	return NULL;
}

/* The same primaries: what is under way goes on; keys and judgement are those of the new configuration. */
static void zone_keep(struct incoming_zone *zone, struct incoming_wish *wish)
{
	zone->wish.lint = wish->lint;
	for (size_t i = 0; i < wish->primary_count; i++) {
		const struct tsig_key *key = zone->wish.primaries[i].key;
		zone->wish.primaries[i].key = wish->primaries[i].key;
		wish->primaries[i].key = key;
	}
}

static void wish_apply(struct incoming *incoming, struct incoming_wish *wish)
{
	struct incoming_zone *before = incoming_zone_find(incoming, wish->key), *zone;
	if (before != NULL && !name_equal(before->wish.apex, wish->apex)) {
		incoming_zone_drop(before);
		before = NULL;
	}
	if (before != NULL)
		before->is_wanted = true;
	if (before != NULL && incoming_wish_has_same_primaries(&before->wish, wish)) {
		zone_keep(before, wish);
		return;
	}
	if (incoming_zone_new(incoming, wish, before, &zone) != ERR_OK) {
		log_plain(incoming->options.log, LOG_LEVEL_ERROR, "xfr", "no memory for a secondary zone");
		return;
	}
	zone->is_wanted = true;
	if (before != NULL)
		incoming_zone_drop(before);
	incoming_zone_go(zone);
}

static void zones_drop_unwanted(struct incoming *incoming)
{
	struct incoming_zone *zone, *next;
	for (zone = LIST_FIRST(&incoming->zones); zone != NULL; zone = next) {
		next = LIST_NEXT(zone, link);
		if (!zone->is_wanted)
			incoming_zone_drop(zone);
		else
			zone->is_wanted = false;
	}
}

static void wishes_apply(struct incoming *incoming, struct incoming_wish *wishes)
{
	struct incoming_zone *zone;
	LIST_FOREACH(zone, &incoming->zones, link)
	zone->is_wanted = false;
	for (struct incoming_wish *wish = wishes; wish != NULL; wish = wish->next) {
		struct incoming_wish *next = wish->next;
		wish_apply(incoming, wish);
		wish->next = next; /* what was taken over is empty now */
	}
	zones_drop_unwanted(incoming);
}

static void end_begin(struct incoming *incoming)
{
	incoming->is_ending = true;
	while (!LIST_EMPTY(&incoming->zones))
		incoming_zone_drop(LIST_FIRST(&incoming->zones));
	uv_close((uv_handle_t *)&incoming->wake, NULL);
}

static void refresh_apply(struct incoming *incoming, char *keys, size_t size)
{
	for (size_t at = 0; at < size; at += strlen(keys + at) + 1) {
		struct incoming_zone *zone = incoming_zone_find(incoming, keys + at);
		if (zone != NULL)
			incoming_zone_refresh(zone, NULL);
	}
	free(keys);
}

static void limits_clear(struct incoming_limits *limits)
{
	free((void *)(uintptr_t)limits->pref64);
	free(limits->state_dir);
	*limits = (struct incoming_limits){0};
}

static void mail_come(uv_async_t *wake)
{
	struct incoming *incoming = wake->data;
	pthread_mutex_lock(&incoming->mail_lock);
	bool is_stopped = incoming->is_stopped, has_wishes = incoming->has_wishes;
	struct incoming_wish *wishes = incoming->wishes;
	struct incoming_limits limits = incoming->next_limits;
	char *refresh = incoming->refresh;
	size_t refresh_size = incoming->refresh_size;
	incoming->has_wishes = false;
	incoming->wishes = NULL;
	incoming->next_limits = (struct incoming_limits){0};
	incoming->refresh = NULL;
	incoming->refresh_size = 0;
	pthread_mutex_unlock(&incoming->mail_lock);

	incoming_enter(incoming);
	if (has_wishes) {
		limits_clear(&incoming->limits);
		incoming->limits = limits;
		wishes_apply(incoming, wishes);
		incoming_wishes_free(wishes);
	}
	refresh_apply(incoming, refresh, refresh_size);
	places_fill(incoming);
	if (is_stopped && !incoming->is_ending)
		end_begin(incoming);
	incoming_leave(incoming);
}

static int limits_make(const struct config *config, struct incoming_limits *ret)
{
	struct ip_prefix *pref64 = calloc(config->pref64_count + 1, sizeof(pref64[0]));
	char *state_dir = config->state_dir != NULL ? strdup(config->state_dir) : NULL;
	if (pref64 == NULL || (state_dir == NULL && config->state_dir != NULL)) {
		free(pref64);
		free(state_dir);
		return -ENOMEM;
	}
	if (config->pref64_count > 0)
		memcpy(pref64, config->pref64, config->pref64_count * sizeof(pref64[0]));
	*ret = (struct incoming_limits){.transfers_in = config->transfers_in,
					.pref64 = pref64,
					.pref64_count = config->pref64_count,
					.state_dir = state_dir};
	return ERR_OK;
}

int incoming_renew(struct incoming *incoming, const struct settings *settings, const struct zone_slots *slots)
{
	struct incoming_wish *wishes;
	struct incoming_limits limits;
	int rc = incoming_wishes_make(settings, slots, &wishes);
	if (rc == ERR_OK && (rc = limits_make(settings->config, &limits)) != ERR_OK)
		incoming_wishes_free(wishes);
	if (rc != ERR_OK)
		return rc;
	pthread_mutex_lock(&incoming->mail_lock);
	struct incoming_wish *unread = incoming->wishes;
	limits_clear(&incoming->next_limits);
	incoming->wishes = wishes;
	incoming->next_limits = limits;
	incoming->has_wishes = true;
	pthread_mutex_unlock(&incoming->mail_lock);
	incoming_wishes_free(unread);
	uv_async_send(&incoming->wake);
	return ERR_OK;
}

void incoming_refresh(struct incoming *incoming, const char *key)
{
	size_t size = strlen(key) + 1;
	pthread_mutex_lock(&incoming->mail_lock);
	char *grown = realloc(incoming->refresh, incoming->refresh_size + size);
	if (grown != NULL) {
		memcpy(grown + incoming->refresh_size, key, size);
		incoming->refresh = grown;
		incoming->refresh_size += size;
	}
	pthread_mutex_unlock(&incoming->mail_lock);
	uv_async_send(&incoming->wake);
}

/* --- Life --- */

static void *thread_run(void *argument)
{
	struct incoming *incoming = argument;
	sigset_t all;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL); /* signals are the main thread's */
	uv_run(&incoming->loop, UV_RUN_DEFAULT);
	return NULL;
}

static int loops_start(struct incoming *incoming)
{
	if (uv_loop_init(&incoming->loop) != 0)
		return -EMFILE;
	int rc = uv_async_init(&incoming->loop, &incoming->wake, mail_come);
	if (rc == 0)
		rc = uv_async_init(incoming->options.loop, &incoming->news_wake, news_come);
	incoming->wake.data = incoming->news_wake.data = incoming;
	if (rc == 0)
		rc = -pthread_create(&incoming->thread, NULL, thread_run, incoming);
	incoming->has_thread = rc == 0;
	return rc;
}

int incoming_new(const struct incoming_options *options, struct incoming **ret)
{
	struct incoming *incoming = calloc(1, sizeof(*incoming));
	if (incoming == NULL)
		return -ENOMEM;
	incoming->options = *options;
	incoming->news_end = &incoming->news;
	LIST_INIT(&incoming->zones);
	for (int place = 0; place < PLACE_COUNT; place++)
		TAILQ_INIT(&incoming->queues[place]);
	pthread_mutex_init(&incoming->state_lock, NULL);
	pthread_mutex_init(&incoming->mail_lock, NULL);
	/* Whoever cannot start it does not start at all: what is left lying here ends with the process. */
	int rc = loops_start(incoming);
	if (rc == ERR_OK)
		*ret = incoming;
	return rc;
}

void incoming_stop(struct incoming *incoming)
{
	if (incoming == NULL)
		return;
	pthread_mutex_lock(&incoming->mail_lock);
	incoming->is_stopped = true;
	pthread_mutex_unlock(&incoming->mail_lock);
	uv_async_send(&incoming->wake);
	uv_close((uv_handle_t *)&incoming->news_wake, NULL);
}

/* All but a build that is under way ends at once. */
static bool thread_join(const struct incoming *incoming)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += END_WAIT_S;
	return pthread_timedjoin_np(incoming->thread, NULL, &until) == 0;
}

bool incoming_free(struct incoming *incoming)
{
	if (incoming == NULL)
		return true;
	if (!thread_join(incoming))
		return false;
	uv_loop_close(&incoming->loop);
	struct incoming_news *next;
	for (struct incoming_news *news = incoming_take(incoming); news != NULL; news = next) {
		next = news->next;
		incoming_news_free(news);
	}
	incoming_wishes_free(incoming->wishes);
	limits_clear(&incoming->next_limits);
	limits_clear(&incoming->limits);
	free(incoming->refresh);
	pthread_mutex_destroy(&incoming->mail_lock);
	pthread_mutex_destroy(&incoming->state_lock);
	free(incoming);
	return true;
}

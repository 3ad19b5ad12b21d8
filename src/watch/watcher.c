/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/watcher.h"

#include "base/clock.h"
#include "base/random.h"
#include "dns/rrtype.h"
#include "watch/board.h"
#include "watch/pause.h"
#include "watch/round.h"

#include <errno.h>
#include <stdlib.h>

#define ARENA_CHUNK (64 << 10)
#define MAP_EVERY_US (600ull * 1000000) /* delegations and keys are looked up again */
#define NEW_MAP_US (60ull * 1000000)    /* at the earliest, for addresses that were not there before */
#define AGAIN_US 5000000                /* after what failed for want of memory */

struct watcher {
	struct watcher_options options;
	struct map *map;
	struct board *board;
	struct found *found;
	struct pause pause;
	pthread_t thread;
	bool has_thread;
	unsigned renewals;
	uint64_t unseen_us; /* a map without a family is made anew after so long */
	bool has_pointers;  /* the map has the zones of the addresses, too */
};

/* --- A round, in the thread --- */

static void probe_told(void *owner, const struct probe *probe, const struct probe_result *result,
		       const struct ip_addr *source)
{
	struct watcher *watcher = owner;
	struct event event;
	uint64_t wall_us = clock_wall_us();
	board_tell(watcher->board, probe, result, wall_us);
	if (result->state == PROBE_STATE_UNTESTED)
		return; /* it says nothing of the target */
	probe_to_event(probe, result, source, wall_us, &event);
	watcher->options.event(watcher->options.owner, watcher->options.set, &event);
}

static bool was_bogus(void *owner, const struct probe *probe)
{
	const struct watcher *watcher = owner;
	return board_was(watcher->board, probe, PROBE_STATE_BOGUS);
}

static void wait_until(void *owner, uint64_t until_us)
{
	struct watcher *watcher = owner;
	pause_until(&watcher->pause, until_us);
}

static bool is_unseen(const struct watcher *watcher)
{
	return map_is_unseen(watcher->map, FAMILY_IPV6) || map_is_unseen(watcher->map, FAMILY_IPV4);
}

/* What is not known yet is looked up sooner; addresses may come and go with each answer. */
static bool is_map_due(const struct watcher *watcher)
{
	uint64_t passed_us = clock_monotonic_us() - map_renewed_us(watcher->map);
	uint64_t new_us = watcher->renewals > 1 ? NEW_MAP_US : 0;
	return watcher->renewals == 0 || passed_us >= MAP_EVERY_US || (!watcher->has_pointers && passed_us >= new_us) ||
	       (is_unseen(watcher) && passed_us >= watcher->unseen_us);
}

/* A family that this host does not see is looked for again, in vain half as often each time: silence takes long to
 * hear. */
static void unseen_wait(struct watcher *watcher)
{
	uint64_t wait_us = watcher->unseen_us != 0 ? 2 * watcher->unseen_us : NEW_MAP_US;
	watcher->unseen_us = !is_unseen(watcher) ? 0 : wait_us < MAP_EVERY_US ? wait_us : MAP_EVERY_US;
}

static bool map_look(struct watcher *watcher)
{
	struct name *names;
	size_t count;
	if (!is_map_due(watcher))
		return true;
	struct arena *arena = arena_new(ARENA_CHUNK);
	if (arena == NULL)
		return false;
	const struct plan_request request = {.set = watcher->options.set, .found = watcher->found, .arena = arena};
	bool is_done = plan_names(&request, &names, &count) == ERR_OK && map_renew(watcher->map, names, count);
	arena_free(arena);
	watcher->renewals += is_done;
	watcher->has_pointers = true;
	unseen_wait(watcher);
	return is_done;
}

static bool has_pointers(const struct watch_set *set)
{
	for (size_t i = 0; i < set->type_count; i++) {
		if (set->types[i] == RR_PTR)
			return true;
	}
	return false;
}

static int addresses_compare(const void *a, const void *b)
{
	return ip_addr_compare(a, b);
}

/* Addresses that were not there before have zones of their own to walk to. */
static void found_keep(struct watcher *watcher, struct found *found)
{
	for (size_t i = 0; i < watcher->options.set->name_count; i++) /* whatever the order of answers was */
		qsort(found[i].addresses, found[i].count, sizeof(found[i].addresses[0]), addresses_compare);
	size_t size = watcher->options.set->name_count * sizeof(*found);
	if (has_pointers(watcher->options.set) && memcmp(watcher->found, found, size) != 0)
		watcher->has_pointers = false;
	memcpy(watcher->found, found, size);
}

static void round_close(struct watcher *watcher, struct round *round)
{
	enum board_sight sights[FAMILY_COUNT];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		bool is_tried, is_seen = round_is_seen(round, family, &is_tried);
		bool is_unseen = !is_seen && (is_tried || map_is_unseen(watcher->map, family));
		sights[family] = is_seen ? BOARD_SEEN : is_unseen ? BOARD_UNSEEN : BOARD_UNTRIED;
	}
	board_end(watcher->board, sights, round_is_cut(round), clock_wall_us());
	found_keep(watcher, round_found(round));
}

/* When the next one begins. */
static void probe_left(void *owner, uint16_t port)
{
	const struct watcher *watcher = owner;
	watcher->options.left(watcher->options.owner, port);
}

static uint64_t round_make(struct watcher *watcher)
{
	struct round *round;
	struct round_options options = {.set = watcher->options.set,
					.map = watcher->map,
					.found = watcher->found,
					.is_stopped = &watcher->pause.is_stopped,
					.owner = watcher,
					.was_bogus = was_bogus,
					.left = probe_left,
					.wait = wait_until,
					.told = probe_told};
	random_bytes(&options.seed, sizeof(options.seed));
	if (!map_look(watcher) || round_new(&options, &round) != ERR_OK)
		return clock_monotonic_us() + AGAIN_US;
	board_begin(watcher->board, clock_wall_us());
	if (round_run(round))
		round_close(watcher, round);
	uint64_t next_us = round_next_us(round, clock_monotonic_us());
	round_free(round);
	return next_us;
}

static void *watcher_run(void *argument)
{
	struct watcher *watcher = argument;
	pause_be_nice();
	while (!atomic_load(&watcher->pause.is_stopped))
		pause_until(&watcher->pause, round_make(watcher));
	return NULL;
}

/* --- Its life --- */

int watcher_new(const struct watcher_options *options, struct watcher **ret)
{
	struct watcher *watcher = calloc(1, sizeof(*watcher));
	if (watcher == NULL)
		return -ENOMEM;
	watcher->options = *options;
	pause_init(&watcher->pause);
	watcher->map = map_new(options->set, &watcher->pause.is_stopped);
	watcher->board = board_new(options->set->label, options->log);
	watcher->found = calloc(options->set->name_count + 1, sizeof(*watcher->found));
	int rc = watcher->map != NULL && watcher->board != NULL && watcher->found != NULL ? ERR_OK : -ENOMEM;
	if (rc == ERR_OK)
		rc = -pthread_create(&watcher->thread, NULL, watcher_run, watcher);
	watcher->has_thread = rc == ERR_OK;
	if (rc == ERR_OK)
		*ret = watcher;
	else
		watcher_free(watcher);
	return rc;
}

void watcher_stop(struct watcher *watcher)
{
	pause_stop(&watcher->pause);
}

void watcher_free(struct watcher *watcher)
{
	if (watcher == NULL)
		return;
	watcher_stop(watcher);
	if (watcher->has_thread)
		pthread_join(watcher->thread, NULL);
	pause_end(&watcher->pause);
	map_free(watcher->map);
	board_free(watcher->board);
	free(watcher->found);
	free(watcher);
}

json_t *watcher_state(struct watcher *watcher)
{
	const struct watch_set *set = watcher->options.set;
	json_t *state = board_state(watcher->board);
	json_object_set_new(state, "every_ms", json_integer(set->every_ms));
	return state;
}

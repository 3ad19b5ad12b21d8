/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/transfer/secondaries.h"

#include "base/clock.h"
#include "daemon/transfer/incoming.h"
#include "daemon/zone_judge.h"

#include <errno.h>
#include <stdlib.h>

/* What a slot had before; for going back, or for letting go. */
struct change {
	struct zone_slot *slot;
	struct loaded_zone *before;
	bool was_expired;
	enum zone_result result_before;
};

static struct zone_slot *slot_of(const struct daemon *daemon, const struct incoming_news *news)
{
	for (size_t i = 0; i < daemon->slots->count; i++) {
		struct zone_slot *slot = &daemon->slots->all[i];
		if (strcmp(slot->config->key, news->key) != 0 || !config_zone_is_secondary(slot->config))
			continue;
		/* A reload may have made another zone of the key. */
		return news->zone == NULL || name_equal(zone_apex(news->zone), slot->config->name) ? slot : NULL;
	}
	return NULL;
}

static struct loaded_zone *loaded_make(const struct incoming_news *news)
{
	struct loaded_zone *loaded = calloc(1, sizeof(*loaded));
	if (loaded == NULL)
		return NULL;
	*loaded = (struct loaded_zone){
		.references = 1,
		.zone = (struct zone *)(uintptr_t)zone_hold(news->zone),
		.confirmed_s = clock_wall_us() / 1000000,
		.signed_until_s = news->signed_until_s,
		.history = news->history != NULL ? (struct zone_history *)(uintptr_t)zone_history_hold(news->history)
						 : NULL};
	return loaded;
}

/* False: no memory. */
static bool change_make(struct zone_slot *slot, const struct incoming_news *news, struct change *ret)
{
	struct loaded_zone *fresh = NULL;
	*ret = (struct change){
		.slot = slot, .before = slot->loaded, .was_expired = slot->is_expired, .result_before = slot->result};
	if (news->zone != NULL && (fresh = loaded_make(news)) == NULL)
		return false;
	if (fresh != NULL) {
		slot->loaded = fresh;
		slot->result = ZONE_LOADED;
		slot->new_serial = zone_serial(fresh->zone);
	}
	slot->is_expired = news->is_expired;
	return true;
}

static void change_undo(const struct change *change)
{
	if (change->slot->loaded != change->before)
		loaded_zone_release(change->slot->loaded);
	change->slot->loaded = change->before;
	change->slot->is_expired = change->was_expired;
	change->slot->result = change->result_before;
}

/* Only the zones that came are judged; the others are looked into. */
static void changes_judge(struct daemon *daemon, const struct change *changes, size_t count)
{
	struct zone_slots some = {.count = daemon->slots->count};
	some.all = calloc(some.count + 1, sizeof(some.all[0]));
	if (some.all == NULL)
		return;
	memcpy(some.all, daemon->slots->all, some.count * sizeof(some.all[0]));
	bool is_any = false;
	for (size_t i = 0; i < some.count; i++)
		some.all[i].result = ZONE_UNCHANGED;
	for (size_t i = 0; i < count; i++) {
		bool is_fresh = changes[i].slot->loaded != changes[i].before;
		if (is_fresh)
			some.all[changes[i].slot - daemon->slots->all].result = ZONE_LOADED;
		is_any = is_any || (is_fresh && changes[i].slot->config->lint == CONFIG_LINT_WARN);
	}
	if (is_any)
		slots_judge(daemon, &some);
	free(some.all);
}

static void changes_end(struct daemon *daemon, struct change *changes, size_t count, bool is_published)
{
	if (is_published)
		changes_judge(daemon, changes, count);
	/* Backwards: a slot that was changed twice gets what it had at first. */
	for (size_t i = count; i > 0; i--) {
		if (!is_published)
			change_undo(&changes[i - 1]);
		else if (changes[i - 1].slot->loaded != changes[i - 1].before && changes[i - 1].before != NULL)
			loaded_zone_release(changes[i - 1].before);
	}
}

static size_t news_count(const struct incoming_news *news)
{
	size_t count = 0;
	for (; news != NULL; news = news->next)
		count++;
	return count;
}

/* All that came, in one step. False: no memory, try again later. */
static bool news_publish(struct daemon *daemon)
{
	struct change *changes = calloc(news_count(daemon->news) + 1, sizeof(changes[0]));
	size_t count = 0;
	bool is_good = changes != NULL;
	for (const struct incoming_news *news = daemon->news; is_good && news != NULL; news = news->next) {
		struct zone_slot *slot = slot_of(daemon, news);
		if (slot == NULL)
			continue;
		is_good = change_make(slot, news, &changes[count]);
		count += is_good;
	}
	is_good = is_good && views_renew(daemon) == ERR_OK;
	changes_end(daemon, changes, count, is_good);
	free(changes);
	return is_good;
}

void secondaries_look(struct daemon *daemon)
{
	if (daemon->news == NULL || daemon->is_stopping || !news_publish(daemon))
		return;
	for (struct incoming_news *next; daemon->news != NULL; daemon->news = next) {
		next = daemon->news->next;
		incoming_news_free(daemon->news);
	}
}

static void news_come(void *owner)
{
	struct daemon *daemon = owner;
	struct incoming_news **end = &daemon->news;
	while (*end != NULL)
		end = &(*end)->next;
	*end = incoming_take(daemon->incoming);
	secondaries_look(daemon);
}

static bool has_secondaries(const struct config *config)
{
	for (size_t i = 0; i < config->zone_count; i++) {
		if (config_zone_is_secondary(&config->zones[i]))
			return true;
	}
	return false;
}

void secondaries_renew(struct daemon *daemon)
{
	int rc = ERR_OK;
	const struct incoming_options options = {
		.loop = &daemon->loop, .log = daemon->log, .news = news_come, .owner = daemon};
	if (daemon->incoming == NULL && !has_secondaries(daemon->settings->config))
		return;
	if (daemon->incoming == NULL)
		rc = incoming_new(&options, &daemon->incoming);
	if (rc == ERR_OK)
		rc = incoming_renew(daemon->incoming, daemon->settings, daemon->slots);
	if (rc != ERR_OK)
		log_plain(daemon->log, LOG_LEVEL_ERROR, "xfr",
			  "secondary zones are not looked after as configured: %s; reload again", err_text(rc));
}

void secondaries_stop(struct daemon *daemon)
{
	incoming_stop(daemon->incoming);
}

bool secondaries_free(struct daemon *daemon)
{
	for (struct incoming_news *next; daemon->news != NULL; daemon->news = next) {
		next = daemon->news->next;
		incoming_news_free(daemon->news);
	}
	return incoming_free(daemon->incoming);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/transfer/journaling.h"

#include "daemon/daemon.h"
#include "daemon/transfer/journal_file.h"

#include <errno.h>
#include <stdlib.h>

#define RETRY_MS 30000

struct journal_item {
	struct loaded_zone *loaded; /* held */
	struct journal_place place;
	int rc;
};

/* In a thread of the pool: histories are immutable, texts are the settings'. */
static void items_write(uv_work_t *work)
{
	struct journaling *journaling = work->data;
	for (size_t i = 0; i < journaling->count; i++) {
		struct journal_item *item = &journaling->items[i];
		item->rc = journal_file_keep(&item->place, NULL, item->loaded->history);
	}
}

/* Once when it fails, and once when it works again. */
static void item_log(const struct journal_item *item, struct log *log)
{
	struct text path = {0};
	char zone[NAME_TEXT_MAX];
	if (item->rc == item->loaded->journal_error)
		return;
	name_to_display(item->place.apex, zone);
	journal_file_path(&item->place, &path);
	const struct log_field fields[] = {{.key = "zone", .text = zone}, {.key = "file", .text = text_string(&path)}};
	if (item->rc != ERR_OK)
		log_line(log, LOG_LEVEL_ERROR, "zone", fields, 2,
			 "%s: its journal %s cannot be written: %s; the zone is served and its differences are in "
			 "memory, "
			 "writing is tried again every %d seconds",
			 zone, text_string(&path), err_text(item->rc), RETRY_MS / 1000);
	else
		log_line(log, LOG_LEVEL_NOTICE, "zone", fields, 2, "%s: its journal is written again", zone);
	text_free(&path);
}

static void item_end(struct journal_item *item, struct log *log)
{
	item_log(item, log);
	item->loaded->is_journaled = item->rc == ERR_OK;
	item->loaded->journal_error = item->rc;
	loaded_zone_release(item->loaded);
}

static void items_end(uv_work_t *work, int status)
{
	struct journaling *journaling = work->data;
	struct daemon *daemon = journaling->daemon;
	bool has_failed = false;
	for (size_t i = 0; i < journaling->count; i++) {
		has_failed = has_failed || journaling->items[i].rc != ERR_OK;
		item_end(&journaling->items[i], daemon->log);
	}
	free(journaling->items);
	journaling->items = NULL;
	settings_release(journaling->settings);
	journaling->settings = NULL;
	journaling->is_busy = false;
	journaling->retry_ms = has_failed ? uv_now(&daemon->loop) + RETRY_MS : 0;
	if (journaling->is_again)
		journaling_keep(daemon);
}

/* A secondary's journal is written where its transfers arrive. */
static bool is_wanted(const struct zone_slot *slot)
{
	return slot->loaded != NULL && slot->loaded->history != NULL && !slot->loaded->is_journaled &&
	       slot->config->file != NULL;
}

static size_t items_gather(const struct daemon *daemon, struct journal_item *items)
{
	const char *state_dir = daemon->settings->config->state_dir;
	size_t count = 0;
	for (size_t i = 0; i < daemon->slots->count; i++) {
		const struct zone_slot *slot = &daemon->slots->all[i];
		if (!is_wanted(slot))
			continue;
		slot->loaded->references++;
		items[count++] = (struct journal_item){
			.loaded = slot->loaded,
			.rc = -ECANCELED,
			.place = {.state_dir = state_dir, .key = slot->config->key, .apex = slot->config->name}};
	}
	return count;
}

void journaling_keep(struct daemon *daemon)
{
	struct journaling *journaling = &daemon->journaling;
	journaling->is_again = journaling->is_busy;
	if (journaling->is_busy || daemon->settings->config->state_dir == NULL)
		return;
	journaling->retry_ms = 0;
	journaling->items = calloc(daemon->slots->count + 1, sizeof(journaling->items[0]));
	journaling->count = journaling->items != NULL ? items_gather(daemon, journaling->items) : 0;
	if (journaling->count == 0) {
		free(journaling->items);
		journaling->items = NULL;
		return;
	}
	journaling->settings = daemon->settings;
	daemon->settings->references++;
	journaling->is_busy = true;
	journaling->daemon = daemon;
	journaling->work.data = journaling;
	if (uv_queue_work(&daemon->loop, &journaling->work, items_write, items_end) != 0)
		items_end(&journaling->work, 0);
}

void journaling_look(struct daemon *daemon)
{
	uint64_t retry_ms = daemon->journaling.retry_ms;
	if (retry_ms != 0 && uv_now(&daemon->loop) >= retry_ms)
		journaling_keep(daemon);
}

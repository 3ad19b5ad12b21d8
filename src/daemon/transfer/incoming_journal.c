/* SPDX-License-Identifier: BSD-2-Clause */
/* The last good copy on the disk: written in the loop's pool, so that no transfer and no answer waits for the disk. */
#include "daemon/transfer/incoming_inside.h"

#include "base/clock.h"
#include "daemon/transfer/journal_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct writing {
	uv_work_t work;
	LIST_ENTRY(writing) link;
	struct incoming_zone *owner;
	char *state_dir, *key;
	struct journal_place place;
	const struct zone *zone; /* held; NULL: the file is good, only its time is wanted */
	const struct zone_history *history;
	uint64_t confirmed_s;
	int rc;
};

static void writing_free(struct writing *writing)
{
	zone_free((struct zone *)(uintptr_t)writing->zone);
	zone_history_free(writing->history);
	free(writing->state_dir);
	free(writing->key);
	free(writing);
}

static void writing_run(uv_work_t *work)
{
	struct writing *writing = work->data;
	writing->rc = ERR_OK;
	if (writing->zone != NULL)
		writing->rc = journal_file_keep(&writing->place, writing->zone, writing->history);
	if (writing->rc == ERR_OK)
		writing->rc = journal_file_confirm(&writing->place, writing->confirmed_s);
}

/* Once when it fails, and once when it works again. */
static void writing_log(const struct writing *writing, int before)
{
	struct incoming_zone *zone = writing->owner;
	struct text path = {0};
	char name[NAME_TEXT_MAX];
	if (writing->rc == before)
		return;
	name_to_display(zone->wish.apex, name);
	journal_file_path(&writing->place, &path);
	const struct log_field fields[] = {{.key = "zone", .text = name}, {.key = "file", .text = text_string(&path)}};
	if (writing->rc != ERR_OK)
		log_line(zone->incoming->options.log, LOG_LEVEL_ERROR, "zone", fields, 2,
			 "%s: its copy %s cannot be written: %s; the zone is served, and writing is tried again when "
			 "it is next "
			 "confirmed",
			 name, text_string(&path), err_text(writing->rc));
	else
		log_line(zone->incoming->options.log, LOG_LEVEL_NOTICE, "zone", fields, 2,
			 "%s: its copy is written again", name);
	text_free(&path);
}

static void writing_end(uv_work_t *work, int status)
{
	struct writing *writing = work->data;
	struct incoming_zone *zone = writing->owner;
	struct incoming *incoming = zone->incoming;
	incoming_enter(incoming);
	zone->is_writing = false;
	LIST_REMOVE(writing, link);
	if (status != 0)
		writing->rc = -ECANCELED;
	writing_log(writing, zone->write_error);
	zone->write_error = writing->rc;
	/* What failed is written with the next confirmation. */
	zone->is_unwritten =
		zone->is_unwritten || (writing->rc != ERR_OK && writing->zone != NULL) || writing->rc == -ENOENT;
	if (zone->is_gone)
		incoming_zone_drop(zone);
	/* Another one of the name may have waited: two at once would write one file. */
	struct incoming_zone *next = incoming_zone_find(incoming, writing->key);
	if (next != NULL && next->is_write_wanted)
		incoming_journal_keep(next);
	incoming_leave(incoming);
	writing_free(writing);
}

static struct writing *writing_make(struct incoming_zone *zone)
{
	struct writing *writing = calloc(1, sizeof(*writing));
	if (writing == NULL)
		return NULL;
	writing->owner = zone;
	writing->state_dir = strdup(zone->incoming->limits.state_dir);
	writing->key = strdup(zone->wish.key);
	if (writing->state_dir == NULL || writing->key == NULL) {
		writing_free(writing);
		return NULL;
	}
	/* The name lies in the zone, which outlives the writing. */
	writing->place =
		(struct journal_place){.state_dir = writing->state_dir, .key = writing->key, .apex = zone->wish.apex};
	writing->work.data = writing;
	int64_t age_ms = (int64_t)uv_now(&zone->incoming->loop) - schedule_confirmed_ms(zone->schedule);
	writing->confirmed_s = (uint64_t)(((int64_t)(clock_wall_us() / 1000) - age_ms) / 1000);
	if (zone->is_unwritten) {
		writing->zone = zone_hold(zone->zone);
		writing->history = zone_history_hold(zone->history);
	}
	return writing;
}

static bool is_being_written(const struct incoming *incoming, const char *key)
{
	const struct writing *writing;
	LIST_FOREACH(writing, &incoming->writings, link)
	{
		if (strcmp(writing->key, key) == 0)
			return true;
	}
	return false;
}

void incoming_journal_keep(struct incoming_zone *zone)
{
	zone->is_write_wanted = is_being_written(zone->incoming, zone->wish.key);
	if (zone->is_write_wanted || zone->zone == NULL || zone->history == NULL ||
	    zone->incoming->limits.state_dir == NULL)
		return;
	struct writing *writing = writing_make(zone);
	if (writing == NULL)
		return;
	if (uv_queue_work(&zone->incoming->loop, &writing->work, writing_run, writing_end) != 0) {
		writing_free(writing);
		return;
	}
	LIST_INSERT_HEAD(&zone->incoming->writings, writing, link);
	zone->is_writing = true;
	zone->is_unwritten = false;
}

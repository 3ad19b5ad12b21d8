/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/store_inside.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define STEPS_A_PASS 100   /* a pass is short: the next batch waits for it */
#define ROWS_A_STEP "1000" /* one transaction, whose pages are in the log before they are in the file */

struct fill {
	int64_t pages, free_pages, most_pages;
};

static int fill_read(const struct store *store, struct fill *ret, struct text *ret_text)
{
	int rc = store_number(store->db, "PRAGMA page_count", &ret->pages, ret_text);
	if (rc == ERR_OK)
		rc = store_number(store->db, "PRAGMA freelist_count", &ret->free_pages, ret_text);
	/* A file made with a larger size stays larger for a while: SQLite does not set the limit below it. */
	ret->most_pages = (int64_t)((store->options.size - store->options.size / 8) / 4096);
	return rc;
}

static bool is_full(const struct fill *fill)
{
	return (fill->pages - fill->free_pages) * 10 > fill->most_pages * 9;
}

static int oldest(const struct store *store, const char *command, int64_t *ret, struct text *ret_text)
{
	int rc = store_number(store->db, command, ret, ret_text);
	if (rc == ERR_OK && *ret == 0)
		*ret = INT64_MAX;
	return rc;
}

/* The tables, in the order in which they give way when the oldest row of each is equally old. */
static const struct {
	const char *oldest, *remove;
} tables[] = {
	{"SELECT min(time_us) / 60000000 FROM answers",
	 "DELETE FROM answers WHERE time_us IN (SELECT time_us FROM answers WHERE time_us <"
	 " (SELECT min(time_us) FROM answers) + 60000000 ORDER BY time_us LIMIT " ROWS_A_STEP ")"},
	{"SELECT min(minute) FROM minutes", "DELETE FROM minutes WHERE minute = (SELECT min(minute) FROM minutes)"},
	{"SELECT min(raised_us) / 60000000 FROM signals",
	 "DELETE FROM signals WHERE (run, id) IN (SELECT run, id FROM signals ORDER BY raised_us LIMIT 1)"},
	{"SELECT min(hour) * 60 FROM hours", "DELETE FROM hours WHERE hour = (SELECT min(hour) FROM hours)"},
};
#define TABLE_COUNT (sizeof(tables) / sizeof(tables[0]))
#define TABLE_HOURS (TABLE_COUNT - 1)

/* One step: the oldest row of all goes, and those beside it. Hours are the last to make room: they are small, and what
 * is usual is known by them. */
static int step_back(const struct store *store, uint64_t now_us, bool is_room_needed, bool *ret_is_done,
		     struct text *ret_text)
{
	int64_t minutes[TABLE_COUNT], now = (int64_t)(now_us / 60000000u),
				      keep = (int64_t)(store->options.keep_us / 60000000u);
	size_t which = 0;
	int rc = ERR_OK;
	for (size_t i = 0; rc == ERR_OK && i < TABLE_COUNT; i++) {
		rc = oldest(store, tables[i].oldest, &minutes[i], ret_text);
		if (rc == ERR_OK && i != TABLE_HOURS && minutes[i] < minutes[which])
			which = i;
	}
	if (rc != ERR_OK)
		return rc;
	bool is_old = minutes[which] < now - keep;
	if (!is_old && minutes[TABLE_HOURS] < now - (int64_t)STORE_HOURS_KEPT * 60) {
		which = TABLE_HOURS;
		is_old = true;
	}
	if (!is_old && is_room_needed && minutes[which] == INT64_MAX)
		which = TABLE_HOURS;
	*ret_is_done = minutes[which] == INT64_MAX || (!is_old && !is_room_needed);
	return *ret_is_done ? ERR_OK : store_run(store->db, tables[which].remove, ret_text);
}

static int shrink(struct store *store, const struct fill *fill, struct text *ret_text)
{
	char command[128];
	snprintf(command, sizeof(command), "PRAGMA incremental_vacuum(256); PRAGMA max_page_count=%lld",
		 (long long)fill->most_pages);
	return store_run(store->db, command, ret_text);
}

int store_trim(struct store *store, uint64_t now_us, bool *ret_is_more, struct text *ret_text)
{
	struct fill fill;
	bool is_done = false;
	int rc = fill_read(store, &fill, ret_text);
	for (int i = 0; rc == ERR_OK && !is_done && i < STEPS_A_PASS; i++) {
		rc = step_back(store, now_us, is_full(&fill), &is_done, ret_text);
		if (rc == ERR_OK)
			rc = fill_read(store, &fill, ret_text);
	}
	/* Free pages are for the next rows; only where they are many the file itself becomes smaller. */
	bool is_loose = fill.free_pages * 4 > fill.most_pages || fill.pages > fill.most_pages;
	if (rc == ERR_OK && is_loose && fill.free_pages > 0)
		rc = shrink(store, &fill, ret_text);
	if (rc != ERR_OK)
		return rc;
	store->size = (uint64_t)fill.pages * 4096;
	*ret_is_more = !is_done || (is_loose && fill.free_pages > 0);
	return ERR_OK;
}

int store_set_aside(const char *path, struct text *ret_path)
{
	static const char *const beside[] = {"-wal", "-shm"};
	text_addf(ret_path, "%s.damaged", path);
	if (ret_path->is_failed)
		return -ENOMEM;
	if (rename(path, text_string(ret_path)) != 0)
		return -errno;
	/* The log and its index belong to the damaged file: a new one must not find them. */
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		struct text name = {0};
		text_addf(&name, "%s%s", path, beside[i]);
		bool is_left = name.is_failed || (unlink(text_string(&name)) != 0 && errno != ENOENT);
		text_free(&name);
		if (is_left)
			return -EIO;
	}
	return ERR_OK;
}

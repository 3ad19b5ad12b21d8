/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a journal's file: what is whole in it, and the zone that it leads to. */
#include "daemon/transfer/journal_file_inside.h"

#include "transfer/record_set.h"
#include "transfer/zone_journal.h"
#include "zone/builder.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE (2 * ZONE_JOURNAL_FRAME_MAX)

/* --- Frame by frame --- */

struct scan {
	int fd;
	uint8_t *buffer;
	size_t have;
	uint64_t at;   /* of the buffer in the file */
	uint64_t good; /* octets of the file that are whole parts */
	struct zone_journal_chain chain;
};

static int buffer_fill(struct scan *scan, bool *ret_is_end)
{
	while (scan->have < BUFFER_SIZE) {
		ssize_t got = pread(scan->fd, scan->buffer + scan->have, BUFFER_SIZE - scan->have,
				    (off_t)(scan->at + scan->have));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		*ret_is_end = got == 0;
		if (got == 0)
			return ERR_OK;
		scan->have += (size_t)got;
	}
	return ERR_OK;
}

/* ERR_TRUNCATED: more octets are needed. */
static int buffer_take(struct scan *scan, struct zone_journal_reader *reader, bool is_zone_enough)
{
	struct span rest = span_of(scan->buffer, scan->have);
	struct zone_journal_frame frame;
	int err;
	while ((err = zone_journal_frame_take(&rest, &scan->chain, &frame)) == ERR_OK) {
		err = zone_journal_reader_take(reader, &frame);
		if (err != ERR_OK)
			break;
		if (zone_journal_reader_is_settled(reader))
			scan->good = scan->at + (scan->have - rest.size);
		if (is_zone_enough && zone_journal_reader_has_zone(reader))
			break;
	}
	memmove(scan->buffer, rest.data, rest.size);
	scan->at += scan->have - rest.size;
	scan->have = rest.size;
	return err;
}

/* Up to the end, or behind the zone. ERR_TRUNCATED: the file ends within a part. */
static int scan_run(struct scan *scan, struct zone_journal_reader *reader, bool is_zone_enough)
{
	bool is_end = false;
	scan->buffer = malloc(BUFFER_SIZE);
	int err = scan->buffer != NULL ? ERR_TRUNCATED : -ENOMEM;
	while (err == ERR_TRUNCATED && !is_end) {
		err = buffer_fill(scan, &is_end);
		if (err == ERR_OK)
			err = buffer_take(scan, reader, is_zone_enough);
	}
	free(scan->buffer);
	scan->buffer = NULL;
	return err == ERR_TRUNCATED && scan->good == scan->at + scan->have ? ERR_OK : err;
}

/* --- Once through: the differences --- */

struct content {
	struct zone_journal_reader *reader;
	struct difference **differences; /* the oldest first */
	size_t count, capacity;
	size_t past; /* of them those before the zone */
	uint64_t digest;
};

static int difference_keep(void *owner, struct difference *difference)
{
	struct content *content = owner;
	if (content->count == content->capacity) {
		size_t wanted = content->capacity == 0 ? 16 : 2 * content->capacity;
		struct difference **grown = realloc(content->differences, wanted * sizeof(grown[0]));
		if (grown == NULL) {
			difference_free(difference);
			return -ENOMEM;
		}
		content->differences = grown;
		content->capacity = wanted;
	}
	content->differences[content->count++] = difference;
	content->past += !zone_journal_reader_has_zone(content->reader);
	return ERR_OK;
}

static void content_free(struct content *content)
{
	for (size_t i = 0; i < content->count; i++)
		difference_free(content->differences[i]);
	free(content->differences);
	zone_journal_reader_free(content->reader);
}

/* Damage at the end of the file is cut off; that the file changes is no confirmation by a primary. */
static int end_cut(int fd, const struct stat *status, uint64_t good, struct journal_found *found)
{
	const struct timespec times[] = {status->st_atim, status->st_mtim};
	found->cut_octets = (uint64_t)status->st_size - good;
	if (found->cut_octets > 0 && ftruncate(fd, (off_t)good) == 0)
		(void)futimens(fd, times);
	return ERR_OK;
}

static bool is_damage(int err)
{
	return err == ERR_TRUNCATED || err == ERR_RANGE || err == ERR_SYNTAX || err == ERR_MISMATCH;
}

/* What is whole; the first error behind it costs what follows. */
static int content_read(int fd, const struct journal_place *place, struct content *content, struct journal_found *found)
{
	struct stat status;
	struct scan scan = {.fd = fd};
	const struct zone_journal_reader_options options = {
		.apex = place->apex, .difference = difference_keep, .owner = content};
	if (fstat(fd, &status) != 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return ERR_NOT_FOUND;
	int err = zone_journal_reader_new(&options, &content->reader);
	if (err == ERR_OK)
		err = scan_run(&scan, content->reader, false);
	if (scan.good == 0)
		return err == ERR_TRUNCATED || err == ERR_OK ? ERR_NOT_FOUND : err;
	if (err != ERR_OK && !is_damage(err))
		return err;
	found->confirmed_s = (uint64_t)status.st_mtim.tv_sec;
	found->serial = zone_journal_reader_serial(content->reader);
	content->digest = zone_journal_reader_digest(content->reader);
	return end_cut(fd, &status, scan.good, found);
}

/* --- Once more: the zone, changed while it is built --- */

struct rebuild {
	struct zone_builder *builder;
	struct difference *net;     /* of all differences behind the zone; NULL: there are none */
	struct record_set *removed; /* by them; live: met in the zone */
	size_t met;
};

static int zone_record_use(void *owner, const struct zone_record *record)
{
	struct rebuild *rebuild = owner;
	if (rebuild->net != NULL) {
		struct record_entry *entry = record_set_find(rebuild->removed, record);
		if (entry != NULL && !entry->is_live) {
			entry->is_live = true;
			rebuild->met++;
			return ERR_OK;
		}
	}
	return zone_builder_add(rebuild->builder, record->owner, record->type, record->ttl, record->rdata, 0, 0);
}

static int net_make(struct rebuild *rebuild, const struct content *content)
{
	size_t count = content->count - content->past;
	if (count == 0)
		return ERR_OK;
	int err = difference_condense((const struct difference *const *)content->differences + content->past, count,
				      &rebuild->net);
	if (err == ERR_OK)
		err = record_set_new(difference_count(rebuild->net, DIFFERENCE_REMOVED), &rebuild->removed);
	const struct zone_record *record;
	bool is_new;
	for (size_t i = 0; err == ERR_OK && (record = difference_at(rebuild->net, DIFFERENCE_REMOVED, i)) != NULL; i++)
		record_set_put(rebuild->removed, record, &is_new);
	return err;
}

static int added_put(struct rebuild *rebuild)
{
	const struct zone_record *record;
	int err = ERR_OK;
	if (rebuild->net == NULL)
		return ERR_OK;
	if (rebuild->met != record_set_count(rebuild->removed))
		return ERR_MISMATCH;
	for (size_t i = 0; err == ERR_OK && (record = difference_at(rebuild->net, DIFFERENCE_ADDED, i)) != NULL; i++)
		err = zone_builder_add(rebuild->builder, record->owner, record->type, record->ttl, record->rdata, 0, 0);
	return err;
}

static int zone_scan(int fd, const struct journal_place *place, struct rebuild *rebuild)
{
	struct scan scan = {.fd = fd};
	struct zone_journal_reader *reader;
	const struct zone_journal_reader_options options = {
		.apex = place->apex, .zone_record = zone_record_use, .owner = rebuild};
	int err = zone_journal_reader_new(&options, &reader);
	if (err != ERR_OK)
		return err;
	err = scan_run(&scan, reader, true);
	zone_journal_reader_free(reader);
	return err;
}

static int zone_rebuild(int fd, const struct journal_place *place, const struct content *content,
			struct finding_list *findings, struct zone **ret)
{
	struct rebuild rebuild = {0};
	struct text path = {0};
	uint16_t file;
	journal_file_path(place, &path);
	int err = zone_builder_new(place->apex, &rebuild.builder);
	if (err == ERR_OK)
		err = zone_builder_add_file(rebuild.builder, text_string(&path), &file);
	if (err == ERR_OK)
		err = net_make(&rebuild, content);
	if (err == ERR_OK)
		err = zone_scan(fd, place, &rebuild);
	if (err == ERR_OK)
		err = added_put(&rebuild);
	if (err == ERR_OK)
		err = zone_builder_finish(rebuild.builder, findings, ret, NULL);
	else
		zone_builder_free(rebuild.builder);
	difference_free(rebuild.net);
	record_set_free(rebuild.removed);
	text_free(&path);
	return err;
}

/* --- The whole --- */

/* The history of the zone, which must be what the file says it is. */
static int history_make(struct content *content, const struct zone *zone, struct zone_history **ret)
{
	struct zone_history *history;
	int err = zone_history_restore(zone, content->differences, content->count, &history);
	content->count = 0;
	if (err != ERR_OK)
		return err;
	if (zone_history_digest_at(history, zone_history_count(history)) != content->digest) {
		zone_history_free(history);
		return ERR_MISMATCH;
	}
	*ret = history;
	return ERR_OK;
}

static int secondary_read(int fd, const struct journal_place *place, struct finding_list *findings,
			  struct journal_found *found)
{
	struct content content = {0};
	int err = content_read(fd, place, &content, found);
	if (err == ERR_OK && !zone_journal_reader_has_zone(content.reader))
		err = ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = zone_rebuild(fd, place, &content, findings, &found->zone);
	if (err == ERR_OK)
		err = history_make(&content, found->zone, &found->history);
	if (err == ERR_OK && zone_journal_reader_header(content.reader)->has_doubt)
		zone_history_set_doubt(found->history, zone_journal_reader_header(content.reader)->doubt_until);
	if (err != ERR_OK) {
		zone_free(found->zone);
		found->zone = NULL;
	}
	content_free(&content);
	return err;
}

int journal_file_read(const struct journal_place *place, struct finding_list *findings, struct journal_found *ret)
{
	struct journal_found found = {0};
	int fd;
	int rc = journal_file_open(place, O_RDWR, &fd);
	if (rc != ERR_OK)
		return rc == -ENOENT ? ERR_NOT_FOUND : rc;
	rc = secondary_read(fd, place, findings, &found);
	close(fd);
	if (rc == ERR_OK)
		*ret = found;
	return rc;
}

static enum journal_past past_judge(uint32_t serial, const struct zone *zone)
{
	int32_t ahead = (int32_t)(zone_serial(zone) - serial); /* RFC 1982 3.2 */
	return ahead > 0 ? JOURNAL_PAST_BEFORE : ahead == 0 ? JOURNAL_PAST_OTHER : JOURNAL_PAST_BEHIND;
}

static int past_begin(const struct zone *zone, const struct journal_found *found, struct zone_history **ret)
{
	int err = zone_history_new(zone, ret);
	if (err == ERR_OK)
		zone_history_set_doubt(*ret, found->serial);
	return err;
}

static int past_read(int fd, const struct journal_place *place, const struct zone *zone, enum journal_past *ret_past,
		     struct journal_found *found)
{
	struct content content = {0};
	int err = content_read(fd, place, &content, found);
	if (err == ERR_OK) {
		*ret_past = JOURNAL_PAST_KNOWN;
		err = found->serial == zone_serial(zone) ? history_make(&content, zone, &found->history) : ERR_MISMATCH;
		if (err == ERR_MISMATCH) {
			*ret_past = past_judge(found->serial, zone);
			err = past_begin(zone, found, &found->history);
		}
	}
	if (err == ERR_OK && zone_journal_reader_header(content.reader)->has_doubt)
		zone_history_set_doubt(found->history, zone_journal_reader_header(content.reader)->doubt_until);
	content_free(&content);
	return err;
}

int journal_file_read_past(const struct journal_place *place, const struct zone *zone, enum journal_past *ret_past,
			   struct journal_found *ret)
{
	struct journal_found found = {0};
	int fd;
	int rc = journal_file_open(place, O_RDWR, &fd);
	if (rc != ERR_OK)
		return rc == -ENOENT ? ERR_NOT_FOUND : rc;
	rc = past_read(fd, place, zone, ret_past, &found);
	close(fd);
	if (rc == ERR_OK)
		*ret = found;
	return rc;
}

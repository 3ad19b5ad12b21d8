/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/zone_slot.h"

#include "base/clock.h"
#include "daemon/transfer/journal_file.h"
#include "daemon/zone_judge.h"
#include "zone/lint.h"
#include "zone/zonefile.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS_MAX 16

const char *zone_result_text(enum zone_result result)
{
	static const char *const texts[] = {"loaded", "unchanged", "failed", "awaited"};
	return texts[result];
}

void loaded_zone_release(struct loaded_zone *loaded)
{
	if (loaded == NULL || --loaded->references > 0)
		return;
	zone_places_free(loaded->places);
	zone_history_free(loaded->history);
	zone_free(loaded->zone);
	free(loaded);
}

void zone_slots_free(struct zone_slots *slots)
{
	if (slots == NULL)
		return;
	for (size_t i = 0; i < slots->count; i++) {
		loaded_zone_release(slots->all[i].loaded);
		finding_list_free(slots->all[i].findings);
	}
	free(slots->all);
	free(slots);
}

static const struct zone_slot *slot_find(const struct zone_slots *slots, const struct config_zone *wanted)
{
	for (size_t i = 0; slots != NULL && i < slots->count; i++) {
		const struct config_zone *config = slots->all[i].config;
		if (strcmp(config->key, wanted->key) == 0 && name_equal(config->name, wanted->name))
			return &slots->all[i];
	}
	return NULL;
}

/* --- Has the file changed? --- */

/* The records may come from another file, whose times this one does not show. */
static bool file_has_include(const char *path)
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return true;
	char line[256];
	bool is_found = false;
	while (!is_found && fgets(line, sizeof(line), file) != NULL)
		is_found = strncasecmp(line, "$INCLUDE", 8) == 0;
	fclose(file);
	return is_found;
}

static bool file_is_same(const char *path, const struct stat *before)
{
	struct stat now;
	return stat(path, &now) == 0 && now.st_dev == before->st_dev && now.st_ino == before->st_ino &&
	       now.st_size == before->st_size && now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == before->st_mtim.tv_nsec && !file_has_include(path);
}

/* --- Loading --- */

struct load {
	const struct config *config;
	struct zone_slot *slot;
	struct loaded_zone *fresh; /* NULL: it failed */
	int rc;
};

struct load_queue {
	struct load *loads;
	size_t count;
	atomic_size_t next;
};

/* A secondary zone: the last good copy, which is served at once, however its primaries are. */
static int copy_load(const struct load *load, struct loaded_zone *fresh)
{
	const struct config_zone *config = load->slot->config;
	const struct journal_place place = {
		.state_dir = load->config->state_dir, .key = config->key, .apex = config->name};
	struct journal_found found = {0};
	int rc = place.state_dir == NULL ? ERR_NOT_FOUND : journal_file_read(&place, load->slot->findings, &found);
	if (rc != ERR_OK)
		return rc;
	if (found.zone == NULL) { /* a primary's journal: the zone was in a file until now */
		zone_history_free(found.history);
		return ERR_NOT_FOUND;
	}
	fresh->zone = found.zone;
	fresh->history = found.history;
	fresh->confirmed_s = found.confirmed_s;
	if (zone_is_signed(fresh->zone))
		fresh->signed_until_s = zone_signed_until(fresh->zone, clock_wall_us() / 1000000);
	return ERR_OK;
}

static void copy_run(struct load *load)
{
	struct zone_slot *slot = load->slot;
	uint64_t begin_us = clock_monotonic_us();
	struct loaded_zone *fresh = calloc(1, sizeof(*fresh));
	slot->findings = finding_list_new();
	load->rc = fresh == NULL || slot->findings == NULL ? -ENOMEM : copy_load(load, fresh);
	slot->duration_ms = (uint32_t)((clock_monotonic_us() - begin_us) / 1000);
	if (load->rc == ERR_OK) {
		fresh->references = 1;
		load->fresh = fresh;
	} else {
		free(fresh);
	}
}

static void load_run(struct load *load)
{
	struct zone_slot *slot = load->slot;
	if (config_zone_is_secondary(slot->config)) {
		copy_run(load);
		return;
	}
	uint64_t begin_us = clock_monotonic_us();
	struct loaded_zone *fresh = calloc(1, sizeof(*fresh));
	slot->findings = finding_list_new();
	load->rc = fresh == NULL || slot->findings == NULL ? -ENOMEM : ERR_OK;
	/* Looked at before reading: a change during the read is seen at the next reload. */
	if (load->rc == ERR_OK && stat(slot->config->file, &fresh->file) != 0)
		memset(&fresh->file, 0, sizeof(fresh->file));
	if (load->rc == ERR_OK) {
		const struct zonefile_options options = {
			.path = slot->config->file, .origin = slot->config->name, .is_include_allowed = true};
		load->rc = zone_load(&options, slot->findings, &fresh->zone, &fresh->places);
	}
	if (load->rc == ERR_OK && zone_is_signed(fresh->zone))
		fresh->signed_until_s = zone_signed_until(fresh->zone, clock_wall_us() / 1000000);
	if (load->rc == ERR_OK)
		zone_past_make(load->config, slot->config, slot->loaded != NULL ? slot->loaded->zone : NULL,
		               slot->loaded != NULL ? slot->loaded->history : NULL, fresh->zone, &slot->past, &fresh->history);
	slot->duration_ms = (uint32_t)((clock_monotonic_us() - begin_us) / 1000);
	if (load->rc == ERR_OK) {
		fresh->references = 1;
		load->fresh = fresh;
	} else {
		free(fresh);
	}
}

static void *loads_run(void *argument)
{
	struct load_queue *queue = argument;
	for (;;) {
		size_t index = atomic_fetch_add(&queue->next, 1);
		if (index >= queue->count)
			return NULL;
		load_run(&queue->loads[index]);
	}
}

static size_t core_count(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : (size_t)count;
}

/* This thread and as many more as there are other cores. */
static void queue_run(struct load_queue *queue)
{
	pthread_t threads[THREADS_MAX];
	size_t wanted = core_count(), count = 0;
	if (wanted > queue->count)
		wanted = queue->count;
	while (count + 1 < wanted && pthread_create(&threads[count], NULL, loads_run, queue) == 0)
		count++;
	loads_run(queue);
	while (count > 0)
		pthread_join(threads[--count], NULL);
}

static void failure_note(struct zone_slot *slot, int rc)
{
	slot->result = ZONE_FAILED;
	const struct finding *first = NULL;
	for (size_t i = 0; slot->findings != NULL && first == NULL && i < finding_count(slot->findings); i++) {
		if (finding_at(slot->findings, i)->severity == SEVERITY_ERROR)
			first = finding_at(slot->findings, i);
	}
	if (first == NULL)
		snprintf(slot->message, sizeof(slot->message), "%s: %s", slot->config->file, err_text(rc));
	else if (first->place.line == 0)
		snprintf(slot->message, sizeof(slot->message), "%s: %s", slot->config->file, first->cause);
	else
		snprintf(slot->message, sizeof(slot->message), "%s:%u:%u: %s",
		         first->place.file != NULL ? first->place.file : slot->config->file, first->place.line,
		         first->place.column, first->cause);
}

static void load_settle(struct load *load)
{
	struct zone_slot *slot = load->slot;
	if (load->fresh == NULL && config_zone_is_secondary(slot->config)) {
		if (load->rc != ERR_NOT_FOUND)
			snprintf(slot->message, sizeof(slot->message), "the last good copy cannot be used: %s", err_text(load->rc));
		return;
	}
	if (load->fresh == NULL) {
		failure_note(slot, load->rc);
		return;
	}
	loaded_zone_release(slot->loaded);
	slot->loaded = load->fresh;
	slot->result = ZONE_LOADED;
	slot->new_serial = zone_serial(load->fresh->zone);
}

/* --- All of them --- */

static bool slot_needs_load(const struct zone_slot *slot, const struct zone_slot *old, const char *only)
{
	/* What came from a primary stays, whoever its primaries are now. */
	if (config_zone_is_secondary(slot->config))
		return old == NULL || old->loaded == NULL;
	if (only != NULL && old != NULL)
		return strcmp(slot->config->key, only) == 0;
	return old == NULL || old->loaded == NULL || old->config->file == NULL ||
	       strcmp(old->config->file, slot->config->file) != 0 ||
	       !file_is_same(slot->config->file, &old->loaded->file);
}

static void slot_inherit(struct zone_slot *slot, const struct zone_slot *old)
{
	slot->result = config_zone_is_secondary(slot->config) ? ZONE_AWAITED : ZONE_UNCHANGED;
	if (old == NULL || old->loaded == NULL)
		return;
	slot->result = ZONE_UNCHANGED;
	slot->loaded = old->loaded;
	slot->loaded->references++;
	slot->is_expired = old->is_expired && config_zone_is_secondary(slot->config);
	slot->has_old = true;
	slot->old_serial = slot->new_serial = zone_serial(slot->loaded->zone);
}

/* The reload of another zone mends nothing: a zone that failed is still shown as failed, with the reason. */
static void slot_inherit_failure(struct zone_slot *slot, const struct zone_slot *old)
{
	if (old->result != ZONE_FAILED)
		return;
	slot->result = ZONE_FAILED;
	memcpy(slot->message, old->message, sizeof(slot->message));
}

static int slots_new(const struct config *config, struct zone_slots **ret)
{
	struct zone_slots *slots = calloc(1, sizeof(*slots));
	if (slots == NULL)
		return -ENOMEM;
	slots->count = config->zone_count;
	slots->all = calloc(slots->count + 1, sizeof(slots->all[0]));
	if (slots->all == NULL) {
		free(slots);
		return -ENOMEM;
	}
	for (size_t i = 0; i < slots->count; i++)
		slots->all[i].config = &config->zones[i];
	*ret = slots;
	return ERR_OK;
}

static bool slot_may_be_refused(const struct zone_slot *slot)
{
	/* A last good copy was judged when it came. */
	return slot->result == ZONE_LOADED && slot->config->lint == CONFIG_LINT_REFUSE &&
	       !config_zone_is_secondary(slot->config);
}

/* Judges the zones with `lint: refuse`; a judgement that finds no memory refuses nothing. */
static void refusals_judge(const struct zone_slots_options *options, struct zone_slots *slots)
{
	struct finding_list **lists = calloc(slots->count + 1, sizeof(lists[0]));
	bool is_any = false;
	for (size_t i = 0; lists != NULL && i < slots->count; i++) {
		if (!slot_may_be_refused(&slots->all[i]))
			continue;
		lists[i] = slots->all[i].findings;
		is_any = true;
	}
	if (is_any)
		zone_judge(slots, options->config, options->now_s, lists);
	free(lists);
}

/* With `lint: refuse` a zone with errors of judgement is not let in: the one before it stays. */
static void refusals_apply(const struct zone_slots_options *options, struct zone_slots *slots)
{
	refusals_judge(options, slots);
	for (size_t i = 0; i < slots->count; i++) {
		struct zone_slot *slot = &slots->all[i];
		if (!slot_may_be_refused(slot) || finding_count_at_least(slot->findings, SEVERITY_ERROR) == 0)
			continue;
		failure_note(slot, ERR_FINDINGS);
		loaded_zone_release(slot->loaded);
		slot->loaded = NULL;
		const struct zone_slot *old = slot_find(options->old, slot->config);
		if (old != NULL && old->loaded != NULL) {
			slot->loaded = old->loaded;
			slot->loaded->references++;
		}
		slot->new_serial = slot->old_serial;
	}
}

int zone_slots_load(const struct zone_slots_options *options, struct zone_slots **ret)
{
	struct zone_slots *slots;
	int rc = slots_new(options->config, &slots);
	if (rc != ERR_OK)
		return rc;
	struct load_queue queue = {.loads = calloc(slots->count + 1, sizeof(struct load))};
	if (queue.loads == NULL) {
		zone_slots_free(slots);
		return -ENOMEM;
	}
	for (size_t i = 0; i < slots->count; i++) {
		const struct zone_slot *old = slot_find(options->old, slots->all[i].config);
		slot_inherit(&slots->all[i], old);
		if (slot_needs_load(&slots->all[i], old, options->only))
			queue.loads[queue.count++] = (struct load){.config = options->config, .slot = &slots->all[i]};
		else if (options->only != NULL)
			slot_inherit_failure(&slots->all[i], old);
	}
	queue_run(&queue);
	for (size_t i = 0; i < queue.count; i++)
		load_settle(&queue.loads[i]);
	free(queue.loads);
	refusals_apply(options, slots);
	*ret = slots;
	return ERR_OK;
}

/* --- The log --- */

static void slot_log(const struct zone_slot *slot, struct log *log)
{
	char zone[NAME_TEXT_MAX];
	name_to_display(slot->config->name, zone);
	struct log_field fields[7] = {{.key = "zone", .text = zone}};
	size_t count = 1;
	if (slot->has_old)
		fields[count++] = (struct log_field){.key = "old_serial", .number = slot->old_serial};
	if (slot->loaded != NULL) {
		fields[count++] = (struct log_field){.key = "new_serial", .number = zone_serial(slot->loaded->zone)};
		fields[count++] = (struct log_field){
			.key = "records", .number = (int64_t)zone_record_count(slot->loaded->zone)};
	}
	fields[count++] = (struct log_field){.key = "result", .text = zone_result_text(slot->result)};
	fields[count++] = (struct log_field){.key = "ms", .number = slot->duration_ms};
	if (slot->result == ZONE_FAILED)
		log_line(log, LOG_LEVEL_ERROR, "zone", fields, count, "%s not loaded: %s; %s", zone, slot->message,
		         slot->loaded != NULL ? "the data loaded before is still served"
		                              : "questions for it get SERVFAIL");
	else if (slot->result == ZONE_AWAITED)
		log_line(log, slot->message[0] != '\0' ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "zone", fields, count,
		         "%s awaited from its primaries%s%s; questions for it get SERVFAIL until then", zone,
		         slot->message[0] != '\0' ? ": " : "", slot->message);
	else
		log_line(log, LOG_LEVEL_NOTICE, "zone", fields, count, "%s %s from %s", zone,
		         zone_result_text(slot->result),
		         config_zone_is_secondary(slot->config) ? "the last good copy" : slot->config->file);
	if (slot->result == ZONE_LOADED)
		zone_past_log(&slot->past, slot->config, slot->new_serial, log);
}

void zone_slots_log(struct zone_slots *slots, struct log *log, const char *only)
{
	for (size_t i = 0; i < slots->count; i++) {
		struct zone_slot *slot = &slots->all[i];
		if (only != NULL && strcmp(slot->config->key, only) != 0)
			continue;
		slot_log(slot, log);
		if (slot->findings != NULL)
			zone_findings_log(slot->config, slot->findings, log);
		finding_list_free(slot->findings);
		slot->findings = NULL;
	}
}

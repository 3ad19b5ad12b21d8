/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/zone_judge.h"

#include "zone/lint.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define FINDING_LINES_MAX 10
#define NICENESS 15

/* The zones that are there, and the list of each. */
static size_t judge_gather(const struct zone_slots *slots, struct finding_list *const *lists, struct lint_zone *zones,
                           struct finding_list **zone_lists)
{
	size_t count = 0;
	for (size_t i = 0; i < slots->count; i++) {
		const struct loaded_zone *loaded = slots->all[i].loaded;
		if (loaded == NULL)
			continue;
		/* Places of a zone belong to the one load that made them; an older job may be giving others' back. */
		bool is_fresh = slots->all[i].result == ZONE_LOADED;
		zone_lists[count] = lists[i];
		zones[count++] =
			(struct lint_zone){.zone = loaded->zone, .places = is_fresh ? loaded->places : NULL};
	}
	return count;
}

void zone_judge(const struct zone_slots *slots, const struct config *config, uint64_t now_s,
                struct finding_list *const *lists)
{
	struct lint_zone *zones = calloc(slots->count + 1, sizeof(zones[0]));
	struct finding_list **zone_lists = calloc(slots->count + 1, sizeof(zone_lists[0]));
	if (zones != NULL && zone_lists != NULL) {
		const struct lint_input input = {.zones = zones,
		                                 .zone_count = judge_gather(slots, lists, zones, zone_lists),
		                                 .pref64 = config->pref64,
		                                 .pref64_count = config->pref64_count,
		                                 .now_s = now_s};
		zone_lint_each(&input, zone_lists);
	}
	free(zones);
	free(zone_lists);
}

static void finding_log(const char *zone, const struct finding *finding, struct log *log)
{
	static const enum log_level levels[] = {[SEVERITY_NOTICE] = LOG_LEVEL_NOTICE,
	                                        [SEVERITY_WARNING] = LOG_LEVEL_WARNING,
	                                        [SEVERITY_ERROR] = LOG_LEVEL_ERROR};
	struct log_field fields[4] = {{.key = "zone", .text = zone},
	                              {.key = "code", .text = finding_row(finding->code)->code}};
	size_t count = 2;
	if (finding->place.file != NULL)
		fields[count++] = (struct log_field){.key = "file", .text = finding->place.file};
	if (finding->place.line != 0)
		fields[count++] = (struct log_field){.key = "line", .number = finding->place.line};
	log_line(log, levels[finding->severity], "zone", fields, count, "%s", finding->cause);
}

void zone_findings_log(const struct config_zone *zone, struct finding_list *findings, struct log *log)
{
	char name[NAME_TEXT_MAX];
	name_to_display(zone->name, name);
	finding_sort(findings);
	size_t count = finding_count(findings), shown = 0, worth = 0;
	for (size_t i = 0; i < count; i++) {
		const struct finding *finding = finding_at(findings, i);
		/* Notices and what cannot be decided are for `sextant check`; a log is for what needs mending. */
		if (finding->severity == SEVERITY_NOTICE || finding->is_undetermined)
			continue;
		worth++;
		if (shown < FINDING_LINES_MAX) {
			finding_log(name, finding, log);
			shown++;
		}
	}
	if (worth == shown)
		return;
	const struct log_field fields[] = {{.key = "zone", .text = name},
	                                   {.key = "more", .number = (int64_t)(worth - shown)}};
	log_line(log, LOG_LEVEL_WARNING, "zone", fields, 2, "%zu more findings: run `sextant check`", worth - shown);
}

struct judge_job {
	uv_work_t work;
	struct zone_slots slots; /* a copy that holds the zones */
	struct finding_list **findings;
	const struct config *config;
	uint64_t now_s;
	struct log *log;
	judge_done *done;
	void *owner;
};

static bool slot_is_wanted(const struct zone_slot *slot)
{
	return slot->result == ZONE_LOADED && slot->config->lint == CONFIG_LINT_WARN;
}

static void job_run(uv_work_t *work)
{
	struct judge_job *job = work->data;
	/* This thread does nothing else: answers come first where cores are few. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
	for (size_t i = 0; i < job->slots.count; i++) {
		if (slot_is_wanted(&job->slots.all[i]))
			job->findings[i] = finding_list_new();
	}
	zone_judge(&job->slots, job->config, job->now_s, job->findings);
}

static void job_end(uv_work_t *work, int status)
{
	(void)status;
	struct judge_job *job = work->data;
	for (size_t i = 0; i < job->slots.count; i++) {
		struct zone_slot *slot = &job->slots.all[i];
		if (job->findings[i] != NULL)
			zone_findings_log(slot->config, job->findings[i], job->log);
		finding_list_free(job->findings[i]);
		if (slot->loaded != NULL && slot->result == ZONE_LOADED) {
			zone_places_free(slot->loaded->places);
			slot->loaded->places = NULL;
		}
		loaded_zone_release(slot->loaded);
	}
	job->done(job->owner);
	free(job->slots.all);
	free(job->findings);
	free(job);
	malloc_trim(0); /* the places of a large zone are worth giving back to the system */
}

void zone_judge_later(uv_loop_t *loop, struct zone_slots *slots, const struct config *config, uint64_t now_s,
                      struct log *log, judge_done *done, void *owner)
{
	struct judge_job *job = calloc(1, sizeof(*job));
	if (job == NULL) {
		done(owner);
		return;
	}
	*job = (struct judge_job){.config = config, .now_s = now_s, .log = log, .done = done, .owner = owner};
	job->slots.all = calloc(slots->count + 1, sizeof(slots->all[0]));
	job->findings = calloc(slots->count + 1, sizeof(job->findings[0]));
	if (job->slots.all == NULL || job->findings == NULL) {
		free(job->slots.all);
		free(job->findings);
		free(job);
		done(owner);
		return;
	}
	job->slots.count = slots->count;
	memcpy(job->slots.all, slots->all, slots->count * sizeof(slots->all[0]));
	for (size_t i = 0; i < slots->count; i++) {
		if (slots->all[i].loaded != NULL)
			slots->all[i].loaded->references++;
	}
	job->work.data = job;
	if (uv_queue_work(loop, &job->work, job_run, job_end) != 0)
		job_end(&job->work, 0);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* A transfer becomes a zone, in a thread of the loop's pool: building a large one takes its time. */
#include "daemon/transfer/incoming_inside.h"

#include "base/clock.h"
#include "daemon/zone_judge.h"
#include "transfer/rebuild.h"
#include "zone/lint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct build {
	uv_work_t work;
	struct incoming_zone *owner;
	struct receive *receive;        /* the build's until its end */
	bool is_incremental;            /* differences came */
	bool is_judged;                 /* lint: refuse */
	const struct ip_prefix *pref64; /* a copy */
	size_t pref64_count;
	char primary[IP_ENDPOINT_TEXT_MAX];
	const struct zone *before;          /* that the new version goes on from; held, NULL: none */
	const struct zone_history *history; /* of before; held */
	struct finding_list *findings;
	struct zone *made; /* NULL: there is none */
	struct zone_history *made_history;
	uint64_t signed_until_s;
	int rc;
};

/* type: what came of it, differences (RR_IXFR) or the whole zone. */
static void last_note(struct incoming_zone *zone, const struct receive *receive, uint16_t type, const char *reason)
{
	const struct incoming_primary *primary = &zone->wish.primaries[zone->step.address];
	enum incoming_result result = reason == NULL ? INCOMING_RECEIVED : INCOMING_FAILED;
	zone->last = (struct incoming_last){.is_there = true,
					    .wall_us = clock_wall_us(),
					    .result = result,
					    .type = type,
					    .server = primary->endpoint,
					    .ms = (clock_monotonic_us() - zone->begin_us) / 1000};
	if (receive != NULL) {
		zone->last.records = receive_records(receive);
		zone->last.octets = receive_octets(receive);
		(void)receive_serial(receive, &zone->last.serial);
	}
	if (reason != NULL)
		snprintf(zone->last.reason, sizeof(zone->last.reason), "%s", reason);
	zone->transfers[result]++;
}

void incoming_transfer_failed(struct incoming_zone *zone, const char *reason, enum schedule_failure failure)
{
	bool was_incremental = zone->request.type == RR_IXFR && failure == SCHEDULE_BAD;
	last_note(zone, zone->receive, zone->request.type, reason);
	incoming_log_failed(zone, reason);
	asking_stop(zone->asking);
	zone->asking = NULL;
	receive_free(zone->receive);
	zone->receive = NULL;
	zone->is_whole_wanted = was_incremental;
	if (was_incremental) { /* RFC 1995 4: who cannot have the differences takes the zone; it has its place already
				*/
		incoming_zone_start(zone);
		return;
	}
	incoming_place_give(zone);
	schedule_failed(zone->schedule, failure);
	incoming_zone_go(zone);
}

/* --- In the pool --- */

/* lint: refuse. Other zones are not looked into: what only they know is left open. */
static void build_judge(struct build *build)
{
	const struct lint_zone one = {.zone = build->made};
	const struct lint_input input = {.zones = &one,
					 .zone_count = 1,
					 .pref64 = build->pref64,
					 .pref64_count = build->pref64_count,
					 .now_s = clock_wall_us() / 1000000};
	zone_lint(&input, 0, build->findings);
	if (finding_count_at_least(build->findings, SEVERITY_ERROR) > 0)
		build->rc = ERR_FINDINGS;
}

/* Those of an IXFR are kept as they came. They are taken over. */
static int history_go_on(struct build *build, struct difference **differences, size_t count)
{
	const struct zone_history *at = zone_history_hold(build->history);
	int rc = ERR_OK;
	for (size_t i = 0; i < count; i++) {
		struct zone_history *next;
		if (rc != ERR_OK) {
			difference_free(differences[i]);
			continue;
		}
		rc = zone_history_append(at, differences[i], &next);
		if (rc != ERR_OK)
			continue;
		zone_history_free(at);
		at = next;
	}
	if (rc == ERR_OK)
		build->made_history = (struct zone_history *)(uintptr_t)at;
	else
		zone_history_free(at);
	return rc;
}

static int whole_make(struct build *build)
{
	struct difference *difference;
	int rc = receive_zone(build->receive, build->findings, &build->made);
	if (rc != ERR_OK || build->history == NULL)
		return rc;
	/* Secondaries of ours have the version before: what differs is for them. Without it they take the zone whole.
	 */
	if (difference_between(build->before, build->made, &difference) == ERR_OK)
		(void)history_go_on(build, &difference, 1);
	return ERR_OK;
}

static int next_make(struct build *build)
{
	size_t count;
	const struct difference *const *differences = receive_differences(build->receive, &count);
	int rc = zone_rebuild(build->before, differences, count, build->primary, build->findings, &build->made);
	if (rc != ERR_OK || build->history == NULL)
		return rc;
	struct difference **taken = receive_take_differences(build->receive, &count);
	(void)history_go_on(build, taken, count);
	free(taken);
	return ERR_OK;
}

static void build_run(uv_work_t *work)
{
	struct build *build = work->data;
	build->rc = build->is_incremental ? next_make(build) : whole_make(build);
	if (build->rc == ERR_OK && build->is_judged)
		build_judge(build);
	if (build->rc != ERR_OK)
		return;
	if (build->made_history == NULL && zone_history_new(build->made, &build->made_history) != ERR_OK)
		build->made_history = NULL;
	if (zone_is_signed(build->made))
		build->signed_until_s = zone_signed_until(build->made, clock_wall_us() / 1000000);
}

/* --- In the thread --- */

static void build_free(struct build *build)
{
	zone_free(build->made);
	zone_history_free(build->made_history);
	zone_free((struct zone *)(uintptr_t)build->before);
	zone_history_free(build->history);
	receive_free(build->receive);
	finding_list_free(build->findings);
	free((void *)(uintptr_t)build->pref64);
	free(build);
}

/* A bad transfer never replaces a good zone: what there was goes on. */
static void build_bad(struct incoming_zone *zone, const struct build *build)
{
	char reason[400];
	const struct finding *first = NULL;
	for (size_t i = 0; first == NULL && i < finding_count(build->findings); i++) {
		if (finding_at(build->findings, i)->severity == SEVERITY_ERROR)
			first = finding_at(build->findings, i);
	}
	if (build->rc == ERR_MISMATCH)
		snprintf(reason, sizeof(reason), "its differences do not fit the version that is here");
	else
		snprintf(reason, sizeof(reason), "what it sent is no zone to be served: %.300s",
			 first != NULL ? first->cause : err_text(build->rc));
	incoming_transfer_failed(zone, reason, SCHEDULE_BAD);
}

static void build_good(struct incoming_zone *zone, struct build *build)
{
	bool has_old = schedule_has_version(zone->schedule);
	uint32_t old_serial = schedule_serial(zone->schedule);
	last_note(zone, build->receive, build->is_incremental ? RR_IXFR : RR_AXFR, NULL);
	zone->told[0] = '\0';
	zone->is_whole_wanted = false;
	zone_free((struct zone *)(uintptr_t)zone->zone);
	zone_history_free(zone->history);
	zone->zone = build->made;
	zone->history = build->made_history;
	build->made = NULL;
	build->made_history = NULL;
	schedule_received(zone->schedule, incoming_soa(zone->zone), uv_now(&zone->incoming->loop));
	zone->is_expired = false;
	zone->is_unwritten = true;
	incoming_tell(zone, true, build->signed_until_s);
	incoming_journal_keep(zone);
	incoming_log_received(zone, has_old, old_serial);
	incoming_place_give(zone);
	incoming_zone_go(zone);
}

static void build_end(uv_work_t *work, int status)
{
	struct build *build = work->data;
	struct incoming_zone *zone = build->owner;
	struct incoming *incoming = zone->incoming;
	incoming_enter(incoming);
	zone->is_building = false;
	if (status != 0 && build->rc == ERR_OK)
		build->rc = -ECANCELED;
	const struct config_zone named = {.name = zone->wish.apex};
	zone_findings_log(&named, build->findings, incoming->options.log);
	if (zone->is_gone)
		incoming_zone_drop(zone);
	else if (build->rc == ERR_OK)
		build_good(zone, build);
	else
		build_bad(zone, build);
	incoming_leave(incoming);
	build_free(build);
}

static int build_make(struct incoming_zone *zone, struct build **ret)
{
	const struct incoming_limits *limits = &zone->incoming->limits;
	struct build *build = calloc(1, sizeof(*build));
	if (build == NULL)
		return -ENOMEM;
	*build = (struct build){.owner = zone, .is_judged = zone->wish.lint == CONFIG_LINT_REFUSE, .rc = -ECANCELED};
	ip_endpoint_to_text(&zone->wish.primaries[zone->step.address].endpoint, build->primary);
	/* What has expired may have had other data under these serials. */
	if (zone->zone != NULL && !zone->is_expired) {
		build->before = zone_hold(zone->zone);
		build->history = zone->history != NULL ? zone_history_hold(zone->history) : NULL;
	}
	struct ip_prefix *pref64 = calloc(limits->pref64_count + 1, sizeof(pref64[0]));
	build->pref64 = pref64;
	build->findings = finding_list_new();
	if (pref64 == NULL || build->findings == NULL) {
		build_free(build);
		return -ENOMEM;
	}
	if (limits->pref64_count > 0)
		memcpy(pref64, limits->pref64, limits->pref64_count * sizeof(pref64[0]));
	build->pref64_count = limits->pref64_count;
	build->work.data = build;
	*ret = build;
	return ERR_OK;
}

void incoming_build(struct incoming_zone *zone, bool is_incremental)
{
	struct build *build;
	if (build_make(zone, &build) != ERR_OK) {
		incoming_transfer_failed(zone, err_text(-ENOMEM), SCHEDULE_BAD);
		return;
	}
	build->is_incremental = is_incremental;
	build->receive = zone->receive;
	zone->receive = NULL;
	zone->is_building = true;
	if (uv_queue_work(&zone->incoming->loop, &build->work, build_run, build_end) == 0)
		return;
	zone->is_building = false;
	build_free(build);
	incoming_transfer_failed(zone, err_text(-ENOMEM), SCHEDULE_BAD);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/delegations.h"

#include "base/clock.h"
#include "base/random.h"
#include "dns/rrtype.h"
#include "watch/child.h"
#include "watch/pause.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SECONDS 300                /* for one zone */
#define MEMORY ((size_t)512 << 20) /* resident */
#define OUTPUT ((size_t)16 << 20)
#define FIRST_US 2000000ull /* the first audits begin within this time, when services answer */
#define JITTER_PERCENT 5    /* of the interval: audits of several nodes drift apart */

struct zone {
	const struct delegations_zone *wanted;
	char text[NAME_TEXT_MAX];
	uint64_t due_us; /* monotonic */
	/* under the lock */
	struct audited last;
	uint64_t audited_us, since_us[FAMILY_COUNT]; /* wall clock; since: of a failure, 0: there is none */
	uint64_t known[AUDITED_FINDINGS_MAX];        /* what the first audit found, by finding_key */
	size_t known_count;
	char trouble[160];                           /* why the last audit came to nothing; "": it did */
};

struct delegations {
	struct delegations_options options;
	struct zone *zones;
	struct pause pause;
	pthread_mutex_t lock;
	pthread_t thread;
	bool has_thread;
};

/* --- One audit --- */

/* 0: the document is there. Else trouble says why not. */
static int audit_run(struct delegations *delegations, const struct zone *zone, json_t **ret, char *trouble, size_t size)
{
	const char *const words[] = {delegations->options.program,
				     "audit",
				     "--json",
				     "--hints",
				     delegations->options.hints_path,
				     "--anchor",
				     delegations->options.anchor_path,
				     zone->text,
				     zone->wanted->is_quick ? "--quick" : NULL,
				     NULL};
	const struct child_options options = {.words = words,
					      .seconds = SECONDS,
					      .memory = MEMORY,
					      .output = OUTPUT,
					      .is_stopped = &delegations->pause.is_stopped};
	struct text out = {0};
	json_error_t error;
	enum child_end end;
	int code, rc = child_run(&options, &out, &end, &code);
	*ret = NULL;
	if (rc != ERR_OK)
		snprintf(trouble, size, "%s cannot be started: %s", options.words[0], err_text(rc));
	else if (end != CHILD_DONE)
		snprintf(trouble, size, "the audit %s", child_end_text(end));
	else if ((*ret = json_loads(text_string(&out), 0, &error)) == NULL)
		snprintf(trouble, size, "the audit ended with code %d and without a result", code);
	text_free(&out);
	return *ret != NULL ? ERR_OK : rc != ERR_OK ? rc : -EIO;
}

static bool has_finding(const struct audited *audited, const struct audited_finding *finding)
{
	for (size_t i = 0; i < audited->finding_count; i++) {
		const struct audited_finding *other = &audited->findings[i];
		if (strcmp(other->code, finding->code) == 0 && strcmp(other->subject, finding->subject) == 0)
			return true;
	}
	return false;
}

static void finding_log(struct delegations *delegations, const struct zone *zone, const struct audited_finding *finding,
			bool is_gone)
{
	const struct log_field fields[] = {{.key = "zone", .text = zone->text},
					   {.key = "code", .text = finding->code},
					   {.key = "severity", .text = finding->severity},
					   {.key = "subject", .text = finding->subject}};
	log_line(delegations->options.log, is_gone ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING, "delegation", fields,
		 sizeof(fields) / sizeof(fields[0]), "%s%s", is_gone ? "No longer found: " : "", finding->cause);
}

/* What is new, and what is gone: an audit that finds the same as the one before says nothing. */
static void findings_log(struct delegations *delegations, const struct zone *zone, const struct audited *fresh)
{
	for (size_t i = 0; i < fresh->finding_count; i++) {
		if (!has_finding(&zone->last, &fresh->findings[i]))
			finding_log(delegations, zone, &fresh->findings[i], false);
	}
	for (size_t i = 0; i < zone->last.finding_count; i++) {
		if (!has_finding(fresh, &zone->last.findings[i]))
			finding_log(delegations, zone, &zone->last.findings[i], true);
	}
}

static void family_log(struct delegations *delegations, const struct zone *zone, enum family family,
		       const struct probe_result *result)
{
	const struct log_field fields[] = {{.key = "zone", .text = zone->text},
					   {.key = "family", .text = family_text(family)},
					   {.key = "state", .text = probe_state_text(result->state)}};
	if (probe_is_failing(result))
		log_line(delegations->options.log, LOG_LEVEL_WARNING, "delegation", fields, 3, "Zone %s over %s: %s.",
			 zone->text, family_title(family), result->reason);
	else
		log_line(delegations->options.log, LOG_LEVEL_NOTICE, "delegation", fields, 3,
			 "Zone %s over %s has what it has to have again.", zone->text, family_title(family));
}

static void family_tell(struct delegations *delegations, struct zone *zone, const struct audited *fresh,
			enum family family, uint64_t now_us)
{
	const struct probe probe = {
		.target = PROBE_ZONE, .endpoint.addr.family = family, .name = zone->wanted->name, .type = RR_NS};
	struct probe_result result;
	struct event event;
	audited_judge(fresh, family, zone->wanted->require, &result);
	if (result.state == PROBE_STATE_UNTESTED)
		return; /* neither better nor worse: nobody looked */
	bool is_failing = probe_is_failing(&result);
	if (is_failing != (zone->since_us[family] != 0))
		family_log(delegations, zone, family, &result);
	pthread_mutex_lock(&delegations->lock);
	if (!is_failing)
		zone->since_us[family] = 0;
	else if (zone->since_us[family] == 0)
		zone->since_us[family] = now_us;
	pthread_mutex_unlock(&delegations->lock);
	probe_to_event(&probe, &result, NULL, now_us, &event);
	delegations->options.event(delegations->options.owner, &event);
}

/* --- Findings that the first audit did not have --- */

/* FNV-1a of code and subject: whether it is the same finding is all that is asked of it. */
static uint64_t finding_key(const struct audited_finding *finding)
{
	uint64_t key = 0xcbf29ce484222325;
	const char *const parts[] = {finding->code, finding->subject};
	for (size_t part = 0; part < 2; part++) {
		for (const char *at = parts[part]; *at != '\0'; at++)
			key = (key ^ (uint8_t)*at) * 0x100000001b3;
		key = (key ^ ' ') * 0x100000001b3;
	}
	return key;
}

static bool is_known(const struct zone *zone, const struct audited_finding *finding)
{
	for (size_t i = 0; i < zone->known_count; i++) {
		if (zone->known[i] == finding_key(finding))
			return true;
	}
	return false;
}

/* The first audit since the start tells what the operator lives with. */
static void known_note(struct zone *zone, const struct audited *fresh)
{
	for (size_t i = 0; zone->audited_us == 0 && i < fresh->finding_count; i++)
		zone->known[zone->known_count++] = finding_key(&fresh->findings[i]);
}

/* Errors before warnings; notices are no news. NULL: nothing is new. */
static const struct audited_finding *worst_new(const struct zone *zone, const struct audited *fresh)
{
	static const char *const severities[] = {"error", "warning"};
	for (size_t severity = 0; severity < sizeof(severities) / sizeof(severities[0]); severity++) {
		for (size_t i = 0; i < fresh->finding_count; i++) {
			const struct audited_finding *finding = &fresh->findings[i];
			if (strcmp(finding->severity, severities[severity]) == 0 && !is_known(zone, finding))
				return finding;
		}
	}
	return NULL;
}

static void findings_tell(struct delegations *delegations, struct zone *zone, const struct audited *fresh, uint64_t now_us)
{
	const struct probe probe = {
		.target = PROBE_ZONE, .endpoint.addr.family = FAMILY_IPV6, .name = zone->wanted->name, .type = RR_SOA};
	struct probe_result result = {.state = PROBE_STATE_GOOD, .ede = -1};
	struct event event;
	known_note(zone, fresh);
	const struct audited_finding *worst = worst_new(zone, fresh);
	if (worst != NULL) {
		result.state = PROBE_STATE_FINDING;
		snprintf(result.reason, sizeof(result.reason), "%.15s %.180s", worst->code, worst->cause);
	}
	probe_to_event(&probe, &result, NULL, now_us, &event);
	delegations->options.event(delegations->options.owner, &event);
}

static void trouble_take(struct delegations *delegations, struct zone *zone, const char *trouble)
{
	if (strcmp(zone->trouble, trouble) == 0)
		return;
	if (trouble[0] != '\0') {
		const struct log_field fields[] = {{.key = "zone", .text = zone->text}};
		log_line(delegations->options.log, LOG_LEVEL_WARNING, "delegation", fields, 1, "%s is not audited: %s.",
			 zone->text, trouble);
	}
	pthread_mutex_lock(&delegations->lock);
	snprintf(zone->trouble, sizeof(zone->trouble), "%s", trouble);
	pthread_mutex_unlock(&delegations->lock);
}

static void zone_audit(struct delegations *delegations, struct zone *zone)
{
	json_t *document = NULL;
	struct audited fresh;
	char trouble[sizeof(zone->trouble)] = "";
	int rc = audit_run(delegations, zone, &document, trouble, sizeof(trouble));
	if (atomic_load(&delegations->pause.is_stopped)) {
		json_decref(document);
		return;
	}
	if (rc == ERR_OK && !audited_read(document, zone->text, &fresh))
		snprintf(trouble, sizeof(trouble), "the audit did not tell of the zone");
	json_decref(document);
	trouble_take(delegations, zone, trouble);
	if (trouble[0] != '\0')
		return;
	uint64_t now_us = clock_wall_us();
	findings_log(delegations, zone, &fresh);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		family_tell(delegations, zone, &fresh, family, now_us);
	findings_tell(delegations, zone, &fresh, now_us);
	pthread_mutex_lock(&delegations->lock);
	zone->last = fresh;
	zone->audited_us = now_us;
	pthread_mutex_unlock(&delegations->lock);
}

/* --- The thread --- */

static uint64_t jitter_us(uint64_t most_us)
{
	uint64_t bits;
	random_bytes(&bits, sizeof(bits));
	return bits % (most_us + 1);
}

static struct zone *zone_next(struct delegations *delegations)
{
	struct zone *next = &delegations->zones[0];
	for (size_t i = 1; i < delegations->options.zone_count; i++) {
		if (delegations->zones[i].due_us < next->due_us)
			next = &delegations->zones[i];
	}
	return next;
}

static void *delegations_run(void *argument)
{
	struct delegations *delegations = argument;
	pause_be_nice();
	for (;;) {
		struct zone *zone = zone_next(delegations);
		pause_until(&delegations->pause, zone->due_us);
		if (atomic_load(&delegations->pause.is_stopped))
			return NULL;
		uint64_t every_us = zone->wanted->every_ms * 1000ull;
		zone->due_us = clock_monotonic_us() + every_us - jitter_us(every_us * JITTER_PERCENT / 100);
		zone_audit(delegations, zone);
	}
}

/* --- Its life --- */

static void zones_fill(struct delegations *delegations)
{
	const struct delegations_options *options = &delegations->options;
	for (size_t i = 0; i < options->zone_count; i++) {
		struct zone *zone = &delegations->zones[i];
		zone->wanted = &options->zones[i];
		name_to_display(zone->wanted->name, zone->text);
		zone->due_us = clock_monotonic_us() + jitter_us(FIRST_US);
	}
}

int delegations_new(const struct delegations_options *options, struct delegations **ret)
{
	struct delegations *delegations = calloc(1, sizeof(*delegations));
	if (delegations == NULL)
		return -ENOMEM;
	delegations->options = *options;
	pause_init(&delegations->pause);
	pthread_mutex_init(&delegations->lock, NULL);
	delegations->zones = calloc(options->zone_count, sizeof(*delegations->zones));
	int rc = delegations->zones != NULL ? ERR_OK : -ENOMEM;
	if (rc == ERR_OK) {
		zones_fill(delegations);
		rc = -pthread_create(&delegations->thread, NULL, delegations_run, delegations);
	}
	delegations->has_thread = rc == ERR_OK;
	if (rc == ERR_OK)
		*ret = delegations;
	else
		delegations_free(delegations);
	return rc;
}

void delegations_stop(struct delegations *delegations)
{
	pause_stop(&delegations->pause);
}

void delegations_free(struct delegations *delegations)
{
	if (delegations == NULL)
		return;
	delegations_stop(delegations);
	if (delegations->has_thread)
		pthread_join(delegations->thread, NULL);
	pause_end(&delegations->pause);
	pthread_mutex_destroy(&delegations->lock);
	free(delegations->zones);
	free(delegations);
}

static json_t *zone_json(const struct zone *zone)
{
	static const char *const requires[] = {
		[AUDITED_TWO] = "two-per-family", [AUDITED_ONE] = "one-per-family", [AUDITED_REACHABLE] = "reachable"};
	char text[CLOCK_TEXT_MAX];
	json_t *row = json_pack("{s:s, s:I, s:s}", "zone", zone->text, "every_ms", (json_int_t)zone->wanted->every_ms,
				"require", requires[zone->wanted->require]);
	if (zone->trouble[0] != '\0')
		json_object_set_new(row, "trouble", json_string(zone->trouble));
	if (zone->audited_us == 0)
		return row;
	clock_text(zone->audited_us, text);
	json_object_set_new(row, "audited", json_string(text));
	json_object_set_new(row, "age_s", json_integer((json_int_t)((clock_wall_us() - zone->audited_us) / 1000000)));
	json_t *said = audited_json(&zone->last);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		struct probe_result result;
		json_t *side = json_object_get(said, family_text(family));
		audited_judge(&zone->last, family, zone->wanted->require, &result);
		json_object_set_new(side, "state", json_string(probe_state_text(result.state)));
		json_object_set_new(side, "reason", json_string(result.reason));
		clock_text(zone->since_us[family], text);
		if (zone->since_us[family] != 0)
			json_object_set_new(side, "since", json_string(text));
	}
	json_object_update(row, said);
	json_decref(said);
	return row;
}

json_t *delegations_state(struct delegations *delegations)
{
	json_t *rows = json_array();
	pthread_mutex_lock(&delegations->lock);
	for (size_t i = 0; i < delegations->options.zone_count; i++)
		json_array_append_new(rows, zone_json(&delegations->zones[i]));
	pthread_mutex_unlock(&delegations->lock);
	return rows;
}

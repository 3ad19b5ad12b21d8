/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/check.h"

#include "dns/rdata.h"
#include "zone/diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define LINES_MAX 40 /* of changed records in text; --verbose and --json have all */
#define TIME_MAX 40

/* --- One change --- */

struct changes {
	struct text *text; /* NULL: JSON */
	struct json_writer *json;
	size_t lines; /* printed */
	size_t lines_max;
	size_t withheld; /* changes that were not printed */
};

static bool rrset_has(const struct rrset *rrset, struct span wanted)
{
	size_t position = 0;
	struct span rdata;
	while (rrset != NULL && rrset_next(rrset, &position, &rdata)) {
		if (span_equal(rdata, wanted))
			return true;
	}
	return false;
}

static void print_record(struct text *out, char sign, struct name owner, const struct rrset *rrset, struct span rdata)
{
	char name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
	name_to_text(owner, name);
	rrtype_to_text(rrset->type, type);
	text_addf(out, "  %c %s %u %s ", sign, name, rrset->ttl, type);
	rdata_to_text(rrset->type, rdata, out);
	text_add_char(out, '\n');
}

/* The records of a set that the other version does not have; all of them when the TTL changed. */
static void print_side(struct changes *changes, char sign, struct name owner, const struct rrset *rrset,
		       const struct rrset *other)
{
	size_t position = 0;
	struct span rdata;
	bool is_ttl_same = other != NULL && rrset != NULL && other->ttl == rrset->ttl;
	while (rrset != NULL && rrset_next(rrset, &position, &rdata)) {
		if (is_ttl_same && rrset_has(other, rdata))
			continue;
		print_record(changes->text, sign, owner, rrset, rdata);
		changes->lines++;
	}
}

static void json_records(struct json_writer *json, const char *key, const struct rrset *rrset)
{
	if (rrset == NULL) {
		json_nothing(json, key);
		return;
	}
	json_begin_object(json, key);
	json_number(json, "ttl", rrset->ttl);
	json_begin_array(json, "records");
	size_t position = 0;
	struct span rdata;
	struct text record = {0};
	while (rrset_next(rrset, &position, &rdata)) {
		text_clear(&record);
		rdata_to_text(rrset->type, rdata, &record);
		json_text(json, NULL, text_string(&record));
	}
	text_free(&record);
	json_end_array(json);
	json_end_object(json);
}

static void visit_json(struct changes *changes, const struct zone_change *change)
{
	static const char *const kinds[] = {
		[ZONE_ADDED] = "added", [ZONE_REMOVED] = "removed", [ZONE_CHANGED] = "changed"};
	char name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
	name_to_text(change->owner, name);
	rrtype_to_text((change->before != NULL ? change->before : change->after)->type, type);
	json_begin_object(changes->json, NULL);
	json_text(changes->json, "change", kinds[change->kind]);
	json_text(changes->json, "name", name);
	json_text(changes->json, "type", type);
	json_records(changes->json, "old", change->before);
	json_records(changes->json, "new", change->after);
	json_end_object(changes->json);
}

static void visit_change(void *data, const struct zone_change *change)
{
	struct changes *changes = data;
	if (changes->text == NULL) {
		visit_json(changes, change);
	} else if (changes->lines >= changes->lines_max) {
		changes->withheld++;
	} else {
		print_side(changes, '-', change->owner, change->before, change->after);
		print_side(changes, '+', change->owner, change->after, change->before);
	}
}

/* --- One zone --- */

static size_t diff_size(const struct zone_diff *diff)
{
	return diff->counts[ZONE_ADDED] + diff->counts[ZONE_REMOVED] + diff->counts[ZONE_CHANGED] + diff->denials;
}

static void time_text(uint64_t time_s, char ret_text[TIME_MAX])
{
	time_t when = (time_t)time_s;
	struct tm parts;
	gmtime_r(&when, &parts);
	strftime(ret_text, TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

static void judge_serial(struct check *check, const struct check_zone *zone, const struct zone_diff *diff)
{
	if (diff->is_serial_greater || diff_size(diff) == 0)
		return;
	char name[NAME_TEXT_MAX], fix[80];
	name_to_display(check_zone_apex(zone), name);
	snprintf(fix, sizeof(fix), "set the serial to %u or more", diff->old_serial + 1);
	const struct rrset *soa = zone_node_rrset(zone_apex_node(zone->zone), RR_SOA);
	finding_add(check->findings, FINDING_SERIAL_STUCK, zone_place(zone->places, soa, 0), name, fix,
		    "%s differs from its old version, and its serial went from %u to %u, which is not up (RFC 1982): "
		    "secondaries "
		    "will not take it.",
		    name, diff->old_serial, diff->new_serial);
}

static void print_wait(struct text *out, const struct check *check, const struct zone_diff *diff)
{
	char when[TIME_MAX];
	time_text(check->now_s + diff->wait_s, when);
	text_addf(out, "  every cache has seen it %u s after all servers have it (%s if that is now)\n", diff->wait_s,
		  when);
	if (diff->is_ns_changed)
		text_add(out, "  the NS set of the zone changed: change it at the parent too, and keep the old servers "
			      "until the "
			      "parent's TTL has passed\n");
	if (diff->is_delegation_changed)
		text_add(out, "  a delegation changed: caches may also hold the child's own NS set for its TTL\n");
}

static void print_zone(struct check *check, const struct check_zone *old, const struct check_zone *new)
{
	struct text records = {0}, out = {0};
	struct zone_diff diff;
	struct changes changes = {.text = &records,
				  .lines_max = cli_flag(check->cli, "verbose") ? SIZE_MAX : LINES_MAX};
	char name[NAME_TEXT_MAX];
	zone_diff(old->zone, new->zone, visit_change, &changes, &diff);
	judge_serial(check, new, &diff);
	name_to_display(check_zone_apex(new), name);
	text_addf(&out, "%s against %s: serial %u -> %u, ", name, old->path, diff.old_serial, diff.new_serial);
	if (diff_size(&diff) == 0) {
		text_add(&out, "no data differs\n");
	} else {
		text_addf(&out, "%zu RRsets added, %zu removed, %zu changed", diff.counts[ZONE_ADDED],
			  diff.counts[ZONE_REMOVED], diff.counts[ZONE_CHANGED]);
		if (diff.denials > 0)
			text_addf(&out, ", %zu of signatures and denials", diff.denials);
		text_add_char(&out, '\n');
		text_add(&out, text_string(&records));
		if (changes.withheld > 0)
			text_addf(&out, "  ... and %zu more RRsets; --verbose or --json lists them all\n",
				  changes.withheld);
		print_wait(&out, check, &diff);
	}
	text_add_char(&out, '\n');
	fputs(text_string(&out), cli_out(check->cli));
	text_free(&records);
	text_free(&out);
}

static void json_zone(struct check *check, const struct check_zone *old, const struct check_zone *new,
		      struct json_writer *json)
{
	struct zone_diff diff;
	struct changes changes = {.json = json};
	char name[NAME_TEXT_MAX], when[TIME_MAX];
	name_to_display(check_zone_apex(new), name);
	json_begin_object(json, NULL);
	json_text(json, "zone", name);
	json_text(json, "old", old->path);
	json_text(json, "new", new->path);
	json_begin_array(json, "changes");
	zone_diff(old->zone, new->zone, visit_change, &changes, &diff);
	json_end_array(json);
	judge_serial(check, new, &diff);
	json_number(json, "old_serial", diff.old_serial);
	json_number(json, "new_serial", diff.new_serial);
	json_bool(json, "serial_greater", diff.is_serial_greater);
	json_number(json, "added", (int64_t)diff.counts[ZONE_ADDED]);
	json_number(json, "removed", (int64_t)diff.counts[ZONE_REMOVED]);
	json_number(json, "changed", (int64_t)diff.counts[ZONE_CHANGED]);
	json_number(json, "signatures_and_denials", (int64_t)diff.denials);
	time_text(check->now_s + diff.wait_s, when);
	json_number(json, "wait_s", diff.wait_s);
	json_text(json, "everyone_by", diff_size(&diff) == 0 ? NULL : when);
	json_bool(json, "parent_ns", diff.is_ns_changed);
	json_end_object(json);
}

/* --- The old version --- */

static int old_from_folder(const struct check *check, const char *folder, struct check_zones *old,
			   struct finding_list *findings)
{
	for (size_t i = 0; i < check->zones.count; i++) {
		const struct check_zone *zone = &check->zones.zones[i];
		const char *slash = strrchr(zone->path, '/');
		struct text path = {0};
		struct stat status;
		text_addf(&path, "%s/%s", folder, slash == NULL ? zone->path : slash + 1);
		int err = stat(text_string(&path), &status) != 0
				  ? ERR_OK /* a zone that is new */
				  : check_load_zone(old, text_string(&path), check_zone_apex(zone), findings);
		text_free(&path);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static int old_from_config(const char *path, struct check_zones *old, struct finding_list *findings)
{
	struct config *config;
	int err = config_load(path, NULL, findings, &config);
	if (err != ERR_OK)
		return err;
	err = check_load_config_zones(old, config, findings);
	config_free(config);
	return err;
}

/* With one zone at hand the old file is of that zone; else it says itself. */
static int old_from_file(const struct check *check, const char *path, struct check_zones *old,
			 struct finding_list *findings)
{
	struct name_buffer buffer;
	struct name apex;
	if (check->zones.count == 1)
		return check_load_zone(old, path, check_zone_apex(&check->zones.zones[0]), findings);
	int err = check_guess_apex(path, &buffer, &apex);
	return err != ERR_OK ? err : check_load_zone(old, path, apex, findings);
}

static int old_load(const struct check *check, const char *path, struct check_zones *old, struct finding_list *findings)
{
	struct stat status;
	bool is_config = false;
	if (stat(path, &status) != 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return old_from_folder(check, path, old, findings);
	int err = check_sniff_config(path, &is_config);
	if (err != ERR_OK)
		return err;
	return is_config ? old_from_config(path, old, findings) : old_from_file(check, path, old, findings);
}

static const struct check_zone *zone_like(const struct check_zones *zones, const struct check_zone *wanted)
{
	for (size_t i = 0; i < zones->count; i++) {
		if (name_equal(check_zone_apex(&zones->zones[i]), check_zone_apex(wanted)))
			return &zones->zones[i];
	}
	return NULL;
}

/* A zone that only one of the two versions has. */
static void report_alone(struct check *check, const struct check_zone *zone, bool is_new, struct json_writer *json)
{
	char name[NAME_TEXT_MAX];
	name_to_display(check_zone_apex(zone), name);
	if (json == NULL) {
		fprintf(cli_out(check->cli), "%s is %s\n\n", name, is_new ? "new" : "gone");
		return;
	}
	json_begin_object(json, NULL);
	json_text(json, "zone", name);
	json_text(json, "old", is_new ? NULL : zone->path);
	json_text(json, "new", is_new ? zone->path : NULL);
	json_end_object(json);
}

static void compare_zones(struct check *check, const struct check_zones *old, struct json_writer *json)
{
	for (size_t i = 0; i < check->zones.count; i++) {
		const struct check_zone *zone = &check->zones.zones[i], *before = zone_like(old, zone);
		if (zone->zone == NULL)
			continue; /* its findings say why */
		if (before == NULL)
			report_alone(check, zone, true, json);
		else if (json == NULL)
			print_zone(check, before, zone);
		else
			json_zone(check, before, zone, json);
	}
	for (size_t i = 0; i < old->count; i++) {
		if (zone_like(&check->zones, &old->zones[i]) == NULL)
			report_alone(check, &old->zones[i], false, json);
	}
}

int check_against(struct check *check, const char *old_path, struct json_writer *json)
{
	struct check_zones old = {0};
	struct finding_list *findings = finding_list_new(); /* what is wrong with the old version is not the question */
	int err = findings == NULL ? -ENOMEM : old_load(check, old_path, &old, findings);
	int code = EXIT_OK;
	if (err != ERR_OK)
		code = cli_usage_error(check->cli, "--against %s: %s", old_path, err_text(err));
	for (size_t i = 0; i < old.count && code == EXIT_OK; i++) {
		if (old.zones[i].zone == NULL)
			code = cli_usage_error(check->cli,
					       "--against %s: %s has errors; \"sextant check %s\" lists them", old_path,
					       old.zones[i].path, old.zones[i].path);
	}
	if (code == EXIT_OK)
		compare_zones(check, &old, json);
	check_zones_free(&old);
	finding_list_free(findings);
	return code;
}

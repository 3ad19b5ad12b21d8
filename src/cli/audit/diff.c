/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/diff.h"

#include "ip/addr.h"

#include <stdio.h>
#include <string.h>

#define CHANGE_MAX 2400 /* a name takes up to 1004 characters */

struct comparing {
	json_t *verdicts, *facts;
	const char *zone;
	bool is_failed;
};

static const char *text_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

/* Steals the item. */
static void append(bool *is_failed, json_t *list, json_t *item)
{
	if (item == NULL || json_array_append_new(list, item) != 0)
		*is_failed = true;
}

/* --- Facts --- */

/* Each sentence once: ten addresses that get a new serial are one change. */
static void fact_changed(struct comparing *comparing, const char *format, ...) PRINTF_LIKE(2, 3);
static void fact_changed(struct comparing *comparing, const char *format, ...)
{
	char change[CHANGE_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(change, sizeof(change), format, arguments);
	va_end(arguments);
	for (size_t i = json_array_size(comparing->facts); i-- > 0;) {
		json_t *item = json_array_get(comparing->facts, i);
		if (strcmp(text_of(item, "zone"), comparing->zone) != 0)
			break;
		if (strcmp(text_of(item, "change"), change) == 0)
			return;
	}
	append(&comparing->is_failed, comparing->facts,
	       json_pack("{s:s, s:s}", "zone", comparing->zone, "change", change));
}

static json_t *find_by(json_t *list, const char *key, const char *value)
{
	size_t index;
	json_t *item;
	json_array_foreach(list, index, item)
	{
		if (strcmp(text_of(item, key), value) == 0)
			return item;
	}
	return NULL;
}

static void flag_compare(struct comparing *comparing, const char *what, json_t *before, json_t *after, const char *key,
			 const char *where)
{
	bool was = json_is_true(json_object_get(before, key)), is = json_is_true(json_object_get(after, key));
	if (was != is)
		fact_changed(comparing, "%s is %s in the %s", what, is ? "now" : "no longer", where);
}

static void address_compare(struct comparing *comparing, const char *server, json_t *before, json_t *after)
{
	static const char *const ways[][2] = {{"udp", "over UDP"},
					      {"tcp", "over TCP"},
					      {"edns1232", "to 1232 octets"},
					      {"same", "by the data it has"}};
	char what[CHANGE_MAX / 2];
	snprintf(what, sizeof(what), "%.1010s at %.70s", server, text_of(after, "address"));
	flag_compare(comparing, what, before, after, "glue", "delegation");
	flag_compare(comparing, what, before, after, "zone", "zone");
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const char *was = text_of(before, ways[i][0]), *is = text_of(after, ways[i][0]);
		if (strcmp(was, is) != 0)
			fact_changed(comparing, "%s %s: %s, was %s", what, ways[i][1], is, was);
	}
	json_t *old = json_object_get(before, "serial"), *new = json_object_get(after, "serial");
	if (old != NULL && new != NULL && json_integer_value(old) != json_integer_value(new))
		fact_changed(comparing, "serial %lld, was %lld", (long long)json_integer_value(new),
			     (long long)json_integer_value(old));
}

/* Addresses of one family that both have, and those that one has. */
static void addresses_compare(struct comparing *comparing, const char *server, json_t *before, json_t *after)
{
	size_t index;
	json_t *item;
	json_array_foreach(after, index, item)
	{
		json_t *was = find_by(before, "address", text_of(item, "address"));
		if (was == NULL)
			fact_changed(comparing, "%s has a new address: %s", server, text_of(item, "address"));
		else
			address_compare(comparing, server, was, item);
	}
	json_array_foreach(before, index, item)
	{
		if (find_by(after, "address", text_of(item, "address")) == NULL)
			fact_changed(comparing, "%s has lost an address: %s", server, text_of(item, "address"));
	}
}

static void servers_compare(struct comparing *comparing, json_t *before, json_t *after)
{
	size_t index;
	json_t *item;
	json_array_foreach(after, index, item)
	{
		const char *name = text_of(item, "name");
		json_t *was = find_by(before, "name", name);
		if (was == NULL) {
			fact_changed(comparing, "%s is a new name server", name);
			continue;
		}
		flag_compare(comparing, name, was, item, "in_delegation", "delegation's NS set");
		flag_compare(comparing, name, was, item, "in_zone", "zone's NS set");
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
			addresses_compare(comparing, name, json_object_get(was, family_text(family)),
					  json_object_get(item, family_text(family)));
	}
	json_array_foreach(before, index, item)
	{
		if (find_by(after, "name", text_of(item, "name")) == NULL)
			fact_changed(comparing, "%s is no name server any more", text_of(item, "name"));
	}
}

/* --- Verdicts --- */

static void zone_compare(struct comparing *comparing, json_t *before, json_t *after)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const char *was = text_of(json_object_get(before, family_text(family)), "resolvable");
		const char *is = text_of(json_object_get(after, family_text(family)), "resolvable");
		bool is_worse = strcmp(was, "yes") == 0 && strcmp(is, "no") == 0;
		if (strcmp(was, is) != 0)
			append(&comparing->is_failed, comparing->verdicts,
			       json_pack("{s:s, s:s, s:s, s:s, s:b}", "zone", comparing->zone, "family",
					 family_text(family), "before", was, "after", is, "worse", is_worse));
	}
	servers_compare(comparing, json_object_get(before, "servers"), json_object_get(after, "servers"));
}

/* {name: zone} */
static json_t *zones_by_name(json_t *result)
{
	size_t index;
	json_t *zone, *map = json_object();
	json_array_foreach(json_object_get(result, "zones"), index, zone)
	{
		if (json_object_set(map, text_of(zone, "zone"), zone) != 0)
			break;
	}
	return map;
}

static json_t *zones_missing(json_t *from, json_t *in, bool *is_failed)
{
	const char *name;
	json_t *zone, *list = json_array();
	json_object_foreach(from, name, zone)
	{
		if (json_object_get(in, name) == NULL)
			append(is_failed, list, json_string(name));
	}
	return list;
}

/* --- Findings --- */

/* {"code, subject, cause": finding} of the zones that are compared. */
static json_t *findings_by_text(json_t *result, json_t *zones)
{
	size_t index;
	json_t *finding, *map = json_object();
	json_array_foreach(json_object_get(result, "findings"), index, finding)
	{
		char key[2 * CHANGE_MAX];
		const char *subject = text_of(finding, "subject");
		bool is_of_zone = strncmp(subject, "zone ", 5) == 0;
		if (is_of_zone && json_object_get(zones, subject + 5) == NULL)
			continue;
		snprintf(key, sizeof(key), "%s\n%s\n%s", text_of(finding, "code"), subject, text_of(finding, "cause"));
		if (json_object_set(map, key, finding) != 0)
			break;
	}
	return map;
}

static json_t *findings_compare(json_t *before, json_t *after, bool *is_failed)
{
	const char *key;
	json_t *finding, *new = json_array(), *gone = json_array();
	size_t unchanged = 0;
	json_object_foreach(after, key, finding)
	{
		if (json_object_get(before, key) != NULL)
			unchanged++;
		else
			append(is_failed, new, json_incref(finding));
	}
	json_object_foreach(before, key, finding)
	{
		if (json_object_get(after, key) == NULL)
			append(is_failed, gone, json_incref(finding));
	}
	return json_pack("{s:o, s:o, s:I}", "new", new, "gone", gone, "unchanged", (json_int_t)unchanged);
}

/* --- The whole --- */

json_t *diff_results(json_t *before, json_t *after)
{
	struct comparing comparing = {.verdicts = json_array(), .facts = json_array()};
	json_t *old = zones_by_name(before), *new = zones_by_name(after), *zone;
	json_object_foreach(new, comparing.zone, zone)
	{
		if (json_object_get(old, comparing.zone) != NULL)
			zone_compare(&comparing, json_object_get(old, comparing.zone), zone);
	}
	json_t *old_findings = findings_by_text(before, new), *new_findings = findings_by_text(after, old);
	json_t *findings = findings_compare(old_findings, new_findings, &comparing.is_failed);
	json_t *diff =
		json_pack("{s:o, s:o, s:o, s:{s:o, s:o}}", "verdicts", comparing.verdicts, "findings", findings,
			  "facts", comparing.facts, "zones", "new", zones_missing(new, old, &comparing.is_failed),
			  "gone", zones_missing(old, new, &comparing.is_failed));
	json_decref(old_findings);
	json_decref(new_findings);
	json_decref(old);
	json_decref(new);
	if (!comparing.is_failed)
		return diff;
	json_decref(diff);
	return NULL;
}

static enum severity severity_of(json_t *finding)
{
	for (enum severity severity = SEVERITY_NOTICE; severity < SEVERITY_ERROR; severity++) {
		if (strcmp(text_of(finding, "severity"), severity_text(severity)) == 0)
			return severity;
	}
	return SEVERITY_ERROR;
}

bool diff_is_worse(json_t *diff, enum severity least)
{
	size_t index;
	json_t *item;
	json_array_foreach(json_object_get(diff, "verdicts"), index, item)
	{
		if (json_is_true(json_object_get(item, "worse")))
			return true;
	}
	json_array_foreach(json_object_get(json_object_get(diff, "findings"), "new"), index, item)
	{
		if (severity_of(item) >= least)
			return true;
	}
	return false;
}

/* --- Telling --- */

static void findings_each(json_t *list, const char *how,
			  void (*tell)(void *owner, const char *kind, const char *zone, const char *change),
			  void *owner)
{
	size_t index;
	json_t *item;
	json_array_foreach(list, index, item)
	{
		char change[2 * CHANGE_MAX];
		const char *subject = text_of(item, "subject");
		snprintf(change, sizeof(change), "%s %s %s: %s", how, text_of(item, "severity"), text_of(item, "code"),
			 text_of(item, "cause"));
		tell(owner, "finding", strncmp(subject, "zone ", 5) == 0 ? subject + 5 : subject, change);
	}
}

void diff_each(json_t *diff, void (*tell)(void *owner, const char *kind, const char *zone, const char *change),
	       void *owner)
{
	size_t index;
	json_t *item, *findings = json_object_get(diff, "findings");
	json_array_foreach(json_object_get(diff, "verdicts"), index, item)
	{
		char change[CHANGE_MAX];
		bool is_ipv6 = strcmp(text_of(item, "family"), family_text(FAMILY_IPV6)) == 0;
		snprintf(change, sizeof(change), "resolvable over %s alone: %s, was %s",
			 family_title(is_ipv6 ? FAMILY_IPV6 : FAMILY_IPV4), text_of(item, "after"),
			 text_of(item, "before"));
		tell(owner, "verdict", text_of(item, "zone"), change);
	}
	findings_each(json_object_get(findings, "new"), "new", tell, owner);
	findings_each(json_object_get(findings, "gone"), "gone", tell, owner);
	json_array_foreach(json_object_get(diff, "facts"), index, item)
		tell(owner, "fact", text_of(item, "zone"), text_of(item, "change"));
}

static void line_add(void *owner, const char *kind, const char *zone, const char *change)
{
	struct text *out = owner;
	text_addf(out, "%-8s ", kind);
	text_add_clean(out, zone, strlen(zone));
	text_add(out, ": ");
	text_add_clean(out, change, strlen(change));
	text_add_char(out, '\n');
}

void diff_text(json_t *diff, struct text *out)
{
	json_t *findings = json_object_get(diff, "findings"), *zones = json_object_get(diff, "zones");
	diff_each(diff, line_add, out);
	text_addf(out, "%zu verdicts changed; findings: %zu new, %zu gone, %lld unchanged; %zu facts changed\n",
		  json_array_size(json_object_get(diff, "verdicts")), json_array_size(json_object_get(findings, "new")),
		  json_array_size(json_object_get(findings, "gone")),
		  (long long)json_integer_value(json_object_get(findings, "unchanged")),
		  json_array_size(json_object_get(diff, "facts")));
	size_t new = json_array_size(json_object_get(zones, "new")),
	       gone = json_array_size(json_object_get(zones, "gone"));
	if (new + gone > 0)
		text_addf(out, "not compared: %zu zones that only this run has, %zu that only the earlier one has\n",
			  new, gone);
}

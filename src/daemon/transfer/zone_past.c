/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/transfer/zone_past.h"

#include "daemon/transfer/journal_file.h"
#include "transfer/record_set.h"

#include <stdio.h>

bool zone_past_is_wanted(const struct config *config, const struct config_zone *zone)
{
	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *service = &config->services[i];
		for (size_t j = 0; service->transfer_to.count > 0 && j < service->zone_count; j++) {
			if (service->zones[j] == zone)
				return true;
		}
	}
	return false;
}

/* --- From the version before --- */

static int anew(struct zone_past *past, enum zone_past_kind kind, const struct zone *fresh,
		const struct zone_history *before, struct zone_history **ret)
{
	past->kind = kind;
	return zone_history_new_after(fresh, before, ret);
}

/* The difference is taken over. */
static int change_take(struct zone_past *past, const struct zone_history *before, struct difference *difference,
		       const struct zone *fresh, struct zone_history **ret)
{
	int32_t ahead = (int32_t)(zone_serial(fresh) - past->serial); /* RFC 1982 3.2 */
	past->removed = difference_count(difference, DIFFERENCE_REMOVED) - 1;
	past->added = difference_count(difference, DIFFERENCE_ADDED) - 1;
	if (ahead > 0) {
		uint32_t until;
		int err = zone_history_append(before, difference, ret);
		past->kind = zone_history_doubt(before, &until) ? ZONE_PAST_DOUBTED : ZONE_PAST_ADDED;
		if (err == ERR_OK && past->kind == ZONE_PAST_ADDED && zone_history_count(*ret) == 0)
			past->kind = ZONE_PAST_LARGE;
		return err;
	}
	bool is_same =
		past->removed + past->added == 0 && record_equal(difference_at(difference, DIFFERENCE_REMOVED, 0),
								 difference_at(difference, DIFFERENCE_ADDED, 0));
	difference_free(difference);
	if (ahead < 0)
		return anew(past, ZONE_PAST_SERIAL_BACK, fresh, before, ret);
	if (!is_same)
		return anew(past, ZONE_PAST_SERIAL_KEPT, fresh, before, ret);
	past->kind = ZONE_PAST_SAME;
	*ret = (struct zone_history *)(uintptr_t)zone_history_hold(before);
	return ERR_OK;
}

static int past_go_on(struct zone_past *past, const struct zone *before, const struct zone_history *before_history,
		      const struct zone *fresh, struct zone_history **ret)
{
	struct difference *difference;
	struct zone_history *first = NULL;
	int err = ERR_OK;
	past->serial = zone_serial(before);
	if (before_history == NULL) /* nobody could take it until now */
		err = zone_history_new(before, &first);
	if (err == ERR_OK)
		err = difference_between(before, fresh, &difference);
	if (err == ERR_OK)
		err = change_take(past, before_history != NULL ? before_history : first, difference, fresh, ret);
	zone_history_free(first);
	return err;
}

/* --- From the journal --- */

static int past_read(struct zone_past *past, const struct config *config, const struct config_zone *zone,
		     const struct zone *fresh, struct zone_history **ret)
{
	static const enum zone_past_kind kinds[] = {[JOURNAL_PAST_KNOWN] = ZONE_PAST_READ,
						    [JOURNAL_PAST_BEFORE] = ZONE_PAST_UNSEEN,
						    [JOURNAL_PAST_OTHER] = ZONE_PAST_SERIAL_KEPT,
						    [JOURNAL_PAST_BEHIND] = ZONE_PAST_SERIAL_BACK};
	const struct journal_place place = {.state_dir = config->state_dir, .key = zone->key, .apex = zone->name};
	struct journal_found found;
	enum journal_past which;
	int rc = config->state_dir != NULL ? journal_file_read_past(&place, fresh, &which, &found) : ERR_NOT_FOUND;
	if (rc == ERR_OK) {
		past->kind = kinds[which];
		past->serial = found.serial;
		past->cut_octets = found.cut_octets;
		*ret = found.history;
		return ERR_OK;
	}
	past->kind = rc == ERR_NOT_FOUND ? ZONE_PAST_BEGUN : ZONE_PAST_UNREADABLE;
	past->error = rc;
	return zone_history_new(fresh, ret);
}

void zone_past_make(const struct config *config, const struct config_zone *zone, const struct zone *before,
		    const struct zone_history *before_history, const struct zone *fresh, struct zone_past *ret,
		    struct zone_history **ret_history)
{
	struct zone_history *history = NULL;
	*ret = (struct zone_past){0};
	*ret_history = NULL;
	if (!zone_past_is_wanted(config, zone))
		return;
	int err = before != NULL ? past_go_on(ret, before, before_history, fresh, &history)
				 : past_read(ret, config, zone, fresh, &history);
	if (err == ERR_OK)
		*ret_history = history;
	else
		*ret = (struct zone_past){0};
}

/* --- What is said --- */

bool zone_past_warning(const struct zone_past *past, const struct config_zone *zone, uint32_t serial, char *text,
		       size_t size)
{
	if (past->kind == ZONE_PAST_SERIAL_KEPT && past->removed + past->added > 0)
		snprintf(text, size,
			 "the data has changed (%zu records gone, %zu new) and the serial is still %u: secondaries "
			 "have that "
			 "serial and will not see the change; raise the serial in %s and reload",
			 past->removed, past->added, serial, zone->file);
	else if (past->kind == ZONE_PAST_SERIAL_KEPT)
		snprintf(text, size,
			 "the data is not what it was when serial %u was served before: secondaries have that serial "
			 "and will "
			 "not see the change; raise the serial in %s and reload",
			 serial, zone->file);
	else if (past->kind == ZONE_PAST_SERIAL_BACK)
		snprintf(text, size,
			 "the serial went from %u back to %u: secondaries keep serial %u and will not see this version "
			 "until "
			 "theirs expires; give it a serial after %u in %s and reload",
			 past->serial, serial, past->serial, past->serial, zone->file);
	else
		return false;
	return true;
}

/* Its history, where it is not as one would expect; NULL: it is. */
static const char *history_text(const struct zone_past *past)
{
	switch (past->kind) {
	case ZONE_PAST_LARGE:
		return "what changed is more than the zone itself: secondaries get it whole";
	case ZONE_PAST_DOUBTED:
		return "the serial before it stood for two versions: secondaries get the zone whole, once";
	case ZONE_PAST_UNSEEN:
		return "the zone file changed while the daemon did not run: secondaries get the zone whole, once";
	default:
		return NULL;
	}
}

void zone_past_log(const struct zone_past *past, const struct config_zone *zone, uint32_t serial, struct log *log)
{
	char name[NAME_TEXT_MAX], text[512];
	name_to_display(zone->name, name);
	const struct log_field fields[] = {{.key = "zone", .text = name},
					   {.key = "old_serial", .number = past->serial},
					   {.key = "new_serial", .number = serial}};
	if (zone_past_warning(past, zone, serial, text, sizeof(text)))
		log_line(log, LOG_LEVEL_WARNING, "zone", fields, 3, "%s: %s", name, text);
	else if (history_text(past) != NULL)
		log_line(log, LOG_LEVEL_NOTICE, "zone", fields, 3, "%s: %s", name, history_text(past));
	if (past->kind == ZONE_PAST_UNREADABLE)
		log_line(log, LOG_LEVEL_WARNING, "zone", fields, 1,
			 "%s: its journal in node.state-dir cannot be read: %s; it is written anew, and secondaries "
			 "get the zone "
			 "whole, once",
			 name, err_text(past->error));
	if (past->cut_octets > 0)
		log_line(log, LOG_LEVEL_WARNING, "zone", fields, 1,
			 "%s: the last %llu octets of its journal were not whole and are gone: the daemon or the "
			 "machine was "
			 "stopped while it wrote them",
			 name, (unsigned long long)past->cut_octets);
}

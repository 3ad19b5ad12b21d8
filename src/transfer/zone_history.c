/* SPDX-License-Identifier: BSD-2-Clause */
#include "transfer/zone_history.h"

#include "transfer/record_set.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

struct held_difference {
	atomic_uint holders; /* beside the first */
	struct difference *difference;
	uint64_t digest; /* of the zone at the version that it begins with */
};

struct zone_history {
	atomic_uint holders; /* beside the one who made it */
	uint32_t serial;
	size_t octets, zone_octets;
	uint64_t digest;
	bool has_doubt;
	uint32_t doubt_until; /* not before the serial */
	size_t count, room;
	const struct difference **differences; /* of the same order as held */
	struct held_difference **held;
};

/* --- Its life --- */

static void held_free(struct held_difference *held)
{
	if (held == NULL || atomic_fetch_sub_explicit(&held->holders, 1, memory_order_acq_rel) != 0)
		return;
	difference_free(held->difference);
	free(held);
}

static struct zone_history *history_alloc(size_t count)
{
	struct zone_history *history = calloc(1, sizeof(*history));
	if (history == NULL)
		return NULL;
	history->differences = calloc(count + 1, sizeof(history->differences[0]));
	history->held = calloc(count + 1, sizeof(history->held[0]));
	if (history->differences == NULL || history->held == NULL) {
		zone_history_free(history);
		return NULL;
	}
	history->room = count;
	return history;
}

const struct zone_history *zone_history_hold(const struct zone_history *history)
{
	/* The count is no part of what readers see. */
	atomic_fetch_add_explicit(&((struct zone_history *)(uintptr_t)history)->holders, 1, memory_order_relaxed);
	return history;
}

void zone_history_free(const struct zone_history *given)
{
	struct zone_history *history = (struct zone_history *)(uintptr_t)given;
	if (history == NULL || atomic_fetch_sub_explicit(&history->holders, 1, memory_order_acq_rel) != 0)
		return;
	for (size_t i = 0; i < history->room; i++)
		held_free(history->held[i]);
	free(history->differences);
	free(history->held);
	free(history);
}

/* --- The zone at its end --- */

static void records_measure(struct zone_history *history, const struct zone_node *node)
{
	const struct rrset *rrset = NULL;
	while ((rrset = zone_node_rrset_next(node, rrset)) != NULL) {
		struct zone_record record = {.owner = zone_node_name(node), .type = rrset->type, .ttl = rrset->ttl};
		size_t position = 0;
		while (rrset_next(rrset, &position, &record.rdata)) {
			history->zone_octets += record_size(&record);
			history->digest += record_digest(&record);
		}
	}
}

static void zone_measure(struct zone_history *history, const struct zone *zone)
{
	history->serial = zone_serial(zone);
	const struct zone_node *node = zone_node_first(zone);
	for (; node != NULL; node = zone_node_next(zone, node))
		records_measure(history, node);
	for (node = zone_nsec3_first(zone); node != NULL; node = zone_nsec3_next(zone, node))
		records_measure(history, node);
}

int zone_history_new(const struct zone *zone, struct zone_history **ret)
{
	struct zone_history *history = history_alloc(0);
	if (history == NULL)
		return -ENOMEM;
	zone_measure(history, zone);
	*ret = history;
	return ERR_OK;
}

/* RFC 1982 3.2. */
static bool is_later(uint32_t serial, uint32_t than)
{
	return (int32_t)(serial - than) > 0;
}

void zone_history_set_doubt(struct zone_history *history, uint32_t until)
{
	if (is_later(history->serial, until) || (history->has_doubt && is_later(history->doubt_until, until)))
		return;
	history->has_doubt = true;
	history->doubt_until = until;
}

bool zone_history_doubt(const struct zone_history *history, uint32_t *ret_until)
{
	if (history->has_doubt)
		*ret_until = history->doubt_until;
	return history->has_doubt;
}

int zone_history_new_after(const struct zone *zone, const struct zone_history *before, struct zone_history **ret)
{
	int err = zone_history_new(zone, ret);
	if (err != ERR_OK)
		return err;
	zone_history_set_doubt(*ret, before->serial);
	if (before->has_doubt)
		zone_history_set_doubt(*ret, before->doubt_until);
	return ERR_OK;
}

/* What a difference does to the zone: octets and digest, modulo 2^64. */
static void difference_measure(const struct difference *difference, size_t *ret_octets, uint64_t *ret_digest)
{
	size_t octets = 0;
	uint64_t digest = 0;
	const struct zone_record *record;
	for (size_t i = 0; (record = difference_at(difference, DIFFERENCE_ADDED, i)) != NULL; i++) {
		octets += record_size(record);
		digest += record_digest(record);
	}
	for (size_t i = 0; (record = difference_at(difference, DIFFERENCE_REMOVED, i)) != NULL; i++) {
		octets -= record_size(record);
		digest -= record_digest(record);
	}
	*ret_octets = octets;
	*ret_digest = digest;
}

/* --- One more --- */

/* The first difference that is kept: behind it all fit into the budget together. */
static size_t first_kept(const struct zone_history *before, size_t octets, size_t budget)
{
	size_t first = before->count;
	if (octets > budget)
		return first;
	while (first > 0 && before->count - first + 1 < ZONE_HISTORY_MOST &&
	       octets + difference_size(before->differences[first - 1]) <= budget)
		octets += difference_size(before->differences[--first]);
	return first;
}

static void history_put(struct zone_history *history, struct held_difference *held)
{
	history->differences[history->count] = held->difference;
	history->held[history->count++] = held;
	history->octets += difference_size(held->difference);
}

static void history_take_over(struct zone_history *history, const struct zone_history *before, size_t first)
{
	for (size_t i = first; i < before->count; i++) {
		atomic_fetch_add_explicit(&before->held[i]->holders, 1, memory_order_relaxed);
		history_put(history, before->held[i]);
	}
}

/* From that serial forwards. */
static int difference_judge(const struct difference *difference, uint32_t serial)
{
	if (difference_count(difference, DIFFERENCE_REMOVED) == 0 ||
	    difference_count(difference, DIFFERENCE_ADDED) == 0 ||
	    difference_serial(difference, DIFFERENCE_REMOVED) != serial)
		return ERR_MISMATCH;
	return is_later(difference_serial(difference, DIFFERENCE_ADDED), serial) ? ERR_OK : ERR_RANGE;
}

int zone_history_append(const struct zone_history *before, struct difference *difference, struct zone_history **ret)
{
	size_t octets;
	uint64_t digest;
	int err = difference_judge(difference, before->serial);
	struct held_difference *held = err == ERR_OK ? calloc(1, sizeof(*held)) : NULL;
	struct zone_history *history = held != NULL ? history_alloc(before->count + 1) : NULL;
	if (history == NULL) {
		free(held);
		difference_free(difference);
		return err == ERR_OK ? -ENOMEM : err;
	}
	*held = (struct held_difference){.difference = difference, .digest = before->digest};
	difference_measure(difference, &octets, &digest);
	history->serial = difference_serial(difference, DIFFERENCE_ADDED);
	history->zone_octets = before->zone_octets + octets;
	history->digest = before->digest + digest;
	if (before->has_doubt)
		zone_history_set_doubt(history, before->doubt_until);
	history_take_over(history, before, first_kept(before, difference_size(difference), history->zone_octets));
	if (difference_size(difference) <= history->zone_octets && !before->has_doubt)
		history_put(history, held);
	else
		held_free(held);
	*ret = history;
	return ERR_OK;
}

/* --- From elsewhere --- */

static int differences_judge(struct difference *const *differences, size_t count, uint32_t serial)
{
	for (size_t i = 0; i < count; i++) {
		int err = difference_judge(differences[i], difference_serial(differences[i], DIFFERENCE_REMOVED));
		if (err != ERR_OK)
			return err;
		uint32_t next = i + 1 < count ? difference_serial(differences[i + 1], DIFFERENCE_REMOVED) : serial;
		if (difference_serial(differences[i], DIFFERENCE_ADDED) != next)
			return ERR_MISMATCH;
	}
	return ERR_OK;
}

/* The first of those that the budget has room for. */
static size_t first_restored(const struct zone_history *history, struct difference *const *differences, size_t count)
{
	size_t first = count, octets = 0;
	while (first > 0 && count - first < ZONE_HISTORY_MOST &&
	       octets + difference_size(differences[first - 1]) <= history->zone_octets)
		octets += difference_size(differences[--first]);
	return first;
}

/* From the newest backwards, for its digest is known. */
static int differences_hold(struct zone_history *history, struct difference **differences, size_t first, size_t count)
{
	uint64_t digest = history->digest;
	for (size_t i = count; i > first; i--) {
		struct held_difference *held = calloc(1, sizeof(*held));
		if (held == NULL)
			return -ENOMEM;
		size_t octets;
		uint64_t change;
		difference_measure(differences[i - 1], &octets, &change);
		digest -= change;
		*held = (struct held_difference){.difference = differences[i - 1], .digest = digest};
		history->held[i - 1 - first] = held;
		differences[i - 1] = NULL;
	}
	for (size_t i = 0; i < count - first; i++)
		history_put(history, history->held[i]);
	return ERR_OK;
}

int zone_history_restore(const struct zone *zone, struct difference **differences, size_t count,
			 struct zone_history **ret)
{
	struct zone_history *history = NULL;
	int err = differences_judge(differences, count, zone_serial(zone));
	if (err == ERR_OK) {
		history = history_alloc(count);
		err = history != NULL ? ERR_OK : -ENOMEM;
	}
	if (err == ERR_OK) {
		zone_measure(history, zone);
		err = differences_hold(history, differences, first_restored(history, differences, count), count);
	}
	for (size_t i = 0; i < count; i++)
		difference_free(differences[i]);
	if (err == ERR_OK)
		*ret = history;
	else
		zone_history_free(history);
	return err;
}

/* --- What it has --- */

uint32_t zone_history_serial(const struct zone_history *history)
{
	return history->serial;
}

size_t zone_history_count(const struct zone_history *history)
{
	return history->count;
}

const struct difference *zone_history_at(const struct zone_history *history, size_t index)
{
	return history->differences[index];
}

size_t zone_history_octets(const struct zone_history *history)
{
	return history->octets;
}

size_t zone_history_zone_octets(const struct zone_history *history)
{
	return history->zone_octets;
}

uint32_t zone_history_serial_at(const struct zone_history *history, size_t index)
{
	return index < history->count ? difference_serial(history->differences[index], DIFFERENCE_REMOVED)
				      : history->serial;
}

uint64_t zone_history_digest_at(const struct zone_history *history, size_t index)
{
	return index < history->count ? history->held[index]->digest : history->digest;
}

/* --- What a client needs --- */

static size_t records_count(const struct difference *const *differences, size_t count)
{
	size_t sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += difference_count(differences[i], DIFFERENCE_REMOVED) +
		       difference_count(differences[i], DIFFERENCE_ADDED);
	return sum;
}

static void part_condense(struct zone_history_part *part)
{
	struct difference *condensed;
	if (part->count < 2 || records_count(part->differences, part->count) > ZONE_HISTORY_CONDENSED_MOST ||
	    difference_condense(part->differences, part->count, &condensed) != ERR_OK)
		return;
	part->condensed = condensed; /* never larger: the SOAs in between are gone at least */
}

enum zone_history_answer zone_history_since(const struct zone_history *history, uint32_t serial,
					    struct zone_history_part *ret)
{
	*ret = (struct zone_history_part){0};
	if (!is_later(history->serial, serial))
		return ZONE_HISTORY_CURRENT;
	size_t first = history->count;
	while (first > 0 && difference_serial(history->differences[first - 1], DIFFERENCE_REMOVED) != serial)
		first--;
	if (first == 0)
		return ZONE_HISTORY_UNKNOWN;
	ret->differences = history->differences + first - 1;
	ret->count = history->count - first + 1;
	part_condense(ret);
	return ZONE_HISTORY_DIFFERENCES;
}

void zone_history_part_free(struct zone_history_part *part)
{
	difference_free(part->condensed);
	*part = (struct zone_history_part){0};
}

/* --- Condensing --- */

/* What one side does to what was known of each record: that which is undone is as if it had never been. */
static int side_net(struct record_set *set, const struct difference *difference, enum difference_side side)
{
	const struct zone_record *record;
	for (size_t i = 1; (record = difference_at(difference, side, i)) != NULL; i++) {
		bool is_new;
		struct record_entry *entry = record_set_put(set, record, &is_new);
		if (!is_new && entry->is_live && entry->side == side)
			return ERR_MISMATCH;
		entry->is_live = is_new || !entry->is_live;
		entry->side = side;
	}
	return ERR_OK;
}

static int side_write(const struct record_set *set, const struct zone_record *soa, enum difference_side side,
		      struct difference *into)
{
	int err = difference_put(into, side, soa);
	for (size_t i = 0; i < record_set_count(set) && err == ERR_OK; i++) {
		const struct record_entry *entry = record_set_at(set, i);
		if (entry->is_live && entry->side == side)
			err = difference_put(into, side, &entry->record);
	}
	return err;
}

static int set_write(const struct record_set *set, const struct difference *oldest, const struct difference *newest,
		     struct difference **ret)
{
	struct difference *into;
	int err = difference_new(&into);
	if (err != ERR_OK)
		return err;
	err = side_write(set, difference_at(oldest, DIFFERENCE_REMOVED, 0), DIFFERENCE_REMOVED, into);
	if (err == ERR_OK)
		err = side_write(set, difference_at(newest, DIFFERENCE_ADDED, 0), DIFFERENCE_ADDED, into);
	if (err != ERR_OK) {
		difference_free(into);
		return err;
	}
	*ret = into;
	return ERR_OK;
}

int difference_condense(const struct difference *const *differences, size_t count, struct difference **ret)
{
	struct record_set *set;
	int err = record_set_new(records_count(differences, count), &set);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		err = side_net(set, differences[i], DIFFERENCE_REMOVED);
		if (err == ERR_OK)
			err = side_net(set, differences[i], DIFFERENCE_ADDED);
	}
	if (err == ERR_OK)
		err = set_write(set, differences[0], differences[count - 1], ret);
	record_set_free(set);
	return err;
}

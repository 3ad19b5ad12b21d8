/* SPDX-License-Identifier: BSD-2-Clause */
#include "alerts/slots.h"
#include "signals/scope/scope.h"

#define SECOND_US 1000000ull

static bool is_same(const struct scope *a, const struct scope *b)
{
	return a->kind != SCOPE_ALL && scope_equal(a, b);
}

/* Does an alert of the group speak of the same zone or network? */
static bool group_has_scope(const struct alerts *alerts, const struct group *group, const struct scope *scope)
{
	for (size_t i = 0; i < ALERTS_MAX; i++) {
		const struct slot *slot = &alerts->slots[i];
		if (slot->state >= SLOT_HOLDING && slot->group == group && is_same(&slot->alert.scope, scope))
			return true;
	}
	return false;
}

static bool group_fits(const struct alerts *alerts, const struct group *group, const struct slot *slot)
{
	if (group->id == 0 || group->name != slot->group_name || group->rule != slot->rule ||
	    group->stream != slot->alert.scope.stream)
		return false;
	return slot->alert.raised_us < group->begun_us + ALERT_JOIN_S * SECOND_US ||
	       group_has_scope(alerts, group, &slot->alert.scope);
}

bool group_take(struct alerts *alerts, struct slot *slot)
{
	struct group *free_one = NULL;
	for (size_t i = 0; i < ALERT_GROUPS_MAX; i++) {
		struct group *group = &alerts->groups[i];
		if (group_fits(alerts, group, slot)) {
			slot->group = group;
			return true;
		}
		if (group->id == 0 && free_one == NULL)
			free_one = group;
	}
	if (free_one == NULL) {
		alerts->dropped_count++;
		return false;
	}
	*free_one = (struct group){.id = slot->alert.id,
				   .name = slot->group_name,
				   .rule = slot->rule,
				   .stream = slot->alert.scope.stream,
				   .conduct = slot->conduct,
				   .begun_us = slot->alert.raised_us};
	slot->group = free_one;
	return true;
}

void group_inherit(struct group *group, const struct group *old)
{
	group->told_count++;
	if (group->is_told)
		return;
	group->id = old->id;
	group->begun_us = old->begun_us;
	group->told_us = old->told_us;
	group->refreshed_us = old->refreshed_us;
	group->told_level = old->told_level;
	group->is_told = true;
}

/* --- telling --- */

/* Those that hold before those that are over, then the gravest, then the oldest. */
static bool is_before(const struct alert *a, const struct alert *b)
{
	if ((a->cleared_us == 0) != (b->cleared_us == 0))
		return a->cleared_us == 0;
	if (a->level != b->level)
		return a->level > b->level;
	return a->id < b->id;
}

static void message_add(struct alert_message *message, const struct alert *alert)
{
	size_t at = message->count < ALERT_SHOWN_MAX ? message->count++ : ALERT_SHOWN_MAX - 1;
	message->total++;
	if (message->total > ALERT_SHOWN_MAX && !is_before(alert, message->alerts[at]))
		return;
	for (; at > 0 && is_before(alert, message->alerts[at - 1]); at--)
		message->alerts[at] = message->alerts[at - 1];
	message->alerts[at] = alert;
}

/* Fills in what the group holds; false: all of it is over. */
static bool message_fill(const struct alerts *alerts, const struct group *group, struct alert_message *ret)
{
	bool is_holding = false;
	*ret = (struct alert_message){
		.id = group->id, .sinks = group->conduct.sinks, .time_us = alerts->now_us, .since_us = UINT64_MAX};
	for (size_t i = 0; i < ALERTS_MAX; i++) {
		const struct slot *slot = &alerts->slots[i];
		if (slot->state < SLOT_HOLDING || slot->group != group)
			continue;
		message_add(ret, &slot->alert);
		is_holding = is_holding || slot->state != SLOT_OVER;
		ret->level = slot->alert.level > ret->level ? slot->alert.level : ret->level;
		ret->since_us = slot->alert.since_us < ret->since_us ? slot->alert.since_us : ret->since_us;
	}
	return is_holding;
}

static void group_tell(struct alerts *alerts, struct group *group, struct alert_message *message,
		       enum alert_change change)
{
	group->refreshed_us = alerts->now_us;
	if (change != ALERT_REFRESHED) {
		group->told_us = alerts->now_us;
		group->told_level = message->level;
		group->told_count = message->total;
		group->is_told = true;
	}
	message->change = change;
	alerts->options.listener(alerts->options.owner, message);
}

static void group_end(struct alerts *alerts, struct group *group)
{
	for (size_t i = 0; i < ALERTS_MAX; i++) {
		struct slot *slot = &alerts->slots[i];
		if (slot->state >= SLOT_HOLDING && slot->group == group)
			slot_free(slot);
	}
	group->id = 0;
}

/* What is due of a group that holds. false: nothing. */
static bool group_is_due(const struct alerts *alerts, const struct group *group, const struct alert_message *message,
			 enum alert_change *ret)
{
	uint64_t repeat_us = alerts->options.repeat_s * SECOND_US, now_us = alerts->now_us;
	bool is_grown = message->total > group->told_count && now_us >= group->told_us + ALERT_JOIN_S * SECOND_US;
	bool is_gathering = message->alerts[0]->is_signal && now_us < group->begun_us + ALERT_GATHER_S * SECOND_US;
	if (!group->is_told && is_gathering)
		return false;
	if (!group->is_told)
		*ret = ALERT_RAISED;
	else if (message->level > group->told_level || is_grown)
		*ret = ALERT_WORSENED;
	else if (repeat_us > 0 && now_us >= group->told_us + repeat_us)
		*ret = ALERT_HOLDS;
	else if (now_us >= group->refreshed_us + ALERT_REFRESH_S * SECOND_US)
		*ret = ALERT_REFRESHED;
	else
		return false;
	return true;
}

void groups_tell(struct alerts *alerts)
{
	for (size_t i = 0; i < ALERT_GROUPS_MAX; i++) {
		struct group *group = &alerts->groups[i];
		struct alert_message message;
		enum alert_change change;
		if (group->id == 0)
			continue;
		if (!message_fill(alerts, group, &message)) {
			/* What was told is taken back, in a time of silence too. */
			if (group->is_told)
				group_tell(alerts, group, &message, ALERT_CLEARED);
			group_end(alerts, group);
		} else if (!alert_is_muted(&group->conduct, alerts->now_us) &&
			   group_is_due(alerts, group, &message, &change)) {
			group_tell(alerts, group, &message, change);
		}
	}
}

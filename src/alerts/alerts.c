/* SPDX-License-Identifier: BSD-2-Clause */
#include "alerts/alerts.h"

#include "alerts/meter.h"
#include "alerts/slots.h"
#include "signals/scope/scope.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SECOND_US 1000000ull

const char *alert_change_text(enum alert_change change)
{
	static const char *const texts[] = {"raised", "worsened", "holds", "cleared", "holds"};
	return texts[change];
}

int alerts_new(const struct alerts_options *options, struct alerts **ret)
{
	struct alerts *alerts = calloc(1, sizeof(*alerts));
	if (alerts == NULL)
		return -ENOMEM;
	alerts->options = *options;
	int err = ERR_OK;
	for (size_t i = 0; err == ERR_OK && i < options->rules->threshold_count; i++)
		err = meter_new(&options->rules->thresholds[i], options->seed, &alerts->meters[i]);
	if (err != ERR_OK) {
		alerts_free(alerts);
		return err;
	}
	*ret = alerts;
	return ERR_OK;
}

void alerts_free(struct alerts *alerts)
{
	if (alerts == NULL)
		return;
	for (size_t i = 0; i < ALERT_THRESHOLDS_MAX; i++)
		meter_free(alerts->meters[i]);
	free(alerts);
}

/* --- slots --- */

void slot_free(struct slot *slot)
{
	if (slot->backlink != NULL)
		*slot->backlink = NULL;
	slot->backlink = NULL;
	slot->state = SLOT_FREE;
}

static struct slot *slot_find(struct alerts *alerts, const struct slot_key *key)
{
	for (size_t i = 0; i < ALERTS_MAX; i++) {
		struct slot *slot = &alerts->slots[i];
		if (slot->state != SLOT_FREE && slot->key.source == key->source &&
		    scope_equal(&slot->key.scope, &key->scope))
			return slot;
	}
	return NULL;
}

/* A free one; else one that is cleared, whose group goes on without it. NULL: none, which is counted. */
static struct slot *slot_new(struct alerts *alerts)
{
	struct slot *over = NULL;
	for (size_t i = 0; i < ALERTS_MAX; i++) {
		struct slot *slot = &alerts->slots[i];
		if (slot->state == SLOT_FREE)
			return slot;
		if (slot->state == SLOT_OVER && (over == NULL || slot->alert.cleared_us < over->alert.cleared_us))
			over = slot;
	}
	if (over != NULL)
		slot_free(over);
	else
		alerts->dropped_count++;
	return over;
}

/* It shows (again). */
static void slot_wake(struct slot *slot)
{
	if (slot->state != SLOT_CALM && slot->state != SLOT_OVER)
		return;
	slot->state = SLOT_HOLDING;
	slot->alert.cleared_us = 0;
}

/* It does not show any more. */
static void slot_calm(struct slot *slot, uint64_t time_us)
{
	if (slot->state == SLOT_PENDING) {
		slot_free(slot);
	} else if (slot->state == SLOT_HOLDING) {
		slot->state = SLOT_CALM;
		slot->begun_us = time_us;
	}
}

static void slot_advance(struct alerts *alerts, struct slot *slot)
{
	uint64_t for_us = slot->conduct.for_s * SECOND_US, calm_us = slot->conduct.calm_s * SECOND_US;
	if (slot->state == SLOT_PENDING && slot->alert.level >= slot->conduct.least &&
	    alerts->now_us >= slot->begun_us + for_us) {
		slot->alert.raised_us = slot->begun_us + for_us;
		slot->alert.id = ++alerts->last_id;
		if (group_take(alerts, slot))
			slot->state = SLOT_HOLDING;
		else
			slot_free(slot);
	} else if (slot->state == SLOT_CALM && alerts->now_us >= slot->begun_us + calm_us) {
		slot->state = SLOT_OVER;
		slot->alert.cleared_us = slot->begun_us;
	}
}

/* --- signals --- */

static void alert_fill(struct alert *alert, const struct signal *signal)
{
	alert->name = sensor_name(signal->sensor);
	alert->means = sensor_means(signal->sensor);
	alert->next = sensor_next(signal->sensor);
	alert->is_signal = true;
	alert->sensor = signal->sensor;
	alert->level = signal->level > alert->level ? signal->level : alert->level;
	alert->scope = signal->scope;
	alert->unit = (enum alert_unit)sensor_unit(signal->sensor);
	alert->now = signal->now;
	alert->usual = signal->usual;
	alert->baseline = signal->baseline;
	memcpy(alert->evidence, signal->evidence, sizeof(alert->evidence));
}

static struct slot *signal_begin(struct alerts *alerts, const struct signal *signal, const struct slot_key *key)
{
	const struct alert_rule *rule;
	struct alert_conduct conduct = alert_rules_find(alerts->options.rules, signal->sensor, &signal->scope, &rule);
	struct slot *slot = conduct.is_off ? NULL : slot_new(alerts);
	if (slot == NULL)
		return NULL;
	*slot = (struct slot){.state = SLOT_PENDING,
			      .key = *key,
			      .conduct = conduct,
			      .rule = rule,
			      .group_name = alert_builtin_group(signal->sensor),
			      .begun_us = signal->raised_us,
			      .alert.since_us = signal->since_us};
	return slot;
}

void alerts_signal(struct alerts *alerts, const struct signal *signal, enum signal_change change)
{
	const struct slot_key key = {sensor_name(signal->sensor), signal->scope};
	struct slot *slot = slot_find(alerts, &key);
	uint64_t time_us = change == SIGNAL_CLEARED ? signal->cleared_us : signal->raised_us;
	if (time_us > alerts->signal_us)
		alerts->signal_us = time_us;
	if (change == SIGNAL_CLEARED) {
		if (slot != NULL)
			slot_calm(slot, signal->cleared_us);
		return;
	}
	if (slot == NULL)
		slot = signal_begin(alerts, signal, &key);
	if (slot == NULL)
		return;
	slot_wake(slot);
	alert_fill(&slot->alert, signal);
}

/* A signal of the old rules; what was told of it needs not be told again. */
static void signal_inherit(struct alerts *alerts, const struct slot *old)
{
	const struct alert_rule *rule;
	struct alert_conduct conduct =
		alert_rules_find(alerts->options.rules, old->alert.sensor, &old->alert.scope, &rule);
	struct slot *slot = conduct.is_off ? NULL : slot_new(alerts);
	if (slot == NULL)
		return;
	*slot = *old;
	slot->conduct = conduct;
	slot->rule = rule;
	slot->group = NULL;
	if (slot->state == SLOT_PENDING)
		return;
	if (!group_take(alerts, slot))
		slot_free(slot);
	else if (old->group->is_told)
		group_inherit(slot->group, old->group);
}

void alerts_inherit(struct alerts *alerts, const struct alerts *old)
{
	alerts->now_us = old->now_us;
	alerts->signal_us = old->signal_us;
	alerts->last_id = old->last_id;
	for (size_t i = 0; i < alerts->options.rules->threshold_count; i++)
		meter_begin(alerts->meters[i], old->now_us);
	for (size_t i = 0; i < ALERTS_MAX; i++) {
		const struct slot *slot = &old->slots[i];
		if (slot->state != SLOT_FREE && slot->state != SLOT_OVER && slot->alert.is_signal)
			signal_inherit(alerts, slot);
	}
}

/* --- thresholds --- */

static void threshold_fill(struct alert *alert, const struct alert_threshold *threshold,
			   const struct meter_verdict *verdict)
{
	bool is_higher = verdict->now > alert->now;
	alert->name = threshold->name;
	alert->means = threshold->text;
	alert->next = threshold->next;
	alert->level = threshold->level;
	alert->scope = *verdict->scope;
	alert->unit = threshold->of != NULL ? ALERT_SHARE : ALERT_PER_MINUTE;
	alert->usual = threshold->limit;
	if (!is_higher)
		return;
	alert->now = verdict->now;
	if (threshold->of != NULL)
		snprintf(alert->evidence, sizeof(alert->evidence), "%u of %u events in %u s", verdict->part,
			 verdict->whole, threshold->window_s);
	else
		snprintf(alert->evidence, sizeof(alert->evidence), "%u events in %u s", verdict->part,
			 threshold->window_s);
}

static struct slot *threshold_begin(struct alerts *alerts, const struct alert_threshold *threshold,
				    const struct meter_verdict *verdict)
{
	struct slot *slot = slot_new(alerts);
	if (slot == NULL)
		return NULL;
	*slot = (struct slot){.state = SLOT_PENDING,
			      .key = {threshold, *verdict->scope},
			      .conduct = threshold->conduct,
			      .rule = threshold,
			      .group_name = threshold->name,
			      .begun_us = verdict->until_us,
			      .backlink = verdict->slot,
			      .alert.since_us = verdict->from_us};
	*verdict->slot = slot;
	return slot;
}

/* Between the limit and calm nothing changes for what holds; what does not hold yet must begin anew. */
static void threshold_judge(void *owner, const struct alert_threshold *threshold, const struct meter_verdict *verdict)
{
	struct alerts *alerts = owner;
	struct slot *slot = *verdict->slot;
	if (verdict->is_above && slot == NULL && !threshold->conduct.is_off)
		slot = threshold_begin(alerts, threshold, verdict);
	if (slot == NULL)
		return;
	if (verdict->is_above) {
		slot_wake(slot);
		threshold_fill(&slot->alert, threshold, verdict);
	} else if (verdict->is_calm || slot->state == SLOT_PENDING) {
		slot_calm(slot, verdict->until_us);
	}
}

void alerts_event(struct alerts *alerts, const struct event *event)
{
	for (size_t i = 0; i < alerts->options.rules->threshold_count; i++)
		meter_count(alerts->meters[i], event);
}

/* --- time --- */

static void time_advance(struct alerts *alerts, uint64_t now_us)
{
	alerts->now_us = now_us;
	for (size_t i = 0; i < alerts->options.rules->threshold_count; i++)
		meter_advance(alerts->meters[i], now_us, threshold_judge, alerts);
	for (size_t i = 0; i < ALERTS_MAX; i++)
		slot_advance(alerts, &alerts->slots[i]);
	groups_tell(alerts);
}

void alerts_advance(struct alerts *alerts, uint64_t now_us)
{
	if (now_us >= alerts->now_us + SECOND_US)
		time_advance(alerts, now_us);
}

void alerts_finish(struct alerts *alerts)
{
	uint64_t end_us = alerts->signal_us + ALERT_GATHER_S * SECOND_US;
	if (end_us > alerts->now_us)
		time_advance(alerts, end_us);
}

size_t alerts_holding(const struct alerts *alerts)
{
	size_t count = 0;
	for (size_t i = 0; i < ALERTS_MAX; i++)
		count += alerts->slots[i].state == SLOT_HOLDING || alerts->slots[i].state == SLOT_CALM;
	return count;
}

uint64_t alerts_dropped(const struct alerts *alerts)
{
	return alerts->dropped_count;
}

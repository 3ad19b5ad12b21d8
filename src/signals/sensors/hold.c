/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/hold.h"

#include <math.h>

static void signal_tell(const struct signal_list *list, const struct signal *signal, enum signal_change change)
{
	if (list->listener != NULL)
		list->listener(list->owner, signal, change);
}

/* A free place, or that of the one that was cleared first; NULL: all hold. */
static struct signal *signal_place(struct signal_list *list)
{
	struct signal *first = NULL;
	if (list->count < SIGNALS_MAX)
		return &list->signals[list->count++];
	for (size_t i = 0; i < SIGNALS_MAX; i++) {
		struct signal *signal = &list->signals[i];
		if (signal->cleared_us != 0 && (first == NULL || signal->cleared_us < first->cleared_us))
			first = signal;
	}
	return first;
}

/* Some shares are worse the lower they are. */
static bool is_worse(const struct judgement *judgement, const struct signal *signal)
{
	if (judgement->level != signal->level)
		return judgement->level > signal->level;
	return fabs(judgement->now - judgement->usual) > fabs(signal->now - signal->usual);
}

static void signal_fill(struct signal *signal, const struct judgement *judgement)
{
	signal->level = judgement->level;
	signal->now = judgement->now;
	signal->usual = judgement->usual;
	signal->baseline = judgement->baseline;
	memcpy(signal->evidence, judgement->evidence, sizeof(signal->evidence));
}

void signal_show(struct signal_list *list, struct hold *hold, enum sensor sensor, const struct scope *scope,
		 const struct judgement *judgement, uint64_t now_us)
{
	hold->calm = 0;
	hold->level = (uint8_t)judgement->level;
	if (hold->place != 0) {
		struct signal *held = &list->signals[hold->place - 1];
		if (!is_worse(judgement, held))
			return;
		/* What grows slowly is told once a level, or when it is twice as far from usual: not each ten seconds.
		 */
		bool is_news = judgement->level > held->level ||
			       fabs(judgement->now - judgement->usual) > 2 * fabs(held->told - judgement->usual);
		signal_fill(held, judgement);
		if (!is_news)
			return;
		held->told = judgement->now;
		signal_tell(list, held, SIGNAL_WORSENED);
		return;
	}
	struct signal *signal = signal_place(list);
	if (signal == NULL) {
		list->dropped_count++;
		return;
	}
	*signal = (struct signal){.id = ++list->raised_count,
				  .sensor = sensor,
				  .scope = *scope,
				  .since_us = judgement->since_us,
				  .raised_us = now_us,
				  .told = judgement->now};
	hold->place = (uint16_t)(signal - list->signals + 1);
	signal_fill(signal, judgement);
	signal_tell(list, signal, SIGNAL_RAISED);
}

void signal_calm(struct signal_list *list, struct hold *hold, unsigned beats, uint64_t now_us)
{
	if (hold->place == 0 || ++hold->calm < beats)
		return;
	struct signal *signal = &list->signals[hold->place - 1];
	signal->cleared_us = now_us;
	*hold = (struct hold){0};
	signal_tell(list, signal, SIGNAL_CLEARED);
}

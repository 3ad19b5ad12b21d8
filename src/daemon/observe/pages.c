/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/pages.h"

#include "base/clock.h"

#include <errno.h>

static void event_take(void *owner, const struct event *event)
{
	const struct pages *pages = owner;
	uint64_t now_us = clock_wall_us();
	series_event(pages->series, event, now_us);
	top_event(pages->top, event, now_us);
	pairs_event(pages->pairs, event);
	feed_event(pages->feed, event);
}

static void signal_take(void *owner, const struct signal *signal, enum signal_change change)
{
	const struct pages *pages = owner;
	(void)change;
	feed_signal(pages->feed, signal);
}

static void second_take(void *owner, uint64_t now_us)
{
	const struct pages *pages = owner;
	series_second(pages->series, now_us);
}

int pages_open(struct pages *pages, struct observer *observer)
{
	const struct observer_tap tap = {
		.owner = pages, .event = event_take, .signal = signal_take, .second = second_take};
	if (observer == NULL || pages->series != NULL)
		return ERR_OK;
	pages->series = series_new();
	pages->top = top_new();
	pages->feed = feed_new(clock_wall_us());
	pages->pairs = pairs_new();
	bool is_made = pages->series != NULL && pages->top != NULL && pages->feed != NULL && pages->pairs != NULL;
	int rc = is_made ? observer_add_tap(observer, &tap) : -ENOMEM;
	if (rc != ERR_OK)
		pages_close(pages);
	return rc;
}

void pages_close(struct pages *pages)
{
	series_free(pages->series);
	top_free(pages->top);
	feed_free(pages->feed);
	pairs_free(pages->pairs);
	*pages = (struct pages){0};
}

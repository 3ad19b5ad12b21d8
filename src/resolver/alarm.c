/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/alarm.h"

#include <errno.h>
#include <stdlib.h>

void alarms_end(struct alarms *alarms)
{
	free(alarms->heap);
	*alarms = (struct alarms){0};
}

static void put(struct alarms *alarms, uint32_t place, struct alarm *alarm)
{
	alarms->heap[place] = alarm;
	alarm->place = place;
}

static void rise(struct alarms *alarms, uint32_t place, struct alarm *alarm)
{
	while (place > 1 && alarms->heap[place / 2]->at_us > alarm->at_us) {
		put(alarms, place, alarms->heap[place / 2]);
		place /= 2;
	}
	put(alarms, place, alarm);
}

static void sink(struct alarms *alarms, uint32_t place, struct alarm *alarm)
{
	for (uint32_t child; (child = place * 2) <= alarms->count; place = child) {
		if (child < alarms->count && alarms->heap[child + 1]->at_us < alarms->heap[child]->at_us)
			child++;
		if (alarms->heap[child]->at_us >= alarm->at_us)
			break;
		put(alarms, place, alarms->heap[child]);
	}
	put(alarms, place, alarm);
}

static int reserve(struct alarms *alarms)
{
	if (alarms->count + 1 < alarms->capacity)
		return ERR_OK;
	uint32_t capacity = alarms->capacity == 0 ? 64 : alarms->capacity * 2;
	struct alarm **heap = realloc(alarms->heap, capacity * sizeof(heap[0]));
	if (heap == NULL)
		return -ENOMEM;
	alarms->heap = heap;
	alarms->capacity = capacity;
	return ERR_OK;
}

int alarm_set(struct alarms *alarms, struct alarm *alarm, uint64_t at_us)
{
	alarm_clear(alarms, alarm);
	int err = reserve(alarms);
	if (err != ERR_OK)
		return err;
	alarm->at_us = at_us;
	rise(alarms, ++alarms->count, alarm);
	return ERR_OK;
}

void alarm_clear(struct alarms *alarms, struct alarm *alarm)
{
	uint32_t place = alarm->place;
	if (place == 0)
		return;
	alarm->place = 0;
	struct alarm *last = alarms->heap[alarms->count--];
	if (last == alarm)
		return;
	if (place > 1 && alarms->heap[place / 2]->at_us > last->at_us)
		rise(alarms, place, last);
	else
		sink(alarms, place, last);
}

uint64_t alarms_next_us(const struct alarms *alarms)
{
	return alarms->count > 0 ? alarms->heap[1]->at_us : UINT64_MAX;
}

struct alarm *alarms_take(struct alarms *alarms, uint64_t now_us)
{
	if (alarms_next_us(alarms) > now_us)
		return NULL;
	struct alarm *alarm = alarms->heap[1];
	alarm_clear(alarms, alarm);
	return alarm;
}

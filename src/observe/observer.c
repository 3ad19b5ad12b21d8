/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/observer.h"

#include "observe/report.h"
#include "signals/sites.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#define TAPS_MAX 16
#define LATE_US 2000000 /* an event may wait so long in a recorder before it comes here */
#define CLEARED_US 3600000000

struct observer {
	pthread_mutex_t lock; /* all below */
	struct sensors *sensors;
	struct sites *sites;
	struct observer_tap taps[TAPS_MAX];
	size_t tap_count;
	uint64_t now_us; /* as the last second said */
};

static void signal_tell(void *owner, const struct signal *signal, enum signal_change change)
{
	struct observer *observer = owner;
	for (size_t i = 0; i < observer->tap_count; i++) {
		if (observer->taps[i].signal != NULL)
			observer->taps[i].signal(observer->taps[i].owner, signal, change);
	}
}

int observer_new(const struct observer_options *options, struct observer **ret)
{
	struct observer *observer = calloc(1, sizeof(*observer));
	if (observer == NULL)
		return -ENOMEM;
	int rc = sensors_new(options->seed, &observer->sensors);
	if (rc != ERR_OK) {
		free(observer);
		return rc;
	}
	sensors_listen(observer->sensors, signal_tell, observer);
	pthread_mutex_init(&observer->lock, NULL);
	*ret = observer;
	return ERR_OK;
}

int observer_name_sites(struct observer *observer, struct span text)
{
	struct sites_fault fault;
	int rc = sites_parse(text, &observer->sites, &fault);
	if (rc == ERR_OK)
		sensors_name_sites(observer->sensors, observer->sites);
	return rc;
}

void observer_free(struct observer *observer)
{
	if (observer == NULL)
		return;
	pthread_mutex_destroy(&observer->lock);
	sensors_free(observer->sensors);
	sites_free(observer->sites);
	free(observer);
}

int observer_add_tap(struct observer *observer, const struct observer_tap *tap)
{
	pthread_mutex_lock(&observer->lock);
	int rc = observer->tap_count < TAPS_MAX ? ERR_OK : ERR_LIMIT;
	if (rc == ERR_OK)
		observer->taps[observer->tap_count++] = *tap;
	pthread_mutex_unlock(&observer->lock);
	return rc;
}

void observer_remove_tap(struct observer *observer, const void *owner)
{
	pthread_mutex_lock(&observer->lock);
	size_t kept = 0;
	for (size_t i = 0; i < observer->tap_count; i++) {
		if (observer->taps[i].owner != owner)
			observer->taps[kept++] = observer->taps[i];
	}
	observer->tap_count = kept;
	pthread_mutex_unlock(&observer->lock);
}

void observer_event(struct observer *observer, const struct event *event)
{
	pthread_mutex_lock(&observer->lock);
	sensors_observe(observer->sensors, event);
	for (size_t i = 0; i < observer->tap_count; i++) {
		if (observer->taps[i].event != NULL)
			observer->taps[i].event(observer->taps[i].owner, event);
	}
	pthread_mutex_unlock(&observer->lock);
}

void observer_second(struct observer *observer, uint64_t now_us)
{
	pthread_mutex_lock(&observer->lock);
	observer->now_us = now_us;
	/* Events of the end of ten seconds must find them open, as they do in a log. */
	if (now_us > LATE_US)
		sensors_advance(observer->sensors, now_us - LATE_US);
	for (size_t i = 0; i < observer->tap_count; i++) {
		if (observer->taps[i].second != NULL)
			observer->taps[i].second(observer->taps[i].owner, now_us);
	}
	pthread_mutex_unlock(&observer->lock);
}

void observer_know_hour(struct observer *observer, const struct sensors_hour *known, uint64_t now_us)
{
	pthread_mutex_lock(&observer->lock);
	sensors_know_hour(observer->sensors, known, now_us);
	pthread_mutex_unlock(&observer->lock);
}

json_t *observer_signals(struct observer *observer)
{
	pthread_mutex_lock(&observer->lock);
	uint64_t now_us = observer->now_us;
	json_t *report = signals_report(observer->sensors, now_us > CLEARED_US ? now_us - CLEARED_US : 0);
	pthread_mutex_unlock(&observer->lock);
	return report;
}

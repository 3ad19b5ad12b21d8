/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sensors and everything else that listens to events, behind one lock: events come in from any thread, what the
 * sensors make of them goes out to taps.
 * Owned: observer_new/observer_free, once no thread gives it events any more.
 * Never on the answer path: whoever answers questions gives events to a recorder, and its thread comes here.
 */
#ifndef OBSERVE_OBSERVER_H
#define OBSERVE_OBSERVER_H

#include "signals/sensors.h"

#include <jansson.h>

struct observer;

/* All run in the thread that brought the event, under the observer's lock, and must be quick: copy and return. They
 * must not call the observer. NULL: not wanted. */
struct observer_tap {
	void *owner;
	void (*event)(void *owner, const struct event *event);
	void (*signal)(void *owner, const struct signal *signal, enum signal_change change);
	void (*second)(void *owner, uint64_t now_us); /* about once a second; wall clock */
};

struct observer_options {
	uint64_t seed; /* secret: of the sensors */
};

int observer_new(const struct observer_options *options, struct observer **ret) MUST_USE; /* -ENOMEM */
/* Names of clients' networks (signals/sites.h), before any event. -ENOMEM; ERR_SYNTAX: config has checked it, so never. */
int observer_name_sites(struct observer *observer, struct span text) MUST_USE;
void observer_free(struct observer *observer);                                            /* NULL is fine */

/* At any time, from any thread; the tap is copied. ERR_LIMIT: there are too many. */
int observer_add_tap(struct observer *observer, const struct observer_tap *tap) MUST_USE;
/* That of the owner. Once it returns the tap is called no more. */
void observer_remove_tap(struct observer *observer, const void *owner);

void observer_event(struct observer *observer, const struct event *event);
/* Time goes on, with or without events: about once a second. */
void observer_second(struct observer *observer, uint64_t now_us);
/* What a history knows of an hour; from any thread but a tap's. */
void observer_know_hour(struct observer *observer, const struct sensors_hour *known, uint64_t now_us);
/* What observe/report.h says of signals_report: those that hold and those that were cleared in the last hour. */
json_t *observer_signals(struct observer *observer);

#endif

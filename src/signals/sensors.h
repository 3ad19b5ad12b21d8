/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events counted by the minute, for everybody, for each zone and for each network of clients; what became unusual is a
 * signal, with its scope, since when, and by what it is judged.
 * Owned: sensors_new/sensors_free. Memory is fixed, whatever comes; scopes seen least make room.
 * Never reads a clock: time is that of the events, so a file gives the same as the stream that wrote it.
 */
#ifndef SIGNALS_SENSORS_H
#define SIGNALS_SENSORS_H

#include "ip/prefix.h"
#include "signals/event.h"

enum sensor {
#define SENSOR(id, name, needs, means, next) SENSOR_##id,
#include "signals/sensors.def"
	SENSOR_COUNT
};

enum signal_level { SIGNAL_NOTICE, SIGNAL_WARNING, SIGNAL_CRITICAL };
const char *signal_level_text(enum signal_level level);
const char *sensor_name(enum sensor sensor);  /* "AAAA-SERVFAIL" */
const char *sensor_needs(enum sensor sensor); /* what a source must tell */
const char *sensor_means(enum sensor sensor); /* one sentence */
const char *sensor_next(enum sensor sensor);  /* the command to go on with */

enum scope_kind { SCOPE_ALL, SCOPE_ZONE, SCOPE_NETWORK };

struct scope {
	enum scope_kind kind;
	enum event_stream stream;
	uint8_t zone[130]; /* wire form: the last two labels of names; of reverse names, as much as a /32 or /16 has */
	struct ip_prefix network; /* /56 or /24 */
};

/* By what `usual` is known. */
enum signal_baseline {
	BASELINE_EARLIER, /* the same scope before */
	BASELINE_CONTROL, /* no earlier part: type A at the same time, the other networks, what cannot be otherwise */
	BASELINE_COUNT
};
const char *signal_baseline_text(enum signal_baseline baseline);

#define SIGNAL_EVIDENCE_MAX 200

struct signal {
	uint64_t id; /* from 1, rising; no other signal of these sensors has it */
	enum sensor sensor;
	enum signal_level level; /* the highest it had */
	struct scope scope;
	double now, usual; /* shares 0-1; of A-TILT: questions for A on one for AAAA */
	enum signal_baseline baseline;
	uint64_t since_us;                  /* the first minute of what raised it */
	uint64_t raised_us;                 /* the end of the minute that raised it */
	uint64_t cleared_us;                /* 0: it holds */
	char evidence[SIGNAL_EVIDENCE_MAX]; /* when it was highest */
};

void scope_to_text(const struct scope *scope,
		   struct text *out); /* "zone bogus.lab", "network 2001:db8:20::/56", "all" */

struct sensors;

int sensors_new(uint64_t seed, struct sensors **ret) MUST_USE; /* -ENOMEM */
void sensors_free(struct sensors *sensors);                    /* NULL is fine */

/* The next event, joined; about in the order of time. Without a stamp that can be right it is
 * counted as untimed and nothing else. */
void sensors_observe(struct sensors *sensors, const struct event *event);
/* Judges the minute that is not over, as the last. */
void sensors_finish(struct sensors *sensors);

enum signal_change { SIGNAL_RAISED, SIGNAL_WORSENED, SIGNAL_CLEARED };
const char *signal_change_text(enum signal_change change); /* "raised" */
/* The signal is borrowed for the call, which must not call sensors. */
typedef void signal_listener(void *owner, const struct signal *signal, enum signal_change change);
/* One listener; NULL: none. */
void sensors_listen(struct sensors *sensors, signal_listener *listener, void *owner);

/* Time goes on without events, for those that run beside a live source: what is over is judged. About in order. */
void sensors_advance(struct sensors *sensors, uint64_t now_us);

/*
 * Those that hold and the last that were cleared, in no order (see `id`); borrowed until the next call. When there are
 * too many, the one that was cleared first makes room.
 */
const struct signal *sensors_signals(const struct sensors *sensors, size_t *ret_count);
uint64_t sensors_dropped(const struct sensors *sensors); /* signals for which there was no room: all others hold */
/* Did the events tell what the sensor needs? */
bool sensors_can_see(const struct sensors *sensors, enum sensor sensor);
/* Events without a stamp, or with one an hour ahead of those before and behind it. */
uint64_t sensors_untimed(const struct sensors *sensors);
uint64_t sensors_first_us(const struct sensors *sensors); /* 0: no event had a stamp */
uint64_t sensors_last_us(const struct sensors *sensors);
size_t sensors_memory(void); /* octets, but for the list of signals */

#endif

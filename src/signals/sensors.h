/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events counted for everybody, for each zone and for each network of clients, and judged each ten seconds by the last
 * three minutes; what became unusual is a signal, with its scope, since when, and by what it is judged.
 * Owned: sensors_new/sensors_free. Memory is fixed, whatever comes; scopes seen least make room.
 * Never reads a clock: time is that of the events, so a file gives the same as the stream that wrote it.
 */
#ifndef SIGNALS_SENSORS_H
#define SIGNALS_SENSORS_H

#include "ip/prefix.h"
#include "signals/event.h"

enum sensor {
#define SENSOR(id, ...) SENSOR_##id,
#include "signals/sensors.def"
	SENSOR_COUNT
};

enum signal_level { SIGNAL_NOTICE, SIGNAL_WARNING, SIGNAL_CRITICAL };
const char *signal_level_text(enum signal_level level);
const char *sensor_name(enum sensor sensor);  /* "AAAA-SERVFAIL" */
const char *sensor_needs(enum sensor sensor); /* what a source must tell */
const char *sensor_means(enum sensor sensor); /* one sentence */
const char *sensor_next(enum sensor sensor);  /* the command to go on with */
enum sensor_unit { UNIT_SHARE /* 0-1 */, UNIT_RATIO, UNIT_MS, UNIT_NAMES };
enum sensor_unit sensor_unit(enum sensor sensor);
/* "12.5%", "180 ms" */
void signal_number_to_text(enum sensor sensor, double number, struct text *out);
/* The name of the rule for Prometheus that finds the same from counters; NULL: they do not tell it. */
const char *sensor_twin(enum sensor sensor);

/* SITE: the networks that a file of sites gives one name. PROBE: all scheduled questions about one name. */
enum scope_kind { SCOPE_ALL, SCOPE_ZONE, SCOPE_NETWORK, SCOPE_SITE, SCOPE_PROBE };

#define SCOPE_ZONE_MAX 130
#define SCOPE_SITE_MAX 32

struct scope {
	enum scope_kind kind;
	enum event_stream stream;
	/* Wire form: the last two labels of names; of reverse names, as much as a /32 or /16 has; of PROBE the name, or as
	 * many of its last labels as there is room for. */
	uint8_t zone[SCOPE_ZONE_MAX];
	struct ip_prefix network;  /* /56 or /24; of a SITE one of them */
	char site[SCOPE_SITE_MAX]; /* its name, made of printable ASCII characters; "": none */
};

/* By what `usual` is known. */
enum signal_baseline {
	BASELINE_EARLIER,   /* the same scope before */
	BASELINE_SAME_HOUR, /* the same scope at this hour of earlier days; it has to be unusual against EARLIER as well */
	BASELINE_CONTROL,   /* no earlier part: type A at the same time, the other networks, what cannot be otherwise */
	BASELINE_PUBLISHED, /* nor a control: what others measured, or what the RFC says */
	BASELINE_COUNT
};
const char *signal_baseline_text(enum signal_baseline baseline);

#define SIGNAL_EVIDENCE_MAX 200

struct signal {
	uint64_t id; /* from 1, rising; no other signal of these sensors has it */
	enum sensor sensor;
	enum signal_level level; /* the highest it had */
	struct scope scope;
	double now, usual; /* in sensor_unit */
	enum signal_baseline baseline;
	uint64_t since_us;                  /* the first half minute of what raised it */
	uint64_t raised_us;                 /* the end of the ten seconds that raised it */
	uint64_t cleared_us;                /* 0: it holds */
	double told;                        /* `now` when the listener heard of it last */
	char evidence[SIGNAL_EVIDENCE_MAX]; /* when it was highest */
};

void scope_to_text(const struct scope *scope,
		   struct text *out); /* "zone bogus.lab", "network 2001:db8:20::/56", "all" */

struct sensors;

int sensors_new(uint64_t seed, struct sensors **ret) MUST_USE; /* -ENOMEM */
void sensors_free(struct sensors *sensors);                    /* NULL is fine */

/* Names of clients' networks; before any event, and for as long as the sensors. */
struct sites;
void sensors_name_sites(struct sensors *sensors, const struct sites *sites);

/*
 * What an hour usually has, of everybody in a stream, as a history on disk tells it after a restart: it is the same hour of
 * earlier days then, for as long as the sensors have none of their own.
 */
struct sensors_hour {
	enum event_stream stream;
	uint64_t hour;                 /* since 1970; known for this hour of each day */
	double asked[3], failed[3];    /* in an hour; AAAA, A, all others */
	double udp[FAMILY_COUNT], tcp[FAMILY_COUNT]; /* by the family of clients */
	double truncated;              /* over UDP */
	double native, dns64;          /* answers to AAAA */
};
void sensors_know_hour(struct sensors *sensors, const struct sensors_hour *known, uint64_t now_us);

/* The next event, joined; about in the order of time. Without a stamp that can be right it is
 * counted as untimed and nothing else. */
void sensors_observe(struct sensors *sensors, const struct event *event);
/* Judges the ten seconds that are not over, as the last. */
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

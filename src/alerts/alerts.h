/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals and thresholds over time as alerts: raised once they have held long enough, told again while they hold,
 * cleared when they have been over long enough. Those of one fault are one message.
 * Owned: alerts_new/alerts_free; the rules are borrowed. Memory is fixed, whatever comes.
 * Never does I/O and never reads a clock: a log gives the same alerts as the stream that wrote it.
 */
#ifndef ALERTS_ALERTS_H
#define ALERTS_ALERTS_H

#include "alerts/rules.h"

#define ALERTS_MAX 1024      /* at once; more are counted */
#define ALERT_GROUPS_MAX 256 /* messages that hold at once */
#define ALERT_SHOWN_MAX 32   /* alerts that a message names; the others are counted */
#define ALERT_GATHER_S                                                                                                 \
	15 /* before a message of signals is told first: several sensors see one fault, one after another */
#define ALERT_JOIN_S 300   /* what comes later than this is another fault, unless it is of the same scope */
#define ALERT_REFRESH_S 60 /* for receivers that forget what is not said again */

/* The first four are those of signals, enum sensor_unit. */
enum alert_unit { ALERT_SHARE, ALERT_RATIO, ALERT_MS, ALERT_NAMES, ALERT_PER_MINUTE, ALERT_UNIT_COUNT };

/* One thing that is wrong in one scope. */
struct alert {
	uint64_t id;              /* that no other of the run has */
	const char *name;         /* of the signal or of the threshold */
	const char *means, *next; /* "": not told */
	bool is_signal;           /* its name has a runbook: sextant --explain NAME */
	enum sensor sensor;       /* of signals */
	enum signal_level level;  /* the highest it had */
	struct scope scope;
	enum alert_unit unit;
	double now, usual;             /* when it was highest; of a threshold: its limit */
	enum signal_baseline baseline; /* of signals */
	uint64_t since_us;             /* when it began */
	uint64_t raised_us;            /* when it had held for long enough */
	uint64_t cleared_us;           /* 0: it holds */
	char evidence[SIGNAL_EVIDENCE_MAX];
};

enum alert_change {
	ALERT_RAISED,
	ALERT_WORSENED, /* a higher level, or more scopes */
	ALERT_HOLDS,    /* told again, as often as `repeat` says */
	ALERT_CLEARED,  /* all of it */
	ALERT_REFRESHED /* nothing new: for receivers that forget */
};
const char *alert_change_text(enum alert_change change); /* "raised" */

/* Borrowed for the call. */
struct alert_message {
	uint64_t id; /* of the group: the same from raised to cleared */
	enum alert_change change;
	enum signal_level level; /* the highest of them */
	unsigned sinks;          /* enum alert_sink */
	uint64_t time_us;
	uint64_t since_us;                           /* the first of them */
	const struct alert *alerts[ALERT_SHOWN_MAX]; /* the gravest first */
	size_t count;                                /* of `alerts` */
	size_t total;                                /* with those not named */
};

typedef void alert_listener(void *owner, const struct alert_message *message);

struct alerts_options {
	const struct alert_rules *rules;
	uint32_t repeat_s; /* 0: never told again */
	uint64_t seed;
	alert_listener *listener;
	void *owner;
};

struct alerts;

int alerts_new(const struct alerts_options *options, struct alerts **ret) MUST_USE; /* -ENOMEM */
void alerts_free(struct alerts *alerts);                                            /* NULL is fine */

/* What the sensors tell their listener. */
void alerts_signal(struct alerts *alerts, const struct signal *signal, enum signal_change change);
/* For the thresholds. An event counts at the time of the last alerts_advance. */
void alerts_event(struct alerts *alerts, const struct event *event);
/* Time goes on, in steps of a second or more: what is due is told to the listener. Times that go back change nothing.
 */
void alerts_advance(struct alerts *alerts, uint64_t now_us);
/* The end of a log, behind sensors_finish: what its last minute said is told. */
void alerts_finish(struct alerts *alerts);

/*
 * New rules: signals that hold under the old ones go on, and what was told of them counts as told. Thresholds begin
 * anew. Before anything else is done with alerts.
 */
void alerts_inherit(struct alerts *alerts, const struct alerts *old);

size_t alerts_holding(const struct alerts *alerts);   /* alerts that were told and hold */
uint64_t alerts_dropped(const struct alerts *alerts); /* for which there was no room */

#endif

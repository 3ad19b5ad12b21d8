/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes an alert: the built-in rows, the operator's rules about signals, and thresholds over events.
 * Values; texts and arrays are borrowed from whoever made them (config/alerts has them in its arena).
 * Never does anything by itself: alerts.h follows the rules.
 */
#ifndef ALERTS_RULES_H
#define ALERTS_RULES_H

#include "signals/sensors.h"
#include "signals/where.h"

#define ALERT_RULES_MAX 256
#define ALERT_THRESHOLDS_MAX 64
#define ALERT_MUTES_MAX 16
#define ALERT_NAME_MAX 48     /* octets of a threshold's name */
#define ALERT_TEXT_MAX 240    /* of its text */
#define ALERT_FLOOR_EVENTS 20 /* a share of fewer says nothing */
#define ALERT_CALM_PART 0.8   /* of a limit: a threshold is calm below it, and between the two nothing changes */
#define ALERT_REPEAT_S (4 * 3600)

/* Where alerts go. */
enum alert_sink { ALERT_SINK_LOG = 1 << 0, ALERT_SINK_EXEC = 1 << 1, ALERT_SINK_WEBHOOK = 1 << 2 };
#define ALERT_SINKS_ALL (ALERT_SINK_LOG | ALERT_SINK_EXEC | ALERT_SINK_WEBHOOK)

/* A time of silence, in UTC: hours of some days of the week, or from one moment to another. */
struct alert_mute {
	uint8_t days;             /* bit 0: Sunday ... bit 6: Saturday; 0: one span of time */
	uint32_t from_s, until_s; /* of the day, up to 86400; until_s <= from_s: into the next day */
	uint64_t from_us, until_us;
};

/* What is done with what a rule is about. */
struct alert_conduct {
	bool is_off;
	enum signal_level least;
	uint32_t for_s, calm_s;
	unsigned sinks;
	const struct alert_mute *mutes;
	size_t mute_count;
};

/* The first rule that fits a signal decides; else the sensor's built-in row does. */
struct alert_rule {
	const char *signal;       /* glob */
	const char *scope;        /* glob of the scope's text without its stream: "zone *.arpa"; NULL: any */
	enum event_stream stream; /* STREAM_UNKNOWN: any */
	struct alert_conduct conduct;
	bool has_for, has_calm, has_least; /* left out: as the built-in row has it */
};

/* Events that are too many, or too large a part of others. */
struct alert_threshold {
	const char *name;
	const char *text; /* what to tell; "": none */
	const char *next; /* how to go on; "": none */
	struct where *where;
	struct where *of; /* NULL: a rate */
	double limit;     /* events a minute, or a share of 0-1 */
	uint32_t window_s;
	enum scope_kind by;
	enum event_stream stream; /* STREAM_UNKNOWN: the questions of clients */
	enum signal_level level;
	struct alert_conduct conduct;
};

struct alert_rules {
	const struct alert_rule *rules;
	size_t rule_count;
	const struct alert_threshold *thresholds;
	size_t threshold_count;
};

/* "aaaa": signals of one group that come together are one message. */
const char *alert_builtin_group(enum sensor sensor);
/* What is done with a signal of the sensor in that scope. *ret_rule: the operator's rule; NULL: the built-in row. */
struct alert_conduct alert_rules_find(const struct alert_rules *rules, enum sensor sensor, const struct scope *scope,
				      const struct alert_rule **ret_rule);

/* "*" for any characters, "?" for one; letters of either case are equal. */
bool alert_glob_fits(const char *glob, const char *text);
bool alert_is_muted(const struct alert_conduct *conduct, uint64_t now_us);
/* "mon-fri 22:00-06:00", "sat,sun 00:00-24:00", "02:00-04:30", "2026-12-24T00:00Z/2026-12-27T00:00Z". ERR_SYNTAX. */
int alert_mute_parse(struct span text, struct alert_mute *ret) MUST_USE;

#endif

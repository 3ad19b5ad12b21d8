/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What rules see of a scope, and how they tell the unusual from chance.
 * Values; cells are borrowed.
 * Never decide how long a signal holds: hold does.
 */
#ifndef SIGNALS_SENSORS_JUDGE_H
#define SIGNALS_SENSORS_JUDGE_H

#include "signals/sensors/cells.h"

/*
 * Floors keep small sites from noise: nothing is said of fewer than 20 events in three minutes, nor of a difference
 * that chance makes now and then. There are thousands of zones and networks, judged each ten seconds, so that is less
 * than once in 10^8.
 */
#define FLOOR_EVENTS 20
#define FLOOR_USUAL 50 /* events that make an earlier part worth comparing with */
#define FLOOR_SHARE 0.05
#define TIMES_USUAL 3
#define DEVIATIONS 6
#define TOGETHER 3 /* questions of one client that fail together: A, AAAA, HTTPS of a name, and each again */

struct view {
	const struct cell *cell;
	struct step recent; /* all its steps */
	double window;      /* length of `recent`, in steps */
	const float *hour;  /* tallies of this hour on earlier days; NULL: none */
	float hour_steps;
	const struct step *everybody; /* likewise of all scopes of the stream */
};

static inline double share(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

/*
 * How far the first share is above the second, in standard deviations, if they were of one population: the signed root
 * of the likelihood ratio (G test), for it holds where counts are small, which two proportions' difference does not.
 * Both counts are taken for what they are: an earlier part of fifty events is no sure knowledge.
 */
double deviations(double part, double whole, double other_part, double other_whole);
/* Likewise of a number of events against one that was expected from `known` events. */
double deviations_of_count(double count, double expected, double known);

/* Sets usual and baseline: this hour, the scope's earlier part, or what is given. */
void usual_set(const struct view *view, enum tally part, enum tally whole, double otherwise, enum signal_baseline by,
	       struct judgement *ret);
/*
 * judgement->now, at least three times usual by each baseline there is, and no chance. `together`: events that happen
 * at once count as one. Without a baseline but the one that usual_set was given, that alone.
 */
bool is_unusual(const struct view *view, const struct judgement *judgement, enum tally part, enum tally whole,
		double together);
/* Events of a window as long as `recent`, as they usually are; the least of the baselines. */
double usual_count(const struct view *view, enum tally tally);
/* Linear counting in a map of 64 bits. */
unsigned bits_about(uint64_t map);
/* Events that belong together, where so many were of so many different clients and names: at least TOGETHER. */
double together_of(double events, uint64_t pairs);
/* The first step in which it was counted. */
uint64_t since_of(const struct cell *cell, enum tally tally);
/*
 * Of a share that is another than it was, which has no first event: the step from which on it is nearer to what the
 * last steps have than to `usual`. share_in: -1, nothing was counted.
 */
uint64_t since_turn(const struct cell *cell, double (*share_in)(const uint32_t *tallies), double usual);

/* true: it shows. */
typedef bool rule(const struct view *view, struct judgement *ret);
rule rule_A_TILT, rule_FAMILY_SILENT, rule_TCP_SHARE, rule_FALLBACK, rule_SYNTH_SHIFT, rule_GATEWAY;

/* Of the sensors that judge cells. */
bool sensor_judge(enum sensor sensor, const struct view *view, struct judgement *ret);
bool sensor_has_scope(enum sensor sensor, enum scope_kind kind);

#endif

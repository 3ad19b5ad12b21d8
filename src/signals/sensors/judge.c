/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/judge.h"

#include <math.h>

static double term(double observed, double expected)
{
	return observed > 0 && expected > 0 ? observed * log(observed / expected) : 0;
}

double deviations(double part, double whole, double other_part, double other_whole)
{
	if (whole <= 0 || other_whole <= 0)
		return 0;
	double pooled = (part + other_part) / (whole + other_whole);
	double likelihood = term(part, whole * pooled) + term(whole - part, whole * (1 - pooled)) +
			    term(other_part, other_whole * pooled) +
			    term(other_whole - other_part, other_whole * (1 - pooled));
	double root = likelihood > 0 ? sqrt(2 * likelihood) : 0;
	return part / whole >= other_part / other_whole ? root : -root;
}

/* Of the events of both times together, the part that fell into the one: a share against what its length makes it. */
double deviations_of_count(double count, double expected, double known)
{
	if (expected <= 0 || known <= 0)
		return 0;
	double part = expected / (expected + known), sum = count + known;
	double likelihood = term(count, sum * part) + term(known, sum * (1 - part));
	double root = likelihood > 0 ? sqrt(2 * likelihood) : 0;
	return count >= expected ? root : -root;
}

void usual_set(const struct view *view, enum tally part, enum tally whole, double otherwise, enum signal_baseline by,
	       struct judgement *ret)
{
	const struct cell *cell = view->cell;
	if (view->hour != NULL && view->hour[whole] >= FLOOR_USUAL) {
		ret->usual = share(view->hour[part], view->hour[whole]);
		ret->baseline = BASELINE_SAME_HOUR;
	} else if (cell->usual[whole] >= FLOOR_USUAL) {
		ret->usual = share(cell->usual[part], cell->usual[whole]);
		ret->baseline = BASELINE_EARLIER;
	} else {
		ret->usual = otherwise;
		ret->baseline = by;
	}
}

static bool is_above(const struct view *view, const float *usual, enum tally part, enum tally whole, double together)
{
	const uint32_t *of = view->recent.tallies;
	if (share(of[part], of[whole]) < TIMES_USUAL * share(usual[part], usual[whole]))
		return false;
	return deviations(of[part] / together, of[whole] / together, usual[part] / together, usual[whole] / together) >=
	       DEVIATIONS;
}

bool is_unusual(const struct view *view, const struct judgement *judgement, enum tally part, enum tally whole,
		double together)
{
	const struct cell *cell = view->cell;
	bool has_hour = view->hour != NULL && view->hour[whole] >= FLOOR_USUAL;
	bool has_earlier = cell->usual[whole] >= FLOOR_USUAL;
	if (judgement->now < FLOOR_SHARE)
		return false;
	if (has_hour && !is_above(view, view->hour, part, whole, together))
		return false;
	if (has_earlier && !is_above(view, cell->usual, part, whole, together))
		return false;
	return has_hour || has_earlier || judgement->now >= TIMES_USUAL * judgement->usual;
}

double usual_count(const struct view *view, enum tally tally)
{
	const struct cell *cell = view->cell;
	double count = cell->usual_steps >= STEPS ? cell->usual[tally] / cell->usual_steps * view->window : 0;
	double hour = view->hour != NULL ? view->hour[tally] / view->hour_steps * view->window : count;
	return hour < count ? hour : count;
}

unsigned bits_about(uint64_t map)
{
	int free_bits = 64 - __builtin_popcountll(map);
	return free_bits > 0 ? (unsigned)lround(-64 * log((double)free_bits / 64)) : 250;
}

double together_of(double events, uint64_t pairs)
{
	unsigned about = bits_about(pairs);
	double each = about > 0 ? events / about : events;
	/* A map that is nearly full does not tell how many they were. */
	return __builtin_popcountll(pairs) < 60 && each > TOGETHER ? each : TOGETHER;
}

uint64_t since_of(const struct cell *cell, enum tally tally)
{
	uint64_t first = cell->step >= STEPS ? cell->step - (STEPS - 1) : 0;
	if (first < cell->born)
		first = cell->born;
	while (tally != TALLY_COUNT && first < cell->step && cell->steps[first % STEPS].tallies[tally] == 0)
		first++;
	return first * STEP_US;
}

uint64_t since_turn(const struct cell *cell, double (*share_in)(const uint32_t *tallies), double usual)
{
	uint64_t first = cell->step >= STEPS ? cell->step - (STEPS - 1) : 0, since = cell->step;
	double last = -1;
	if (first < cell->born)
		first = cell->born;
	for (uint64_t step = cell->step; step >= first; step--) {
		double now = share_in(cell->steps[step % STEPS].tallies);
		if (now < 0)
			continue;
		last = last < 0 ? now : last;
		if (fabs(now - last) > fabs(now - usual))
			break;
		since = step;
	}
	return since * STEP_US;
}

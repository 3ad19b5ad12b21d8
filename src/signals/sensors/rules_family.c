/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules that set the two families, or native and synthesized addresses, beside each other. */
#include "signals/sensors/judge.h"

#include <math.h>
#include <stdio.h>

#define SILENT_EVENTS 40   /* questions that ninety seconds have at least: none of so many is no chance */
#define SILENT_REST 20     /* what may be left of it: the end of a flood of hours leaves more */
#define SYNTH_SHIFT 0.2    /* of all AAAA answers with an address */
#define TCP_PUBLISHED 0.05 /* draft-ietf-dnsop-3901bis 5: 3-5 % of connections fall back to TCP */
#define TCP_HOSTS 3        /* fewer: a client or two that prefer TCP, or transfer zones */
#define TCP_LEAD 0.2       /* of all over TCP; a host that has 60 % of it is ahead by so many */
#define FLOOR_FALLEN 10
#define FALLEN 3 /* deviations of AAAA alone; the share beside A has to be beyond chance besides */

static double tilt_in(const uint32_t *tallies)
{
	double whole = (double)tallies[TALLY_ASKED_A] + tallies[TALLY_ASKED_AAAA];
	return whole > 0 ? tallies[TALLY_ASKED_A] / whole : -1;
}

/* AAAA fell while A went on: more questions for A alone are another thing, and so is silence. */
bool rule_A_TILT(const struct view *view, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	double a = of[TALLY_ASKED_A], aaaa = of[TALLY_ASKED_AAAA];
	double usual_a = view->cell->usual[TALLY_ASKED_A], usual_aaaa = view->cell->usual[TALLY_ASKED_AAAA];
	if (a < FLOOR_EVENTS || usual_a < FLOOR_USUAL || usual_aaaa < FLOOR_USUAL)
		return false;
	ret->now = (a + 1) / (aaaa + 1);
	ret->usual = usual_a / usual_aaaa;
	ret->baseline = BASELINE_EARLIER;
	if (view->hour != NULL && view->hour[TALLY_ASKED_AAAA] >= FLOOR_USUAL) {
		double hour = share(view->hour[TALLY_ASKED_A], view->hour[TALLY_ASKED_AAAA]);
		ret->baseline = BASELINE_SAME_HOUR;
		ret->usual = hour > ret->usual ? hour : ret->usual;
	}
	double recent_aaaa = usual_count(view, TALLY_ASKED_AAAA), recent_a = usual_count(view, TALLY_ASKED_A);
	/* By itself, too: a host that asks for a great many A records is no loss of AAAA. */
	bool is_fallen = deviations_of_count(aaaa / TOGETHER, recent_aaaa / TOGETHER, usual_aaaa / TOGETHER) <= -FALLEN;
	if (ret->now < 2 * ret->usual || aaaa > 0.6 * recent_aaaa || a < 0.5 * recent_a || !is_fallen ||
	    deviations(a / TOGETHER, (a + aaaa) / TOGETHER, usual_a / TOGETHER, (usual_a + usual_aaaa) / TOGETHER) <
		    DEVIATIONS)
		return false;
	ret->level = SIGNAL_WARNING;
	ret->since_us = since_turn(view->cell, tilt_in, share(usual_a, usual_a + usual_aaaa));
	snprintf(ret->evidence, sizeof(ret->evidence), "in 3 minutes: AAAA %.0f (usual %.0f), A %.0f (usual %.0f)",
		 aaaa, recent_aaaa, a, recent_a);
	return true;
}

/* Against the fewest that came before in as long: whoever comes in bursts is not silent between them. */
static bool is_silent(const struct view *view, enum family family, struct judgement *ret)
{
	static const enum tally asked[FAMILY_COUNT] = {TALLY_ASKED_IPV6, TALLY_ASKED_IPV4};
	const struct cell *cell = view->cell;
	enum family other = family == FAMILY_IPV6 ? FAMILY_IPV4 : FAMILY_IPV6;
	double low = cell->low[family], other_low = cell->low[other];
	double count = cell_trailing(cell, asked[family], SILENCE_STEPS);
	double other_count = cell_trailing(cell, asked[other], SILENCE_STEPS);
	if (cell->usual_steps < STEPS || low < SILENT_EVENTS || other_low < FLOOR_EVENTS || count > 0.1 * low ||
	    count >= SILENT_REST || other_count < 0.5 * other_low)
		return false;
	if (view->hour != NULL && view->hour[asked[family]] / view->hour_steps * SILENCE_STEPS < FLOOR_EVENTS)
		return false;
	ret->now = share(count, count + other_count);
	ret->usual = share(view->cell->usual[asked[family]],
			   (double)view->cell->usual[asked[family]] + view->cell->usual[asked[other]]);
	ret->baseline = BASELINE_EARLIER;
	ret->level = count == 0 ? SIGNAL_CRITICAL : SIGNAL_WARNING;
	ret->since_us = (cell->step - SILENCE_STEPS) * STEP_US;
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "%s: %.0f questions in 90 s (before, never less than %.0f); %s: %.0f (never less than %.0f)",
		 family_title(family), count, low, family_title(other), other_count, other_low);
	return true;
}

bool rule_FAMILY_SILENT(const struct view *view, struct judgement *ret)
{
	return is_silent(view, FAMILY_IPV6, ret) || is_silent(view, FAMILY_IPV4, ret);
}

/* M-12: against its own norm, else against what was published. */
static bool is_fallen_to_tcp(const struct view *view, enum family family, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	const float *usual = view->cell->usual;
	enum tally tcp = family == FAMILY_IPV6 ? TALLY_TCP_IPV6 : TALLY_TCP_IPV4;
	enum tally udp = family == FAMILY_IPV6 ? TALLY_UDP_IPV6 : TALLY_UDP_IPV4;
	double whole = (double)of[tcp] + of[udp], usual_whole = (double)usual[tcp] + usual[udp];
	ret->now = share(of[tcp], whole);
	if (of[tcp] < FLOOR_EVENTS || ret->now < 2 * TCP_PUBLISHED || bits_about(view->recent.tcp_hosts) < TCP_HOSTS)
		return false;
	if (cell_tcp_lead(view->cell) > TCP_LEAD * (of[TALLY_TCP_IPV6] + of[TALLY_TCP_IPV4]))
		return false;
	bool has_earlier = usual_whole >= FLOOR_USUAL;
	ret->usual = has_earlier ? share(usual[tcp], usual_whole) : TCP_PUBLISHED;
	ret->baseline = has_earlier ? BASELINE_EARLIER : BASELINE_PUBLISHED;
	if (ret->now < TIMES_USUAL * ret->usual ||
	    (has_earlier && deviations(of[tcp] / TOGETHER, whole / TOGETHER, usual[tcp] / TOGETHER,
				       usual_whole / TOGETHER) < DEVIATIONS))
		return false;
	if (view->hour != NULL && view->hour[udp] >= FLOOR_USUAL) {
		double hour = share(view->hour[tcp], (double)view->hour[tcp] + view->hour[udp]);
		if (ret->now < TIMES_USUAL * hour)
			return false;
		ret->usual = hour;
		ret->baseline = BASELINE_SAME_HOUR;
	}
	ret->level = SIGNAL_NOTICE;
	ret->since_us = since_of(view->cell, tcp);
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "%s: %u of %.0f questions over TCP, of about %u clients; %u truncated", family_title(family), of[tcp],
		 whole, bits_about(view->recent.tcp_hosts), of[TALLY_TC]);
	return true;
}

bool rule_TCP_SHARE(const struct view *view, struct judgement *ret)
{
	return is_fallen_to_tcp(view, FAMILY_IPV6, ret) || is_fallen_to_tcp(view, FAMILY_IPV4, ret);
}

static bool is_falling_back(const struct view *view, enum family family, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	bool is_ipv6 = family == FAMILY_IPV6;
	enum tally tried = is_ipv6 ? TALLY_TRIED_IPV6 : TALLY_TRIED_IPV4;
	enum tally fell = is_ipv6 ? TALLY_FELL_TO_IPV4 : TALLY_FELL_TO_IPV6;
	/* Without an earlier part: how often it goes the other way. */
	double back = share(of[is_ipv6 ? TALLY_FELL_TO_IPV6 : TALLY_FELL_TO_IPV4],
			    of[is_ipv6 ? TALLY_TRIED_IPV4 : TALLY_TRIED_IPV6]);
	ret->now = share(of[fell], of[tried]);
	if (of[tried] < FLOOR_EVENTS || of[fell] < FLOOR_FALLEN)
		return false;
	usual_set(view, fell, tried, back, BASELINE_CONTROL, ret);
	if (!is_unusual(view, ret, fell, tried, TOGETHER))
		return false;
	ret->level = ret->now >= 0.5 ? SIGNAL_CRITICAL : SIGNAL_WARNING;
	ret->since_us = since_of(view->cell, fell);
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "of %u answers tried over %s, %u came over %s alone; the reverse: %u of %u", of[tried],
		 family_title(family), of[fell], family_title(is_ipv6 ? FAMILY_IPV4 : FAMILY_IPV6),
		 of[is_ipv6 ? TALLY_FELL_TO_IPV6 : TALLY_FELL_TO_IPV4],
		 of[is_ipv6 ? TALLY_TRIED_IPV4 : TALLY_TRIED_IPV6]);
	return true;
}

bool rule_FALLBACK(const struct view *view, struct judgement *ret)
{
	return is_falling_back(view, FAMILY_IPV6, ret) || is_falling_back(view, FAMILY_IPV4, ret);
}

/* More of it or less: both are news. */
static bool is_shifted(const float *usual, double dns64, double whole)
{
	double usual_dns64 = usual[TALLY_DNS64], usual_whole = usual_dns64 + usual[TALLY_NATIVE];
	return usual_whole >= FLOOR_USUAL &&
	       fabs(share(dns64, whole) - share(usual_dns64, usual_whole)) >= SYNTH_SHIFT &&
	       fabs(deviations(dns64 / TOGETHER, whole / TOGETHER, usual_dns64 / TOGETHER, usual_whole / TOGETHER)) >=
		       DEVIATIONS;
}

static double dns64_in(const uint32_t *tallies)
{
	double whole = (double)tallies[TALLY_DNS64] + tallies[TALLY_NATIVE];
	return whole > 0 ? tallies[TALLY_DNS64] / whole : -1;
}

bool rule_SYNTH_SHIFT(const struct view *view, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	const float *usual = view->cell->usual;
	double dns64 = of[TALLY_DNS64], whole = dns64 + of[TALLY_NATIVE];
	bool has_hour = view->hour != NULL && view->hour[TALLY_DNS64] + view->hour[TALLY_NATIVE] >= FLOOR_USUAL;
	if (whole < FLOOR_EVENTS || !is_shifted(usual, dns64, whole) ||
	    (has_hour && !is_shifted(view->hour, dns64, whole)))
		return false;
	ret->now = share(dns64, whole);
	ret->usual = share(usual[TALLY_DNS64], (double)usual[TALLY_DNS64] + usual[TALLY_NATIVE]);
	ret->baseline = has_hour ? BASELINE_SAME_HOUR : BASELINE_EARLIER;
	ret->level = SIGNAL_WARNING;
	ret->since_us = since_turn(view->cell, dns64_in, ret->usual);
	snprintf(ret->evidence, sizeof(ret->evidence), "%.0f of %.0f AAAA answers with an address are synthesized",
		 dns64, whole);
	return true;
}

/* F-06. Nobody else asks: whatever is behind it, in whichever family, cannot be told apart. */
bool rule_GATEWAY(const struct view *view, struct judgement *ret)
{
	uint32_t asked = cell_trailing(view->cell, TALLY_ASKED_IPV6, SILENCE_STEPS) +
			 cell_trailing(view->cell, TALLY_ASKED_IPV4, SILENCE_STEPS);
	uint32_t gateway = cell_trailing(view->cell, TALLY_GATEWAY, SILENCE_STEPS);
	ret->now = share(gateway, asked);
	ret->usual = 0;
	ret->baseline = BASELINE_CONTROL;
	if (gateway < FLOOR_EVENTS || gateway < asked)
		return false;
	ret->level = SIGNAL_NOTICE;
	ret->since_us = since_of(view->cell, TALLY_GATEWAY);
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "all of %u questions in 90 s come from the gateway of a container network", asked);
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors_rules.h"

#include <math.h>
#include <stdio.h>

/*
 * Floors keep small sites from noise: nothing is said of fewer than 20 events in three minutes, nor of a difference
 * that chance makes now and then. There are thousands of zones and networks, judged every minute, so that is once in
 * some 10^5.
 */
#define FLOOR_EVENTS 20
#define FLOOR_USUAL 50 /* events that make an earlier part worth comparing with */
#define FLOOR_SHARE 0.05
#define TIMES_USUAL 3
#define DEVIATIONS 4.5
#define FLOOR_CLUSTERED 15 /* failures */
#define CLUSTER_ZONES 3    /* fewer: a name or two that a host asks for over and over, whose zones are at fault */
#define TOGETHER 3         /* questions of one client that fail together: A, AAAA, HTTPS of a name, and each again */

static double share(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

/*
 * By how many standard deviations the first share is above the second, if they were of one population (two-proportion
 * test). Both counts are taken for what they are: an earlier part of fifty events is no sure knowledge.
 */
static double deviations(double part, double whole, double other_part, double other_whole)
{
	if (whole <= 0 || other_whole <= 0)
		return 0;
	double pooled = (part + other_part) / (whole + other_whole);
	double spread = sqrt(pooled * (1 - pooled) * (1 / whole + 1 / other_whole));
	return spread > 0 ? (part / whole - other_part / other_whole) / spread : 0;
}

/* The share before, when there is enough of it; else the control, which is of the same time. */
static void usual_set(const struct cell *cell, enum tally part, enum tally whole, double control, struct judgement *ret)
{
	bool has_earlier = cell->usual[whole] >= FLOOR_USUAL;
	ret->usual = has_earlier ? share(cell->usual[part], cell->usual[whole]) : control;
	ret->baseline = has_earlier ? BASELINE_EARLIER : BASELINE_CONTROL;
}

/* Against the earlier part, when it is what `usual` is from. */
static bool is_unusual(const struct cell *cell, const struct judgement *judgement, const uint32_t *of, enum tally part,
		       enum tally whole)
{
	if (judgement->now < FLOOR_SHARE || judgement->now < TIMES_USUAL * judgement->usual)
		return false;
	return judgement->baseline != BASELINE_EARLIER ||
	       deviations(of[part], of[whole], cell->usual[part], cell->usual[whole]) >= DEVIATIONS;
}

/* Linear counting in a map of 64 bits. */
static unsigned bits_about(uint64_t map)
{
	int free_bits = 64 - __builtin_popcountll(map);
	return free_bits > 0 ? (unsigned)lround(-64 * log((double)free_bits / 64)) : 250;
}

static bool rule_AAAA_SERVFAIL(const struct cell *cell, const struct cell *all, struct judgement *ret)
{
	struct minute recent = cell_recent(cell);
	const uint32_t *of = recent.tallies;
	double share_a = share(of[TALLY_FAILED_A], of[TALLY_ASKED_A]);
	(void)all;
	ret->now = share(of[TALLY_FAILED_AAAA], of[TALLY_ASKED_AAAA]);
	ret->main = TALLY_FAILED_AAAA;
	usual_set(cell, TALLY_FAILED_AAAA, TALLY_ASKED_AAAA, share_a, ret);
	/* With hardly a question for A there is no control, and an earlier part must do. */
	bool has_control = of[TALLY_ASKED_A] >= FLOOR_EVENTS / 4;
	if (of[TALLY_ASKED_AAAA] < FLOOR_EVENTS || (!has_control && ret->baseline != BASELINE_EARLIER))
		return false;
	if (share_a * TIMES_USUAL > ret->now || !is_unusual(cell, ret, of, TALLY_FAILED_AAAA, TALLY_ASKED_AAAA))
		return false;
	if (has_control &&
	    deviations(of[TALLY_FAILED_AAAA], of[TALLY_ASKED_AAAA], of[TALLY_FAILED_A], of[TALLY_ASKED_A]) < DEVIATIONS)
		return false;
	ret->level = ret->now >= 0.5 ? SIGNAL_CRITICAL : SIGNAL_WARNING;
	snprintf(
		ret->evidence, sizeof(ret->evidence),
		"type A: %.1f%% of %u fail; AAAA: %u of %u (validation %u, servers %u, not told %u); about %u networks",
		100 * share_a, of[TALLY_ASKED_A], of[TALLY_FAILED_AAAA], of[TALLY_ASKED_AAAA], of[TALLY_BOGUS_AAAA],
		of[TALLY_SERVERS_AAAA], of[TALLY_FAILED_AAAA] - of[TALLY_BOGUS_AAAA] - of[TALLY_SERVERS_AAAA],
		bits_about(recent.networks));
	return true;
}

static bool rule_A_TILT(const struct cell *cell, const struct cell *all, struct judgement *ret)
{
	struct minute recent = cell_recent(cell);
	double a = recent.tallies[TALLY_ASKED_A], aaaa = recent.tallies[TALLY_ASKED_AAAA];
	double usual_a = cell->usual[TALLY_ASKED_A], usual_aaaa = cell->usual[TALLY_ASKED_AAAA];
	(void)all;
	if (a < FLOOR_EVENTS || usual_a < FLOOR_USUAL || usual_aaaa < FLOOR_USUAL ||
	    cell->usual_minutes < RECENT_MINUTES)
		return false;
	ret->now = (a + 1) / (aaaa + 1);
	ret->usual = usual_a / usual_aaaa;
	ret->baseline = BASELINE_EARLIER;
	ret->main = TALLY_COUNT;
	double expected = a / ret->usual;
	double usual_recent_aaaa = usual_aaaa / cell->usual_minutes * RECENT_MINUTES;
	double usual_recent_a = usual_a / cell->usual_minutes * RECENT_MINUTES;
	/* AAAA fell while A went on: more questions for A alone are another thing, and so is silence. */
	if (ret->now < 2 * ret->usual || aaaa > 0.6 * usual_recent_aaaa || a < 0.5 * usual_recent_a ||
	    expected - aaaa < DEVIATIONS * sqrt(expected))
		return false;
	ret->level = SIGNAL_WARNING;
	snprintf(ret->evidence, sizeof(ret->evidence), "AAAA %.1f/min (usual %.1f), A %.1f/min (usual %.1f)",
		 aaaa / RECENT_MINUTES, usual_recent_aaaa / RECENT_MINUTES, a / RECENT_MINUTES,
		 usual_recent_a / RECENT_MINUTES);
	return true;
}

static bool rule_PAIRS(const struct cell *cell, const struct cell *all, struct judgement *ret)
{
	struct minute recent = cell_recent(cell);
	const uint32_t *of = recent.tallies;
	double a_failed = share(of[TALLY_PAIRS_A_FAILED], of[TALLY_PAIRS]);
	(void)all;
	ret->now = share(of[TALLY_PAIRS_AAAA_FAILED], of[TALLY_PAIRS]);
	ret->main = TALLY_PAIRS_AAAA_FAILED;
	usual_set(cell, TALLY_PAIRS_AAAA_FAILED, TALLY_PAIRS, a_failed, ret);
	if (of[TALLY_PAIRS] < FLOOR_EVENTS || a_failed * TIMES_USUAL > ret->now ||
	    !is_unusual(cell, ret, of, TALLY_PAIRS_AAAA_FAILED, TALLY_PAIRS))
		return false;
	/* Of pairs of which one failed, half would be the AAAA's if chance had it (McNemar's test). */
	double alone = of[TALLY_PAIRS_AAAA_FAILED], other = of[TALLY_PAIRS_A_FAILED];
	if (alone - other < DEVIATIONS * sqrt(alone + other))
		return false;
	ret->level = SIGNAL_WARNING;
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "of %u pairs of A and AAAA: AAAA alone failed in %u, A alone in %u", of[TALLY_PAIRS],
		 of[TALLY_PAIRS_AAAA_FAILED], of[TALLY_PAIRS_A_FAILED]);
	return true;
}

static bool rule_TC_SHARE(const struct cell *cell, const struct cell *all, struct judgement *ret)
{
	struct minute recent = cell_recent(cell);
	const uint32_t *of = recent.tallies;
	(void)all;
	ret->now = share(of[TALLY_TC], of[TALLY_UDP]);
	ret->main = TALLY_TC;
	usual_set(cell, TALLY_TC, TALLY_UDP, 0, ret);
	if (of[TALLY_UDP] < FLOOR_EVENTS || ret->baseline != BASELINE_EARLIER ||
	    !is_unusual(cell, ret, of, TALLY_TC, TALLY_UDP))
		return false;
	ret->level = SIGNAL_NOTICE;
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "%u of %u answers over UDP are truncated; %u were asked for over TCP", of[TALLY_TC], of[TALLY_UDP],
		 of[TALLY_TC_FOLLOWED]);
	return true;
}

static bool rule_TC_LOST(const struct cell *cell, const struct cell *all, struct judgement *ret)
{
	struct minute recent = cell_recent(cell);
	const uint32_t *of = recent.tallies;
	(void)all;
	double lost = of[TALLY_TC_NEW] - (double)of[TALLY_TC_FOLLOWED];
	double usual_lost = cell->usual[TALLY_TC_NEW] - cell->usual[TALLY_TC_FOLLOWED];
	bool has_earlier = cell->usual[TALLY_TC_NEW] >= FLOOR_EVENTS;
	ret->now = share(lost, of[TALLY_TC_NEW]);
	ret->usual = has_earlier ? share(usual_lost, cell->usual[TALLY_TC_NEW]) : 0;
	ret->baseline = has_earlier ? BASELINE_EARLIER : BASELINE_CONTROL;
	ret->main = TALLY_TC_NEW;
	/* Half of them lost is never good, but if half always are, these clients do not mean it (scanners, floods). */
	if (of[TALLY_TC_NEW] < FLOOR_EVENTS || ret->now < 0.5 || ret->now < 2 * ret->usual)
		return false;
	ret->level = SIGNAL_WARNING;
	snprintf(ret->evidence, sizeof(ret->evidence), "%u answers were truncated, %u asked for over TCP within 5 s",
		 of[TALLY_TC_NEW], of[TALLY_TC_FOLLOWED]);
	return true;
}

static void asked_and_failed(const uint32_t *tallies, double *ret_asked, double *ret_failed)
{
	*ret_asked = (double)tallies[TALLY_ASKED_AAAA] + tallies[TALLY_ASKED_A] + tallies[TALLY_ASKED_OTHER];
	*ret_failed = (double)tallies[TALLY_FAILED_AAAA] + tallies[TALLY_FAILED_A] + tallies[TALLY_FAILED_OTHER];
}

static bool rule_CLUSTER(const struct cell *cell, const struct cell *all, struct judgement *ret)
{
	struct minute recent = cell_recent(cell), everybody = cell_recent(all);
	double asked, failed, all_asked, all_failed;
	asked_and_failed(recent.tallies, &asked, &failed);
	asked_and_failed(everybody.tallies, &all_asked, &all_failed);
	double others_asked = all_asked - asked, others_failed = all_failed - failed;
	ret->now = share(failed, asked);
	ret->usual = share(others_failed, others_asked);
	ret->baseline = BASELINE_CONTROL;
	ret->main = TALLY_COUNT;
	/* A few names that failed for a few clients are ten failures and no cluster: the test is poor where counts are
	 * small. */
	if (asked < FLOOR_EVENTS || others_asked < FLOOR_EVENTS || failed < FLOOR_CLUSTERED || ret->now < 0.2 ||
	    ret->now < 4 * ret->usual ||
	    deviations(failed / TOGETHER, asked / TOGETHER, others_failed / TOGETHER, others_asked / TOGETHER) <
		    DEVIATIONS)
		return false;
	if (recent.zones != 0 && bits_about(recent.zones) < CLUSTER_ZONES)
		return false;
	/* A network that always has failures, of names that nobody else asks for, is no news. */
	double usual_asked =
		(double)cell->usual[TALLY_ASKED_AAAA] + cell->usual[TALLY_ASKED_A] + cell->usual[TALLY_ASKED_OTHER];
	double usual_failed =
		(double)cell->usual[TALLY_FAILED_AAAA] + cell->usual[TALLY_FAILED_A] + cell->usual[TALLY_FAILED_OTHER];
	if (usual_asked >= FLOOR_USUAL && ret->now < TIMES_USUAL * share(usual_failed, usual_asked))
		return false;
	ret->level = SIGNAL_WARNING;
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "%.0f of %.0f questions fail (AAAA %u, A %u); of all other networks' %.1f%% of %.0f", failed, asked,
		 recent.tallies[TALLY_FAILED_AAAA], recent.tallies[TALLY_FAILED_A], 100 * ret->usual, others_asked);
	return true;
}

/* What a usual three minutes hold. */
static double usual_recent(const struct cell *cell, enum tally tally)
{
	return cell->usual_minutes > 0 ? cell->usual[tally] / cell->usual_minutes * RECENT_MINUTES : 0;
}

static bool is_silent(const struct cell *cell, const uint32_t *of, enum tally family, enum tally other,
		      struct judgement *ret)
{
	double expected = usual_recent(cell, family), other_expected = usual_recent(cell, other);
	if (cell->usual_minutes < RECENT_MINUTES || expected < FLOOR_EVENTS || other_expected < FLOOR_EVENTS)
		return false;
	if (of[family] > 0.1 * expected || of[other] < 0.5 * other_expected)
		return false;
	ret->now = share(of[family], (double)of[family] + of[other]);
	ret->usual = share(expected, expected + other_expected);
	ret->level = of[family] == 0 ? SIGNAL_CRITICAL : SIGNAL_WARNING;
	bool is_ipv6 = family == TALLY_ASKED_IPV6;
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "%s: %u questions in 3 minutes (usual %.0f); %s: %u (usual %.0f)",
		 family_title(is_ipv6 ? FAMILY_IPV6 : FAMILY_IPV4), of[family], expected,
		 family_title(is_ipv6 ? FAMILY_IPV4 : FAMILY_IPV6), of[other], other_expected);
	return true;
}

static bool rule_FAMILY_SILENT(const struct cell *cell, const struct cell *all, struct judgement *ret)
{
	struct minute recent = cell_recent(cell);
	(void)all;
	ret->baseline = BASELINE_EARLIER;
	ret->main = TALLY_COUNT;
	return is_silent(cell, recent.tallies, TALLY_ASKED_IPV6, TALLY_ASKED_IPV4, ret) ||
	       is_silent(cell, recent.tallies, TALLY_ASKED_IPV4, TALLY_ASKED_IPV6, ret);
}

#define SYNTH_SHIFT 0.2 /* of all AAAA answers with an address */

static bool rule_SYNTH_SHIFT(const struct cell *cell, const struct cell *all, struct judgement *ret)
{
	struct minute recent = cell_recent(cell);
	double dns64 = recent.tallies[TALLY_DNS64], whole = dns64 + recent.tallies[TALLY_NATIVE];
	double usual_dns64 = cell->usual[TALLY_DNS64], usual_whole = usual_dns64 + cell->usual[TALLY_NATIVE];
	(void)all;
	if (whole < FLOOR_EVENTS || usual_whole < FLOOR_USUAL)
		return false;
	ret->now = share(dns64, whole);
	ret->usual = share(usual_dns64, usual_whole);
	ret->baseline = BASELINE_EARLIER;
	ret->main = TALLY_COUNT;
	ret->level = SIGNAL_WARNING;
	/* More of it or less: both are news. */
	if (fabs(ret->now - ret->usual) < SYNTH_SHIFT ||
	    fabs(deviations(dns64, whole, usual_dns64, usual_whole)) < DEVIATIONS)
		return false;
	snprintf(ret->evidence, sizeof(ret->evidence), "%.0f of %.0f AAAA answers with an address are synthesized",
		 dns64, whole);
	return true;
}

#define SCOPE(kind) (1u << SCOPE_##kind)

/* By enum sensor. */
static const struct {
	bool (*judge)(const struct cell *cell, const struct cell *all, struct judgement *ret);
	unsigned scopes;
} rules[SENSOR_COUNT] = {
	[SENSOR_AAAA_SERVFAIL] = {rule_AAAA_SERVFAIL, SCOPE(ALL) | SCOPE(ZONE)},
	[SENSOR_A_TILT] = {rule_A_TILT, SCOPE(ALL) | SCOPE(NETWORK)},
	[SENSOR_PAIRS] = {rule_PAIRS, SCOPE(ALL) | SCOPE(ZONE)},
	[SENSOR_TC_SHARE] = {rule_TC_SHARE, SCOPE(ALL) | SCOPE(ZONE)},
	[SENSOR_TC_LOST] = {rule_TC_LOST, SCOPE(ALL) | SCOPE(ZONE)},
	[SENSOR_CLUSTER] = {rule_CLUSTER, SCOPE(NETWORK)},
	[SENSOR_FAMILY_SILENT] = {rule_FAMILY_SILENT, SCOPE(ALL)},
	[SENSOR_SYNTH_SHIFT] = {rule_SYNTH_SHIFT, SCOPE(ALL) | SCOPE(ZONE)},
};

bool sensor_judge(enum sensor sensor, const struct cell *cell, const struct cell *all, struct judgement *ret)
{
	return (rules[sensor].scopes & (1u << cell->scope.kind)) != 0 && rules[sensor].judge(cell, all, ret);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules of shares, and the table of all that judge cells; those of families are in rules_family.c. */
#include "signals/sensors/judge.h"

#include <math.h>
#include <stdio.h>

#define FLOOR_CLUSTERED 15 /* failures */
#define CLUSTER_ZONES 3    /* fewer: a name or two that a host asks for over and over, whose zones are at fault */
#define FLOOR_AGAIN 10     /* questions asked again */
#define REASK_HOSTS 3      /* resolvers; fewer: one that has lost its cache, or never had one */

/* What most of them failed for. */
static const char *cause_of(const uint32_t *of)
{
	uint32_t bogus = of[TALLY_BOGUS_AAAA], lame = of[TALLY_LAME_AAAA], path = of[TALLY_PATH_AAAA];
	if (bogus + lame + path < of[TALLY_FAILED_AAAA] / 2)
		return "not told";
	if (bogus >= lame && bogus >= path)
		return "validation";
	return lame >= path ? "delegation" : "path";
}

static bool rule_AAAA_SERVFAIL(const struct view *view, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	double share_a = share(of[TALLY_FAILED_A], of[TALLY_ASKED_A]);
	ret->now = share(of[TALLY_FAILED_AAAA], of[TALLY_ASKED_AAAA]);
	if (of[TALLY_ASKED_AAAA] < FLOOR_EVENTS || ret->now < FLOOR_SHARE || share_a * TIMES_USUAL > ret->now)
		return false;
	usual_set(view, TALLY_FAILED_AAAA, TALLY_ASKED_AAAA, share_a, BASELINE_CONTROL, ret);
	/* With hardly a question for A there is no control, and an earlier part must do. */
	bool has_control = of[TALLY_ASKED_A] >= FLOOR_EVENTS / 4;
	if (!has_control && ret->baseline == BASELINE_CONTROL)
		return false;
	if (!is_unusual(view, ret, TALLY_FAILED_AAAA, TALLY_ASKED_AAAA, 1) ||
	    (has_control && deviations(of[TALLY_FAILED_AAAA], of[TALLY_ASKED_AAAA], of[TALLY_FAILED_A],
				       of[TALLY_ASKED_A]) < DEVIATIONS))
		return false;
	ret->level = ret->now >= 0.5 ? SIGNAL_CRITICAL : SIGNAL_WARNING;
	ret->since_us = since_of(view->cell, TALLY_FAILED_AAAA);
	snprintf(
		ret->evidence, sizeof(ret->evidence),
		"cause: %s; AAAA: %u of %u fail (validation %u, delegation %u, path %u, not told %u); A: %.1f%% of %u; "
		"about %u networks",
		cause_of(of), of[TALLY_FAILED_AAAA], of[TALLY_ASKED_AAAA], of[TALLY_BOGUS_AAAA], of[TALLY_LAME_AAAA],
		of[TALLY_PATH_AAAA],
		of[TALLY_FAILED_AAAA] - of[TALLY_BOGUS_AAAA] - of[TALLY_LAME_AAAA] - of[TALLY_PATH_AAAA], 100 * share_a,
		of[TALLY_ASKED_A], bits_about(view->recent.networks));
	return true;
}

/* RFC 4074 4.2: such a name does exist. */
static bool rule_AAAA_NXDOMAIN(const struct view *view, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	ret->now = share(of[TALLY_NAMES_NX], of[TALLY_NAMES]);
	if (of[TALLY_NAMES] < FLOOR_EVENTS || of[TALLY_NAMES_NX] < FLOOR_EVENTS / 2)
		return false;
	usual_set(view, TALLY_NAMES_NX, TALLY_NAMES, 0, BASELINE_PUBLISHED, ret);
	if (!is_unusual(view, ret, TALLY_NAMES_NX, TALLY_NAMES, 1))
		return false;
	ret->level = SIGNAL_WARNING;
	ret->since_us = since_of(view->cell, TALLY_NAMES_NX);
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "%u of %u questions for AAAA of names that have an A record get NXDOMAIN", of[TALLY_NAMES_NX],
		 of[TALLY_NAMES]);
	return true;
}

static bool rule_PAIRS(const struct view *view, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	double a_failed = share(of[TALLY_PAIRS_A_FAILED], of[TALLY_PAIRS]);
	ret->now = share(of[TALLY_PAIRS_AAAA_FAILED], of[TALLY_PAIRS]);
	if (of[TALLY_PAIRS] < FLOOR_EVENTS || a_failed * TIMES_USUAL > ret->now)
		return false;
	usual_set(view, TALLY_PAIRS_AAAA_FAILED, TALLY_PAIRS, a_failed, BASELINE_CONTROL, ret);
	if (!is_unusual(view, ret, TALLY_PAIRS_AAAA_FAILED, TALLY_PAIRS, 1))
		return false;
	/* Of pairs of which one failed, half would be the AAAA's if chance had it (McNemar's test). */
	double alone = of[TALLY_PAIRS_AAAA_FAILED], other = of[TALLY_PAIRS_A_FAILED];
	if (deviations_of_count(alone, other + 1, other + 1) < DEVIATIONS / 2.0)
		return false;
	ret->level = SIGNAL_WARNING;
	ret->since_us = since_of(view->cell, TALLY_PAIRS_AAAA_FAILED);
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "of %u pairs of A and AAAA: AAAA alone failed in %u, A alone in %u", of[TALLY_PAIRS],
		 of[TALLY_PAIRS_AAAA_FAILED], of[TALLY_PAIRS_A_FAILED]);
	return true;
}

static bool is_asked_elsewhere(const struct view *view, enum tally part, double control, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	ret->now = share(of[part], of[TALLY_OUTCOMES_BAD]);
	if (of[TALLY_OUTCOMES_BAD] < FLOOR_EVENTS || of[part] < FLOOR_AGAIN || ret->now < TIMES_USUAL * control)
		return false;
	usual_set(view, part, TALLY_OUTCOMES_BAD, control, BASELINE_CONTROL, ret);
	return is_unusual(view, ret, part, TALLY_OUTCOMES_BAD, TOGETHER);
}

/*
 * Over the other transport it is the same client. Over the other family it has another address, so that only of
 * everybody together anything can be said: by chance, as many of the same family ask for what failed.
 */
static bool rule_RETRY(const struct view *view, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	double same = of[TALLY_AGAIN_SAME];
	bool has_other = view->cell->scope.kind == SCOPE_ALL &&
			 deviations_of_count(of[TALLY_AGAIN_OTHER], same + 1, same + 1) >= DEVIATIONS;
	enum tally part = TALLY_AGAIN_BAD;
	bool shows = is_asked_elsewhere(view, part, share(of[TALLY_AGAIN_GOOD], of[TALLY_OUTCOMES_GOOD]), ret);
	if (!shows && has_other) {
		part = TALLY_AGAIN_OTHER;
		shows = is_asked_elsewhere(view, part, share(same, of[TALLY_OUTCOMES_BAD]), ret);
	}
	if (!shows)
		return false;
	ret->level = SIGNAL_NOTICE;
	ret->since_us = since_of(view->cell, part);
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "of %u failures %u were asked again over the other transport within 5 s, %u over the other family "
		 "within 3 s",
		 of[TALLY_OUTCOMES_BAD], of[TALLY_AGAIN_BAD], of[TALLY_AGAIN_OTHER]);
	return true;
}

static bool rule_TC_SHARE(const struct view *view, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	ret->now = share(of[TALLY_TC], of[TALLY_UDP]);
	if (of[TALLY_UDP] < FLOOR_EVENTS || of[TALLY_TC] == 0)
		return false;
	usual_set(view, TALLY_TC, TALLY_UDP, 0, BASELINE_PUBLISHED, ret);
	/* Events without clients have no pairs: each is as good as another. */
	double together = view->recent.tc_pairs != 0 ? together_of(of[TALLY_TC], view->recent.tc_pairs) : TOGETHER;
	if (ret->baseline == BASELINE_PUBLISHED || !is_unusual(view, ret, TALLY_TC, TALLY_UDP, together))
		return false;
	ret->level = SIGNAL_NOTICE;
	ret->since_us = since_of(view->cell, TALLY_TC);
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "%u of %u answers over UDP are truncated; %u were asked for over TCP", of[TALLY_TC], of[TALLY_UDP],
		 of[TALLY_TC_FOLLOWED]);
	return true;
}

static bool rule_TC_LOST(const struct view *view, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	const struct cell *cell = view->cell;
	double lost = of[TALLY_TC_NEW] - (double)of[TALLY_TC_FOLLOWED];
	double usual_lost = cell->usual[TALLY_TC_NEW] - cell->usual[TALLY_TC_FOLLOWED];
	bool has_earlier = cell->usual[TALLY_TC_NEW] >= FLOOR_EVENTS;
	ret->now = share(lost, of[TALLY_TC_NEW]);
	ret->usual = has_earlier ? share(usual_lost, cell->usual[TALLY_TC_NEW]) : 0;
	ret->baseline = has_earlier ? BASELINE_EARLIER : BASELINE_CONTROL;
	/* Half of them lost is never good, but if half always are, these clients do not mean it (scanners, floods). */
	if (of[TALLY_TC_NEW] < FLOOR_EVENTS || ret->now < 0.5 || ret->now < 2 * ret->usual)
		return false;
	ret->level = SIGNAL_WARNING;
	ret->since_us = since_of(view->cell, TALLY_TC_NEW);
	snprintf(ret->evidence, sizeof(ret->evidence), "%u answers were truncated, %u asked for over TCP within 5 s",
		 of[TALLY_TC_NEW], of[TALLY_TC_FOLLOWED]);
	return true;
}

static double asked_of(const uint32_t *tallies)
{
	return (double)tallies[TALLY_ASKED_AAAA] + tallies[TALLY_ASKED_A] + tallies[TALLY_ASKED_OTHER];
}

static double failed_of(const uint32_t *tallies)
{
	return (double)tallies[TALLY_FAILED_AAAA] + tallies[TALLY_FAILED_A] + tallies[TALLY_FAILED_OTHER];
}

static double failures_in(const uint32_t *tallies)
{
	return asked_of(tallies) > 0 ? failed_of(tallies) / asked_of(tallies) : -1;
}

static bool rule_CLUSTER(const struct view *view, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	const float *usual = view->cell->usual;
	double asked = asked_of(of), failed = failed_of(of);
	double others_asked = asked_of(view->everybody->tallies) - asked;
	double others_failed = failed_of(view->everybody->tallies) - failed;
	ret->now = share(failed, asked);
	ret->usual = share(others_failed, others_asked);
	ret->baseline = BASELINE_CONTROL;
	/* A few names that failed for a few clients are ten failures and no cluster: the test is poor where counts are
	 * small. */
	if (asked < FLOOR_EVENTS || others_asked < FLOOR_EVENTS || failed < FLOOR_CLUSTERED || ret->now < 0.2 ||
	    ret->now < 4 * ret->usual ||
	    deviations(failed / TOGETHER, asked / TOGETHER, others_failed / TOGETHER, others_asked / TOGETHER) <
		    DEVIATIONS - 1.5)
		return false;
	if (view->recent.zones != 0 && bits_about(view->recent.zones) < CLUSTER_ZONES)
		return false;
	/* Whoever walks through reverse names finds many that fail, and has lost nothing. */
	if (of[TALLY_FAILED_AAAA] + of[TALLY_FAILED_A] < failed / 2)
		return false;
	/* A network that always has failures, of names that nobody else asks for, is no news. */
	double usual_asked = (double)usual[TALLY_ASKED_AAAA] + usual[TALLY_ASKED_A] + usual[TALLY_ASKED_OTHER];
	double usual_failed = (double)usual[TALLY_FAILED_AAAA] + usual[TALLY_FAILED_A] + usual[TALLY_FAILED_OTHER];
	if (usual_asked >= FLOOR_USUAL && ret->now < TIMES_USUAL * share(usual_failed, usual_asked))
		return false;
	ret->level = SIGNAL_WARNING;
	ret->since_us = since_turn(view->cell, failures_in, ret->usual);
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "%.0f of %.0f questions fail (AAAA %u, A %u); of all other networks' %.1f%% of %.0f", failed, asked,
		 of[TALLY_FAILED_AAAA], of[TALLY_FAILED_A], 100 * ret->usual, others_asked);
	return true;
}

/* A validator that dislikes what it got asks the other servers, and again for the key, at once. */
static bool rule_REASK(const struct view *view, struct judgement *ret)
{
	const uint32_t *of = view->recent.tallies;
	ret->now = share(of[TALLY_SIGNED_AGAIN], of[TALLY_SIGNED]);
	if (of[TALLY_SIGNED] < FLOOR_EVENTS || of[TALLY_SIGNED_AGAIN] < FLOOR_CLUSTERED ||
	    bits_about(view->recent.again_hosts) < REASK_HOSTS)
		return false;
	/* Other zones are no control: the more popular one is, the more often its names come again. */
	usual_set(view, TALLY_SIGNED_AGAIN, TALLY_SIGNED, 0, BASELINE_CONTROL, ret);
	if (ret->baseline == BASELINE_CONTROL || !is_unusual(view, ret, TALLY_SIGNED_AGAIN, TALLY_SIGNED, TOGETHER))
		return false;
	ret->level = SIGNAL_WARNING;
	ret->since_us = since_of(view->cell, TALLY_SIGNED_AGAIN);
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "%u of %u questions for AAAA and DNSKEY were answered to the same resolver just before; about %u "
		 "resolvers",
		 of[TALLY_SIGNED_AGAIN], of[TALLY_SIGNED], bits_about(view->recent.again_hosts));
	return true;
}

#define SCOPE(kind) (1u << SCOPE_##kind)
#define ZONES (SCOPE(ALL) | SCOPE(ZONE))
#define CLIENTS (SCOPE(NETWORK) | SCOPE(SITE))

/* By enum sensor; those without a rule here do not judge cells. */
static const struct {
	rule *judge;
	unsigned scopes;
} rules[SENSOR_COUNT] = {
	[SENSOR_AAAA_SERVFAIL] = {rule_AAAA_SERVFAIL, ZONES},
	[SENSOR_AAAA_NXDOMAIN] = {rule_AAAA_NXDOMAIN, ZONES},
	[SENSOR_A_TILT] = {rule_A_TILT, SCOPE(ALL) | CLIENTS},
	[SENSOR_PAIRS] = {rule_PAIRS, ZONES},
	[SENSOR_RETRY] = {rule_RETRY, SCOPE(ALL) | CLIENTS},
	[SENSOR_TC_SHARE] = {rule_TC_SHARE, ZONES},
	[SENSOR_TC_LOST] = {rule_TC_LOST, ZONES},
	[SENSOR_TCP_SHARE] = {rule_TCP_SHARE, SCOPE(ALL)},
	[SENSOR_CLUSTER] = {rule_CLUSTER, CLIENTS},
	[SENSOR_FAMILY_SILENT] = {rule_FAMILY_SILENT, SCOPE(ALL) | SCOPE(SITE)},
	[SENSOR_SYNTH_SHIFT] = {rule_SYNTH_SHIFT, ZONES},
	[SENSOR_FALLBACK] = {rule_FALLBACK, ZONES},
	[SENSOR_REASK] = {rule_REASK, ZONES},
	[SENSOR_GATEWAY] = {rule_GATEWAY, SCOPE(ALL)},
};

bool sensor_judge(enum sensor sensor, const struct view *view, struct judgement *ret)
{
	return rules[sensor].judge(view, ret);
}

bool sensor_has_scope(enum sensor sensor, enum scope_kind kind)
{
	return (rules[sensor].scopes & (1u << kind)) != 0;
}

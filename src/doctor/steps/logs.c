/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/steps/steps.h"

#include "dns/rrtype.h"
#include "ip/prefix.h"

/* What the query logs say, for the steps that ask who is hit and what is hidden. */

#define WORST_MOST 5

/*
 * Resolvers always have some failures, of names that are broken at their owners: these shares are more than that. With
 * a zone in question, a key of which most answers fail is news however much else was asked.
 */
#define SHARE_OF_ANSWERS 20 /* one in so many */
#define SHARE_OF_PAIRS 100
#define KEY_FAILURES 10

static bool is_much(uint64_t part, uint64_t whole, unsigned one_in)
{
	return part > 0 && part * one_in >= whole;
}

/* --- Words --- */

static const char *network_words(struct diagnosis *diagnosis, const struct tally_row *row)
{
	char text[IP_PREFIX_TEXT_MAX];
	struct ip_prefix prefix = {.addr = {.family = row->octets[0] == FAMILY_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4},
				   .length = row->octets[1]};
	memcpy(prefix.addr.bytes, row->octets + 2, 16);
	ip_prefix_to_text(&prefix, text);
	return diagnosis_text(diagnosis, "%s", text);
}

static const char *text_words(struct diagnosis *diagnosis, const struct tally_row *row)
{
	return diagnosis_text(diagnosis, "%.*s", (int)row->size, (const char *)row->octets);
}

static const char *row_type_words(struct diagnosis *diagnosis, const struct tally_row *row)
{
	return type_words(diagnosis, load_u16(row->octets));
}

static const char *row_name_words(struct diagnosis *diagnosis, const struct tally_row *row)
{
	return name_words(diagnosis, name_of(row->octets));
}

struct tally_words {
	const char *label, *many;
	const char *(*words)(struct diagnosis *diagnosis, const struct tally_row *row);
};

static const struct tally_words tally_texts[LOG_TALLY_COUNT] = {
	[LOG_SITES] = {"sites", "source /48 and /16", network_words},
	[LOG_NETWORKS] = {"networks", "source /56 and /24", network_words},
	[LOG_RESOLVERS] = {"resolvers in the logs", "resolvers", text_words},
	[LOG_TYPES] = {"types", "record types", row_type_words},
	[LOG_NAMES] = {"names", "names", row_name_words},
};

/* --- Notes --- */

/* The keys with the most failures, of those not shown yet: less than the limit, or as many and behind the last. */
static const struct tally_row *next_worst(const struct tally *tally, const struct tally_row *last)
{
	const struct tally_row *best = NULL;
	for (size_t i = 0; i < tally_rows(tally); i++) {
		const struct tally_row *row = tally_at(tally, i);
		bool is_shown =
			last != NULL && (row->failed > last->failed || (row->failed == last->failed && row <= last));
		if (!is_shown && row->failed > (best != NULL ? best->failed : 0))
			best = row;
	}
	return best;
}

static enum evidence_state tally_state(const struct log_view *logs, const struct tally *tally)
{
	const struct tally_row *worst = tally_worst(tally);
	if (worst == NULL)
		return EVIDENCE_OK;
	bool is_key = !name_is_root(logs->zone) && worst->failed >= KEY_FAILURES && 2 * worst->failed >= worst->asked;
	return is_key || is_much(logs->failures, logs->answers, SHARE_OF_ANSWERS) ? EVIDENCE_BAD : EVIDENCE_NOTE;
}

static void tally_note(struct diagnosis *diagnosis, const struct log_view *logs, enum log_tally which)
{
	const struct tally *tally = logs->tallies[which];
	const struct tally_words *texts = &tally_texts[which];
	const struct tally_row *row = NULL;
	const char *worst = "";
	size_t failing = tally_failing(tally), shown = 0;
	if (tally_rows(tally) == 0) {
		diagnosis_note(diagnosis, STEP_RADIUS, EVIDENCE_NOTE, texts->label, "not observable from these logs");
		return;
	}
	while (shown < WORST_MOST && (row = next_worst(tally, row)) != NULL) {
		worst = diagnosis_text(diagnosis, "%s%s %s (%llu of %llu answers)", worst, shown > 0 ? "," : ":",
				       texts->words(diagnosis, row), (unsigned long long)row->failed,
				       (unsigned long long)row->asked);
		shown++;
	}
	diagnosis_note(diagnosis, STEP_RADIUS, tally_state(logs, tally), texts->label,
		       "%zu of %zu %s%s affected%s%s", failing, tally_rows(tally),
		       tally_is_cut(tally) ? "(and more) " : "", texts->many, worst, failing > shown ? " ..." : "");
}

/* false: nothing in the logs can be counted. */
static bool sources_note(struct diagnosis *diagnosis, const struct log_view *logs, enum step step)
{
	if (logs->unread > 0)
		diagnosis_note(diagnosis, step, EVIDENCE_NOTE, "logs",
			       "%llu of %llu lines are of no format known: sextant tail FILE "
			       "shows one",
			       (unsigned long long)logs->unread, (unsigned long long)logs->lines);
	if (logs->authoritative > 0)
		diagnosis_note(diagnosis, step, EVIDENCE_NOTE, "logs",
			       "%llu events of authoritative servers are not counted: they "
			       "never show a validator's SERVFAIL",
			       (unsigned long long)logs->authoritative);
	if (logs->late > 0)
		diagnosis_note(
			diagnosis, step, EVIDENCE_NOTE, "logs",
			"%llu events of after this examination began are not counted: its own questions are among them",
			(unsigned long long)logs->late);
	if (logs->answers > 0)
		return true;
	diagnosis_note(diagnosis, step, EVIDENCE_UNSEEN, "logs",
		       logs->unanswered > 0
			       ? "not observable from this source: its lines do not tell how questions were answered. "
				 "BIND: category query-errors and responses; Unbound: log-replies: yes; CoreDNS: log"
			       : "no answer for these names is in them");
	return false;
}

void logs_note_radius(struct examination *examination)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const struct log_view *logs = examination->incident->logs;
	if (!sources_note(diagnosis, logs, STEP_RADIUS))
		return;
	bool is_failing = is_much(logs->failures, logs->answers, SHARE_OF_ANSWERS);
	bool is_little = logs->failures > 0 && !is_failing;
	diagnosis_note(diagnosis, STEP_RADIUS,
		       is_failing  ? EVIDENCE_BAD
		       : is_little ? EVIDENCE_NOTE
				   : EVIDENCE_OK,
		       "logs", "%llu of %llu answers for names at or below %s failed%s",
		       (unsigned long long)logs->failures, (unsigned long long)logs->answers,
		       name_words(diagnosis, logs->zone), is_little ? "; so few are usual" : "");
	for (enum log_tally which = LOG_SITES; which < LOG_TALLY_COUNT; which++)
		tally_note(diagnosis, logs, which);
}

void logs_note_fallback(struct examination *examination)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const struct log_view *logs = examination->incident->logs;
	if (logs->answers == 0) {
		(void)sources_note(diagnosis, logs, STEP_FALLBACK);
		return;
	}
	bool is_masked = is_much(logs->masked, logs->pairs, SHARE_OF_PAIRS);
	bool is_little = logs->masked > 0 && !is_masked;
	diagnosis_note(diagnosis, STEP_FALLBACK,
		       is_masked   ? EVIDENCE_BAD
		       : is_little ? EVIDENCE_NOTE
				   : EVIDENCE_OK,
		       "logs", "%llu of %llu pairs of questions: A answered, AAAA failed; %llu: both failed%s",
		       (unsigned long long)logs->masked, (unsigned long long)logs->pairs,
		       (unsigned long long)logs->lost, is_little ? "; so few are usual" : "");
	if (!is_masked)
		return;
	const char *zone = name_words(diagnosis, logs->zone);
	diagnosis_blame(
		diagnosis, FINDING_FALLBACK_MASKED, SEVERITY_WARNING,
		diagnosis_text(diagnosis, "names at or below %s", zone),
		diagnosis_text(diagnosis,
			       "find out why AAAA fails: sextant doctor NAME for the names that step 6 lists"),
		"Clients get A and no AAAA: %llu of %llu pairs in the logs, for names at or below %s; IPv4 hides it.",
		(unsigned long long)logs->masked, (unsigned long long)logs->pairs, zone);
}

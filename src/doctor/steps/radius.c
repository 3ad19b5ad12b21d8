/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/steps/steps.h"

#include "dns/rrtype.h"

#include <limits.h>

/* I-06: who is hit: which resolvers, which names, which networks? */

#define STEP STEP_RADIUS

static bool is_failing(const struct said *said)
{
	return said->kind == SAID_FAILED || said_is_dead(said);
}

#define NO_TYPE UINT_MAX

/* What tells of the resolver: its answer about the name, or that it answers at all. */
static const struct said *telling(const struct resolver_view *resolver, unsigned index)
{
	return index == NO_TYPE || !said_is_reply(&resolver->udp) ? &resolver->udp : &resolver->plain[index];
}

/* Of a family that this host does not have, nothing is known. */
static bool is_seen(const struct said *said)
{
	return said_is_reply(said) || said_is_dead(said);
}

static void resolvers_note(struct examination *examination, unsigned index)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const char *words = "";
	unsigned failing = 0, seen = 0;
	for (unsigned i = 0; i < examination->resolver_count; i++) {
		const struct resolver_view *resolver = examination->resolvers[i];
		const struct said *said = telling(resolver, index);
		bool is_hit = is_failing(said);
		seen += is_seen(said);
		failing += is_hit;
		if (is_hit)
			words = diagnosis_text(diagnosis, "%s %s", words, resolver->text);
	}
	unsigned unseen = examination->resolver_count - seen;
	diagnosis_note(diagnosis, STEP,
		       failing > 0 ? EVIDENCE_BAD
		       : seen > 0  ? EVIDENCE_OK
				   : EVIDENCE_UNSEEN,
		       index != NO_TYPE ? type_words(diagnosis, examination->incident->types[index]) : "resolvers",
		       "%u of %u resolvers fail%s%s%s", failing, seen, failing > 0 ? ":" : "", words,
		       unseen > 0 ? diagnosis_text(diagnosis, "; %u not tested", unseen) : "");
}

/* This name alone, the whole zone, or all that is below the parent? */
static void names_note(struct examination *examination, const struct resolver_view *resolver,
		       const struct subject *subject)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	bool is_zone = is_failing(&resolver->zone);
	bool is_known = said_is_answer(&resolver->zone) || is_zone;
	if (!resolver->is_alive || !is_known || name_is_root(subject->zone))
		return;
	diagnosis_note(diagnosis, STEP, is_zone ? EVIDENCE_BAD : EVIDENCE_OK,
		       diagnosis_text(diagnosis, "other names at %s", resolver->text),
		       "the zone %s itself %s, the zone above %s", name_words(diagnosis, subject->zone),
		       is_zone ? "fails" : "is answered",
		       is_failing(&resolver->parent)       ? "fails"
		       : said_is_answer(&resolver->parent) ? "is answered"
							   : "was not seen");
}

void step_radius(struct examination *examination)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const struct incident *incident = examination->incident;
	if (examination->resolver_count == 0)
		diagnosis_note(diagnosis, STEP, EVIDENCE_UNSEEN, "resolvers", "none is known: give them with --server");
	else if (!incident->has_name)
		resolvers_note(examination, NO_TYPE);
	for (unsigned i = 0; incident->has_name && examination->resolver_count > 0 && i < incident->type_count; i++)
		resolvers_note(examination, i);
	for (unsigned i = 0; incident->has_name && examination->subject_count > 0 && i < examination->resolver_count;
	     i++)
		names_note(examination, examination->resolvers[i], examination->subjects[0]);
	if (incident->logs != NULL)
		logs_note_radius(examination);
	else
		diagnosis_note(diagnosis, STEP, EVIDENCE_NOTE, "clients",
			       "by network and platform it is not observable without query logs of the resolvers: "
			       "--logs FILE");
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/incident.h"

#include "dns/rrtype.h"
#include "doctor/steps/steps.h"

/* --- Words --- */

const char *endpoint_words(struct diagnosis *diagnosis, const struct ip_endpoint *endpoint)
{
	char text[IP_ENDPOINT_TEXT_MAX];
	if (endpoint->port == 53)
		ip_addr_to_text(&endpoint->addr, text);
	else
		ip_endpoint_to_text(endpoint, text);
	return diagnosis_text(diagnosis, "%s", text);
}

const char *name_words(struct diagnosis *diagnosis, struct name name)
{
	char text[NAME_TEXT_MAX];
	(void)name_to_display(name, text);
	return diagnosis_text(diagnosis, "%.400s", text);
}

const char *type_words(struct diagnosis *diagnosis, uint16_t type)
{
	char text[RRTYPE_TEXT_MAX];
	rrtype_to_text(type, text);
	return diagnosis_text(diagnosis, "%s", text);
}

const char *said_words(struct diagnosis *diagnosis, const struct said *said)
{
	struct text text = {0};
	said_to_text(said, &text);
	const char *words = diagnosis_text(diagnosis, "%.300s", text_string(&text));
	text_free(&text);
	return words;
}

/* --- What the steps look at --- */

const struct subject *examination_end(const struct examination *examination)
{
	return examination->subject_count > 0 ? examination->subjects[examination->subject_count - 1] : NULL;
}

size_t examination_addresses(const struct examination *examination, enum family family, struct ip_addr *ret,
			     size_t size)
{
	const struct subject *subject = examination_end(examination);
	for (unsigned i = 0; subject != NULL && i < subject->type_count; i++) {
		if (subject->types[i] == (family == FAMILY_IPV6 ? RR_AAAA : RR_A))
			return said_addresses(&subject->best[i], ret, size);
	}
	return 0;
}

static bool needs_name(const struct incident *incident)
{
	return incident->has_name && (incident->is_wanted[STEP_AUTHORITY] || incident->is_wanted[STEP_TRANSPORT] ||
				      incident->is_wanted[STEP_VALIDATION] || incident->is_wanted[STEP_FALLBACK] ||
				      incident->is_wanted[STEP_RADIUS]);
}

static bool needs_resolvers(const struct incident *incident)
{
	return incident->is_wanted[STEP_TRANSPORT] || incident->is_wanted[STEP_VALIDATION] ||
	       incident->is_wanted[STEP_FALLBACK] || incident->is_wanted[STEP_RADIUS];
}

/* The name, then where it leads, zone by zone. */
static void subjects_take(struct examination *examination)
{
	const struct incident *incident = examination->incident;
	struct name name = incident->name;
	while (examination->subject_count < INCIDENT_ALIASES_MAX) {
		struct walk walk = {
			.facts = incident->facts, .arena = examination->diagnosis->arena, .options = incident->options};
		struct subject *subject = subject_fill(&walk, name, incident->types, incident->type_count);
		examination->open += walk.open;
		if (subject == NULL)
			return;
		examination->subjects[examination->subject_count++] = subject;
		if (!subject_alias(subject, &name))
			return;
	}
}

static void resolvers_take(struct examination *examination)
{
	const struct subject *subject = examination->subject_count > 0 ? examination->subjects[0] : NULL;
	for (unsigned i = 0; i < examination->incident->resolver_count; i++) {
		struct resolver_view *view = resolver_view_fill(&examination->walk, examination->incident, i, subject);
		if (view != NULL)
			examination->resolvers[examination->resolver_count++] = view;
	}
}

size_t incident_examine(const struct incident *incident, struct diagnosis *diagnosis)
{
	static void (*const made[STEP_COUNT])(struct examination * examination) = {
		[STEP_AUTHORITY] = step_authority,   [STEP_TRANSPORT] = step_transport,
		[STEP_VALIDATION] = step_validation, [STEP_DISCOVERY] = step_discovery,
		[STEP_FALLBACK] = step_fallback,     [STEP_RADIUS] = step_radius,
	};
	struct examination examination = {
		.incident = incident,
		.diagnosis = diagnosis,
		.walk = {.facts = incident->facts, .arena = diagnosis->arena, .options = incident->options}};
	if (needs_name(incident))
		subjects_take(&examination);
	if (examination.subject_count > 0)
		diagnosis->zone = &examination.subjects[0]->zone;
	if (needs_resolvers(incident))
		resolvers_take(&examination);
	for (enum step step = STEP_AUTHORITY; step < STEP_COUNT; step++) {
		if (!incident->is_wanted[step])
			continue;
		diagnosis->is_examined[step] = true;
		made[step](&examination);
	}
	diagnosis_rank(diagnosis);
	return examination.open + examination.walk.open +
	       (incident->attempts != NULL ? attempts_wanted(incident->attempts) : 0);
}

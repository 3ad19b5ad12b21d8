/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of an examination: each notes evidence and blames, from what the ones before it gathered.
 * Of this room alone; a value that lives for one examination.
 * Never stops at what it finds: the next step is made all the same (I-07).
 */
#ifndef DOCTOR_STEPS_STEPS_H
#define DOCTOR_STEPS_STEPS_H

#include "doctor/resolver_view.h"

struct examination {
	const struct incident *incident;
	struct diagnosis *diagnosis;
	struct walk walk; /* for all that is no subject: resolvers, reverse names */
	size_t open;
	struct subject *subjects[INCIDENT_ALIASES_MAX]; /* the name, and where it leads */
	unsigned subject_count;
	struct resolver_view *resolvers[INCIDENT_RESOLVERS_MAX];
	unsigned resolver_count;
};

void step_authority(struct examination *examination);
void step_transport(struct examination *examination);
void step_validation(struct examination *examination);
void step_discovery(struct examination *examination);
void step_fallback(struct examination *examination);
void step_radius(struct examination *examination);

/* Parts that have files of their own. */
void authority_reverse(struct examination *examination);
void validation_zone(struct examination *examination, const struct subject *subject);
void validation_resolver(struct examination *examination, const struct resolver_view *resolver);

void logs_note_fallback(struct examination *examination);
void logs_note_radius(struct examination *examination);

/* --- Words --- */

/* "192.0.2.1", "2001:db8::1@5300": of the arena. */
const char *endpoint_words(struct diagnosis *diagnosis, const struct ip_endpoint *endpoint);
const char *name_words(struct diagnosis *diagnosis, struct name name);
const char *type_words(struct diagnosis *diagnosis, uint16_t type);
const char *said_words(struct diagnosis *diagnosis, const struct said *said);
static inline enum family family_other(enum family family)
{
	return family == FAMILY_IPV6 ? FAMILY_IPV4 : FAMILY_IPV6;
}
/* Where the name ends: the last subject. NULL: there is no name. */
const struct subject *examination_end(const struct examination *examination);
/* The addresses that the zone's servers give for the name, at most size; type_count's AAAA and A alone. */
size_t examination_addresses(const struct examination *examination, enum family family, struct ip_addr *ret,
			     size_t size);

#endif

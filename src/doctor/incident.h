/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One incident under examination: what is asked about, and all that is known. The examination is a pure function that
 * is run again and again while facts come in (audit/facts.h, doctor/attempts.h), until it wants nothing more. A value
 * that borrows all it points to; what an examination makes lies in the arena of the diagnosis. Never asks, connects or
 * reads: whoever drives it does.
 */
#ifndef DOCTOR_INCIDENT_H
#define DOCTOR_INCIDENT_H

#include "doctor/attempts.h"
#include "doctor/client.h"
#include "doctor/diagnosis.h"
#include "doctor/log_view.h"
#include "doctor/subject.h"

#define INCIDENT_RESOLVERS_MAX 8
#define INCIDENT_ALIASES_MAX 4  /* zones that a name leads through */
#define INCIDENT_REVERSES_MAX 4 /* addresses of a family whose PTR is looked at */

struct incident {
	struct facts *facts;
	const struct walk_options *options;
	struct attempts *attempts;
	bool has_name;
	struct name name;
	uint16_t types[SUBJECT_TYPES_MAX]; /* AAAA and A first */
	unsigned type_count;
	struct ip_endpoint resolvers[INCIDENT_RESOLVERS_MAX];
	unsigned resolver_count;
	uint16_t port;                              /* of the service; 0: as its HTTPS record says, else 443 and 80 */
	const struct client_facts *client;          /* NULL: not looked at */
	const struct finding_list *client_findings; /* client_judge's; NULL: not looked at */
	const struct log_view *logs;                /* NULL: none were given */
	bool is_wanted[STEP_COUNT];
};

/* Everything from the start. diagnosis: its arena is set, the rest zero. Returns how many facts and attempts are
 * missing: they are wanted now. */
size_t incident_examine(const struct incident *incident, struct diagnosis *diagnosis);

#endif

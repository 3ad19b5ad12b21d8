/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/steps/steps.h"

#include "dns/rrtype.h"

/* I-03: does the name validate, over each family by itself, and do the resolvers say what the zone says? */

#define STEP STEP_VALIDATION

/* --- Our own validation --- */

static bool is_bogus(const struct secure *secure)
{
	return secure->is_known && secure->security == SECURITY_BOGUS;
}

static bool is_good(const struct secure *secure)
{
	return secure->is_known && secure->security != SECURITY_BOGUS;
}

/* Of one type, over both families together. */
struct verdict {
	bool is_bogus, is_good;      /* over one family at least */
	bool is_path;                /* bogus over one and good over the other */
	enum family family;          /* where it is bogus */
	const struct secure *secure; /* the bogus one */
};

static struct verdict verdict_of(const struct subject *subject, unsigned index)
{
	struct verdict verdict = {0};
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct secure *secure = &subject->secure[family][index];
		if (is_bogus(secure) && !verdict.is_bogus) {
			verdict.family = family;
			verdict.secure = secure;
		}
		verdict.is_bogus = verdict.is_bogus || is_bogus(secure);
		verdict.is_good = verdict.is_good || is_good(secure);
	}
	verdict.is_path = verdict.is_bogus && verdict.is_good;
	return verdict;
}

static const char *security_words(enum security security)
{
	return security == SECURITY_SECURE     ? "secure"
	       : security == SECURITY_INSECURE ? "not signed"
	       : security == SECURITY_BOGUS    ? "bogus"
					       : "no anchor covers it";
}

static void own_note(struct examination *examination, const struct subject *subject, unsigned index)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct secure *secure = &subject->secure[family][index];
		const char *label = diagnosis_text(diagnosis, "%s %s over %s", name_words(diagnosis, subject->name),
						   type_words(diagnosis, subject->types[index]), family_title(family));
		if (!secure->is_known)
			diagnosis_note(diagnosis, STEP, EVIDENCE_UNSEEN, label, "%s",
				       examination->incident->options->anchors == NULL
					       ? "not validated: no trust anchor, see --anchor"
				       : subject->states[family] == CHAIN_GOOD ? "no answer to validate"
									       : "the zone was not reached");
		else
			diagnosis_note(diagnosis, STEP, is_bogus(secure) ? EVIDENCE_BAD : EVIDENCE_OK, label, "%s%s%s",
				       security_words(secure->security), is_bogus(secure) ? ": " : "",
				       is_bogus(secure) ? secure->reason : "");
	}
}

/* What is wrong with a name that does not validate as a whole. */
struct fault {
	int32_t ede;
	enum finding_code code;
};

static const struct fault faults[] = {
	{EDE_SIGNATURE_EXPIRED, FINDING_SIGNATURE_EXPIRED},
	{EDE_SIGNATURE_NOT_YET_VALID, FINDING_SIGNATURE_EXPIRED},
	{EDE_SIGNATURE_EXPIRED_BEFORE_VALID, FINDING_SIGNATURE_EXPIRED},
	{EDE_DNSKEY_MISSING, FINDING_DS_MISMATCH},
	{EDE_NO_ZONE_KEY_BIT, FINDING_DS_MISMATCH},
};

static enum finding_code fault_code(int32_t ede)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (faults[i].ede == ede)
			return faults[i].code;
	}
	return FINDING_NAME_BOGUS;
}

static void whole_blame(struct examination *examination, const struct subject *subject, const struct secure *secure)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	enum finding_code code = fault_code(secure->ede);
	const char *zone = name_words(diagnosis, subject->zone);
	const char *next =
		code == FINDING_DS_MISMATCH
			? diagnosis_text(
				  diagnosis,
				  "have the DS at the parent replaced by that of the key in use, or removed, then: "
				  "sextant audit %s",
				  zone)
			: diagnosis_text(diagnosis, "sign %s again, then at the resolvers: sextant flush %s", zone,
					 name_words(diagnosis, subject->name));
	diagnosis_blame(diagnosis, code, SEVERITY_ERROR, diagnosis_text(diagnosis, "zone %s", zone), next,
			code == FINDING_SIGNATURE_EXPIRED ? "The signatures of %s are not valid at this time: %s."
			: code == FINDING_DS_MISMATCH     ? "The chain of trust of %s is broken: %s."
							  : "%s does not validate: %s.",
			zone, secure->reason);
}

static void path_blame(struct examination *examination, const struct subject *subject, unsigned index,
		       const struct verdict *verdict)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const char *zone = name_words(diagnosis, subject->zone), *type = type_words(diagnosis, subject->types[index]);
	diagnosis_blame(
		diagnosis, FINDING_PATH_BOGUS, SEVERITY_ERROR, diagnosis_text(diagnosis, "zone %s", zone),
		diagnosis_text(diagnosis, "bring the servers of %s to one version, then: sextant audit %s", zone, zone),
		"%s of %s validates over %s and not over %s: %s.", type, name_words(diagnosis, subject->name),
		family_title(family_other(verdict->family)), family_title(verdict->family), verdict->secure->reason);
}

static void type_blame(struct examination *examination, const struct subject *subject, unsigned bad, unsigned good,
		       const struct verdict *verdict)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	const char *name = name_words(diagnosis, subject->name), *zone = name_words(diagnosis, subject->zone);
	diagnosis_blame(
		diagnosis, FINDING_TYPE_BOGUS, SEVERITY_ERROR, name,
		diagnosis_text(diagnosis, "sign %s again, then at the resolvers: sextant flush %s", zone, name),
		"The signature of %s of %s is broken and that of %s is not (not the network, not the firewall): %s.",
		type_words(diagnosis, subject->types[bad]), name, type_words(diagnosis, subject->types[good]),
		verdict->secure->reason);
}

void validation_zone(struct examination *examination, const struct subject *subject)
{
	struct verdict verdicts[SUBJECT_TYPES_MAX];
	for (unsigned i = 0; i < subject->type_count; i++) {
		own_note(examination, subject, i);
		verdicts[i] = verdict_of(subject, i);
	}
	for (unsigned i = 0; i < subject->type_count; i++) {
		unsigned good = 0;
		if (verdicts[i].is_path)
			path_blame(examination, subject, i, &verdicts[i]);
		if (!verdicts[i].is_bogus || verdicts[i].is_path)
			continue;
		while (good < subject->type_count && !(verdicts[good].is_good && !verdicts[good].is_bogus))
			good++;
		if (good < subject->type_count)
			type_blame(examination, subject, i, good, &verdicts[i]);
		else
			whole_blame(examination, subject, verdicts[i].secure);
	}
}

void step_validation(struct examination *examination)
{
	for (unsigned i = 0; i < examination->subject_count; i++)
		validation_zone(examination, examination->subjects[i]);
	for (unsigned i = 0; i < examination->resolver_count; i++)
		validation_resolver(examination, examination->resolvers[i]);
	if (examination->subject_count == 0 && examination->resolver_count == 0)
		diagnosis_note(examination->diagnosis, STEP, EVIDENCE_UNSEEN, "name",
			       "neither a name nor a resolver is known");
}

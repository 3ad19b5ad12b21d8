/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/validators.h"

#include "audit/checks/check.h"
#include "dns/rrtype.h"

#include <stdio.h>

struct hearing {
	struct check *check;
	const struct validator_view *validator;
	char server[IP_ENDPOINT_TEXT_MAX];
	unsigned silent, untested;
};

/* "www.example.com AAAA" */
static void subject_text(const struct view *view, unsigned index, unsigned type, struct text *out)
{
	char name[NAME_TEXT_MAX], rrtype[RRTYPE_TEXT_MAX];
	struct name_buffer buffer;
	struct name at;
	(void)view_name(view, index, &buffer, &at);
	rrtype_to_text(view_type(type), rrtype);
	text_addf(out, "%s %s", view_name_text(at, name), rrtype);
}

/* Rows: ours, theirs. Denials may go without AD where spans are opt-out (RFC 5155 9.2), and an alias is judged with all
 * that it leads to. */
static bool is_contradiction(enum security ours, bool is_there, const struct validator_saying *saying)
{
	if (saying->is_alias)
		return false;
	switch (saying->word) {
	case VALIDATOR_SECURE:
		return ours != SECURITY_SECURE;
	case VALIDATOR_INSECURE:
		return ours == SECURITY_BOGUS || (ours == SECURITY_SECURE && is_there);
	case VALIDATOR_BOGUS:
		return ours != SECURITY_BOGUS;
	default:
		return false;
	}
}

static void differs_add(struct hearing *hearing, unsigned index, unsigned type, enum security ours)
{
	const struct validator_saying *saying = &hearing->validator->sayings[index][type];
	struct text subject = {0}, why = {0};
	subject_text(hearing->check->view, index, type, &subject);
	if (saying->has_ede)
		text_addf(&why, " (EDE %u: %s)", saying->ede, ede_text(saying->ede));
	struct finding *finding =
		finding_add(hearing->check->findings, FINDING_VALIDATOR_DIFFERS, NOWHERE, hearing->check->subject, NULL,
			    "%s is %s to the resolver %s%s, and %s by this audit.", text_string(&subject),
			    validator_word_text(saying->word), hearing->server, text_string(&why), validators_ours_text(ours));
	if (finding != NULL && saying->word == VALIDATOR_BOGUS)
		finding->severity = SEVERITY_ERROR;
	text_free(&subject);
	text_free(&why);
}

static void failed_add(struct hearing *hearing, unsigned index, unsigned type)
{
	const struct validator_saying *saying = &hearing->validator->sayings[index][type];
	struct text subject = {0};
	subject_text(hearing->check->view, index, type, &subject);
	finding_add(hearing->check->findings, FINDING_VALIDATOR_FAILS, NOWHERE, hearing->check->subject, NULL,
		    "The resolver %s does not resolve %s, with checking disabled neither (RCODE %u%s%s).",
		    hearing->server, text_string(&subject), saying->rcode, saying->has_ede ? ", EDE: " : "",
		    saying->has_ede ? ede_text(saying->ede) : "");
	text_free(&subject);
}

static void check_saying(struct hearing *hearing, unsigned index, unsigned type)
{
	const struct view *view = hearing->check->view;
	const struct validator_saying *saying = &hearing->validator->sayings[index][type];
	enum security ours = SECURITY_UNCHECKED;
	bool is_there = false;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		is_there = is_there || view->secure[family][index][type].is_there;
	hearing->silent += saying->word == VALIDATOR_SILENT;
	hearing->untested += saying->word == VALIDATOR_UNTESTED;
	if (saying->word == VALIDATOR_FAILED)
		failed_add(hearing, index, type);
	else if (validators_ours(view, index, type, &ours) && is_contradiction(ours, is_there, saying))
		differs_add(hearing, index, type, ours);
}

static void check_validator(struct hearing *hearing)
{
	const struct validator_view *validator = hearing->validator;
	struct check *check = hearing->check;
	/* The root is signed: whoever has its trust anchor says AD. */
	if (validator->root.word == VALIDATOR_INSECURE) {
		finding_add(check->findings, FINDING_VALIDATOR_LAX, NOWHERE, check->subject, NULL,
			    "The resolver %s does not validate: it gives the root's SOA without AD.", hearing->server);
		return;
	}
	if (validator->root.word == VALIDATOR_FAILED) {
		finding_add(
			check->findings, FINDING_VALIDATOR_FAILS, NOWHERE, check->subject, NULL,
			"The resolver %s does not even resolve the root's SOA (RCODE %u): it serves this host no more "
			"than that.",
			hearing->server, validator->root.rcode);
		return;
	}
	for (unsigned i = 0; i < VIEW_NAMES; i++) {
		for (unsigned j = i == 0 ? 0 : 1; j < VIEW_TYPES; j++)
			check_saying(hearing, i, j);
	}
	if (hearing->silent + hearing->untested == 0)
		return;
	struct finding *finding = finding_add(check->findings, FINDING_VALIDATOR_SILENT, NOWHERE, check->subject, NULL,
					      "The resolver %s %s.", hearing->server,
					      hearing->silent > 0 ? "did not answer all questions about the zone"
								  : "cannot be asked from this host");
	if (finding != NULL)
		finding->is_undetermined = true;
}

void check_validators(struct check *check)
{
	for (unsigned i = 0; i < check->view->validator_count; i++) {
		struct hearing hearing = {.check = check, .validator = &check->view->validators[i]};
		ip_endpoint_to_text(&hearing.validator->endpoint, hearing.server);
		check_validator(&hearing);
	}
}

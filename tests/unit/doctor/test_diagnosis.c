/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/attempts.h"
#include "doctor/diagnosis.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

static struct diagnosis *diagnosis_made(void)
{
	struct diagnosis *diagnosis = calloc(1, sizeof(*diagnosis));
	assert_non_null(diagnosis);
	diagnosis->arena = arena_new(4096);
	assert_non_null(diagnosis->arena);
	return diagnosis;
}

static void diagnosis_end(struct diagnosis *diagnosis)
{
	arena_free(diagnosis->arena);
	free(diagnosis);
}

static void blame(struct diagnosis *diagnosis, enum finding_code code, enum severity severity, const char *subject)
{
	diagnosis_blame(diagnosis, code, severity, subject, "next", "%s is broken.", subject);
}

/* Which of these is the most likely one, in whatever order they were found? */
static void first_is(const enum finding_code *codes, const enum severity *severities, size_t count,
		     enum finding_code wanted)
{
	for (size_t start = 0; start < count; start++) {
		struct diagnosis *diagnosis = diagnosis_made();
		for (size_t i = 0; i < count; i++)
			blame(diagnosis, codes[(start + i) % count], severities[(start + i) % count], "x");
		diagnosis_rank(diagnosis);
		assert_int_equal(diagnosis->cause_count, count);
		assert_int_equal(diagnosis->causes[0].code, wanted);
		diagnosis_end(diagnosis);
	}
}

static void the_first_broken_layer_wins(void **state)
{
	const enum severity errors[] = {SEVERITY_ERROR, SEVERITY_ERROR, SEVERITY_ERROR, SEVERITY_ERROR};
	const enum finding_code all[] = {FINDING_SERVICE_FAMILY_DEAD, FINDING_CLIENT_NO_DNS, FINDING_TYPE_BOGUS,
					 FINDING_RESOLVER_DEAD};
	first_is(all, errors, 4, FINDING_RESOLVER_DEAD);
	first_is(all, errors, 3, FINDING_TYPE_BOGUS);
	first_is(all, errors, 2, FINDING_CLIENT_NO_DNS);
}

static void what_is_graver_comes_first(void **state)
{
	const enum finding_code codes[] = {FINDING_SERVER_DEAD, FINDING_SERVICE_FAMILY_DEAD};
	first_is(codes, (const enum severity[]){SEVERITY_WARNING, SEVERITY_ERROR}, 2, FINDING_SERVICE_FAMILY_DEAD);
	first_is(codes, (const enum severity[]){SEVERITY_WARNING, SEVERITY_WARNING}, 2, FINDING_SERVER_DEAD);
}

/* A missing PTR is of step 1, and keeps nobody from resolving. */
static void what_is_aside_explains_nothing(void **state)
{
	const enum finding_code codes[] = {FINDING_REVERSE_ABSENT, FINDING_SERVER_DEAD};
	first_is(codes, (const enum severity[]){SEVERITY_WARNING, SEVERITY_WARNING}, 2, FINDING_SERVER_DEAD);
	first_is(codes, (const enum severity[]){SEVERITY_WARNING, SEVERITY_NOTICE}, 2, FINDING_REVERSE_ABSENT);
}

static void equal_ones_keep_their_order(void **state)
{
	struct diagnosis *diagnosis = diagnosis_made();
	blame(diagnosis, FINDING_SERVER_LAME, SEVERITY_ERROR, "second");
	blame(diagnosis, FINDING_SERVER_STALE, SEVERITY_ERROR, "first");
	blame(diagnosis, FINDING_SERVER_LAME, SEVERITY_ERROR, "second"); /* once */
	diagnosis_rank(diagnosis);
	assert_int_equal(diagnosis->cause_count, 2);
	assert_string_equal(diagnosis->causes[0].subject, "second");
	assert_string_equal(diagnosis->causes[0].sentence, "second is broken.");
	diagnosis_end(diagnosis);
}

static void states(void **state)
{
	struct diagnosis *diagnosis = diagnosis_made();
	struct finding_list *findings = finding_list_new();
	assert_int_equal(diagnosis_step_state(diagnosis, STEP_TRANSPORT), EVIDENCE_UNSEEN);
	diagnosis_note(diagnosis, STEP_TRANSPORT, EVIDENCE_OK, "a", "fine");
	assert_int_equal(diagnosis_step_state(diagnosis, STEP_TRANSPORT), EVIDENCE_OK);
	diagnosis_note(diagnosis, STEP_TRANSPORT, EVIDENCE_UNSEEN, "b", "no %s", "route");
	diagnosis_note(diagnosis, STEP_TRANSPORT, EVIDENCE_NOTE, "c", "noted");
	assert_int_equal(diagnosis_step_state(diagnosis, STEP_TRANSPORT), EVIDENCE_UNSEEN);
	assert_int_equal(diagnosis_step_state(diagnosis, STEP_VALIDATION), EVIDENCE_UNSEEN);
	blame(diagnosis, FINDING_SERVER_DEAD, SEVERITY_WARNING, "x");
	diagnosis_to_findings(diagnosis, findings);
	assert_int_equal(finding_count_undetermined(findings), 1);
	assert_int_equal(finding_count_severity(findings, SEVERITY_WARNING), 1);
	finding_list_free(findings);
	for (unsigned i = 0; i < DIAGNOSIS_EVIDENCE_MAX; i++)
		diagnosis_note(diagnosis, STEP_TRANSPORT, EVIDENCE_OK, "a", "fine");
	assert_true(diagnosis->is_cut);
	assert_int_equal(diagnosis->evidence_count, DIAGNOSIS_EVIDENCE_MAX);
	diagnosis_end(diagnosis);
}

static void steps_have_words(void **state)
{
	enum step step;
	assert_int_equal(step_from_text("3", &step), ERR_OK);
	assert_int_equal(step, STEP_VALIDATION);
	assert_int_equal(step_from_text("radius", &step), ERR_OK);
	assert_int_equal(step, STEP_RADIUS);
	assert_int_equal(step_from_text("7", &step), ERR_NOT_FOUND);
	assert_int_equal(step_from_text("", &step), ERR_NOT_FOUND);
}

static void attempts_are_wanted_once(void **state)
{
	struct attempts *attempts = attempts_new(2);
	struct ip_endpoint web = {.addr = {.family = FAMILY_IPV6, .bytes[15] = 1}, .port = 443}, other = web;
	other.port = 80;
	assert_int_equal(attempts_connect(attempts, &web)->state, ATTEMPT_WANTED);
	assert_int_equal(attempts_connect(attempts, &web)->state, ATTEMPT_WANTED);
	assert_int_equal(attempts_count(attempts), 1);
	attempts_at(attempts, 0)->state = ATTEMPT_GOOD;
	assert_int_equal(attempts_connect(attempts, &web)->state, ATTEMPT_GOOD);
	assert_int_equal(attempts_wanted(attempts), 0);
	assert_int_equal(attempts_connect(attempts, &other)->state, ATTEMPT_WANTED);
	other.port = 8443;
	assert_int_equal(attempts_connect(attempts, &other)->state, ATTEMPT_UNKNOWN); /* no more than two */
	assert_int_equal(attempts_count(attempts), 2);
	attempts_free(attempts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_broken_layer_wins),
		cmocka_unit_test(what_is_graver_comes_first),
		cmocka_unit_test(what_is_aside_explains_nothing),
		cmocka_unit_test(equal_ones_keep_their_order),
		cmocka_unit_test(states),
		cmocka_unit_test(steps_have_words),
		cmocka_unit_test(attempts_are_wanted_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the steps say of what could not be seen, and of logs with the failures that every resolver has. */
#include "doctor/steps/steps.h"

#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

struct scene {
	struct diagnosis diagnosis;
	struct incident incident;
	struct examination examination;
	struct log_view *logs;
};

static int begin(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	assert_non_null(scene);
	scene->diagnosis.arena = arena_new(4096);
	assert_non_null(scene->diagnosis.arena);
	scene->incident.has_name = true;
	scene->incident.name = name_root;
	scene->incident.types[0] = RR_AAAA;
	scene->incident.type_count = 1;
	scene->examination = (struct examination){.incident = &scene->incident, .diagnosis = &scene->diagnosis};
	*state = scene;
	return 0;
}

static int end(void **state)
{
	struct scene *scene = *state;
	log_view_free(scene->logs);
	arena_free(scene->diagnosis.arena);
	free(scene);
	return 0;
}

static void noted(const struct scene *scene, const char *label, enum evidence_state wanted, const char *text)
{
	for (unsigned i = 0; i < scene->diagnosis.evidence_count; i++) {
		const struct evidence *evidence = &scene->diagnosis.evidence[i];
		if (strcmp(evidence->label, label) != 0)
			continue;
		assert_int_equal(evidence->state, wanted);
		assert_string_equal(evidence->text, text);
		return;
	}
	fail_msg("nothing is noted of %s", label);
}

/* A resolver of a family that this host does not have does not fail: nobody knows. */
static void resolvers_unseen(void **state)
{
	struct scene *scene = *state;
	struct resolver_view ipv6 = {.text = "2001:db8::53", .udp.kind = SAID_UNTESTED, .tcp.kind = SAID_UNTESTED};
	struct resolver_view ipv4 = {.text = "192.0.2.53",
				     .udp.kind = SAID_NODATA,
				     .tcp.kind = SAID_NODATA,
				     .plain[0].kind = SAID_NODATA,
				     .is_alive = true};
	scene->examination.resolvers[0] = &ipv6;
	scene->examination.resolvers[1] = &ipv4;
	scene->examination.resolver_count = 2;
	step_radius(&scene->examination);
	noted(scene, "AAAA", EVIDENCE_OK, "0 of 1 resolvers fail; 1 not tested");
}

static void resolvers_all_unseen(void **state)
{
	struct scene *scene = *state;
	struct resolver_view ipv6 = {.text = "2001:db8::53", .udp.kind = SAID_UNTESTED, .tcp.kind = SAID_UNTESTED};
	scene->examination.resolvers[0] = &ipv6;
	scene->examination.resolver_count = 1;
	step_radius(&scene->examination);
	noted(scene, "AAAA", EVIDENCE_UNSEEN, "0 of 0 resolvers fail; 1 not tested");
}

/* Over UDP nothing comes: that is a failure, though TCP is alive. */
static void resolver_without_udp(void **state)
{
	struct scene *scene = *state;
	struct resolver_view half = {
		.text = "2001:db8::53", .udp.kind = SAID_SILENT, .tcp.kind = SAID_NODATA, .is_alive = true};
	scene->examination.resolvers[0] = &half;
	scene->examination.resolver_count = 1;
	step_radius(&scene->examination);
	noted(scene, "AAAA", EVIDENCE_BAD, "1 of 1 resolvers fail: 2001:db8::53");
}

/* Without a name there is still to be said which resolvers answer at all. */
static void resolvers_without_name(void **state)
{
	struct scene *scene = *state;
	struct resolver_view dead = {.text = "2001:db8::53", .udp.kind = SAID_REFUSED, .tcp.kind = SAID_REFUSED};
	scene->incident.has_name = false;
	scene->examination.resolvers[0] = &dead;
	scene->examination.resolver_count = 1;
	step_radius(&scene->examination);
	noted(scene, "resolvers", EVIDENCE_BAD, "1 of 1 resolvers fail: 2001:db8::53");
}

static void log_take(struct scene *scene, const char *client, const char *name, unsigned count, bool is_failing)
{
	for (unsigned i = 0; i < count; i++) {
		for (unsigned type = 0; type < 2; type++) {
			struct event event;
			event_clear(&event);
			event.kind = EVENT_REPLY;
			event.stream = STREAM_RECURSIVE;
			event.time_us = 1000000 + 10000000ull * i;
			event.known |= EVENT_HAS_TIME;
			assert_true(
				event_set_client(&event, span_text(client)) &&
				event_set_qname(&event, span_text(name)) &&
				event_set_qtype(&event, span_text(type == 0 ? "AAAA" : "A")) &&
				event_set_rcode(&event, span_text(type == 0 && is_failing ? "SERVFAIL" : "NOERROR")));
			log_view_observe(scene->logs, &event);
		}
	}
}

static void logs_begin(struct scene *scene, const char *zone)
{
	struct name_buffer buffer;
	struct name name;
	assert_int_equal(name_from_text(span_text(zone), name_root, &buffer, &name, NULL), ERR_OK);
	scene->logs = log_view_new(name, UINT64_MAX, 1);
	assert_non_null(scene->logs);
	scene->incident.logs = scene->logs;
}

static void logs_judge(struct scene *scene)
{
	logs_note_fallback(&scene->examination);
	scene->diagnosis.evidence_count = 0;
	logs_note_radius(&scene->examination);
}

/* The names of others that are broken are in every log. */
static void logs_of_a_good_day(void **state)
{
	struct scene *scene = *state;
	logs_begin(scene, ".");
	log_take(scene, "2001:db8::1", "www.good.lab", 2000, false);
	log_take(scene, "2001:db8::1", "www.broken.lab", 12, true);
	logs_judge(scene);
	assert_int_equal(scene->diagnosis.cause_count, 0);
	assert_int_equal(diagnosis_step_state(&scene->diagnosis, STEP_RADIUS), EVIDENCE_NOTE);
	noted(scene, "logs", EVIDENCE_NOTE, "12 of 4024 answers for names at or below . failed; so few are usual");
}

/* Of the zone in question a name that always fails is news, however much else was asked. */
static void logs_of_one_bad_name(void **state)
{
	struct scene *scene = *state;
	logs_begin(scene, "lab");
	log_take(scene, "2001:db8::1", "www.good.lab", 2000, false);
	log_take(scene, "192.0.2.1", "www.broken.lab", 12, true);
	logs_judge(scene);
	noted(scene, "names", EVIDENCE_BAD, "1 of 2 names affected: www.broken.lab (12 of 24 answers)");
}

static void logs_of_a_bad_day(void **state)
{
	struct scene *scene = *state;
	logs_begin(scene, ".");
	log_take(scene, "2001:db8::1", "www.good.lab", 80, false);
	log_take(scene, "2001:db8::1", "www.broken.lab", 20, true);
	logs_judge(scene);
	assert_int_equal(scene->diagnosis.cause_count, 1);
	assert_int_equal(scene->diagnosis.causes[0].code, FINDING_FALLBACK_MASKED);
	noted(scene, "logs", EVIDENCE_BAD, "20 of 200 answers for names at or below . failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(resolvers_unseen, begin, end),
					   cmocka_unit_test_setup_teardown(resolvers_all_unseen, begin, end),
					   cmocka_unit_test_setup_teardown(resolver_without_udp, begin, end),
					   cmocka_unit_test_setup_teardown(resolvers_without_name, begin, end),
					   cmocka_unit_test_setup_teardown(logs_of_a_good_day, begin, end),
					   cmocka_unit_test_setup_teardown(logs_of_one_bad_name, begin, end),
					   cmocka_unit_test_setup_teardown(logs_of_a_bad_day, begin, end)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

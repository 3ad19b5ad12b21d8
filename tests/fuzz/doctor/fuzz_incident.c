/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An examination among name servers and resolvers that say anything, and services that answer or not. It must come to
 * an end, with a bounded number of questions and connections, and its causes must be in order.
 */
#include "doctor/incident.h"
#include "tests/fuzz/audit/replies.h"
#include "tests/fuzz/require.h"

#define QUESTIONS_MOST 9000
#define PASSES_MOST 400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct chain_hint hints[] = {
	{.name = {(const uint8_t *)"", 1, 0},
	 .endpoint = {.addr = {.family = FAMILY_IPV6, .bytes = {0x26, [15] = 1}}, .port = 53}},
	{.name = {(const uint8_t *)"", 1, 0},
	 .endpoint = {.addr = {.family = FAMILY_IPV4, .bytes = {8, 0, 0, 1}}, .port = 53}},
};

static void incident_set(struct incident *incident, const struct walk_options *options)
{
	static const uint16_t types[] = {RR_AAAA, RR_A, RR_TXT};
	static const struct ip_endpoint resolvers[] = {
		{.addr = {.family = FAMILY_IPV6, .bytes = {0x26, [15] = 53}}, .port = 53},
		{.addr = {.family = FAMILY_IPV4, .bytes = {8, 0, 0, 53}}, .port = 5300}};
	*incident = (struct incident){.facts = facts_new(SIZE_MAX),
				      .options = options,
				      .attempts = attempts_new(64),
				      .has_name = true,
				      .name = name_of_pool(7),
				      .type_count = 3,
				      .resolver_count = 2};
	memcpy(incident->types, types, sizeof(types));
	memcpy(incident->resolvers, resolvers, sizeof(resolvers));
	for (enum step step = STEP_AUTHORITY; step < STEP_COUNT; step++)
		incident->is_wanted[step] = true;
}

/* How much was missing and is not any more. */
static size_t answer(const struct incident *incident, struct source *source)
{
	struct fact *fact;
	size_t asked = 0;
	for (; (fact = facts_take_wanted(incident->facts)) != NULL; asked++)
		reply(incident->facts, fact, source);
	for (size_t i = 0; i < attempts_count(incident->attempts); i++) {
		struct attempt *attempt = attempts_at(incident->attempts, i);
		if (attempt->state != ATTEMPT_WANTED)
			continue;
		attempt->state = ATTEMPT_GOOD + next(source) % 4;
		attempt->duration_us = next(source) * 4000u;
		asked++;
	}
	return asked;
}

static void judge(const struct diagnosis *diagnosis)
{
	struct finding_list *findings = finding_list_new();
	for (unsigned i = 1; i < diagnosis->cause_count; i++)
		REQUIRE(diagnosis->causes[i - 1].severity >= diagnosis->causes[i].severity);
	for (unsigned i = 0; i < diagnosis->cause_count; i++) {
		REQUIRE(diagnosis->causes[i].sentence[0] != '\0');
		REQUIRE(diagnosis->causes[i].next[0] != '\0');
	}
	diagnosis_to_findings(diagnosis, findings);
	finding_list_free(findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = {.data = data, .size = size};
	struct anchors *anchors = anchors_new();
	struct walk_options options = {.hints = hints,
				       .hint_count = 2,
				       .port = 53,
				       .anchors = anchors,
				       .keyrings = {keyring_new(16), keyring_new(16)},
				       .now_s = 1700000000};
	struct incident incident;
	struct diagnosis *diagnosis = malloc(sizeof(*diagnosis));
	struct arena *arena = arena_new(1 << 18);
	size_t asked = 0, passes = 0;
	incident_set(&incident, &options);
	REQUIRE(anchors_add_text(anchors,
				 span_text(". IN DS 1 13 2 "
					   "0000000000000000000000000000000000000000000000000000000000000000")) ==
		ERR_OK);
	for (;; passes++) {
		arena_reset(arena);
		*diagnosis = (struct diagnosis){.arena = arena};
		if (incident_examine(&incident, diagnosis) == 0)
			break;
		asked += answer(&incident, &source);
		REQUIRE(asked <= QUESTIONS_MOST && passes <= PASSES_MOST);
	}
	judge(diagnosis);
	attempts_free(incident.attempts);
	facts_free(incident.facts);
	free(diagnosis);
	arena_free(arena);
	keyring_free(options.keyrings[0]);
	keyring_free(options.keyrings[1]);
	anchors_free(anchors);
	return 0;
}

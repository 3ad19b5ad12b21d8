/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An audit among name servers that say anything of a few names: delegations in circles, glue without end, malformed
 * replies. It must come to an end, with a bounded number of questions.
 */
#include "audit/chain_store.h"
#include "audit/checks.h"
#include "audit/service.h"
#include "tests/fuzz/audit/replies.h"

#include <stdlib.h>

#define QUESTIONS_MOST 12000
#define PASSES_MOST 400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = {.data = data, .size = size};
	const struct chain_hint hints[] = {
		{.name = name_root,
		 .endpoint = {.addr = {.family = FAMILY_IPV6, .bytes = {0x26, [15] = 1}}, .port = 53}},
		{.name = name_root, .endpoint = {.addr = {.family = FAMILY_IPV4, .bytes = {8, 0, 0, 1}}, .port = 53}},
	};
	struct anchors *anchors = anchors_new();
	struct keyring *keyrings[] = {keyring_new(16), keyring_new(16)};
	const struct ip_endpoint validator = {.addr = {.family = FAMILY_IPV6, .bytes = {0x26, [15] = 9}}, .port = 53};
	const struct given_server server = {
		.name = name_of_pool(6),
		.endpoint = {.addr = {.family = FAMILY_IPV6, .bytes = {0x26, [15] = 2}}, .port = 53}};
	/* Half of the inputs: the delegation and its lack of a DS are given. */
	const struct given given = {.zone = name_of_pool(3), .servers = &server, .server_count = 1, .has_ds = true};
	const struct walk_options options = {.hints = hints,
					     .given = {.rows = &given, .count = size % 2},
					     .validators = &validator,
					     .validator_count = 1,
					     .hint_count = 2,
					     .port = 53,
					     .anchors = anchors,
					     .keyrings = {keyrings[0], keyrings[1]},
					     .now_s = 1700000000};
	if (anchors_add_text(anchors, span_text(". IN DS 1 13 2 "
						"0000000000000000000000000000000000000000000000000000000000000000")) !=
	    ERR_OK)
		abort();
	struct facts *facts = facts_new(SIZE_MAX);
	struct arena *arena = arena_new(1 << 18);
	struct chain_store *store = size % 4 > 0 ? chain_store_new() : NULL;
	struct view *view = malloc(sizeof(*view));
	const struct inventory_row row = {.name = name_of_pool(7),
					  .wants = {[INVENTORY_MX] = true, [INVENTORY_SVCB] = true},
					  .port = size % 3 == 0 ? 8443 : 0,
					  .line = size % 5 > 0};
	struct service *service = malloc(sizeof(*service));
	size_t asked = 0, passes = 0;
	for (;; passes++) {
		arena_reset(arena);
		struct walk walk = {.facts = facts, .arena = arena, .store = store, .options = &options};
		struct fact *fact;
		view_fill(&walk, name_of((const uint8_t *)"\1z\1a\0"), view);
		struct walk service_walk = {.facts = facts, .arena = arena, .store = store, .options = &options};
		service_fill(&service_walk, &row, service);
		if (walk.open + service_walk.open == 0)
			break;
		while ((fact = facts_take_wanted(facts)) != NULL) {
			reply(facts, fact, &source);
			asked++;
		}
		if (asked > QUESTIONS_MOST || passes > PASSES_MOST)
			abort();
	}
	struct finding_list *findings = finding_list_new();
	checks_run(view, findings);
	checks_service(service, "inventory", findings);
	finding_list_free(findings);
	free(service);
	free(view);
	chain_store_free(store);
	arena_free(arena);
	facts_free(facts);
	keyring_free(keyrings[0]);
	keyring_free(keyrings[1]);
	anchors_free(anchors);
	return 0;
}

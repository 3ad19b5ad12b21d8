/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/resolver/world.h"

#include "dns/query.h"
#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"
#include "zone/zonefile.h"

#include <stdio.h>
#include <stdlib.h>

#define DEPTH_MAX 24

static void zone_add(struct world *world, const char *file)
{
	char path[128];
	struct world_zone *zone = &world->zones[world->zone_count++];
	snprintf(path, sizeof(path), "world/%s.zone", file);
	const char *apex = strcmp(file, "root") == 0 ? "." : file;
	assert_int_equal(name_from_text(span_text(apex), name_root, &zone->buffer, &zone->apex, NULL), ERR_OK);
	struct zonefile_options options = {.path = path, .origin = zone->apex};
	struct finding_list *findings = finding_list_new();
	assert_int_equal(zone_load(&options, findings, &zone->zone, NULL), ERR_OK);
	finding_list_free(findings);
	const struct zoneset_entry entry = {.apex = zone->apex, .zone = zone->zone};
	assert_int_equal(zoneset_new(&entry, 1, &zone->set), ERR_OK);
}

static void anchor_add(struct world *world)
{
	char text[1024];
	size_t line;
	FILE *file = fopen("world/anchor", "r");
	assert_non_null(file);
	size_t size = fread(text, 1, sizeof(text), file);
	fclose(file);
	assert_int_equal(anchors_add_file_text(world->anchors, span_of(text, size), &line), ERR_OK);
}

void world_forget(struct world *world)
{
	keyring_clear(world->keyring);
	world->evidence = NULL;
	world->asked = 0;
	world->budget = (struct dnssec_budget){
		.verifications = 64, .failed_verifications = 12, .nsec3_rounds = 4000, .keys_per_tag = 4};
}

struct world *world_new(void)
{
	static const char *const files[] = {"root", "test", "nsec.test", "nsec3.test", "optout.test", "many.test",
	                                    "expired.test", "future.test", "sha1.test", "ed.test", "rsa.test",
	                                    "mismatch.test", "algorithm.test", "unsigned.test", "island.unsigned.test"};
	struct world *world = calloc(1, sizeof(*world));
	assert_non_null(world);
	world->arena = arena_new(1 << 20);
	world->scratch = auth_scratch_new();
	world->anchors = anchors_new();
	world->keyring = keyring_new(32);
	assert_true(world->arena != NULL && world->scratch != NULL && world->anchors != NULL && world->keyring != NULL);
	world->options =
		(struct auth_options){.udp_size = AUTH_UDP_SIZE_DEFAULT, .is_minimal = true, .is_any_full = true};
	world->policy = (struct validate_policy){.is_sha1_accepted = true, .nsec3_iterations_max = 50};
	world->now_s = WORLD_NOW_S;
	world->now_us = 1000000;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		zone_add(world, files[i]);
	anchor_add(world);
	world_forget(world);
	return world;
}

void world_free(struct world *world)
{
	for (size_t i = 0; i < world->zone_count; i++) {
		zoneset_free(world->zones[i].set);
		zone_free(world->zones[i].zone);
	}
	auth_scratch_free(world->scratch);
	anchors_free(world->anchors);
	keyring_free(world->keyring);
	arena_free(world->arena);
	free(world);
}

struct name world_name(struct world *world, const char *text)
{
	struct name_buffer *buffer = arena_alloc(world->arena, sizeof(*buffer), 1);
	struct name name;
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

static const struct world_zone *zone_of(const struct world *world, struct name qname, uint16_t qtype)
{
	const struct world_zone *best = NULL;
	struct name from = qtype == RR_DS ? name_parent(qname) : qname;
	for (size_t i = 0; i < world->zone_count; i++) {
		const struct world_zone *zone = &world->zones[i];
		if (name_is_at_or_below(from, zone->apex) && (best == NULL || zone->apex.labels > best->apex.labels))
			best = zone;
	}
	return best;
}

struct outcome world_ask(struct world *world, struct name qname, uint16_t qtype)
{
	static uint8_t query[600], reply[65535];
	const struct world_zone *zone = zone_of(world, qname, qtype);
	struct writer out = writer_of(query, sizeof(query));
	struct message message;
	struct query_event event;
	struct scrubbed *scrubbed = arena_alloc_zeroed(world->arena, sizeof(*scrubbed), 64);
	assert_non_null(zone);
	writer_bytes(&out, "\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00\x01", 12);
	writer_bytes(&out, qname.wire, qname.size);
	writer_u16(&out, qtype);
	writer_u16(&out, CLASS_IN);
	writer_bytes(&out, "\0\0\x29\x04\xd0\0\0\x80\0\0\0", 11); /* OPT with DO */
	struct auth_request request = {.message = writer_span(&out), .transport = TRANSPORT_TCP, .now_s = world->now_s,
	                               .client = {.family = FAMILY_IPV6, .bytes = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}}};
	struct writer answer = writer_of(reply, sizeof(reply));
	size_t size = auth_answer(&world->options, zone->set, &request, world->scratch, &answer, &event);
	uint8_t *kept = arena_copy(world->arena, reply, size, 1);
	assert_int_equal(message_read(span_of(kept, size), &message), ERR_OK);
	const struct scrub_question question = {.qname = qname, .qtype = qtype, .zone = zone->apex, .is_tcp = true,
	                                        .has_edns = true, .port = 53};
	assert_int_equal(scrub(&message, &question, world->arena, scrubbed), ERR_OK);
	assert_int_equal(scrubbed->verdict, SCRUB_OUTCOME);
	struct outcome outcome = *outcome_copy(&scrubbed->outcome, world->arena);
	outcome.server = (struct ip_endpoint){
		.addr = {.family = FAMILY_IPV6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 0x53}}, .port = 53};
	if (world->tamper != NULL)
		world->tamper(world, &outcome);
	return outcome;
}

/* --- What the resolver does around the validator --- */

static const struct outcome *evidence_find(void *owner, struct name name, uint16_t type)
{
	const struct world *world = owner;
	for (const struct world_evidence *at = world->evidence; at != NULL; at = at->next) {
		if (at->outcome.qtype == type && name_equal(at->outcome.qname, name))
			return &at->outcome;
	}
	return NULL;
}

static void evidence_add(struct world *world, const struct outcome *outcome)
{
	struct world_evidence *evidence = arena_alloc(world->arena, sizeof(*evidence), 16);
	*evidence = (struct world_evidence){.outcome = *outcome, .next = world->evidence};
	world->evidence = evidence;
}

static struct outcome verdict_apply(struct world *world, const struct outcome *subject,
                                    const struct validate_result *result)
{
	struct outcome done = *subject;
	done.security = result->security;
	done.kind = result->kind;
	done.is_optout = result->is_optout;
	done.ede = result->ede;
	done.reason = span_text(result->reason);
	if (result->security == SECURITY_SECURE) {
		done.sets = result->kept;
		done.answer_count = result->kept_answers;
		done.set_count = result->kept_count;
		done.ttl_s = result->ttl_cap_s < done.ttl_s ? result->ttl_cap_s : done.ttl_s;
	}
	return *outcome_copy(&done, world->arena);
}

static void validate_deep(struct world *world, const struct outcome *subject, struct validate_result *ret,
                          unsigned depth)
{
	const struct validate_request request = {.subject = subject,
	                                         .anchors = world->anchors,
	                                         .policy = &world->policy,
	                                         .keyring = world->keyring,
	                                         .budget = &world->budget,
	                                         .arena = world->arena,
	                                         .find = evidence_find,
	                                         .owner = world,
	                                         .now_s = world->now_s,
	                                         .now_us = world->now_us};
	if (depth >= DEPTH_MAX)
		fail_msg("a circle");
	for (unsigned round = 0;; round++) {
		validate(&request, ret);
		if (ret->state == VALIDATE_DONE)
			return;
		assert_true(round < 64);
		/* It never asks for what it was given. */
		assert_null(evidence_find(world, ret->need_name, ret->need_type));
		assert_true(ret->need_type == RR_DS || ret->need_type == RR_DNSKEY);
		world->asked++;
		struct name_buffer *buffer = arena_alloc(world->arena, sizeof(*buffer), 1);
		struct name name = name_copy(ret->need_name, buffer);
		struct outcome outcome = world_ask(world, name, ret->need_type);
		if (ret->need_type == RR_DS) {
			struct validate_result *below = arena_alloc(world->arena, sizeof(*below), 64);
			validate_deep(world, &outcome, below, depth + 1);
			outcome = verdict_apply(world, &outcome, below);
		}
		evidence_add(world, &outcome);
	}
}

void world_validate(struct world *world, const struct outcome *subject, struct validate_result *ret)
{
	validate_deep(world, subject, ret, 0);
}

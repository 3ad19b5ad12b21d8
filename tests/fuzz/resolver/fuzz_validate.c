/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is four octets (kind, zone, security of DS, budget) and messages, each with its size in front: the first is
 * judged, the others are the evidence. The trust anchor is that of tests/unit/resolver/world, whose answers are in the
 * corpus, so that good signatures are met, too.
 */
#include "dns/message/message.h"
#include "dns/rrtype.h"
#include "resolver/gather.h"
#include "resolver/validate.h"
#include "tests/fuzz/require.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EVIDENCE_MAX 24
#define NEEDS_MAX 300 /* a label each, twice */
static const char anchor_text[] = ". IN DS 55579 13 2 B1E77CF0D580BFC92ABCCCB9AF5EEED1930ABB066A8AE77A736C39F470C38211";

struct input {
	struct arena *arena;
	struct outcome subject, evidence[EVIDENCE_MAX];
	unsigned evidence_count;
	bool is_missing_failed; /* what is not in the input has failed */
};

static uint8_t octet_take(struct span *input)
{
	uint8_t octet = 0;
	(void)span_take_u8(input, &octet);
	return octet;
}

/* Answers, then the authority section, as they are; the resolver's scrubber is more choosy. */
static bool outcome_take(struct arena *arena, struct span octets, struct outcome *ret)
{
	struct message message;
	struct message_place place = {0};
	struct message_item question;
	struct gathered *gathered = arena_alloc(arena, sizeof(*gathered), 64);
	struct rrset_view *sets = arena_alloc(arena, OUTCOME_SETS_MAX * sizeof(*sets), 16);
	if (message_read(octets, &message) != ERR_OK || message_next(&message, &place, &question) != ERR_OK ||
	    question.section != SECTION_QUESTION || gather(&message, arena, gathered) != ERR_OK)
		return false;
	const uint8_t *wire = arena_copy(arena, question.owner.wire, question.owner.size, 1);
	*ret = (struct outcome){.kind = message.rcode == 3 ? OUTCOME_NXDOMAIN : OUTCOME_NODATA, .qtype = question.type,
	                        .qname = {wire, question.owner.size, question.owner.labels}, .sets = sets, .ttl_s = 300,
	                        .ede = -1};
	for (unsigned section = SECTION_ANSWER; section <= SECTION_AUTHORITY; section++) {
		for (size_t i = 0; i < gathered->count && ret->set_count < OUTCOME_SETS_MAX; i++) {
			if (gathered->sections[i] == section && gathered->sets[i].rrset != NULL)
				sets[ret->set_count++] = gathered->sets[i];
		}
		if (section == SECTION_ANSWER)
			ret->answer_count = ret->set_count;
	}
	if (ret->answer_count > 0)
		ret->kind = sets[0].rrset->type == RR_CNAME ? OUTCOME_CNAME : OUTCOME_ANSWER;
	return true;
}

static const struct outcome *evidence_find(void *owner, struct name name, uint16_t type)
{
	struct input *input = owner;
	for (unsigned i = 0; i < input->evidence_count; i++) {
		if (input->evidence[i].qtype == type && name_equal(input->evidence[i].qname, name))
			return &input->evidence[i];
	}
	if (!input->is_missing_failed)
		return NULL;
	struct outcome *failure = arena_alloc_zeroed(input->arena, sizeof(*failure), 16);
	*failure = (struct outcome){.kind = OUTCOME_FAILURE, .qname = input->subject.qname, .qtype = type, .ede = -1};
	return failure;
}

static void result_check(const struct input *input, const struct validate_result *result)
{
	const struct outcome *subject = &input->subject;
	if (result->state == VALIDATE_NEED) {
		REQUIRE(result->need_type == RR_DS || result->need_type == RR_DNSKEY);
		REQUIRE(!input->is_missing_failed);
		return;
	}
	REQUIRE(memchr(result->reason, '\0', VALIDATE_REASON_MAX) != NULL);
	REQUIRE(result->kept_answers <= result->kept_count && result->kept_count <= OUTCOME_SETS_MAX);
	REQUIRE(result->security != SECURITY_BOGUS || (result->reason[0] != '\0' && result->ede >= 0));
	REQUIRE(result->security != SECURITY_UNCHECKED);
	if (result->security != SECURITY_SECURE)
		return;
	/* Nothing unsigned and nothing foreign is called secure. */
	REQUIRE(result->kept_answers == subject->answer_count || subject->kind >= OUTCOME_NODATA);
	for (unsigned i = 0; i < result->kept_count; i++) {
		bool is_ours = false;
		for (unsigned j = 0; j < subject->set_count; j++)
			is_ours = is_ours || subject->sets[j].rrset == result->kept[i].rrset;
		REQUIRE(is_ours && result->kept[i].signatures != NULL);
	}
	REQUIRE(result->kind == subject->kind || (subject->kind == OUTCOME_NXDOMAIN && result->kind == OUTCOME_NODATA));
	REQUIRE(result->kept_count > 0);
}

static enum security run(struct input *input, struct keyring *keyring, const struct anchors *anchors,
                         struct dnssec_budget *budget)
{
	static const struct validate_policy policy = {.is_sha1_accepted = true, .nsec3_iterations_max = 50};
	static struct validate_result result;
	const struct validate_request request = {.subject = &input->subject, .anchors = anchors, .policy = &policy,
	                                         .keyring = keyring, .budget = budget, .arena = input->arena,
	                                         .find = evidence_find, .owner = input, .now_s = 1800000000, .now_us = 5};
	validate(&request, &result);
	result_check(input, &result);
	return result.state == VALIDATE_DONE ? result.security : SECURITY_UNCHECKED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size), octets;
	struct input input = {.arena = arena_new(65536)};
	uint8_t kind = octet_take(&rest), strip = octet_take(&rest), security = octet_take(&rest), most = octet_take(&rest);
	struct dnssec_budget budget = {.verifications = most, .failed_verifications = most / 4, .nsec3_rounds = most * 16u,
	                               .keys_per_tag = 4};
	uint16_t message_size;
	struct anchors *anchors = anchors_new();
	struct keyring *keyring = keyring_new(8);
	bool has_subject = span_take_u16(&rest, &message_size) && span_take(&rest, message_size, &octets) &&
	                   outcome_take(input.arena, octets, &input.subject);
	if (kind < OUTCOME_FAILURE && (kind < OUTCOME_NODATA) == (input.subject.answer_count > 0))
		input.subject.kind = kind;
	if (has_subject)
		input.subject.zone = name_strip(input.subject.qname, strip % (input.subject.qname.labels + 1u));
	while (input.evidence_count < EVIDENCE_MAX && span_take_u16(&rest, &message_size) &&
	       span_take(&rest, message_size, &octets)) {
		struct outcome *evidence = &input.evidence[input.evidence_count];
		if (!outcome_take(input.arena, octets, evidence))
			continue;
		evidence->security = SECURITY_SECURE + security % 4;
		evidence->is_optout = security & 0x10;
		input.evidence_count++;
	}
	REQUIRE(anchors_add_text(anchors, span_text(anchor_text)) == ERR_OK);
	if (has_subject) {
		(void)run(&input, keyring, anchors, &budget);
		input.is_missing_failed = true;
		enum security first = run(&input, keyring, anchors, &budget);
		/* What was worked out may be used again; it does not turn bad into good. */
		enum security second = run(&input, keyring, anchors, &budget);
		REQUIRE((first == SECURITY_SECURE) == (second == SECURITY_SECURE) || budget.nsec3_rounds < 1000);
	}
	keyring_free(keyring);
	anchors_free(anchors);
	arena_free(input.arena);
	return 0;
}

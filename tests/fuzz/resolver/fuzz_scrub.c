/* SPDX-License-Identifier: BSD-2-Clause */
/* A reply from any server to a question of ours: whatever it holds, nothing outside its zone may come out. */
#include "dns/rrtype.h"
#include "resolver/scrub.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void claim(bool is_true)
{
	if (!is_true)
		abort();
}

static void outcome_check(const struct outcome *outcome, struct name zone)
{
	claim(outcome->answer_count <= outcome->set_count);
	for (unsigned i = 0; i < outcome->set_count; i++) {
		const struct rrset_view *set = &outcome->sets[i];
		claim(set->rrset != NULL && set->rrset->count > 0);
		claim(name_is_at_or_below(set->owner, zone));
	}
	/* The flat form gives back what went in. */
	size_t size = outcome_size(outcome);
	if (size == 0)
		return;
	uint8_t *flat = aligned_alloc(8, (size + 7) & ~(size_t)7);
	struct rrset_view sets[OUTCOME_SETS_MAX];
	struct outcome back;
	outcome_write(outcome, flat);
	outcome_read(flat, sets, &back);
	claim(back.kind == outcome->kind && back.set_count == outcome->set_count && name_equal(back.qname, outcome->qname));
	for (unsigned i = 0; i < back.set_count; i++) {
		claim(name_equal(back.sets[i].owner, outcome->sets[i].owner));
		claim(back.sets[i].rrset->size == outcome->sets[i].rrset->size);
		claim((back.sets[i].signatures != NULL) == (outcome->sets[i].signatures != NULL));
	}
	free(flat);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct name zone = {.wire = (const uint8_t *)"\7example\0", .size = 9, .labels = 1};
	static const struct name qname = {.wire = (const uint8_t *)"\3www\7example\0", .size = 13, .labels = 2};
	struct message message;
	if (size < 1 || message_read(span_of(data + 1, size - 1), &message) != ERR_OK)
		return 0;
	struct arena *arena = arena_new(1 << 16);
	struct scrubbed *ret = calloc(1, sizeof(*ret));
	const struct scrub_question question = {.qname = qname,
	                                        .qtype = data[0] & 1 ? RR_DS : data[0] & 2 ? RR_ANY : RR_AAAA,
	                                        .zone = data[0] & 4 ? name_root : zone,
	                                        .is_tcp = data[0] & 8,
	                                        .has_edns = data[0] & 16,
	                                        .is_glue_hardened = true,
	                                        .port = 53};
	if (scrub(&message, &question, arena, ret) == ERR_OK) {
		if (ret->verdict == SCRUB_OUTCOME)
			outcome_check(&ret->outcome, question.zone);
		for (unsigned i = 0; i < ret->extra_count; i++)
			outcome_check(&ret->extras[i], question.zone);
		if (ret->verdict == SCRUB_REFERRAL) {
			claim(ret->delegation.zone.labels > question.zone.labels);
			claim(name_is_at_or_below(qname, ret->delegation.zone));
			for (unsigned i = 0; i < ret->delegation.server_count; i++)
				claim(ret->delegation.servers[i].addr_count == 0 ||
				      name_is_at_or_below(ret->delegation.servers[i].name, question.zone));
		}
	}
	free(ret);
	arena_free(arena);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/view_parent.h"

#include "dns/rrtype.h"

#define NEARLY_FULL 100 /* octets: more than one server's glue takes */

unsigned view_referral_octets(enum referral_size size)
{
	return size == REFERRAL_SMALL ? 512 : 1232;
}

/* Nobody refers to the root, to what the operator gave, or to a zone that the parent's own servers have. */
static const struct fact *referral_of(const struct view *view, enum family family)
{
	const struct chain *chain = view->chains[family];
	if (chain == NULL || chain->is_shared || !name_equal(chain->zone, view->zone))
		return NULL;
	return chain->referral;
}

const struct fact *view_referral_whole(struct walk *walk, const struct fact *referral)
{
	if (referral == NULL || referral->question.transport == QUESTION_TCP || referral->question.edns_size == 0 ||
	    referral->message.size + NEARLY_FULL <= referral->question.edns_size)
		return referral;
	const struct fact_question *question = &referral->question;
	const struct fact *whole = walk_get(walk, &question->server, question->qname, question->qtype, QUESTION_TCP,
					    question->edns_size);
	return whole != NULL && whole->state == FACT_REPLY ? whole : referral;
}

static const struct fact *referral_ask(struct walk *walk, const struct fact *referral, enum referral_size size)
{
	if (size == REFERRAL_WHOLE)
		return view_referral_whole(walk, referral);
	return walk_get(walk, &referral->question.server, referral->question.qname, referral->question.qtype,
			QUESTION_UDP, (uint16_t)view_referral_octets(size));
}

void view_parent_want(struct walk *walk, const struct view *view)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct fact *referral = referral_of(view, family);
		if (referral != NULL)
			(void)referral_ask(walk, referral, REFERRAL_SMALL);
	}
}

void view_parent_take(struct walk *walk, struct view *view)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct fact *referral = referral_of(view, family);
		if (referral == NULL || referral->question.edns_size == 0)
			continue;
		struct view_referral *made =
			arena_alloc_zeroed(walk->arena, sizeof(*made), _Alignof(struct view_referral));
		if (made == NULL)
			return;
		made->server = referral->question.server;
		for (enum referral_size size = REFERRAL_SMALL; size < REFERRAL_COUNT; size++)
			view_reply_take(walk, referral_ask(walk, referral, size), &made->replies[size]);
		view->referrals[family] = made;
	}
}

bool view_referral_has(const struct view_reply *reply, struct name server, enum family family)
{
	return reply->gathered != NULL && gathered_find(reply->gathered, SECTION_ADDITIONAL, server,
							family == FAMILY_IPV6 ? RR_AAAA : RR_A) != NULL;
}

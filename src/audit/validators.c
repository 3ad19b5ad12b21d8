/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/validators.h"

#include "dns/rrtype.h"
#include "resolver/gather.h"

#define EDNS_SIZE 1232

const char *validator_word_text(enum validator_word word)
{
	static const char *const texts[VALIDATOR_WORD_COUNT] = {
		[VALIDATOR_UNTESTED] = "untested", [VALIDATOR_SILENT] = "silent", [VALIDATOR_SECURE] = "secure",
		[VALIDATOR_INSECURE] = "insecure", [VALIDATOR_BOGUS] = "bogus",   [VALIDATOR_FAILED] = "failed"};
	return texts[word];
}

static const struct fact *validator_ask(struct walk *walk, const struct ip_endpoint *server, struct name name,
					uint16_t type, bool is_cd)
{
	struct message message;
	struct fact_question question = {.server = *server,
					 .transport = QUESTION_UDP,
					 .qname = name,
					 .qtype = type,
					 .edns_size = EDNS_SIZE,
					 .is_do = true,
					 .is_rd = true,
					 .is_cd = is_cd};
	const struct fact *fact = walk_want(walk, &question);
	if (fact == NULL || fact->state != FACT_REPLY || message_read(fact->message, &message) != ERR_OK ||
	    !(message.flags & HEADER_TC))
		return fact;
	question.transport = QUESTION_TCP;
	return walk_want(walk, &question);
}

static bool is_answered(const struct message *message)
{
	return message->error == ERR_OK && (message->rcode == RCODE_NOERROR || message->rcode == RCODE_NXDOMAIN);
}

static enum validator_word word_of(const struct fact *checked, const struct fact *unchecked, const struct message *said)
{
	struct message message;
	if (fact_is_open(checked) || checked->state == FACT_NO_ROUTE || checked->state == FACT_UNKNOWN)
		return VALIDATOR_UNTESTED;
	if (checked->state != FACT_REPLY)
		return VALIDATOR_SILENT;
	if (is_answered(said))
		return said->flags & HEADER_AD ? VALIDATOR_SECURE : VALIDATOR_INSECURE;
	if (said->rcode == RCODE_SERVFAIL && unchecked != NULL && unchecked->state == FACT_REPLY &&
	    message_read(unchecked->message, &message) == ERR_OK && is_answered(&message))
		return VALIDATOR_BOGUS;
	return VALIDATOR_FAILED;
}

static void saying_take(struct walk *walk, const struct ip_endpoint *server, struct name name, uint16_t type,
			bool has_unchecked, struct validator_saying *ret)
{
	struct message message = {0};
	const struct fact *checked = validator_ask(walk, server, name, type, false);
	const struct fact *unchecked = has_unchecked ? validator_ask(walk, server, name, type, true) : NULL;
	const struct gathered *gathered = walk_gather(walk, checked, &message);
	ret->word = word_of(checked, unchecked, &message);
	ret->rcode = message.rcode;
	ret->is_alias = gathered != NULL && gathered_find(gathered, SECTION_ANSWER, name, RR_CNAME) != NULL;
	ret->has_ede = message.has_edns && message.edns.ede_count > 0;
	if (!ret->has_ede)
		return;
	ret->ede = message.edns.ede[0].code;
	ret->ede_text = message.edns.ede[0].text;
}

static void validator_take(struct walk *walk, const struct view *view, struct validator_view *validator)
{
	saying_take(walk, &validator->endpoint, name_root, RR_SOA, false, &validator->root);
	for (unsigned i = 0; i < VIEW_NAMES; i++) {
		struct name_buffer buffer;
		struct name name;
		bool is_name = view_name(view, i, &buffer, &name);
		for (unsigned j = i == 0 ? 0 : 1; is_name && j < VIEW_TYPES; j++)
			saying_take(walk, &validator->endpoint, name, view_type(j), true, &validator->sayings[i][j]);
	}
}

void validators_take(struct walk *walk, struct view *view)
{
	size_t count = walk->options->validator_count;
	struct validator_view *validators = NULL;
	if (count > 0)
		validators =
			arena_alloc_zeroed(walk->arena, count * sizeof(*validators), _Alignof(struct validator_view));
	if (validators == NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		validators[i].endpoint = walk->options->validators[i];
		validator_take(walk, view, &validators[i]);
	}
	view->validators = validators;
	view->validator_count = (unsigned)count;
}

const char *validators_ours_text(enum security security)
{
	return security == SECURITY_SECURE ? "secure" : security == SECURITY_BOGUS ? "bogus" : "insecure";
}

bool validators_ours(const struct view *view, unsigned name, unsigned type, enum security *ret)
{
	bool is_known = false;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct secure *secure = &view->secure[family][name][type];
		if (!secure->is_known)
			continue;
		if (is_known && secure->security != *ret)
			return false;
		*ret = secure->security;
		is_known = true;
	}
	return is_known;
}

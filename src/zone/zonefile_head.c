/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile_head.h"

#include <endian.h>

/*
 * Type mnemonics: a small table in front of the big one, keyed by the text itself. Up to eight characters are one
 * number, letters in upper case: clearing bit 5 maps only a letter's two cases to one capital, and a digit to a
 * value that no token holds unescaped. The padding behind a text allows the load.
 */
static inline uint64_t mnemonic_key(struct span text)
{
	uint64_t word;
	memcpy(&word, text.data, sizeof(word));
	word = le64toh(word);
	if (text.size < 8)
		word &= (UINT64_C(1) << (8 * text.size)) - 1;
	return word & UINT64_C(0xdfdfdfdfdfdfdfdf);
}

static inline bool type_find(struct zonefile_parser *parser, struct span text, uint16_t *ret)
{
	if (text.size > 8)
		return rrtype_from_text(text, ret) == ERR_OK;
	uint64_t key = mnemonic_key(text);
	struct zonefile_type_slot *slot = &parser->type_slots[(key * UINT64_C(0x9e3779b97f4a7c15)) >> 58];
	if (slot->key != key) {
		uint16_t type;
		if (rrtype_from_text(text, &type) != ERR_OK)
			return false;
		*slot = (struct zonefile_type_slot){.key = key, .type = type};
	}
	*ret = slot->type;
	return true;
}

static inline bool is_class_in(struct span text)
{
	return text.size == 2 && (text.data[0] | 0x20) == 'i' && (text.data[1] | 0x20) == 'n';
}

static enum zonefile_head_fault head_class(struct span text, struct zonefile_head *head)
{
	uint16_t class = CLASS_IN;
	if (!is_class_in(text) && rrclass_from_text(text, &class) != ERR_OK)
		return HEAD_NO_TYPE;
	if (class != CLASS_IN)
		return HEAD_CLASS_OTHER;
	if (head->has_class)
		return HEAD_CLASS_TWICE;
	head->has_class = true;
	return HEAD_GOOD;
}

static enum zonefile_head_fault head_ttl(struct zonefile_parser *parser, const struct rdata_token *token,
                                         struct zonefile_head *head)
{
	if (rdata_ttl_from_text(token->text, &head->ttl_s) != ERR_OK)
		return HEAD_BAD_TTL;
	if (head->has_ttl)
		return HEAD_TTL_TWICE;
	if (head->ttl_s > ZONEFILE_TTL_MAX && !zonefile_ttl(parser, token, &head->ttl_s))
		return HEAD_BAD_TTL;
	head->has_ttl = true;
	return HEAD_GOOD;
}

bool zonefile_head_parse(struct zonefile_parser *parser, const struct rdata_token *tokens, size_t count, size_t from,
                         struct zonefile_head *head)
{
	*head = (struct zonefile_head){0};
	for (head->next = from; head->next < count; head->next++) {
		const struct rdata_token *token = &tokens[head->next];
		if (token->is_quoted || token->text.size == 0) {
			head->fault = HEAD_NO_TYPE;
		} else if (token->text.data[0] >= '0' && token->text.data[0] <= '9') {
			head->fault = head_ttl(parser, token, head);
		} else if (is_class_in(token->text)) {
			head->fault = head_class(token->text, head);
		} else if (type_find(parser, token->text, &head->type)) {
			head->next++;
			return true;
		} else {
			head->fault = head_class(token->text, head);
		}
		if (head->fault != HEAD_GOOD)
			return false;
	}
	head->fault = HEAD_ENDS;
	return false;
}

struct fault_row {
	enum finding_code code;
	const char *cause;
	const char *fix;
};

static const struct fault_row faults[] = {
	[HEAD_ENDS] = {FINDING_ZONE_SYNTAX, "The record ends before it has said its type.",
	               "write the type and its data, such as AAAA 2001:db8::1"},
	[HEAD_TTL_TWICE] = {FINDING_ZONE_SYNTAX, "The TTL is given twice.",
	                    "remove one of them, or write the type behind the TTL"},
	[HEAD_CLASS_TWICE] = {FINDING_ZONE_SYNTAX, "The class is given twice.", "remove one of them"},
	[HEAD_CLASS_OTHER] = {FINDING_ZONE_CLASS, "Zones are served in class IN only.",
	                      "write IN, or leave the class out"},
};

void zonefile_head_report(struct zonefile_parser *parser, const struct rdata_token *tokens,
                          const struct zonefile_head *head)
{
	uint32_t ttl_s;
	if (head->fault == HEAD_NO_TYPE) {
		zonefile_report_no_type(parser, &tokens[head->next]);
	} else if (head->fault == HEAD_BAD_TTL) {
		(void)zonefile_ttl(parser, &tokens[head->next], &ttl_s);
	} else {
		struct zonefile_spot spot = head->fault == HEAD_ENDS ? zonefile_spot_behind(&tokens[head->next - 1])
		                                                     : zonefile_spot_of(&tokens[head->next]);
		const struct fault_row *row = &faults[head->fault];
		zonefile_report(parser, row->code, spot, row->fix, "%s", row->cause);
	}
}

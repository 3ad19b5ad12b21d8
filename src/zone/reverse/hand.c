/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/reverse/plan.h"

#include "zone/zonefile_lexer.h"
#include "zone/zonefile_parser.h"

#include <errno.h>

/* The line that is mark, from `from` on: its first octet, or NULL. */
static const uint8_t *mark_find(struct span text, const char *mark)
{
	size_t size = strlen(mark);
	const uint8_t *at = text.data, *end = text.data + text.size;
	while (at < end && (size_t)(end - at) >= size) {
		if (memcmp(at, mark, size) == 0)
			return at;
		const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
		at = newline != NULL ? newline + 1 : end;
	}
	return NULL;
}

static int marks_find(struct span old, struct reverse_hand *hand)
{
	const uint8_t *end = old.data + old.size;
	const uint8_t *begin_mark = mark_find(old, REVERSE_MARK_BEGIN);
	hand->head = old;
	hand->ours = hand->tail = span_of(end, 0);
	if (begin_mark == NULL)
		return ERR_OK;
	const uint8_t *end_mark = mark_find(span_of(begin_mark, (size_t)(end - begin_mark)), REVERSE_MARK_END);
	if (end_mark == NULL)
		return ERR_SYNTAX;
	const uint8_t *newline = memchr(end_mark, '\n', (size_t)(end - end_mark));
	const uint8_t *behind = newline != NULL ? newline + 1 : end;
	hand->head = span_of(old.data, (size_t)(begin_mark - old.data));
	hand->ours = span_of(begin_mark, (size_t)(behind - begin_mark));
	hand->tail = span_of(behind, (size_t)(end - behind));
	return ERR_OK;
}

/* In an entry: the token behind SOA, primary and mailbox. NULL: it is no SOA. */
static const struct rdata_token *soa_serial(const struct zonefile_lexer *lexer)
{
	size_t from = lexer->is_indented ? 0 : 1;
	for (size_t i = from; i < lexer->count && i < from + 3; i++) {
		if (zonefile_text_is(lexer->tokens[i].text, "SOA"))
			return i + 3 < lexer->count ? &lexer->tokens[i + 3] : NULL;
	}
	return NULL;
}

static int serial_find(struct span old, struct reverse_hand *hand)
{
	struct zonefile_text padded;
	int err = zonefile_text_copy(old, &padded);
	if (err != ERR_OK)
		return err;
	struct zonefile_lexer lexer = {0};
	enum zonefile_lexeme lexeme = ZONEFILE_ENTRY;
	zonefile_lexer_start(&lexer, span_of(padded.data, padded.size), 1);
	err = ERR_SYNTAX;
	while (err == ERR_SYNTAX && lexeme != ZONEFILE_END) {
		int next = zonefile_lexer_next(&lexer, &lexeme);
		const struct rdata_token *token = next == ERR_OK && lexeme == ZONEFILE_ENTRY ? soa_serial(&lexer) : NULL;
		if (next != ERR_OK)
			err = next;
		else if (token != NULL && rdata_ttl_from_text(token->text, &hand->serial_value) == ERR_OK) {
			hand->serial = span_of(old.data + (token->text.data - padded.data), token->text.size);
			err = ERR_OK;
		}
	}
	zonefile_lexer_free(&lexer);
	zonefile_text_free(&padded);
	return err;
}

int reverse_hand_find(struct span old, struct reverse_hand *ret)
{
	struct reverse_hand hand = {0};
	int err = marks_find(old, &hand);
	if (err == ERR_OK)
		err = serial_find(old, &hand);
	if (err == ERR_OK)
		*ret = hand;
	return err;
}

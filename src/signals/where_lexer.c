/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/where_lexer.h"

#include <strings.h>

/* Longer ones first. */
static const struct {
	const char *text;
	enum where_token_kind kind;
} marks[] = {
	{"==", TOKEN_EQUAL}, {"!=", TOKEN_UNEQUAL}, {"<=", TOKEN_AT_MOST}, {">=", TOKEN_AT_LEAST}, {"&&", TOKEN_AND},
	{"||", TOKEN_OR},    {"=", TOKEN_EQUAL},    {"<", TOKEN_LESS},     {">", TOKEN_GREATER},   {"~", TOKEN_HOLDS},
	{"!", TOKEN_NOT},    {"(", TOKEN_OPEN},     {")", TOKEN_CLOSE},    {",", TOKEN_COMMA},
};

static const struct {
	const char *text;
	enum where_token_kind kind;
} keywords[] = {{"and", TOKEN_AND}, {"or", TOKEN_OR}, {"not", TOKEN_NOT}, {"in", TOKEN_IN}};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t word_size(struct span text)
{
	size_t size = 0;
	while (size < text.size && !is_blank(text.data[size]) && text.data[size] != '\0' &&
	       strchr("()=!<>~,\"&|", text.data[size]) == NULL)
		size++;
	return size;
}

static void quoted_take(struct span text, struct where_token *token)
{
	size_t size = 1;
	while (size < text.size && text.data[size] != '"')
		size += text.data[size] == '\\' ? 2 : 1;
	token->kind = size < text.size ? TOKEN_QUOTED : TOKEN_UNENDED;
	if (size > text.size)
		size = text.size;
	token->text = span_of(text.data + 1, size - 1);
	token->size = size + (token->kind == TOKEN_QUOTED);
}

static void word_take(struct span text, struct where_token *token)
{
	token->size = word_size(text);
	token->text = span_of(text.data, token->size);
	token->kind = TOKEN_WORD;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		if (strlen(keywords[i].text) == token->size &&
		    strncasecmp(keywords[i].text, (const char *)text.data, token->size) == 0)
			token->kind = keywords[i].kind;
	}
}

static bool mark_take(struct span text, struct where_token *token)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		size_t size = strlen(marks[i].text);
		if (text.size < size || memcmp(marks[i].text, text.data, size) != 0)
			continue;
		token->kind = marks[i].kind;
		token->size = size;
		return true;
	}
	return false;
}

void where_lexer_next(struct where_lexer *lexer)
{
	while (lexer->at < lexer->all.size && is_blank(lexer->all.data[lexer->at]))
		lexer->at++;
	struct span rest = span_of(lexer->all.data + lexer->at, lexer->all.size - lexer->at);
	struct where_token *token = &lexer->token;
	*token = (struct where_token){.kind = TOKEN_END, .at = lexer->at};
	if (rest.size == 0)
		return;
	if (rest.data[0] == '"')
		quoted_take(rest, token);
	else if (word_size(rest) > 0)
		word_take(rest, token);
	else if (!mark_take(rest, token))
		*token = (struct where_token){.kind = TOKEN_STRAY, .at = lexer->at, .size = 1};
	lexer->at += token->size;
}

void where_lexer_begin(struct where_lexer *lexer, struct span text)
{
	*lexer = (struct where_lexer){.all = text};
	where_lexer_next(lexer);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words and marks of an expression, one at a time.
 * A value; the expression is borrowed.
 * Never fails: what is no word and no mark is a token of its own kind.
 */
#ifndef SIGNALS_WHERE_LEXER_H
#define SIGNALS_WHERE_LEXER_H

#include "base/span.h"

enum where_token_kind {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_QUOTED,
	TOKEN_UNENDED, /* a quote without its second */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_NOT,
	TOKEN_IN,
	TOKEN_EQUAL,
	TOKEN_UNEQUAL,
	TOKEN_LESS,
	TOKEN_AT_MOST,
	TOKEN_GREATER,
	TOKEN_AT_LEAST,
	TOKEN_HOLDS,
	TOKEN_STRAY
};

struct where_token {
	enum where_token_kind kind;
	struct span text; /* of a quoted value: between the quotes, escapes as they are */
	size_t at;        /* offset in the expression */
	size_t size;
};

struct where_lexer {
	struct span all;
	size_t at;
	struct where_token token; /* the current one */
};

void where_lexer_begin(struct where_lexer *lexer, struct span text); /* and takes the first token */
void where_lexer_next(struct where_lexer *lexer);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile_lexer.h"

#include <errno.h>
#include <stdlib.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/*
 * One pass over the text, octet by octet through a table of classes. The text is followed by zero octets, and zero
 * is in no token, so no loop needs to compare with the end: a zero octet is looked at, and it is either the end or
 * binary junk. Tokens are views of the text. A fault ends the entry; the next entry starts on the next line.
 */

/* An RDATA of 65535 octets written as one hex digit a token, and its owner, TTL, class and type. */
#define TOKENS_MAX 131200
#define REWINDS_MAX 8 /* each reads the rest of the text once more */

enum char_class {
	CHAR_PLAIN,
	CHAR_BLANK,
	CHAR_NEWLINE,
	CHAR_RETURN,
	CHAR_COMMENT,
	CHAR_OPEN,
	CHAR_CLOSE,
	CHAR_QUOTE,
	CHAR_ESCAPE,
	CHAR_CONTROL
};

static const uint8_t classes[256] = {
	[0 ... 8] = CHAR_CONTROL, ['\t'] = CHAR_BLANK, ['\n'] = CHAR_NEWLINE, [11 ... 12] = CHAR_CONTROL,
	['\r'] = CHAR_RETURN, [14 ... 31] = CHAR_CONTROL, [' '] = CHAR_BLANK, ['"'] = CHAR_QUOTE, ['('] = CHAR_OPEN,
	[')'] = CHAR_CLOSE, [';'] = CHAR_COMMENT, ['\\'] = CHAR_ESCAPE, [0x7f] = CHAR_CONTROL,
};

void zonefile_lexer_start(struct zonefile_lexer *lexer, struct span text, uint32_t line)
{
	struct rdata_token *tokens = lexer->tokens;
	size_t capacity = lexer->capacity;
	*lexer = (struct zonefile_lexer){
		.at = text.data, .end = text.data + text.size, .line_start = text.data, .line = line,
		.tokens = tokens, .capacity = capacity,
	};
}

void zonefile_lexer_free(struct zonefile_lexer *lexer)
{
	free(lexer->tokens);
	lexer->tokens = NULL;
	lexer->capacity = 0;
}

static bool lexer_fail(struct zonefile_lexer *lexer, const uint8_t *at, const char *cause, const char *fix)
{
	lexer->fault = (struct zonefile_fault){
		.at = at, .line = lexer->line, .column = (uint32_t)(at - lexer->line_start) + 1, .cause = cause, .fix = fix,
	};
	return false;
}

static bool lexer_fail_control(struct zonefile_lexer *lexer)
{
	if (*lexer->at == 0)
		return lexer_fail(lexer, lexer->at, "A NUL octet stands in the text; zone files are text.",
		                  "restore the file from its source: it looks damaged or is no zone file");
	if (*lexer->at == '\r')
		return lexer_fail(lexer, lexer->at, "A carriage return stands inside the line.",
		                  "end lines with LF or CR LF, not with CR alone");
	return lexer_fail(lexer, lexer->at, "A control character stands in the text.",
	                  "remove it, or write it as a decimal escape such as \\007");
}

/* Stepping over the line end that at points to. */
static void line_end(struct zonefile_lexer *lexer)
{
	lexer->at++;
	lexer->line++;
	lexer->line_start = lexer->at;
}

static void line_skip(struct zonefile_lexer *lexer)
{
	const uint8_t *newline = memchr(lexer->at, '\n', (size_t)(lexer->end - lexer->at));
	lexer->at = newline != NULL ? newline : lexer->end;
}

static int tokens_grow(struct zonefile_lexer *lexer)
{
	size_t capacity = lexer->capacity == 0 ? 64 : lexer->capacity * 2;
	struct rdata_token *tokens = reallocarray(lexer->tokens, capacity, sizeof(*tokens));
	if (tokens == NULL)
		return -ENOMEM;
	lexer->tokens = tokens;
	lexer->capacity = capacity;
	return ERR_OK;
}

/* The first octet that is not CHAR_PLAIN. May look at, but not past, the padding. */
static inline const uint8_t *plain_end(const uint8_t *at)
{
#if defined(__SSE2__)
	for (;;) {
		__m128i text = _mm_loadu_si128((const __m128i *)at);
		/* Unsigned text <= 0x20 is min(text, 0x20) == text: blanks, line ends and control characters. */
		__m128i stop = _mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8(0x20)), text);
		/* '(' is 0x28 and ')' is 0x29: one comparison with the lowest bit set. */
		stop = _mm_or_si128(stop, _mm_cmpeq_epi8(_mm_or_si128(text, _mm_set1_epi8(1)), _mm_set1_epi8(')')));
		stop = _mm_or_si128(stop, _mm_cmpeq_epi8(text, _mm_set1_epi8(';')));
		stop = _mm_or_si128(stop, _mm_cmpeq_epi8(text, _mm_set1_epi8('"')));
		stop = _mm_or_si128(stop, _mm_cmpeq_epi8(text, _mm_set1_epi8('\\')));
		stop = _mm_or_si128(stop, _mm_cmpeq_epi8(text, _mm_set1_epi8(0x7f)));
		unsigned mask = (unsigned)_mm_movemask_epi8(stop);
		if (mask != 0)
			return at + __builtin_ctz(mask);
		at += 16;
	}
#else
	while (classes[*at] == CHAR_PLAIN)
		at++;
	return at;
#endif
}

/* Behind a backslash and what it escapes, or NULL: nothing is there to escape. */
static const uint8_t *escape_end(struct zonefile_lexer *lexer, const uint8_t *at)
{
	if (at[1] == 0 || at[1] == '\n' || at[1] == '\r') {
		lexer_fail(lexer, at, "A backslash ends the line; there is nothing behind it to escape.",
		           "write \\\\ for a backslash, or use parentheses to go on in the next line");
		return NULL;
	}
	return at + 2;
}

static inline void token_add(struct zonefile_lexer *lexer, const uint8_t *from, const uint8_t *to, bool is_quoted)
{
	lexer->tokens[lexer->count++] = (struct rdata_token){
		.text = {.data = from, .size = (size_t)(to - from)},
		.is_quoted = is_quoted,
		.line = lexer->line,
		.column = (uint32_t)(from - lexer->line_start) + 1,
	};
}

/* A token with an escape in it. */
static bool token_escaped(struct zonefile_lexer *lexer)
{
	const uint8_t *at = plain_end(lexer->at);
	while (*at == '\\') {
		at = escape_end(lexer, at);
		if (at == NULL)
			return false;
		at = plain_end(at);
	}
	token_add(lexer, lexer->at, at, false);
	lexer->at = at;
	return true;
}

static bool token_quoted(struct zonefile_lexer *lexer)
{
	const uint8_t *from = lexer->at + 1, *at = from;
	while (*at != '"') {
		if (*at == '\\') {
			at = escape_end(lexer, at);
			if (at == NULL)
				return false;
			continue;
		}
		if (*at == '\n' || (*at == 0 && at == lexer->end))
			return lexer_fail(lexer, from - 1, "This quoted string is not closed on its line.",
			                  "close the string with \" on the same line; write \\010 for a line feed inside it");
		if (*at == 0) {
			lexer->at = at;
			return lexer_fail_control(lexer);
		}
		at++;
	}
	token_add(lexer, from, at, true);
	lexer->at = at + 1;
	return true;
}

static void paren_open(struct zonefile_lexer *lexer)
{
	if (lexer->depth++ == 0) {
		lexer->open_at = lexer->at;
		lexer->open_line_start = lexer->line_start;
		lexer->open_line = lexer->line;
	}
	lexer->at++;
}

/* Nothing closes the parenthesis: back to the line behind it, so that the records there are still read. */
static bool paren_rewind(struct zonefile_lexer *lexer, const char *cause, const char *fix)
{
	lexer->at = lexer->open_at;
	lexer->line_start = lexer->open_line_start;
	lexer->line = lexer->open_line;
	lexer->depth = 0;
	lexer_fail(lexer, lexer->at, cause, fix);
	if (++lexer->rewinds > REWINDS_MAX)
		lexer->at = lexer->end;
	line_skip(lexer);
	while (lexer->at < lexer->end && classes[lexer->at[1]] == CHAR_BLANK) {
		line_end(lexer);
		line_skip(lexer);
	}
	return false;
}

/* One octet that is neither blank nor plain; true: go on in this entry. *ret_done: the entry is complete. */
static bool lexer_special(struct zonefile_lexer *lexer, bool *ret_done)
{
	switch (classes[*lexer->at]) {
	case CHAR_COMMENT:
		line_skip(lexer);
		return true;
	case CHAR_NEWLINE:
		line_end(lexer);
		*ret_done = lexer->depth == 0;
		return true;
	case CHAR_OPEN:
		paren_open(lexer);
		return true;
	case CHAR_CLOSE:
		if (lexer->depth == 0)
			return lexer_fail(lexer, lexer->at, "A closing parenthesis has no opening one.",
			                  "remove it, or add ( behind the record's type");
		lexer->depth--;
		lexer->at++;
		return true;
	case CHAR_QUOTE:
		return token_quoted(lexer);
	case CHAR_RETURN:
		if (lexer->at[1] != '\n' && lexer->at + 1 != lexer->end)
			return lexer_fail_control(lexer);
		lexer->at++;
		return true;
	default:
		if (lexer->at != lexer->end)
			return lexer_fail_control(lexer);
		if (lexer->depth > 0)
			return paren_rewind(lexer, "This parenthesis is not closed before the file ends.",
			                    "add ) behind the last field of this record");
		*ret_done = true;
		return true;
	}
}

static int entry_fail_tokens(struct zonefile_lexer *lexer)
{
	lexer_fail(lexer, lexer->at, "The record has more fields than any record can have.",
	           "look for a ) that is missing in the lines above");
	if (lexer->depth > 0)
		paren_rewind(lexer, "The record that opens here has more fields than any record can have.",
		             "add the ) that is missing behind its last field");
	lexer->fault.is_limit = true;
	return ERR_SYNTAX;
}

/* Words and the blanks between them: nearly all of a zone. Stops at anything else, or when tokens is full. */
static inline void words_cut(struct zonefile_lexer *lexer)
{
	const uint8_t *at = lexer->at;
	while (lexer->count < lexer->capacity) {
		while (classes[*at] == CHAR_BLANK)
			at++;
		if (classes[*at] != CHAR_PLAIN)
			break;
		const uint8_t *end = plain_end(at);
		if (*end == '\\')
			break;
		token_add(lexer, at, end, false);
		at = end;
	}
	lexer->at = at;
}

/* Tokens up to the end of the entry. ERR_SYNTAX: fault is filled. */
static int entry_cut(struct zonefile_lexer *lexer)
{
	bool is_done = false;
	while (!is_done) {
		words_cut(lexer);
		if (lexer->count == lexer->capacity) {
			if (lexer->count > TOKENS_MAX)
				return entry_fail_tokens(lexer);
			if (tokens_grow(lexer) != ERR_OK)
				return -ENOMEM;
			continue;
		}
		unsigned class = classes[*lexer->at];
		bool is_word = class == CHAR_PLAIN || class == CHAR_ESCAPE;
		if (!(is_word ? token_escaped(lexer) : lexer_special(lexer, &is_done)))
			return ERR_SYNTAX;
	}
	return ERR_OK;
}

/*
 * Behind a fault: to the end of its line, or, inside parentheses, of its entry. What is wrong there besides is not
 * said: it is most likely a consequence.
 */
static int entry_skip(struct zonefile_lexer *lexer)
{
	struct zonefile_fault fault = lexer->fault;
	int err = ERR_SYNTAX;
	line_skip(lexer);
	while (lexer->depth > 0 && err == ERR_SYNTAX) {
		lexer->count = 0;
		err = entry_cut(lexer);
		if (err == ERR_SYNTAX)
			line_skip(lexer);
	}
	lexer->fault = fault;
	return err == -ENOMEM ? err : ERR_OK;
}

int zonefile_lexer_next(struct zonefile_lexer *lexer, enum zonefile_lexeme *ret)
{
	lexer->depth = 0;
	lexer->count = 0;
	while (lexer->at < lexer->end) {
		lexer->is_indented = classes[*lexer->at] == CHAR_BLANK;
		int err = entry_cut(lexer);
		if (err == ERR_SYNTAX) {
			*ret = ZONEFILE_BROKEN;
			return entry_skip(lexer);
		}
		if (err != ERR_OK)
			return err;
		if (lexer->count > 0) {
			*ret = ZONEFILE_ENTRY;
			return ERR_OK;
		}
	}
	*ret = ZONEFILE_END;
	return ERR_OK;
}

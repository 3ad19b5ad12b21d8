/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cuts one line of presentation form into tokens, for tests and fuzzers.
 * The tokens borrow the line.
 * Never knows comments or parentheses: zone files have a reader of their own.
 */
#ifndef TESTS_RDATA_TOKENS_H
#define TESTS_RDATA_TOKENS_H

#include "dns/rdata.h"

static inline bool token_is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Index behind the quote that closes the one at `at`. */
static inline size_t token_quote_end(struct span line, size_t at)
{
	for (at++; at < line.size && line.data[at] != '"'; at++)
		at += line.data[at] == '\\' && at + 1 < line.size;
	return at < line.size ? at + 1 : line.size;
}

static inline size_t tokens_of(struct span line, struct rdata_token *tokens, size_t capacity)
{
	size_t count = 0;
	size_t at = 0;
	while (count < capacity) {
		while (at < line.size && token_is_space(line.data[at]))
			at++;
		if (at == line.size)
			break;
		size_t start = at;
		struct rdata_token *token = &tokens[count++];
		*token = (struct rdata_token){.is_quoted = line.data[at] == '"', .line = 1, .column = (uint32_t)at + 1};
		if (token->is_quoted) {
			at = token_quote_end(line, at);
			size_t inner = at - start - 1;
			token->text = span_of(line.data + start + 1,
					      inner > 0 && line.data[at - 1] == '"' ? inner - 1 : inner);
			continue;
		}
		while (at < line.size && !token_is_space(line.data[at])) {
			if (line.data[at] == '\\' && at + 1 < line.size)
				at += 2;
			else
				at = line.data[at] == '"' ? token_quote_end(line, at) : at + 1;
		}
		token->text = span_of(line.data + start, at - start);
	}
	return count;
}

#endif

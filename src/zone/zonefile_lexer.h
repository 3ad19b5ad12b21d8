/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cuts master-file text into entries: the tokens of one directive or record (RFC 1035 5.1).
 * Owned by the caller: zonefile_lexer_start sets it up, zonefile_lexer_free gives its token array back.
 * Never copies text and never looks at what tokens mean; the text must end with ZONEFILE_PADDING zero octets.
 */
#ifndef ZONE_ZONEFILE_LEXER_H
#define ZONE_ZONEFILE_LEXER_H

#include "dns/rdata.h"

#define ZONEFILE_PADDING 64 /* zero octets that must follow a text: the end needs no bounds checks */

/* What ends a lexer's turn. */
enum zonefile_lexeme {
	ZONEFILE_ENTRY, /* tokens[0..count) is a directive or a record */
	ZONEFILE_BROKEN, /* fault says where and why; the next call goes on behind it */
	ZONEFILE_END
};

/* Why an entry could not be cut. The texts are constants. */
struct zonefile_fault {
	const uint8_t *at; /* the offending octet */
	uint32_t line;
	uint32_t column;
	const char *cause;
	const char *fix;
	bool is_limit; /* a limit of ours, not a fault of the text */
};

struct zonefile_lexer {
	const uint8_t *at;
	const uint8_t *end;
	const uint8_t *line_start; /* the line that at is in */
	uint32_t line;             /* its number, from 1 */

	struct rdata_token *tokens;
	size_t count;
	size_t capacity;
	bool is_indented; /* the entry's line starts with a blank: the owner is the previous one */

	unsigned depth;           /* open parentheses */
	unsigned rewinds;         /* how often an unclosed parenthesis has sent us back */
	const uint8_t *open_at;   /* the outermost open parenthesis */
	const uint8_t *open_line_start;
	uint32_t open_line;
	struct zonefile_fault fault;
};

/* line: the number of the text's first line. lexer must be zeroed or used before (its token array is kept). */
void zonefile_lexer_start(struct zonefile_lexer *lexer, struct span text, uint32_t line);
void zonefile_lexer_free(struct zonefile_lexer *lexer);

/* The next entry that has tokens. -ENOMEM is the only error. */
int zonefile_lexer_next(struct zonefile_lexer *lexer, enum zonefile_lexeme *ret) MUST_USE;

#endif

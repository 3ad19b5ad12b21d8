/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of one run of the scenario parser, shared by scenario.c, entry.c and step.c.
 * Owned by scenario_parse, for the time of one call.
 * Never survives it.
 */
#ifndef TESTS_SIM_PARSER_H
#define TESTS_SIM_PARSER_H

#include "tests/sim/scenario.h"

#include "zone/zonefile_lexer.h"

#define PARSER_WORDS_MAX 64

struct parser {
	struct scenario *scenario;
	const char *at, *end;              /* what has not been read */
	unsigned line;                     /* of the line below, from 1 */
	char *text;                        /* the line: comment and blanks around it cut off; in the arena */
	char *raw;                         /* the same line whole */
	char *words[PARSER_WORDS_MAX + 1]; /* text cut at blanks */
	unsigned word_count;
	struct name origin; /* $ORIGIN */
	uint32_t ttl_s;     /* $TTL */
	char *why;
	struct zonefile_lexer lexer;
	uint8_t rdata[RDATA_MAX];
};

/* The next line that is not empty. False: no more. */
bool parser_next(struct parser *parser);
/* Fills why; returns code. */
int parser_fail(struct parser *parser, int code, const char *format, ...) PRINTF_LIKE(3, 4);
bool parser_number(const char *text, uint64_t most, uint64_t *ret);
void *parser_alloc(struct parser *parser, size_t size); /* zeroed; ends the program without memory */

/* entry.c: the line is ENTRY_BEGIN; reads up to ENTRY_END. */
int parser_entry(struct parser *parser, struct entry **ret) MUST_USE;
/* entry_words.c */
int parser_match(struct parser *parser, struct entry *entry) MUST_USE;
int parser_adjust(struct parser *parser, struct entry *entry) MUST_USE;
int parser_reply(struct parser *parser, struct entry *entry) MUST_USE;
/* step.c: the line is STEP. Leaves the next line read. */
int parser_step(struct parser *parser) MUST_USE;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/parser.h"

#include <stdlib.h>
#include <strings.h>

enum wants { WANTS_NOTHING, WANTS_ENTRY, WANTS_TIME, WANTS_BOUND, WANTS_WORD, WANTS_PHRASE };

static const struct row {
	const char *word;
	enum step_kind kind;
	enum wants wants;
} rows[] = {
	{"NOTHING", STEP_NOTHING, WANTS_NOTHING},
	{"TRAFFIC", STEP_NOTHING, WANTS_NOTHING}, /* what is under way goes on by itself here */
	{"QUERY", STEP_QUERY, WANTS_ENTRY},
	{"CHECK_ANSWER", STEP_CHECK_ANSWER, WANTS_ENTRY},
	{"CHECK_OUT_QUERY", STEP_CHECK_OUT_QUERY, WANTS_ENTRY},
	{"TIME_PASSES", STEP_TIME_PASSES, WANTS_TIME},
	{"REPLY", STEP_REPLY, WANTS_ENTRY},
	{"TIMEOUT", STEP_TIMEOUT, WANTS_NOTHING},
	{"CHECK_ASKS", STEP_CHECK_ASKS, WANTS_BOUND},
	{"CHECK_BACKGROUND", STEP_CHECK_BACKGROUND, WANTS_BOUND},
	{"CHECK_ELAPSED", STEP_CHECK_ELAPSED, WANTS_BOUND},
	{"CHECK_ASKED", STEP_CHECK_ASKED, WANTS_ENTRY},
	{"CHECK_NOT_ASKED", STEP_CHECK_NOT_ASKED, WANTS_ENTRY},
	{"CHECK_NOTE", STEP_CHECK_NOTE, WANTS_WORD},
	{"CHECK_TEXT", STEP_CHECK_TEXT, WANTS_PHRASE},
	{"CHECK_NO_NOTE", STEP_CHECK_NO_NOTE, WANTS_WORD},
	{"CHECK_LINE", STEP_CHECK_LINE, WANTS_PHRASE},
	{"CHECK_NO_ANSWER", STEP_CHECK_NO_ANSWER, WANTS_NOTHING},
};

static const struct row *row_find(const char *word)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].word, word) == 0)
			return &rows[i];
	}
	return NULL;
}

/* "ELAPSE seconds", a fraction allowed. */
static int time_read(struct parser *parser, struct step *step)
{
	char *end = NULL;
	double seconds = parser->word_count == 5 ? strtod(parser->words[4], &end) : -1;
	if (parser->word_count != 5 || strcmp(parser->words[3], "ELAPSE") != 0 || *end != '\0' ||
	    !(seconds >= 0 && seconds < 1e9))
		return parser_fail(parser, ERR_UNSUPPORTED, "TIME_PASSES wants ELAPSE and seconds");
	step->amount = (uint64_t)(seconds * 1000);
	return ERR_OK;
}

static int bound_read(struct parser *parser, struct step *step)
{
	static const char *const words[] = {
		[BOUND_MOST] = "most", [BOUND_LEAST] = "least", [BOUND_EXACTLY] = "exactly"};
	for (enum bound bound = BOUND_MOST; parser->word_count == 5 && bound <= BOUND_EXACTLY; bound++) {
		if (strcmp(parser->words[3], words[bound]) == 0 &&
		    parser_number(parser->words[4], UINT32_MAX, &step->amount)) {
			step->bound = bound;
			return ERR_OK;
		}
	}
	return parser_fail(parser, ERR_SYNTAX, "%s wants most, least or exactly, and a number", parser->words[2]);
}

static int address_read(struct parser *parser, struct step *step, const char *text)
{
	if (text == NULL || ip_addr_from_text(text, &step->address) != ERR_OK)
		return parser_fail(parser, ERR_SYNTAX, "ADDRESS wants an address");
	step->has_address = true;
	return ERR_OK;
}

/* Words behind the kind: QUERY TCP, QUERY ADDRESS ip. */
static int rest_read(struct parser *parser, struct step *step)
{
	for (unsigned i = 3; i < parser->word_count; i++) {
		if (step->kind == STEP_QUERY && strcmp(parser->words[i], "TCP") == 0) {
			step->is_tcp = true;
		} else if (strcmp(parser->words[i], "ADDRESS") == 0) {
			int err = address_read(parser, step, parser->words[++i]);
			if (err != ERR_OK)
				return err;
		} else {
			return parser_fail(parser, ERR_UNSUPPORTED, "unsupported in a step: %s", parser->words[i]);
		}
	}
	return ERR_OK;
}

/* Words behind the kind, the last of them the rest of the line: CHECK_NOTE failure no route, CHECK_TEXT no route. */
static int phrase_read(struct parser *parser, struct step *step, bool has_word)
{
	unsigned first = has_word ? 4 : 3;
	if (parser->word_count < first || (parser->word_count == first && !has_word))
		return parser_fail(parser, ERR_SYNTAX, "%s wants to know what", parser->words[2]);
	step->word = has_word ? parser->words[3] : NULL;
	if (parser->word_count > first) /* both are cut from one line */
		step->phrase = parser->text + (parser->words[first] - parser->words[0]);
	return ERR_OK;
}

static void line_next(struct parser *parser)
{
	if (!parser_next(parser))
		parser->text = NULL;
}

static int body_read(struct parser *parser, struct step *step, enum wants wants)
{
	line_next(parser);
	while (parser->text != NULL && strcmp(parser->words[0], "ADDRESS") == 0) {
		int err = address_read(parser, step, parser->words[1]);
		if (err != ERR_OK)
			return err;
		line_next(parser);
	}
	if (wants != WANTS_ENTRY)
		return ERR_OK;
	if (parser->text == NULL || strcmp(parser->words[0], "ENTRY_BEGIN") != 0)
		return parser_fail(parser, ERR_SYNTAX, "step %u wants an entry", step->number);
	int err = parser_entry(parser, &step->entry);
	line_next(parser);
	return err;
}

int parser_step(struct parser *parser)
{
	uint64_t number;
	if (parser->word_count < 3 || !parser_number(parser->words[1], UINT32_MAX, &number))
		return parser_fail(parser, ERR_SYNTAX, "STEP wants a number and what to do");
	const struct row *row = row_find(parser->words[2]);
	if (row == NULL)
		return parser_fail(parser, ERR_UNSUPPORTED, "unsupported step: %s", parser->words[2]);
	struct step *step = parser_alloc(parser, sizeof(*step));
	*step = (struct step){.line = parser->line, .number = (unsigned)number, .kind = row->kind};
	int err;
	if (row->wants == WANTS_TIME)
		err = time_read(parser, step);
	else if (row->wants == WANTS_BOUND)
		err = bound_read(parser, step);
	else if (row->wants == WANTS_WORD || row->wants == WANTS_PHRASE)
		err = phrase_read(parser, step, row->wants == WANTS_WORD);
	else
		err = rest_read(parser, step);
	if (err != ERR_OK)
		return err;
	*parser->scenario->steps_end = step;
	parser->scenario->steps_end = &step->next;
	return body_read(parser, step, row->wants);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fields of an event as rows: their names in JSON and in expressions, their kinds, how they are printed.
 * Const table; events are borrowed.
 * Never lets an octet of a line through that a terminal could take for a command.
 */
#ifndef SIGNALS_COLUMN_H
#define SIGNALS_COLUMN_H

#include "signals/event.h"

enum column_kind {
	COLUMN_WORD,     /* one of a few words */
	COLUMN_FAMILIES, /* a word as well; in JSON a list */
	COLUMN_NUMBER,
	COLUMN_FLAG,
	COLUMN_ADDRESS,
	COLUMN_NAME, /* a domain name */
	COLUMN_TYPE,
	COLUMN_CLASS,
	COLUMN_RCODE,
	COLUMN_TIME,
	COLUMN_TEXT /* as the source has it */
};

struct column {
	const char *name;
	enum column_kind kind;
	const char *help;
	uint32_t known; /* bits of event.known that it takes; 0: see `flag` and `get` */
	enum event_flag flag;
	const char *(*word)(uint64_t value);                   /* of words: the text; NULL: there are no more */
	bool (*get)(const struct event *event, uint64_t *ret); /* numbers and words; false: not known */
	size_t offset;                                         /* of struct ip_addr, or of characters */
};

extern const struct column columns[];
extern const size_t column_count;
const struct column *column_find(struct span name); /* NULL: no such */

/* Is the field known? *ret_value: the number, or the flag, or which word; 0 for other kinds. */
bool column_value(const struct column *column, const struct event *event, uint64_t *ret_value);

/* One object in the form of our own log (telemetry/querylog), with what the source tells and no more; ends with a
 * newline. */
void event_print_json(const struct event *event, struct text *out);
/* One line of fixed columns for people: time, stream, client, name, type, rcode, validation, transport, time taken ...
 */
void event_print_text(const struct event *event, struct text *out);
/* Characters of a line, with all but "!" to "~", blanks and well-formed UTF-8 made \xHH. */
void text_add_harmless(struct text *out, const char *text);

#endif

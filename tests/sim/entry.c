/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/parser.h"

#include "dns/rrtype.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

/* Where the lines of an entry go now. */
enum part { PART_NONE, PART_RECORDS, PART_QUESTION, PART_RAW };

struct reading {
	struct parser *parser;
	struct entry *entry;
	enum part part;
	enum section section;
	unsigned packet;
	struct text hex;
};

static struct span kept(struct parser *parser, const void *data, size_t size)
{
	uint8_t *copy = parser_alloc(parser, size + 1);
	if (size > 0)
		memcpy(copy, data, size);
	return span_of(copy, size);
}

/* --- Hexadecimal octets --- */

static int hex_value(int c)
{
	if (isdigit(c))
		return c - '0';
	return isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

static int hex_add(struct parser *parser, struct text *out, const char *text)
{
	int high = -1;
	for (const char *at = text; *at != '\0'; at++) {
		int value = hex_value((unsigned char)*at);
		if (isspace((unsigned char)*at))
			continue;
		if (value < 0)
			return parser_fail(parser, ERR_SYNTAX, "not hexadecimal: %s", at);
		if (high < 0) {
			high = value;
			continue;
		}
		text_add_char(out, (char)(high << 4 | value));
		high = -1;
	}
	return high < 0 ? ERR_OK : parser_fail(parser, ERR_SYNTAX, "half an octet: %s", text);
}

/* The lines up to the one that says end. */
static int hex_block(struct parser *parser, const char *end, struct span *ret)
{
	struct text octets = {0};
	while (parser_next(parser)) {
		if (strcmp(parser->words[0], end) == 0) {
			*ret = kept(parser, text_string(&octets), octets.size);
			text_free(&octets);
			return ERR_OK;
		}
		int err = hex_add(parser, &octets, parser->text);
		if (err != ERR_OK) {
			text_free(&octets);
			return err;
		}
	}
	text_free(&octets);
	return parser_fail(parser, ERR_SYNTAX, "%s is missing", end);
}

/* --- Records --- */

static int open_parentheses(const char *text)
{
	int open = 0;
	bool is_quoted = false;
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted)
			open += (*at == '(') - (*at == ')');
	}
	return open;
}

/* The line's tokens, with the lines behind it as long as a parenthesis is open. */
static int tokens_read(struct parser *parser)
{
	struct text text = {0};
	text_add(&text, parser->text);
	while (open_parentheses(text_string(&text)) > 0 && parser_next(parser)) {
		text_add_char(&text, ' ');
		text_add(&text, parser->text);
	}
	size_t size = text.size;
	char *copy = parser_alloc(parser, size + 1 + ZONEFILE_PADDING);
	memcpy(copy, text_string(&text), size);
	copy[size] = '\n';
	text_free(&text);
	zonefile_lexer_start(&parser->lexer, span_of(copy, size + 1), parser->line);
	enum zonefile_lexeme lexeme;
	if (zonefile_lexer_next(&parser->lexer, &lexeme) != ERR_OK)
		abort();
	if (lexeme == ZONEFILE_BROKEN)
		return parser_fail(parser, ERR_SYNTAX, "%s", parser->lexer.fault.cause);
	return lexeme == ZONEFILE_ENTRY ? ERR_OK : parser_fail(parser, ERR_SYNTAX, "nothing in the line");
}

static int owner_read(struct parser *parser, struct span text, struct name *ret)
{
	struct name_buffer buffer;
	struct name name;
	if (name_from_text(text, parser->origin, &buffer, &name, NULL) != ERR_OK)
		return parser_fail(parser, ERR_SYNTAX, "not a name: %.*s", (int)text.size, (const char *)text.data);
	*ret = name_of(kept(parser, name.wire, name.size).data);
	return ERR_OK;
}

static int question_read(struct reading *reading)
{
	struct parser *parser = reading->parser;
	struct entry *entry = reading->entry;
	int err = tokens_read(parser);
	if (err != ERR_OK)
		return err;
	const struct rdata_token *tokens = parser->lexer.tokens;
	size_t count = parser->lexer.count;
	if (count < 2 || count > 3)
		return parser_fail(parser, ERR_SYNTAX, "a question is a name, perhaps a class, and a type");
	if (entry->has_question)
		return parser_fail(parser, ERR_UNSUPPORTED, "more than one question");
	if ((err = owner_read(parser, tokens[0].text, &entry->qname)) != ERR_OK)
		return err;
	entry->qclass = CLASS_IN;
	if (count == 3 && rrclass_from_text(tokens[1].text, &entry->qclass) != ERR_OK)
		return parser_fail(parser, ERR_SYNTAX, "no such class");
	if (rrtype_from_text(tokens[count - 1].text, &entry->qtype) != ERR_OK)
		return parser_fail(parser, ERR_SYNTAX, "no such type: %.*s", (int)tokens[count - 1].text.size,
				   (const char *)tokens[count - 1].text.data);
	entry->has_question = true;
	return ERR_OK;
}

/* TTL and class in either order, both may be left out. Returns the index of the type. */
static size_t record_head(const struct parser *parser, struct template_record *record)
{
	bool has_ttl = false, has_class = false;
	size_t i = 1;
	for (; i < parser->lexer.count; i++) {
		struct span text = parser->lexer.tokens[i].text;
		if (!has_ttl && isdigit(text.data[0]) && rdata_ttl_from_text(text, &record->ttl_s) == ERR_OK)
			has_ttl = true;
		else if (!has_class && rrclass_from_text(text, &record->class) == ERR_OK)
			has_class = true;
		else
			break;
	}
	return i;
}

static int record_read(struct reading *reading)
{
	struct parser *parser = reading->parser;
	struct template_record *record = parser_alloc(parser, sizeof(*record));
	int err = tokens_read(parser);
	if (err != ERR_OK)
		return err;
	*record = (struct template_record){
		.section = reading->section, .class = CLASS_IN, .ttl_s = parser->ttl_s, .packet = reading->packet};
	if ((err = owner_read(parser, parser->lexer.tokens[0].text, &record->owner)) != ERR_OK)
		return err;
	size_t at = record_head(parser, record);
	if (at >= parser->lexer.count || rrtype_from_text(parser->lexer.tokens[at].text, &record->type) != ERR_OK)
		return parser_fail(parser, ERR_SYNTAX, "no type in the record");
	struct writer rdata = writer_of(parser->rdata, sizeof(parser->rdata));
	struct rdata_error error;
	if (rdata_from_text(record->type, parser->lexer.tokens + at + 1, parser->lexer.count - at - 1, parser->origin,
			    &rdata, &error) != ERR_OK)
		return parser_fail(parser, ERR_SYNTAX, "%s", error.message);
	record->rdata = kept(parser, rdata.data, rdata.size);
	*reading->entry->records_end = record;
	reading->entry->records_end = &record->next;
	return ERR_OK;
}

/* --- Lines of an entry --- */

static int origin_read(struct parser *parser)
{
	struct name origin;
	if (parser->word_count != 2)
		return parser_fail(parser, ERR_SYNTAX, "$ORIGIN wants a name");
	int err = owner_read(parser, span_text(parser->words[1]), &origin);
	if (err == ERR_OK)
		parser->origin = origin;
	return err;
}

static int ttl_read(struct parser *parser)
{
	if (parser->word_count != 2 || rdata_ttl_from_text(span_text(parser->words[1]), &parser->ttl_s) != ERR_OK)
		return parser_fail(parser, ERR_SYNTAX, "$TTL wants a time");
	return ERR_OK;
}

static int section_read(struct reading *reading)
{
	static const struct {
		const char *word;
		enum part part;
		enum section section;
	} rows[] = {
		{"QUESTION", PART_QUESTION, SECTION_QUESTION},
		{"ANSWER", PART_RECORDS, SECTION_ANSWER},
		{"AUTHORITY", PART_RECORDS, SECTION_AUTHORITY},
		{"ADDITIONAL", PART_RECORDS, SECTION_ADDITIONAL},
		{"RAW", PART_RAW, SECTION_QUESTION},
	};
	const struct parser *parser = reading->parser;
	for (size_t i = 0; parser->word_count == 2 && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcasecmp(parser->words[1], rows[i].word) != 0)
			continue;
		reading->part = rows[i].part;
		reading->section = rows[i].section;
		return ERR_OK;
	}
	return parser_fail(reading->parser, ERR_SYNTAX, "no such section");
}

static int raw_begin(struct reading *reading)
{
	reading->part = PART_RAW;
	return hex_add(reading->parser, &reading->hex, reading->parser->text + strlen("RAW"));
}

static int data_line(struct reading *reading)
{
	struct parser *parser = reading->parser;
	switch (reading->part) {
	case PART_QUESTION:
		return question_read(reading);
	case PART_RECORDS:
		return record_read(reading);
	case PART_RAW:
		return hex_add(parser, &reading->hex, parser->text);
	case PART_NONE:
		break;
	}
	return parser_fail(parser, ERR_UNSUPPORTED, "unsupported in an entry: %s", parser->words[0]);
}

static int entry_line(struct reading *reading)
{
	struct parser *parser = reading->parser;
	struct entry *entry = reading->entry;
	const char *word = parser->words[0];
	if (strcmp(word, "MATCH") == 0)
		return parser_match(parser, entry);
	if (strcmp(word, "ADJUST") == 0)
		return parser_adjust(parser, entry);
	if (strcmp(word, "REPLY") == 0)
		return parser_reply(parser, entry);
	if (strcmp(word, "SECTION") == 0)
		return section_read(reading);
	if (strcmp(word, "$ORIGIN") == 0)
		return origin_read(parser);
	if (strcmp(word, "$TTL") == 0)
		return ttl_read(parser);
	if (strcmp(word, "RAW") == 0)
		return raw_begin(reading);
	if (strcmp(word, "HEX_ANSWER_BEGIN") == 0)
		return hex_block(parser, "HEX_ANSWER_END", &entry->raw);
	if (strcmp(word, "HEX_EDNSDATA_BEGIN") == 0)
		return hex_block(parser, "HEX_EDNSDATA_END", &entry->edns_data);
	if (strcmp(word, "MANDATORY") == 0) {
		entry->is_mandatory = true;
		return ERR_OK;
	}
	if (strcmp(word, "EXTRA_PACKET") == 0) {
		reading->packet = ++entry->packets;
		return ERR_OK;
	}
	return data_line(reading);
}

int parser_entry(struct parser *parser, struct entry **ret)
{
	struct entry *entry = parser_alloc(parser, sizeof(*entry));
	struct reading reading = {.parser = parser, .entry = entry};
	*entry = (struct entry){.line = parser->line, .has_edns = true, .edns_size = 4096, .ede = -1};
	entry->records_end = &entry->records;
	int err = ERR_OK;
	while (err == ERR_OK && parser_next(parser)) {
		if (strcmp(parser->words[0], "ENTRY_END") == 0) {
			if (reading.part == PART_RAW)
				entry->raw = kept(parser, text_string(&reading.hex), reading.hex.size);
			if (entry->match == 0)
				entry->match = MATCH_OPCODE | MATCH_QUESTION; /* what Deckard takes */
			text_free(&reading.hex);
			*ret = entry;
			return ERR_OK;
		}
		err = entry_line(&reading);
	}
	text_free(&reading.hex);
	return err != ERR_OK ? err : parser_fail(parser, ERR_SYNTAX, "ENTRY_END is missing");
}

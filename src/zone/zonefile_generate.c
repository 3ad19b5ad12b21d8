/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile_parser.h"

#include <errno.h>

/*
 * $GENERATE start-stop[/step] owner [ttl] [class] type data, as BIND 9 has it: every $ of a token becomes the
 * number, ${offset,width,base} a formatted one (d, o, x, X; n and N: hex digits as labels, lowest first), $$ and \$
 * a dollar. Each turn makes one line of text and reads it like any other, so nothing is parsed in two ways.
 */

#define NUMBER_MAX 0x7fffffff /* BIND's */
#define WIDTH_MAX 255         /* more would fit into no name */
#define LINE_MAX_SIZE 65536   /* octets of one generated line */

struct range {
	int64_t start;
	int64_t stop;
	int64_t step;
};

/* Digits at the front of text. */
static bool number_take(struct span *text, int64_t *ret)
{
	int64_t number = 0;
	size_t digits = 0;
	while (digits < text->size && text->data[digits] >= '0' && text->data[digits] <= '9') {
		number = number * 10 + (text->data[digits] - '0');
		if (number > NUMBER_MAX)
			return false;
		digits++;
	}
	*ret = number;
	text->data += digits;
	text->size -= digits;
	return digits > 0;
}

static bool char_take(struct span *text, char wanted)
{
	if (text->size == 0 || text->data[0] != (uint8_t)wanted)
		return false;
	text->data++;
	text->size--;
	return true;
}

static bool range_parse(struct span text, struct range *ret)
{
	ret->step = 1;
	if (!number_take(&text, &ret->start) || !char_take(&text, '-') || !number_take(&text, &ret->stop))
		return false;
	if (char_take(&text, '/') && (!number_take(&text, &ret->step) || ret->step == 0))
		return false;
	return text.size == 0 && ret->stop >= ret->start;
}

struct format {
	int64_t offset;
	int64_t width;
	char base;
};

/* "{offset,width,base}" at the front of text, all but the offset optional. */
static bool format_take(struct span *text, struct format *ret)
{
	*ret = (struct format){.base = 'd'};
	if (!char_take(text, '{'))
		return true;
	bool is_negative = char_take(text, '-');
	if (!number_take(text, &ret->offset))
		return false;
	if (is_negative)
		ret->offset = -ret->offset;
	if (char_take(text, ',') && (!number_take(text, &ret->width) || ret->width > WIDTH_MAX))
		return false;
	if (char_take(text, ',')) {
		uint8_t base;
		if (!span_take_u8(text, &base) || memchr("doxXnN", base, 6) == NULL)
			return false;
		ret->base = (char)base;
	}
	return char_take(text, '}');
}

/* Hex digits from the lowest up, a dot between two; the width counts dots too, as BIND's does. */
static void nibbles_add(struct text *out, const struct format *format, uint32_t value)
{
	const char *digits = format->base == 'n' ? "0123456789abcdef" : "0123456789ABCDEF";
	int64_t width = format->width;
	do {
		text_add_char(out, digits[value & 15]);
		value >>= 4;
		width--;
		if (width > 0 || value != 0) {
			text_add_char(out, '.');
			width--;
		}
	} while (value != 0 || width > 0);
}

static void number_add(struct text *out, const struct format *format, uint32_t value)
{
	int width = (int)format->width;
	if (format->base == 'd')
		text_addf(out, "%0*u", width, value);
	else if (format->base == 'o')
		text_addf(out, "%0*o", width, value);
	else if (format->base == 'x')
		text_addf(out, "%0*x", width, value);
	else if (format->base == 'X')
		text_addf(out, "%0*X", width, value);
	else
		nibbles_add(out, format, value);
}

/* One token with the number put in. false: a ${...} that is none, or a negative result. */
static bool token_expand(struct text *out, struct span token, int64_t number)
{
	uint8_t octet;
	while (span_take_u8(&token, &octet)) {
		struct format format;
		if (octet == '\\' && token.size > 0) {
			text_add_char(out, '\\');
			text_add_char(out, (char)token.data[0]);
			span_take_u8(&token, &octet);
		} else if (octet != '$') {
			text_add_char(out, (char)octet);
		} else if (char_take(&token, '$')) {
			text_add_char(out, '$');
		} else {
			if (!format_take(&token, &format) || number + format.offset < 0 ||
			    number + format.offset > UINT32_MAX)
				return false;
			number_add(out, &format, (uint32_t)(number + format.offset));
		}
		if (out->size > LINE_MAX_SIZE)
			return false;
	}
	return true;
}

/* A last token that is alone and quoted holds the whole data, blanks and all: "10 mail$". Only \" is undone. */
static void rdata_unquote(struct text *out, struct span token)
{
	for (size_t i = 0; i < token.size; i++) {
		if (token.data[i] == '\\' && i + 1 < token.size && token.data[i + 1] == '"')
			i++;
		else if (token.data[i] == '\\' && i + 1 < token.size)
			text_add_char(out, (char)token.data[i++]);
		text_add_char(out, (char)token.data[i]);
	}
}

/* The directive's tokens behind the range as one line: what each turn expands. */
static void line_template(struct text *out, const struct rdata_token *tokens, size_t count)
{
	size_t quoted = 0;
	for (size_t i = 0; i < count; i++)
		quoted += tokens[i].is_quoted;
	for (size_t i = 0; i < count; i++) {
		bool is_whole = tokens[i].is_quoted && quoted == 1 && i + 1 == count;
		bool is_string = tokens[i].is_quoted && !is_whole;
		if (i > 0)
			text_add_char(out, ' ');
		if (is_string)
			text_add_char(out, '"');
		if (is_whole)
			rdata_unquote(out, tokens[i].text);
		else
			text_add_size(out, (const char *)tokens[i].text.data, tokens[i].text.size);
		if (is_string)
			text_add_char(out, '"');
	}
}

/* One generated line is read as a source of its own, with the file's path and index. */
static int line_record(struct zonefile_parser *parser, struct text *line, struct zonefile_lexer *lexer)
{
	static const char padding[ZONEFILE_PADDING];
	struct zonefile_source *outer = parser->source;
	struct zonefile_source source = {
		.path = outer->path, .index = outer->index, .parent = outer, .depth = outer->depth,
		.text = span_of(line->data, line->size), .lexer = *lexer,
	};
	text_add_size(line, padding, sizeof(padding));
	if (line->is_failed)
		return -ENOMEM;
	source.text.data = (const uint8_t *)line->data;
	zonefile_lexer_start(&source.lexer, source.text, 1);
	enum zonefile_lexeme lexeme;
	int err = zonefile_lexer_next(&source.lexer, &lexeme);
	parser->source = &source;
	parser->scope.owner_text.size = 0; /* it may point into the line before */
	if (err == ERR_OK && lexeme == ZONEFILE_BROKEN)
		zonefile_report_fault(parser, &source.lexer.fault);
	else if (err == ERR_OK && lexeme == ZONEFILE_ENTRY)
		err = zonefile_record(parser);
	parser->scope.owner_text.size = 0;
	parser->source = outer;
	*lexer = source.lexer;
	return err;
}

static size_t generate_budget(const struct zonefile_parser *parser)
{
	return parser->options->generate_max > 0 ? parser->options->generate_max : ZONEFILE_GENERATE_MAX;
}

static int generate_lines(struct zonefile_parser *parser, const struct range *range, struct span template,
                          const struct zonefile_spot *format_spot)
{
	struct text line = {0};
	struct zonefile_lexer lexer = {0};
	size_t errors_before = parser->error_count;
	int err = ERR_OK;
	/* The first line that is wrong is the last: the others would only repeat it. */
	for (int64_t i = range->start; i <= range->stop && err == ERR_OK && parser->error_count == errors_before;
	     i += range->step) {
		text_clear(&line);
		if (!token_expand(&line, template, i)) {
			const struct zonefile_spot *spot = parser->generate_spot;
			parser->generate_spot = NULL;
			zonefile_report(parser, FINDING_ZONE_SYNTAX, *format_spot,
			                "write ${offset,width,base} with base d, o, x, X, n or N",
			                "For %lld this makes no number, a negative one or a line that is too long.", (long long)i);
			parser->generate_spot = spot;
			break;
		}
		parser->generated++;
		parser->is_generate_first = i == range->start;
		err = line_record(parser, &line, &lexer);
	}
	zonefile_lexer_free(&lexer);
	text_free(&line);
	return err;
}

int zonefile_generate(struct zonefile_parser *parser)
{
	const struct rdata_token *tokens = parser->source->lexer.tokens;
	size_t count = parser->source->lexer.count;
	struct range range;
	if (!range_parse(tokens[1].text, &range)) {
		zonefile_report(parser, FINDING_ZONE_SYNTAX, zonefile_spot_of(&tokens[1]),
		                "write the range as 1-20, or 0-254/2 with a step", "This is no range.");
		return ERR_OK;
	}
	size_t budget = generate_budget(parser);
	uint64_t wanted = (uint64_t)((range.stop - range.start) / range.step) + 1;
	if (wanted > budget || parser->generated > budget - wanted) {
		zonefile_report(parser, FINDING_ZONE_LIMIT, zonefile_spot_of(&tokens[1]), "generate fewer records",
		                "A zone may have %zu generated records; with this line it would have %llu.", budget,
		                (unsigned long long)(parser->generated + wanted));
		return ERR_OK;
	}
	struct zonefile_spot spot = zonefile_spot_of(&tokens[0]), format_spot = zonefile_spot_of(&tokens[2]);
	struct text template = {0};
	line_template(&template, tokens + 2, count - 2);
	parser->generate_spot = &spot;
	parser->generate_line = zonefile_source_line(parser->source, &spot);
	int err = template.is_failed ? -ENOMEM : generate_lines(parser, &range, span_of(template.data, template.size), &format_spot);
	parser->generate_spot = NULL;
	text_free(&template);
	return err;
}

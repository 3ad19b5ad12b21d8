/* SPDX-License-Identifier: BSD-2-Clause */
/* Expressions: a parser by descent, and what each kind of field takes for a value. */
#include "dns/header.h"
#include "dns/rrtype.h"
#include "signals/stamp.h"
#include "signals/where_lexer.h"
#include "signals/where_tree.h"
#include "signals/words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct parser {
	struct where_lexer lexer;
	struct where *where;
	struct where_fault *fault;
	unsigned depth;
};

static bool fail(struct parser *parser, const struct where_token *token, const char *format, ...) PRINTF_LIKE(3, 4);
static bool fail(struct parser *parser, const struct where_token *token, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(parser->fault->message, sizeof(parser->fault->message), format, arguments);
	va_end(arguments);
	parser->fault->at = token->at;
	parser->fault->size = token->size;
	return false;
}

static struct where_node *node_add(struct parser *parser, enum where_kind kind, uint8_t *ret)
{
	if (parser->where->count == WHERE_NODES_MAX) {
		fail(parser, &parser->lexer.token, "the expression is too long: at most %d parts", WHERE_NODES_MAX);
		return NULL;
	}
	*ret = (uint8_t)parser->where->count++;
	struct where_node *node = &parser->where->nodes[*ret];
	memset(node, 0, sizeof(*node));
	node->kind = kind;
	return node;
}

static bool join(struct parser *parser, enum where_kind kind, uint8_t left, uint8_t right, uint8_t *ret)
{
	struct where_node *node = node_add(parser, kind, ret);
	if (node == NULL)
		return false;
	node->left = left;
	node->right = right;
	return true;
}

/* --- values --- */

/* "ipv6, ipv4" */
static bool word_value(struct parser *parser, const struct where_token *value, struct where_node *node)
{
	char words[WHERE_MESSAGE_MAX] = "";
	size_t size = 0;
	for (uint64_t i = 0; node->column->word(i) != NULL; i++) {
		const char *word = node->column->word(i);
		if (strlen(word) == value->text.size &&
		    strncasecmp(word, (const char *)value->text.data, value->text.size) == 0) {
			node->number = i;
			return true;
		}
		if (strcmp(word, "-") == 0 || size >= sizeof(words))
			continue;
		size += (size_t)snprintf(words + size, sizeof(words) - size, "%s%s", size > 0 ? ", " : "", word);
	}
	return fail(parser, value, "%s is one of %s", node->column->name, words);
}

static bool number_value(struct parser *parser, const struct where_token *value, struct where_node *node)
{
	static const struct {
		const char *unit;
		uint64_t us;
	} units[] = {{"", 1}, {"us", 1}, {"ms", 1000}, {"s", 1000000}};
	struct span rest = value->text;
	uint64_t number;
	bool is_time = strcmp(node->column->name, "us") == 0;
	if (word_take_number(&rest, UINT32_MAX, &number)) {
		for (size_t i = 0; i < (is_time ? sizeof(units) / sizeof(*units) : 1); i++) {
			if (word_is(rest, span_text(units[i].unit))) {
				node->number = number * units[i].us;
				return true;
			}
		}
	}
	return fail(parser, value, is_time ? "%s is a time: 500us, 2ms, 1s" : "%s is a number", node->column->name);
}

static bool flag_value(struct parser *parser, const struct where_token *value, struct where_node *node)
{
	static const char *const words[] = {"false", "true", "no", "yes", "0", "1"};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (word_is(value->text, span_text(words[i]))) {
			node->number = i % 2;
			return true;
		}
	}
	return fail(parser, value, "%s is true or false; \"%s\" alone and \"not %s\" say the same", node->column->name,
		    node->column->name, node->column->name);
}

static bool address_value(struct parser *parser, const struct where_token *value, struct where_node *node)
{
	char text[IP_PREFIX_TEXT_MAX];
	if (value->text.size >= sizeof(text) || memchr(value->text.data, '\0', value->text.size) != NULL)
		return fail(parser, value, "this is no address");
	memcpy(text, value->text.data, value->text.size);
	text[value->text.size] = '\0';
	int rc = ip_prefix_from_text(text, &node->prefix);
	if (rc == ERR_MISMATCH)
		return fail(parser, value, "bits are set behind the prefix length");
	if (rc != ERR_OK)
		return fail(parser, value, "%s is an address, or with \"in\" a prefix: 2001:db8::/48, 192.0.2.0/24",
			    node->column->name);
	if (node->compare != WHERE_INSIDE && strchr(text, '/') != NULL)
		return fail(parser, value, "a prefix goes with \"in\": %s in %s", node->column->name, text);
	return true;
}

static bool name_value(struct parser *parser, const struct where_token *value, struct where_node *node)
{
	struct name name;
	if (name_from_text(value->text, name_root, &node->qname, &name, NULL) != ERR_OK)
		return fail(parser, value, "this is no domain name");
	return true;
}

static bool type_value(struct parser *parser, const struct where_token *value, struct where_node *node)
{
	uint16_t type;
	if (rrtype_from_text(value->text, &type) != ERR_OK)
		return fail(parser, value, "no such type; TYPE65280 is how others are written");
	node->number = type;
	return true;
}

static bool class_value(struct parser *parser, const struct where_token *value, struct where_node *node)
{
	uint16_t class;
	if (rrclass_from_text(value->text, &class) != ERR_OK)
		return fail(parser, value, "no such class: IN, CH, HS, ANY");
	node->number = class;
	return true;
}

static bool rcode_value(struct parser *parser, const struct where_token *value, struct where_node *node)
{
	uint16_t rcode;
	if (rcode_from_text(value->text, &rcode) != ERR_OK)
		return fail(parser, value, "no such response code: NOERROR, NXDOMAIN, SERVFAIL, REFUSED ...");
	node->number = rcode;
	return true;
}

static bool time_value(struct parser *parser, const struct where_token *value, struct where_node *node)
{
	struct span rest = value->text;
	struct stamp stamp;
	if (!stamp_take(&rest, &(struct stamp_clock){0}, &stamp) || rest.size > 0 || stamp.is_zone_assumed)
		return fail(parser, value, "a time is written 2026-11-22T03:26:45Z");
	node->number = stamp.time_us;
	return true;
}

static bool text_value(struct parser *parser, const struct where_token *value, struct where_node *node)
{
	size_t size = 0;
	for (size_t i = 0; i < value->text.size; i++) {
		if (value->kind == TOKEN_QUOTED && value->text.data[i] == '\\' && i + 1 < value->text.size)
			i++;
		if (size == WHERE_TEXT_MAX - 1 || value->text.data[i] == '\0')
			return fail(parser, value, "too long: at most %d characters", WHERE_TEXT_MAX - 1);
		node->text[size++] = (char)value->text.data[i];
	}
	node->text[size] = '\0';
	return true;
}

/* By enum column_kind: how a value is read, and which marks may stand before it. */
static const struct {
	bool (*read)(struct parser *parser, const struct where_token *value, struct where_node *node);
	bool has_order;
	const char *marks;
} kinds[] = {
	[COLUMN_WORD] = {word_value, false, "=, != and in"},
	[COLUMN_FAMILIES] = {word_value, false, "=, != and in"},
	[COLUMN_NUMBER] = {number_value, true, "=, !=, <, <=, >, >= and in"},
	[COLUMN_FLAG] = {flag_value, false, "= and !="},
	[COLUMN_ADDRESS] = {address_value, false, "=, != and in"},
	[COLUMN_NAME] = {name_value, false, "=, != and in"},
	[COLUMN_TYPE] = {type_value, false, "=, != and in"},
	[COLUMN_CLASS] = {class_value, false, "=, != and in"},
	[COLUMN_RCODE] = {rcode_value, false, "=, != and in"},
	[COLUMN_TIME] = {time_value, true, "<, <=, > and >="},
	[COLUMN_TEXT] = {text_value, false, "=, !=, ~ and in"},
};

/* --- comparisons --- */

static bool value_compare(struct parser *parser, const struct column *column, enum where_compare compare, uint8_t *ret)
{
	struct where_token value = parser->lexer.token;
	if (value.kind == TOKEN_UNENDED)
		return fail(parser, &value, "the closing quote is missing");
	/* "IN" is a class as well. */
	bool is_word = value.kind != TOKEN_QUOTED && value.text.size > 0;
	if (!is_word && value.kind != TOKEN_QUOTED)
		return fail(parser, &value, "a value for %s is missing here; others than words go in double quotes",
			    column->name);
	struct where_node *node = node_add(parser, WHERE_COMPARE, ret);
	if (node == NULL)
		return false;
	node->column = column;
	node->compare = compare;
	where_lexer_next(&parser->lexer);
	if (is_word && (compare == WHERE_EQUAL || compare == WHERE_INSIDE) && word_is(value.text, WORD("unknown"))) {
		node->compare = WHERE_UNTOLD;
		return true;
	}
	return kinds[column->kind].read(parser, &value, node);
}

/* What "in" means for one value. */
static enum where_compare inside_of(const struct column *column)
{
	return column->kind == COLUMN_ADDRESS || column->kind == COLUMN_NAME ? WHERE_INSIDE : WHERE_EQUAL;
}

static bool list_compare(struct parser *parser, const struct column *column, uint8_t *ret)
{
	where_lexer_next(&parser->lexer);
	if (parser->lexer.token.kind != TOKEN_OPEN)
		return value_compare(parser, column, inside_of(column), ret);
	uint8_t one;
	bool is_first = true;
	do {
		where_lexer_next(&parser->lexer);
		if (!value_compare(parser, column, inside_of(column), &one))
			return false;
		if (is_first)
			*ret = one;
		else if (!join(parser, WHERE_OR, *ret, one, ret))
			return false;
		is_first = false;
	} while (parser->lexer.token.kind == TOKEN_COMMA);
	if (parser->lexer.token.kind != TOKEN_CLOSE)
		return fail(parser, &parser->lexer.token,
			    "a list ends with \")\", and \",\" stands between its values");
	where_lexer_next(&parser->lexer);
	return true;
}

static bool negated(struct parser *parser, uint8_t what, uint8_t *ret)
{
	return join(parser, WHERE_NOT, what, 0, ret);
}

static const struct {
	enum where_token_kind mark;
	enum where_compare compare;
	bool is_negated;
} marks[] = {
	{TOKEN_EQUAL, WHERE_EQUAL, false},  {TOKEN_UNEQUAL, WHERE_EQUAL, true},    {TOKEN_LESS, WHERE_LESS, false},
	{TOKEN_AT_LEAST, WHERE_LESS, true}, {TOKEN_GREATER, WHERE_GREATER, false}, {TOKEN_AT_MOST, WHERE_GREATER, true},
	{TOKEN_HOLDS, WHERE_HOLDS, false},
};

static bool is_allowed(const struct column *column, enum where_compare compare)
{
	if (compare == WHERE_LESS || compare == WHERE_GREATER)
		return kinds[column->kind].has_order;
	if (compare == WHERE_HOLDS)
		return column->kind == COLUMN_TEXT;
	return column->kind != COLUMN_TIME;
}

/* Behind a field. */
static bool mark_parse(struct parser *parser, const struct column *column, uint8_t *ret)
{
	struct where_token mark = parser->lexer.token;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		if (marks[i].mark != mark.kind)
			continue;
		if (!is_allowed(column, marks[i].compare))
			return fail(parser, &mark, "%s goes with %s", column->name, kinds[column->kind].marks);
		where_lexer_next(&parser->lexer);
		return value_compare(parser, column, marks[i].compare, ret) &&
		       (!marks[i].is_negated || negated(parser, *ret, ret));
	}
	bool is_not = mark.kind == TOKEN_NOT;
	if (is_not)
		where_lexer_next(&parser->lexer);
	if (parser->lexer.token.kind == TOKEN_IN && column->kind != COLUMN_FLAG && column->kind != COLUMN_TIME)
		return list_compare(parser, column, ret) && (!is_not || negated(parser, *ret, ret));
	return fail(parser, &mark, "%s goes with %s", column->name, kinds[column->kind].marks);
}

static bool is_end_of_flag(enum where_token_kind kind)
{
	return kind == TOKEN_END || kind == TOKEN_CLOSE || kind == TOKEN_AND || kind == TOKEN_OR;
}

static bool comparison_parse(struct parser *parser, uint8_t *ret)
{
	struct where_token field = parser->lexer.token;
	if (field.kind != TOKEN_WORD)
		return fail(parser, &field,
			    field.kind == TOKEN_END ? "a comparison is missing, such as qtype=AAAA"
						    : "a field is to stand here, such as qtype");
	const struct column *column = column_find(field.text);
	if (column == NULL)
		return fail(parser, &field, "no such field; they are listed by sextant tail --help");
	where_lexer_next(&parser->lexer);
	if (column->kind != COLUMN_FLAG || !is_end_of_flag(parser->lexer.token.kind))
		return mark_parse(parser, column, ret);
	struct where_node *node = node_add(parser, WHERE_COMPARE, ret);
	if (node == NULL)
		return false;
	node->column = column;
	node->compare = WHERE_EQUAL;
	node->number = 1;
	return true;
}

static bool or_parse(struct parser *parser, uint8_t *ret);

static bool not_parse(struct parser *parser, uint8_t *ret)
{
	struct where_token token = parser->lexer.token;
	if (token.kind != TOKEN_NOT && token.kind != TOKEN_OPEN)
		return comparison_parse(parser, ret);
	if (++parser->depth > WHERE_DEPTH_MAX)
		return fail(parser, &token, "brackets inside each other: at most %d", WHERE_DEPTH_MAX);
	where_lexer_next(&parser->lexer);
	bool is_good =
		token.kind == TOKEN_NOT ? not_parse(parser, ret) && negated(parser, *ret, ret) : or_parse(parser, ret);
	parser->depth--;
	if (!is_good || token.kind == TOKEN_NOT)
		return is_good;
	if (parser->lexer.token.kind != TOKEN_CLOSE)
		return fail(parser, &token, "this bracket is not closed");
	where_lexer_next(&parser->lexer);
	return true;
}

static bool chain_parse(struct parser *parser, enum where_token_kind mark, enum where_kind kind,
			bool (*part)(struct parser *, uint8_t *), uint8_t *ret)
{
	uint8_t right;
	if (!part(parser, ret))
		return false;
	while (parser->lexer.token.kind == mark) {
		where_lexer_next(&parser->lexer);
		if (!part(parser, &right) || !join(parser, kind, *ret, right, ret))
			return false;
	}
	return true;
}

static bool and_parse(struct parser *parser, uint8_t *ret)
{
	return chain_parse(parser, TOKEN_AND, WHERE_AND, not_parse, ret);
}

static bool or_parse(struct parser *parser, uint8_t *ret)
{
	return chain_parse(parser, TOKEN_OR, WHERE_OR, and_parse, ret);
}

int where_parse(struct span text, struct where **ret, struct where_fault *ret_fault)
{
	struct where *where = calloc(1, sizeof(*where));
	if (where == NULL)
		return -ENOMEM;
	struct parser parser = {.where = where, .fault = ret_fault};
	where_lexer_begin(&parser.lexer, text);
	bool is_good = or_parse(&parser, &where->root);
	if (is_good && parser.lexer.token.kind != TOKEN_END)
		is_good = fail(&parser, &parser.lexer.token, "\"and\" or \"or\" is to stand here");
	if (!is_good) {
		free(where);
		return ERR_SYNTAX;
	}
	*ret = where;
	return ERR_OK;
}

void where_free(struct where *where)
{
	free(where);
}

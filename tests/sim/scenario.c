/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/scenario.h"

#include "tests/sim/parser.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define ARENA_CHUNK ((size_t)1 << 18)
#define DEFAULT_TTL_S 3600

/* --- Lines --- */

void *parser_alloc(struct parser *parser, size_t size)
{
	void *memory = arena_alloc_zeroed(parser->scenario->arena, size, 16);
	if (memory == NULL)
		abort();
	return memory;
}

int parser_fail(struct parser *parser, int code, const char *format, ...)
{
	int used = snprintf(parser->why, SCENARIO_WHY_MAX, "line %u: ", parser->line);
	va_list list;
	va_start(list, format);
	vsnprintf(parser->why + used, SCENARIO_WHY_MAX - (size_t)used, format, list);
	va_end(list);
	return code;
}

bool parser_number(const char *text, uint64_t most, uint64_t *ret)
{
	char *end;
	errno = 0;
	if (!isdigit((unsigned char)text[0]))
		return false;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || value > most)
		return false;
	*ret = value;
	return true;
}

/* ';' ends a line outside quotes; '#' only where a word could start: it is a good character in some RDATA. */
static void cut_comment(char *text)
{
	bool is_quoted = false;
	for (char *at = text; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && (*at == ';' || (*at == '#' && (at == text || isspace((unsigned char)at[-1])))))
			*at = '\0';
		if (*at == '\0')
			return;
	}
}

static char *trimmed(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t size = strlen(text);
	while (size > 0 && isspace((unsigned char)text[size - 1]))
		text[--size] = '\0';
	return text;
}

static void split(struct parser *parser)
{
	char *copy = arena_text(parser->scenario->arena, parser->text, strlen(parser->text)), *save = NULL;
	parser->word_count = 0;
	for (char *word = strtok_r(copy, " \t\r", &save); word != NULL && parser->word_count < PARSER_WORDS_MAX;
	     word = strtok_r(NULL, " \t\r", &save))
		parser->words[parser->word_count++] = word;
	parser->words[parser->word_count] = NULL;
}

bool parser_next(struct parser *parser)
{
	while (parser->at < parser->end) {
		const char *end = memchr(parser->at, '\n', (size_t)(parser->end - parser->at));
		size_t size = end == NULL ? (size_t)(parser->end - parser->at) : (size_t)(end - parser->at);
		parser->line++;
		parser->raw = arena_text(parser->scenario->arena, parser->at, size);
		char *copy = arena_text(parser->scenario->arena, parser->at, size);
		parser->at += size + (end != NULL);
		if (parser->raw == NULL || copy == NULL)
			abort();
		cut_comment(copy);
		parser->text = trimmed(copy);
		if (parser->text[0] == '\0')
			continue;
		split(parser);
		return true;
	}
	return false;
}

/* --- Parts --- */

static void unquote(char *value)
{
	size_t size = strlen(value);
	if (size >= 2 && (value[0] == '"' || value[0] == '\'') && value[size - 1] == value[0]) {
		memmove(value, value + 1, size - 2);
		value[size - 2] = '\0';
	}
}

/* "key: value"; lines without a colon are another server's business and ignored like unknown keys. */
static void config_line(struct parser *parser)
{
	/* features: a=1; b=2 has its semicolons in the value. */
	char *text = parser->text;
	if (strncasecmp(text, "features:", 9) == 0) {
		text = trimmed(parser->raw);
		text[strcspn(text, "#")] = '\0';
	}
	char *colon = strchr(text, ':');
	if (colon == NULL)
		return;
	struct config_line *line = parser_alloc(parser, sizeof(*line));
	*colon = '\0';
	for (char *at = text; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	char *value = trimmed(colon + 1);
	unquote(value);
	*line = (struct config_line){.line = parser->line, .key = trimmed(text), .value = trimmed(value)};
	*parser->scenario->config_end = line;
	parser->scenario->config_end = &line->next;
}

static int config_part(struct parser *parser)
{
	while (parser_next(parser)) {
		if (strcmp(parser->words[0], "CONFIG_END") == 0)
			return ERR_OK;
		if (strcmp(parser->words[0], "SCENARIO_BEGIN") == 0)
			return parser_fail(parser, ERR_SYNTAX, "SCENARIO_BEGIN before CONFIG_END");
		config_line(parser);
	}
	return parser_fail(parser, ERR_SYNTAX, "CONFIG_END is missing");
}

static int range_address(struct parser *parser, struct range *range)
{
	if (parser->word_count != 2 || range->address_count == RANGE_ADDRESSES_MAX ||
	    ip_addr_from_text(parser->words[1], &range->addresses[range->address_count]) != ERR_OK)
		return parser_fail(parser, ERR_SYNTAX, "ADDRESS wants an address");
	range->address_count++;
	return ERR_OK;
}

static int range_part(struct parser *parser)
{
	uint64_t first, last;
	if (parser->word_count != 3 || !parser_number(parser->words[1], UINT32_MAX, &first) ||
	    !parser_number(parser->words[2], UINT32_MAX, &last))
		return parser_fail(parser, ERR_SYNTAX, "RANGE_BEGIN wants two step numbers");
	struct range *range = parser_alloc(parser, sizeof(*range));
	*range = (struct range){.line = parser->line, .first = (unsigned)first, .last = (unsigned)last};
	range->entries_end = &range->entries;
	*parser->scenario->ranges_end = range;
	parser->scenario->ranges_end = &range->next;
	while (parser_next(parser)) {
		int err = ERR_OK;
		struct entry *entry = NULL;
		if (strcmp(parser->words[0], "RANGE_END") == 0)
			return ERR_OK;
		if (strcmp(parser->words[0], "ADDRESS") == 0) {
			err = range_address(parser, range);
		} else if (strcmp(parser->words[0], "ENTRY_BEGIN") == 0) {
			err = parser_entry(parser, &entry);
		} else {
			err = parser_fail(parser, ERR_UNSUPPORTED, "unsupported in a range: %s", parser->words[0]);
		}
		if (err != ERR_OK)
			return err;
		if (entry != NULL) {
			*range->entries_end = entry;
			range->entries_end = &entry->next;
		}
	}
	return parser_fail(parser, ERR_SYNTAX, "RANGE_END is missing");
}

static int scenario_part(struct parser *parser)
{
	if (!parser_next(parser) || strcmp(parser->words[0], "SCENARIO_BEGIN") != 0)
		return parser_fail(parser, ERR_SYNTAX, "SCENARIO_BEGIN is missing");
	parser->scenario->description = trimmed(parser->raw) + strlen("SCENARIO_BEGIN");
	bool has_line = parser_next(parser);
	while (has_line) {
		int err;
		if (strcmp(parser->words[0], "SCENARIO_END") == 0)
			return ERR_OK;
		if (strcmp(parser->words[0], "STEP") == 0) { /* it has to look at the line behind it */
			if ((err = parser_step(parser)) != ERR_OK)
				return err;
			has_line = parser->text != NULL;
			continue;
		}
		if (strcmp(parser->words[0], "RANGE_BEGIN") == 0)
			err = range_part(parser);
		else
			err = parser_fail(parser, ERR_UNSUPPORTED, "unsupported directive: %s", parser->words[0]);
		if (err != ERR_OK)
			return err;
		has_line = parser_next(parser);
	}
	return parser_fail(parser, ERR_SYNTAX, "SCENARIO_END is missing");
}

/* --- The whole --- */

int scenario_parse(const char *path, struct span text, struct scenario **ret, char why[SCENARIO_WHY_MAX])
{
	struct parser *parser = calloc(1, sizeof(*parser));
	struct scenario *scenario = calloc(1, sizeof(*scenario));
	if (parser == NULL || scenario == NULL || (scenario->arena = arena_new(ARENA_CHUNK)) == NULL)
		abort();
	scenario->config_end = &scenario->config;
	scenario->ranges_end = &scenario->ranges;
	scenario->steps_end = &scenario->steps;
	scenario->path = arena_text(scenario->arena, path, strlen(path));
	parser->scenario = scenario;
	parser->at = (const char *)text.data;
	parser->end = parser->at + text.size;
	parser->origin = name_root;
	parser->ttl_s = DEFAULT_TTL_S;
	parser->why = why;
	int err = config_part(parser);
	if (err == ERR_OK)
		err = scenario_part(parser);
	if (err == ERR_OK && scenario->steps == NULL)
		err = parser_fail(parser, ERR_SYNTAX, "there is no STEP");
	zonefile_lexer_free(&parser->lexer);
	free(parser);
	if (err != ERR_OK)
		scenario_free(scenario);
	else
		*ret = scenario;
	return err;
}

int scenario_load(const char *path, struct scenario **ret, char why[SCENARIO_WHY_MAX])
{
	FILE *file = fopen(path, "re");
	struct text text = {0};
	char block[65536];
	if (file == NULL) {
		snprintf(why, SCENARIO_WHY_MAX, "%s", strerror(errno));
		return -errno;
	}
	for (size_t size; (size = fread(block, 1, sizeof(block), file)) > 0;)
		text_add_size(&text, block, size);
	int err = ferror(file) ? -EIO : ERR_OK;
	fclose(file);
	if (err == ERR_OK)
		err = scenario_parse(path, span_of(text_string(&text), text.size), ret, why);
	else
		snprintf(why, SCENARIO_WHY_MAX, "%s", err_text(err));
	text_free(&text);
	return err;
}

void scenario_free(struct scenario *scenario)
{
	if (scenario == NULL)
		return;
	arena_free(scenario->arena);
	free(scenario);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/schema.h"

#include "config/kind.h"

#include <stdio.h>
#include <string.h>

/* Editors read on, off, yes and no as YAML 1.1 does: as true and false. */
static void add_bool_words(struct json_writer *json, const struct option *option)
{
	static const char *const words[] = {"no", "off", "yes", "on"};
	struct span word;
	for (size_t i = 0; option_word(option, i, &word); i++) {
		for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
			if (span_equal(word, span_text(words[j])))
				json_bool(json, NULL, j >= 2);
		}
	}
}

static void add_words(struct json_writer *json, const struct option *option)
{
	struct span word;
	json_begin_array(json, "enum");
	for (size_t i = 0; option_word(option, i, &word); i++) {
		struct text text = {0};
		text_add_size(&text, (const char *)word.data, word.size);
		json_text(json, NULL, text_string(&text));
		text_free(&text);
	}
	add_bool_words(json, option);
	json_end_array(json);
}

static void add_integer(struct json_writer *json, const struct option *option)
{
	json_text(json, "type", "integer");
	json_number(json, "minimum", option->least);
	json_number(json, "maximum", option->most);
}

static void add_bools(struct json_writer *json, const struct option *option)
{
	static const char *const words[] = {"yes", "no", "on", "off"};
	(void)option;
	json_begin_array(json, "enum");
	json_bool(json, NULL, true);
	json_bool(json, NULL, false);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		json_text(json, NULL, words[i]);
	json_end_array(json);
}

static void add_text(struct json_writer *json, const struct option *option)
{
	json_text(json, "type", "string");
	json_number(json, "minLength", option->least > 0 ? option->least : 1);
	if (option->kind == OPTION_TEXT)
		json_number(json, "maxLength", option->most);
}

static void add_duration(struct json_writer *json, const struct option *option)
{
	static const char pattern[] = "^[0-9]+(ms|s|m|h|d)$";
	if (option->least > 0) {
		json_text(json, "type", "string");
		json_text(json, "pattern", pattern);
		return;
	}
	/* "0" needs no unit, and YAML reads it as a number. */
	json_begin_array(json, "anyOf");
	json_begin_object(json, NULL);
	json_text(json, "type", "string");
	json_text(json, "pattern", pattern);
	json_end_object(json);
	json_begin_object(json, NULL);
	json_number(json, "const", 0);
	json_end_object(json);
	json_end_array(json);
}

static void add_workers(struct json_writer *json, const struct option *option)
{
	json_begin_array(json, "anyOf");
	json_begin_object(json, NULL);
	json_text(json, "const", "auto");
	json_end_object(json);
	json_begin_object(json, NULL);
	add_integer(json, option);
	json_end_object(json);
	json_end_array(json);
}

static void add_sample(struct json_writer *json, const struct option *option)
{
	json_begin_array(json, "anyOf");
	json_begin_object(json, NULL);
	add_bools(json, option);
	json_end_object(json);
	json_begin_object(json, NULL);
	json_text(json, "type", "string");
	json_text(json, "pattern", "^(sample )?1/0*[1-9][0-9]*$");
	json_end_object(json);
	json_end_array(json);
}

static void add_size(struct json_writer *json, const struct option *option)
{
	(void)option;
	json_text(json, "type", "string");
	json_text(json, "pattern", "^[0-9]+(B|KiB|MiB|GiB|TiB)$");
}

static void add_item(struct json_writer *json, const struct option *option)
{
	json_begin_array(json, "type");
	json_text(json, NULL, "string");
	if (option->kind == OPTION_PREF64 && option->flags & OPTION_RANGES)
		json_text(json, NULL, "object");
	json_end_array(json);
	if (option->kind == OPTION_WORDS)
		add_words(json, option);
}

/* One value, or a list of them. */
static void add_list(struct json_writer *json, const struct option *option)
{
	json_begin_array(json, "anyOf");
	json_begin_object(json, NULL);
	add_item(json, option);
	json_end_object(json);
	json_begin_object(json, NULL);
	json_text(json, "type", "array");
	json_number(json, "minItems", option->least);
	json_begin_object(json, "items");
	add_item(json, option);
	json_end_object(json);
	json_end_object(json);
	json_end_array(json);
}

static void add_port(struct json_writer *json)
{
	json_begin_object(json, NULL);
	json_text(json, "type", "integer");
	json_number(json, "minimum", 1);
	json_number(json, "maximum", UINT16_MAX);
	json_end_object(json);
}

static void add_ports(struct json_writer *json, const struct option *option)
{
	json_begin_array(json, "anyOf");
	add_port(json);
	json_begin_object(json, NULL);
	json_text(json, "type", "array");
	json_number(json, "minItems", option->least);
	json_begin_object(json, "items");
	json_text(json, "type", "integer");
	json_number(json, "minimum", 1);
	json_number(json, "maximum", UINT16_MAX);
	json_end_object(json);
	json_end_object(json);
	json_end_array(json);
}

static void add_hosts(struct json_writer *json, const struct option *option)
{
	json_text(json, "type", "object");
	json_begin_object(json, "additionalProperties");
	add_list(json, option);
	json_end_object(json);
}

static void add_log_target(struct json_writer *json, const struct option *option)
{
	(void)option;
	json_text(json, "type", "string");
	json_text(json, "pattern", "^(stderr|journal|file .+)$");
}

static void add_token_file(struct json_writer *json, const struct option *option)
{
	(void)option;
	json_text(json, "type", "string");
	json_text(json, "pattern", "^token-file .+$");
}

static void (*const writers[OPTION_KIND_COUNT])(struct json_writer *, const struct option *) = {
	[OPTION_VERSION] = add_integer,      [OPTION_NUMBER] = add_integer,  [OPTION_BOOL] = add_bools,
	[OPTION_DURATION] = add_duration,    [OPTION_TEXT] = add_text,       [OPTION_PATH] = add_text,
	[OPTION_WORD] = add_words,           [OPTION_WORDTEXT] = add_words,  [OPTION_NAME] = add_text,
	[OPTION_WORKERS] = add_workers,      [OPTION_SAMPLE] = add_sample,   [OPTION_WORDS] = add_list,
	[OPTION_KEY] = add_text,           [OPTION_PEERS] = add_list,
	[OPTION_LISTEN] = add_list,          [OPTION_REFERENCES] = add_list, [OPTION_PREFIXES] = add_list,
	[OPTION_LOGTARGET] = add_log_target, [OPTION_SIZE] = add_size,       [OPTION_TTL] = add_duration,
	[OPTION_NETS] = add_list,            [OPTION_ALLOW] = add_list,      [OPTION_ADDRESSES] = add_list,
	[OPTION_SERVERS] = add_list,         [OPTION_NAMES] = add_list,      [OPTION_PATHS] = add_list,
	[OPTION_ANCHORS] = add_list,         [OPTION_HINTS] = add_list,      [OPTION_HOSTS] = add_hosts,
	[OPTION_PREF64] = add_list,          [OPTION_ENDPOINTS] = add_list,  [OPTION_TOKENFILE] = add_token_file,
	[OPTION_PORTS] = add_ports,
};

static void add_block(struct json_writer *json, const char *path);

static void add_option(struct json_writer *json, const struct option *option)
{
	struct text description = {0};
	const char *role = option_role(option);
	text_addf(&description, "%s%s%s", option->help, *option->text != '\0' ? ". " : "", option->text);
	if (role != NULL)
		text_addf(&description, " For services of role %s.", role);
	json_begin_object(json, option_key(option));
	json_text(json, "description", text_string(&description));
	text_free(&description);
	if (option->default_text != NULL && !kind_is_list(option->kind) && option->kind != OPTION_NUMBER)
		json_text(json, "default", option->default_text);
	if (option->kind == OPTION_SECTION) {
		add_block(json, option->path);
	} else if (option->kind == OPTION_NAMED) {
		char inner[64];
		snprintf(inner, sizeof(inner), "%s.*", option->path);
		json_text(json, "type", "object");
		json_begin_object(json, "additionalProperties");
		add_block(json, inner);
		json_end_object(json);
	} else {
		writers[option->kind](json, option);
	}
	json_end_object(json);
}

/* What holds for one role: what it requires, and the other's keys, which no value is good for. */
static void add_role(struct json_writer *json, const char *path, const char *role)
{
	json_begin_object(json, NULL);
	json_begin_object(json, "if");
	json_begin_object(json, "properties");
	json_begin_object(json, "role");
	json_text(json, "const", role);
	json_end_object(json);
	json_end_object(json);
	json_end_object(json);
	json_begin_object(json, "then");
	json_begin_array(json, "required");
	for (size_t i = 0; i < option_count; i++) {
		const char *own = option_is_child(&option_rows[i], path) ? option_role(&option_rows[i]) : NULL;
		if (own != NULL && strcmp(own, role) == 0 && option_rows[i].flags & OPTION_REQUIRED)
			json_text(json, NULL, option_key(&option_rows[i]));
	}
	json_end_array(json);
	json_begin_object(json, "properties");
	for (size_t i = 0; i < option_count; i++) {
		const char *own = option_is_child(&option_rows[i], path) ? option_role(&option_rows[i]) : NULL;
		if (own != NULL && strcmp(own, role) != 0)
			json_bool(json, option_key(&option_rows[i]), false);
	}
	json_end_object(json);
	json_end_object(json);
	json_end_object(json);
}

static void add_roles(struct json_writer *json, const char *path)
{
	const struct option *option = option_find(path, "role");
	struct span word;
	if (option == NULL)
		return;
	json_begin_array(json, "allOf");
	for (size_t i = 0; option_word(option, i, &word); i++) {
		char role[32];
		snprintf(role, sizeof(role), "%.*s", (int)word.size, (const char *)word.data);
		add_role(json, path, role);
	}
	json_end_array(json);
}

static void add_block(struct json_writer *json, const char *path)
{
	add_roles(json, path);
	json_text(json, "type", "object");
	json_bool(json, "additionalProperties", false);
	json_begin_object(json, "properties");
	for (size_t i = 0; i < option_count; i++) {
		if (option_is_child(&option_rows[i], path))
			add_option(json, &option_rows[i]);
	}
	json_end_object(json);
	json_begin_array(json, "required");
	for (size_t i = 0; i < option_count; i++) {
		/* What only one role requires stands with the role. */
		if (option_is_child(&option_rows[i], path) && option_rows[i].flags & OPTION_REQUIRED &&
		    option_role(&option_rows[i]) == NULL)
			json_text(json, NULL, option_key(&option_rows[i]));
	}
	json_end_array(json);
}

void config_schema(struct text *out)
{
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_text(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_text(&json, "title", "sextant.yaml");
	add_block(&json, "");
	json_end_object(&json);
	text_add_char(out, '\n');
}

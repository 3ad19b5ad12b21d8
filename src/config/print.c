/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/print.h"

#include "config/kind.h"
#include "config/quantity.h"
#include "config/yaml.h"

#include <stdio.h>

struct printer {
	struct text *out;
	bool is_effective;
};

static bool is_shown(const struct printer *printer, const struct yaml_node *node)
{
	if (node == NULL)
		return false;
	if (node->kind != YAML_MAP)
		return printer->is_effective || !node->is_default;
	for (const struct yaml_node *child = node->first; child != NULL; child = child->next) {
		if (is_shown(printer, child))
			return true;
	}
	return !node->is_default;
}

/* Quotes whatever YAML could take for something else; inside "[...]" commas count, too. */
static void add_scalar(struct text *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-";
	if (*text != '\0' && strspn(text, plain) == strlen(text) && *text != '-' && *text != '.') {
		text_add(out, text);
		return;
	}
	text_add_char(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			text_add_char(out, '\\');
		text_add_char(out, *text);
	}
	text_add_char(out, '"');
}

/* In one line: a word, [a, b], {key: a}. */
static void add_value(struct text *out, const struct yaml_node *node)
{
	if (node->kind == YAML_SCALAR) {
		add_scalar(out, node->text);
		return;
	}
	text_add_char(out, node->kind == YAML_MAP ? '{' : '[');
	for (const struct yaml_node *item = node->first; item != NULL; item = item->next) {
		if (node->kind == YAML_MAP) {
			add_scalar(out, item->key->text);
			text_add(out, ": ");
		}
		add_value(out, item);
		text_add(out, item->next != NULL ? ", " : "");
	}
	text_add_char(out, node->kind == YAML_MAP ? '}' : ']');
}

static void add_indent(struct text *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		text_add(out, "  ");
}

static void yaml_block(const struct printer *printer, const char *path, const struct yaml_node *block, unsigned depth);

static void yaml_elements(const struct printer *printer, const char *path, const struct yaml_node *named,
			  unsigned depth)
{
	char inner[64];
	snprintf(inner, sizeof(inner), "%s.*", path);
	for (const struct yaml_node *child = named->first; child != NULL; child = child->next) {
		add_indent(printer->out, depth);
		add_scalar(printer->out, child->key->text);
		text_add(printer->out, ":\n");
		yaml_block(printer, inner, child, depth + 1);
	}
}

static void yaml_option(const struct printer *printer, const struct option *option, const struct yaml_node *node,
			unsigned depth)
{
	add_indent(printer->out, depth);
	text_addf(printer->out, "%s:", option_key(option));
	if (option->kind == OPTION_SECTION || option->kind == OPTION_NAMED) {
		text_add_char(printer->out, '\n');
		if (option->kind == OPTION_SECTION)
			yaml_block(printer, option->path, node, depth + 1);
		else
			yaml_elements(printer, option->path, node, depth + 1);
		return;
	}
	text_add_char(printer->out, ' ');
	add_value(printer->out, node);
	text_add_char(printer->out, '\n');
}

static void yaml_block(const struct printer *printer, const char *path, const struct yaml_node *block, unsigned depth)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_rows[i];
		const struct yaml_node *node =
			option_is_child(option, path) ? yaml_find(block, option_key(option)) : NULL;
		if (is_shown(printer, node))
			yaml_option(printer, option, node, depth);
	}
}

void config_print_yaml(const struct config *config, bool is_effective, struct text *out)
{
	struct printer printer = {.out = out, .is_effective = is_effective};
	yaml_block(&printer, "", config->tree, 0);
}

/* As it stands: words, lists, blocks. */
static void json_node(struct json_writer *json, const char *key, const struct yaml_node *node)
{
	if (node->kind == YAML_SCALAR) {
		json_text(json, key, node->text);
		return;
	}
	bool is_map = node->kind == YAML_MAP;
	if (is_map)
		json_begin_object(json, key);
	else
		json_begin_array(json, key);
	for (const struct yaml_node *item = node->first; item != NULL; item = item->next)
		json_node(json, is_map ? item->key->text : NULL, item);
	if (is_map)
		json_end_object(json);
	else
		json_end_array(json);
}

static void json_value(struct json_writer *json, const char *key, const struct option *option,
		       const struct yaml_node *node)
{
	uint32_t number;
	bool is_true;
	if (kind_is_list(option->kind) && node->kind == YAML_SCALAR) { /* one word stands for a list of one */
		json_begin_array(json, key);
		json_text(json, NULL, node->text);
		json_end_array(json);
	} else if (kind_is_list(option->kind)) {
		json_node(json, key, node);
	} else if (option->kind == OPTION_BOOL && quantity_bool(node->text, &is_true) == ERR_OK) {
		json_bool(json, key, is_true);
	} else if ((option->kind == OPTION_NUMBER || option->kind == OPTION_VERSION ||
		    option->kind == OPTION_WORKERS) &&
		   quantity_number(node->text, &number) == ERR_OK) {
		json_number(json, key, number);
	} else {
		json_text(json, key, node->text);
	}
}

static void json_block(const struct printer *printer, struct json_writer *json, const char *path,
		       const struct yaml_node *block);

static void json_option(const struct printer *printer, struct json_writer *json, const struct option *option,
			const struct yaml_node *node)
{
	char inner[64];
	if (option->kind != OPTION_SECTION && option->kind != OPTION_NAMED) {
		json_value(json, option_key(option), option, node);
		return;
	}
	json_begin_object(json, option_key(option));
	if (option->kind == OPTION_SECTION)
		json_block(printer, json, option->path, node);
	snprintf(inner, sizeof(inner), "%s.*", option->path);
	for (const struct yaml_node *child = option->kind == OPTION_NAMED ? node->first : NULL; child != NULL;
	     child = child->next) {
		json_begin_object(json, child->key->text);
		json_block(printer, json, inner, child);
		json_end_object(json);
	}
	json_end_object(json);
}

static void json_block(const struct printer *printer, struct json_writer *json, const char *path,
		       const struct yaml_node *block)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_rows[i];
		const struct yaml_node *node =
			option_is_child(option, path) ? yaml_find(block, option_key(option)) : NULL;
		if (is_shown(printer, node))
			json_option(printer, json, option, node);
	}
}

void config_print_json(const struct config *config, bool is_effective, struct json_writer *json)
{
	struct printer printer = {.is_effective = is_effective};
	json_begin_object(json, "config");
	json_block(&printer, json, "", config->tree);
	json_end_object(json);
}

static void lines_of(const struct yaml_node *node, const char *path, struct text *out)
{
	if (node->kind != YAML_MAP) {
		text_addf(out, "%s: ", path);
		add_value(out, node);
		text_add_char(out, '\n');
		return;
	}
	for (const struct yaml_node *child = node->first; child != NULL; child = child->next) {
		struct text inner = {0};
		text_addf(&inner, "%s%s%s", path, *path != '\0' ? "." : "", child->key->text);
		lines_of(child, text_string(&inner), out);
		text_free(&inner);
	}
}

void config_print_lines(const struct config *config, struct text *out)
{
	lines_of(config->tree, "", out);
}

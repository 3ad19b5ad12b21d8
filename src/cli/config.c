/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "config/config.h"
#include "config/option.h"
#include "config/print.h"
#include "config/schema.h"
#include "config/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int put(struct cli *cli, struct text *text)
{
	bool is_failed = text->is_failed;
	fputs(text_string(text), cli_out(cli));
	text_free(text);
	return is_failed ? EXIT_INTERNAL : EXIT_OK;
}

static int run_show(struct cli *cli)
{
	const char *const *operands;
	size_t count = cli_operands(cli, &operands);
	struct config *config;
	struct text out = {0};
	if (count > 1)
		return cli_usage_error(cli, "config show takes one file");
	int code =
		cli_config_load(cli, count > 0 ? operands[0] : cli_config_path(cli), "sextant.config/1", &config);
	if (config == NULL)
		return code;
	if (cli_is_json(cli)) {
		struct json_writer json = {.out = &out};
		json_begin_object(&json, NULL);
		json_text(&json, "schema", "sextant.config/1");
		config_print_json(config, cli_flag(cli, "effective"), &json);
		json_end_object(&json);
		text_add_char(&out, '\n');
	} else {
		config_print_yaml(config, cli_flag(cli, "effective"), &out);
	}
	config_free(config);
	return put(cli, &out);
}

const struct command command_config_show = {
	.name = "config show",
	.summary = "print the configuration as it was understood",
	.usage = "[CONFIG]",
	.description =
		"Prints the options of the file in one order and form. With --effective the defaults are printed, too. "
		"Secrets are never printed: they are in files of their own. The output is a configuration again.",
	.options = (const struct cli_option[]){{"effective", 0, NULL, "with the defaults"}, {NULL}},
	.run = run_show,
};

static int run_schema(struct cli *cli)
{
	const char *const *operands;
	struct text out = {0};
	if (cli_operands(cli, &operands) > 0)
		return cli_usage_error(cli, "config schema takes no operand");
	config_schema(&out);
	return put(cli, &out);
}

const struct command command_config_schema = {
	.name = "config schema",
	.summary = "print the JSON Schema of the configuration",
	.usage = "",
	.description = "Editors use it to complete and to check sextant.yaml while it is written. Save it, and put as "
		       "the first "
		       "line into the configuration:\n  # yaml-language-server: $schema=sextant.schema.json",
	.run = run_schema,
};

static void explain_option(const struct option *option, struct text *out)
{
	text_addf(out, "%s\n  %s\n", option->path, option->help);
	text_add(out, "\n  allowed: ");
	option_describe(option, out);
	text_addf(out, "\n  default: %s\n",
		  option->default_text != NULL      ? option->default_text
		  : option->flags & OPTION_REQUIRED ? "none: it must be given"
		  : option->kind <= OPTION_NAMED    ? "empty"
						    : "not set");
	if (option_role(option) != NULL)
		text_addf(out, "  role:    %s\n", option_role(option));
	if (*option->text != '\0')
		text_addf(out, "\n  %s\n", option->text);
	bool is_first = true;
	char inner[64];
	snprintf(inner, sizeof(inner), "%s%s", option->path, option->kind == OPTION_NAMED ? ".*" : "");
	for (size_t i = 0; option->kind <= OPTION_NAMED && i < option_count; i++) {
		if (!option_is_child(&option_rows[i], inner))
			continue;
		text_addf(out, "%s    %-28s %s\n", is_first ? "\n  keys:\n" : "", option_key(&option_rows[i]),
			  option_rows[i].help);
		is_first = false;
	}
}

static void explain_json(const struct option *option, struct json_writer *json)
{
	struct text allowed = {0};
	option_describe(option, &allowed);
	json_begin_object(json, NULL);
	json_text(json, "path", option->path);
	json_text(json, "help", option->help);
	json_text(json, "allowed", text_string(&allowed));
	json_text(json, "default", option->default_text);
	json_bool(json, "required", (option->flags & OPTION_REQUIRED) != 0);
	json_text(json, "role", option_role(option));
	json_text(json, "text", option->text);
	json_end_object(json);
	text_free(&allowed);
}

/* Is key the end of the path, in whole words: "prefix" or "dns64.prefix" of "services.*.dns64.prefix"? */
static bool is_end_of_path(const char *path, const char *key)
{
	size_t path_size = strlen(path), size = strlen(key);
	if (size == 0 || size > path_size || strcmp(path + path_size - size, key) != 0)
		return false;
	return size == path_size || path[path_size - size - 1] == '.';
}

/* By the whole path, else every option whose path ends so. *ret_rows has room for all. */
static size_t find_options(const char *key, const struct option **ret_rows)
{
	const struct option *option = option_by_path(key);
	size_t count = 0;
	if (option != NULL)
		ret_rows[count++] = option;
	for (size_t i = 0; option == NULL && i < option_count; i++) {
		if (is_end_of_path(option_rows[i].path, key))
			ret_rows[count++] = &option_rows[i];
	}
	return count;
}

static int refuse_key(struct cli *cli, const char *key)
{
	struct suggestion suggestion = {0};
	for (size_t i = 0; i < option_count; i++) {
		suggest_offer(&suggestion, key, option_rows[i].path);
		suggest_offer(&suggestion, key, option_key(&option_rows[i]));
	}
	if (suggestion.word != NULL)
		return cli_usage_error(cli, "no option \"%s\"; did you mean \"%s\"?", key, suggestion.word);
	return cli_usage_error(cli, "no option \"%s\"; \"sextant config explain\" lists them", key);
}

static int list_options(struct cli *cli)
{
	for (size_t i = 0; i < option_count; i++)
		fprintf(cli_out(cli), "%-46s %s\n", option_rows[i].path, option_rows[i].help);
	return EXIT_OK;
}

static int run_explain(struct cli *cli)
{
	const char *const *operands;
	size_t count = cli_operands(cli, &operands);
	if (count > 1)
		return cli_usage_error(cli, "config explain takes one key");
	if (count == 0)
		return list_options(cli);
	const struct option **rows = calloc(option_count, sizeof(struct option *));
	if (rows == NULL)
		return EXIT_INTERNAL;
	struct text out = {0};
	struct json_writer json = {.out = &out};
	size_t found = find_options(operands[0], rows);
	if (cli_is_json(cli) && found > 0) {
		json_begin_object(&json, NULL);
		json_text(&json, "schema", "sextant.config-explain/1");
		json_begin_array(&json, "options");
		for (size_t i = 0; i < found; i++)
			explain_json(rows[i], &json);
		json_end_array(&json);
		json_end_object(&json);
		text_add_char(&out, '\n');
	}
	for (size_t i = 0; !cli_is_json(cli) && i < found; i++) {
		text_add(&out, i > 0 ? "\n" : "");
		explain_option(rows[i], &out);
	}
	free(rows);
	return found > 0 ? put(cli, &out) : refuse_key(cli, operands[0]);
}

const struct command command_config_explain = {
	.name = "config explain",
	.summary = "what an option means, what it allows, and its default",
	.usage = "[KEY]",
	.description = "KEY is a path (transport.tcp-mss, services.public.listen) or its last word (tcp-mss). Without "
		       "a key it "
		       "lists all options.",
	.run = run_explain,
};

struct lines {
	char **all;
	size_t count;
};

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Cuts text into its lines, sorted; they point into it. */
static int split(struct text *text, struct lines *ret)
{
	size_t count = 0;
	for (size_t i = 0; i < text->size; i++)
		count += text->data[i] == '\n';
	ret->all = calloc(count + 1, sizeof(ret->all[0]));
	if (ret->all == NULL)
		return -ENOMEM;
	char *rest = NULL;
	for (char *line = strtok_r(text->data, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		ret->all[ret->count++] = line;
	qsort(ret->all, ret->count, sizeof(ret->all[0]), compare_lines);
	return ERR_OK;
}

/* Lines that only one side has. */
static size_t print_differences(FILE *out, const struct lines *old_lines, const struct lines *new_lines)
{
	size_t i = 0, j = 0, differences = 0;
	while (i < old_lines->count || j < new_lines->count) {
		int order = i == old_lines->count   ? 1
			    : j == new_lines->count ? -1
						    : strcmp(old_lines->all[i], new_lines->all[j]);
		if (order == 0) {
			i++, j++;
			continue;
		}
		fprintf(out, "%c %s\n", order < 0 ? '-' : '+', order < 0 ? old_lines->all[i] : new_lines->all[j]);
		differences++;
		i += order < 0;
		j += order > 0;
	}
	return differences;
}

static int run_diff(struct cli *cli)
{
	const char *const *operands;
	struct text texts[2] = {{0}, {0}};
	struct lines lines[2] = {{0}, {0}};
	if (cli_operands(cli, &operands) != 2)
		return cli_usage_error(cli, "config diff takes two files: OLD NEW");
	int code = EXIT_OK;
	for (size_t i = 0; i < 2 && code == EXIT_OK; i++) {
		struct config *config;
		code = cli_config_load(cli, operands[i], "sextant.config/1", &config);
		if (config != NULL)
			config_print_lines(config, &texts[i]);
		config_free(config);
		if (code == EXIT_OK && (texts[i].is_failed || split(&texts[i], &lines[i]) != ERR_OK))
			code = EXIT_INTERNAL;
	}
	if (code == EXIT_OK && print_differences(cli_out(cli), &lines[0], &lines[1]) > 0)
		code = EXIT_FOUND;
	for (size_t i = 0; i < 2; i++) {
		free(lines[i].all);
		text_free(&texts[i]);
	}
	return code;
}

const struct command command_config_diff = {
	.name = "config diff",
	.summary = "what two configurations do differently",
	.usage = "OLD NEW",
	.description =
		"Compares the effective options, so the order of keys, comments and written-out defaults do not count. "
		"Exit code 1 when they differ.",
	.run = run_diff,
};

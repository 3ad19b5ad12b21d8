/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/arguments.h"

#include "config/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	struct cli *cli;
	int argc;
	char **argv;
	int at;
	char *message;
};

bool command_is_in_group(const struct command *command, const char *word)
{
	size_t size = strlen(word);
	return strncmp(command->name, word, size) == 0 && (command->name[size] == ' ' || command->name[size] == '\0');
}

static const struct cli_option *find_in(const struct cli_option *rows, const char *name, size_t size, char letter)
{
	for (; rows != NULL && rows->name != NULL; rows++) {
		if (name != NULL && strncmp(rows->name, name, size) == 0 && rows->name[size] == '\0')
			return rows;
		if (letter != 0 && rows->letter == letter)
			return rows;
	}
	return NULL;
}

/* A command's own option hides a global one of the same name or letter. */
static const struct cli_option *find_option(const struct scan *scan, const char *name, size_t size, char letter)
{
	const struct cli_option *found = NULL;
	if (scan->cli->command != NULL)
		found = find_in(scan->cli->command->options, name, size, letter);
	return found != NULL ? found : find_in(global_options, name, size, letter);
}

/* Keeps options of one row together and in the order given, so that cli_values is a slice. */
static void add_option(struct cli *cli, const struct cli_option *option, const char *text)
{
	size_t at = cli->option_count;
	for (size_t i = 0; i < cli->option_count; i++) {
		if (cli->options[i] == option)
			at = i + 1;
	}
	memmove(&cli->options[at + 1], &cli->options[at], (cli->option_count - at) * sizeof(cli->options[0]));
	memmove(&cli->texts[at + 1], &cli->texts[at], (cli->option_count - at) * sizeof(cli->texts[0]));
	cli->options[at] = option;
	cli->texts[at] = text;
	cli->option_count++;
}

static int refuse_option(const struct scan *scan, const char *name, size_t size)
{
	char wrong[80];
	snprintf(wrong, sizeof(wrong), "%.*s", (int)size, name);
	struct suggestion suggestion = {0};
	const struct cli_option *rows = scan->cli->command != NULL ? scan->cli->command->options : NULL;
	for (; rows != NULL && rows->name != NULL; rows++)
		suggest_offer(&suggestion, wrong, rows->name);
	for (rows = global_options; rows->name != NULL; rows++)
		suggest_offer(&suggestion, wrong, rows->name);
	int used = snprintf(scan->message, ARGUMENTS_MESSAGE_MAX, "unknown option --%s", wrong);
	if (suggestion.word != NULL)
		snprintf(scan->message + used, ARGUMENTS_MESSAGE_MAX - (size_t)used, "; did you mean --%s?",
			 suggestion.word);
	return ERR_SYNTAX;
}

static int take_value(struct scan *scan, const struct cli_option *option, const char *attached)
{
	if (attached == NULL && ++scan->at < scan->argc)
		attached = scan->argv[scan->at];
	if (attached == NULL) {
		snprintf(scan->message, ARGUMENTS_MESSAGE_MAX, "option --%s needs a value: %s", option->name,
			 option->argument);
		return ERR_SYNTAX;
	}
	add_option(scan->cli, option, attached);
	return ERR_OK;
}

static int take_long(struct scan *scan, const char *word)
{
	size_t size = strcspn(word, "=");
	const struct cli_option *option = find_option(scan, word, size, 0);
	if (option == NULL)
		return refuse_option(scan, word, size);
	if (option->argument != NULL)
		return take_value(scan, option, word[size] == '=' ? word + size + 1 : NULL);
	if (word[size] == '=') {
		snprintf(scan->message, ARGUMENTS_MESSAGE_MAX, "option --%s takes no value", option->name);
		return ERR_SYNTAX;
	}
	add_option(scan->cli, option, "");
	return ERR_OK;
}

/* "-46", "-o FILE", "-oFILE" */
static int take_letters(struct scan *scan, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		const struct cli_option *option = find_option(scan, NULL, 0, *letters);
		if (option == NULL) {
			snprintf(scan->message, ARGUMENTS_MESSAGE_MAX, "unknown option -%c", *letters);
			return ERR_SYNTAX;
		}
		if (option->argument != NULL)
			return take_value(scan, option, letters[1] != '\0' ? letters + 1 : NULL);
		add_option(scan->cli, option, "");
	}
	return ERR_OK;
}

/* Global options may stand before the command; their values must not be taken for it. */
static int next_word(const struct scan *scan, int from)
{
	for (int i = from; i < scan->argc; i++) {
		const char *word = scan->argv[i];
		if (word[0] != '-' || word[1] == '\0')
			return i;
		const struct cli_option *option = word[1] == '-'
							  ? find_in(global_options, word + 2, strlen(word + 2), 0)
							  : find_in(global_options, NULL, 0, word[1]);
		if (option != NULL && option->argument != NULL && (word[1] == '-' || word[2] == '\0'))
			i++;
	}
	return scan->argc;
}

static int refuse_command(struct scan *scan, const char *first, const char *second)
{
	char wrong[80];
	snprintf(wrong, sizeof(wrong), "%s%s%s", first, second != NULL ? " " : "", second != NULL ? second : "");
	struct suggestion suggestion = {0};
	for (size_t i = 0; commands[i] != NULL; i++) {
		suggest_offer(&suggestion, wrong, commands[i]->name);
		/* "cofnig" is nearer to "config" than to any "config show". */
		char group[40];
		snprintf(group, sizeof(group), "%.*s", (int)strcspn(commands[i]->name, " "), commands[i]->name);
		suggest_offer(&suggestion, wrong, group);
		if (suggestion.word == group)
			suggestion.word = commands[i]->name;
	}
	if (suggestion.word != NULL)
		snprintf(scan->message, ARGUMENTS_MESSAGE_MAX, "unknown command \"%s\"; did you mean \"%s\"?", wrong,
			 suggestion.word);
	else
		snprintf(scan->message, ARGUMENTS_MESSAGE_MAX, "unknown command \"%s\"; \"sextant help\" lists them",
			 wrong);
	return ERR_SYNTAX;
}

/* "reverse generate" before "reverse": the longest name that fits. *ret_words: how many words it takes. */
static int find_command(struct scan *scan, int ret_words[2])
{
	ret_words[0] = next_word(scan, 1);
	ret_words[1] = scan->argc;
	if (ret_words[0] == scan->argc)
		return ERR_OK;
	const char *first = scan->argv[ret_words[0]];
	int second_at = next_word(scan, ret_words[0] + 1);
	const char *second = second_at < scan->argc ? scan->argv[second_at] : NULL;
	bool is_group = false;
	for (size_t i = 0; commands[i] != NULL; i++) {
		const char *rest = commands[i]->name + strlen(first);
		if (!command_is_in_group(commands[i], first))
			continue;
		if (*rest == '\0') {
			scan->cli->command = commands[i];
			continue;
		}
		is_group = true;
		if (second != NULL && strcmp(rest + 1, second) == 0) {
			scan->cli->command = commands[i];
			ret_words[1] = second_at;
			return ERR_OK;
		}
	}
	if (scan->cli->command != NULL)
		return ERR_OK;
	if (!is_group)
		return refuse_command(scan, first, NULL);
	if (second != NULL)
		return refuse_command(scan, first, second);
	scan->cli->group = first;
	return ERR_OK;
}

static int take_word(struct scan *scan, bool *is_operands_only)
{
	const char *word = scan->argv[scan->at];
	if (*is_operands_only || word[0] != '-' || word[1] == '\0') {
		scan->cli->operands[scan->cli->operand_count++] = word;
		return ERR_OK;
	}
	if (strcmp(word, "--") == 0) {
		*is_operands_only = true;
		return ERR_OK;
	}
	return word[1] == '-' ? take_long(scan, word + 2) : take_letters(scan, word + 1);
}

/* Every letter of an argument may be an option of its own. */
static size_t count_room(int argc, char **argv)
{
	size_t room = 1;
	for (int i = 0; i < argc; i++)
		room += strlen(argv[i]) + 1;
	return room;
}

int arguments_parse(struct cli *cli, int argc, char **argv, char ret_message[ARGUMENTS_MESSAGE_MAX])
{
	size_t room = count_room(argc, argv);
	cli->options = calloc(room, sizeof(cli->options[0]));
	cli->texts = calloc(room, sizeof(cli->texts[0]));
	cli->operands = calloc((size_t)argc + 1, sizeof(cli->operands[0]));
	if (cli->options == NULL || cli->texts == NULL || cli->operands == NULL)
		return -ENOMEM;
	struct scan scan = {.cli = cli, .argc = argc, .argv = argv, .message = ret_message};
	int words[2];
	int err = find_command(&scan, words);
	bool is_operands_only = false;
	for (scan.at = 1; err == ERR_OK && scan.at < argc; scan.at++) {
		if (scan.at != words[0] && scan.at != words[1])
			err = take_word(&scan, &is_operands_only);
	}
	return err;
}

void arguments_free(struct cli *cli)
{
	free(cli->options);
	free(cli->texts);
	free(cli->operands);
}

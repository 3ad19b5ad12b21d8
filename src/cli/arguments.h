/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line, taken apart: which command, which options, which operands.
 * Owned: struct cli lives in cli_main; its arrays are freed by arguments_free, its texts belong to argv.
 * Never runs anything and never prints.
 */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include "cli/cli.h"

struct cli {
	const struct command *command; /* NULL: none named */
	const char *group;             /* "config" when only the first word of a two-word command was given */
	/* Options as given, sorted by option; texts[i] is the value of options[i] ("" for a flag). */
	const struct cli_option **options;
	const char **texts;
	size_t option_count;
	const char **operands;
	size_t operand_count;
	FILE *out, *err;
	uint64_t started_us; /* monotonic */
};

extern const struct command *const commands[];   /* ends with NULL */
extern const struct cli_option global_options[]; /* ends with a NULL name */

#define ARGUMENTS_MESSAGE_MAX 256

/* ERR_SYNTAX: message says what is wrong, with a suggestion; -ENOMEM. Call arguments_free in any case. */
int arguments_parse(struct cli *cli, int argc, char **argv, char ret_message[ARGUMENTS_MESSAGE_MAX]) MUST_USE;
void arguments_free(struct cli *cli);

/* Does the command's name begin with the word (up to its end or a space)? */
bool command_is_in_group(const struct command *command, const char *word);

#endif

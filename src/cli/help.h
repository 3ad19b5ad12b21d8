/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Help for people, made from the command and finding rows.
 * Stateless.
 * Never says anything that is not in a row, but the exit codes.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/cli.h"

struct exit_code_row {
	int code;
	const char *meaning;
};
extern const struct exit_code_row exit_code_rows[]; /* ends with a NULL meaning */

/* The commands with their summaries; group NULL: all. */
void help_list(FILE *out, const char *group);
/* Help of a command, of a group ("config"), or (both NULL) of the program. Returns EXIT_OK. */
int help_print(struct cli *cli, const struct command *command, const char *group, bool is_full);
/* --explain CODE. */
int help_explain(struct cli *cli, const char *code);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame of `sextant`: commands are rows (cli/commands.def) with option rows; help comes from them.
 * One struct cli lives for one run of the program, in main.
 * Never exits from inside a command: its return value is the exit code.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "finding/finding.h"

#include <stdio.h>

enum exit_code {
	EXIT_OK = 0,
	EXIT_FOUND = 1,        /* findings at or above --fail-on, differing answers */
	EXIT_USAGE = 2,        /* bad usage, a file that cannot be read, a config that is no YAML */
	EXIT_UNDETERMINED = 3, /* could not decide: no route, nothing answered, no daemon */
	EXIT_INTERNAL = 4
};

struct cli_option {
	const char *name;     /* "tcp": --tcp */
	char letter;          /* 'o': -o; 0: none */
	const char *argument; /* "ORIGIN"; NULL: a flag */
	const char *help;
};

struct cli;

struct command {
	const char *name;                 /* "check", "reverse generate" */
	const char *summary;              /* one line */
	const char *usage;                /* operands: "[CONFIG|ZONEFILE...]" */
	const char *description;          /* paragraphs for --help and the man page */
	const struct cli_option *options; /* ends with a NULL name; the global ones are added */
	int (*run)(struct cli *cli);
};

/* What the command line said. All borrowed from argv. */
bool cli_flag(const struct cli *cli, const char *name);
const char *cli_value(const struct cli *cli, const char *name);                      /* the last one; NULL: not given */
size_t cli_values(const struct cli *cli, const char *name, const char *const **ret); /* all of them */
size_t cli_operands(const struct cli *cli, const char *const **ret);

/* Global options. */
bool cli_is_json(const struct cli *cli);
bool cli_is_quiet(const struct cli *cli);
bool cli_wants_color(const struct cli *cli);
bool cli_family_allowed(const struct cli *cli, int family); /* -4 and -6; enum family */
const char *cli_config_path(const struct cli *cli);         /* --config, $SEXTANT_CONFIG, /etc/sextant/sextant.yaml */
const char *cli_socket_path(const struct cli *cli);         /* --socket; NULL: found through the config */
unsigned cli_timeout_ms(const struct cli *cli, unsigned default_ms);
unsigned cli_columns(const struct cli *cli); /* of the terminal on stdout; 0: no terminal */
FILE *cli_out(const struct cli *cli);
FILE *cli_err(const struct cli *cli);

/* "sextant: message" with a newline to stderr; returns EXIT_USAGE, for `return cli_usage_error(...)`. */
int cli_usage_error(struct cli *cli, const char *format, ...) PRINTF_LIKE(2, 3);
/* The exit code by --fail-on. */
int cli_findings_exit(const struct cli *cli, const struct finding_list *findings);
/* Prints the findings as text or JSON, with excerpts of the files they are in, and gives the exit code. */
int cli_report_findings(struct cli *cli, const char *schema, struct finding_list *findings, size_t zone_count);

/* A configuration, or the report of why there is none: *ret is NULL then, and the exit code the command's. */
struct config;
int cli_config_load(struct cli *cli, const char *path, const char *schema, struct config **ret);

/* The whole program, as main calls it. */
int cli_main(int argc, char **argv, FILE *out, FILE *err);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/clock.h"
#include "cli/arguments.h"
#include "cli/help.h"
#include "config/quantity.h"
#include "ip/addr.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_CONFIG "/etc/sextant/sextant.yaml"

#define COMMAND(identifier) extern const struct command command_##identifier;
#include "cli/commands.def"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(identifier) &command_##identifier,
#include "cli/commands.def"
#undef COMMAND
	NULL,
};

const struct cli_option global_options[] = {
	{"json", 0, NULL, "one JSON document on stdout"},
	{"text", 0, NULL, "text for people on stdout (the default)"},
	{"color", 0, "WHEN", "auto, always or never; auto honours NO_COLOR and a terminal"},
	{"quiet", 'q', NULL, "only what is wrong"},
	{"config", 0, "FILE", "the configuration; else $SEXTANT_CONFIG, else " DEFAULT_CONFIG},
	{"socket", 0, "PATH", "the control socket; else found through the configuration"},
	{"ipv4", '4', NULL, "use IPv4 only"},
	{"ipv6", '6', NULL, "use IPv6 only"},
	{"timeout", 0, "TIME", "how long to wait: 500ms, 2s, 1m"},
	{"fail-on", 0, "LEVEL", "exit with 1 from this severity on: error (default), warning, notice, never"},
	{"explain", 0, "CODE", "what a finding's code or a signal means and how to mend it"},
	{"version", 0, NULL, "print the version"},
	{"", 'h', NULL, "short help"},
	{"help", 0, NULL, "full help"},
	{NULL},
};

size_t cli_values(const struct cli *cli, const char *name, const char *const **ret)
{
	size_t first = 0, count = 0;
	for (size_t i = 0; i < cli->option_count; i++) {
		if (strcmp(cli->options[i]->name, name) != 0)
			continue;
		if (count++ == 0)
			first = i;
	}
	*ret = &cli->texts[first];
	return count;
}

const char *cli_value(const struct cli *cli, const char *name)
{
	const char *const *values;
	size_t count = cli_values(cli, name, &values);
	return count > 0 ? values[count - 1] : NULL;
}

bool cli_flag(const struct cli *cli, const char *name)
{
	return cli_value(cli, name) != NULL;
}

size_t cli_operands(const struct cli *cli, const char *const **ret)
{
	*ret = cli->operands;
	return cli->operand_count;
}

bool cli_is_json(const struct cli *cli)
{
	return cli_flag(cli, "json");
}

bool cli_is_quiet(const struct cli *cli)
{
	return cli_flag(cli, "quiet");
}

bool cli_wants_color(const struct cli *cli)
{
	const char *when = cli_value(cli, "color");
	if (when != NULL && strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	/* https://no-color.org: present and not empty, whatever its value. */
	const char *no_color = getenv("NO_COLOR");
	if (no_color != NULL && *no_color != '\0')
		return false;
	int fd = fileno(cli->out);
	return fd >= 0 && isatty(fd);
}

bool cli_family_allowed(const struct cli *cli, int family)
{
	bool is_v6_only = cli_flag(cli, "ipv6"), is_v4_only = cli_flag(cli, "ipv4");
	if (is_v6_only == is_v4_only)
		return true;
	return family == FAMILY_IPV6 ? is_v6_only : is_v4_only;
}

const char *cli_config_path(const struct cli *cli)
{
	const char *path = cli_value(cli, "config");
	if (path == NULL)
		path = getenv("SEXTANT_CONFIG");
	return path != NULL && *path != '\0' ? path : DEFAULT_CONFIG;
}

const char *cli_socket_path(const struct cli *cli)
{
	return cli_value(cli, "socket");
}

unsigned cli_timeout_ms(const struct cli *cli, unsigned default_ms)
{
	uint32_t timeout_ms = default_ms;
	const char *text = cli_value(cli, "timeout");
	if (text != NULL && quantity_duration_ms(text, &timeout_ms) != ERR_OK)
		return default_ms; /* refused by check_globals before any command runs */
	return timeout_ms;
}

FILE *cli_out(const struct cli *cli)
{
	return cli->out;
}

FILE *cli_err(const struct cli *cli)
{
	return cli->err;
}

int cli_usage_error(struct cli *cli, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fputs("sextant: ", cli->err);
	vfprintf(cli->err, format, arguments);
	fputc('\n', cli->err);
	va_end(arguments);
	return EXIT_USAGE;
}

/* Global options whose value is one of a few words. */
static const struct {
	const char *option;
	const char *words[5];
} word_options[] = {
	{"color", {"auto", "always", "never"}},
	{"fail-on", {"error", "warning", "notice", "never"}},
};

static int check_words(struct cli *cli, size_t row)
{
	const char *value = cli_value(cli, word_options[row].option);
	if (value == NULL)
		return EXIT_OK;
	const char *const *words = word_options[row].words;
	for (size_t i = 0; words[i] != NULL; i++) {
		if (strcmp(value, words[i]) == 0)
			return EXIT_OK;
	}
	fprintf(cli->err, "sextant: --%s %s: it is one of", word_options[row].option, value);
	for (size_t i = 0; words[i] != NULL; i++)
		fprintf(cli->err, "%s %s", i > 0 ? "," : "", words[i]);
	fputc('\n', cli->err);
	return EXIT_USAGE;
}

static int check_globals(struct cli *cli)
{
	for (size_t i = 0; i < sizeof(word_options) / sizeof(word_options[0]); i++) {
		if (check_words(cli, i) != EXIT_OK)
			return EXIT_USAGE;
	}
	uint32_t timeout_ms;
	const char *timeout = cli_value(cli, "timeout");
	if (timeout != NULL && quantity_duration_ms(timeout, &timeout_ms) != ERR_OK)
		return cli_usage_error(cli, "--timeout %s: write a number and a unit: 500ms, 2s, 1m", timeout);
	if (cli_flag(cli, "json") && cli_flag(cli, "text"))
		return cli_usage_error(cli, "--json and --text exclude each other");
	return EXIT_OK;
}

static int run(struct cli *cli)
{
	if (check_globals(cli) != EXIT_OK)
		return EXIT_USAGE;
	if (cli_flag(cli, "version")) {
		fprintf(cli->out, "sextant %s\n", SEXTANT_VERSION);
		return EXIT_OK;
	}
	const char *code = cli_value(cli, "explain");
	if (code != NULL)
		return help_explain(cli, code);
	if (cli_flag(cli, "help") || cli_flag(cli, ""))
		return help_print(cli, cli->command, cli->group, cli_flag(cli, "help"));
	if (cli->group != NULL) {
		cli_usage_error(cli, "\"%s\" needs one more word:", cli->group);
		help_list(cli->err, cli->group);
		return EXIT_USAGE;
	}
	if (cli->command == NULL) {
		help_print(cli, NULL, NULL, false);
		return EXIT_USAGE;
	}
	return cli->command->run(cli);
}

int cli_main(int argc, char **argv, FILE *out, FILE *err)
{
	struct cli cli = {.out = out, .err = err, .started_us = clock_monotonic_us()};
	char message[ARGUMENTS_MESSAGE_MAX] = "";
	int code = EXIT_USAGE;
	int status = arguments_parse(&cli, argc, argv, message);
	if (status == ERR_OK)
		code = run(&cli);
	else
		cli_usage_error(&cli, "%s", status == ERR_SYNTAX ? message : err_text(status));
	arguments_free(&cli);
	/* A full disk or a closed pipe must not look like success. */
	if (fflush(out) != 0 && code == EXIT_OK)
		code = EXIT_INTERNAL;
	return code;
}

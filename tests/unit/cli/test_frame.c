/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "cli/arguments.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 12

struct result {
	int code;
	char *out, *err;
	size_t out_size, err_size;
};

/* Runs "a b c" as `sextant a b c`. */
static struct result run(const char *line)
{
	struct result result = {0};
	char *copy = strdup(line), *argv[WORDS_MAX + 1] = {(char *)"sextant"};
	int argc = 1;
	char *rest = NULL;
	for (char *word = strtok_r(copy, " ", &rest); word != NULL && argc < WORDS_MAX;
	     word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	FILE *out = open_memstream(&result.out, &result.out_size), *err = open_memstream(&result.err, &result.err_size);
	result.code = cli_main(argc, argv, out, err);
	fclose(out);
	fclose(err);
	free(copy);
	return result;
}

static void each_command_line_has_its_exit_code(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *out, *err; /* a part of what is printed; NULL: nothing at all */
	} rows[] = {
		{"", EXIT_USAGE, "commands:", NULL},
		{"--version", EXIT_OK, "sextant ", NULL},
		{"help", EXIT_OK, "--fail-on", NULL},
		{"-h", EXIT_OK, "commands:", NULL},
		{"--help", EXIT_OK, "global options", NULL},
		{"help exit-codes", EXIT_OK, "130", NULL},
		{"help config show", EXIT_OK, "--effective", NULL},
		{"help config", EXIT_OK, "config diff", NULL},
		{"help SVC-003", EXIT_OK, "Mend:", NULL},
		{"help shwo", EXIT_USAGE, NULL, "no help"},
		{"config show -h", EXIT_OK, "usage: sextant config show", NULL},
		{"config --help", EXIT_OK, "config explain", NULL},
		{"config", EXIT_USAGE, NULL, "config schema"},
		{"cofnig", EXIT_USAGE, NULL, "did you mean \"config"},
		{"config shwo", EXIT_USAGE, NULL, "did you mean \"config show\"?"},
		{"init --zoen x", EXIT_USAGE, NULL, "did you mean --zone?"},
		{"init --zone", EXIT_USAGE, NULL, "needs a value: NAME"},
		{"init --json=x", EXIT_USAGE, NULL, "takes no value"},
		{"-Z help", EXIT_USAGE, NULL, "unknown option -Z"},
		{"help --color sometimes", EXIT_USAGE, NULL, "auto, always, never"},
		{"help --timeout 5", EXIT_USAGE, NULL, "a unit"},
		{"help --json --text", EXIT_USAGE, NULL, "exclude each other"},
		{"--explain SVC-003", EXIT_OK, "SVC-003", NULL},
		{"--explain svc-03", EXIT_USAGE, NULL, "did you mean SVC-003?"},
		{"config explain tcp-mss", EXIT_OK, "1220", NULL},
		{"config explain dns64.prefix", EXIT_OK, "services.*.dns64.prefix", NULL},
		{"config explain allow", EXIT_OK, "role:    resolver", NULL},
		{"config explain 4.prefix", EXIT_USAGE, NULL, "no option"},
		{"flush example.com --socket /nonexistent/control.sock", EXIT_UNDETERMINED, NULL, "no daemon"},
		{"config explain tcp-msss", EXIT_USAGE, NULL, "did you mean"},
		{"config schema x", EXIT_USAGE, NULL, "no operand"},
		{"config show /nonexistent/sextant.yaml", EXIT_USAGE, NULL, "No such file"},
		{"config diff x", EXIT_USAGE, NULL, "OLD NEW"},
		{"reload --socket /nonexistent/control.sock", EXIT_UNDETERMINED, NULL, "no daemon"},
		{"stop --socket /nonexistent/control.sock", EXIT_UNDETERMINED, NULL, "no daemon"},
		{"reload a b", EXIT_USAGE, NULL, "one zone"},
		{"init --zone example.com", EXIT_USAGE, NULL, "--prefix"},
		{"init --zone a..b --prefix 2001:db8::/32", EXIT_USAGE, NULL, "no domain name"},
		{"init --zone example.com --prefix 2001:db8::/33", EXIT_USAGE, NULL, "multiple of 4"},
		{"init --zone example.com --prefix 2001:db8::1/32", EXIT_USAGE, NULL, "behind the prefix length"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct result result = run(rows[i].line);
		bool is_out_good = rows[i].out != NULL ? strstr(result.out, rows[i].out) != NULL : result.out_size == 0;
		bool is_err_good = rows[i].err != NULL ? strstr(result.err, rows[i].err) != NULL : result.err_size == 0;
		if (result.code != rows[i].code || !is_out_good || !is_err_good)
			fail_msg("sextant %s: %d\n--- out:\n%s--- err:\n%s", rows[i].line, result.code, result.out,
				 result.err);
		free(result.out);
		free(result.err);
	}
}

static void options_may_stand_anywhere(void **state)
{
	static const char *const lines[] = {
		"--color never init --zone example.com --dir d op1 --json -46 op2",
		"init op1 op2 --json -4 -6 --dir=d --zone=example.com --color=never",
		"-46 --json init --dir x --dir d op1 --zone example.com --color always --color never -- op2",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct cli cli = {0};
		char message[ARGUMENTS_MESSAGE_MAX], *argv[20] = {(char *)"sextant"}, *copy = strdup(lines[i]),
						     *rest = NULL;
		int argc = 1;
		for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
			argv[argc++] = word;
		assert_int_equal(arguments_parse(&cli, argc, argv, message), ERR_OK);
		assert_string_equal(cli.command->name, "init");
		const char *const *operands;
		assert_int_equal(cli_operands(&cli, &operands), 2);
		assert_string_equal(operands[0], "op1");
		assert_string_equal(operands[1], "op2");
		assert_string_equal(cli_value(&cli, "zone"), "example.com");
		assert_string_equal(cli_value(&cli, "dir"), "d");
		assert_string_equal(cli_value(&cli, "color"), "never");
		assert_true(cli_is_json(&cli) && cli_flag(&cli, "ipv4") && cli_flag(&cli, "ipv6"));
		assert_false(cli_is_quiet(&cli));
		assert_null(cli_value(&cli, "config"));
		arguments_free(&cli);
		free(copy);
	}
}

int main(void)
{
	unsetenv("SEXTANT_CONFIG");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_line_has_its_exit_code),
		cmocka_unit_test(options_may_stand_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

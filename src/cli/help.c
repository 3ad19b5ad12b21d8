/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/help.h"

#include "cli/arguments.h"
#include "config/suggest.h"
#include "finding/report.h"
#include "signals/sensors/runbook.h"

#include <string.h>

const struct exit_code_row exit_code_rows[] = {
	{EXIT_OK, "Done; nothing at or above --fail-on."},
	{EXIT_FOUND,
	 "Done; findings at or above --fail-on: faults in a zone or in the configuration, answers that differ."},
	{EXIT_USAGE, "Bad usage, a file that cannot be read, a configuration that is no YAML."},
	{EXIT_UNDETERMINED,
	 "Could not decide: no route for a family, no daemon to ask, nothing answered. Never success."},
	{EXIT_INTERNAL, "Internal error: a bug, or output that could not be written."},
	{130, "Interrupted (143: terminated)."},
	{0, NULL},
};

void help_list(FILE *out, const char *group)
{
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (group == NULL || command_is_in_group(commands[i], group))
			fprintf(out, "  %-17s %s\n", commands[i]->name, commands[i]->summary);
	}
}

static void print_options(FILE *out, const struct cli_option *row)
{
	for (; row != NULL && row->name != NULL; row++) {
		char left[64];
		char letter[8] = "   ";
		if (row->letter != 0)
			snprintf(letter, sizeof(letter), "-%c%s", row->letter, row->name[0] != '\0' ? "," : "");
		snprintf(left, sizeof(left), "%s %s%s%s%s", letter, row->name[0] != '\0' ? "--" : "", row->name,
			 row->argument != NULL ? " " : "", row->argument != NULL ? row->argument : "");
		fprintf(out, "  %-26s %s\n", left, row->help);
	}
}

/* Words of the text up to 78 columns a line; a line that starts with a space is kept as it is. */
static void print_wrapped(FILE *out, const char *text)
{
	size_t column = 0;
	while (*text != '\0') {
		if (*text == '\n') {
			bool is_break = text[1] == '\n' || text[1] == ' ' || text[1] == '\0';
			text++;
			if (is_break && column > 0) {
				fputc('\n', out);
				column = 0;
			}
			if (*text == '\n')
				fputc('\n', out);
			if (*text == ' ') {
				size_t size = strcspn(text, "\n");
				fprintf(out, "%.*s\n", (int)size, text);
				text += size;
			}
			continue;
		}
		size_t size = strcspn(text, " \n");
		if (column > 0 && column + 1 + size > 78) {
			fputc('\n', out);
			column = 0;
		}
		fprintf(out, "%s%.*s", column > 0 ? " " : "", (int)size, text);
		column += size + (column > 0);
		text += size;
		text += *text == ' ';
	}
	fputs(column > 0 ? "\n" : "", out);
}

static void print_command(FILE *out, const struct command *command, bool is_full)
{
	fprintf(out, "usage: sextant %s [options]%s%s\n\n%s\n", command->name, command->usage[0] != '\0' ? " " : "",
		command->usage, command->summary);
	if (is_full) {
		fputc('\n', out);
		print_wrapped(out, command->description);
	}
	if (command->options != NULL && command->options[0].name != NULL) {
		fputs("\noptions:\n", out);
		print_options(out, command->options);
	}
	if (is_full) {
		fputs("\nglobal options:\n", out);
		print_options(out, global_options);
	} else {
		fprintf(out, "\n--help tells more.\n");
	}
}

int help_print(struct cli *cli, const struct command *command, const char *group, bool is_full)
{
	FILE *out = cli_out(cli);
	if (command != NULL) {
		print_command(out, command, is_full);
		return EXIT_OK;
	}
	fprintf(out, "usage: sextant %s [options] [operands]\n\ncommands:\n", group != NULL ? group : "COMMAND");
	help_list(out, group);
	if (group == NULL && is_full) {
		fputs("\nglobal options (before or behind the command and its operands):\n", out);
		print_options(out, global_options);
	}
	fputs("\n\"sextant COMMAND --help\" tells more; \"sextant help exit-codes\" lists the exit codes.\n", out);
	return EXIT_OK;
}

static int print_exit_codes(struct cli *cli)
{
	for (const struct exit_code_row *row = exit_code_rows; row->meaning != NULL; row++)
		fprintf(cli_out(cli), "%3d  %s\n", row->code, row->meaning);
	return EXIT_OK;
}

static void explain_finding(struct cli *cli, const struct finding_row *row, struct text *out)
{
	if (cli_is_json(cli))
		finding_report_explanation_json(row, out);
	else
		finding_report_explanation(row, cli_columns(cli), out);
}

static void explain_signal_json(enum sensor sensor, struct text *out)
{
	const struct runbook *runbook = sensor_runbook(sensor);
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_text(&json, "schema", "sextant.explanation/1");
	json_text(&json, "signal", sensor_name(sensor));
	json_text(&json, "title", runbook->title);
	json_text(&json, "needs", sensor_needs(sensor));
	json_text(&json, "means", sensor_means(sensor));
	json_text(&json, "breaks", runbook->breaks);
	json_text(&json, "confirm", runbook->confirm);
	json_text(&json, "mend", runbook->mend);
	json_text(&json, "next", sensor_next(sensor));
	json_text(&json, "prometheus", sensor_twin(sensor));
	json_end_object(&json);
	text_add_char(out, '\n');
}

static void explain_signal(struct cli *cli, enum sensor sensor, struct text *out)
{
	if (cli_is_json(cli)) {
		explain_signal_json(sensor, out);
		return;
	}
	struct text page = {0};
	text_addf(out, "%s  %s\nneeds %s", sensor_name(sensor), sensor_runbook(sensor)->title, sensor_needs(sensor));
	if (sensor_twin(sensor) != NULL)
		text_addf(out, "; Prometheus: %s", sensor_twin(sensor));
	text_add(out, "\n\n");
	sensor_explain(sensor, &page);
	finding_report_paragraphs(text_string(&page), cli_columns(cli), out);
	text_free(&page);
}

static int refuse_code(struct cli *cli, const char *code)
{
	struct suggestion suggestion = {0};
	for (int i = 0; i < FINDING_CODE_COUNT; i++)
		suggest_offer(&suggestion, code, finding_row((enum finding_code)i)->code);
	for (unsigned i = 0; i < SENSOR_COUNT; i++)
		suggest_offer(&suggestion, code, sensor_name((enum sensor)i));
	if (suggestion.word != NULL)
		return cli_usage_error(cli, "no finding or signal is named %s; did you mean %s?", code, suggestion.word);
	return cli_usage_error(cli, "no finding or signal is named %s", code);
}

int help_explain(struct cli *cli, const char *code)
{
	const struct finding_row *row = finding_row_by_code(code);
	enum sensor sensor;
	struct text out = {0};
	if (row != NULL)
		explain_finding(cli, row, &out);
	else if (sensor_by_name(code, &sensor))
		explain_signal(cli, sensor, &out);
	else
		return refuse_code(cli, code);
	fputs(text_string(&out), cli_out(cli));
	text_free(&out);
	return EXIT_OK;
}

/* "sextant help config show": operands joined with spaces. */
static int run_help(struct cli *cli)
{
	const char *const *operands;
	size_t count = cli_operands(cli, &operands);
	if (count == 0)
		return help_print(cli, NULL, NULL, true);
	if (strcmp(operands[0], "exit-codes") == 0)
		return print_exit_codes(cli);
	char wanted[80];
	snprintf(wanted, sizeof(wanted), "%s%s%s", operands[0], count > 1 ? " " : "", count > 1 ? operands[1] : "");
	struct suggestion suggestion = {0};
	bool is_group = false;
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (strcmp(commands[i]->name, wanted) == 0)
			return help_print(cli, commands[i], NULL, true);
		is_group = is_group || command_is_in_group(commands[i], wanted);
		suggest_offer(&suggestion, wanted, commands[i]->name);
	}
	if (is_group)
		return help_print(cli, NULL, operands[0], true);
	enum sensor sensor;
	if (finding_row_by_code(operands[0]) != NULL || sensor_by_name(operands[0], &sensor))
		return help_explain(cli, operands[0]);
	if (suggestion.word != NULL)
		return cli_usage_error(cli, "no help for \"%s\"; did you mean \"%s\"?", wanted, suggestion.word);
	return cli_usage_error(cli, "no help for \"%s\"; \"sextant help\" lists the commands", wanted);
}

const struct command command_help = {
	.name = "help",
	.summary = "help for a command, the exit codes, a finding's code or a signal",
	.usage = "[COMMAND|exit-codes|CODE|SIGNAL]",
	.description = "Without an operand it lists the commands and the global options. With a command it prints the "
		       "full help "
		       "of that command, with exit-codes the exit codes, with a finding's code or the name of a signal its explanation.",
	.run = run_help,
};

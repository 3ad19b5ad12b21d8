/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/clock.h"
#include "cli/arguments.h"
#include "config/config.h"
#include "finding/report.h"

#include <string.h>
#include <sys/ioctl.h>

/* Severity from which on the exit code is 1; above every severity: never. */
static unsigned fail_on(const struct cli *cli)
{
	const char *level = cli_value(cli, "fail-on");
	if (level == NULL)
		return SEVERITY_ERROR;
	for (enum severity severity = SEVERITY_NOTICE; severity <= SEVERITY_ERROR; severity++) {
		if (strcmp(level, severity_text(severity)) == 0)
			return severity;
	}
	return SEVERITY_ERROR + 1;
}

unsigned cli_columns(const struct cli *cli)
{
	struct winsize size;
	int fd = fileno(cli->out);
	return fd >= 0 && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int cli_findings_exit(const struct cli *cli, const struct finding_list *findings)
{
	unsigned limit = fail_on(cli);
	return limit <= SEVERITY_ERROR && finding_count_at_least(findings, limit) > 0 ? EXIT_FOUND : EXIT_OK;
}

int cli_report_findings(struct cli *cli, const char *schema, struct finding_list *findings, size_t zone_count)
{
	struct text out = {0};
	finding_list_read_excerpts(findings);
	finding_sort(findings);
	unsigned limit = fail_on(cli);
	if (cli_is_json(cli)) {
		finding_report_json(findings, schema, &out);
	} else {
		struct report_options options = {
			.least = cli_is_quiet(cli) && limit <= SEVERITY_ERROR ? limit : SEVERITY_NOTICE,
			.is_color = cli_wants_color(cli),
			.is_unfolded = cli_flag(cli, "verbose"),
			.has_summary = !cli_is_quiet(cli),
			.columns = cli_columns(cli),
			.zone_count = zone_count,
			.elapsed_us = clock_monotonic_us() - cli->started_us,
		};
		finding_report_text(findings, &options, &out);
	}
	bool is_failed = out.is_failed;
	fputs(text_string(&out), cli_out(cli));
	text_free(&out);
	return is_failed ? EXIT_INTERNAL : cli_findings_exit(cli, findings);
}

int cli_config_load(struct cli *cli, const char *path, const char *schema, struct config **ret)
{
	struct finding_list *findings = finding_list_new();
	*ret = NULL;
	if (findings == NULL)
		return EXIT_INTERNAL;
	int code = EXIT_OK;
	int err = config_load(path, NULL, findings, ret);
	if (err == ERR_FINDINGS || err == ERR_SYNTAX) {
		code = cli_report_findings(cli, schema, findings, 0);
		code = err == ERR_SYNTAX ? EXIT_USAGE : EXIT_FOUND;
	} else if (err != ERR_OK) {
		code = cli_usage_error(cli, "%s: %s", path, err_text(err));
	}
	finding_list_free(findings);
	return code;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/tell.h"

#include "audit/checks.h"
#include "base/clock.h"
#include "cli/audit/screen.h"
#include "cli/audit/summary.h"
#include "finding/report.h"

struct telling {
	struct finding_list *findings;
	struct text screens, results; /* text */
	struct json_writer json;
	struct summary summary;
	bool is_brief;
};

/* --- The zones --- */

/* Findings of this zone alone, for the summary. */
static void zone_judge(struct judging *judging, struct telling *telling)
{
	size_t counts[FINDING_CODE_COUNT];
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++)
		counts[code] = finding_count_code(telling->findings, (enum finding_code)code);
	checks_run(&judging->view, telling->findings);
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++)
		counts[code] = finding_count_code(telling->findings, (enum finding_code)code) - counts[code];
	summary_add(&telling->summary, &judging->view, counts);
}

static void targets_tell(struct judging *judging, struct telling *telling)
{
	struct audit *audit = judging->audit;
	for (size_t i = 0; i < audit->count; i++) {
		judging_pass(judging, &audit->targets[i]);
		zone_judge(judging, telling);
		if (telling->is_brief)
			continue;
		if (cli_is_json(audit->cli)) {
			screen_json(&judging->view, &telling->json);
			continue;
		}
		screen_zone(&judging->view, &telling->screens);
		screen_result(&judging->view, &telling->results);
	}
	finding_list_read_excerpts(telling->findings); /* of --children */
	finding_sort(telling->findings);
}

static bool has_summary(const struct judging *judging, const struct telling *telling)
{
	return telling->is_brief || judging->audit->count > 1;
}

/* --- Text --- */

static void cost_text(const struct judging *judging, struct text *out)
{
	double seconds = (double)(clock_monotonic_us() - judging->start_us) / 1e6;
	if (!judging->audit->is_recorded)
		text_addf(out, "\n%zu questions, %.1f s\n", judging->asked, seconds);
}

static void tell_text(struct judging *judging, struct telling *telling, struct text *out)
{
	const struct cli *cli = judging->audit->cli;
	const struct report_options options = {.least = SEVERITY_NOTICE,
					       .is_color = cli_wants_color(cli),
					       .is_unfolded = cli_flag(cli, "verbose"),
					       .has_summary = !cli_is_quiet(cli),
					       .columns = cli_columns(cli),
					       .zone_count = judging->audit->count};
	targets_tell(judging, telling);
	if (!telling->is_brief) {
		text_add(out, text_string(&telling->screens));
		finding_report_text(telling->findings, &options, out);
		text_add(out, text_string(&telling->results));
		screen_legend(out);
	}
	if (has_summary(judging, telling)) {
		summary_text(&telling->summary, out);
		cost_text(judging, out);
	}
}

/* --- JSON --- */

static void cost_json(const struct judging *judging, struct json_writer *json)
{
	json_begin_object(json, "cost");
	json_number(json, "questions", (int64_t)judging->asked);
	json_number(json, "facts", (int64_t)facts_count(judging->audit->facts));
	json_decimal(json, "seconds", (double)(clock_monotonic_us() - judging->start_us) / 1e6);
	json_end_object(json);
}

static void tell_json(struct judging *judging, struct telling *telling, struct text *out)
{
	struct json_writer *json = &telling->json;
	json->out = out;
	json_begin_object(json, NULL);
	json_text(json, "schema", "sextant.audit/1");
	json_begin_array(json, "zones");
	targets_tell(judging, telling);
	json_end_array(json);
	if (has_summary(judging, telling))
		summary_json(&telling->summary, json);
	if (telling->is_brief)
		finding_report_json_counts(telling->findings, json);
	else
		finding_report_json_members(telling->findings, json);
	if (!judging->audit->is_recorded)
		cost_json(judging, json);
	json_end_object(json);
	text_add_char(out, '\n');
}

int tell(struct judging *judging)
{
	struct cli *cli = judging->audit->cli;
	struct telling telling = {.findings = finding_list_new(), .is_brief = cli_flag(cli, "brief")};
	struct text out = {0};
	if (telling.findings == NULL)
		return EXIT_INTERNAL;
	/* A finding that is folded has the severity of its row; zones are counted by what they have. */
	finding_list_set_limit(telling.findings, SIZE_MAX);
	if (cli_is_json(cli))
		tell_json(judging, &telling, &out);
	else
		tell_text(judging, &telling, &out);
	bool is_failed =
		out.is_failed || telling.screens.is_failed || telling.results.is_failed || telling.summary.is_failed;
	fputs(text_string(&out), cli_out(cli));
	int code = is_failed ? EXIT_INTERNAL : cli_findings_exit(cli, telling.findings);
	if (code == EXIT_OK && finding_count_undetermined(telling.findings) > 0)
		code = EXIT_UNDETERMINED;
	text_free(&out);
	text_free(&telling.screens);
	text_free(&telling.results);
	summary_free(&telling.summary);
	finding_list_free(telling.findings);
	return code;
}

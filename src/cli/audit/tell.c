/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/tell.h"

#include "audit/checks.h"
#include "base/clock.h"
#include "cli/audit/page.h"
#include "cli/audit/screen.h"
#include "cli/audit/screen_services.h"
#include "cli/audit/services.h"
#include "finding/report.h"

#include <errno.h>
#include <stdlib.h>

#define PAGE_ZONES_MOST 500 /* with a section each; more are rows of a table */

/* What one book has to say. */
struct telling {
	struct judging *judging;
	struct finding_list *findings;
	struct text screens, services, results; /* text */
	struct text zones, rows, names;         /* the page */
	struct json_writer json;                /* out NULL: not wanted */
	struct summary summary;
	bool is_brief, has_page, is_memory_short;
};

/* --- The zones --- */

/* Findings of this zone alone, for the summary. */
static void zone_judge(struct telling *telling, bool is_reverse)
{
	size_t counts[FINDING_CODE_COUNT], before = finding_count(telling->findings);
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++)
		counts[code] = finding_count_code(telling->findings, (enum finding_code)code);
	checks_run(&telling->judging->view, telling->findings);
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++)
		counts[code] = finding_count_code(telling->findings, (enum finding_code)code) - counts[code];
	if (is_reverse)
		checks_reverse(&telling->judging->view, before, telling->findings);
	summary_add(&telling->summary, &telling->judging->view, counts);
}

static void zone_show(struct telling *telling)
{
	const struct view *view = &telling->judging->view;
	if (telling->has_page) {
		page_row(view, &telling->rows);
		if (telling->judging->audit->count <= PAGE_ZONES_MOST && !telling->is_brief)
			page_zone(view, &telling->zones);
	}
	if (telling->is_brief)
		return;
	if (telling->json.out != NULL) {
		screen_json(view, &telling->json);
		return;
	}
	screen_zone(view, &telling->screens);
	screen_result(view, &telling->results);
}

static void services_tell(struct telling *telling)
{
	struct judging *judging = telling->judging;
	struct audit *audit = judging->audit;
	for (size_t i = 0; i < audit->service_count; i++) {
		judging_pass(judging, &audit->services[i]);
		checks_service(&judging->service, cli_value(audit->cli, "inventory"), telling->findings);
		if (telling->has_page && !telling->is_brief)
			page_service(&judging->service, &telling->names);
		if (!telling->is_brief && telling->json.out != NULL)
			screen_service_json(&judging->service, &telling->json);
		else if (!telling->is_brief)
			screen_service(&judging->service, &telling->services);
	}
}

/* Services may have brought zones since the book was opened. */
static bool states_make(struct audit_book *book, size_t count)
{
	free(book->states);
	book->states = calloc(count + 1, sizeof(*book->states));
	return book->states != NULL;
}

static void zones_tell(struct telling *telling)
{
	struct judging *judging = telling->judging;
	telling->is_memory_short = !states_make(judging->book, judging->audit->count);
	if (telling->is_memory_short)
		return;
	for (size_t i = 0; i < judging->audit->count; i++) {
		judging_pass(judging, &judging->audit->targets[i]);
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
			judging->book->states[i][family] = judging->view.states[family];
		zone_judge(telling, judging->audit->targets[i].is_reverse);
		zone_show(telling);
	}
	finding_list_read_excerpts(telling->findings); /* of --children */
	finding_sort(telling->findings);
}

static bool telling_start(struct telling *telling, struct judging *judging)
{
	struct cli *cli = judging->audit->cli;
	*telling = (struct telling){.judging = judging,
				    .findings = finding_list_new(),
				    .is_brief = cli_flag(cli, "brief"),
				    .has_page = cli_value(cli, "html") != NULL};
	if (telling->findings == NULL)
		return false;
	/* A finding that is folded has the severity of its row; zones are counted by what they have. */
	finding_list_set_limit(telling->findings, SIZE_MAX);
	return true;
}

static void telling_end(struct telling *telling)
{
	text_free(&telling->screens);
	text_free(&telling->services);
	text_free(&telling->results);
	text_free(&telling->zones);
	text_free(&telling->names);
	text_free(&telling->rows);
	summary_free(&telling->summary);
	finding_list_free(telling->findings);
}

static bool is_telling_failed(const struct telling *telling)
{
	return telling->is_memory_short || telling->services.is_failed || telling->screens.is_failed ||
	       telling->results.is_failed || telling->zones.is_failed || telling->names.is_failed ||
	       telling->rows.is_failed || telling->summary.is_failed;
}

static bool has_summary(const struct telling *telling)
{
	return telling->is_brief || telling->judging->audit->count > 1;
}

/* --- Text --- */

static void findings_text(const struct audit *audit, const struct finding_list *findings, struct text *out)
{
	const struct cli *cli = audit->cli;
	const struct report_options options = {.least = SEVERITY_NOTICE,
					       .is_color = cli_wants_color(cli),
					       .is_unfolded = cli_flag(cli, "verbose"),
					       .has_summary = !cli_is_quiet(cli),
					       .columns = cli_columns(cli),
					       .zone_count = audit->count};
	finding_report_text(findings, &options, out);
}

static void cost_text(const struct judging *judging, struct text *out)
{
	double seconds = (double)(clock_monotonic_us() - judging->start_us) / 1e6;
	if (!judging->book->is_recorded)
		text_addf(out, "\n%zu questions, %.1f s\n", judging->asked, seconds);
}

static void book_text(struct telling *telling, struct text *out)
{
	const struct audit *audit = telling->judging->audit;
	services_tell(telling);
	zones_tell(telling);
	if (audit->book_count > 1) {
		char time[CLOCK_TEXT_MAX];
		clock_text(telling->judging->book->options.now_s * 1000000, time);
		text_addf(out, "=== from %s, %.19sZ ===\n\n", telling->judging->book->label, time);
	}
	if (!telling->is_brief) {
		text_add(out, text_string(&telling->screens));
		if (telling->services.size > 0)
			text_addf(out, "services\n%s\n", text_string(&telling->services));
		findings_text(audit, telling->findings, out);
		text_add(out, text_string(&telling->results));
		screen_legend(out);
	}
	if (has_summary(telling)) {
		summary_text(&telling->summary, out);
		cost_text(telling->judging, out);
	}
	if (audit->book_count > 1)
		text_add_char(out, '\n');
}

/* --- JSON --- */

static void cost_json(const struct judging *judging, struct json_writer *json)
{
	json_begin_object(json, "cost");
	json_number(json, "questions", (int64_t)judging->asked);
	json_number(json, "facts", (int64_t)facts_count(judging->book->facts));
	json_decimal(json, "seconds", (double)(clock_monotonic_us() - judging->start_us) / 1e6);
	json_end_object(json);
}

/* The members of one book. */
static void book_json(struct telling *telling, struct json_writer *json)
{
	const struct judging *judging = telling->judging;
	json_text(json, "vantage", judging->book->label);
	json_number(json, "time", (int64_t)judging->book->options.now_s);
	json_begin_array(json, "services");
	telling->json = *json;
	services_tell(telling);
	*json = telling->json;
	json_end_array(json);
	json_begin_array(json, "zones");
	telling->json = *json;
	zones_tell(telling);
	*json = telling->json;
	json_end_array(json);
	if (has_summary(telling))
		summary_json(&telling->summary, json);
	if (telling->is_brief)
		finding_report_json_counts(telling->findings, json);
	else
		finding_report_json_members(telling->findings, json);
	if (!judging->book->is_recorded)
		cost_json(judging, json);
}

static void result_start(struct json_writer *json, struct text *out)
{
	*json = (struct json_writer){.out = out};
	json_begin_object(json, NULL);
	json_text(json, "schema", "sextant.audit/1");
}

bool tell_result(struct judging *judging, struct text *ret)
{
	struct telling telling;
	struct json_writer json;
	if (!telling_start(&telling, judging))
		return false;
	telling.is_brief = telling.has_page = false;
	result_start(&json, ret);
	book_json(&telling, &json);
	json_end_object(&json);
	bool is_fine = !ret->is_failed && !is_telling_failed(&telling);
	telling_end(&telling);
	return is_fine;
}

/* --- Several books --- */

static bool is_known(enum chain_state state)
{
	return state == CHAIN_GOOD || state == CHAIN_BROKEN;
}

static void zone_compare(const struct audit *audit, size_t zone, enum family family, struct finding_list *differences)
{
	char name[NAME_TEXT_MAX], subject[NAME_TEXT_MAX + 16];
	const struct audit_book *first[CHAIN_STATE_COUNT] = {NULL};
	for (size_t i = audit->book_count; i-- > 0;)
		first[audit->books[i].states[zone][family]] = &audit->books[i];
	if (first[CHAIN_GOOD] == NULL || first[CHAIN_BROKEN] == NULL)
		return;
	snprintf(subject, sizeof(subject), "zone %s", view_name_text(audit->targets[zone].zone, name));
	finding_add(differences, FINDING_VANTAGES_DIFFER, (struct place){0}, subject, NULL,
		    "%s is resolvable over %s alone from %s, and not from %s.", name, family_title(family),
		    first[CHAIN_GOOD]->label, first[CHAIN_BROKEN]->label);
}

void tell_differences(const struct audit *audit, struct finding_list *differences)
{
	for (size_t zone = 0; zone < audit->count; zone++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
			zone_compare(audit, zone, family, differences);
	}
	finding_sort(differences);
}

/* A family that one host lacks is not undetermined where another one has it. */
static bool is_all_seen(const struct audit *audit)
{
	for (size_t zone = 0; zone < audit->count; zone++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			bool is_seen = false;
			for (size_t i = 0; i < audit->book_count; i++)
				is_seen = is_seen || is_known(audit->books[i].states[zone][family]);
			if (!is_seen)
				return false;
		}
	}
	return true;
}

static void states_text(const struct audit *audit, struct text *out)
{
	char name[NAME_TEXT_MAX];
	for (size_t zone = 0; zone < audit->count; zone++) {
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			size_t start = out->size;
			text_addf(out, "  %s over %s alone ", view_name_text(audit->targets[zone].zone, name),
				  family_title(family));
			text_pad_to(out, start, 44);
			for (size_t i = 0; i < audit->book_count; i++)
				text_addf(out, "%sfrom %s: %s", i > 0 ? ", " : "", audit->books[i].label,
					  screen_state(audit->books[i].states[zone][family]));
			text_add_char(out, '\n');
		}
	}
}

/* --- The whole --- */

static void all_text(struct audit *audit, struct telling *tellings, struct finding_list *differences, struct text *out)
{
	for (size_t i = 0; i < audit->book_count; i++)
		book_text(&tellings[i], out);
	tell_differences(audit, differences);
	if (audit->book_count == 1)
		return;
	text_add(out, "=== side by side ===\n\n");
	states_text(audit, out);
	findings_text(audit, differences, out);
}

static void all_json(struct audit *audit, struct telling *tellings, struct finding_list *differences, struct text *out)
{
	struct json_writer json;
	result_start(&json, out);
	if (audit->book_count > 1)
		json_begin_array(&json, "vantages");
	for (size_t i = 0; i < audit->book_count; i++) {
		if (audit->book_count > 1)
			json_begin_object(&json, NULL);
		book_json(&tellings[i], &json);
		if (audit->book_count > 1)
			json_end_object(&json);
	}
	tell_differences(audit, differences);
	if (audit->book_count > 1) {
		json_end_array(&json);
		json_begin_object(&json, "differences");
		finding_report_json_members(differences, &json);
		json_end_object(&json);
	}
	json_end_object(&json);
	text_add_char(out, '\n');
}

static int page_save(const struct audit *audit, struct telling *tellings, const struct finding_list *differences)
{
	const char *path = cli_value(audit->cli, "html");
	struct page_book *books = calloc(audit->book_count, sizeof(*books));
	struct text out = {0};
	if (books == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < audit->book_count; i++)
		books[i] = (struct page_book){.book = tellings[i].judging->book,
					      .findings = tellings[i].findings,
					      .summary = has_summary(&tellings[i]) ? &tellings[i].summary : NULL,
					      .zones = &tellings[i].zones,
					      .services = &tellings[i].names,
					      .rows = &tellings[i].rows};
	page_write(audit, books, differences, &out);
	int code = audit_file_write(audit->cli, path, &out);
	text_free(&out);
	free(books);
	return code;
}

static int tellings_exit(struct audit *audit, const struct telling *tellings, const struct finding_list *differences)
{
	size_t undetermined = 0;
	int code = cli_findings_exit(audit->cli, differences);
	for (size_t i = 0; i < audit->book_count; i++) {
		if (is_telling_failed(&tellings[i]))
			return EXIT_INTERNAL;
		if (code == EXIT_OK)
			code = cli_findings_exit(audit->cli, tellings[i].findings);
		undetermined += finding_count_undetermined(tellings[i].findings);
	}
	bool is_undetermined = undetermined > 0 && (audit->book_count == 1 || !is_all_seen(audit));
	return code == EXIT_OK && is_undetermined ? EXIT_UNDETERMINED : code;
}

static int tellings_tell(struct audit *audit, struct telling *tellings)
{
	struct finding_list *differences = finding_list_new();
	struct text out = {0};
	if (differences == NULL)
		return EXIT_INTERNAL;
	finding_list_set_limit(differences, SIZE_MAX);
	(cli_is_json(audit->cli) ? all_json : all_text)(audit, tellings, differences, &out);
	int code = out.is_failed ? EXIT_INTERNAL : tellings_exit(audit, tellings, differences);
	fputs(text_string(&out), cli_out(audit->cli));
	if (code != EXIT_INTERNAL && cli_value(audit->cli, "html") != NULL) {
		int saved = page_save(audit, tellings, differences);
		code = saved != EXIT_OK ? saved : code;
	}
	text_free(&out);
	finding_list_free(differences);
	return code;
}

int tell(struct audit *audit, struct judging *const *judgings)
{
	struct telling *tellings = calloc(audit->book_count, sizeof(*tellings));
	bool is_fine = tellings != NULL;
	for (size_t i = 0; is_fine && i < audit->book_count; i++)
		is_fine = telling_start(&tellings[i], judgings[i]);
	int code = is_fine ? tellings_tell(audit, tellings) : EXIT_INTERNAL;
	for (size_t i = 0; tellings != NULL && i < audit->book_count; i++)
		telling_end(&tellings[i]);
	free(tellings);
	return code;
}

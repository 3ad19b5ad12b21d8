/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/page.h"

#include "base/clock.h"
#include "cli/audit/page_style.h"
#include "cli/audit/screen.h"

#include <stdio.h>

#define CAUSES_SHOWN 200 /* of one code */

void html_add(struct text *out, const char *text)
{
	size_t size = strlen(text);
	for (size_t at = 0; at < size;) {
		size_t step = text_character_size((const uint8_t *)text + at, size - at);
		const char *name = text[at] == '&'    ? "&amp;"
				   : text[at] == '<'  ? "&lt;"
				   : text[at] == '>'  ? "&gt;"
				   : text[at] == '"'  ? "&quot;"
				   : text[at] == '\'' ? "&#39;"
						      : NULL;
		if (name != NULL)
			text_add(out, name);
		else if (step > 0)
			text_add_size(out, text + at, step);
		else
			text_add_char(out, text[at] == '\n' || text[at] == '\t' ? ' ' : '?');
		at += step > 0 ? step : 1;
	}
}

static void name_add(struct text *out, struct name name)
{
	char text[NAME_TEXT_MAX];
	html_add(out, view_name_text(name, text));
}

/* --- A zone --- */

static const char *state_class(enum chain_state state)
{
	return state == CHAIN_GOOD ? "good" : state == CHAIN_BROKEN ? "bad" : "off";
}

static void tile_text(const struct view *view, enum family family, struct text *out)
{
	const struct chain *chain = view->chains[family];
	bool is_single = view->states[family] == CHAIN_GOOD && view_usable(view, family) < 2;
	text_addf(out, "<div class=\"tile %s\"><b>%s alone</b><strong>%s</strong><span>",
		  is_single ? "warn" : state_class(view->states[family]), family_title(family),
		  screen_state(view->states[family]));
	if (view->states[family] == CHAIN_BROKEN && !view->is_absent) {
		text_add(out, "the first to be mended: ");
		name_add(out, chain->culprit->zone);
		text_addf(out, ", a server %s", chain_cause_text(chain->culprit->cause));
	} else if (view->states[family] == CHAIN_GOOD) {
		text_addf(out, "%u of 2 required servers usable%s", view_usable(view, family),
			  is_single ? ": no redundancy" : "");
	} else if (!view->is_absent) {
		text_add(out, "this host could not see it");
	}
	text_add(out, "</span></div>");
}

static void cell_add(struct text *out, const char *cell)
{
	static const struct {
		const char *cell, *class, *word;
	} rows[] = {{"ok", "good", "ok"},
		    {"--", "bad", "missing"},
		    {"!!", "bad", "wrong"},
		    {"??", "warn", "no answer"},
		    {"..", "off", "&ndash;"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].cell, cell) == 0)
			text_addf(out, "<td><span class=\"mark %s\">%s</span></td>", rows[i].class, rows[i].word);
	}
}

static void server_row(const struct view *view, const struct view_server *server, enum family family, struct text *out)
{
	const struct view_family *side = &server->families[family];
	const char *cells[SCREEN_COLUMNS];
	screen_cells(view, server, family, cells);
	text_add(out, "<tr><th scope=\"row\">");
	name_add(out, server->name);
	for (unsigned i = 0; i < side->count; i++) {
		char text[IP_ADDR_TEXT_MAX];
		ip_addr_to_text(&side->addresses[i].endpoint.addr, text);
		text_addf(out, "<small>%s", text);
		if (side->addresses[i].udp == WAY_GOOD)
			text_addf(out, ", <i>serial %u</i>", side->addresses[i].serial);
		text_add(out, "</small>");
	}
	text_add(out, "</th>");
	for (unsigned i = 0; i < SCREEN_COLUMNS; i++)
		cell_add(out, cells[i]);
	text_add(out, "</tr>\n");
}

static void matrix_add(const struct view *view, enum family family, struct text *out)
{
	text_addf(out, "<table class=\"matrix\"><caption>%s</caption><thead><tr><th scope=\"col\">server</th>",
		  family_title(family));
	for (unsigned i = 0; i < SCREEN_COLUMNS; i++)
		text_addf(out, "<th scope=\"col\">%s</th>", screen_column(i));
	text_add(out, "</tr></thead><tbody>\n");
	for (unsigned i = 0; i < view->server_count; i++)
		server_row(view, &view->servers[i], family, out);
	text_add(out, "</tbody></table>\n");
}

void page_zone(const struct view *view, struct text *out)
{
	text_add(out, "<section><h2>");
	name_add(out, view->zone);
	text_add(out, "</h2><p class=\"soft\">delegated by ");
	name_add(out, view->parent);
	text_addf(out, "; %s</p>\n<div class=\"tiles\">",
		  verdict_of(view) == VERDICT_ABSENT ? "there is no such zone"
		  : view->is_signed                  ? "signed"
						     : "not signed");
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		tile_text(view, family, out);
	if (verdict_of(view) == VERDICT_DUAL_ONLY || verdict_of(view) == VERDICT_NONE)
		text_addf(out, "<div class=\"tile %s\"><b>Both families together</b><strong>%s</strong></div>",
			  view->dual == CHAIN_GOOD ? "warn" : state_class(view->dual), screen_state(view->dual));
	const char *same = view->server_count > 0 ? screen_same(view) : "not known";
	text_addf(out, "<div class=\"tile %s\"><b>The same data everywhere</b><strong>%s</strong></div></div>\n",
		  strcmp(same, "yes") == 0  ? "good"
		  : strcmp(same, "no") == 0 ? "bad"
					    : "off",
		  same);
	if (view->server_count > 0) {
		text_add(out, "<div class=\"pair\">\n");
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
			matrix_add(view, family, out);
		text_add(out, "</div>\n");
	}
	text_add(out, "</section>\n");
}

static void state_cell(enum chain_state state, struct text *out)
{
	text_addf(out, "<td><span class=\"mark %s\">%s</span></td>", state_class(state), screen_state(state));
}

void page_row(const struct view *view, struct text *out)
{
	text_add(out, "<tr><th scope=\"row\">");
	name_add(out, view->zone);
	text_add(out, "</th>");
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		state_cell(view->states[family], out);
	text_addf(out, "<td>%s</td></tr>\n", verdict_title(verdict_of(view)));
}

/* --- Findings --- */

/* "Means: ...\nBreaks: ...\n": paragraphs, the first word of each in bold. */
static void explanation_add(struct text *out, const char *text)
{
	while (*text != '\0') {
		char line[2048];
		size_t size = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)size, text);
		char *colon = strchr(line, ':');
		bool has_head = colon != NULL && colon - line < 8;
		if (has_head)
			*colon = '\0';
		text_add(out, has_head ? "<p><b>" : "<p>");
		html_add(out, line);
		if (has_head) {
			text_add(out, ".</b>");
			html_add(out, colon + 1);
		}
		text_add(out, "</p>");
		text += size + (text[size] == '\n');
	}
}

static void cause_add(const struct finding *finding, struct text *out)
{
	text_add(out, "<li>");
	if (finding->subject != NULL) {
		text_add(out, "<b>");
		html_add(out, finding->subject);
		text_add(out, "</b>: ");
	}
	html_add(out, finding->cause);
	if (finding->place.file != NULL) {
		text_add(out, " <span class=\"soft\">");
		html_add(out, finding->place.file);
		text_addf(out, ":%u</span>", finding->place.line);
	}
	if (finding->fix != NULL) {
		text_add(out, "<br><b>fix:</b> ");
		html_add(out, finding->fix);
	}
	text_add(out, "</li>\n");
}

/* All findings of one code and severity. */
static void code_add(const struct finding_list *findings, enum severity severity, enum finding_code code,
		     struct text *out)
{
	const struct finding_row *row = finding_row(code);
	size_t count = 0;
	for (size_t i = 0; i < finding_count(findings); i++) {
		const struct finding *finding = finding_at(findings, i);
		if (finding->code != code || finding->severity != severity)
			continue;
		if (count++ == 0) {
			text_addf(out, "<article class=\"finding %s\"><h4><code>%s</code>", severity_text(severity),
				  row->code);
			html_add(out, row->title);
			text_add(out, "</h4><ul>\n");
		}
		if (count <= CAUSES_SHOWN)
			cause_add(finding, out);
	}
	if (count == 0)
		return;
	text_add(out, "</ul>");
	if (count > CAUSES_SHOWN)
		text_addf(out, "<p class=\"soft\">and %zu more</p>", count - CAUSES_SHOWN);
	text_add(out, "<details><summary>What it means, and what to do</summary>");
	explanation_add(out, row->explanation);
	text_add(out, "<p class=\"soft\">");
	html_add(out, row->reference);
	text_add(out, "</p></details></article>\n");
}

static void findings_add(const struct finding_list *findings, struct text *out)
{
	static const char *const titles[] = {
		[SEVERITY_NOTICE] = "Notices", [SEVERITY_WARNING] = "Warnings", [SEVERITY_ERROR] = "Errors"};
	if (finding_count(findings) == 0)
		text_add(out, "<h3>Findings</h3><p>None.</p>\n");
	for (int severity = SEVERITY_ERROR; severity >= SEVERITY_NOTICE; severity--) {
		size_t count = finding_count_severity(findings, (enum severity)severity);
		if (count == 0)
			continue;
		text_addf(out, "<h3>%s (%zu)</h3>\n", titles[severity], count);
		for (size_t code = 0; code < FINDING_CODE_COUNT; code++) {
			if (finding_count_code(findings, (enum finding_code)code) > 0)
				code_add(findings, (enum severity)severity, (enum finding_code)code, out);
		}
	}
}

/* --- The whole --- */

static void head_add(const struct audit *audit, struct text *out)
{
	text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>Audit of ");
	if (audit->count == 1)
		name_add(out, audit->targets[0].zone);
	else
		text_addf(out, "%zu zones", audit->count);
	text_addf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n<header><h1>", page_style);
	text_add(out, "Who can resolve ");
	if (audit->count == 1)
		name_add(out, audit->targets[0].zone);
	else
		text_addf(out, "these %zu zones", audit->count);
	text_add(out,
		 "?</h1>\n<p class=\"soft\">An audit by sextant: the way from the root to the zone, walked over each "
		 "address family alone.</p></header>\n");
}

static void vantages_head(const struct audit *audit, struct text *out)
{
	text_add(out, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">zone</th>");
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (size_t i = 0; i < audit->book_count; i++) {
			text_addf(out, "<th scope=\"col\">%s from ", family_title(family));
			html_add(out, audit->books[i].label);
			text_add(out, "</th>");
		}
	}
	text_add(out, "</tr></thead><tbody>\n");
}

/* Side by side, what each vantage point saw. */
static void vantages_add(const struct audit *audit, const struct finding_list *differences, struct text *out)
{
	text_add(out, "<section><h2>Seen from each vantage point</h2>\n");
	vantages_head(audit, out);
	for (size_t zone = 0; zone < audit->count; zone++) {
		text_add(out, "<tr><th scope=\"row\">");
		name_add(out, audit->targets[zone].zone);
		text_add(out, "</th>");
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			for (size_t i = 0; i < audit->book_count; i++)
				state_cell(audit->books[i].states[zone][family], out);
		}
		text_add(out, "</tr>\n");
	}
	text_add(out, "</tbody></table></div>\n");
	if (finding_count(differences) > 0)
		findings_add(differences, out);
	else
		text_add(out, "<p>Where more than one of them could see, they agree.</p>\n");
	text_add(out, "</section>\n");
}

static void families_add(const struct audit *audit, const struct audit_book *book, struct text *out)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		bool is_reached = false;
		for (size_t i = 0; i < audit->count; i++)
			is_reached = is_reached || book->states[i][family] != CHAIN_UNTESTED;
		text_addf(out, "%s%s %s", family == FAMILY_IPV6 ? "" : ", ", family_title(family),
			  is_reached ? "yes" : "no (not tested)");
	}
}

static void asking_add(const struct audit *audit, const struct audit_book *book, struct text *out)
{
	size_t counts[QUESTION_TRANSPORT_COUNT] = {0}, silent = 0;
	char time[CLOCK_TEXT_MAX];
	for (size_t i = 0; i < facts_count(book->facts); i++) {
		const struct fact *fact = facts_at(book->facts, i);
		counts[fact->question.transport]++;
		silent += fact->state == FACT_SILENT || fact->state == FACT_REFUSED;
	}
	clock_text(book->options.now_s * 1000000, time);
	text_addf(out, "<h3>How it was asked</h3>\n<dl><dt>when</dt><dd>%.19sZ</dd><dt>from</dt><dd>", time);
	html_add(out, book->label);
	text_add(out, "</dd><dt>families of that host</dt><dd>");
	families_add(audit, book, out);
	text_addf(out,
		  "</dd><dt>questions</dt><dd>%zu: %zu over UDP, %zu over TCP; %zu without a reply</dd>"
		  "<dt>sizes</dt><dd>EDNS allows 1232 octets, and 512 where that is met with silence</dd></dl>\n",
		  facts_count(book->facts), counts[QUESTION_UDP], counts[QUESTION_TCP], silent);
}

static const char legend[] = "<p class=\"soft\">glue: the delegation has the address; zone: the zone has it; udp, tcp: "
			     "it answers for the zone; 1232: "
			     "also where 1232 octets are allowed; same: serial and NS set are those of the first "
			     "server; &ndash;: not needed, or not "
			     "tested.</p>\n";

static void book_add(const struct audit *audit, const struct page_book *from, struct text *out)
{
	text_add(out, "<section>");
	if (audit->book_count > 1) {
		text_add(out, "<h2>From ");
		html_add(out, from->book->label);
		text_add(out, "</h2>\n");
	}
	if (audit->count > 1) {
		text_add(out,
			 "<table class=\"zones\"><thead><tr><th scope=\"col\">zone</th><th scope=\"col\">IPv6</th><th "
			 "scope=\"col\">IPv4</th><th scope=\"col\">resolved over</th></tr></thead><tbody>\n");
		text_add(out, text_string(from->rows));
		text_add(out, "</tbody></table>\n");
	}
	text_add(out, text_string(from->zones));
	if (from->zones->size > 0)
		text_add(out, legend);
	page_services(from->services, out);
	findings_add(from->findings, out);
	if (from->summary != NULL)
		page_summary(from->summary, out);
	asking_add(audit, from->book, out);
	text_add(out, "</section>\n");
}

void page_write(const struct audit *audit, const struct page_book *books, const struct finding_list *differences,
		struct text *out)
{
	head_add(audit, out);
	if (audit->book_count > 1)
		vantages_add(audit, differences, out);
	for (size_t i = 0; i < audit->book_count; i++)
		book_add(audit, &books[i], out);
	text_add(out, "</main>\n</body>\n</html>\n");
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/page.h"

#include <stdio.h>

#define OPERATORS_SHOWN 50

static void row_add(struct text *out, const char *label, size_t count, size_t whole)
{
	text_add(out, "<tr><td>");
	html_add(out, label);
	text_addf(out, "</td><td class=\"number\">%zu</td><td class=\"number\">%.1f %%</td></tr>\n", count,
		  whole > 0 ? (double)count * 100 / (double)whole : 0);
}

static void codes_add(struct text *out, const size_t counts[FINDING_CODE_COUNT], size_t whole)
{
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++) {
		const struct finding_row *row = finding_row((enum finding_code)code);
		if (counts[code] == 0)
			continue;
		text_addf(out, "<tr><td><code>%s</code> ", row->code);
		html_add(out, row->title);
		text_addf(out, "</td><td class=\"number\">%zu</td><td class=\"number\">%.1f %%</td></tr>\n",
			  counts[code], whole > 0 ? (double)counts[code] * 100 / (double)whole : 0);
	}
}

static void table_start(struct text *out, const char *caption)
{
	text_addf(out, "<table><caption>%s</caption><tbody>\n", caption);
}

static void table_end(struct text *out)
{
	text_add(out, "</tbody></table>\n");
}

static void family_add(struct summary *summary, enum family family, struct text *out)
{
	char caption[120];
	const struct summary_family *side = &summary->families[family];
	if (side->unresolvable == 0)
		return;
	snprintf(caption, sizeof(caption), "Why %zu cannot be resolved over %s alone", side->unresolvable,
		 family_title(family));
	table_start(out, caption);
	codes_add(out, side->causes, side->unresolvable);
	row_add(out, "broken: an address of the family is published for a server", side->meant, side->unresolvable);
	row_add(out, "not meant: none is", side->unresolvable - side->meant, side->unresolvable);
	table_end(out);
	summary_sort(summary, family);
	text_addf(out, "<p>Of %zu operators, %zu hold %zu of these zones.</p>\n", summary->operator_count,
		  summary_tenth(summary), summary_held(summary, family, summary_tenth(summary)));
}

static void operators_add(struct summary *summary, struct text *out)
{
	summary_sort(summary, FAMILY_IPV6);
	text_add(out,
		 "<table><caption>Operators: the zones that most of the name servers of a zone are named in</caption>"
		 "<thead><tr><th scope=\"col\">operator</th><th scope=\"col\" class=\"number\">zones</th>"
		 "<th scope=\"col\" class=\"number\">not over IPv6</th><th scope=\"col\" class=\"number\">not over "
		 "IPv4</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < summary->operator_count && i < OPERATORS_SHOWN; i++) {
		char name[NAME_TEXT_MAX];
		const struct summary_operator *operator= summary->operators[i];
		text_add(out, "<tr><th scope=\"row\">");
		html_add(out, view_name_text(operator->name, name));
		text_addf(out,
			  "</th><td class=\"number\">%zu</td><td class=\"number\">%zu</td><td "
			  "class=\"number\">%zu</td></tr>\n",
			  operator->zones, operator->unresolvable[FAMILY_IPV6], operator->unresolvable[FAMILY_IPV4]);
	}
	table_end(out);
}

void page_summary(struct summary *summary, struct text *out)
{
	text_add(out, "<h3>In figures</h3>\n");
	table_start(out, "Zones, by who can resolve them");
	for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		if (summary->verdicts[verdict] > 0)
			row_add(out, verdict_title(verdict), summary->verdicts[verdict], summary->zones);
	}
	table_end(out);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		family_add(summary, family, out);
	operators_add(summary, out);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/summary.h"

#include <stdio.h>

#define OPERATORS_SHOWN 10

static double share_of(size_t part, size_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 0;
}

static void row_text(struct text *out, const char *label, size_t count, size_t whole)
{
	size_t start = out->size;
	text_addf(out, "  %s ", label);
	text_pad_to(out, start, 76);
	text_addf(out, " %7zu  %5.1f %%\n", count, share_of(count, whole) * 100);
}

static void code_text(struct text *out, size_t code, size_t count, size_t whole)
{
	char label[120];
	const struct finding_row *row = finding_row((enum finding_code)code);
	snprintf(label, sizeof(label), "%-6s  %s", row->code, row->title);
	row_text(out, label, count, whole);
}

static void family_text_add(const struct summary_family *side, enum family family, struct text *out)
{
	if (side->unresolvable == 0)
		return;
	text_addf(out, "\nnot resolvable over %s alone: %zu zone%s, and why\n", family_title(family),
		  side->unresolvable, side->unresolvable == 1 ? "" : "s");
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++) {
		if (side->causes[code] > 0)
			code_text(out, code, side->causes[code], side->unresolvable);
	}
	row_text(out, "broken: an address of the family is published for a server", side->meant, side->unresolvable);
	row_text(out, "not meant: none is", side->unresolvable - side->meant, side->unresolvable);
}

static void operators_text(struct summary *summary, struct text *out)
{
	size_t tenth = summary_tenth(summary);
	text_addf(out, "\noperators (zones that name servers are named in): %zu\n", summary->operator_count);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		size_t whole = summary->families[family].unresolvable;
		summary_sort(summary, family);
		size_t held = summary_held(summary, family, tenth);
		if (whole > 0)
			text_addf(out,
				  "  10 %% of them (%zu) hold %.1f %% of the zones that %s-only resolvers cannot "
				  "resolve\n",
				  tenth, share_of(held, whole) * 100, family_title(family));
	}
	summary_sort(summary, FAMILY_IPV6);
	for (size_t i = 0; i < summary->operator_count && i < OPERATORS_SHOWN; i++) {
		char name[NAME_TEXT_MAX];
		const struct summary_operator *at = summary->operators[i];
		size_t start = out->size;
		text_addf(out, "  %s ", view_name_text(at->name, name));
		text_pad_to(out, start, 40);
		text_addf(out, " %7zu zone%s, not over IPv6 %zu, not over IPv4 %zu\n", at->zones,
			  at->zones == 1 ? "" : "s", at->unresolvable[FAMILY_IPV6], at->unresolvable[FAMILY_IPV4]);
	}
}

void summary_text(struct summary *summary, struct text *out)
{
	text_addf(out, "\nsummary of %zu zones: who can resolve them\n", summary->zones);
	for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		if (summary->verdicts[verdict] > 0)
			row_text(out, verdict_title(verdict), summary->verdicts[verdict], summary->zones);
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		family_text_add(&summary->families[family], family, out);
	text_addf(out, "\nzones with a finding of\n");
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++) {
		if (summary->codes[code] > 0)
			code_text(out, code, summary->codes[code], summary->zones);
	}
	operators_text(summary, out);
}

/* --- JSON --- */

static void codes_json(struct json_writer *json, const char *key, const size_t counts[FINDING_CODE_COUNT])
{
	json_begin_object(json, key);
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++) {
		if (counts[code] > 0)
			json_number(json, finding_row((enum finding_code)code)->code, (int64_t)counts[code]);
	}
	json_end_object(json);
}

static void family_json(struct summary *summary, enum family family, struct json_writer *json)
{
	const struct summary_family *side = &summary->families[family];
	summary_sort(summary, family);
	size_t held = summary_held(summary, family, summary_tenth(summary));
	json_begin_object(json, family_text(family));
	json_number(json, "unresolvable", (int64_t)side->unresolvable);
	json_number(json, "broken", (int64_t)side->meant);
	json_number(json, "not_meant", (int64_t)(side->unresolvable - side->meant));
	codes_json(json, "causes", side->causes);
	codes_json(json, "broken_causes", side->meant_causes);
	json_begin_object(json, "concentration");
	json_number(json, "operators", (int64_t)summary_tenth(summary));
	json_number(json, "zones", (int64_t)held);
	json_decimal(json, "share", share_of(held, side->unresolvable));
	json_end_object(json);
	json_end_object(json);
}

void summary_json(struct summary *summary, struct json_writer *json)
{
	json_begin_object(json, "summary");
	json_number(json, "zones", (int64_t)summary->zones);
	json_begin_object(json, "verdicts");
	for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
		json_number(json, verdict_text(verdict), (int64_t)summary->verdicts[verdict]);
	json_end_object(json);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		family_json(summary, family, json);
	codes_json(json, "codes", summary->codes);
	summary_sort(summary, FAMILY_IPV6);
	json_begin_array(json, "operators");
	for (size_t i = 0; i < summary->operator_count; i++) {
		char name[NAME_TEXT_MAX];
		const struct summary_operator *operator= summary->operators[i];
		json_begin_object(json, NULL);
		json_text(json, "operator", view_name_text(operator->name, name));
		json_number(json, "zones", (int64_t) operator->zones);
		json_number(json, "ipv6_unresolvable", (int64_t) operator->unresolvable[FAMILY_IPV6]);
		json_number(json, "ipv4_unresolvable", (int64_t) operator->unresolvable[FAMILY_IPV4]);
		json_end_object(json);
	}
	json_end_array(json);
	json_end_object(json);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "finding/report.h"

#include <stdio.h>

#define COLUMNS_USUAL 100
#define COLUMNS_LEAST 40
#define INDENT 8 /* under the severity, where cause, excerpt and fix stand */

enum color { COLOR_SEVERITY, COLOR_CARET, COLOR_FIX };

struct page {
	struct text *out;
	const struct report_options *options;
	unsigned columns;
};

/* --- Pieces of a line --- */

static void color_start(struct page *page, enum color color, enum severity severity)
{
	static const char *const severities[] = {
		[SEVERITY_NOTICE] = "\033[1;36m", [SEVERITY_WARNING] = "\033[1;33m", [SEVERITY_ERROR] = "\033[1;31m"};
	if (!page->options->is_color)
		return;
	text_add(page->out, color == COLOR_SEVERITY ? severities[severity]
			    : color == COLOR_CARET  ? "\033[32m"
						    : "\033[1m");
}

static void color_end(struct page *page)
{
	if (page->options->is_color)
		text_add(page->out, "\033[0m");
}

static void add_indent(struct page *page, size_t columns)
{
	for (size_t i = 0; i < columns; i++)
		text_add_char(page->out, ' ');
}

/* Words of a line, broken before the right edge. at: the column where the first one goes. */
static void add_wrapped_line(struct page *page, const char *line, size_t size, size_t at, size_t indent)
{
	bool is_first = true;
	while (size > 0) {
		const char *space = memchr(line, ' ', size);
		size_t word = space == NULL ? size : (size_t)(space - line);
		if (!is_first && at + 1 + word > page->columns) {
			text_add_char(page->out, '\n');
			add_indent(page, indent);
			at = indent;
		} else if (!is_first) {
			text_add_char(page->out, ' ');
			at++;
		}
		at += text_add_clean(page->out, line, word);
		is_first = false;
		line += word;
		size -= word;
		for (; size > 0 && *line == ' '; size--)
			line++;
	}
}

/* Paragraphs; a line that starts with a blank is kept as it is (an example to copy). */
static void add_wrapped(struct page *page, const char *text, size_t at, size_t indent)
{
	for (bool is_first = true; text != NULL && *text != '\0'; is_first = false) {
		size_t size = strcspn(text, "\n");
		if (!is_first && size > 0)
			add_indent(page, indent);
		if (text[0] == ' ')
			text_add_clean(page->out, text, size);
		else
			add_wrapped_line(page, text, size, is_first ? at : indent, indent);
		text_add_char(page->out, '\n');
		text += size + (text[size] == '\n');
	}
}

/* --- One finding --- */

/* "zones/example.com.zone:6:1" */
static void add_place(struct page *page, const struct place *place)
{
	text_add_clean(page->out, place->file, strlen(place->file));
	if (place->line > 0)
		text_addf(page->out, ":%u", place->line);
	if (place->line > 0 && place->column > 0)
		text_addf(page->out, ":%u", place->column);
}

/* The part of a long line that holds the place; *column becomes the octets before it in that part. */
static const char *excerpt_window(const char *line, size_t room, size_t *column, size_t *ret_size)
{
	size_t size = strlen(line), start = 0;
	if (*column > size)
		*column = size;
	if (size > room && *column > room / 2)
		start = *column - room / 2;
	while (start > 0 && ((uint8_t)line[start] & 0xc0) == 0x80)
		start--;
	*column -= start;
	*ret_size = size - start < room ? size - start : room;
	return line + start;
}

static void add_caret(struct page *page, const char *line, size_t size, size_t column, uint32_t width)
{
	struct text before = {0};
	size_t columns = text_add_clean(&before, line, column);
	text_free(&before);
	add_indent(page, columns);
	color_start(page, COLOR_CARET, SEVERITY_NOTICE);
	text_add_char(page->out, '^');
	for (uint32_t i = 1; i < width && column + i < size; i++)
		text_add_char(page->out, '~');
	color_end(page);
	text_add_char(page->out, '\n');
}

static void add_excerpt(struct page *page, const struct finding *finding)
{
	const struct place *place = &finding->place;
	if (finding->excerpt == NULL || place->line == 0)
		return;
	char number[16];
	int digits = snprintf(number, sizeof(number), "%u", place->line);
	size_t column = place->column > 0 ? place->column - 1 : 0, size;
	size_t room = page->columns - INDENT - (size_t)digits - 3;
	const char *line = excerpt_window(finding->excerpt, room, &column, &size);
	add_indent(page, INDENT);
	text_addf(page->out, "%s | ", number);
	text_add_clean(page->out, line, size);
	text_add_char(page->out, '\n');
	if (place->column == 0)
		return;
	add_indent(page, INDENT + (size_t)digits);
	text_add(page->out, " | ");
	add_caret(page, line, size, column, place->width);
}

static void add_finding(struct page *page, const struct finding *finding)
{
	const char *severity = severity_text(finding->severity), *code = finding_row(finding->code)->code;
	color_start(page, COLOR_SEVERITY, finding->severity);
	text_addf(page->out, "%-7s", severity);
	color_end(page);
	text_addf(page->out, " %s  ", code);
	if (finding->place.file != NULL) {
		add_place(page, &finding->place);
		text_add_char(page->out, '\n');
		add_excerpt(page, finding);
		add_indent(page, INDENT);
		add_wrapped(page, finding->cause, INDENT, INDENT);
	} else {
		add_wrapped(page, finding->cause, INDENT + strlen(code) + 2, INDENT);
	}
	if (finding->fix == NULL)
		return;
	add_indent(page, INDENT);
	color_start(page, COLOR_FIX, finding->severity);
	text_add(page->out, "fix:");
	color_end(page);
	text_add_char(page->out, ' ');
	if (strncmp(finding->fix, "sextant ", 8) == 0) { /* a command is there to be copied: it stays on its line */
		text_add_clean(page->out, finding->fix, strlen(finding->fix));
		text_add_char(page->out, '\n');
	} else {
		add_wrapped(page, finding->fix, INDENT + 5, INDENT + 5);
	}
}

/* --- The report --- */

static void add_number(struct text *out, size_t number)
{
	char digits[24];
	int size = snprintf(digits, sizeof(digits), "%zu", number);
	for (int i = 0; i < size; i++) {
		text_add_char(out, digits[i]);
		if (i + 1 < size && (size - i - 1) % 3 == 0)
			text_add_char(out, ',');
	}
}

static void add_fold(struct page *page, enum finding_code code, size_t more)
{
	add_indent(page, INDENT);
	text_add(page->out, "... and ");
	add_number(page->out, more);
	text_addf(page->out, " more %s (%s); --json lists them all\n", finding_row(code)->code,
		  finding_row(code)->title);
}

static void add_count(struct text *out, size_t count, const char *noun, const char *before)
{
	text_add(out, before);
	add_number(out, count);
	text_addf(out, " %s%s", noun, count == 1 ? "" : "s");
}

static void add_summary(struct page *page, const struct finding_list *list)
{
	struct text *out = page->out;
	const char *before = out->size > 0 ? "\n" : "";
	bool is_clean = true;
	for (int severity = SEVERITY_ERROR; severity >= SEVERITY_NOTICE; severity--) {
		size_t count = finding_count_severity(list, (enum severity)severity);
		if (count == 0)
			continue;
		add_count(out, count, severity_text((enum severity)severity), before);
		before = ", ";
		is_clean = false;
	}
	if (is_clean)
		text_addf(out, "%sno findings", before);
	if (page->options->zone_count > 0)
		add_count(out, page->options->zone_count, "zone", " in ");
	if (page->options->elapsed_us > 0)
		text_addf(out, " (%.2f s)", (double)page->options->elapsed_us / 1e6);
	text_add_char(out, '\n');
}

void finding_report_text(const struct finding_list *list, const struct report_options *options, struct text *out)
{
	struct page page = {.out = out, .options = options, .columns = options->columns};
	if (page.columns == 0)
		page.columns = COLUMNS_USUAL;
	if (page.columns < COLUMNS_LEAST)
		page.columns = COLUMNS_LEAST;
	size_t shown[FINDING_CODE_COUNT] = {0};
	for (size_t i = 0; i < finding_count(list); i++) {
		const struct finding *finding = finding_at(list, i);
		size_t total = finding_count_code(list, finding->code);
		bool is_folded = total > REPORT_FOLD_OVER && !options->is_unfolded;
		if (finding->severity < options->least || (is_folded && shown[finding->code] == REPORT_FOLD_SHOWN))
			continue;
		add_finding(&page, finding);
		shown[finding->code]++;
		if (is_folded && shown[finding->code] == REPORT_FOLD_SHOWN)
			add_fold(&page, finding->code, total - REPORT_FOLD_SHOWN);
	}
	if (options->has_summary)
		add_summary(&page, list);
}

void finding_report_paragraphs(const char *text, unsigned columns, struct text *out)
{
	struct report_options options = {0};
	struct page page = {
		.out = out, .options = &options, .columns = columns >= COLUMNS_LEAST ? columns : COLUMNS_USUAL};
	add_wrapped(&page, text, 0, 0);
}

void finding_report_explanation(const struct finding_row *row, unsigned columns, struct text *out)
{
	text_addf(out, "%s  %s\n", row->code, row->title);
	text_addf(out, "usual severity %s", severity_text(row->severity));
	if (row->reference[0] != '\0')
		text_addf(out, "; see %s", row->reference);
	text_add(out, "\n\n");
	finding_report_paragraphs(row->explanation, columns, out);
}

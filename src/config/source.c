/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/source.h"

#include <stdarg.h>
#include <stdio.h>

struct span source_line(const struct source *source, uint32_t line)
{
	struct span rest = source->text;
	for (; line > 1 && rest.size > 0; line--) {
		const uint8_t *end = memchr(rest.data, '\n', rest.size);
		size_t size = end != NULL ? (size_t)(end - rest.data) + 1 : rest.size;
		rest = span_of(rest.data + size, rest.size - size);
	}
	const uint8_t *end = rest.size > 0 ? memchr(rest.data, '\n', rest.size) : NULL;
	if (end != NULL)
		rest.size = (size_t)(end - rest.data);
	if (rest.size > 0 && rest.data[rest.size - 1] == '\r')
		rest.size--;
	return rest;
}

void source_report(struct source *source, enum finding_code code, struct mark mark, const char *subject,
		   const char *fix, const char *cause_format, ...)
{
	char cause[512];
	va_list arguments;
	va_start(arguments, cause_format);
	vsnprintf(cause, sizeof(cause), cause_format, arguments);
	va_end(arguments);
	struct place place = {.file = source->file, .line = mark.line, .column = mark.column, .width = mark.width};
	struct finding *finding = finding_add(source->findings, code, place, subject, fix, "%s", cause);
	if (finding_row(code)->severity == SEVERITY_ERROR)
		source->error_count++;
	if (finding == NULL || mark.line == 0)
		return;
	struct span line = source_line(source, mark.line);
	finding_set_excerpt(source->findings, finding, (const char *)line.data, line.size);
}

/* Octets of the UTF-8 character at text (RFC 3629 4); 0: broken, or a control character. */
static size_t character_size(const uint8_t *text, size_t size)
{
	if (text[0] < 0x80)
		return text[0] >= 0x20 && text[0] != 0x7f ? 1 : strchr("\t\n\r", text[0]) != NULL && text[0] != 0;
	size_t wanted = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
	if (text[0] < 0xc2 || text[0] > 0xf4 || size < wanted)
		return 0;
	for (size_t i = 1; i < wanted; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Longer than needed, surrogates, C1 controls, above U+10FFFF. */
	bool is_bad = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
		      (text[0] == 0xc2 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90) ||
		      (text[0] == 0xf4 && text[1] > 0x8f);
	return is_bad ? 0 : wanted;
}

bool source_is_text(struct source *source)
{
	struct mark mark = {.line = 1, .column = 1, .width = 1};
	for (size_t at = 0; at < source->text.size; mark.column++) {
		const uint8_t *octets = source->text.data + at;
		size_t size = character_size(octets, source->text.size - at);
		if (size == 0) {
			source_report(source, FINDING_CONFIG_SYNTAX, mark, NULL, "save the file as UTF-8",
				      "The octet 0x%02x is no UTF-8 text.", *octets);
			return false;
		}
		if (*octets == '%' && mark.column == 1) {
			source_report(source, FINDING_CONFIG_SYNTAX, mark, NULL, NULL,
				      "Directives (%%YAML) are not used in this file.");
			return false;
		}
		at += size;
		if (*octets == '\n')
			mark = (struct mark){.line = mark.line + 1, .column = 0, .width = 1};
	}
	return true;
}

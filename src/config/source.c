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
	struct place place = {
		.file = source->file, .line = mark.line, .column = mark.column, .width = mark.width};
	struct finding *finding = finding_add(source->findings, code, place, subject, fix, "%s", cause);
	if (finding_row(code)->severity == SEVERITY_ERROR)
		source->error_count++;
	if (finding == NULL || mark.line == 0)
		return;
	struct span line = source_line(source, mark.line);
	finding_set_excerpt(source->findings, finding, (const char *)line.data, line.size);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of a configuration file, and findings that point into it.
 * Borrowed: the text and the list belong to the caller.
 * Never stops anything: errors are counted, the loader goes on and reports them all.
 */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include "base/span.h"
#include "finding/finding.h"

struct mark {
	uint32_t line, column; /* from 1; 0: not in the file */
	uint32_t width;        /* characters */
};

struct source {
	const char *file;
	struct span text;
	struct finding_list *findings;
	size_t error_count;
};

/* A finding at mark, with its line as the excerpt. subject and fix may be NULL. */
void source_report(struct source *source, enum finding_code code, struct mark mark, const char *subject,
		   const char *fix, const char *cause_format, ...) PRINTF_LIKE(6, 7);
/*
 * Is it text that can be given to a YAML parser: UTF-8 without control characters, no directives ("%" in front of a
 * line)? False: reported. libfyaml 0.7 never returns from a directive with broken UTF-8 in it.
 */
bool source_is_text(struct source *source);
/* The text of a line, without its end. */
struct span source_line(const struct source *source, uint32_t line);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an audit saw of a zone, as a table for people and as JSON.
 * Borrowed: appends to the caller's text.
 * Never shows what could not be tested as fine, nor as missing.
 */
#ifndef CLI_AUDIT_SCREEN_H
#define CLI_AUDIT_SCREEN_H

#include "audit/view.h"

#define SCREEN_COLUMNS 6
const char *screen_column(unsigned index); /* "glue" */
/* What the legend explains, for each column: of a server with several addresses the worst. */
void screen_cells(const struct view *view, const struct view_server *server, enum family family,
		  const char *ret[SCREEN_COLUMNS]);
const char *screen_state(enum chain_state state); /* "yes" */
const char *screen_same(const struct view *view); /* is the data the same everywhere? "yes" */
void screen_zone(const struct view *view, struct text *out);
/* The line that says it in short: what resolvers of each kind get. */
void screen_result(const struct view *view, struct text *out);
void screen_legend(struct text *out);
void screen_json(const struct view *view, struct json_writer *json);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an audit saw of a zone, as a table for people and as JSON.
 * Borrowed: appends to the caller's text.
 * Never shows what could not be tested as fine, nor as missing.
 */
#ifndef CLI_AUDIT_SCREEN_H
#define CLI_AUDIT_SCREEN_H

#include "audit/view.h"

void screen_zone(const struct view *view, struct text *out);
/* The line that says it in short: what resolvers of each kind get. */
void screen_result(const struct view *view, struct text *out);
void screen_legend(struct text *out);
void screen_json(const struct view *view, struct json_writer *json);

#endif

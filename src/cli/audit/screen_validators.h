/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What validating resolvers said of a zone, as lines for people and as JSON.
 * Borrowed: appends to the caller's text.
 * Never lets their own words reach the terminal but as printable text.
 */
#ifndef CLI_AUDIT_SCREEN_VALIDATORS_H
#define CLI_AUDIT_SCREEN_VALIDATORS_H

#include "audit/view.h"

void screen_validators(const struct view *view, struct text *out);
/* "validators": one object each; nothing where none was asked. */
void screen_validators_json(const struct view *view, struct json_writer *json);

#endif

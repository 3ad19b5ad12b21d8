/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manual pages in mdoc, made from the rows of commands, options and findings.
 * Stateless.
 * Never holds a fact twice: what a row says is taken from the row.
 */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "base/text.h"

/* page: "sextant.1", "sextantd.8", "sextant.yaml.5", "sextant-findings.7". ERR_NOT_FOUND: no such page. */
int manual_write(const char *page, struct text *out) MUST_USE;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options as a JSON Schema (draft 2020-12), for editors.
 * Stateless: made from the rows.
 * Never stricter than the loader: what it refuses, the loader refuses, too.
 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include "base/text.h"

void config_schema(struct text *out);

#endif

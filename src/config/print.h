/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A loaded configuration as text again: YAML for people, JSON for programs, one line an option for comparing.
 * Borrowed: reads the configuration, appends to the caller's text.
 * Never prints a secret: those are in files of their own, and only the files' paths are options.
 */
#ifndef CONFIG_PRINT_H
#define CONFIG_PRINT_H

#include "base/text.h"
#include "config/config.h"

/* is_effective: with the defaults, too. In the order of options.def. */
void config_print_yaml(const struct config *config, bool is_effective, struct text *out);
/* As the member "config" of an open object. */
void config_print_json(const struct config *config, bool is_effective, struct json_writer *json);
/* The effective options, a line each: "services.public.listen: [::1@5300]\n". */
void config_print_lines(const struct config *config, struct text *out);

#endif

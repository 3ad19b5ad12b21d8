/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operator's alert rules: a YAML file of its own, which observability.alerts.rules names.
 * Owned: rules_file_load/rules_file_free; the rules are borrowed from it.
 * Never half good: a file with a fault gives findings that say where, and no rules.
 */
#ifndef CONFIG_ALERTS_RULES_FILE_H
#define CONFIG_ALERTS_RULES_FILE_H

#include "alerts/rules.h"
#include "finding/finding.h"

struct rules_file;

/* ERR_SYNTAX: no YAML; ERR_FINDINGS; -errno: it cannot be read. */
int rules_file_load(const char *path, struct finding_list *findings, struct rules_file **ret) MUST_USE;
int rules_file_load_text(const char *path, struct span text, struct finding_list *findings,
			 struct rules_file **ret) MUST_USE;
void rules_file_free(struct rules_file *file); /* NULL is fine */
const struct alert_rules *rules_file_rules(const struct rules_file *file);
/* Where any of them is sent to by name: enum alert_sink. */
unsigned rules_file_sinks(const struct rules_file *file);

#endif

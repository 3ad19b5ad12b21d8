/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the loader of alert rules: the keys of a rule and of a threshold as rows, each with its reader.
 * Lives for one rules_file_load; what is read lies in its arena.
 * Never leaves a value half written: a reader stores it whole or reports.
 */
#ifndef CONFIG_ALERTS_RULES_READER_H
#define CONFIG_ALERTS_RULES_READER_H

#include "alerts/rules.h"
#include "config/yaml.h"

#define RULE_DURATION_MAX_S 86400

struct rules_reader {
	struct source *source;
	struct arena *arena;
	unsigned sinks; /* that any rule names */
};

struct rule_key {
	const char *key;
	const char *wants; /* what may be written */
	/* ERR_FINDINGS: reported; -ENOMEM. */
	int (*read)(struct rules_reader *reader, const struct rule_key *key, const struct yaml_node *node, void *into);
	size_t offset; /* of the member in `into` */
	bool is_required;
};

extern const struct rule_key rule_keys[];      /* into struct alert_rule; ends with a NULL key */
extern const struct rule_key threshold_keys[]; /* into struct alert_threshold */

/* Reads a block by its rows; unknown and missing keys are findings. -ENOMEM. */
int rules_block_read(struct rules_reader *reader, const struct rule_key *keys, const struct yaml_node *block,
		     const char *what, void *into) MUST_USE;

/* Reports that the value is not what the row wants. ERR_FINDINGS. */
int rule_refuse(struct rules_reader *reader, const struct rule_key *key, const struct yaml_node *node);

/* The readers of rule_values.c. */
#define RULE_READER(name)                                                                                              \
	int name(struct rules_reader *reader, const struct rule_key *key, const struct yaml_node *node, void *into)
RULE_READER(rule_read_signal);
RULE_READER(rule_read_text);
RULE_READER(rule_read_name);
RULE_READER(rule_read_stream);
RULE_READER(rule_read_level);
RULE_READER(rule_read_duration);
RULE_READER(rule_read_off);
RULE_READER(rule_read_by);
RULE_READER(rule_read_rate);
RULE_READER(rule_read_share);
RULE_READER(rule_read_where);
RULE_READER(rule_read_mutes);
RULE_READER(rule_read_sinks);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the loader: what the readers of the option kinds share.
 * Lives for one config_load.
 * Never leaves a value half written: a reader stores it whole or reports.
 */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "config/config.h"
#include "config/option.h"
#include "config/yaml.h"

struct loader {
	struct source *source;
	struct arena *arena;
	struct config *config;
	const char *folder; /* of the file: relative paths start here */
	struct yaml_node *tree;
	const struct config_load_options *options;
};

/* Reads one option's value into its member. ERR_FINDINGS: reported, go on; -ENOMEM. */
int kind_read(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member) MUST_USE;
/* ERR_FINDINGS: reports that the value is not what the row wants; a bare IPv6 address gets its own finding. */
int kind_refuse(struct loader *loader, const struct option *option, const struct yaml_node *node);
/* The readers of the kinds that hold lists. */
int read_families(struct loader *loader, const struct option *option, const struct yaml_node *node,
		  void *member) MUST_USE;
int read_listen(struct loader *loader, const struct option *option, const struct yaml_node *node,
		void *member) MUST_USE;
int read_prefixes(struct loader *loader, const struct option *option, const struct yaml_node *node,
		  void *member) MUST_USE;
int read_references(struct loader *loader, const struct option *option, const struct yaml_node *node,
		    void *member) MUST_USE;

/* "a/b" below the file's folder; absolute paths stay. NULL: no memory. */
char *loader_path(struct loader *loader, const char *path);
/* name from text, copied into the arena. ERR_SYNTAX, ERR_RANGE, -ENOMEM. */
int loader_name(struct loader *loader, const char *text, struct name *ret) MUST_USE;

/* Reads the secret of each key. Reports; -ENOMEM. */
int secrets_read(struct loader *loader) MUST_USE;
/* What only shows once all values are there: addresses, families, sizes, references. Reports. */
int config_check(struct loader *loader) MUST_USE;
/* --lab: moves listeners and run_dir. */
int lab_apply(struct loader *loader) MUST_USE;

#endif

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
int read_words(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member) MUST_USE;
int read_listen(struct loader *loader, const struct option *option, const struct yaml_node *node,
		void *member) MUST_USE;
int read_endpoints(struct loader *loader, const struct option *option, const struct yaml_node *node,
		   void *member) MUST_USE;
int read_prefixes(struct loader *loader, const struct option *option, const struct yaml_node *node,
		  void *member) MUST_USE;
int read_peers(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member) MUST_USE;
int read_key(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member) MUST_USE;
int read_references(struct loader *loader, const struct option *option, const struct yaml_node *node,
		    void *member) MUST_USE;
int read_nets(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member) MUST_USE;
int read_allow(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member) MUST_USE;
int read_addresses(struct loader *loader, const struct option *option, const struct yaml_node *node,
		   void *member) MUST_USE;
int read_servers(struct loader *loader, const struct option *option, const struct yaml_node *node,
		 void *member) MUST_USE;
int read_names(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member) MUST_USE;
int read_paths(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member) MUST_USE;
int read_anchors(struct loader *loader, const struct option *option, const struct yaml_node *node,
		 void *member) MUST_USE;
int read_hints(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member) MUST_USE;
int read_hosts(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member) MUST_USE;
int read_pref64(struct loader *loader, const struct option *option, const struct yaml_node *node,
		void *member) MUST_USE;

int read_ports(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member) MUST_USE;

/* May the text stand in a path or a label: no control characters? */
bool text_is_printable(const char *text);

/* "a/b" below the file's folder; absolute paths stay. NULL: no memory. */
char *loader_path(struct loader *loader, const char *path);
/* name from text, copied into the arena. ERR_SYNTAX, ERR_RANGE, -ENOMEM. */
int loader_name(struct loader *loader, const char *text, struct name *ret) MUST_USE;

/* The service's own value of a key, as the file has it or by default. */
struct yaml_node *loader_service_key(const struct loader *loader, const struct config_service *service,
				     const char *key);

/*
 * What resolver services need beyond their own values: hints and anchors of files, forwards and stubs in one list,
 * prefixes taken over from dns64. Reports; -ENOMEM.
 */
int resolvers_fill(struct loader *loader) MUST_USE;
/* What `watch:` needs beyond its values: root hints and trust anchors of files. Reports; -ENOMEM. */
int watch_fill(struct loader *loader) MUST_USE;
/* Reports sets that ask nobody, or for what cannot be. */
void watch_check(struct loader *loader);
/* The checks of one service of role resolver. Reports; -ENOMEM. */
int resolver_check(struct loader *loader, const struct config_service *service) MUST_USE;
/* services that would ask themselves, or each other in a ring. By where listeners are at last. Reports. */
int loops_check(struct loader *loader) MUST_USE;

/* Reads the names of clients' networks. Reports; -ENOMEM. */
int sites_fill(struct loader *loader) MUST_USE;

/* Reads the rules of alerts and the headers of their webhook, and checks what must fit. Reports; -ENOMEM. */
int alerts_fill(struct loader *loader) MUST_USE;
void alerts_release(struct config_alerts *alerts); /* what does not lie in the arena */

/* Where a file with secrets is named. */
struct secret_source {
	const char *path;
	const char *subject;
	struct mark mark;
};
/* Its text without blanks at the end, NUL-terminated, in the arena. *ret stays NULL when it was refused: reported. -ENOMEM. */
int secret_file_read(struct loader *loader, const struct secret_source *source, char **ret, size_t *ret_size) MUST_USE;

/* What history and clickhouse need beyond their values: the password, and what they cannot do without. Reports; -ENOMEM. */
int history_fill(struct loader *loader) MUST_USE;
/* Reads the secret of each key, and the dashboard's token. Reports; -ENOMEM. */
int secrets_read(struct loader *loader) MUST_USE;
/* What only shows once all values are there: addresses, families, sizes, references. Reports. */
int config_check(struct loader *loader) MUST_USE;
/* --lab: moves listeners and run_dir. */
int lab_apply(struct loader *loader) MUST_USE;

#endif

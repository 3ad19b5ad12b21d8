/* SPDX-License-Identifier: BSD-2-Clause */
/* observability.sites: the file of the names of clients' networks, read and checked. */
#include "signals/sites.h"
#include "config/load.h"
#include "config/resolver_files.h"

#include <errno.h>

#define KEY "observability.sites"

int sites_fill(struct loader *loader)
{
	struct config *config = loader->config;
	struct sites *sites = NULL;
	struct sites_fault fault;
	if (config->sites_path == NULL)
		return ERR_OK;
	const struct yaml_node *node = yaml_find(yaml_find(loader->tree, "observability"), "sites");
	int err = small_file_read(loader->arena, config->sites_path, &config->sites_text);
	if (err == ERR_OK) {
		err = sites_parse(config->sites_text, &sites, &fault);
		sites_free(sites);
		if (err == ERR_SYNTAX) {
			source_report(loader->source, FINDING_CONFIG_SITES, node->mark, KEY,
				      "mend that line of the file", "%s, line %u, column %u: %s.", config->sites_path,
				      fault.line, fault.column, fault.message);
			return ERR_OK;
		}
	}
	if (err == -ENOMEM || err == ERR_OK)
		return err;
	source_report(loader->source, FINDING_CONFIG_SITES, node->mark, KEY, "create the file, or mend the path",
		      "%s: %s.", config->sites_path, err_text(err));
	return ERR_OK;
}

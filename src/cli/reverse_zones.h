/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The zones that `sextant reverse` is given: zone files, with or without origin, or zones of the configuration.
 * Owned: reverse_zones_load/reverse_zones_free.
 * Never prints findings: they go to the list, and their report is the command's.
 */
#ifndef CLI_REVERSE_ZONES_H
#define CLI_REVERSE_ZONES_H

#include "cli/cli.h"
#include "config/config.h"
#include "zone/lint.h"

struct reverse_zones {
	struct zone **zones;
	struct zone_places **places;
	size_t count;
	struct config *config; /* read when a zone is named by its name */
};

/*
 * Each spec is FILE, FILE:ORIGIN or, with a configuration, the name of one of its zones; none: all zones of the
 * configuration. EXIT_OK; EXIT_FOUND: errors are in findings; EXIT_USAGE: said on stderr.
 */
int reverse_zones_load(struct cli *cli, const char *const *specs, size_t count, struct finding_list *findings,
                       struct reverse_zones *ret);
void reverse_zones_free(struct reverse_zones *zones);

#endif

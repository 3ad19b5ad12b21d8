/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sextant signals --table`: which sensor which stream and which source can carry. `--sites`: the file of sites.
 * The sites are the caller's.
 * Never says that a source tells something because it might: rows of sensors/facts.def do.
 */
#ifndef CLI_SIGNALS_TABLE_H
#define CLI_SIGNALS_TABLE_H

#include "cli/cli.h"
#include "signals/sites.h"

int carriers_show(struct cli *cli); /* an exit code */
/* EXIT_OK, EXIT_USAGE: it was told what is wrong. */
int sites_read(struct cli *cli, const char *path, struct sites **ret);

#endif

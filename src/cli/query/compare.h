/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sextant query --compare`: the same questions in every way asked for, as a table that shows what differs.
 * Owned: the cells live for one run of the command.
 * Never calls a way tested that could not be tried: it is undetermined.
 */
#ifndef CLI_QUERY_COMPARE_H
#define CLI_QUERY_COMPARE_H

#include "cli/query/plan.h"

/* Asks, prints, and gives the exit code: 1 differs, 3 something could not be tried, 0 the same everywhere. */
int query_compare(struct cli *cli, const struct query_plan *plan);

#endif

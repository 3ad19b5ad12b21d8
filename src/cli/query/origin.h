/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sextant query --origin`: asks one server what it takes to tell native AAAA from synthesised ones, and shows it.
 * Owned: the answers live for one run of the command.
 * Never takes silence for an answer: what is missing is named as undetermined.
 */
#ifndef CLI_QUERY_ORIGIN_H
#define CLI_QUERY_ORIGIN_H

#include "cli/query/plan.h"

/* The exit code: 0 told (also when there is no AAAA), 1 the question for AAAA fails, 3 it could not be told. */
int query_origin(struct cli *cli, const struct query_plan *plan);

#endif

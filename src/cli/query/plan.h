/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sextant query` was asked to do: the command line as questions, servers and ways.
 * Owned: query_plan_new, query_plan_free. Texts are borrowed from argv.
 * Never asks anything.
 */
#ifndef CLI_QUERY_PLAN_H
#define CLI_QUERY_PLAN_H

#include "cli/cli.h"
#include "cli/query/exchange.h"
#include "cli/query/servers.h"

#define QUERY_TYPES_MAX 16
#define QUERY_SERVERS_MAX 16

/* What --compare varies. */
enum query_dimension { QUERY_FAMILY, QUERY_TRANSPORT, QUERY_SERVERS, QUERY_VALIDATION, QUERY_DIMENSION_COUNT };
extern const char *const query_dimension_texts[QUERY_DIMENSION_COUNT]; /* "family" */

struct query_plan {
	struct name_buffer name_buffer;
	struct query_question question; /* its type is filled for each question */
	struct query_way way;
	uint16_t types[QUERY_TYPES_MAX];
	size_t type_count;
	struct query_server servers[QUERY_SERVERS_MAX];
	size_t server_count;
	bool is_family_allowed[FAMILY_COUNT];
	bool is_varied[QUERY_DIMENSION_COUNT];
	bool is_compared; /* --compare was given */
	bool is_short;
	bool is_origin; /* --origin was given */
	struct tsig_key *key;
};

extern const struct cli_option query_options[];

/* EXIT_OK, or the exit code, with the reason said on stderr. */
int query_plan_new(struct cli *cli, struct query_plan **ret) MUST_USE;
void query_plan_free(struct query_plan *plan);

#endif

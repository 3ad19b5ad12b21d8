/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One question in every way that --compare asks for: asked, kept, and judged.
 * Owned: query_grid_fill, query_grid_free. The plan must outlive it.
 * Never prints.
 */
#ifndef CLI_QUERY_GRID_H
#define CLI_QUERY_GRID_H

#include "cli/query/plan.h"

/* One question asked in one way. Its place in the grid says in which. */
struct query_cell {
	size_t type;
	size_t server;
	enum family family;      /* meant only when the family is varied */
	enum transport transport;
	bool is_cd;
	bool was_asked;          /* false: there is no address of the family */
	struct query_question question;
	struct query_reply reply;
	struct text signature;
};

/*
 * All ways: rows are type x server x family, columns transport x validation. A dimension that is not varied has
 * one value. Cells lie row by row.
 */
struct query_grid {
	const struct query_plan *plan;
	const struct query_server *servers;
	size_t server_count, family_count, transport_count, validation_count;
	size_t row_count, column_count;
	struct query_cell *cells;
	struct query_server merged; /* the servers as one, when they are not what is compared */
};

/* Asks everything. EXIT_OK or EXIT_INTERNAL; query_grid_free in any case. */
int query_grid_fill(const struct query_plan *plan, struct query_grid *ret) MUST_USE;
void query_grid_free(struct query_grid *grid);

static inline struct query_cell *query_cell_at(const struct query_grid *grid, size_t row, size_t column)
{
	return &grid->cells[row * grid->column_count + column];
}

/* Could not be tried from here; says nothing about the server. */
bool query_cell_is_undetermined(const struct query_cell *cell);
/* Its own cells differ, or one differs from the first row of its type. */
bool query_row_differs(const struct query_grid *grid, size_t row);
/* The dimensions that alone make a difference for a type, as bits of enum query_dimension; when no dimension does
 * so alone, all of the pairs that differ. */
unsigned query_type_differences(const struct query_grid *grid, size_t type);

/*
 * What two answers are compared by: the rcode and the answer's records in canonical order, without TTLs and RRSIGs,
 * which differ between caches and signing runs; when there are none, the NS and SOA records of the authority section.
 */
void query_signature(const struct message *message, struct text *out);

#endif

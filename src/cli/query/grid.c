/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/grid.h"

#include <stdlib.h>

/* --- Asking --- */

static void servers_merge(struct query_grid *grid)
{
	const struct query_plan *plan = grid->plan;
	for (size_t i = 0; i < plan->server_count; i++)
		for (size_t j = 0; j < plan->servers[i].count && grid->merged.count < QUERY_ADDRESSES_MAX; j++)
			grid->merged.addresses[grid->merged.count++] = plan->servers[i].addresses[j];
	grid->servers = &grid->merged;
	grid->server_count = 1;
}

static void cell_place(const struct query_grid *grid, size_t row, size_t column, struct query_cell *cell)
{
	cell->family = (enum family)(row % grid->family_count);
	cell->server = row / grid->family_count % grid->server_count;
	cell->type = row / grid->family_count / grid->server_count;
	cell->transport = grid->transport_count == 1 ? grid->plan->way.transport
	                                             : (enum transport)(column / grid->validation_count);
	cell->is_cd = grid->validation_count == 1 ? grid->plan->question.is_cd : column % 2 == 1;
	cell->question = grid->plan->question;
	cell->question.type = grid->plan->types[cell->type];
	cell->question.is_cd = cell->is_cd;
}

static void cell_ask(const struct query_grid *grid, struct query_cell *cell)
{
	const struct query_server *server = &grid->servers[cell->server];
	struct query_way way = grid->plan->way;
	bool is_family_allowed[FAMILY_COUNT];
	way.transport = cell->transport;
	way.is_tcp_after_truncation = way.is_tcp_after_truncation && grid->transport_count == 1;
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		is_family_allowed[family] = grid->plan->is_family_allowed[family] &&
		                            (grid->family_count == 1 || family == cell->family);
	cell->was_asked = query_exchange_any(&cell->question, server->addresses, server->count, is_family_allowed, &way,
	                                     &cell->reply);
	if (!cell->was_asked)
		return;
	if (cell->reply.error == ERR_OK)
		query_signature(&cell->reply.message, &cell->signature);
	else
		text_add(&cell->signature, "no answer");
}

int query_grid_fill(const struct query_plan *plan, struct query_grid *grid)
{
	*grid = (struct query_grid){.plan = plan};
	grid->servers = plan->servers;
	grid->server_count = plan->server_count;
	if (!plan->is_varied[QUERY_SERVERS])
		servers_merge(grid);
	grid->family_count = plan->is_varied[QUERY_FAMILY] ? FAMILY_COUNT : 1;
	grid->transport_count = plan->is_varied[QUERY_TRANSPORT] ? TRANSPORT_COUNT : 1;
	grid->validation_count = plan->is_varied[QUERY_VALIDATION] ? 2 : 1;
	grid->row_count = plan->type_count * grid->server_count * grid->family_count;
	grid->column_count = grid->transport_count * grid->validation_count;
	grid->cells = calloc(grid->row_count * grid->column_count, sizeof(*grid->cells));
	if (grid->cells == NULL)
		return EXIT_INTERNAL;
	for (size_t row = 0; row < grid->row_count; row++)
		for (size_t column = 0; column < grid->column_count; column++) {
			struct query_cell *cell = query_cell_at(grid, row, column);
			cell_place(grid, row, column, cell);
			cell_ask(grid, cell);
		}
	return EXIT_OK;
}

void query_grid_free(struct query_grid *grid)
{
	for (size_t i = 0; i < grid->row_count * grid->column_count && grid->cells != NULL; i++) {
		query_reply_free(&grid->cells[i].reply);
		text_free(&grid->cells[i].signature);
	}
	free(grid->cells);
}

/* --- Judging --- */

bool query_cell_is_undetermined(const struct query_cell *cell)
{
	return !cell->was_asked || query_error_is_local(cell->reply.error);
}

/* A truncated answer is a part of one: only its rcode can be compared. */
static bool cell_is_truncated(const struct query_cell *cell)
{
	return cell->reply.error == ERR_OK && (cell->reply.message.flags & HEADER_TC) != 0;
}

static bool cells_differ(const struct query_cell *a, const struct query_cell *b)
{
	if (query_cell_is_undetermined(a) || query_cell_is_undetermined(b))
		return false;
	if (cell_is_truncated(a) || cell_is_truncated(b))
		return a->reply.error != b->reply.error ||
		       (a->reply.error == ERR_OK && a->reply.message.rcode != b->reply.message.rcode);
	return strcmp(text_string(&a->signature), text_string(&b->signature)) != 0;
}

bool query_row_differs(const struct query_grid *grid, size_t row)
{
	size_t rows_of_type = grid->server_count * grid->family_count;
	size_t first_row = row - row % rows_of_type;
	for (size_t column = 0; column < grid->column_count; column++) {
		const struct query_cell *cell = query_cell_at(grid, row, column);
		if (cells_differ(cell, query_cell_at(grid, row, 0)) || cells_differ(cell, query_cell_at(grid, first_row, column)))
			return true;
	}
	return false;
}

static unsigned dimensions_apart(const struct query_cell *a, const struct query_cell *b)
{
	return (a->family != b->family ? 1u << QUERY_FAMILY : 0) | (a->server != b->server ? 1u << QUERY_SERVERS : 0) |
	       (a->transport != b->transport ? 1u << QUERY_TRANSPORT : 0) |
	       (a->is_cd != b->is_cd ? 1u << QUERY_VALIDATION : 0);
}

unsigned query_type_differences(const struct query_grid *grid, size_t type)
{
	size_t count = grid->server_count * grid->family_count * grid->column_count;
	const struct query_cell *cells = query_cell_at(grid, type * grid->server_count * grid->family_count, 0);
	unsigned alone = 0, together = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++) {
			unsigned apart = dimensions_apart(&cells[i], &cells[j]);
			if (!cells_differ(&cells[i], &cells[j]))
				continue;
			together |= apart;
			if ((apart & (apart - 1)) == 0)
				alone |= apart;
		}
	return alone != 0 ? alone : together;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/compare.h"

#include "cli/query/grid.h"
#include "cli/query/print.h"
#include "dns/rrtype.h"

#include <errno.h>

#define EDE_LINES_MAX 32
#define COLUMN_WIDTH 24
#define LABEL_WIDTH 16

static bool cell_has_rcode(const struct query_cell *cell, uint16_t rcode)
{
	return cell->was_asked && cell->reply.error == ERR_OK && cell->reply.message.rcode == rcode;
}

/* K-02: validation is the cause where a server fails as long as it validates, and answers when it must not. */
static bool is_validation_cause(const struct query_grid *grid)
{
	for (size_t row = 0; row < grid->row_count; row++)
		for (size_t column = 0; column + 1 < grid->column_count; column += 2) {
			const struct query_cell *validating = query_cell_at(grid, row, column);
			const struct query_cell *unchecked = query_cell_at(grid, row, column + 1);
			if (cell_has_rcode(validating, RCODE_SERVFAIL) && unchecked->was_asked &&
			    unchecked->reply.error == ERR_OK && unchecked->reply.message.rcode != RCODE_SERVFAIL)
				return true;
		}
	return false;
}

/* Every answer for the type is SERVFAIL, with CD and without. */
static bool is_failing_type(const struct query_grid *grid, size_t type)
{
	size_t rows = grid->server_count * grid->family_count, failing = 0;
	for (size_t row = type * rows; row < (type + 1) * rows; row++)
		for (size_t column = 0; column < grid->column_count; column++) {
			const struct query_cell *cell = query_cell_at(grid, row, column);
			if (query_cell_is_undetermined(cell))
				continue;
			if (!cell_has_rcode(cell, RCODE_SERVFAIL))
				return false;
			failing++;
		}
	return failing > 0;
}

/* "AAAA fails with and without validation: validation is not the cause"; empty text: no type fails so. */
static void failing_add(const struct query_grid *grid, struct text *out)
{
	unsigned count = 0;
	for (size_t i = 0; i < grid->plan->type_count; i++) {
		char type[RRTYPE_TEXT_MAX];
		if (!is_failing_type(grid, i))
			continue;
		rrtype_to_text(grid->plan->types[i], type);
		text_addf(out, "%s%s", count++ > 0 ? ", " : "", type);
	}
	if (count > 0)
		text_addf(out, " %s with and without validation: validation is not the cause", count > 1 ? "fail" : "fails");
}

/* "validation problem limited to AAAA"; empty text: no difference. */
static void verdict_add(const struct query_grid *grid, struct text *out)
{
	static const char *const phrases[QUERY_DIMENSION_COUNT] = {
		[QUERY_FAMILY] = "IPv6 and IPv4 answer differently",
		[QUERY_TRANSPORT] = "UDP and TCP answer differently",
		[QUERY_SERVERS] = "the servers answer differently",
		[QUERY_VALIDATION] = "validation problem",
	};
	unsigned all = 0, types_differing = 0;
	struct text types = {0};
	for (size_t i = 0; i < grid->plan->type_count; i++) {
		unsigned dimensions = query_type_differences(grid, i);
		char type[RRTYPE_TEXT_MAX];
		if (dimensions == 0)
			continue;
		rrtype_to_text(grid->plan->types[i], type);
		text_addf(&types, "%s%s", types_differing++ > 0 ? ", " : "", type);
		all |= dimensions;
	}
	const char *between = "";
	for (unsigned i = 0; i < QUERY_DIMENSION_COUNT; i++)
		if (all & 1u << i) {
			bool is_other = i == QUERY_VALIDATION && !is_validation_cause(grid);
			text_addf(out, "%s%s", between,
			          is_other ? "answers with and without checking differ" : phrases[i]);
			between = ", ";
		}
	if (types_differing > 0 && types_differing < grid->plan->type_count)
		text_addf(out, " limited to %s", text_string(&types));
	text_free(&types);
}

static void cell_add(const struct query_grid *grid, const struct query_cell *cell, struct text *out)
{
	if (!cell->was_asked) {
		text_addf(out, "?? no %s address", grid->family_count > 1 ? family_title(cell->family) : "usable");
		return;
	}
	const struct query_reply *reply = &cell->reply;
	if (reply->error != ERR_OK) {
		text_addf(out, "%s", query_error_is_local(reply->error) ? "?? no route from here"
		                     : reply->error == -ECONNREFUSED    ? "refused"
		                                                        : "no answer");
		return;
	}
	char rcode[HEADER_TEXT_MAX];
	rcode_to_text(reply->message.rcode, rcode);
	text_add(out, rcode);
	if (reply->message.rcode == RCODE_NOERROR)
		text_addf(out, " %u rr", reply->message.counts[SECTION_ANSWER]);
	if (reply->message.edns.ede_count > 0)
		text_addf(out, " EDE %u", reply->message.edns.ede[0].code);
	text_add(out, reply->message.error != ERR_OK ? " malformed" : "");
	text_add(out, reply->message.flags & HEADER_AD ? "  ad" : "");
	text_add(out, reply->message.flags & HEADER_TC ? "  tc" : "");
}

static void column_title(const struct query_grid *grid, const struct query_cell *cell, struct text *out)
{
	const char *transport = cell->transport == TRANSPORT_TCP ? "TCP" : "UDP";
	const char *validation = cell->is_cd ? "checking disabled" : "validating";
	if (grid->transport_count > 1 && grid->validation_count > 1)
		text_addf(out, "%s %s", transport, validation);
	else
		text_add(out, grid->validation_count > 1 ? validation : transport);
}

static void row_label(const struct query_grid *grid, const struct query_cell *cell, struct text *out)
{
	char type[RRTYPE_TEXT_MAX];
	size_t start = out->size;
	rrtype_to_text(cell->question.type, type);
	text_add(out, type);
	text_pad_to(out, start, 5);
	if (grid->family_count > 1)
		text_addf(out, " over %s", family_title(cell->family));
	if (grid->server_count > 1)
		text_addf(out, " @%s", grid->servers[cell->server].text);
}

/* Column by column, each as wide as its widest entry. */
static void table_add(const struct query_grid *grid, struct text *out)
{
	size_t starts[TRANSPORT_COUNT * 2 + 1] = {0}, width = LABEL_WIDTH;
	struct text part = {0};
	for (size_t row = 0; row < grid->row_count; row++, text_clear(&part)) {
		row_label(grid, query_cell_at(grid, row, 0), &part);
		width = part.size > width ? part.size : width;
	}
	starts[0] = width + 2;
	for (size_t column = 0; column < grid->column_count; column++) {
		width = COLUMN_WIDTH - 2;
		for (size_t row = 0; row < grid->row_count; row++, text_clear(&part)) {
			cell_add(grid, query_cell_at(grid, row, column), &part);
			width = part.size > width ? part.size : width;
		}
		starts[column + 1] = starts[column] + width + 2;
	}
	text_free(&part);
	size_t line = out->size;
	for (size_t column = 0; column < grid->column_count; column++) {
		text_pad_to(out, line, starts[column]);
		column_title(grid, query_cell_at(grid, 0, column), out);
	}
	text_add_char(out, '\n');
	for (size_t row = 0; row < grid->row_count; row++) {
		line = out->size;
		row_label(grid, query_cell_at(grid, row, 0), out);
		for (size_t column = 0; column < grid->column_count; column++) {
			text_pad_to(out, line, starts[column]);
			cell_add(grid, query_cell_at(grid, row, column), out);
		}
		if (query_row_differs(grid, row)) {
			text_pad_to(out, line, starts[grid->column_count]);
			text_add(out, "<-- differs");
		}
		text_add_char(out, '\n');
	}
}

/* Each EDE that an answer carried, once. */
static void ede_lines_add(const struct query_grid *grid, struct text *out)
{
	struct text seen = {0}, line = {0};
	unsigned lines = 0;
	for (size_t i = 0; i < grid->row_count * grid->column_count && lines < EDE_LINES_MAX; i++) {
		const struct query_cell *cell = &grid->cells[i];
		for (unsigned j = 0; cell->was_asked && j < cell->reply.message.edns.ede_count; j++) {
			text_clear(&line);
			query_ede_to_text(&cell->reply.message.edns.ede[j], &line);
			text_add_char(&line, '\n');
			if (strstr(text_string(&seen), text_string(&line)) != NULL)
				continue;
			text_add(&seen, text_string(&line));
			lines++;
		}
	}
	text_add(out, text_string(&seen));
	text_free(&seen);
	text_free(&line);
}

static void answers_to_json(const struct query_grid *grid, struct json_writer *json)
{
	json_begin_array(json, "answers");
	for (size_t i = 0; i < grid->row_count * grid->column_count; i++) {
		const struct query_cell *cell = &grid->cells[i];
		if (!cell->was_asked)
			continue;
		json_begin_object(json, NULL);
		json_bool(json, "checking_disabled", cell->is_cd);
		query_reply_to_json(&cell->question, &cell->reply, json);
		json_end_object(json);
	}
	json_end_array(json);
}

static void undetermined_to_json(const struct query_grid *grid, struct json_writer *json)
{
	json_begin_array(json, "undetermined");
	for (size_t row = 0; row < grid->row_count; row++)
		for (size_t column = 0; column < grid->column_count; column++) {
			const struct query_cell *cell = query_cell_at(grid, row, column);
			struct text what = {0};
			if (!query_cell_is_undetermined(cell))
				continue;
			row_label(grid, cell, &what);
			text_add(&what, ", ");
			column_title(grid, cell, &what);
			text_add(&what, ": ");
			cell_add(grid, cell, &what);
			json_text(json, NULL, text_string(&what));
			text_free(&what);
		}
	json_end_array(json);
}

static void grid_to_json(const struct query_grid *grid, const char *verdict, bool is_differing, struct text *out)
{
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_text(&json, "schema", "sextant.query/1");
	json_begin_array(&json, "compare");
	for (unsigned i = 0; i < QUERY_DIMENSION_COUNT; i++)
		if (grid->plan->is_varied[i])
			json_text(&json, NULL, query_dimension_texts[i]);
	json_end_array(&json);
	answers_to_json(grid, &json);
	json_bool(&json, "differs", is_differing);
	json_text(&json, "verdict", verdict);
	undetermined_to_json(grid, &json);
	json_end_object(&json);
	text_add_char(out, '\n');
}

/* Counts the ways that could not be tried, and those that were and brought no answer. */
static size_t count_silent(const struct query_grid *grid, size_t *ret_undetermined)
{
	size_t silent = 0, undetermined = 0;
	for (size_t i = 0; i < grid->row_count * grid->column_count; i++) {
		bool is_undetermined = query_cell_is_undetermined(&grid->cells[i]);
		undetermined += is_undetermined;
		silent += !is_undetermined && grid->cells[i].reply.error != ERR_OK;
	}
	*ret_undetermined = undetermined;
	return silent;
}

static void verdict_choose(const struct query_grid *grid, struct text *out)
{
	size_t undetermined, silent = count_silent(grid, &undetermined);
	size_t cell_count = grid->row_count * grid->column_count;
	verdict_add(grid, out);
	if (out->size == 0 && grid->validation_count > 1)
		failing_add(grid, out);
	if (out->size > 0)
		return;
	if (silent + undetermined == cell_count)
		text_add(out, "nothing answered");
	else if (undetermined > 0)
		text_add(out, "the same in every way that could be tried");
	else
		text_add(out, "the same in every way");
}

int query_compare(struct cli *cli, const struct query_plan *plan)
{
	struct query_grid grid;
	struct text out = {0}, verdict = {0};
	int code = query_grid_fill(plan, &grid);
	if (code == EXIT_OK) {
		bool is_differing = false;
		size_t undetermined, silent = count_silent(&grid, &undetermined);
		for (size_t i = 0; i < plan->type_count; i++)
			is_differing = is_differing || query_type_differences(&grid, i) != 0;
		verdict_choose(&grid, &verdict);
		if (cli_is_json(cli)) {
			grid_to_json(&grid, text_string(&verdict), is_differing, &out);
		} else {
			table_add(&grid, &out);
			ede_lines_add(&grid, &out);
			text_addf(&out, "verdict: %s\n", text_string(&verdict));
		}
		fputs(text_string(&out), cli_out(cli));
		code = is_differing ? EXIT_FOUND : undetermined > 0 || silent > 0 ? EXIT_UNDETERMINED : EXIT_OK;
	}
	query_grid_free(&grid);
	text_free(&out);
	text_free(&verdict);
	return code;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/signals/table.h"

#include "base/arena.h"
#include "config/resolver_files.h"
#include "signals/sensors/facts.h"

#include <stdio.h>

/* --- Which sensor from which source --- */

static const enum event_stream streams[] = {STREAM_AUTHORITATIVE, STREAM_RECURSIVE, STREAM_PROBE};
#define STREAMS (sizeof(streams) / sizeof(*streams))
#define NAME_WIDTH 17

static void text_show(struct text *out)
{
	size_t start = out->size;
	text_add(out, "SIGNAL");
	text_pad_to(out, start, NAME_WIDTH);
	for (size_t i = 0; i < STREAMS; i++)
		text_addf(out, "%-6s", event_stream_text(streams[i]));
	for (unsigned format = 0; format < LINE_FORMAT_COUNT; format++)
		text_addf(out, " %s", line_format_name((enum line_format)format));
	text_add_char(out, '\n');
	for (unsigned i = 0; i < SENSOR_COUNT; i++) {
		enum sensor sensor = (enum sensor)i;
		start = out->size;
		text_add(out, sensor_name(sensor));
		text_pad_to(out, start, NAME_WIDTH);
		for (size_t j = 0; j < STREAMS; j++)
			text_addf(out, "%-6s", sensor_is_of_stream(sensor, streams[j]) ? "yes" : "-");
		for (unsigned format = 0; format < LINE_FORMAT_COUNT; format++)
			text_addf(out, " %-*s", (int)strlen(line_format_name((enum line_format)format)),
				  sensor_is_carried_by(sensor, (enum line_format)format) ? "yes" : "-");
		while (out->data[out->size - 1] == ' ')
			out->size--;
		text_add_char(out, '\n');
	}
	text_add(out, "What to log so that a source tells all it can: sextant advise logging --for PROGRAM\n");
}

static void json_show(struct text *out)
{
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_text(&json, "schema", "sextant.signals-table/1");
	json_begin_array(&json, "signals");
	for (unsigned i = 0; i < SENSOR_COUNT; i++) {
		enum sensor sensor = (enum sensor)i;
		json_begin_object(&json, NULL);
		json_text(&json, "signal", sensor_name(sensor));
		json_text(&json, "needs", sensor_needs(sensor));
		json_text(&json, "means", sensor_means(sensor));
		json_text(&json, "next", sensor_next(sensor));
		json_text(&json, "prometheus", sensor_twin(sensor));
		json_begin_array(&json, "streams");
		for (size_t j = 0; j < STREAMS; j++) {
			if (sensor_is_of_stream(sensor, streams[j]))
				json_text(&json, NULL, event_stream_text(streams[j]));
		}
		json_end_array(&json);
		json_begin_array(&json, "sources");
		for (unsigned format = 0; format < LINE_FORMAT_COUNT; format++) {
			if (sensor_is_carried_by(sensor, (enum line_format)format))
				json_text(&json, NULL, line_format_name((enum line_format)format));
		}
		json_end_array(&json);
		json_end_object(&json);
	}
	json_end_array(&json);
	json_end_object(&json);
	text_add_char(out, '\n');
}

int carriers_show(struct cli *cli)
{
	struct text out = {0};
	(cli_is_json(cli) ? json_show : text_show)(&out);
	fputs(text_string(&out), cli_out(cli));
	bool is_failed = out.is_failed;
	text_free(&out);
	return is_failed ? EXIT_INTERNAL : EXIT_OK;
}

/* --- Sites --- */

int sites_read(struct cli *cli, const char *path, struct sites **ret)
{
	struct arena *arena = arena_new(0);
	struct span text;
	struct sites_fault fault;
	if (arena == NULL)
		return EXIT_INTERNAL;
	int code = EXIT_OK, err = small_file_read(arena, path, &text);
	if (err != ERR_OK)
		code = cli_usage_error(cli, "--sites %s: %s", path, err_text(err));
	else if ((err = sites_parse(text, ret, &fault)) == ERR_SYNTAX)
		code = cli_usage_error(cli, "--sites %s, line %u, column %u: %s", path, fault.line, fault.column,
				       fault.message);
	else if (err != ERR_OK)
		code = EXIT_INTERNAL;
	arena_free(arena);
	return code;
}

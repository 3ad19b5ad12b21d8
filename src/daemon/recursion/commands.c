/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/commands.h"

#include "daemon/recursion/drive.h"
#include "daemon/recursion/recursion.h"
#include "daemon/recursion/state.h"

static json_t *failure(const char *text)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", text);
}

/* Which services a request means: the one it names, or all that resolve. */
struct choice {
	const char *name; /* NULL: all */
	const char *error;
};

static bool is_chosen(const struct choice *choice, const struct service *service)
{
	return service->recursion != NULL && (choice->name == NULL || strcmp(service->name, choice->name) == 0);
}

/* How many are chosen; 0: choice->error says why. */
static size_t choice_read(const struct daemon *daemon, const json_t *request, struct choice *choice)
{
	const json_t *name = json_object_get(request, "service");
	size_t count = 0;
	*choice = (struct choice){.name = json_string_value(name)};
	if (name != NULL && choice->name == NULL) {
		choice->error = "\"service\" must be the name of a service";
		return 0;
	}
	for (size_t i = 0; i < daemon->service_count; i++)
		count += is_chosen(choice, daemon->services[i]);
	if (count == 0)
		choice->error = name != NULL ? "no resolver service has this name" : "no service here is a resolver";
	return count;
}

/* --- Flush --- */

struct flush {
	struct service *service;
	struct name name;
	bool is_tree;
};

static void engine_flush(struct worker *worker, void *argument)
{
	const struct flush *flush = argument;
	struct drive *drive = drive_of(flush->service, worker);
	if (drive != NULL)
		resolver_flush(drive->engine, flush->name, flush->is_tree);
}

json_t *command_flush(struct daemon *daemon, const json_t *request)
{
	const char *text = json_string_value(json_object_get(request, "name"));
	struct choice choice;
	struct name_buffer buffer;
	struct flush flush = {.is_tree = json_is_true(json_object_get(request, "tree"))};
	if (text == NULL || name_from_text(span_text(text), name_root, &buffer, &flush.name, NULL) != ERR_OK)
		return failure("\"name\" must be a domain name");
	if (choice_read(daemon, request, &choice) == 0)
		return failure(choice.error);
	json_t *rows = json_array();
	for (size_t i = 0; i < daemon->service_count; i++) {
		flush.service = daemon->services[i];
		if (!is_chosen(&choice, flush.service))
			continue;
		size_t removed = cache_flush(flush.service->recursion->cache, flush.name, flush.is_tree);
		for (size_t w = 0; w < daemon->worker_count && !daemon->is_stopping; w++)
			worker_call(daemon->workers[w], engine_flush, &flush);
		json_array_append_new(rows, json_pack("{s:s, s:I}", "service", flush.service->name, "removed",
		                                      (json_int_t)removed));
	}
	return json_pack("{s:b, s:o}", "ok", 1, "services", rows);
}

/* --- Looking --- */

json_t *command_cache_stats(struct daemon *daemon, const json_t *request)
{
	struct choice choice;
	if (choice_read(daemon, request, &choice) == 0)
		return failure(choice.error);
	json_t *rows = json_array();
	for (size_t i = 0; i < daemon->service_count; i++) {
		const struct service *service = daemon->services[i];
		struct counters counters;
		if (!is_chosen(&choice, service))
			continue;
		service_counters(service, &counters);
		json_t *row = recursion_cache_json(service, &counters);
		json_object_set_new(row, "service", json_string(service->name));
		json_array_append_new(rows, row);
	}
	return json_pack("{s:b, s:o}", "ok", 1, "services", rows);
}

json_t *command_cache_dump(struct daemon *daemon, const json_t *request)
{
	const json_t *after = json_object_get(request, "after");
	struct choice choice;
	size_t count = choice_read(daemon, request, &choice);
	if (count == 0)
		return failure(choice.error);
	if (count > 1)
		return failure("there are several resolver services: \"service\" must name one");
	if (after != NULL && (!json_is_integer(after) || json_integer_value(after) < 0))
		return failure("\"after\" must be what \"next\" was");
	size_t at = 0;
	while (!is_chosen(&choice, daemon->services[at]))
		at++;
	uint64_t next;
	json_t *entries = recursion_dump_json(daemon->services[at], (uint64_t)json_integer_value(after), &next);
	json_t *reply = json_pack("{s:b, s:s, s:o}", "ok", 1, "service", daemon->services[at]->name, "entries", entries);
	if (next != 0)
		json_object_set_new(reply, "next", json_integer((json_int_t)next));
	return reply;
}

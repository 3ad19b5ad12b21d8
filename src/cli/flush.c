/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"
#include "cli/daemon_call.h"

#include "dns/name.h"

#define FLUSH_TIMEOUT_MS 30000 /* a tree is looked for in the whole cache */

/* What the cache knows the name as: "example.com." in the form of RFC 1035 5.1. */
static int read_name(struct cli *cli, const char *text, char ret_text[NAME_TEXT_MAX])
{
	struct name_buffer buffer;
	struct name name;
	if (name_from_text(span_text(text), name_root, &buffer, &name, NULL) != ERR_OK)
		return cli_usage_error(cli, "%s is no domain name", text);
	name_to_text(name, ret_text);
	return EXIT_OK;
}

static void print_reply(struct cli *cli, const char *name, const json_t *reply)
{
	size_t i;
	json_t *service;
	if (cli_is_json(cli)) {
		daemon_reply_print(cli, "sextant.flush/1", reply);
		return;
	}
	if (cli_is_quiet(cli))
		return;
	json_array_foreach(json_object_get(reply, "services"), i, service)
	{
		const char *text = json_string_value(json_object_get(service, "service"));
		fprintf(cli_out(cli), "%-12s %" JSON_INTEGER_FORMAT " entries of %s%s removed\n", text != NULL ? text : "",
			json_integer_value(json_object_get(service, "removed")), name,
			cli_flag(cli, "tree") ? " and all below it" : "");
	}
}

static int run_flush(struct cli *cli)
{
	const char *const *operands;
	char name[NAME_TEXT_MAX];
	if (cli_operands(cli, &operands) != 1)
		return cli_usage_error(cli, "flush takes one NAME; . with --tree is everything");
	int code = read_name(cli, operands[0], name);
	if (code != EXIT_OK)
		return code;
	json_t *request = json_pack("{s:s, s:s, s:b, s:s*}", "command", "flush", "name", name, "tree",
				    (int)cli_flag(cli, "tree"), "service", cli_value(cli, "service"));
	json_t *reply = NULL;
	code = daemon_call(cli, request, FLUSH_TIMEOUT_MS, &reply);
	json_decref(request);
	if (code == EXIT_OK)
		print_reply(cli, name, reply);
	json_decref(reply);
	return code;
}

static const struct cli_option flush_options[] = {
	{.name = "tree", .help = "everything below NAME, too"},
	{.name = "service", .argument = "SERVICE", .help = "this resolver service alone; left out: all of them"},
	{0},
};

const struct command command_flush = {
	.name = "flush",
	.summary = "make the running resolver forget a name",
	.usage = "NAME",
	.description = "Removes all that the cache holds of NAME: records of every type, the fact that there are none, "
		       "failures, and ready answers. The next question is resolved anew. Needed after a zone was "
		       "repaired whose old data, or whose failure, is still remembered.\n\n"
		       "sextant flush . --tree empties the cache. Exit code 3: no daemon could be reached.",
	.options = flush_options,
	.run = run_flush,
};

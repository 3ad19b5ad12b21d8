/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/daemon_call.h"

#define RELOAD_TIMEOUT_MS 120000 /* zones of a million records are read before the reply comes */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

/* "example.com  public  loaded 2026112201 -> 2026112202" */
static void print_zone(FILE *out, const json_t *zone)
{
	const json_t *before = json_object_get(zone, "old_serial"), *now = json_object_get(zone, "new_serial");
	fprintf(out, "%-32s %-12s %s", text_of(zone, "zone"), text_of(zone, "service"), text_of(zone, "result"));
	if (json_is_integer(before) && json_integer_value(before) != json_integer_value(now))
		fprintf(out, " %" JSON_INTEGER_FORMAT " ->", json_integer_value(before));
	if (json_is_integer(now))
		fprintf(out, " %" JSON_INTEGER_FORMAT, json_integer_value(now));
	fputc('\n', out);
	if (*text_of(zone, "message") != '\0')
		fprintf(out, "        %s\n", text_of(zone, "message"));
}

static int print_reply(struct cli *cli, const json_t *reply)
{
	size_t index;
	json_t *zone;
	bool is_ok = json_is_true(json_object_get(reply, "ok"));
	if (cli_is_json(cli)) {
		daemon_reply_print(cli, "sextant.reload/1", reply);
		return is_ok ? EXIT_OK : EXIT_FOUND;
	}
	if (!cli_is_quiet(cli) || !is_ok) {
		json_array_foreach(json_object_get(reply, "zones"), index, zone) print_zone(cli_out(cli), zone);
	}
	if (!is_ok && *text_of(reply, "error") != '\0')
		cli_usage_error(cli, "not reloaded: %s", text_of(reply, "error"));
	else if (!is_ok)
		cli_usage_error(cli, "not all zones were loaded; those keep serving their old data");
	return is_ok ? EXIT_OK : EXIT_FOUND;
}

static int run_reload(struct cli *cli)
{
	const char *const *operands;
	size_t count = cli_operands(cli, &operands);
	if (count > 1)
		return cli_usage_error(cli, "reload takes one zone, or none for the configuration and all zones");
	json_t *request = json_pack("{s:s, s:s*}", "command", "reload", "zone", count > 0 ? operands[0] : NULL);
	json_t *reply = NULL;
	int code = daemon_call_any(cli, request, RELOAD_TIMEOUT_MS, &reply);
	json_decref(request);
	if (code == EXIT_OK)
		code = print_reply(cli, reply);
	json_decref(reply);
	return code;
}

const struct command command_reload = {
	.name = "reload",
	.summary = "make the running daemon read its configuration and zones again",
	.usage = "[ZONE]",
	.description = "Without an operand the daemon reads its configuration and all zone files whose content "
		       "changed. With a zone "
		       "it reads that zone's file only.\n\n"
		       "A reload is atomic: the new configuration is parsed, checked and its sockets are bound before "
		       "the old state "
		       "goes. A file with errors changes nothing: the old data keeps serving, and the reply says which "
		       "file and "
		       "line. SIGHUP does the same.",
	.run = run_reload,
};

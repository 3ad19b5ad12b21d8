/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/daemon_call.h"

#include "config/config.h"
#include "control/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `sextantd --lab` keeps its socket beside the file, whatever the file says. */
static void lab_socket(const char *config_path, struct text *ret)
{
	const char *slash = strrchr(config_path, '/');
	text_add_size(ret, config_path, slash != NULL ? (size_t)(slash - config_path) + 1 : 0);
	text_add(ret, "run/control.sock");
}

/* --socket, else where the configuration says. */
static int find_socket(struct cli *cli, struct text *ret)
{
	const char *path = cli_config_path(cli);
	if (cli_socket_path(cli) != NULL) {
		text_add(ret, cli_socket_path(cli));
		return EXIT_OK;
	}
	struct finding_list *findings = finding_list_new();
	struct config *config = NULL;
	int err = findings != NULL ? config_load(path, NULL, findings, &config) : -ENOMEM;
	if (err == ERR_OK)
		text_add(ret, config_socket_path(config));
	if (err == ERR_OK && access(text_string(ret), F_OK) != 0) {
		struct text lab = {0};
		lab_socket(path, &lab);
		if (access(text_string(&lab), F_OK) == 0) {
			text_clear(ret);
			text_add(ret, text_string(&lab));
		}
		text_free(&lab);
	}
	/* A file that has gone bad must not keep the operator from the daemon that still runs with the good one. */
	if (err == ERR_FINDINGS || err == ERR_SYNTAX) {
		lab_socket(path, ret);
		if (access(text_string(ret), F_OK) == 0)
			err = ERR_OK;
	}
	config_free(config);
	finding_list_free(findings);
	if (err == ERR_OK)
		return EXIT_OK;
	if (err == ERR_FINDINGS || err == ERR_SYNTAX)
		return cli_usage_error(cli, "%s has errors (sextant check %s); name the socket with --socket", path,
				       path);
	return cli_usage_error(cli, "%s: %s; name the configuration with --config, or the socket with --socket", path,
			       err_text(err));
}

static int explain(struct cli *cli, const char *path, int err)
{
	const char *what = err_text(err);
	if (err == -ENOENT || err == -ECONNREFUSED)
		what = "no daemon listens there";
	else if (err == -EACCES)
		what = "only the daemon's user and root may use it";
	else if (err == -ECONNRESET || err == -EPIPE)
		what = "the daemon closed the connection";
	else if (err == -ETIMEDOUT)
		what = "the daemon did not answer in time";
	else if (err == ERR_SYNTAX)
		what = "the daemon's reply is no JSON object";
	cli_usage_error(cli, "%s: %s", path, what);
	return EXIT_UNDETERMINED;
}

int daemon_call_any(struct cli *cli, const json_t *request, unsigned default_ms, json_t **ret_reply)
{
	struct text path = {0};
	int code = find_socket(cli, &path);
	if (code == EXIT_OK) {
		int err = control_call(text_string(&path), request, cli_timeout_ms(cli, default_ms), ret_reply);
		if (err != ERR_OK)
			code = explain(cli, text_string(&path), err);
	}
	text_free(&path);
	return code;
}

int daemon_call(struct cli *cli, const json_t *request, unsigned default_ms, json_t **ret_reply)
{
	json_t *reply = NULL;
	int code = daemon_call_any(cli, request, default_ms, &reply);
	if (code != EXIT_OK)
		return code;
	if (json_is_true(json_object_get(reply, "ok"))) {
		*ret_reply = reply;
		return EXIT_OK;
	}
	const char *error = json_string_value(json_object_get(reply, "error"));
	cli_usage_error(cli, "%s", error != NULL ? error : "the daemon refused, and did not say why");
	json_decref(reply);
	return EXIT_FOUND;
}

void daemon_reply_print(struct cli *cli, const char *schema, const json_t *reply)
{
	json_t *document = json_pack("{s:s}", "schema", schema);
	json_t *members = json_copy((json_t *)reply);
	json_object_del(members, "ok");
	json_object_update(document, members);
	json_dumpf(document, cli_out(cli), JSON_INDENT(2));
	fputc('\n', cli_out(cli));
	json_decref(members);
	json_decref(document);
}

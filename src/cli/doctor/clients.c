/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/clients.h"

#include "base/arena.h"
#include "cli/doctor/gather.h"
#include "cli/doctor/probe.h"
#include "cli/doctor/show.h"
#include "config/resolver_files.h"
#include "doctor/client_judge.h"
#include "finding/report.h"

#include <errno.h>
#include <stdlib.h>

#define WAIT_MS 5000 /* RFC 4861 6.2.6: a router may hold its answer back for 3 s, and half a second more */
#define QUESTION_MS 2000
#define PROBES_MS 60000 /* who advertises many silent resolvers must not hold the command up */
#define ARENA_CHUNK 65536

struct names {
	struct name_buffer buffers[3];
	struct name names[3];
};

/* The names to probe with, in the order of the plan's members. */
static int names_take(struct cli *cli, struct names *names, struct probe_plan *plan)
{
	static const char *const options[] = {"probe-v6", "probe-v4", "probe-bogus"};
	const struct name **const members[] = {&plan->ipv6_only, &plan->ipv4_only, &plan->bogus};
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const char *text = cli_value(cli, options[i]);
		if (text == NULL)
			continue;
		if (name_from_text(span_text(text), name_root, &names->buffers[i], &names->names[i], NULL) != ERR_OK)
			return cli_usage_error(cli, "--%s %s: no domain name", options[i], text);
		*members[i] = &names->names[i];
	}
	return EXIT_OK;
}

static int report(struct cli *cli, const struct client_facts *facts, struct finding_list *findings)
{
	struct text out = {0};
	int code = EXIT_OK;
	if (cli_is_json(cli)) {
		struct json_writer json = {.out = &out};
		finding_sort(findings);
		json_begin_object(&json, NULL);
		json_text(&json, "schema", "sextant.doctor-client/1");
		client_to_json(facts, &json);
		finding_report_json_members(findings, &json);
		json_end_object(&json);
		text_add_char(&out, '\n');
	} else if (!cli_is_quiet(cli)) {
		client_to_text(facts, &out);
	}
	fputs(text_string(&out), cli_out(cli));
	code = out.is_failed ? EXIT_INTERNAL : cli_findings_exit(cli, findings);
	text_free(&out);
	if (!cli_is_json(cli) && code != EXIT_INTERNAL)
		code = cli_report_findings(cli, "sextant.doctor-client/1", findings, 0);
	/* 1 wins over 3, and 3 over 0. */
	return code == EXIT_OK && finding_count_undetermined(findings) > 0 ? EXIT_UNDETERMINED : code;
}

/* Files that the operator names have to be there; those of the host may be missing. */
static int files_check(struct cli *cli)
{
	static const char *const options[] = {"resolv-conf", "lease"};
	int code = EXIT_OK;
	for (size_t i = 0; code == EXIT_OK && i < sizeof(options) / sizeof(options[0]); i++) {
		const char *path = cli_value(cli, options[i]);
		struct arena *arena = path == NULL ? NULL : arena_new(ARENA_CHUNK);
		struct span file;
		int err = path == NULL ? ERR_OK : arena == NULL ? -ENOMEM : small_file_read(arena, path, &file);
		if (err != ERR_OK)
			code = cli_usage_error(cli, "--%s %s: it cannot be read: %s", options[i], path,
			                       err == -EINVAL ? "it is no regular file" : err_text(err));
		arena_free(arena);
	}
	return code;
}

int client_facts_take(struct cli *cli, struct client_facts *ret)
{
	struct gather_options options = {.interface = cli_value(cli, "iface"),
	                                 .conf_path = cli_value(cli, "resolv-conf"),
	                                 .lease_path = cli_value(cli, "lease"),
	                                 .wait_ms = cli_timeout_ms(cli, WAIT_MS)};
	struct names names;
	struct probe_plan plan = {.timeout_ms = QUESTION_MS, .total_ms = PROBES_MS};
	if (options.conf_path == NULL)
		options.conf_path = DOCTOR_RESOLV_CONF;
	for (int family = 0; family < FAMILY_COUNT; family++)
		plan.is_family_allowed[family] = cli_family_allowed(cli, family);
	int code = names_take(cli, &names, &plan);
	if (code == EXIT_OK)
		code = files_check(cli);
	if (code != EXIT_OK)
		return code;
	int err = client_gather(&options, ret);
	if (err == ERR_NOT_FOUND)
		return cli_usage_error(cli, "--iface %s: no interface of this name is up", options.interface);
	if (err == ERR_SYNTAX)
		return cli_usage_error(cli, "--lease %s: it has no DHCPv4 lease of an interface that is up", options.lease_path);
	if (err != ERR_OK) {
		fprintf(cli_err(cli), "sextant: this host's interfaces cannot be read: %s\n", err_text(err));
		return EXIT_INTERNAL;
	}
	client_probe_all(&plan, ret);
	return EXIT_OK;
}

int client_command(struct cli *cli)
{
	const char *const *operands;
	if (cli_operands(cli, &operands) > 0)
		return cli_usage_error(cli, "%s: doctor --client takes no operands", operands[0]);
	struct client_facts *facts = calloc(1, sizeof(*facts));
	struct finding_list *findings = finding_list_new();
	int code = facts != NULL && findings != NULL ? client_facts_take(cli, facts) : EXIT_INTERNAL;
	if (code == EXIT_OK) {
		client_judge(facts, findings);
		code = report(cli, facts, findings);
	}
	finding_list_free(findings);
	free(facts);
	return code;
}

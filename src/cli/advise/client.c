/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/client.h"

#include "cli/advise/advise.h"
#include "finding/report.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "sextant.advise-client/1"
#define SEARCH_MAX 32

static const struct cli_option options[] = {
	{"service", 0, "NAME", "advise this service's clients; may be repeated; none: every resolver service"},
	{"for", 0, "PROGRAM", "one file only: radvd, kea-dhcp6, kea-dhcp4 or networkd"},
	{"search", 0, "DOMAIN", "a domain of the search list; may be repeated"},
	{"interface", 0, "NAME", "the router's interface towards the clients (eth0)"},
	{"interval", 0, "SECONDS",
	 "the longest time between router advertisements, 4 to 1800 (600); lifetimes follow it"},
	{NULL},
};

/* One run of the command. */
struct client_run {
	struct cli *cli;
	struct config **configs;
	size_t config_count;
	struct finding_list *findings;
	struct client_request request;
	struct name search[SEARCH_MAX];
	struct name_buffer search_buffers[SEARCH_MAX];
	const struct client_snippet *only; /* NULL: all */
};

static int load(struct client_run *run)
{
	const char *const *paths;
	size_t count = cli_operands(run->cli, &paths);
	const char *fallback = cli_config_path(run->cli);
	if (count == 0) {
		paths = &fallback;
		count = 1;
	}
	run->configs = calloc(count, sizeof(struct config *));
	if (run->configs == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < count; i++) {
		int code = cli_config_load(run->cli, paths[i], SCHEMA, &run->configs[i]);
		if (run->configs[i] == NULL)
			return code;
		run->config_count++;
	}
	run->request.configs = (const struct config *const *)run->configs;
	run->request.config_count = run->config_count;
	return EXIT_OK;
}

/* Search lists are for host names (RFC 952); what needs escapes has no place in the files. */
static bool is_plain(const char *text, const char *more)
{
	for (; *text != '\0'; text++) {
		bool is_letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
		if (!is_letter && (*text < '0' || *text > '9') && strchr(more, *text) == NULL)
			return false;
	}
	return true;
}

static int read_search(struct client_run *run)
{
	const char *const *texts;
	size_t count = cli_values(run->cli, "search", &texts);
	if (count > SEARCH_MAX)
		return cli_usage_error(run->cli, "--search: at most %d domains", SEARCH_MAX);
	for (size_t i = 0; i < count; i++) {
		if (!is_plain(texts[i], "-.") ||
		    name_from_text(span_text(texts[i]), name_root, &run->search_buffers[i], &run->search[i], NULL) !=
			    ERR_OK ||
		    name_is_root(run->search[i]))
			return cli_usage_error(run->cli, "--search %s: write a domain of letters, digits and hyphens",
					       texts[i]);
	}
	run->request.search = run->search;
	run->request.search_count = count;
	return EXIT_OK;
}

static int read_program(struct client_run *run)
{
	const char *name = cli_value(run->cli, "for");
	for (size_t i = 0; name != NULL && i < CLIENT_SNIPPET_COUNT; i++) {
		if (strcmp(client_snippets[i].name, name) == 0)
			run->only = &client_snippets[i];
	}
	if (name != NULL && run->only == NULL)
		return cli_usage_error(run->cli, "--for %s: it is one of radvd, kea-dhcp6, kea-dhcp4, networkd", name);
	return EXIT_OK;
}

static int read_services(struct client_run *run)
{
	run->request.service_count = cli_values(run->cli, "service", &run->request.services);
	for (size_t n = 0; n < run->request.service_count; n++) {
		bool is_found = false;
		for (size_t c = 0; c < run->config_count; c++) {
			for (size_t s = 0; s < run->configs[c]->service_count; s++) {
				const struct config_service *service = &run->configs[c]->services[s];
				if (strcmp(service->name, run->request.services[n]) != 0)
					continue;
				is_found = true;
				if (service->role != CONFIG_ROLE_RESOLVER)
					return cli_usage_error(run->cli,
							       "--service %s: clients ask resolvers; this one is "
							       "authoritative",
							       service->name);
			}
		}
		if (!is_found)
			return cli_usage_error(run->cli, "--service %s: no service has that name",
					       run->request.services[n]);
	}
	return EXIT_OK;
}

static int read_options(struct client_run *run)
{
	const char *interface = cli_value(run->cli, "interface");
	run->request.interface = interface != NULL ? interface : "eth0";
	if (!is_plain(run->request.interface, "-._") || run->request.interface[0] == '\0' ||
	    strlen(run->request.interface) >= IFNAMSIZ)
		return cli_usage_error(run->cli, "--interface %s: this is no name of an interface", interface);
	run->request.interval_s = 600;
	int code = advise_number(run->cli, "interval", 4, 1800, &run->request.interval_s);
	if (code == EXIT_OK)
		code = read_search(run);
	if (code == EXIT_OK)
		code = read_program(run);
	if (code == EXIT_OK)
		code = load(run);
	return code == EXIT_OK ? read_services(run) : code;
}

static void write_json(const struct client_run *run, const struct client_advice *advice, struct text *out)
{
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_text(&json, "schema", SCHEMA);
	json_begin_object(&json, "files");
	for (size_t i = 0; i < CLIENT_SNIPPET_COUNT; i++) {
		struct text file = {0};
		if (run->only != NULL && run->only != &client_snippets[i])
			continue;
		client_snippets[i].write(advice, &file);
		json_text(&json, client_snippets[i].name, text_string(&file));
		out->is_failed = out->is_failed || file.is_failed;
		text_free(&file);
	}
	json_end_object(&json);
	finding_report_json_members(run->findings, &json);
	json_end_object(&json);
	text_add_char(out, '\n');
}

/* The files go to stdout, so that one can be redirected to its place; what is to be said about them to stderr. */
static void write_text(const struct client_run *run, const struct client_advice *advice, struct text *out)
{
	for (size_t i = 0; i < CLIENT_SNIPPET_COUNT; i++) {
		if (run->only != NULL && run->only != &client_snippets[i])
			continue;
		text_add(out, i > 0 && run->only == NULL ? "\n" : "");
		client_snippets[i].write(advice, out);
	}
	struct text report = {0};
	struct report_options how = {.least = SEVERITY_NOTICE};
	finding_report_text(run->findings, &how, &report);
	fputs(text_string(&report), cli_err(run->cli));
	out->is_failed = out->is_failed || report.is_failed;
	text_free(&report);
}

static int put(const struct client_run *run, const struct client_advice *advice)
{
	struct text out = {0};
	finding_list_read_excerpts(run->findings);
	finding_sort(run->findings);
	(cli_is_json(run->cli) ? write_json : write_text)(run, advice, &out);
	bool is_failed = out.is_failed;
	fputs(text_string(&out), cli_out(run->cli));
	text_free(&out);
	return is_failed ? EXIT_INTERNAL : cli_findings_exit(run->cli, run->findings);
}

static int advise(struct client_run *run)
{
	struct client_advice *advice;
	int err = client_advice_new(&run->request, run->findings, &advice);
	if (err == ERR_NOT_FOUND) {
		(void)cli_report_findings(run->cli, SCHEMA, run->findings, 0);
		return cli_usage_error(run->cli, "no resolver service has an address that clients can be told of");
	}
	if (err != ERR_OK)
		return EXIT_INTERNAL;
	int code = put(run, advice);
	client_advice_free(advice);
	return code;
}

static int run_client(struct cli *cli)
{
	struct client_run run = {.cli = cli, .findings = finding_list_new()};
	int code = run.findings != NULL ? read_options(&run) : EXIT_INTERNAL;
	if (code == EXIT_OK)
		code = advise(&run);
	for (size_t i = 0; i < run.config_count; i++)
		config_free(run.configs[i]);
	free(run.configs);
	finding_list_free(run.findings);
	return code;
}

const struct command command_advise_client = {
	.name = "advise client",
	.summary = "what routers and DHCP servers tell clients of the resolvers here: radvd, Kea, systemd-networkd",
	.usage = "[CONFIG...]",
	.description =
		"Files for a router and its DHCP servers that say the same everywhere: RDNSS, search list and NAT64 "
		"prefix in router "
		"advertisements, options 23 and 24 in DHCPv6, 6, 119 and 108 in DHCPv4. Each is whole, and says in "
		"comments what it "
		"does not cover. Lifetimes are three times --interval (RFC 8106, RFC 8781).\n"
		"Give the configurations of all hosts that serve the same clients: their resolvers are one set, and "
		"are judged as one. "
		"Findings (SVC-018 to SVC-020) go to stderr, so that a file can be redirected to its place.\n"
		"Resolvers with DNS64 and others do not go together: name the services of one network with --service.",
	.options = options,
	.run = run_client,
};

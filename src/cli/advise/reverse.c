/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/reverse_request.h"

#include "cli/advise/advise.h"
#include "cli/reverse_zones.h"

#include <stdlib.h>

#define SCHEMA "sextant.advise-reverse/1"
#define SERVERS_MAX 13
#define TTL_DEFAULT 3600 /* while it is new a mistake should not last longer */

static const struct cli_option options[] = {
	{"ns", 0, "NAME", "a name server; may be repeated; none: those that the zone files name"},
	{"zone", 0, "FILE", "FILE or FILE:ORIGIN, a zone's file: for its NS, and its DS when it is signed; may be repeated"},
	{"ttl", 0, "SECONDS", "of the records above the zone (3600: raise it when the delegation works)"},
	{"contact", 0, "TEXT", "who answers questions about the request"},
	{NULL},
};

/* One run of the command. */
struct reverse_run {
	struct cli *cli;
	struct ip_prefix *prefixes;
	struct name servers[SERVERS_MAX];
	struct name_buffer server_buffers[SERVERS_MAX];
	struct reverse_zones zones;
	struct finding_list *findings;
	struct reverse_request request;
};

static int read_servers(struct reverse_run *run)
{
	const char *const *texts;
	size_t count = cli_values(run->cli, "ns", &texts);
	if (count > SERVERS_MAX)
		return cli_usage_error(run->cli, "--ns: at most %d name servers", SERVERS_MAX);
	for (size_t i = 0; i < count; i++) {
		if (name_from_text(span_text(texts[i]), name_root, &run->server_buffers[i], &run->servers[i], NULL) != ERR_OK ||
		    name_is_root(run->servers[i]))
			return cli_usage_error(run->cli, "--ns %s: this is no name of a server", texts[i]);
	}
	run->request.servers = run->servers;
	run->request.server_count = count;
	return EXIT_OK;
}

/* Files of zones that are not asked for are a mistake: their DS would be missed in silence. */
static int read_zones(struct reverse_run *run)
{
	const char *const *specs;
	size_t count = cli_values(run->cli, "zone", &specs);
	if (count == 0)
		return EXIT_OK;
	int code = reverse_zones_load(run->cli, specs, count, run->findings, &run->zones);
	if (code == EXIT_FOUND)
		code = cli_report_findings(run->cli, SCHEMA, run->findings, run->zones.count);
	if (code != EXIT_OK)
		return code;
	for (size_t i = 0; i < run->zones.count; i++) {
		char text[NAME_TEXT_MAX];
		name_to_display(zone_apex(run->zones.zones[i]), text);
		if (!reverse_request_has_zone(&run->request, zone_apex(run->zones.zones[i])))
			return cli_usage_error(run->cli, "--zone: %s is no reverse zone of the given prefixes; "
							 "sextant reverse name PREFIX prints them", text);
	}
	run->request.zones = (const struct zone *const *)run->zones.zones;
	run->request.zone_count = run->zones.count;
	return EXIT_OK;
}

static int read_options(struct reverse_run *run)
{
	const char *const *operands;
	size_t count = cli_operands(run->cli, &operands);
	if (count == 0)
		return cli_usage_error(run->cli, "advise reverse needs a prefix: 2001:db8:10::/48");
	run->request.prefix_count = count;
	run->request.contact = cli_value(run->cli, "contact");
	run->request.ttl_s = TTL_DEFAULT;
	int code = advise_prefixes(run->cli, "prefix", operands, count, &run->prefixes);
	run->request.prefixes = run->prefixes;
	if (code == EXIT_OK)
		code = advise_number(run->cli, "ttl", 60, 604800, &run->request.ttl_s);
	if (code == EXIT_OK)
		code = read_servers(run);
	return code == EXIT_OK ? read_zones(run) : code;
}

static int write_request(struct reverse_run *run)
{
	struct text out = {0};
	struct name_buffer zone;
	int err = reverse_request_write(&run->request, &out, &zone);
	if (err == ERR_OK)
		return advise_put(run->cli, SCHEMA, "request", &out);
	text_free(&out);
	char text[NAME_TEXT_MAX];
	if (err != ERR_NOT_FOUND)
		return EXIT_INTERNAL;
	name_to_display(name_of(zone.wire), text);
	return cli_usage_error(run->cli, "which servers has %s? Give --ns NAME, or the zone's file with --zone", text);
}

static int run_reverse(struct cli *cli)
{
	struct reverse_run run = {.cli = cli, .findings = finding_list_new()};
	int code = run.findings != NULL ? read_options(&run) : EXIT_INTERNAL;
	if (code == EXIT_OK)
		code = write_request(&run);
	reverse_zones_free(&run.zones);
	finding_list_free(run.findings);
	free(run.prefixes);
	return code;
}

const struct command command_advise_reverse = {
	.name = "advise reverse",
	.summary = "the request for a reverse delegation that a provider holds",
	.usage = "PREFIX... [--ns NAME]... [--zone FILE]...",
	.description =
		"The text to send: the exact zones of the prefixes (several where a prefix does not end at a label; one with its "
		"aliases, RFC 2317, for a part of an IPv4 octet), their NS records, a DS for each key signing key of a zone whose "
		"file is given and signed, and the TTL. Below it, for you: whom to ask, and the commands that show that all is "
		"well, before and after.\n"
		"sextant reverse generate makes the zones themselves.",
	.options = options,
	.run = run_reverse,
};

/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/inquiry.h"

#include "base/clock.h"
#include "cli/doctor/bundle.h"
#include "cli/doctor/clients.h"
#include "cli/doctor/connect.h"
#include "cli/doctor/read_logs.h"
#include "cli/doctor/tell.h"
#include "cli/query/servers.h"
#include "dns/rrtype.h"
#include "doctor/client_judge.h"
#include "watch/asker.h"

#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 3000
#define TRIES 3
#define ARENA_CHUNK (256 << 10)
#define ATTEMPTS_MOST 128
#define SECOND_US 1000000

/* --- What the command line says --- */

static int name_take_text(struct inquiry *inquiry)
{
	const char *const *operands;
	struct incident *incident = &inquiry->incident;
	size_t count = cli_operands(inquiry->cli, &operands);
	uint16_t type;
	incident->types[0] = RR_AAAA;
	incident->types[1] = RR_A;
	incident->type_count = 2;
	if (count > 2)
		return cli_usage_error(inquiry->cli, "%s: doctor takes one name and one type", operands[2]);
	if (count == 0)
		return EXIT_OK;
	if (name_from_text(span_text(operands[0]), name_root, &inquiry->name_buffer, &incident->name, NULL) != ERR_OK)
		return cli_usage_error(inquiry->cli, "%s is no domain name", operands[0]);
	incident->has_name = true;
	if (count == 1)
		return EXIT_OK;
	if (rrtype_from_text(span_text(operands[1]), &type) != ERR_OK)
		return cli_usage_error(inquiry->cli, "%s is no record type", operands[1]);
	if (type != RR_AAAA && type != RR_A)
		incident->types[incident->type_count++] = type;
	return EXIT_OK;
}

static int port_take(struct inquiry *inquiry)
{
	const char *text = cli_value(inquiry->cli, "port");
	char *end;
	if (text == NULL)
		return EXIT_OK;
	unsigned long port = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || port == 0 || port > UINT16_MAX)
		return cli_usage_error(inquiry->cli, "--port %s: a port is a number from 1 to 65535", text);
	inquiry->incident.port = (uint16_t)port;
	return EXIT_OK;
}

static int steps_take(struct inquiry *inquiry)
{
	const char *const *texts;
	size_t count = cli_values(inquiry->cli, "only", &texts);
	for (enum step step = STEP_AUTHORITY; step < STEP_COUNT; step++)
		inquiry->incident.is_wanted[step] = count == 0;
	for (size_t i = 0; i < count; i++) {
		enum step step;
		if (step_from_text(texts[i], &step) != ERR_OK)
			return cli_usage_error(inquiry->cli,
					       "--only %s: a step is 1 to 6, or authority, transport, validation, "
					       "discovery, fallback or radius",
					       texts[i]);
		inquiry->incident.is_wanted[step] = true;
	}
	return EXIT_OK;
}

/* An option of a step that is not made would be ignored. */
static int options_check(struct inquiry *inquiry)
{
	static const struct {
		const char *option;
		enum step step, other;
	} owners[] = {
		{"iface", STEP_DISCOVERY, STEP_DISCOVERY},
		{"lease", STEP_DISCOVERY, STEP_DISCOVERY},
		{"probe-v6", STEP_DISCOVERY, STEP_DISCOVERY},
		{"probe-v4", STEP_DISCOVERY, STEP_DISCOVERY},
		{"probe-bogus", STEP_DISCOVERY, STEP_DISCOVERY},
		{"port", STEP_FALLBACK, STEP_FALLBACK},
		{"logs", STEP_FALLBACK, STEP_RADIUS},
	};
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		if (cli_value(inquiry->cli, owners[i].option) != NULL && !inquiry->incident.is_wanted[owners[i].step] &&
		    !inquiry->incident.is_wanted[owners[i].other])
			return cli_usage_error(inquiry->cli, "--%s is of step %d, which --only leaves out",
					       owners[i].option, (int)owners[i].other + 1);
	}
	return EXIT_OK;
}

static void resolvers_add(struct incident *incident, const struct query_server *server)
{
	for (size_t i = 0; i < server->count && incident->resolver_count < INCIDENT_RESOLVERS_MAX; i++)
		incident->resolvers[incident->resolver_count++] = server->addresses[i];
}

/* Those named, else the host's own. */
static int resolvers_take(struct inquiry *inquiry)
{
	const char *const *texts;
	const char *conf = cli_value(inquiry->cli, "resolv-conf");
	size_t count = cli_values(inquiry->cli, "server", &texts);
	struct query_server server;
	for (size_t i = 0; i < count; i++) {
		int err = query_server_from_text(texts[i], &server);
		if (err != ERR_OK)
			return cli_usage_error(
				inquiry->cli, "--server %s: %s", texts[i],
				err == ERR_SYNTAX ? "write address or address@port"
						  : "this host finds no address of that name, or no such interface");
		if (inquiry->incident.resolver_count + server.count > INCIDENT_RESOLVERS_MAX)
			return cli_usage_error(inquiry->cli, "--server %s: %d addresses of resolvers are the most",
					       texts[i], INCIDENT_RESOLVERS_MAX);
		resolvers_add(&inquiry->incident, &server);
	}
	if (count > 0)
		return EXIT_OK;
	query_server_of_host(conf != NULL ? conf : DOCTOR_RESOLV_CONF, &server);
	resolvers_add(&inquiry->incident, &server);
	return EXIT_OK;
}

/* --- Gathering --- */

static int client_take(struct inquiry *inquiry)
{
	if (!inquiry->incident.is_wanted[STEP_DISCOVERY])
		return EXIT_OK;
	inquiry->client = calloc(1, sizeof(*inquiry->client));
	inquiry->client_findings = finding_list_new();
	if (inquiry->client == NULL || inquiry->client_findings == NULL)
		return EXIT_INTERNAL;
	int code = client_facts_take(inquiry->cli, inquiry->client);
	if (code != EXIT_OK)
		return code;
	client_judge(inquiry->client, inquiry->client_findings);
	finding_sort(inquiry->client_findings);
	inquiry->incident.client = inquiry->client;
	inquiry->incident.client_findings = inquiry->client_findings;
	return EXIT_OK;
}

static int book_open(struct inquiry *inquiry)
{
	inquiry->roots.cli = inquiry->cli;
	inquiry->roots.arena = arena_new(ARENA_CHUNK);
	inquiry->roots.count = 2; /* twice the questions of a zone */
	inquiry->arena = arena_new(ARENA_CHUNK);
	inquiry->diagnosis = calloc(1, sizeof(*inquiry->diagnosis));
	inquiry->incident.attempts = attempts_new(ATTEMPTS_MOST);
	if (inquiry->roots.arena == NULL || inquiry->arena == NULL || inquiry->diagnosis == NULL ||
	    inquiry->incident.attempts == NULL)
		return EXIT_INTERNAL;
	/* Without a name nothing is walked: resolvers and networks are looked at on hosts without a hints file, too. */
	bool is_walking = inquiry->incident.has_name || cli_value(inquiry->cli, "hints") != NULL ||
			  cli_value(inquiry->cli, "anchor") != NULL;
	int code = is_walking ? audit_roots_load(&inquiry->roots) : EXIT_OK;
	if (code == EXIT_OK)
		code = audit_books_make(&inquiry->roots);
	if (code != EXIT_OK)
		return code;
	inquiry->incident.facts = inquiry->roots.books[0].facts;
	inquiry->incident.options = &inquiry->roots.books[0].options;
	return EXIT_OK;
}

/* From the start, with what is known by now. */
static size_t examine(struct inquiry *inquiry)
{
	arena_reset(inquiry->arena);
	*inquiry->diagnosis = (struct diagnosis){.arena = inquiry->arena};
	return incident_examine(&inquiry->incident, inquiry->diagnosis);
}

/* Each round brings a fact or an attempt, and both books have an end. */
static int gather(struct inquiry *inquiry)
{
	unsigned timeout_ms = cli_timeout_ms(inquiry->cli, TIMEOUT_MS);
	struct asker_options options = {.timeout_ms = timeout_ms, .tries = TRIES};
	struct connect_options connecting = {.timeout_ms = timeout_ms};
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		options.is_family_allowed[family] = connecting.is_family_allowed[family] =
			cli_family_allowed(inquiry->cli, (int)family);
	asker_prepare();
	struct asker *asker = asker_new(inquiry->roots.books[0].facts, &options);
	if (asker == NULL)
		return EXIT_INTERNAL;
	bool is_moving = true;
	while (is_moving && examine(inquiry) > 0) {
		is_moving = asker_run(asker, false);
		if (!is_moving && attempts_wanted(inquiry->incident.attempts) > 0) {
			attempts_make(inquiry->incident.attempts, &connecting);
			is_moving = true;
		}
	}
	asker_free(asker);
	facts_close(inquiry->roots.books[0].facts);
	return is_moving ? EXIT_OK : EXIT_INTERNAL;
}

/* Logs are read when the zone is known, and examined with the rest. */
static int logs_take(struct inquiry *inquiry)
{
	const struct name *zone = inquiry->diagnosis->zone;
	/* Many logs have stamps of whole seconds. */
	uint64_t before_us = inquiry->started_us / SECOND_US * SECOND_US;
	int code = logs_read(inquiry->cli, zone != NULL ? *zone : name_root, before_us, &inquiry->logs);
	if (code != EXIT_OK || inquiry->logs == NULL)
		return code;
	inquiry->incident.logs = inquiry->logs;
	(void)examine(inquiry);
	return EXIT_OK;
}

/* --- The whole --- */

static void inquiry_free(struct inquiry *inquiry)
{
	finding_list_free(inquiry->client_findings);
	free(inquiry->client);
	log_view_free(inquiry->logs);
	attempts_free(inquiry->incident.attempts);
	free(inquiry->diagnosis);
	arena_free(inquiry->arena);
	audit_sources_free(&inquiry->roots);
}

int inquiry_command(struct cli *cli)
{
	static int (*const made[])(struct inquiry * inquiry) = {name_take_text, port_take,      steps_take,
								options_check,  resolvers_take, book_open,
								client_take,    gather,         logs_take};
	struct inquiry *inquiry = calloc(1, sizeof(*inquiry));
	int code = EXIT_OK;
	if (inquiry == NULL)
		return EXIT_INTERNAL;
	inquiry->cli = cli;
	inquiry->started_us = clock_wall_us();
	for (size_t i = 0; code == EXIT_OK && i < sizeof(made) / sizeof(made[0]); i++)
		code = made[i](inquiry);
	if (code == EXIT_OK) {
		code = inquiry_tell(inquiry); /* what was found is told even where the bundle cannot be written */
		int written = bundle_write(inquiry);
		code = written != EXIT_OK ? written : code;
	}
	inquiry_free(inquiry);
	free(inquiry);
	return code;
}

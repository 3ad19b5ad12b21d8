/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/audit.h"
#include "audit/checks.h"
#include "cli/audit/asker.h"
#include "cli/audit/screen.h"
#include "finding/report.h"

#include <stdlib.h>

#define TIMEOUT_MS 3000
#define TRIES 3
#define ARENA_CHUNK (256 << 10)
#define AT_ONCE 64 /* zones that are walked together */

/* --- Passes --- */

/* What the zones are judged in, one after the other. */
struct judging {
	struct audit *audit;
	struct arena *arena;
	struct view view;
};

static struct judging *judging_new(struct audit *audit)
{
	struct judging *judging = calloc(1, sizeof(*judging));
	if (judging == NULL)
		return NULL;
	judging->audit = audit;
	judging->arena = arena_new(ARENA_CHUNK);
	if (judging->arena != NULL)
		return judging;
	free(judging);
	return NULL;
}

static void judging_free(struct judging *judging)
{
	arena_free(judging->arena);
	free(judging);
}

/* The view is good until the next pass. */
static void target_pass(struct judging *judging, struct audit_target *target)
{
	arena_reset(judging->arena);
	struct walk walk = {
		.facts = judging->audit->facts, .arena = judging->arena, .options = &judging->audit->options};
	view_fill(&walk, target->zone, &judging->view);
	target->is_whole = walk.open == 0;
}

/* Those that are not whole, some at a time. True: there are such. */
static bool targets_pass(struct judging *judging)
{
	struct audit *audit = judging->audit;
	size_t missing = 0;
	for (size_t i = 0; i < audit->count && missing < AT_ONCE; i++) {
		struct audit_target *target = &audit->targets[i];
		if (!target->is_whole)
			target_pass(judging, target);
		missing += !target->is_whole;
	}
	return missing > 0;
}

/* Each round brings at least one fact, and the book has an end. */
static int facts_gather(struct judging *judging)
{
	struct cli *cli = judging->audit->cli;
	struct asker_options options = {.timeout_ms = cli_timeout_ms(cli, TIMEOUT_MS), .tries = TRIES};
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		options.is_family_allowed[family] = cli_family_allowed(cli, (int)family);
	struct asker *asker = asker_new(judging->audit->facts, &options);
	if (asker == NULL)
		return EXIT_INTERNAL;
	bool is_fine = true;
	while (is_fine && targets_pass(judging))
		is_fine = asker_run(asker);
	asker_free(asker);
	return is_fine ? EXIT_OK : EXIT_INTERNAL;
}

/* --- Telling --- */

struct telling {
	struct finding_list *findings;
	struct text screens, results; /* text */
	struct json_writer json;
};

static void targets_tell(struct judging *judging, struct telling *telling)
{
	struct audit *audit = judging->audit;
	for (size_t i = 0; i < audit->count; i++) {
		target_pass(judging, &audit->targets[i]);
		checks_run(&judging->view, telling->findings);
		if (cli_is_json(audit->cli)) {
			screen_json(&judging->view, &telling->json);
			continue;
		}
		screen_zone(&judging->view, &telling->screens);
		screen_result(&judging->view, &telling->results);
	}
	finding_list_read_excerpts(telling->findings); /* of --children */
	finding_sort(telling->findings);
}

static void tell_text(struct judging *judging, struct telling *telling, struct text *out)
{
	const struct cli *cli = judging->audit->cli;
	const struct report_options options = {.least = SEVERITY_NOTICE,
					       .is_color = cli_wants_color(cli),
					       .is_unfolded = cli_flag(cli, "verbose"),
					       .has_summary = !cli_is_quiet(cli),
					       .columns = cli_columns(cli),
					       .zone_count = judging->audit->count};
	targets_tell(judging, telling);
	text_add(out, text_string(&telling->screens));
	finding_report_text(telling->findings, &options, out);
	text_add(out, text_string(&telling->results));
	screen_legend(out);
}

static void tell_json(struct judging *judging, struct telling *telling, struct text *out)
{
	struct json_writer *json = &telling->json;
	json->out = out;
	json_begin_object(json, NULL);
	json_text(json, "schema", "sextant.audit/1");
	json_begin_array(json, "zones");
	targets_tell(judging, telling);
	json_end_array(json);
	finding_report_json_members(telling->findings, json);
	json_end_object(json);
	text_add_char(out, '\n');
}

static int tell(struct judging *judging)
{
	struct cli *cli = judging->audit->cli;
	struct telling telling = {.findings = finding_list_new()};
	struct text out = {0};
	if (telling.findings == NULL)
		return EXIT_INTERNAL;
	if (cli_is_json(cli))
		tell_json(judging, &telling, &out);
	else
		tell_text(judging, &telling, &out);
	bool is_failed = out.is_failed || telling.screens.is_failed || telling.results.is_failed;
	fputs(text_string(&out), cli_out(cli));
	int code = is_failed ? EXIT_INTERNAL : cli_findings_exit(cli, telling.findings);
	if (code == EXIT_OK && finding_count_undetermined(telling.findings) > 0)
		code = EXIT_UNDETERMINED;
	text_free(&out);
	text_free(&telling.screens);
	text_free(&telling.results);
	finding_list_free(telling.findings);
	return code;
}

static int judge(struct audit *audit)
{
	struct judging *judging = judging_new(audit);
	if (judging == NULL)
		return EXIT_INTERNAL;
	int code = audit->is_recorded ? EXIT_OK : facts_gather(judging);
	facts_close(audit->facts);
	if (code == EXIT_OK) {
		int saved = audit_facts_save(audit); /* what was found is told even so */
		code = tell(judging);
		code = saved != EXIT_OK ? saved : code;
	}
	judging_free(judging);
	return code;
}

static int audit_run(struct cli *cli)
{
	struct audit audit = {.cli = cli};
	int code = audit_sources_load(&audit);
	if (code == EXIT_OK)
		code = judge(&audit);
	audit_sources_free(&audit);
	return code;
}

static const struct cli_option audit_options[] = {
	{.name = "hints", .argument = "FILE", .help = "the root servers to begin with, in the form of named.root"},
	{.name = "anchor",
	 .argument = "FILE",
	 .help = "trust anchors (DS or DNSKEY records); else those of dns-root-data"},
	{.name = "children",
	 .argument = "ZONEFILE",
	 .help = "audit each delegation in a zone file as the file has it, before it is served; several times"},
	{.name = "origin",
	 .letter = 'o',
	 .argument = "ORIGIN",
	 .help = "the name of that zone; the n-th for the n-th file"},
	{.name = "ns", .argument = "NAME/ADDR", .help = "a server of a delegation that is not made yet; several times"},
	{.name = "ds",
	 .argument = "\"TAG ALGORITHM DIGESTTYPE DIGEST\"",
	 .help = "the DS that the parent is to have, in place of what it has; several times"},
	{.name = "save", .argument = "FILE", .help = "write every question and reply to FILE"},
	{.name = "from",
	 .argument = "FILE",
	 .help = "ask nothing; judge what an earlier run saved (several are put together)"},
	{0},
};

const struct command command_audit = {
	.name = "audit",
	.summary = "walk to a zone over each family alone, and say who resolves it and what is broken",
	.usage = "[DOMAIN...]",
	/* clang-format off */
	.description =
	    "Follows the delegations from the root to each DOMAIN twice, once over IPv6 alone and once over IPv4 alone, "
	    "through the zones that name servers are named in, and asks every address of the zone's name servers over UDP and "
	    "TCP. The table has a row for each server: glue (the delegation has its address), zone (the zone has it), udp and "
	    "tcp (it answers for the zone), 1232 (it answers where 1232 octets are allowed), same (serial and NS set are those "
	    "of the first server).\n"
	    "\n"
	    "The result says whether the zone can be resolved by resolvers that have one family only. Where it cannot, the zone "
	    "to be mended first is named: this one, one above it, or one that a server is named in.\n"
	    "\n"
	    "Signatures are validated over each family by itself: the zone's SOA, and AAAA and A of the zone's name and of www "
	    "below it.\n"
	    "\n"
	    "--ns tests a delegation before it is made: the servers, each with an address as glue (NAME/ADDR, once for each "
	    "address) or without (NAME), stand for what the parent would say; the rest of the way is walked as it is.\n"
	    "\n"
	    "--ds tests a DS in the same way: the chain of trust is followed as it would be with it, down to the zone's own keys.\n"
	    "\n"
	    "--children does the same for every delegation of a zone file: NS records, glue and addresses of the file stand for "
	    "what the zone's servers will say, and findings name the line. The exit code gates the change.\n"
	    "\n"
	    "--save keeps each question, with server, transport, size and time, and each reply in a JSON document; --from judges "
	    "such documents again, on any host, without asking. Signatures are judged as of the time of the first. What they lack is not known, and is never called fine.\n"
	    "\n"
	    "A family that this host cannot use is not tested, and never called fine. Servers are asked gently: three tries, "
	    "at most 8 questions at once to one address, and at most 4000 for a zone.\n"
	    "\n"
	    "Exit codes: 0 nothing found at or above --fail-on, 1 findings, 2 bad usage, 3 a family could not be tested.",
	/* clang-format on */
	.options = audit_options,
	.run = audit_run,
};

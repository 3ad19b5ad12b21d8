/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks.h"
#include "base/clock.h"
#include "cli/audit/asker.h"
#include "cli/audit/screen.h"
#include "cli/cli.h"
#include "config/resolver_files.h"
#include "finding/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 3000
#define TRIES 3
#define ARENA_CHUNK (256 << 10)
#define PASSES_MOST 200 /* a pass goes at least one question deeper */
#define FILE_MOST ((size_t)1 << 30)
#define KEYRING_ZONES 4096
#define ANCHOR_DEFAULT "/usr/share/dns/root.ds"
#define HINTS_DEFAULT "/usr/share/dns/root.hints"

struct target {
	struct name_buffer buffer;
	struct name zone;
	struct arena *arena; /* of its last pass */
	struct view view;
	bool is_whole;
};

struct audit {
	struct cli *cli;
	struct facts *facts;
	struct arena *arena; /* hints */
	struct finding_list *findings;
	struct walk_options options;
	struct target *targets;
	size_t count;
	struct anchors *anchors;
	struct keyring *keyring;
	bool is_recorded; /* nothing is asked */
};

static int file_read(const char *path, struct text *ret)
{
	char buffer[65536];
	size_t got;
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return -errno;
	while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0 && ret->size < FILE_MOST)
		text_add_size(ret, buffer, got);
	int err = ferror(file) ? -EIO : ret->size >= FILE_MOST ? -EFBIG : ret->is_failed ? -ENOMEM : ERR_OK;
	fclose(file);
	return err;
}

/* --- What the command line says --- */

static int hints_load(struct audit *audit)
{
	const char *path = cli_value(audit->cli, "hints");
	struct policy_server *servers = NULL;
	struct span text;
	size_t count = 0;
	if (path == NULL)
		path = HINTS_DEFAULT;
	int err = small_file_read(audit->arena, path, &text);
	if (err != ERR_OK)
		return cli_usage_error(audit->cli, "%s: %s; name a file of root servers with --hints", path,
				       err_text(err));
	struct finding_list *findings = finding_list_new();
	if (findings == NULL)
		return EXIT_INTERNAL;
	err = hints_take(audit->arena, path, text, findings, &servers, &count);
	finding_list_free(findings);
	if (err != ERR_OK)
		return cli_usage_error(audit->cli, "%s: it has no name server of the root with an address", path);
	struct chain_hint *hints =
		arena_alloc_zeroed(audit->arena, count * sizeof(*hints), _Alignof(struct chain_hint));
	if (hints == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < count; i++)
		hints[i] = (struct chain_hint){.name = servers[i].name, .endpoint = servers[i].endpoint};
	audit->options = (struct walk_options){.hints = hints, .hint_count = count, .port = 53};
	return EXIT_OK;
}

/* The trust anchor: of --anchor, else Debian's. Without one nothing is validated. */
static int anchor_load(struct audit *audit)
{
	const char *path = cli_value(audit->cli, "anchor");
	struct span text;
	size_t line = 0;
	int err = small_file_read(audit->arena, path != NULL ? path : ANCHOR_DEFAULT, &text);
	audit->anchors = anchors_new();
	audit->keyring = keyring_new(KEYRING_ZONES);
	if (audit->anchors == NULL || audit->keyring == NULL)
		return EXIT_INTERNAL;
	if (err == ERR_OK)
		err = anchors_add_file_text(audit->anchors, text, &line);
	if (err != ERR_OK && path != NULL)
		return cli_usage_error(audit->cli, "%s: no trust anchor can be read from it", path);
	audit->options.anchors = err == ERR_OK ? audit->anchors : NULL;
	audit->options.keyring = audit->keyring;
	audit->options.now_s = clock_wall_us() / 1000000;
	audit->options.now_us = clock_monotonic_us();
	return EXIT_OK;
}

/* What earlier runs saw, instead of asking. */
static int facts_load(struct audit *audit)
{
	const char *const *paths;
	size_t count = cli_values(audit->cli, "from", &paths);
	for (size_t i = 0; i < count; i++) {
		char message[160];
		struct text text = {0};
		int err = file_read(paths[i], &text);
		if (err != ERR_OK) {
			text_free(&text);
			return cli_usage_error(audit->cli, "%s: %s", paths[i], err_text(err));
		}
		err = facts_from_json(audit->facts, text_string(&text), text.size, message);
		text_free(&text);
		if (err == ERR_SYNTAX)
			return cli_usage_error(audit->cli, "%s: %s", paths[i], message);
		if (err != ERR_OK)
			return EXIT_INTERNAL;
	}
	audit->is_recorded = count > 0;
	return EXIT_OK;
}

static int facts_save(struct audit *audit)
{
	const char *path = cli_value(audit->cli, "save");
	struct text out = {0};
	if (path == NULL)
		return EXIT_OK;
	facts_to_json(audit->facts, &out);
	FILE *file = fopen(path, "w");
	bool is_written = file != NULL && !out.is_failed && fwrite(out.data, 1, out.size, file) == out.size;
	is_written = file != NULL && fclose(file) == 0 && is_written;
	text_free(&out);
	return is_written ? EXIT_OK : cli_usage_error(audit->cli, "%s: cannot be written: %s", path, strerror(errno));
}

static int targets_take(struct audit *audit)
{
	const char *const *operands;
	audit->count = cli_operands(audit->cli, &operands);
	if (audit->count == 0)
		return cli_usage_error(audit->cli, "audit needs the name of a zone: sextant audit example.com");
	audit->targets = calloc(audit->count, sizeof(*audit->targets));
	if (audit->targets == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < audit->count; i++) {
		struct target *target = &audit->targets[i];
		if (name_from_text(span_text(operands[i]), name_root, &target->buffer, &target->zone, NULL) != ERR_OK)
			return cli_usage_error(audit->cli, "%s is no domain name", operands[i]);
		target->arena = arena_new(ARENA_CHUNK);
		if (target->arena == NULL)
			return EXIT_INTERNAL;
	}
	return EXIT_OK;
}

/* "ns1.example.com/2001:db8::53", or a name alone. */
static int given_take(struct audit *audit, const char *text, struct chain_hint *ret)
{
	char name_text[NAME_TEXT_MAX];
	struct name_buffer buffer;
	struct name name;
	const char *slash = strchr(text, '/');
	size_t size = slash != NULL ? (size_t)(slash - text) : strlen(text);
	if (size >= sizeof(name_text))
		return cli_usage_error(audit->cli, "--ns %s: the name is too long", text);
	memcpy(name_text, text, size);
	name_text[size] = '\0';
	*ret = (struct chain_hint){0};
	if (name_from_text(span_text(name_text), name_root, &buffer, &name, NULL) != ERR_OK)
		return cli_usage_error(audit->cli, "--ns %s: %s is no domain name", text, name_text);
	if (slash != NULL && ip_endpoint_from_text(slash + 1, audit->options.port, &ret->endpoint) != ERR_OK)
		return cli_usage_error(audit->cli, "--ns %s: %s is no address", text, slash + 1);
	uint8_t *wire = arena_copy(audit->arena, name.wire, name.size, 1);
	if (wire == NULL)
		return EXIT_INTERNAL;
	ret->name = (struct name){.wire = wire, .size = name.size, .labels = name.labels};
	return EXIT_OK;
}

/* The delegation as it would be, in place of the one that there is. */
static int delegation_take(struct audit *audit)
{
	const char *const *texts;
	size_t count = cli_values(audit->cli, "ns", &texts);
	if (count == 0)
		return EXIT_OK;
	if (audit->count != 1)
		return cli_usage_error(audit->cli, "--ns is the delegation of one zone; give one DOMAIN");
	struct chain_hint *given =
		arena_alloc_zeroed(audit->arena, count * sizeof(*given), _Alignof(struct chain_hint));
	if (given == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < count; i++) {
		int code = given_take(audit, texts[i], &given[i]);
		if (code != EXIT_OK)
			return code;
	}
	audit->options.given_zone = &audit->targets[0].zone;
	audit->options.given = given;
	audit->options.given_count = count;
	return EXIT_OK;
}

/* --- Passes --- */

/* True: something is missing that was wanted. */
static bool target_pass(struct audit *audit, struct target *target)
{
	arena_reset(target->arena);
	struct walk walk = {.facts = audit->facts, .arena = target->arena, .options = &audit->options};
	view_fill(&walk, target->zone, &target->view);
	target->is_whole = walk.open == 0;
	return !target->is_whole;
}

static bool all_pass(struct audit *audit)
{
	bool is_missing = false;
	for (size_t i = 0; i < audit->count; i++) {
		if (!audit->targets[i].is_whole)
			is_missing = target_pass(audit, &audit->targets[i]) || is_missing;
	}
	return is_missing;
}

static int facts_gather(struct audit *audit)
{
	if (audit->is_recorded) {
		facts_close(audit->facts);
		all_pass(audit);
		return EXIT_OK;
	}
	struct asker_options options = {.timeout_ms = cli_timeout_ms(audit->cli, TIMEOUT_MS), .tries = TRIES};
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		options.is_family_allowed[family] = cli_family_allowed(audit->cli, (int)family);
	struct asker *asker = asker_new(audit->facts, &options);
	if (asker == NULL)
		return EXIT_INTERNAL;
	for (unsigned pass = 0; pass < PASSES_MOST && all_pass(audit); pass++) {
		if (!asker_run(asker))
			break;
	}
	asker_free(asker);
	/* What is still missing cannot be had; it is judged as not known. */
	facts_close(audit->facts);
	all_pass(audit);
	return EXIT_OK;
}

/* --- Telling --- */

static void tell_text(struct audit *audit, struct text *out)
{
	const struct report_options options = {.least = SEVERITY_NOTICE,
					       .is_color = cli_wants_color(audit->cli),
					       .is_unfolded = cli_flag(audit->cli, "verbose"),
					       .has_summary = !cli_is_quiet(audit->cli),
					       .columns = cli_columns(audit->cli),
					       .zone_count = audit->count};
	for (size_t i = 0; i < audit->count; i++)
		screen_zone(&audit->targets[i].view, out);
	finding_report_text(audit->findings, &options, out);
	for (size_t i = 0; i < audit->count; i++)
		screen_result(&audit->targets[i].view, out);
	screen_legend(out);
}

static void tell_json(struct audit *audit, struct text *out)
{
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_text(&json, "schema", "sextant.audit/1");
	json_begin_array(&json, "zones");
	for (size_t i = 0; i < audit->count; i++)
		screen_json(&audit->targets[i].view, &json);
	json_end_array(&json);
	finding_report_json_members(audit->findings, &json);
	json_end_object(&json);
	text_add_char(out, '\n');
}

static int tell(struct audit *audit)
{
	struct text out = {0};
	for (size_t i = 0; i < audit->count; i++)
		checks_run(&audit->targets[i].view, audit->findings);
	finding_sort(audit->findings);
	if (cli_is_json(audit->cli))
		tell_json(audit, &out);
	else
		tell_text(audit, &out);
	bool is_failed = out.is_failed;
	fputs(text_string(&out), cli_out(audit->cli));
	text_free(&out);
	int code = is_failed ? EXIT_INTERNAL : cli_findings_exit(audit->cli, audit->findings);
	return code == EXIT_OK && finding_count_undetermined(audit->findings) > 0 ? EXIT_UNDETERMINED : code;
}

static void audit_end(struct audit *audit)
{
	for (size_t i = 0; audit->targets != NULL && i < audit->count; i++)
		arena_free(audit->targets[i].arena);
	free(audit->targets);
	facts_free(audit->facts);
	anchors_free(audit->anchors);
	keyring_free(audit->keyring);
	arena_free(audit->arena);
	finding_list_free(audit->findings);
}

static int audit_run(struct cli *cli)
{
	struct audit audit = {
		.cli = cli, .facts = facts_new(), .arena = arena_new(ARENA_CHUNK), .findings = finding_list_new()};
	int code = audit.facts == NULL || audit.arena == NULL || audit.findings == NULL ? EXIT_INTERNAL : EXIT_OK;
	if (code == EXIT_OK)
		code = hints_load(&audit);
	if (code == EXIT_OK)
		code = anchor_load(&audit);
	if (code == EXIT_OK)
		code = targets_take(&audit);
	if (code == EXIT_OK)
		code = delegation_take(&audit);
	if (code == EXIT_OK)
		code = facts_load(&audit);
	if (code == EXIT_OK)
		code = facts_gather(&audit);
	if (code == EXIT_OK)
		code = facts_save(&audit);
	if (code == EXIT_OK)
		code = tell(&audit);
	audit_end(&audit);
	return code;
}

static const struct cli_option audit_options[] = {
	{.name = "hints", .argument = "FILE", .help = "the root servers to begin with, in the form of named.root"},
	{.name = "anchor",
	 .argument = "FILE",
	 .help = "trust anchors (DS or DNSKEY records); else those of dns-root-data"},
	{.name = "ns", .argument = "NAME/ADDR", .help = "a server of a delegation that is not made yet; several times"},
	{.name = "save", .argument = "FILE", .help = "write every question and reply to FILE"},
	{.name = "from",
	 .argument = "FILE",
	 .help = "ask nothing; judge what an earlier run saved (several are put together)"},
	{0},
};

const struct command command_audit = {
	.name = "audit",
	.summary = "walk to a zone over each family alone, and say who resolves it and what is broken",
	.usage = "DOMAIN...",
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
	    "--save keeps each question, with server, transport, size and time, and each reply in a JSON document; --from judges "
	    "such documents again, on any host, without asking. What they lack is not known, and is never called fine.\n"
	    "\n"
	    "A family that this host cannot use is not tested, and never called fine. Servers are asked gently: three tries, at "
	    "most 256 questions at once.\n"
	    "\n"
	    "Exit codes: 0 nothing found at or above --fail-on, 1 findings, 2 bad usage, 3 a family could not be tested.",
	/* clang-format on */
	.options = audit_options,
	.run = audit_run,
};

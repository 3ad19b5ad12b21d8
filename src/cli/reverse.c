/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/clock.h"
#include "cli/reverse_zones.h"
#include "dns/reverse.h"

#include <stdlib.h>
#include <string.h>

/* --- sextant reverse check --- */

static bool is_about_reverse(enum finding_code code)
{
	return code == FINDING_PTR_MISSING || code == FINDING_PTR_OWNER;
}

/* The findings on reverse names alone: what else is wrong with these zones is `sextant check`'s matter. */
static void keep_reverse(const struct finding_list *from, struct finding_list *to)
{
	for (size_t i = 0; i < finding_count(from); i++) {
		const struct finding *finding = finding_at(from, i);
		if (!is_about_reverse(finding->code))
			continue;
		struct finding *kept = finding_add(to, finding->code, finding->place, finding->subject, finding->fix, "%s",
		                                   finding->cause);
		if (kept == NULL)
			continue;
		kept->severity = finding->severity;
		kept->is_undetermined = finding->is_undetermined;
		if (finding->excerpt != NULL)
			finding_set_excerpt(to, kept, finding->excerpt, strlen(finding->excerpt));
	}
}

static int judge(const struct reverse_zones *zones, struct finding_list *findings)
{
	struct lint_zone *given = calloc(zones->count + 1, sizeof(*given));
	struct finding_list *all = finding_list_new();
	int code = given != NULL && all != NULL ? EXIT_OK : EXIT_INTERNAL;
	if (code == EXIT_OK) {
		for (size_t i = 0; i < zones->count; i++)
			given[i] = (struct lint_zone){.zone = zones->zones[i], .places = zones->places[i]};
		struct lint_input input = {.zones = given, .zone_count = zones->count, .now_s = clock_wall_us() / 1000000};
		zone_lint_all(&input, all);
		keep_reverse(all, findings);
	}
	finding_list_free(all);
	free(given);
	return code;
}

static int run_check(struct cli *cli)
{
	const char *const *operands;
	size_t count = cli_operands(cli, &operands);
	struct finding_list *loading = finding_list_new(), *findings = finding_list_new();
	struct reverse_zones zones = {0};
	int code = EXIT_INTERNAL;
	if (loading != NULL && findings != NULL)
		code = reverse_zones_load(cli, operands, count, loading, &zones);
	if (code == EXIT_OK || code == EXIT_FOUND) {
		/* What reading had to say counts only where it kept zones out of the comparison. */
		struct finding_list *said = code == EXIT_FOUND ? loading : findings;
		code = judge(&zones, said);
		if (code == EXIT_OK)
			code = cli_report_findings(cli, "sextant.reverse-check/1", said, zones.count);
	}
	reverse_zones_free(&zones);
	finding_list_free(loading);
	finding_list_free(findings);
	return code;
}

static const struct cli_option no_options[] = {{NULL}};

const struct command command_reverse_check = {
	.name = "reverse check",
	.summary = "compare forward and reverse zones, both ways",
	.usage = "[ZONEFILE[:ORIGIN]...]",
	.description =
		"Give forward and reverse zones together, as files or as names of zones of the configuration; without operands "
		"all zones of the configuration are compared. Found are addresses without PTR, PTR records whose target does not "
		"have the address, and PTR owners that no program can ask for because their number of labels is wrong.",
	.options = no_options,
	.run = run_check,
};

/* --- sextant reverse name --- */

static void name_say(struct cli *cli, struct json_writer *json, const char *of, struct name name)
{
	char text[NAME_TEXT_MAX];
	name_to_display(name, text);
	if (!cli_is_json(cli)) {
		fprintf(cli_out(cli), "%s\n", text);
		return;
	}
	json_begin_object(json, NULL);
	json_text(json, "of", of);
	json_text(json, "name", text);
	json_end_object(json);
}

/* An address has one name; a prefix those of its zones. */
static void prefix_say(struct cli *cli, struct json_writer *json, const struct ip_prefix *prefix)
{
	for (unsigned i = 0; i < reverse_delegation_count(prefix); i++) {
		char of[IP_PREFIX_TEXT_MAX];
		struct name_buffer buffer;
		struct ip_prefix zone;
		struct name name = reverse_delegation(prefix, i, &zone, &buffer);
		ip_prefix_to_text(&zone, of);
		name_say(cli, json, of, name);
	}
}

static int operand_name(struct cli *cli, const char *operand, struct json_writer *json)
{
	struct ip_addr addr;
	struct ip_prefix prefix;
	struct name_buffer buffer;
	if (strchr(operand, '/') == NULL && ip_addr_from_text(operand, &addr) == ERR_OK) {
		name_say(cli, json, operand, reverse_from_addr(&addr, &buffer));
		return EXIT_OK;
	}
	int err = strchr(operand, '/') != NULL ? ip_prefix_from_text(operand, &prefix) : ERR_SYNTAX;
	if (err == ERR_MISMATCH)
		return cli_usage_error(cli, "%s: bits are set behind the prefix length", operand);
	if (err != ERR_OK)
		return cli_usage_error(cli, "%s: this is neither an address nor a prefix", operand);
	prefix_say(cli, json, &prefix);
	return EXIT_OK;
}

static int operand_addr(struct cli *cli, const char *operand, struct json_writer *json)
{
	struct name_buffer buffer;
	struct name name;
	struct ip_prefix prefix;
	char text[IP_PREFIX_TEXT_MAX];
	int err = name_from_text(span_text(operand), name_root, &buffer, &name, NULL);
	if (err == ERR_OK)
		err = reverse_to_prefix(name, &prefix);
	if (err == ERR_RANGE)
		return cli_usage_error(cli, "%s: more labels than an address has: 32 below ip6.arpa, 4 below in-addr.arpa", operand);
	if (err == ERR_SYNTAX)
		return cli_usage_error(cli, "%s: a label is no hex digit (ip6.arpa) or no number up to 255 (in-addr.arpa)", operand);
	if (err != ERR_OK)
		return cli_usage_error(cli, "%s: the name is not below ip6.arpa or in-addr.arpa", operand);
	if (prefix.length == 8 * ip_addr_size(prefix.addr.family))
		ip_addr_to_text(&prefix.addr, text);
	else
		ip_prefix_to_text(&prefix, text);
	if (!cli_is_json(cli)) {
		fprintf(cli_out(cli), "%s\n", text);
		return EXIT_OK;
	}
	json_begin_object(json, NULL);
	json_text(json, "of", operand);
	json_text(json, "address", text);
	json_end_object(json);
	return EXIT_OK;
}

/* Every operand is a line of text, or an object of one JSON document. */
static int run_operands(struct cli *cli, const char *schema, const char *wanted,
                        int (*say)(struct cli *cli, const char *operand, struct json_writer *json))
{
	const char *const *operands;
	size_t count = cli_operands(cli, &operands);
	struct text out = {0};
	struct json_writer json = {.out = &out};
	int worst = count > 0 ? EXIT_OK : cli_usage_error(cli, "%s", wanted);
	json_begin_object(&json, NULL);
	json_text(&json, "schema", schema);
	json_begin_array(&json, "results");
	for (size_t i = 0; i < count; i++) {
		int code = say(cli, operands[i], &json);
		if (code > worst)
			worst = code;
	}
	json_end_array(&json);
	json_end_object(&json);
	if (cli_is_json(cli) && count > 0)
		fprintf(cli_out(cli), "%s\n", text_string(&out));
	text_free(&out);
	return worst;
}

static int run_name(struct cli *cli)
{
	return run_operands(cli, "sextant.reverse-name/1", "give an address or a prefix: 2001:db8:10::20", operand_name);
}

static int run_addr(struct cli *cli)
{
	return run_operands(cli, "sextant.reverse-addr/1", "give a name below ip6.arpa or in-addr.arpa", operand_addr);
}

const struct command command_reverse_name = {
	.name = "reverse name",
	.summary = "the reverse name of an address, or the reverse zones of a prefix",
	.usage = "ADDRESS|PREFIX...",
	.description = "A prefix off the nibble (IPv6) or octet (IPv4) has several zones, one a line; an IPv4 prefix of "
	               "/25 to /31 has one classless zone (RFC 2317).",
	.options = no_options,
	.run = run_name,
};

const struct command command_reverse_addr = {
	.name = "reverse addr",
	.summary = "the address or prefix that a reverse name stands for",
	.usage = "NAME...",
	.description = "A name with all its labels is an address, one with fewer the prefix of a zone.",
	.options = no_options,
	.run = run_addr,
};

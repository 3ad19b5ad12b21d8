/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/check.h"

#include "base/clock.h"
#include "finding/report.h"
#include "ip/nat64.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DATE_MAX 16

/* --- Loading what was named --- */

/* EXIT_OK, also when the configuration has errors that are findings. */
static int add_config(struct check *check, const char *path)
{
	if (check->config_path != NULL)
		return cli_usage_error(check->cli, "%s and %s are both configurations; give one", check->config_path,
				       path);
	check->config_path = path;
	int err = config_load(path, NULL, check->findings, &check->config);
	if (err == ERR_SYNTAX) {
		finding_list_read_excerpts(check->findings);
		cli_report_findings(check->cli, "sextant.check/1", check->findings, 0);
		return EXIT_USAGE;
	}
	if (err == ERR_FINDINGS)
		return EXIT_OK;
	if (err != ERR_OK)
		return cli_usage_error(check->cli, "%s: %s", path, err_text(err));
	return check_load_config_zones(&check->zones, check->config, check->findings) == ERR_OK ? EXIT_OK
												: EXIT_INTERNAL;
}

static int add_zone_file(struct check *check, const char *path, const char *origin)
{
	struct name_buffer buffer;
	struct name apex;
	int err = origin != NULL ? name_from_text(span_text(origin), name_root, &buffer, &apex, NULL)
				 : check_guess_apex(path, &buffer, &apex);
	if (err != ERR_OK && origin != NULL)
		return cli_usage_error(check->cli, "-o %s: no domain name", origin);
	if (err == ERR_NOT_FOUND)
		return cli_usage_error(check->cli, "%s does not say which zone it is; give its name with -o", path);
	if (err != ERR_OK)
		return cli_usage_error(check->cli, "%s: %s", path, err_text(err));
	return check_load_zone(&check->zones, path, apex, check->findings) == ERR_OK ? EXIT_OK : EXIT_INTERNAL;
}

/* The n-th -o is for the n-th zone file. */
static int add_operands(struct check *check)
{
	const char *const *operands, *const *origins;
	const char *usual = cli_config_path(check->cli);
	size_t count = cli_operands(check->cli, &operands), origin_count = cli_values(check->cli, "origin", &origins);
	size_t files = 0;
	for (size_t i = 0; i < (count == 0 ? 1 : count); i++) {
		const char *path = count == 0 ? usual : operands[i];
		bool is_config = count == 0;
		int err = is_config ? ERR_OK : check_sniff_config(path, &is_config);
		if (err != ERR_OK)
			return cli_usage_error(check->cli, "%s: %s", path, err_text(err));
		int code = is_config ? add_config(check, path)
				     : add_zone_file(check, path, files < origin_count ? origins[files] : NULL);
		files += !is_config;
		if (code != EXIT_OK)
			return code;
	}
	if (origin_count > files)
		return cli_usage_error(check->cli, "%zu times -o for %zu zone file%s", origin_count, files,
				       files == 1 ? "" : "s");
	return EXIT_OK;
}

static int add_pref64(struct check *check)
{
	const char *const *texts;
	size_t count = cli_values(check->cli, "pref64", &texts);
	size_t configured = check->config == NULL ? 0 : check->config->pref64_count;
	check->pref64 = calloc(count + configured + 1, sizeof(*check->pref64));
	if (check->pref64 == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < configured; i++)
		check->pref64[check->pref64_count++] = check->config->pref64[i];
	for (size_t i = 0; i < count; i++) {
		struct ip_prefix *prefix = &check->pref64[check->pref64_count++];
		if (ip_prefix_from_text(texts[i], prefix) != ERR_OK || !nat64_is_prefix(prefix))
			return cli_usage_error(
				check->cli, "--pref64 %s: a NAT64 prefix is IPv6 and has 32, 40, 48, 56, 64 or 96 bits",
				texts[i]);
	}
	return EXIT_OK;
}

/* --- Judging --- */

static int lint_zones(struct check *check)
{
	struct lint_zone *given = calloc(check->zones.count + 1, sizeof(*given));
	if (given == NULL)
		return EXIT_INTERNAL;
	struct lint_input input = {
		.zones = given, .pref64 = check->pref64, .pref64_count = check->pref64_count, .now_s = check->now_s};
	for (size_t i = 0; i < check->zones.count; i++) {
		const struct check_zone *zone = &check->zones.zones[i];
		if (zone->zone != NULL)
			given[input.zone_count++] = (struct lint_zone){.zone = zone->zone, .places = zone->places};
	}
	zone_lint_all(&input, check->findings);
	free(given);
	return EXIT_OK;
}

/* --- The head: what was read --- */

static void date_text(uint64_t time_s, char ret_text[DATE_MAX])
{
	time_t when = (time_t)time_s;
	struct tm parts;
	gmtime_r(&when, &parts);
	strftime(ret_text, DATE_MAX, "%Y-%m-%d", &parts);
}

/* Names that own something: empty non-terminals are an answer's business. */
static size_t name_count(const struct zone *zone)
{
	size_t count = 0;
	for (const struct zone_node *node = zone_node_first(zone); node != NULL; node = zone_node_next(zone, node))
		count += !zone_node_is_empty(node);
	return count;
}

static void print_zone_line(const struct check *check, const struct check_zone *zone, int path_width, int apex_width)
{
	FILE *out = cli_out(check->cli);
	char date[DATE_MAX], apex[NAME_TEXT_MAX];
	name_to_display(check_zone_apex(zone), apex);
	fprintf(out, "  %-*s   %-*s   ", path_width, zone->path, apex_width, apex);
	if (zone->zone == NULL) {
		fputs("not loaded\n", out);
		return;
	}
	size_t names = name_count(zone->zone);
	uint64_t until = zone_signed_until(zone->zone, check->now_s);
	fprintf(out, "serial %-10u   %zu name%s", zone_serial(zone->zone), names, names == 1 ? "" : "s");
	date_text(until, date);
	if (until > 0)
		fprintf(out, ", signed until %s", date);
	fputc('\n', out);
}

static void print_head(const struct check *check)
{
	int path_width = 0, apex_width = 0;
	for (size_t i = 0; i < check->zones.count; i++) {
		char apex[NAME_TEXT_MAX];
		int size = (int)strlen(check->zones.zones[i].path);
		int apex_size = (int)name_to_display(check_zone_apex(&check->zones.zones[i]), apex);
		path_width = size > path_width ? size : path_width;
		apex_width = apex_size > apex_width ? apex_size : apex_width;
	}
	if (check->config_path != NULL)
		fprintf(cli_out(check->cli), "%s\n", check->config_path);
	for (size_t i = 0; i < check->zones.count; i++)
		print_zone_line(check, &check->zones.zones[i], path_width, apex_width);
	fputc('\n', cli_out(check->cli));
}

static void json_head(const struct check *check, struct json_writer *json)
{
	json_text(json, "config", check->config_path);
	json_begin_array(json, "zones");
	for (size_t i = 0; i < check->zones.count; i++) {
		const struct check_zone *zone = &check->zones.zones[i];
		char apex[NAME_TEXT_MAX], date[DATE_MAX];
		name_to_display(check_zone_apex(zone), apex);
		json_begin_object(json, NULL);
		json_text(json, "name", apex);
		json_text(json, "file", zone->path);
		json_bool(json, "loaded", zone->zone != NULL);
		if (zone->zone != NULL) {
			uint64_t until = zone_signed_until(zone->zone, check->now_s);
			date_text(until, date);
			json_number(json, "serial", zone_serial(zone->zone));
			json_number(json, "names", (int64_t)name_count(zone->zone));
			json_number(json, "records", (int64_t)zone_record_count(zone->zone));
			json_text(json, "signed_until", until > 0 ? date : NULL);
		}
		json_end_object(json);
	}
	json_end_array(json);
}

/* --- The report --- */

static int report_json(struct check *check)
{
	const char *old = cli_value(check->cli, "against");
	struct text out = {0};
	struct json_writer json = {.out = &out};
	json_begin_object(&json, NULL);
	json_text(&json, "schema", "sextant.check/1");
	json_head(check, &json);
	int code = EXIT_OK;
	if (old != NULL) {
		json_begin_array(&json, "against");
		code = check_against(check, old, &json);
		json_end_array(&json);
	}
	finding_list_read_excerpts(check->findings);
	finding_sort(check->findings);
	finding_report_json_members(check->findings, &json);
	json_end_object(&json);
	text_add_char(&out, '\n');
	if (code == EXIT_OK)
		code = out.is_failed ? EXIT_INTERNAL : cli_findings_exit(check->cli, check->findings);
	if (code == EXIT_OK || code == EXIT_FOUND)
		fputs(text_string(&out), cli_out(check->cli));
	text_free(&out);
	return code;
}

static int report_text(struct check *check)
{
	const char *old = cli_value(check->cli, "against");
	if (!cli_is_quiet(check->cli))
		print_head(check);
	if (old != NULL) {
		int code = check_against(check, old, NULL);
		if (code != EXIT_OK)
			return code;
	}
	return cli_report_findings(check->cli, "sextant.check/1", check->findings, check->zones.count);
}

static int check_all(struct check *check)
{
	int code = add_operands(check);
	if (code == EXIT_OK)
		code = add_pref64(check);
	if (code == EXIT_OK)
		code = lint_zones(check);
	if (code != EXIT_OK)
		return code;
	return cli_is_json(check->cli) ? report_json(check) : report_text(check);
}

static int run_check(struct cli *cli)
{
	struct check check = {.cli = cli, .findings = finding_list_new(), .now_s = clock_wall_us() / 1000000};
	if (check.findings == NULL)
		return EXIT_INTERNAL;
	if (cli_is_json(cli) || cli_flag(cli, "verbose"))
		finding_list_set_limit(check.findings, SIZE_MAX);
	int code = check_all(&check);
	check_zones_free(&check.zones);
	config_free(check.config);
	free(check.pref64);
	finding_list_free(check.findings);
	return code;
}

const struct command command_check = {
	.name = "check",
	.summary = "find what is wrong with a configuration and zones",
	.usage = "[CONFIG|ZONEFILE...]",
	.description =
		"Reads the configuration and every zone in it, or the zone files named, and judges them by RFC 10001 "
		"and the rules "
		"of the DNS: name servers and glue of both families for each zone and delegation, addresses that embed "
		"IPv4, "
		"reverse names, hints, signatures. All zones given are judged together: addresses, child zones and PTR "
		"records "
		"are looked up across them. What no given zone knows is reported as undetermined, never as good.\n"
		"\n"
		"The name of a loose zone file is taken from -o (repeated for several files, in their order), else "
		"from the owner of "
		"its SOA, else from its file name.\n"
		"\n"
		"With --against, what differs from an older version is printed, and by when every cache will have seen "
		"it; OLD is a "
		"zone file, a configuration, or a folder with files of the same names. A serial that did not go up is "
		"an error.",
	.options =
		(const struct cli_option[]){
			{"origin", 'o', "ORIGIN", "the zone's name; for several zone files once for each"},
			{"against", 0, "OLD", "print what differs from an older version"},
			{"pref64", 0, "PREFIX", "a NAT64 prefix in use, besides the well-known and configured ones"},
			{"verbose", 'v', NULL, "list every finding and change, however many"},
			{NULL}},
	.run = run_check,
};

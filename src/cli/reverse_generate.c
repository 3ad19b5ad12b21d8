/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/reverse_generate.h"

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/reverse_output.h"
#include "cli/reverse_zones.h"
#include "dns/rdata.h"

#include <stdlib.h>
#include <string.h>

#define SERVERS_MAX 13

/* One run of the command. */
struct generate {
	struct cli *cli;
	struct finding_list *findings;
	struct reverse_zones forwards;
	struct reverse_input input;
	struct reverse_plan *plan;
	const char *output; /* NULL: stdout */
	struct name servers[SERVERS_MAX];
	struct name_buffer server_buffers[SERVERS_MAX];
	struct name_buffer mailbox_buffer;
	struct generate_file *files;
};

/* One zone of it. */
struct generate_file {
	struct text path;
	struct text text;
	struct reverse_result result;
	bool has_old;
};

static int read_names(struct generate *generate)
{
	struct cli *cli = generate->cli;
	const char *const *texts;
	size_t count = cli_values(cli, "ns", &texts);
	if (count > SERVERS_MAX)
		return cli_usage_error(cli, "--ns: at most %d name servers", SERVERS_MAX);
	for (size_t i = 0; i < count; i++) {
		if (name_from_text(span_text(texts[i]), name_root, &generate->server_buffers[i], &generate->servers[i],
		                   NULL) != ERR_OK)
			return cli_usage_error(cli, "--ns %s: this is no domain name", texts[i]);
	}
	generate->input.servers = generate->servers;
	generate->input.server_count = count;
	const char *mailbox = cli_value(cli, "mailbox");
	if (mailbox != NULL && name_from_text(span_text(mailbox), name_root, &generate->mailbox_buffer,
	                                      &generate->input.mailbox, NULL) != ERR_OK)
		return cli_usage_error(cli, "--mailbox %s: write it as a name: hostmaster.example.com", mailbox);
	return EXIT_OK;
}

/* RFC 2181 8: at most 2^31-1. */
static int read_ttl(struct cli *cli, const char *text, uint32_t *ret_s)
{
	uint32_t ttl_s;
	if (rdata_ttl_from_text(span_text(text), &ttl_s) != ERR_OK || ttl_s > 0x7fffffff)
		return cli_usage_error(cli, "--ttl %s: write 3600 or 1h, at most 2147483647 seconds", text);
	*ret_s = ttl_s;
	return EXIT_OK;
}

static int read_options(struct generate *generate)
{
	struct cli *cli = generate->cli;
	const char *const *operands;
	const char *prefix = cli_value(cli, "prefix"), *ttl = cli_value(cli, "ttl");
	if (cli_operands(cli, &operands) > 0)
		return cli_usage_error(cli, "reverse generate takes no operand; name forward zones with --from");
	if (prefix == NULL || cli_value(cli, "from") == NULL)
		return cli_usage_error(cli, "reverse generate needs --from and --prefix: "
		                            "--from example.com.zone:example.com --prefix 2001:db8:10::/48");
	int err = ip_prefix_from_text(prefix, &generate->input.prefix);
	if (err == ERR_MISMATCH)
		return cli_usage_error(cli, "--prefix %s: bits are set behind the prefix length", prefix);
	if (err != ERR_OK)
		return cli_usage_error(cli, "--prefix %s: write a prefix such as 2001:db8:10::/48 or 192.0.2.0/24", prefix);
	generate->input.has_ttl = ttl != NULL;
	int code = ttl != NULL ? read_ttl(cli, ttl, &generate->input.ttl_s) : EXIT_OK;
	if (code == EXIT_OK)
		code = read_names(generate);
	generate->output = cli_value(cli, "output");
	if (code == EXIT_OK && cli_is_json(cli) && generate->output == NULL)
		return cli_usage_error(cli, "--json reports on files: name one with -O");
	generate->input.now_s = clock_wall_us() / 1000000;
	return code;
}

static int make_plan(struct generate *generate)
{
	const char *const *specs;
	size_t count = cli_values(generate->cli, "from", &specs);
	int code = reverse_zones_load(generate->cli, specs, count, generate->findings, &generate->forwards);
	if (code != EXIT_OK)
		return code;
	generate->input.forwards = (const struct zone *const *)generate->forwards.zones;
	generate->input.forward_count = generate->forwards.count;
	if (reverse_plan_new(&generate->input, &generate->plan) != ERR_OK)
		return EXIT_INTERNAL;
	size_t zones = reverse_plan_zone_count(generate->plan);
	if (zones > 1 && generate->output != NULL && !reverse_output_is_folder(generate->output))
		return cli_usage_error(generate->cli, "-O %s: this prefix needs %zu zones; name a folder for their files",
		                       generate->output, zones);
	return EXIT_OK;
}

static int make_text(struct generate *generate, size_t index, struct generate_file *file)
{
	struct name_buffer buffer;
	struct name apex = reverse_plan_apex(generate->plan, index, &buffer);
	struct text old = {0};
	int err = ERR_OK;
	if (generate->output != NULL) {
		reverse_output_path(generate->output, apex, &file->path);
		err = reverse_output_read(text_string(&file->path), &old, &file->has_old);
		if (err != ERR_OK)
			return cli_usage_error(generate->cli, "%s: %s", text_string(&file->path), err_text(err));
	} else {
		text_add(&file->path, "standard output");
	}
	if (file->has_old && (generate->input.server_count > 0 || generate->input.mailbox.wire != NULL)) {
		text_free(&old);
		return cli_usage_error(generate->cli, "%s is there and has its own SOA and NS: change them in the file, "
		                                      "and leave --ns and --mailbox out", text_string(&file->path));
	}
	struct span had = file->has_old ? span_of(old.data, old.size) : span_of(NULL, 0);
	err = reverse_plan_text(generate->plan, index, had, text_string(&file->path), generate->findings, &file->text,
	                        &file->result);
	text_free(&old);
	return err == ERR_OK ? EXIT_OK : err == ERR_FINDINGS ? EXIT_FOUND : EXIT_INTERNAL;
}

static int write_text(struct generate *generate, struct generate_file *file)
{
	if (generate->output == NULL) {
		fputs(text_string(&file->text), cli_out(generate->cli));
		return EXIT_OK;
	}
	if (!file->result.is_changed)
		return EXIT_OK;
	int err = reverse_output_write(text_string(&file->path), span_of(file->text.data, file->text.size));
	return err == ERR_OK ? EXIT_OK : cli_usage_error(generate->cli, "%s: %s", text_string(&file->path), err_text(err));
}

static void say_text(struct generate *generate, const struct generate_file *file)
{
	FILE *to = cli_err(generate->cli);
	const struct reverse_result *result = &file->result;
	const char *path = text_string(&file->path);
	if (cli_is_quiet(generate->cli) || generate->output == NULL)
		return;
	if (!result->is_changed)
		fprintf(to, "%s is up to date: %zu PTR, serial %u\n", path, result->ptr_count, result->serial);
	else if (file->has_old)
		fprintf(to, "%s: %zu PTR, serial %u -> %u\n", path, result->ptr_count, result->old_serial, result->serial);
	else
		fprintf(to, "%s: new, %zu PTR, serial %u\n", path, result->ptr_count, result->serial);
	if (result->hand_count > 0)
		fprintf(to, "%s: %zu addresses have records that are written by hand; they stay as they are\n", path,
		        result->hand_count);
}

static void say_json(struct generate *generate)
{
	struct text out = {0};
	struct json_writer json = {.out = &out};
	char name[NAME_TEXT_MAX];
	json_begin_object(&json, NULL);
	json_text(&json, "schema", "sextant.reverse-generate/1");
	json_begin_array(&json, "zones");
	for (size_t i = 0; i < reverse_plan_zone_count(generate->plan); i++) {
		const struct generate_file *file = &generate->files[i];
		struct name_buffer buffer;
		name_to_display(reverse_plan_apex(generate->plan, i, &buffer), name);
		json_begin_object(&json, NULL);
		json_text(&json, "zone", name);
		json_text(&json, "file", text_string(&file->path));
		json_bool(&json, "changed", file->result.is_changed);
		json_number(&json, "serial", file->result.serial);
		if (file->has_old)
			json_number(&json, "old_serial", file->result.old_serial);
		json_number(&json, "ptr", (int64_t)file->result.ptr_count);
		json_number(&json, "by_hand", (int64_t)file->result.hand_count);
		json_end_object(&json);
	}
	json_end_array(&json);
	json_end_object(&json);
	fprintf(cli_out(generate->cli), "%s\n", text_string(&out));
	text_free(&out);
}

/* All texts first: a file that cannot be made leaves the others as they are. */
static int make_files(struct generate *generate)
{
	size_t count = reverse_plan_zone_count(generate->plan);
	int code = EXIT_OK;
	generate->files = calloc(count, sizeof(*generate->files));
	if (generate->files == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < count && code == EXIT_OK; i++)
		code = make_text(generate, i, &generate->files[i]);
	for (size_t i = 0; i < count && code == EXIT_OK; i++) {
		code = write_text(generate, &generate->files[i]);
		if (code == EXIT_OK)
			say_text(generate, &generate->files[i]);
	}
	size_t dropped = reverse_plan_dropped(generate->plan);
	if (code == EXIT_OK && dropped > 0)
		fprintf(cli_err(generate->cli), "%zu names are left out: an address gets at most %d PTR records\n", dropped,
		        REVERSE_NAMES_MAX);
	if (code == EXIT_OK && cli_is_json(generate->cli))
		say_json(generate);
	return code;
}

static void generate_free(struct generate *generate)
{
	for (size_t i = 0; generate->files != NULL && i < reverse_plan_zone_count(generate->plan); i++) {
		text_free(&generate->files[i].path);
		text_free(&generate->files[i].text);
	}
	free(generate->files);
	reverse_plan_free(generate->plan);
	reverse_zones_free(&generate->forwards);
	finding_list_free(generate->findings);
}

static int run(struct cli *cli)
{
	struct generate generate = {.cli = cli, .findings = finding_list_new()};
	if (generate.findings == NULL)
		return EXIT_INTERNAL;
	int code = read_options(&generate);
	if (code == EXIT_OK)
		code = make_plan(&generate);
	if (code == EXIT_OK)
		code = make_files(&generate);
	if (code == EXIT_FOUND) /* whatever --fail-on says: nothing was made */
		(void)cli_report_findings(cli, "sextant.reverse-generate/1", generate.findings, generate.forwards.count);
	generate_free(&generate);
	return code;
}

static const struct cli_option options[] = {
	{"from", 0, "ZONEFILE[:ORIGIN]", "a forward zone: a file, or the name of a zone of the configuration; may be repeated"},
	{"prefix", 0, "P/LEN", "the addresses to make PTR records for: 2001:db8:10::/48, 192.0.2.0/25"},
	{"ttl", 0, "TTL", "the TTL of the PTR records; else each has that of its address"},
	{"ns", 0, "NAME", "a name server of new zones; may be repeated; else those of the first forward zone"},
	{"mailbox", 0, "NAME", "the SOA mailbox of new zones: hostmaster.example.com; else that of the first forward zone"},
	{"output", 'O', "FILE", "the zone's file, or a folder that takes one file a zone; else standard output"},
	{NULL},
};

const struct command command_reverse_generate = {
	.name = "reverse generate",
	.summary = "make PTR zones from forward zones",
	.usage = "--from ZONEFILE[:ORIGIN]... --prefix P/LEN [-O FILE]",
	.description =
		"Every AAAA (or A, for an IPv4 prefix) of the forward zones that lies in the prefix gets a PTR record. Glue and "
		"wildcards get none.\n\n"
		"A prefix whose length is no multiple of four becomes the 2, 4 or 8 zones at the next nibble, one file each; IPv4 "
		"the same at octets, but one classless zone (RFC 2317) for /25 to /31.\n\n"
		"A file that exists is kept in step: only the lines between the two marks are replaced, records written by hand "
		"elsewhere stay, and win over ours for the same address. When nothing changes, the file is not touched; else "
		"its serial is raised, to today's date if it was one. The new file is moved into place whole.",
	.options = options,
	.run = run,
};

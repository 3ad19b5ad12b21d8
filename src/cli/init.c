/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "base/clock.h"
#include "cli/init_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX4_DEFAULT "192.0.2.0/24" /* RFC 5737 */

static int read_prefix(struct cli *cli, const char *option, const char *text, enum family family, struct ip_prefix *ret)
{
	/* Names are cut at nibbles and octets; and three hosts must fit. */
	static const struct {
		unsigned step, most;
		const char *wanted;
	} rules[FAMILY_COUNT] = {
		{4, 96, "an IPv6 prefix whose length is a multiple of 4, at most 96: 2001:db8:10::/48"},
		{8, 24, "an IPv4 prefix of length 8, 16 or 24: 192.0.2.0/24"}};
	struct ip_prefix prefix;
	int err = ip_prefix_from_text(text, &prefix);
	if (err == ERR_MISMATCH)
		return cli_usage_error(cli, "--%s %s: bits are set behind the prefix length", option, text);
	if (err != ERR_OK || prefix.addr.family != family || prefix.length % rules[family].step != 0 ||
	    prefix.length > rules[family].most || prefix.length == 0)
		return cli_usage_error(cli, "--%s %s: write %s", option, text, rules[family].wanted);
	*ret = prefix;
	return EXIT_OK;
}

static int read_plan(struct cli *cli, struct init_plan *plan, struct name_buffer *buffer)
{
	const char *const *operands;
	const char *zone = cli_value(cli, "zone"), *prefix = cli_value(cli, "prefix"),
		   *prefix4 = cli_value(cli, "prefix4");
	if (cli_operands(cli, &operands) > 0)
		return cli_usage_error(cli, "init takes no operand; name the folder with --dir");
	if (zone == NULL || prefix == NULL)
		return cli_usage_error(
			cli,
			"init needs --zone and --prefix: sextant init --zone example.com --prefix 2001:db8:10::/48");
	int err = name_from_text(span_text(zone), name_root, buffer, &plan->zone, NULL);
	/* "hostmaster." must still fit in front of it; what needs escapes is no name to start with. */
	if (err != ERR_OK || name_is_root(plan->zone) || plan->zone.size > NAME_MAX - 16 ||
	    strpbrk(zone, "\\\"*") != NULL)
		return cli_usage_error(cli, "--zone %s: this is no domain name a zone can have here", zone);
	int code = read_prefix(cli, "prefix", prefix, FAMILY_IPV6, &plan->prefixes[FAMILY_IPV6]);
	if (code == EXIT_OK)
		code = read_prefix(cli, "prefix4", prefix4 != NULL ? prefix4 : PREFIX4_DEFAULT, FAMILY_IPV4,
				   &plan->prefixes[FAMILY_IPV4]);
	return code;
}

/* dir and its zones folder; both may be there. */
static int make_folders(struct cli *cli, const char *folder)
{
	struct text zones = {0};
	text_addf(&zones, "%s/zones", folder);
	bool is_made = (mkdir(folder, 0777) == 0 || errno == EEXIST) &&
		       (mkdir(text_string(&zones), 0777) == 0 || errno == EEXIST);
	text_free(&zones);
	return is_made ? EXIT_OK : cli_usage_error(cli, "%s: %s", folder, strerror(errno));
}

static int write_file(struct cli *cli, const char *path, const struct text *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return cli_usage_error(cli, "%s: %s", path, strerror(errno));
	ssize_t size = write(fd, text_string(text), text->size);
	bool is_whole = size == (ssize_t)text->size && close(fd) == 0;
	return is_whole ? EXIT_OK : cli_usage_error(cli, "%s: could not be written whole", path);
}

/* All or nothing: one file that is there stops it before the first is written. */
static int write_files(struct cli *cli, const struct init_file *files)
{
	for (size_t i = 0; i < INIT_FILE_COUNT; i++) {
		if (access(text_string(&files[i].path), F_OK) == 0)
			return cli_usage_error(cli, "%s exists already; nothing was written",
					       text_string(&files[i].path));
	}
	int code = make_folders(cli, files[0].folder);
	for (size_t i = 0; code == EXIT_OK && i < INIT_FILE_COUNT; i++)
		code = write_file(cli, text_string(&files[i].path), &files[i].content);
	return code;
}

static void print_written(struct cli *cli, const struct init_plan *plan, const struct init_file *files)
{
	const char *config = text_string(&files[0].path);
	char zone[NAME_TEXT_MAX];
	name_to_display(plan->zone, zone);
	if (cli_is_json(cli)) {
		struct text out = {0};
		struct json_writer json = {.out = &out};
		json_begin_object(&json, NULL);
		json_text(&json, "schema", "sextant.init/1");
		json_begin_array(&json, "files");
		for (size_t i = 0; i < INIT_FILE_COUNT; i++)
			json_text(&json, NULL, text_string(&files[i].path));
		json_end_array(&json);
		json_end_object(&json);
		fprintf(cli_out(cli), "%s\n", text_string(&out));
		text_free(&out);
		return;
	}
	for (size_t i = 0; i < INIT_FILE_COUNT; i++)
		fprintf(cli_out(cli), "wrote %s\n", text_string(&files[i].path));
	if (cli_is_quiet(cli))
		return;
	fprintf(cli_out(cli),
		"\nnext:\n"
		"  sextant check %s\n"
		"  sextantd --config %s --lab\n"
		"  sextant query app.%s AAAA @::1@5300\n",
		config, config, zone);
}

static int run_init(struct cli *cli)
{
	struct init_plan plan = {0};
	struct name_buffer buffer;
	struct init_file files[INIT_FILE_COUNT] = {0};
	const char *folder = cli_value(cli, "dir");
	int code = read_plan(cli, &plan, &buffer);
	if (code != EXIT_OK)
		return code;
	clock_text(clock_wall_us(), plan.today);
	if (init_write(&plan, folder != NULL ? folder : ".", files) != ERR_OK)
		code = EXIT_INTERNAL;
	if (code == EXIT_OK)
		code = write_files(cli, files);
	if (code == EXIT_OK)
		print_written(cli, &plan, files);
	for (size_t i = 0; i < INIT_FILE_COUNT; i++) {
		text_free(&files[i].path);
		text_free(&files[i].content);
	}
	return code;
}

const struct command command_init = {
	.name = "init",
	.summary = "write a configuration, a forward and its reverse zones to start from",
	.usage = "--zone NAME --prefix P",
	.description = "Writes sextant.yaml and, below zones/, the zone NAME with two name servers and a host, each "
		       "with an IPv6 and an "
		       "IPv4 address, and the reverse zones of both prefixes with a PTR for every address. Files that "
		       "are there are "
		       "never overwritten. The result passes sextant check and runs at once:\n"
		       "  sextant init --zone example.com --prefix 2001:db8:10::/48 --dir demo\n"
		       "  sextantd --config demo/sextant.yaml --lab",
	.options = (const struct cli_option[]){{"zone", 0, "NAME", "the zone's domain name"},
					       {"prefix", 0, "P",
						"the IPv6 prefix its addresses are from: 2001:db8:10::/48"},
					       {"prefix4", 0, "P", "the IPv4 prefix (default: " PREFIX4_DEFAULT ")"},
					       {"dir", 0, "DIR", "the folder to write to (default: this one)"},
					       {NULL}},
	.run = run_init,
};

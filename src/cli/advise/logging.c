/* SPDX-License-Identifier: BSD-2-Clause */
#include "advise/logging.h"

#include "cli/advise/advise.h"

#include <errno.h>
#include <stdlib.h>

#define SCHEMA "sextant.advise-logging/1"
#define CONFIG_MAX (4u << 20) /* octets */

static const struct cli_option options[] = {
	{"for", 0, "PROGRAM", "one program only: bind, unbound, coredns, kresd, powerdns, nsd, knot or sextant"},
	{NULL},
};

static int file_read(struct cli *cli, const char *path, struct text *ret)
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return cli_usage_error(cli, "%s: %s", path, err_text(-errno));
	char buffer[4096];
	size_t size;
	while ((size = fread(buffer, 1, sizeof(buffer), file)) > 0 && ret->size <= CONFIG_MAX)
		text_add_size(ret, buffer, size);
	int err = ferror(file) != 0 ? -errno : ERR_OK;
	fclose(file);
	if (err != ERR_OK)
		return cli_usage_error(cli, "%s: %s", path, err_text(err));
	if (ret->size > CONFIG_MAX)
		return cli_usage_error(cli, "%s: larger than %u octets", path, CONFIG_MAX);
	text_add(ret, "");
	return ret->is_failed ? EXIT_INTERNAL : EXIT_OK;
}

static void programs_write(const struct logging_program *only, struct span config, bool is_json, struct text *out)
{
	struct json_writer json = {.out = out};
	if (is_json) {
		json_begin_object(&json, NULL);
		json_text(&json, "schema", SCHEMA);
		json_begin_object(&json, "files");
	}
	for (size_t i = 0; logging_programs[i] != NULL; i++) {
		struct text file = {0};
		if (only != NULL && only != logging_programs[i])
			continue;
		logging_write(logging_programs[i], config, &file);
		if (is_json) {
			json_text(&json, logging_program_name(logging_programs[i]), text_string(&file));
		} else {
			text_add(out, out->size > 0 ? "\n" : "");
			text_add(out, text_string(&file));
		}
		out->is_failed = out->is_failed || file.is_failed;
		text_free(&file);
	}
	if (is_json) {
		json_end_object(&json);
		json_end_object(&json);
		text_add_char(out, '\n');
	}
}

/* The program is the one named, else the one that the file is of. */
static int program_choose(struct cli *cli, const char *path, struct span config, const struct logging_program **ret)
{
	const char *name = cli_value(cli, "for");
	if (name != NULL) {
		*ret = logging_program_find(name);
		if (*ret == NULL)
			return cli_usage_error(
				cli,
				"--for %s: it is one of bind, unbound, coredns, kresd, powerdns, nsd, knot, sextant",
				name);
		return EXIT_OK;
	}
	*ret = path != NULL ? logging_program_guess(config) : NULL;
	if (path != NULL && *ret == NULL)
		return cli_usage_error(cli, "%s: of no program known by its looks; --for names it", path);
	return EXIT_OK;
}

static int run(struct cli *cli)
{
	const char *const *paths;
	size_t count = cli_operands(cli, &paths);
	struct text config = {0}, out = {0};
	const struct logging_program *only = NULL;
	if (count > 1)
		return cli_usage_error(cli, "advise logging takes one configuration");
	int code = count > 0 ? file_read(cli, paths[0], &config) : EXIT_OK;
	struct span octets = count > 0 ? span_of(text_string(&config), config.size) : span_of(NULL, 0);
	if (code == EXIT_OK)
		code = program_choose(cli, count > 0 ? paths[0] : NULL, octets, &only);
	if (code == EXIT_OK) {
		programs_write(only, octets, cli_is_json(cli), &out);
		fputs(text_string(&out), cli_out(cli));
		code = out.is_failed ? EXIT_INTERNAL : EXIT_OK;
	}
	text_free(&config);
	text_free(&out);
	return code;
}

const struct command command_advise_logging = {
	.name = "advise logging",
	.summary = "the logging lines that make a name server's questions and failures visible",
	.usage = "[CONFIG]",
	.description =
		"For BIND 9, Unbound, CoreDNS, Knot Resolver, PowerDNS Recursor, NSD, Knot DNS and sextantd: what to "
		"add to the "
		"configuration, "
		"and what each line makes visible to sextant tail. BIND's query log alone has no response codes.\n"
		"CONFIG is the file of one of them, told apart by its words: lines that it has are left out. Files "
		"that it "
		"includes are not read; of BIND give the output of named-checkconf -p.\n"
		"Look at the result with named-checkconf or unbound-checkconf before reloading the server.",
	.options = options,
	.run = run,
};

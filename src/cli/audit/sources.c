/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/audit.h"

#include "audit/asn_table.h"
#include "base/clock.h"
#include "cli/audit/services.h"
#include "config/resolver_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK (64 << 10)
#define FILE_MOST ((size_t)1 << 30)
#define ANCHOR_DEFAULT "/usr/share/dns/root.ds"
#define HINTS_DEFAULT "/usr/share/dns/root.hints"

int audit_file_read(const char *path, struct text *ret)
{
	char buffer[65536];
	size_t got;
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "r");
	if (file == NULL)
		return -errno;
	while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0 && ret->size < FILE_MOST)
		text_add_size(ret, buffer, got);
	int err = ferror(file) ? -EIO : ret->size >= FILE_MOST ? -EFBIG : ret->is_failed ? -ENOMEM : ERR_OK;
	if (!is_stdin)
		fclose(file);
	return err;
}

int audit_file_write(struct cli *cli, const char *path, const struct text *text)
{
	bool is_stdout = strcmp(path, "-") == 0;
	if (text->is_failed)
		return EXIT_INTERNAL;
	FILE *file = is_stdout ? cli_out(cli) : fopen(path, "w");
	bool is_written = file != NULL && fwrite(text_string(text), 1, text->size, file) == text->size;
	if (file != NULL && !is_stdout)
		is_written = fclose(file) == 0 && is_written;
	return is_written ? EXIT_OK : cli_usage_error(cli, "%s: cannot be written: %s", path, err_text(-errno));
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
	audit->options = (struct walk_options){
		.hints = hints, .hint_count = count, .port = 53, .is_quick = cli_flag(audit->cli, "quick"),
		.is_tls_wanted = cli_flag(audit->cli, "tls"),
		.is_transfer_wanted = cli_flag(audit->cli, "transfer")};
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
	if (audit->anchors == NULL)
		return EXIT_INTERNAL;
	if (err == ERR_OK)
		err = anchors_add_file_text(audit->anchors, text, &line);
	if (err != ERR_OK && path != NULL)
		return cli_usage_error(audit->cli, "%s: no trust anchor can be read from it", path);
	audit->options.anchors = err == ERR_OK ? audit->anchors : NULL;
	audit->options.now_s = clock_wall_us() / 1000000;
	audit->options.now_us = clock_monotonic_us();
	return EXIT_OK;
}

struct audit_target *audit_target_add(struct audit *audit, struct name zone)
{
	if (audit->count == audit->capacity) {
		size_t capacity = audit->capacity == 0 ? 16 : audit->capacity * 2;
		struct audit_target *grown = realloc(audit->targets, capacity * sizeof(*grown));
		if (grown == NULL)
			return NULL;
		audit->targets = grown;
		audit->capacity = capacity;
	}
	struct audit_target *target = &audit->targets[audit->count];
	*target = (struct audit_target){0};
	if (audit_name_keep(audit, zone, &target->zone) != ERR_OK)
		return NULL;
	audit->count++;
	return target;
}

int audit_name_keep(struct audit *audit, struct name name, struct name *ret)
{
	uint8_t *wire = arena_copy(audit->arena, name.wire, name.size, 1);
	if (wire == NULL)
		return -ENOMEM;
	*ret = (struct name){.wire = wire, .size = name.size, .labels = name.labels};
	return ERR_OK;
}

/* The last of the sources of targets has been read. */
static int targets_check(struct audit *audit)
{
	if (audit->count == 0 && cli_value(audit->cli, "list") != NULL)
		return cli_usage_error(audit->cli, "%s: it names no zone", cli_value(audit->cli, "list"));
	if (audit->count + audit->service_count == 0)
		return cli_usage_error(audit->cli, "audit needs the name of a zone: sextant audit example.com");
	return EXIT_OK;
}

int audit_roots_load(struct audit *audit)
{
	int code = hints_load(audit);
	return code == EXIT_OK ? anchor_load(audit) : code;
}

int audit_sources_load(struct audit *audit)
{
	static int (*const steps[])(struct audit * audit) = {
		audit_targets_take,  audit_services_take,   audit_roots_load, audit_given_take,
		audit_children_take, audit_validators_take, audit_networks_take, targets_check, audit_books_make};
	int code = EXIT_OK;
	audit->arena = arena_new(ARENA_CHUNK);
	if (audit->arena == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; code == EXIT_OK && i < sizeof(steps) / sizeof(steps[0]); i++)
		code = steps[i](audit);
	return code;
}

void audit_sources_free(struct audit *audit)
{
	free(audit->targets);
	free(audit->services);
	free(audit->given);
	check_zones_free(&audit->children);
	audit_books_free(audit);
	anchors_free(audit->anchors);
	asn_table_free(audit->asns);
	arena_free(audit->arena);
}

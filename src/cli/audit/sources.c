/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/audit.h"

#include "base/clock.h"
#include "config/resolver_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK (64 << 10)
#define FILE_MOST ((size_t)1 << 30)
#define KEYRING_ZONES 4096
#define QUESTIONS_MOST 4000 /* for one zone that is asked for; a zone with servers of its own takes some 50 */
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
		.hints = hints, .hint_count = count, .port = 53, .is_quick = cli_flag(audit->cli, "quick")};
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
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		audit->options.keyrings[family] = keyring_new(KEYRING_ZONES);
	if (audit->anchors == NULL || audit->options.keyrings[FAMILY_IPV6] == NULL ||
	    audit->options.keyrings[FAMILY_IPV4] == NULL)
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

/* What earlier runs saw, instead of asking. */
static int facts_load(struct audit *audit)
{
	const char *const *paths;
	size_t count = cli_values(audit->cli, "from", &paths);
	for (size_t i = 0; i < count; i++) {
		char message[160];
		struct text text = {0};
		int err = audit_file_read(paths[i], &text);
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
	if (audit->is_recorded) /* signatures are judged as of then */
		audit->options.now_s = facts_time(audit->facts);
	return EXIT_OK;
}

int audit_facts_save(struct audit *audit)
{
	const char *path = cli_value(audit->cli, "save");
	struct text out = {0};
	if (path == NULL)
		return EXIT_OK;
	facts_set_time(audit->facts, audit->options.now_s);
	facts_to_json(audit->facts, &out);
	FILE *file = out.is_failed ? NULL : fopen(path, "w");
	bool is_written = file != NULL && fwrite(out.data, 1, out.size, file) == out.size;
	is_written = file != NULL && fclose(file) == 0 && is_written;
	int err = out.is_failed ? -ENOMEM : -errno;
	text_free(&out);
	return is_written ? EXIT_OK : cli_usage_error(audit->cli, "%s: cannot be written: %s", path, err_text(err));
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
static int facts_make(struct audit *audit)
{
	if (audit->count == 0 && cli_value(audit->cli, "list") != NULL)
		return cli_usage_error(audit->cli, "%s: it names no zone", cli_value(audit->cli, "list"));
	if (audit->count == 0)
		return cli_usage_error(audit->cli, "audit needs the name of a zone: sextant audit example.com");
	audit->facts = facts_new(audit->count * QUESTIONS_MOST);
	return audit->facts != NULL ? EXIT_OK : EXIT_INTERNAL;
}

int audit_roots_load(struct audit *audit)
{
	int code = hints_load(audit);
	return code == EXIT_OK ? anchor_load(audit) : code;
}

int audit_sources_load(struct audit *audit)
{
	static int (*const steps[])(struct audit * audit) = {
		audit_targets_take,    audit_roots_load, audit_given_take, audit_children_take,
		audit_validators_take, facts_make,       facts_load};
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
	free(audit->given);
	check_zones_free(&audit->children);
	facts_free(audit->facts);
	anchors_free(audit->anchors);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		keyring_free(audit->options.keyrings[family]);
	arena_free(audit->arena);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sextant check` works on: the configuration and zones that were named, loaded once and judged together.
 * Owned: check_zones_free ends what check_load_* added.
 * Never prints findings: the command does, at its end.
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "cli/cli.h"
#include "config/config.h"
#include "zone/lint.h"

struct check_zone {
	char *path;
	struct name_buffer buffer;
	struct zone *zone;          /* NULL: it has errors, see the findings */
	struct zone_places *places;
};

struct check_zones {
	struct check_zone *zones;
	size_t count, capacity;
};

struct check {
	struct cli *cli;
	struct finding_list *findings;
	struct check_zones zones;
	struct config *config;   /* NULL: zone files only, or the configuration has errors */
	const char *config_path; /* NULL: none was given */
	struct ip_prefix *pref64; /* configured and --pref64 */
	size_t pref64_count;
	uint64_t now_s;
};

struct name check_zone_apex(const struct check_zone *zone);
void check_zones_free(struct check_zones *zones);

/* Is the file a configuration? Its keys stand at the start of lines; no zone file has such lines. -errno. */
int check_sniff_config(const char *path, bool *ret) MUST_USE;
/* One zone file; what is wrong with it goes to findings. -ENOMEM. */
int check_load_zone(struct check_zones *zones, const char *path, struct name apex, struct finding_list *findings) MUST_USE;
/* Every zone of a configuration. -ENOMEM. */
int check_load_config_zones(struct check_zones *zones, const struct config *config, struct finding_list *findings) MUST_USE;
/* The apex a loose zone file is for: its SOA's owner, else its own name (example.com.zone). ERR_NOT_FOUND, -errno. */
int check_guess_apex(const char *path, struct name_buffer *buffer, struct name *ret) MUST_USE;

/*
 * --against OLD: a zone file, a configuration, or a folder with files of the same names. Text goes to stdout, JSON to
 * json (NULL for text); serial findings to the list. Gives an exit code.
 */
int check_against(struct check *check, const char *old_path, struct json_writer *json);

#endif

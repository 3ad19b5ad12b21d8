/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/reverse_zones.h"

#include "zone/zonefile.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a spec means. */
struct zone_source {
	char path[PATH_MAX];
	struct name_buffer origin_buffer;
	struct name origin;
};

static int source_open(struct cli *cli, const struct zone_source *source, struct finding_list *findings,
                       struct reverse_zones *zones)
{
	struct zonefile_options options = {.path = source->path, .origin = source->origin, .is_include_allowed = true};
	size_t at = zones->count;
	int err = zone_load(&options, findings, &zones->zones[at], &zones->places[at]);
	if (err == ERR_OK)
		zones->count++;
	if (err == ERR_OK || err == ERR_FINDINGS)
		return err == ERR_OK ? EXIT_OK : EXIT_FOUND;
	return cli_usage_error(cli, "%s: %s", source->path, err_text(err));
}

static int config_open(struct cli *cli, struct finding_list *findings, struct reverse_zones *zones)
{
	struct config_load_options options = {.is_lab = false};
	const char *path = cli_config_path(cli);
	if (zones->config != NULL)
		return EXIT_OK;
	int err = config_load(path, &options, findings, &zones->config);
	if (err == ERR_OK)
		return EXIT_OK;
	return err == ERR_FINDINGS ? EXIT_FOUND : cli_usage_error(cli, "%s: %s", path, err_text(err));
}

static int source_of_config(const struct config_zone *zone, struct zone_source *ret)
{
	if (config_zone_is_secondary(zone) || strlen(zone->file) >= sizeof(ret->path))
		return ERR_RANGE;
	strcpy(ret->path, zone->file);
	ret->origin = name_copy(zone->name, &ret->origin_buffer);
	return ERR_OK;
}

static int source_by_name(struct cli *cli, const char *spec, struct finding_list *findings,
                          struct reverse_zones *zones, struct zone_source *ret)
{
	struct name_buffer buffer;
	struct name name;
	int code = config_open(cli, findings, zones);
	if (code != EXIT_OK)
		return code;
	bool is_name = name_from_text(span_text(spec), name_root, &buffer, &name, NULL) == ERR_OK;
	for (size_t i = 0; i < zones->config->zone_count; i++) {
		const struct config_zone *zone = &zones->config->zones[i];
		if ((strcmp(zone->key, spec) == 0 || (is_name && name_equal(zone->name, name))) &&
		    source_of_config(zone, ret) == ERR_OK)
			return EXIT_OK;
	}
	return cli_usage_error(cli, "%s: neither a file nor a zone of %s", spec, zones->config->path);
}

/* FILE, or FILE:ORIGIN where only what stands before the last colon is a file. */
static int source_by_file(struct cli *cli, const char *spec, struct zone_source *ret, bool *ret_is_file)
{
	const char *colon = strrchr(spec, ':');
	size_t size = strlen(spec);
	bool is_whole = access(spec, F_OK) == 0;
	if (!is_whole && colon != NULL)
		size = (size_t)(colon - spec);
	if (size >= sizeof(ret->path))
		return cli_usage_error(cli, "%s: the path is too long", spec);
	memcpy(ret->path, spec, size);
	ret->path[size] = 0;
	*ret_is_file = is_whole || access(ret->path, F_OK) == 0;
	if (!*ret_is_file)
		return EXIT_OK;
	if (!is_whole) {
		int err = name_from_text(span_text(colon + 1), name_root, &ret->origin_buffer, &ret->origin, NULL);
		return err == ERR_OK ? EXIT_OK : cli_usage_error(cli, "%s: this is no zone name", colon + 1);
	}
	int err = zonefile_guess_origin(spec, &ret->origin_buffer, &ret->origin);
	if (err == ERR_NOT_FOUND)
		return cli_usage_error(cli, "%s does not say which zone it is: write %s:ORIGIN", spec, spec);
	return err == ERR_OK ? EXIT_OK : cli_usage_error(cli, "%s: %s", spec, err_text(err));
}

static int spec_load(struct cli *cli, const char *spec, struct finding_list *findings, struct reverse_zones *zones)
{
	struct zone_source source;
	bool is_file;
	int code = source_by_file(cli, spec, &source, &is_file);
	if (code == EXIT_OK && !is_file && cli_value(cli, "config") == NULL && getenv("SEXTANT_CONFIG") == NULL &&
	    access(cli_config_path(cli), F_OK) != 0)
		return cli_usage_error(cli, "%s: there is no such file; zones of a configuration need --config", spec);
	if (code == EXIT_OK && !is_file)
		code = source_by_name(cli, spec, findings, zones, &source);
	return code == EXIT_OK ? source_open(cli, &source, findings, zones) : code;
}

static int zones_reserve(struct reverse_zones *zones, size_t count)
{
	zones->zones = calloc(count + 1, sizeof(*zones->zones));
	zones->places = calloc(count + 1, sizeof(*zones->places));
	return zones->zones != NULL && zones->places != NULL ? EXIT_OK : EXIT_INTERNAL;
}

static int config_zones_load(struct cli *cli, struct finding_list *findings, struct reverse_zones *zones)
{
	int code = config_open(cli, findings, zones);
	if (code == EXIT_OK)
		code = zones_reserve(zones, zones->config->zone_count);
	if (code != EXIT_OK)
		return code;
	int worst = EXIT_OK;
	for (size_t i = 0; i < zones->config->zone_count; i++) {
		struct zone_source source;
		if (source_of_config(&zones->config->zones[i], &source) != ERR_OK)
			continue;
		code = source_open(cli, &source, findings, zones);
		if (code > worst)
			worst = code;
	}
	return worst;
}

int reverse_zones_load(struct cli *cli, const char *const *specs, size_t count, struct finding_list *findings,
                       struct reverse_zones *ret)
{
	int worst = EXIT_OK;
	*ret = (struct reverse_zones){0};
	if (count == 0)
		return config_zones_load(cli, findings, ret);
	if (zones_reserve(ret, count) != EXIT_OK)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < count; i++) {
		int code = spec_load(cli, specs[i], findings, ret);
		if (code > worst)
			worst = code;
	}
	return worst;
}

void reverse_zones_free(struct reverse_zones *zones)
{
	for (size_t i = 0; i < zones->count; i++) {
		zone_free(zones->zones[i]);
		zone_places_free(zones->places[i]);
	}
	free(zones->zones);
	free(zones->places);
	config_free(zones->config);
}

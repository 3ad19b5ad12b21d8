/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/check.h"

#include "zone/zonefile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SNIFF_SIZE (64 << 10) /* octets of a file that are looked at */

struct name check_zone_apex(const struct check_zone *zone)
{
	return name_of(zone->buffer.wire);
}

void check_zones_free(struct check_zones *zones)
{
	for (size_t i = 0; i < zones->count; i++) {
		zone_places_free(zones->zones[i].places);
		zone_free(zones->zones[i].zone);
		free(zones->zones[i].path);
	}
	free(zones->zones);
	*zones = (struct check_zones){0};
}

int check_sniff_config(const char *path, bool *ret)
{
	static const char *const keys[] = {"version:", "node:", "services:", "zones:", "transport:"};
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return -errno;
	char *line = NULL;
	size_t capacity = 0, seen = 0;
	ssize_t size;
	*ret = false;
	while (!*ret && seen < SNIFF_SIZE && (size = getline(&line, &capacity, file)) >= 0) {
		seen += (size_t)size;
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			*ret = *ret || strncmp(line, keys[i], strlen(keys[i])) == 0;
	}
	int err = ferror(file) ? -errno : ERR_OK; /* a folder opens, and cannot be read */
	free(line);
	fclose(file);
	return err;
}

static struct check_zone *zones_append(struct check_zones *zones, const char *path, struct name apex)
{
	if (zones->count == zones->capacity) {
		size_t capacity = zones->capacity == 0 ? 16 : zones->capacity * 2;
		struct check_zone *grown = realloc(zones->zones, capacity * sizeof(*grown));
		if (grown == NULL)
			return NULL;
		zones->zones = grown;
		zones->capacity = capacity;
	}
	struct check_zone *zone = &zones->zones[zones->count];
	*zone = (struct check_zone){.path = strdup(path)};
	if (zone->path == NULL)
		return NULL;
	name_copy(apex, &zone->buffer);
	zones->count++;
	return zone;
}

int check_load_zone(struct check_zones *zones, const char *path, struct name apex, struct finding_list *findings)
{
	struct check_zone *zone = zones_append(zones, path, apex);
	if (zone == NULL)
		return -ENOMEM;
	struct zonefile_options options = {.path = zone->path, .origin = apex, .is_include_allowed = true};
	int err = zone_load(&options, findings, &zone->zone, &zone->places);
	return err == -ENOMEM ? err : ERR_OK; /* all else is a finding */
}

int check_load_config_zones(struct check_zones *zones, const struct config *config, struct finding_list *findings)
{
	for (size_t i = 0; i < config->zone_count; i++) {
		if (config_zone_is_secondary(&config->zones[i]))
			continue; /* its data are its primary's to check */
		int err = check_load_zone(zones, config->zones[i].file, config->zones[i].name, findings);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

/* "zones/example.com.zone" -> example.com; a name of one label is more likely a word than a zone. */
static int apex_from_path(const char *path, struct name_buffer *buffer, struct name *ret)
{
	static const char *const endings[] = {".zone", ".db", ".rev", ".txt", ".signed"};
	const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
	size_t size = strlen(base);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i]);
		if (size > ending && memcmp(base + size - ending, endings[i], ending) == 0) {
			size -= ending;
			i = SIZE_MAX; /* from the first again: example.com.zone.signed */
		}
	}
	int err = name_from_text(span_of(base, size), name_root, buffer, ret, NULL);
	return err == ERR_OK && ret->labels > 1 ? ERR_OK : ERR_NOT_FOUND;
}

int check_guess_apex(const char *path, struct name_buffer *buffer, struct name *ret)
{
	int err = zonefile_guess_origin(path, buffer, ret);
	return err == ERR_NOT_FOUND ? apex_from_path(path, buffer, ret) : err;
}

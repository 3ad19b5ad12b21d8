/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/builder.h"

#include "base/arena.h"
#include "zone/build/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RAW_CHUNK (1024 * 1024)
#define TEMPORARY_CHUNK (64 * 1024)
#define FILES_MAX UINT16_MAX

int zone_builder_new(struct name apex, struct zone_builder **ret)
{
	struct zone_builder *builder = calloc(1, sizeof(*builder));
	struct arena *raw = arena_new(RAW_CHUNK);
	uint8_t *wire = raw != NULL ? arena_copy(raw, apex.wire, apex.size, 1) : NULL;
	if (builder == NULL || wire == NULL) {
		arena_free(raw);
		free(builder);
		return -ENOMEM;
	}
	builder->raw = raw;
	builder->apex = (struct name){.wire = wire, .size = apex.size, .labels = apex.labels};
	*ret = builder;
	return ERR_OK;
}

void zone_builder_free(struct zone_builder *builder)
{
	if (builder == NULL)
		return;
	arena_free(builder->raw);
	free(builder->files);
	free(builder);
}

int zone_builder_add_file(struct zone_builder *builder, const char *path, uint16_t *ret_index)
{
	if (builder->file_count == FILES_MAX)
		return ERR_LIMIT;
	char **files = realloc(builder->files, (builder->file_count + 1) * sizeof(*files));
	if (files == NULL)
		return -ENOMEM;
	builder->files = files;
	files[builder->file_count] = arena_text(builder->raw, path, strlen(path));
	if (files[builder->file_count] == NULL)
		return -ENOMEM;
	*ret_index = (uint16_t)builder->file_count++;
	return ERR_OK;
}

/* The list that the record belongs to: that of the record before, most often. */
static int owner_take(struct zone_builder *builder, struct name owner)
{
	const struct raw_owner *last = builder->last;
	if (last != NULL && last->name_size == owner.size && memcmp(last->name, owner.wire, owner.size) == 0)
		return ERR_OK;
	if (!name_is_at_or_below(owner, builder->apex))
		return ERR_RANGE;
	struct raw_owner *next = arena_alloc(builder->raw, sizeof(*next) + owner.size, _Alignof(struct raw_owner));
	if (next == NULL)
		return -ENOMEM;
	*next = (struct raw_owner){.name_size = owner.size, .labels = owner.labels};
	memcpy(next->name, owner.wire, owner.size);
	if (builder->last != NULL)
		builder->last->next = next;
	else
		builder->first = next;
	builder->last = next;
	builder->last_record = NULL;
	builder->owner_count++;
	builder->depth_sum += (size_t)(owner.labels - builder->apex.labels);
	builder->octets += owner.size;
	return ERR_OK;
}

int zone_builder_add(struct zone_builder *builder, struct name owner, uint16_t type, uint32_t ttl, struct span rdata,
                     uint16_t file, uint32_t line)
{
	if (rdata.size > UINT16_MAX || builder->record_count >= UINT32_MAX - 1)
		return ERR_LIMIT;
	int err = owner_take(builder, owner);
	if (err != ERR_OK)
		return err;
	struct raw_record *record =
		arena_alloc(builder->raw, sizeof(*record) + rdata.size, _Alignof(struct raw_record));
	if (record == NULL)
		return -ENOMEM;
	*record = (struct raw_record){
		.ttl = ttl, .line = line, .type = type, .file = file, .rdata_size = (uint16_t)rdata.size};
	memcpy(record->rdata, rdata.data, rdata.size);
	if (builder->last_record != NULL)
		builder->last_record->next = record;
	else
		builder->last->first = record;
	builder->last_record = record;
	builder->record_count++;
	builder->octets += rdata.size;
	builder->nsec3_count += type == RR_NSEC3;
	return ERR_OK;
}

size_t zone_builder_record_count(const struct zone_builder *builder)
{
	return builder->record_count;
}

/* A chunk about as large as a small zone will be, so that thousands of them do not waste pages; megabytes for a
 * large one. */
static size_t zone_chunk_size(const struct zone_builder *builder)
{
	size_t estimate = sizeof(struct zone) + builder->octets + builder->record_count * 64;
	const size_t most = 8 * 1024 * 1024;
	return estimate < most ? estimate : most;
}

static struct zone *zone_new(const struct zone_builder *builder)
{
	struct arena *arena = arena_new(zone_chunk_size(builder));
	if (arena == NULL)
		return NULL;
	struct zone *zone = arena_alloc_zeroed(arena, sizeof(*zone), _Alignof(struct zone));
	uint8_t *wire = arena_copy(arena, builder->apex.wire, builder->apex.size, 1);
	if (zone == NULL || wire == NULL) {
		arena_free(arena);
		return NULL;
	}
	zone->arena = arena;
	zone->apex = builder->apex;
	zone->apex.wire = wire;
	zone->has_nsec3_links = builder->nsec3_count > 0;
	table_reseed(&zone->table);
	return zone;
}

/* Room for the most there can be: memory that is not touched costs nothing. */
static int build_init(struct build *build, const struct zone_builder *builder)
{
	build->temporary = arena_new(TEMPORARY_CHUNK);
	build->zone = zone_new(builder);
	if (build->temporary == NULL || build->zone == NULL)
		return -ENOMEM;
	size_t nodes = builder->depth_sum + 1;
	build->nodes = arena_alloc(build->temporary, nodes * sizeof(*build->nodes), 8);
	build->hashes = arena_alloc(build->temporary, nodes * sizeof(*build->hashes), 8);
	build->links = arena_alloc(build->temporary, (builder->record_count + 1) * sizeof(*build->links), 8);
	build->nsec3 = arena_alloc(build->temporary, (builder->nsec3_count + 1) * sizeof(*build->nsec3), 8);
	if (build->nodes == NULL || build->hashes == NULL || build->links == NULL || build->nsec3 == NULL)
		return -ENOMEM;
	return ERR_OK;
}

static int build_run(struct build *build)
{
	struct owner_entry *entries;
	int err = owners_sort(build->builder, build->temporary, &entries);
	if (err == ERR_OK)
		err = build_lay(build, entries);
	if (err == ERR_OK)
		err = build_order(build);
	if (err != ERR_OK)
		return err;
	build_link(build);
	err = build_chain(build);
	if (err != ERR_OK)
		return err;
	judge_close(&build->judge);
	return build->judge.is_failed ? ERR_FINDINGS : ERR_OK;
}

int zone_builder_finish(struct zone_builder *builder, struct finding_list *findings, struct zone **ret,
                        struct zone_places **ret_places)
{
	struct build build = {.builder = builder};
	judge_init(&build.judge, findings, builder->apex, builder->files);
	int err = build_init(&build, builder);
	if (err == ERR_OK && ret_places != NULL)
		err = places_new(builder->record_count, builder->files, builder->file_count, &build.places);
	if (err == ERR_OK)
		err = build_run(&build);
	arena_free(build.temporary);
	zone_builder_free(builder);
	if (err != ERR_OK) {
		zone_free(build.zone);
		zone_places_free(build.places);
		return err;
	}
	arena_trim(build.zone->arena);
	*ret = build.zone;
	if (ret_places != NULL)
		*ret_places = build.places;
	return ERR_OK;
}

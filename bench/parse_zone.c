/* SPDX-License-Identifier: BSD-2-Clause */
/* Time to read a zone file without building a zone: parse_zone FILE ORIGIN [ROUNDS]. The builder here only counts. */
#include "zone/zonefile.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct zone_builder {
	size_t records;
	size_t octets;
};

int zone_builder_new(struct name apex, struct zone_builder **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret != NULL ? ERR_OK : ERR_SPACE;
}

void zone_builder_free(struct zone_builder *builder)
{
	free(builder);
}

int zone_builder_add_file(struct zone_builder *builder, const char *path, uint16_t *ret_index)
{
	*ret_index = 0;
	return ERR_OK;
}

int zone_builder_add(struct zone_builder *builder, struct name owner, uint16_t type, uint32_t ttl, struct span rdata,
                     uint16_t file, uint32_t line)
{
	builder->records++;
	builder->octets += owner.size + rdata.size;
	return ERR_OK;
}

size_t zone_builder_record_count(const struct zone_builder *builder)
{
	return builder->records;
}

int zone_builder_finish(struct zone_builder *builder, struct finding_list *findings, struct zone **ret,
                        struct zone_places **ret_places)
{
	zone_builder_free(builder);
	return ERR_UNSUPPORTED;
}

static int run(const struct zonefile_options *options)
{
	struct zone_builder *builder;
	struct finding_list *findings = finding_list_new();
	int err = zone_builder_new(options->origin, &builder);
	if (err != ERR_OK || findings == NULL)
		return 1;
	clock_t started = clock(); /* of the processor: others may be at work beside */
	err = zonefile_parse(options, builder, findings);
	double took_s = (double)(clock() - started) / CLOCKS_PER_SEC;
	printf("%s: %zu records, %zu octets, %zu findings, %.3f s, %.2f M records/s\n", err_text(err), builder->records,
	       builder->octets, finding_count(findings), took_s,
	       (double)builder->records / took_s / 1e6);
	for (size_t i = 0; i < finding_count(findings) && i < 10; i++) {
		const struct finding *finding = finding_at(findings, i);
		printf("%s:%u:%u: %s\n", finding->place.file, finding->place.line, finding->place.column, finding->cause);
	}
	zone_builder_free(builder);
	finding_list_free(findings);
	return err == ERR_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct name_buffer buffer;
	struct zonefile_options options = {.is_include_allowed = true};
	if (argc < 3 || name_from_text(span_text(argv[2]), name_root, &buffer, &options.origin, NULL) != ERR_OK) {
		fprintf(stderr, "usage: parse_zone FILE ORIGIN [ROUNDS]\n");
		return 2;
	}
	options.path = argv[1];
	int status = 0;
	for (int i = argc > 3 ? atoi(argv[3]) : 1; i > 0 && status == 0; i--)
		status = run(&options);
	return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * search_zone ZONE-FILE QUERY-FILE: loads a zone, then looks up the names of the query file ("NAME TYPE FLAG").
 * Prints what the load took, what the zone keeps in memory, and the nanoseconds of a look-up: one at a time, in batches with
 * interleaved misses, and with the RRset, the glue or the proof that an answer would need.
 */
#include "finding/finding.h"
#include "zone/search.h"
#include "zone/zonefile.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define BATCH 32
#define ROUNDS 20

struct question {
	struct name name;
	uint16_t type;
	uint8_t is_signed; /* DO */
};

/* CPU time, not the clock: other work on the machine is not ours. */
static uint64_t cpu_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static size_t resident_kib(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	if (file != NULL)
		fclose(file);
	return (size_t)pages * (size_t)getpagesize() / 1024;
}

static void findings_print(const struct finding_list *findings)
{
	for (size_t i = 0; i < finding_count(findings) && i < 10; i++) {
		const struct finding *finding = finding_at(findings, i);
		printf("  %s %s:%u %s\n", finding_row(finding->code)->code,
		       finding->place.file != NULL ? finding->place.file : "", finding->place.line, finding->cause);
	}
}

static struct zone *zone_take(const char *path)
{
	struct name_buffer buffer;
	struct zonefile_options options = {.path = path, .is_include_allowed = true};
	struct finding_list *findings = finding_list_new();
	struct zone_builder *builder;
	struct zone_places *places = NULL;
	struct zone *zone = NULL;
	uint64_t start = cpu_us();
	if (zonefile_guess_origin(path, &buffer, &options.origin) != ERR_OK ||
	    zone_builder_new(options.origin, &builder) != ERR_OK)
		exit(1);
	uint64_t guessed = cpu_us();
	int err = zonefile_parse(&options, builder, findings);
	uint64_t parsed = cpu_us();
	if (err == ERR_OK)
		err = zone_builder_finish(builder, findings, &zone, &places);
	uint64_t built = cpu_us();
	findings_print(findings);
	finding_list_free(findings);
	zone_places_free(places);
	if (err != ERR_OK) {
		fprintf(stderr, "%s: %s\n", path, err_text(err));
		exit(1);
	}
	printf("load: origin %.3f s, parse and add %.3f s, finish %.3f s\n", (double)(guessed - start) / 1e6,
	       (double)(parsed - guessed) / 1e6, (double)(built - parsed) / 1e6);
	return zone;
}

static struct question *questions_take(const char *path, const struct zone *zone, size_t *ret_count)
{
	FILE *file = fopen(path, "r");
	if (file == NULL)
		exit(1);
	struct question *questions = calloc(1000000, sizeof(*questions));
	char text[1024], type[32], flag[8];
	size_t count = 0;
	while (count < 1000000 && fscanf(file, "%1023s %31s %7s", text, type, flag) == 3) {
		struct name_buffer *buffer = malloc(sizeof(*buffer) / 4);
		struct name_buffer wide;
		struct name name;
		if (name_from_text(span_text(text), name_root, &wide, &name, NULL) != ERR_OK || name.size > 60 ||
		    !name_is_at_or_below(name, zone_apex(zone)) || rrtype_from_text(span_text(type), &questions[count].type) != ERR_OK)
			continue;
		memcpy(buffer, wide.wire, name.size);
		name.wire = (const uint8_t *)buffer;
		questions[count].is_signed = flag[0] == 'D';
		questions[count++].name = name;
	}
	fclose(file);
	*ret_count = count;
	return questions;
}

/* What an answer would touch. */
static size_t match_use(const struct zone *zone, const struct question *question, const struct zone_match *match)
{
	const struct zone_node *node = match->node;
	size_t found = 0;
	size_t count = 0;
	if (match->outcome == ZONE_ABSENT) {
		if (!question->is_signed)
			return 0;
		uint8_t hash[ZONE_NSEC3_HASH_SIZE];
		bool is_match;
		const struct zone_node *proof = zone_nsec_covering(zone, question->name);
		if (zone_denial(zone) == ZONE_DENIAL_NSEC3) {
			zone_nsec3_hash(zone, question->name, hash);
			proof = zone_nsec3_find(zone, hash, &is_match);
		}
		return proof != NULL ? zone_node_name(proof).wire[1] : 0;
	}
	const struct rrset *rrset = zone_node_rrset(node, match->outcome == ZONE_CUT ? RR_NS : question->type);
	if (rrset == NULL)
		return 0;
	found += rrset->records[rrset->size - 1];
	const struct zone_address *addresses = zone_additional(zone, node, rrset, &count);
	for (size_t i = 0; i < count; i++) {
		found += addresses[i].aaaa != NULL ? addresses[i].aaaa->records[20] : 0;
		found += addresses[i].a != NULL ? addresses[i].a->records[10] : 0;
	}
	return found;
}

static size_t run_single(const struct zone *zone, const struct question *questions, size_t count, bool is_used)
{
	size_t sum = 0;
	for (size_t i = 0; i < count; i++) {
		struct zone_match match;
		zone_search(zone, questions[i].name, &match);
		sum += match.outcome + (is_used ? match_use(zone, &questions[i], &match) : 0);
	}
	return sum;
}

static size_t run_batch(const struct zone *zone, const struct question *questions, size_t count, bool is_used)
{
	size_t sum = 0;
	struct zone_search_state states[BATCH];
	for (size_t start = 0; start + BATCH <= count; start += BATCH) {
		for (size_t i = 0; i < BATCH; i++)
			zone_search_begin(zone, questions[start + i].name, &states[i]);
		for (size_t i = 0; i < BATCH; i++)
			zone_search_touch(&states[i]);
		for (size_t i = 0; i < BATCH; i++) {
			struct zone_match match;
			zone_search_end(&states[i], &match);
			sum += match.outcome + (is_used ? match_use(zone, &questions[start + i], &match) : 0);
		}
	}
	return sum;
}

static void measure(const char *title, size_t (*run)(const struct zone *, const struct question *, size_t, bool),
                    const struct zone *zone, const struct question *questions, size_t count, bool is_used)
{
	double best = 1e9;
	size_t sum = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t start = cpu_us();
		sum += run(zone, questions, count, is_used);
		double ns = (double)(cpu_us() - start) * 1000 / (double)count;
		best = ns < best ? ns : best;
	}
	printf("%-28s %7.1f ns (best of %d, sum %zu)\n", title, best, ROUNDS, sum);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: search_zone ZONE-FILE QUERY-FILE\n");
		return 2;
	}
	size_t before = resident_kib();
	struct zone *zone = zone_take(argv[1]);
	malloc_trim(0);
	size_t after = resident_kib();
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	size_t records = zone_record_count(zone);
	printf("zone: %zu records, %zu nodes; zone_memory %.1f octets a record; resident %zu KiB more than before, %.1f octets "
	       "a record with the program; peak %ld KiB\n",
	       records, zone_node_count(zone), (double)zone_memory(zone) / (double)records, after - before,
	       (double)after * 1024 / (double)records, usage.ru_maxrss);
	size_t count;
	struct question *questions = questions_take(argv[2], zone, &count);
	printf("%zu questions\n", count);
	measure("search", run_single, zone, questions, count, false);
	measure("search, interleaved", run_batch, zone, questions, count, false);
	measure("search and use", run_single, zone, questions, count, true);
	measure("search and use, interleaved", run_batch, zone, questions, count, true);
	zone_free(zone);
	return 0;
}

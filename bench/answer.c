/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long the engine thinks about one answer, without sockets: replays a file of queries ("NAME TYPE FLAG", FLAG
 * - plain, E EDNS, D EDNS with DO) against a zone file, singly and in batches, and prints nanoseconds an answer.
 *   answer ZONE-FILE QUERY-FILE [ROUNDS] [full]
 */
#include "auth/auth.h"
#include "finding/finding.h"
#include "zone/zonefile.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH 32
#define QUERY_MAX 320

struct replay {
	uint8_t (*octets)[QUERY_MAX];
	struct auth_request *requests;
	size_t count;
};

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static size_t query_write(const char *name_text, const char *type_text, char flag, uint8_t *octets)
{
	struct writer out = writer_of(octets, QUERY_MAX);
	struct name_buffer buffer;
	struct name name;
	uint16_t type;
	if (name_from_text(span_text(name_text), name_root, &buffer, &name, NULL) != ERR_OK ||
	    rrtype_from_text(span_text(type_text), &type) != ERR_OK)
		return 0;
	writer_bytes(&out, "\x12\x34\0\0\0\1\0\0\0\0\0", 11);
	writer_u8(&out, flag != '-');
	writer_bytes(&out, name.wire, name.size);
	writer_u16(&out, type);
	writer_u16(&out, 1);
	if (flag != '-') {
		writer_bytes(&out, "\0\0\x29\x04\xd0\0\0", 7);
		writer_u16(&out, flag == 'D' ? 0x8000 : 0);
		writer_u16(&out, 0);
	}
	return out.size;
}

static struct replay replay_read(const char *path)
{
	enum { MOST = 1 << 19 };
	struct replay replay = {.octets = malloc(MOST * sizeof(*replay.octets)),
	                        .requests = calloc(MOST, sizeof(*replay.requests))};
	FILE *file = fopen(path, "r");
	char name[300], type[32], flag[8];
	if (file == NULL || replay.octets == NULL || replay.requests == NULL) {
		perror(path);
		exit(1);
	}
	while (replay.count < MOST && fscanf(file, "%299s %31s %7s", name, type, flag) == 3) {
		uint8_t *octets = replay.octets[replay.count];
		size_t size = query_write(name, type, flag[0], octets);
		if (size > 0)
			replay.requests[replay.count++].message = span_of(octets, size);
	}
	fclose(file);
	return replay;
}

static struct zoneset *zones_read(const char *path)
{
	static struct name_buffer buffer;
	struct zonefile_options options = {.path = path};
	struct finding_list *findings = finding_list_new();
	struct zone *zone;
	struct zoneset *set;
	if (zonefile_guess_origin(path, &buffer, &options.origin) != ERR_OK ||
	    zone_load(&options, findings, &zone, NULL) != ERR_OK) {
		fprintf(stderr, "%s: no zone\n", path);
		exit(1);
	}
	finding_list_free(findings);
	struct zoneset_entry entry = {.apex = options.origin, .zone = zone};
	if (zoneset_new(&entry, 1, &set) != ERR_OK)
		exit(1);
	return set;
}

struct run {
	const struct auth_options *options;
	const struct zoneset *zones;
	struct auth_scratch *scratch;
	uint64_t octets, answers, absent;
};

static void run_batch(struct run *run, const struct auth_request *requests, size_t count)
{
	static uint8_t replies[BATCH][AUTH_UDP_SIZE_MAX];
	struct writer outs[BATCH];
	struct query_event events[BATCH];
	size_t sizes[BATCH];
	for (size_t i = 0; i < count; i++)
		outs[i] = writer_of(replies[i], sizeof(replies[i]));
	if (count == 1)
		sizes[0] = auth_answer(run->options, run->zones, requests, run->scratch, outs, events);
	else
		auth_answer_batch(run->options, run->zones, requests, count, run->scratch, outs, sizes, events);
	for (size_t i = 0; i < count; i++) {
		run->octets += sizes[i];
		run->answers += events[i].answer_count > 0;
		run->absent += events[i].rcode == 3;
	}
}

static void measure(const char *what, struct run run, const struct replay *replay, size_t batch, unsigned rounds)
{
	int64_t best = INT64_MAX;
	for (unsigned round = 0; round < rounds; round++) {
		run.octets = run.answers = run.absent = 0;
		int64_t start = now_ns();
		for (size_t i = 0; i < replay->count; i += batch)
			run_batch(&run, replay->requests + i, replay->count - i < batch ? replay->count - i : batch);
		int64_t taken = now_ns() - start;
		best = taken < best ? taken : best;
	}
	double count = (double)replay->count;
	printf("%-10s %7.1f ns an answer, %6.1f octets, %4.1f%% with answer, %4.1f%% NXDOMAIN\n", what,
	       (double)best / count, (double)run.octets / count, 100 * (double)run.answers / count,
	       100 * (double)run.absent / count);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: answer ZONE-FILE QUERY-FILE [ROUNDS] [full]\n");
		return 2;
	}
	struct auth_options options = {.udp_size = AUTH_UDP_SIZE_DEFAULT, .is_minimal = argc < 5};
	struct replay replay = replay_read(argv[2]);
	struct run run = {.options = &options, .zones = zones_read(argv[1]), .scratch = auth_scratch_new()};
	unsigned rounds = argc > 3 ? (unsigned)atoi(argv[3]) : 5;
	printf("%s, %zu queries\n", argv[1], replay.count);
	measure("single", run, &replay, 1, rounds);
	measure("batch", run, &replay, BATCH, rounds);
	return 0;
}

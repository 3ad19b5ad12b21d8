/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long the resolver's front thinks about one answer out of the cache, without sockets: parse, find, answer. Prints
 * nanoseconds an answer for as many names as are asked for; more names than fit the processor's caches show what memory
 * costs.
 *   hit [NAMES] [ROUNDS] [single]: single: one by one, not in batches
 */
#include "cache/cache.h"
#include "dns/rrtype.h"
#include "resolver/resolution.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define QUERY_MAX 96
#define BATCH 64

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct bench {
	struct resolver_policy policy;
	struct ip_prefix everybody;
	struct cache *cache;
	struct front_scratch *scratch;
	struct resolver_time now;
	bool is_plain; /* each query by itself, nothing fetched ahead */
	size_t count;
	uint8_t (*queries)[QUERY_MAX];
	uint8_t *sizes;
};

static struct name name_make(size_t number, struct name_buffer *buffer)
{
	char text[64];
	struct name name;
	snprintf(text, sizeof(text), "www%zu.some-site.example.", number);
	if (name_from_text(span_text(text), name_root, buffer, &name, NULL) != ERR_OK)
		exit(1);
	return name;
}

static void query_make(struct bench *bench, size_t number, bool has_edns)
{
	struct name_buffer buffer;
	struct name name = name_make(number, &buffer);
	struct writer out = writer_of(bench->queries[number], QUERY_MAX);
	writer_bytes(&out, "\x12\x34\1\0\0\1\0\0\0\0\0", 11);
	writer_u8(&out, has_edns);
	writer_bytes(&out, name.wire, name.size);
	writer_u16(&out, RR_AAAA);
	writer_u16(&out, CLASS_IN);
	if (has_edns)
		writer_bytes(&out, "\0\0\x29\x04\xd0\0\0\0\0\0\0", 11);
	bench->sizes[number] = (uint8_t)out.size;
}

/* Two addresses under every name. */
static void fill(struct bench *bench)
{
	struct rrset *rrset = calloc(1, sizeof(*rrset) + 52);
	if (rrset == NULL)
		exit(1);
	*rrset = (struct rrset){.type = RR_AAAA, .count = 2, .ttl = 3600, .size = 52};
	for (unsigned i = 0; i < 2; i++) {
		uint8_t *at = rrset->records + i * 26;
		memcpy(at, "\0\x1c\0\1\0\0\x0e\x10\0\x10\x20\1\x0d\xb8", 14);
		at[25] = (uint8_t)i;
	}
	for (size_t i = 0; i < bench->count; i++) {
		struct name_buffer buffer;
		struct name name = name_make(i, &buffer);
		struct rrset_view set = {.owner = name, .rrset = rrset};
		struct outcome outcome = {.kind = OUTCOME_ANSWER, .security = SECURITY_INSECURE, .qname = name,
		                          .qtype = RR_AAAA, .answer_count = 1, .set_count = 1, .sets = &set,
		                          .ttl_s = 3600, .ede = -1};
		const struct outcome *link = &outcome;
		struct resolution resolution = {.links = &link, .link_count = 1, .is_checked = true, .is_keepable = true,
		                                .origin = AAAA_NATIVE};
		resolution_keep(&resolution, &bench->policy, bench->cache, bench->scratch, bench->now, name, RR_AAAA, 0);
	}
	free(rrset);
}

/* What the daemon does with a batch of datagrams. */
static void expect(const struct bench *bench, size_t at, size_t count)
{
	uint64_t places[BATCH];
	for (size_t i = 0; i < count && !bench->is_plain; i++) {
		const struct resolver_request request = {.message = span_of(bench->queries[at], bench->sizes[at]),
		                                         .client.addr = {.family = FAMILY_IPV6}};
		places[i] = front_expect(&bench->policy, bench->cache, &request);
		at = (at + 7919) % bench->count;
	}
	for (size_t i = 0; i < count && !bench->is_plain; i++)
		cache_expect_value(bench->cache, places[i]);
}

static double run(struct bench *bench, unsigned rounds)
{
	static uint8_t reply[4096];
	int64_t best = INT64_MAX;
	size_t hits = 0;
	for (unsigned round = 0; round < rounds; round++) {
		size_t at = 0;
		hits = 0;
		int64_t start = now_ns();
		for (size_t i = 0; i < bench->count; i++) {
			if (i % BATCH == 0)
				expect(bench, at, bench->count - i < BATCH ? bench->count - i : BATCH);
			struct resolver_request request = {
				.message = span_of(bench->queries[at], bench->sizes[at]),
				.client.addr = {.family = FAMILY_IPV6}};
			struct writer out = writer_of(reply, 1232);
			struct query_event event;
			struct front front;
			hits += front_take(&bench->policy, bench->cache, bench->scratch, bench->now, &request, &out, &event,
			                   &front) == FRONT_ANSWERED;
			at = (at + 7919) % bench->count; /* no order that the processor could guess */
		}
		int64_t taken = now_ns() - start;
		best = taken < best ? taken : best;
	}
	if (hits != bench->count)
		fprintf(stderr, "%zu of %zu were hits\n", hits, bench->count);
	return (double)best / (double)bench->count;
}

int main(int argc, char **argv)
{
	struct bench bench = {.count = argc > 1 ? (size_t)atol(argv[1]) : 1000,
	                      .now = {.mono_us = 5000000, .wall_s = 1700000000}};
	unsigned rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 20;
	bench.is_plain = argc > 3;
	(void)!ip_prefix_from_text("::/0", &bench.everybody);
	bench.policy = (struct resolver_policy){.allow = &bench.everybody, .allow_count = 1, .udp_size = 1232,
	                                        .is_minimal = true, .ttl_most_s = 86400, .is_prefetch_on = true};
	bench.cache = cache_new((size_t)1 << 28);
	bench.scratch = front_scratch_new();
	bench.queries = malloc(bench.count * QUERY_MAX);
	bench.sizes = malloc(bench.count);
	if (bench.cache == NULL || bench.scratch == NULL || bench.queries == NULL || bench.sizes == NULL)
		return 1;
	fill(&bench);
	bench.now.mono_us += 3000000;
	for (unsigned has_edns = 0; has_edns < 2; has_edns++) {
		for (size_t i = 0; i < bench.count; i++)
			query_make(&bench, i, has_edns != 0);
		printf("%-10s %zu names: %6.1f ns an answer\n", has_edns ? "EDNS" : "plain", bench.count, run(&bench, rounds));
	}
	return 0;
}

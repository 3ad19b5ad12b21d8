/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/share.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SECOND_US 1000000
#define HALVINGS_MAX 16
#define CALM_TURNS 10

struct share_worker {                 /* written by the worker alone; a cache line each */
	_Alignas(64) uint64_t second; /* of the events counted now */
	uint32_t count;
	_Atomic uint32_t last; /* events in this second or in the last whole one, whichever were more */
};

struct share {
	uint64_t seed;
	size_t worker_count;
	unsigned calm_turns;       /* share_turn's own */
	_Atomic uint32_t halvings; /* the share is one in 2^halvings */
	struct share_worker *workers;
};

int share_new(size_t worker_count, uint64_t seed, struct share **ret)
{
	struct share *share = calloc(1, sizeof(*share));
	if (share == NULL)
		return -ENOMEM;
	size_t size = worker_count * sizeof(share->workers[0]);
	share->workers = aligned_alloc(64, size > 0 ? size : 64);
	if (share->workers == NULL) {
		free(share);
		return -ENOMEM;
	}
	memset(share->workers, 0, size);
	share->seed = seed;
	share->worker_count = worker_count;
	*ret = share;
	return ERR_OK;
}

void share_free(struct share *share)
{
	if (share == NULL)
		return;
	free(share->workers);
	free(share);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ (hash >> 29);
}

/* Letters of either case are equal: a client that mixes them (draft-vixie-dnsext-dns0x20) asks for the same name. */
static uint64_t question_hash(const struct share *share, const struct query_event *event)
{
	uint64_t word;
	uint64_t hash = share->seed;
	for (size_t at = 0; at < sizeof(event->client.addr.bytes); at += sizeof(word)) {
		memcpy(&word, event->client.addr.bytes + at, sizeof(word));
		hash = mix(hash, word);
	}
	size_t size = event->qname != NULL ? event->qname_size : 0, at = 0;
	for (; at + sizeof(word) <= size; at += sizeof(word)) {
		memcpy(&word, event->qname + at, sizeof(word));
		hash = mix(hash, word | 0x2020202020202020);
	}
	/* The rest with what is before it; a short name whole. */
	size_t rest = size >= sizeof(word) ? sizeof(word) : size;
	word = 0;
	if (at < size)
		memcpy(&word, event->qname + size - rest, rest);
	return mix(hash, (word | 0x2020202020202020) ^ size);
}

/* The worker that sees too many halves the share for all at once, so that no two of them choose differently. */
static void halve(struct share *share, uint32_t halvings)
{
	if (halvings < HALVINGS_MAX)
		atomic_compare_exchange_strong(&share->halvings, &halvings, halvings + 1);
}

static void count(struct share *share, struct share_worker *worker, uint64_t wall_us, uint32_t halvings)
{
	uint64_t second = wall_us / SECOND_US;
	if (second != worker->second) {
		bool is_next = second == worker->second + 1;
		atomic_store_explicit(&worker->last, is_next ? worker->count : 0, memory_order_relaxed);
		worker->second = second;
		worker->count = 0;
	}
	if (++worker->count > atomic_load_explicit(&worker->last, memory_order_relaxed))
		atomic_store_explicit(&worker->last, worker->count, memory_order_relaxed);
	if (worker->count > (uint64_t)SHARE_EVENTS_MAX << halvings)
		halve(share, halvings);
}

bool share_takes(struct share *share, size_t worker, const struct query_event *event)
{
	uint32_t halvings = atomic_load_explicit(&share->halvings, memory_order_relaxed);
	count(share, &share->workers[worker], event->wall_us, halvings);
	return halvings == 0 || question_hash(share, event) >> (64 - halvings) == 0;
}

/* A worker without questions does not write: what is left of its last second is taken away here. */
static uint32_t busiest(struct share *share)
{
	uint32_t most = 0;
	for (size_t i = 0; i < share->worker_count; i++) {
		uint32_t last = atomic_exchange_explicit(&share->workers[i].last, 0, memory_order_relaxed);
		most = last > most ? last : most;
	}
	return most;
}

void share_turn(struct share *share)
{
	uint32_t halvings = atomic_load_explicit(&share->halvings, memory_order_relaxed);
	/* Three quarters of what would halve it again: it must not swing. */
	uint64_t enough = halvings > 0 ? ((uint64_t)SHARE_EVENTS_MAX << (halvings - 1)) * 3 / 4 : 0;
	share->calm_turns = busiest(share) < enough ? share->calm_turns + 1 : 0;
	if (share->calm_turns < CALM_TURNS)
		return;
	share->calm_turns = 0;
	atomic_compare_exchange_strong(&share->halvings, &halvings, halvings - 1);
}

uint32_t share_parts(const struct share *share)
{
	return (uint32_t)1 << atomic_load_explicit(&share->halvings, memory_order_relaxed);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the metrics tell, gathered at one moment, and the text made from it.
 * Owned by who gathers: metrics_facts_new/metrics_facts_free; everything in it lies in its arena.
 * Never holds anything that a reload could free, so the text is written in another thread than the daemon's.
 */
#ifndef TELEMETRY_METRICS_H
#define TELEMETRY_METRICS_H

#include "base/arena.h"
#include "base/text.h"
#include "telemetry/counters.h"

#define METRICS_CACHE_KINDS 8
enum metrics_server_state { SERVER_UP, SERVER_LAME, SERVER_TIMEOUT, SERVER_UNKNOWN, SERVER_STATE_COUNT };

#define METRICS_PAIRS 5

struct metrics_cache {
	struct {
		const char *kind; /* a constant */
		uint64_t entries;
	} kinds[METRICS_CACHE_KINDS];
	size_t kind_count;
	uint64_t used, limit, evictions; /* octets, octets, entries */
};

struct metrics_service {
	const char *name;
	bool is_resolver; /* the fields below the counters mean something */
	struct counters counters;
	struct metrics_cache cache;
	uint64_t servers[FAMILY_COUNT][SERVER_STATE_COUNT];
	bool is_down[FAMILY_COUNT];
	const char *causes[FAMILY_COUNT]; /* of being down, or of working badly: constants; NULL: none */
	const uint64_t *pairs;            /* METRICS_PAIRS of them, in the order of pair_texts; NULL: nothing is observed */
};

struct metrics_listener {
	const char *service, *address; /* "2001:db8::53@53"; UDP and TCP have one state */
	bool is_up;
};

struct metrics_zone {
	const char *key;
	bool is_served, is_loaded; /* loaded: the last load went well */
	uint32_t serial;
	uint64_t signed_until_s; /* 0: not signed */
	bool is_secondary;       /* what follows is told */
	uint64_t received, failed;
	uint64_t confirmed_s, expires_s; /* 0: there is no version */
};

struct metrics_sink {
	const char *name;
	uint64_t dropped;
};

struct metrics_probes { /* of one set of `watch:` */
	const char *set;
	uint64_t rounds;
	bool is_seen[FAMILY_COUNT]; /* the family was tested */
	uint64_t probes[FAMILY_COUNT], failing[FAMILY_COUNT];
};

struct metrics_delegation {
	const char *zone;
	uint64_t audited_s, servers;
	bool is_seen[FAMILY_COUNT], is_good[FAMILY_COUNT];
	uint64_t servers_ok[FAMILY_COUNT];
};

struct metrics_signal {
	const char *name, *level; /* constants */
	uint64_t count;           /* that hold */
};

struct metrics_facts {
	struct arena *arena;
	const char *version, *commit;
	uint64_t started_us, loaded_us;
	struct metrics_service *services;
	size_t service_count;
	struct metrics_listener *listeners;
	size_t listener_count;
	struct metrics_zone *zones;
	size_t zone_count;
	struct metrics_probes *probes;
	size_t probes_count;
	struct metrics_delegation *delegations;
	size_t delegation_count;
	const char *const *pair_texts; /* METRICS_PAIRS constants */
	struct metrics_signal *signals;
	size_t signal_count;
	struct metrics_sink *sinks;
	size_t sink_count;
};

/* NULL: no memory. */
struct metrics_facts *metrics_facts_new(void);
void metrics_facts_free(struct metrics_facts *facts); /* NULL is fine */
/* A copy in the arena. NULL: no memory. */
const char *metrics_text_copy(struct metrics_facts *facts, const char *text);

/* All rows of metrics.def, each with all series that its labels allow, zeros too. */
void metrics_write(const struct metrics_facts *facts, struct text *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events counted by minute and by what they have in common: stream, service, family, transport, type, outcome, latency.
 * Owned: counts_new/counts_free. Memory is fixed: what finds no room is counted as dropped.
 * Never reads a clock and does no I/O: the minute is the caller's.
 */
#ifndef HISTORY_COUNTS_H
#define HISTORY_COUNTS_H

#include "signals/event.h"

/* One event counts once in REPLIES, and once in each other kind that it tells something of. */
enum count_kind {
	COUNT_REPLIES,    /* code: the response code */
	COUNT_EDE,        /* code: the INFO-CODE of RFC 8914 */
	COUNT_VALIDATION, /* code: enum security */
	COUNT_SIZE,       /* code: octets up to: 512, 1232, 1452, 4096, 65535 */
	COUNT_UPSTREAM,   /* answers that servers were asked for; family and latency are those of the servers */
	COUNT_KIND_COUNT
};
enum count_qtype { QTYPE_AAAA, QTYPE_A, QTYPE_PTR, QTYPE_OTHER, QTYPE_GROUP_COUNT };
enum count_fallback { FALLBACK_NONE, FALLBACK_6TO4, FALLBACK_4TO6, FALLBACK_COUNT };

#define COUNT_DROPPED UINT16_MAX /* as a response code: there was no answer */
#define LATENCY_BUCKETS 16       /* the last: longer than all others */
#define LATENCY_UNKNOWN LATENCY_BUCKETS
extern const uint32_t latency_limits_us[LATENCY_BUCKETS - 1]; /* the longest of each bucket */

struct count_key {
	uint32_t minute;  /* since 1970 UTC */
	uint16_t service; /* counts_service tells the name */
	uint16_t code;
	uint8_t kind;      /* enum count_kind */
	uint8_t stream;    /* enum event_stream */
	uint8_t family;    /* enum family; FAMILY_COUNT: not told */
	uint8_t transport; /* enum event_transport */
	uint8_t qtype;     /* enum count_qtype */
	uint8_t origin;    /* enum aaaa_origin; from here on of REPLIES alone, else 0 */
	uint8_t fallback;  /* enum count_fallback */
	uint8_t truncated; /* TC=1 */
	uint8_t latency;   /* bucket */
	uint8_t unused[3]; /* zero: keys are compared as octets */
};

struct count {
	struct count_key key;
	uint64_t number; /* 0: a free slot */
};

struct counts;

int counts_new(struct counts **ret) MUST_USE; /* -ENOMEM */
void counts_free(struct counts *counts);      /* NULL is fine */
void counts_clear(struct counts *counts);     /* services are kept */

/* An answered question that stands for `weight` of its kind; other events are left out. */
void counts_add(struct counts *counts, const struct event *event, uint32_t minute, uint32_t weight);
/* Each in turn; start with 0. False: that was the last. */
bool counts_next(const struct counts *counts, size_t *at, struct count *ret);
const char *counts_service(const struct counts *counts, uint16_t service); /* "": not told */
uint64_t counts_dropped(const struct counts *counts); /* events without room since it was cleared */

/* What the codes of a key are called in tables: "SERVFAIL", "6", "bogus", "1232". */
#define COUNT_CODE_MAX 16
void count_code_text(const struct count_key *key, char ret_text[COUNT_CODE_MAX]);
const char *count_kind_text(uint8_t kind);         /* "replies" */
const char *count_qtype_text(uint8_t qtype);       /* "AAAA", "other" */
const char *count_fallback_text(uint8_t fallback); /* "-", "6to4" */
enum count_qtype count_qtype_of(uint16_t qtype);
enum count_fallback count_fallback_of(const struct event *event);
uint8_t latency_bucket(uint32_t duration_us);
/* The share-th duration of a histogram, interpolated within its bucket; 0: nothing in it. */
uint32_t latency_quantile(const uint64_t numbers[LATENCY_BUCKETS], double share);

#endif

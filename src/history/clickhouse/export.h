/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers sent in batches to a ClickHouse server, so that many nodes are one picture.
 * Owned: export_new/export_free. export_event is a call of one observer's tap.
 * Never waits for the server: what it does not take waits in memory, and beyond a bound is dropped and counted.
 */
#ifndef HISTORY_CLICKHOUSE_EXPORT_H
#define HISTORY_CLICKHOUSE_EXPORT_H

#include "base/log.h"
#include "signals/event.h"

struct export_options { /* texts are copied */
	const char *url;
	const char *database;
	const char *user;     /* NULL: the server's default user */
	const char *password; /* NULL: none */
	const char *ca_file;  /* NULL: the system's certificates */
	const char *node;
	uint32_t batch;        /* rows a request */
	uint32_t every_ms;     /* or as many as came in this time */
	uint64_t spool;        /* octets of rows that may wait */
	uint32_t sample_every; /* one answer in so many is sent; at least 1 */
	uint64_t seed;         /* secret: which those are */
	struct log *log;       /* borrowed */
};

struct export;

/* ERR_SYNTAX: the URL is none. Call it before other threads use libcurl. */
int export_new(const struct export_options *options, struct export **ret) MUST_USE;
/* Tries once, and shortly, to send what is left. The tap must be gone. NULL is fine. */
void export_free(struct export *export);

/* The event stands for `weight` of its kind. */
void export_event(struct export *export, const struct event *event, uint32_t weight);

const char *export_url(const struct export *export);

struct export_facts {
	uint64_t sent, dropped, waiting; /* rows */
	bool is_failing;                 /* the last request did not succeed */
};
void export_facts(struct export *export, struct export_facts *ret); /* any thread */

#endif

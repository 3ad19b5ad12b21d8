/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What query logs tell of an incident: who fails (networks, resolvers, types, names), and how often AAAA fails where A
 * is answered. Owned: log_view_new/log_view_free. Its memory is fixed, however long a log is. Never counts what a
 * source does not tell: answers without an outcome are counted apart.
 */
#ifndef DOCTOR_LOG_VIEW_H
#define DOCTOR_LOG_VIEW_H

#include "doctor/tally.h"
#include "signals/event.h"

#define LOG_PAIR_US 2000000 /* A and AAAA of one client within this time are one pair */

enum log_tally {
	LOG_SITES,     /* clients by /48 and /16 */
	LOG_NETWORKS,  /* by /56 and /24 */
	LOG_RESOLVERS, /* by the address that was asked, or the name of the service */
	LOG_TYPES,
	LOG_NAMES,
	LOG_TALLY_COUNT
};

struct log_view {
	struct name_buffer zone_buffer;
	struct name zone; /* names at or below it are looked at; the root: all */
	uint64_t before_us;
	struct tally *tallies[LOG_TALLY_COUNT];
	uint64_t answers, failures;   /* of these names */
	uint64_t others;              /* answers of other names */
	uint64_t late;               /* from before_us on: an examination's own questions are among them */
	uint64_t unanswered;          /* questions whose source tells no outcome */
	uint64_t authoritative;       /* of logs of authoritative servers: they never show a validator's SERVFAIL */
	uint64_t pairs, masked, lost; /* A and AAAA; masked: A answered and AAAA failed; lost: both failed */
	uint64_t lines, unread;       /* by whoever reads the logs */
	struct log_pairs *asked;
};

/* NULL: no memory. zone is copied. before_us: wall clock; later events are not counted. */
struct log_view *log_view_new(struct name zone, uint64_t before_us, uint64_t seed);
void log_view_free(struct log_view *view);
/* Events of a stream in the order of their time, joined (signals/joiner.h). */
void log_view_observe(struct log_view *view, const struct event *event);

#endif

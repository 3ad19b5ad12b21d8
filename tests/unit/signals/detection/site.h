/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Made sites: events as a resolver or an authoritative server of a site of some size would log them, in virtual time.
 * Shapes are published ones: 49.6 % of questions are AAAA, 3-5 % of answers over UDP are truncated, names by Zipf's
 * law, clients by /56 and /24, a day's curve. Owned by who makes one.
 * Never the same twice but for the same seed.
 */
#ifndef TESTS_UNIT_SIGNALS_DETECTION_SITE_H
#define TESTS_UNIT_SIGNALS_DETECTION_SITE_H

#include "signals/sensors.h"

#define NAMES 4000
#define ZONES 100
#define NETWORKS 40
#define START_US 1795305600000000 /* 2026-11-22, midnight */
#define SECOND_US 1000000.0

struct site {
	struct sensors *sensors;
	uint64_t random;
	double rate; /* questions a second, on the day's average */
	enum event_stream stream;
	double ipv6_clients, tc, failing, dns64, no_aaaa; /* shares */
	double fallback;                                  /* of answers, a try over the one family before the other */
	double swing;                                     /* of the day's curve, 0-1 */
	struct name_buffer *names;
	double *name_ranks; /* sums, for Zipf */
	double network_ranks[NETWORKS];
	/* may change, take out (false), or have more sent by site_send; NULL: nothing is planted */
	bool (*fault)(struct site *site, struct event *event);
	double fault_from_us, fault_until_us;
	uint64_t sent;
};

int site_new(uint64_t seed, double rate, struct site **ret);
void site_free(struct site *site);

double site_chance(struct site *site); /* 0-1 */
unsigned site_below(struct site *site, unsigned limit);
bool site_is(struct site *site, double share);

/* What a question of anybody for a name looks like, and its answer; then to the sensors, past the fault. */
void site_event(struct site *site, double time_us, unsigned name, uint16_t qtype, struct event *ret);
void site_client(struct site *site, unsigned network, unsigned host, struct event *event);
void site_send(struct site *site, const struct event *event); /* as it is */
void site_give(struct site *site, struct event *event);       /* with what is planted */
/* One question, and TCP after what is truncated. rcode: its outcome; SITE_ANY: as the name has it. */
#define SITE_ANY (-1)
void site_ask(struct site *site, double time_us, unsigned network, unsigned host, unsigned name, uint16_t qtype,
	      int rcode);
/* A, AAAA, at times HTTPS of one name. */
void site_visit(struct site *site, double time_us, unsigned network, unsigned host, unsigned name);
/* A name of the site, as if it had another first label: nobody else asks for it, and it is not there. */
void site_rename(struct site *site, struct event *event);
/* From one time to another at the site's rate. */
void site_run(struct site *site, double from_us, double until_us);

unsigned site_zone_of(unsigned name); /* of the name's number */
unsigned site_name(struct site *site);
unsigned site_network(struct site *site);
double site_gap_us(struct site *site, double rate);

#endif

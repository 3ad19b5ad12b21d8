/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/signals/detection/site.h"

#include "dns/header.h"
#include "dns/rrtype.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double site_chance(struct site *site)
{
	uint64_t x = site->random += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return (double)((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

unsigned site_below(struct site *site, unsigned limit)
{
	return (unsigned)(site_chance(site) * limit);
}

bool site_is(struct site *site, double share)
{
	return site_chance(site) < share;
}

double site_gap_us(struct site *site, double rate)
{
	return -log(1 - site_chance(site)) / rate * SECOND_US;
}

/* Names are dealt to zones in turn, so that the first zone has the most popular name. */
unsigned site_zone_of(unsigned name)
{
	return name % ZONES;
}

static unsigned rank_pick(struct site *site, const double *ranks, unsigned count)
{
	double at = site_chance(site) * ranks[count - 1];
	unsigned low = 0, high = count - 1;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (ranks[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

unsigned site_name(struct site *site)
{
	return rank_pick(site, site->name_ranks, NAMES);
}

unsigned site_network(struct site *site)
{
	return rank_pick(site, site->network_ranks, NETWORKS);
}

static void ranks_fill(double *ranks, unsigned count, double power)
{
	double sum = 0;
	for (unsigned i = 0; i < count; i++)
		ranks[i] = sum += 1 / pow(i + 1, power);
}

int site_new(uint64_t seed, double rate, struct site **ret)
{
	struct site *site = calloc(1, sizeof(*site));
	if (site == NULL)
		return -ENOMEM;
	*site = (struct site){.random = seed * 7919 + 1,
			      .rate = rate,
			      .stream = STREAM_RECURSIVE,
			      .ipv6_clients = 0.5,
			      .tc = 0.04,
			      .failing = 0.01,
			      .no_aaaa = 0.02,
			      .fallback = 0.01,
			      .swing = 0.6};
	site->names = calloc(NAMES, sizeof(*site->names));
	site->name_ranks = calloc(NAMES, sizeof(double));
	int err = site->names != NULL && site->name_ranks != NULL ? sensors_new(seed, &site->sensors) : -ENOMEM;
	for (unsigned i = 0; i < NAMES && err == ERR_OK; i++) {
		char text[64];
		struct name name;
		snprintf(text, sizeof(text), "host%u.zone%u.test.", i, site_zone_of(i));
		err = name_from_text(span_text(text), name_root, &site->names[i], &name, NULL);
	}
	if (err != ERR_OK) {
		site_free(site);
		return err;
	}
	ranks_fill(site->name_ranks, NAMES, 0.9);
	ranks_fill(site->network_ranks, NETWORKS, 0.8);
	*ret = site;
	return ERR_OK;
}

void site_free(struct site *site)
{
	sensors_free(site->sensors);
	free(site->names);
	free(site->name_ranks);
	free(site);
}

void site_client(struct site *site, unsigned network, unsigned host, struct event *event)
{
	struct ip_addr addr = {0};
	bool is_ipv6 = network % 20 < site->ipv6_clients * 20;
	addr.family = is_ipv6 ? FAMILY_IPV6 : FAMILY_IPV4;
	if (is_ipv6)
		memcpy(addr.bytes,
		       (uint8_t[16]){0x20, 1, 0xd, 0xb8, (uint8_t)(network >> 8), (uint8_t)network, 0, 0, 0, 0, 0, 0, 0,
				     0, (uint8_t)(host >> 8), (uint8_t)host},
		       16);
	else
		memcpy(addr.bytes, (uint8_t[4]){10, (uint8_t)(network >> 8), (uint8_t)network, (uint8_t)host}, 4);
	event->client.addr = addr;
	event->known |= EVENT_HAS_CLIENT;
}

void site_send(struct site *site, const struct event *event)
{
	site->sent++;
	sensors_observe(site->sensors, event);
}

void site_give(struct site *site, struct event *event)
{
	double time_us = (double)event->time_us;
	if (site->fault != NULL && time_us >= site->fault_from_us && time_us < site->fault_until_us &&
	    !site->fault(site, event))
		return;
	site_send(site, event);
}

/* A lookup that is not answered from the cache: which families were tried, and how long it took. */
static void upstream_fill(struct site *site, struct event *event)
{
	enum family family = site_is(site, 0.6) ? FAMILY_IPV6 : FAMILY_IPV4;
	enum family other = family == FAMILY_IPV6 ? FAMILY_IPV4 : FAMILY_IPV6;
	bool falls = site_is(site, site->fallback);
	event->up_families = event_family_bit(family) | (falls ? event_family_bit(other) : 0);
	event->up_answered = falls ? other : family;
	/* Half of them within 25 ms, one in a hundred a third of a second; a fallback waits for a deadline first. */
	double ms = 25 * exp(1.1 * sqrt(-2 * log(1 - site_chance(site))) * cos(6.2831853 * site_chance(site)));
	event->up_us = (uint32_t)((ms + (falls ? 400 : 0)) * 1000);
	event_set_duration(event, event->up_us + 150);
	event->known |= EVENT_HAS_UP_FAMILIES | EVENT_HAS_UP_ANSWERED | EVENT_HAS_UP_TIME;
}

static void outcome_fill(struct site *site, unsigned name, struct event *event)
{
	/* Some names are broken, or are not there, for all types and whoever asks. */
	bool is_broken = name % 251 == 17, is_absent = name % 13 == 5;
	bool fails = is_broken ? site_is(site, 0.8) : site_is(site, site->failing / 2);
	uint16_t rcode = fails ? RCODE_SERVFAIL : is_absent ? RCODE_NXDOMAIN : RCODE_NOERROR;
	event_set_rcode_number(event, rcode);
	event->answers = rcode == RCODE_NOERROR;
	event->known |= EVENT_HAS_ANSWERS;
	event_set_flag(event, EVENT_TC, rcode == RCODE_NOERROR && name % 23 == 3 && site_is(site, site->tc * 23));
	if (event->qtype == RR_AAAA && rcode == RCODE_NOERROR) {
		bool is_made = site->dns64 > 0 && (name * 37 % 100) < site->dns64 * 100;
		event->origin = is_made ? AAAA_DNS64 : name % 2 != 0 ? AAAA_NATIVE : AAAA_NEGATIVE;
		event->known |= EVENT_HAS_ORIGIN;
	}
	if (site->stream != STREAM_RECURSIVE)
		return;
	event->cache = site_is(site, 0.7) ? CACHE_USE_HIT : CACHE_USE_MISS;
	event->known |= EVENT_HAS_CACHE;
	event_set_duration(event, 90 + site_below(site, 60));
	if (event->cache == CACHE_USE_MISS && rcode != RCODE_SERVFAIL)
		upstream_fill(site, event);
}

void site_event(struct site *site, double time_us, unsigned name, uint16_t qtype, struct event *ret)
{
	event_clear(ret);
	ret->kind = EVENT_REPLY;
	ret->source = 3; /* LINE_SEXTANT */
	ret->stream = site->stream;
	ret->time_us = (uint64_t)time_us;
	ret->qtype = qtype;
	ret->qname = site->names[name];
	ret->transport = site_is(site, 0.01) ? EVENT_TCP : EVENT_UDP;
	ret->known |= EVENT_HAS_TIME | EVENT_HAS_QTYPE | EVENT_HAS_QNAME | EVENT_HAS_TRANSPORT;
	outcome_fill(site, name, ret);
	if (ret->transport == EVENT_TCP)
		event_set_flag(ret, EVENT_TC, false);
}

static void outcome_set(struct event *event, uint16_t rcode)
{
	event_set_rcode_number(event, rcode);
	event->answers = 0;
	event_set_flag(event, EVENT_TC, false);
	event->known &= ~(uint32_t)(EVENT_HAS_ORIGIN | (rcode == RCODE_SERVFAIL ? EVENT_HAS_UP_ANSWERED : 0));
}

void site_rename(struct site *site, struct event *event)
{
	for (unsigned i = 0; i < 4; i++)
		event->qname.wire[1 + i] = (uint8_t)('a' + site_below(site, 26));
	outcome_set(event, RCODE_NXDOMAIN);
}

void site_ask(struct site *site, double time_us, unsigned network, unsigned host, unsigned name, uint16_t qtype,
	      int rcode)
{
	struct event event;
	site_event(site, time_us, name, qtype, &event);
	site_client(site, network, host, &event);
	if (rcode != SITE_ANY)
		outcome_set(&event, (uint16_t)rcode);
	site_give(site, &event);
	if ((event.flags & EVENT_TC) == 0 || event.transport != EVENT_UDP || site_is(site, 0.05))
		return;
	event.time_us += 40000 + site_below(site, 200000);
	event.transport = EVENT_TCP;
	event_set_flag(&event, EVENT_TC, false);
	site_give(site, &event);
}

void site_visit(struct site *site, double time_us, unsigned network, unsigned host, unsigned name)
{
	/* Questions of one visit come within a millisecond. */
	site_ask(site, time_us, network, host, name, RR_A, SITE_ANY);
	if (!site_is(site, site->no_aaaa))
		site_ask(site, time_us + 300, network, host, name, RR_AAAA, SITE_ANY);
	if (site_is(site, 0.1))
		site_ask(site, time_us + 500, network, host, name, RR_HTTPS, SITE_ANY);
}

void site_run(struct site *site, double from_us, double until_us)
{
	for (double at = from_us; at < until_us;) {
		double hour = fmod((at - START_US) / 3600 / SECOND_US, 24);
		double now = site->rate * (1 + site->swing * cos((hour - 15) / 24 * 6.2831853));
		at += site_gap_us(site, now / 2.1); /* a visit is 2.1 questions */
		if (at >= until_us)
			break;
		site_visit(site, at, site_network(site), site_below(site, 200), site_name(site));
	}
}

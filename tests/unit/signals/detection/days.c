/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/signals/detection/days.h"

#include "dns/header.h"
#include "dns/rrtype.h"

#include <math.h>

#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (3600 * SECOND_US)

static double hour_of(double at_us)
{
	return fmod((at_us - START_US) / HOUR_US, 24);
}

static void visit(struct site *site, double at_us)
{
	site_visit(site, at_us, site_network(site), site_below(site, 200), site_name(site));
}

/* Visits at a rate that changes with time. A gap has no memory, so it may be cut where the time ends. */
static void run_rate(struct site *site, double from_us, double until_us, double (*factor)(double at_us))
{
	for (double at = from_us;;) {
		at += site_gap_us(site, site->rate * factor(at) / 2.1);
		if (at >= until_us)
			return;
		visit(site, at);
	}
}

static double office(double at_us)
{
	double hour = hour_of(at_us);
	if (hour < 7 || hour >= 19)
		return 0.03;
	if (hour < 9)
		return 0.03 + (hour - 7) / 2 * 2.4;
	return hour >= 12 && hour < 13 ? 1.2 : 2.4;
}

static void office_run(struct site *site, double from_us, double until_us)
{
	run_rate(site, from_us, until_us, office);
}

static double weekend(double at_us)
{
	return 0.2 + 0.1 * sin(hour_of(at_us) / 24 * 6.2831853);
}

static void weekend_run(struct site *site, double from_us, double until_us)
{
	site->failing = 0.03;
	run_rate(site, from_us, until_us, weekend);
}

static double even(double at_us)
{
	return 1;
}

/* Every minute a dozen hosts do the same thing within three seconds, every hour fifty do. */
static void cron_run(struct site *site, double from_us, double until_us)
{
	for (double second = from_us; second < until_us; second += SECOND_US) {
		bool is_hour = fmod((second - START_US) / HOUR_US, 1) < 1.0 / 120;
		bool is_burst = fmod((second - START_US) / SECOND_US, 60) < 2.5;
		unsigned hosts = (unsigned)((is_hour ? 17 : 4) * (0.25 + site->rate / 50));
		for (unsigned i = 0; is_burst && i < hosts; i++)
			site_visit(site, second + site_chance(site) * SECOND_US, 3, site_below(site, 200), i % 7);
		run_rate(site, second, second + SECOND_US, even);
	}
}

/* From two to three one host of a backup asks for PTR and A of everything, a third over TCP. */
static void backup_run(struct site *site, double from_us, double until_us)
{
	for (double second = from_us; second < until_us; second += SECOND_US) {
		double hour = hour_of(second);
		for (unsigned i = 0; hour >= 2 && hour < 3 && i < 3 * site->rate; i++) {
			double at = second + i * SECOND_US / (3 * site->rate);
			struct event event;
			site_event(site, at, site_below(site, NAMES), RR_A, &event);
			site_client(site, 0, 9, &event);
			event.transport = EVENT_TCP;
			event_set_flag(&event, EVENT_TC, false);
			if (i % 3 == 1)
				site_give(site, &event);
			else
				site_ask(site, at, 0, 9, site_below(site, NAMES), i % 3 == 0 ? RR_A : RR_PTR, SITE_ANY);
		}
		run_rate(site, second, second + SECOND_US, office);
	}
}

/* A host asks for names that are not there, for three hours. */
static void dga_run(struct site *site, double from_us, double until_us)
{
	for (double second = from_us; second < until_us; second += SECOND_US) {
		double hour = hour_of(second);
		for (unsigned i = 0; hour >= 11 && hour < 14 && i < 5; i++) {
			struct event event;
			site_event(site, second + i * SECOND_US / 5, site_below(site, NAMES),
				   i % 2 != 0 ? RR_AAAA : RR_A, &event);
			site_client(site, 7, 3, &event);
			site_rename(site, &event);
			if (site_is(site, 0.03))
				event_set_rcode_number(&event, RCODE_SERVFAIL);
			site_give(site, &event);
		}
		run_rate(site, second, second + SECOND_US, office);
	}
}

/* Bursts of MX, TXT, A and PTR for each message; a tenth of what strangers give fails, and is asked again. */
static void mail_run(struct site *site, double from_us, double until_us)
{
	static const uint16_t types[] = {RR_MX, RR_TXT, RR_A, RR_AAAA, RR_PTR, RR_TXT, RR_A};
	for (double at = from_us; at < until_us;) {
		at += site_gap_us(site, site->rate * office(at) / 14 + 0.01);
		unsigned name = site_below(site, NAMES);
		bool is_bad = site_is(site, 0.1);
		for (unsigned i = 0; i < 14; i++)
			site_ask(site, at + i * 40000, 2, 1 + i % 2, name, types[i % 7],
				 is_bad && types[i % 7] != RR_MX ? RCODE_SERVFAIL : SITE_ANY);
		if (site_is(site, 0.5))
			visit(site, at);
	}
}

/* At ten all is dark for ten minutes; then all hosts start at once. */
static void power_cut_run(struct site *site, double from_us, double until_us)
{
	for (double second = from_us; second < until_us; second += SECOND_US) {
		double hour = hour_of(second);
		if (hour >= 10 && hour < 10 + 1.0 / 6)
			continue;
		bool is_start = hour >= 10 + 1.0 / 6 && hour < 10.25;
		for (unsigned i = 0; is_start && i < 2 * site->rate; i++)
			visit(site, second + site_chance(site) * SECOND_US);
		run_rate(site, second, second + SECOND_US, office);
	}
}

/* Every five minutes the same TTL ends for all: the popular names are asked for at once. */
static void ttl_run(struct site *site, double from_us, double until_us)
{
	for (double second = from_us; second < until_us; second += SECOND_US) {
		bool is_end = fmod((second - START_US) / SECOND_US, 300) < 1.5;
		for (unsigned i = 0; is_end && i < 5 * site->rate; i++)
			site_visit(site, second + site_chance(site) * SECOND_US, site_network(site),
				   site_below(site, 200), i % 40);
		run_rate(site, second, second + SECOND_US, even);
	}
}

/* Clients without IPv4, most answers synthesized; by night other names than by day. */
static void dns64_run(struct site *site, double from_us, double until_us)
{
	site->dns64 = 0.6;
	site->ipv6_clients = 1;
	for (double at = from_us; at < until_us;) {
		double hour = hour_of(at);
		at += site_gap_us(site, site->rate / 2 * (hour < 6 ? 0.3 : 1.2));
		unsigned name = hour < 6 ? site_below(site, NAMES) : site_name(site);
		unsigned network = site_network(site), host = site_below(site, 200);
		site_ask(site, at, network, host, name, RR_AAAA, SITE_ANY);
		if (site_is(site, 0.3))
			site_ask(site, at + 400, network, host, name, RR_A, SITE_ANY);
	}
}

/* At four the resolver starts with an empty cache: for some minutes all is asked of servers, and some of it fails. */
static void restart_run(struct site *site, double from_us, double until_us)
{
	for (double at = from_us; at < until_us;) {
		double hour = hour_of(at), since = hour - 4;
		at += site_gap_us(site, site->rate);
		if (since >= 0 && since < 1.0 / 120) /* half a minute of nothing */
			continue;
		bool is_cold = since >= 0 && since < 0.15;
		site_ask(site, at, site_network(site), site_below(site, 200), site_name(site),
			 site_is(site, 0.48) ? RR_AAAA : RR_A,
			 is_cold && site_is(site, 0.02) ? RCODE_SERVFAIL : SITE_ANY);
	}
}

/* A flat of three people: minutes of use, hours of nothing. */
static void flat_run(struct site *site, double from_us, double until_us)
{
	for (double at = from_us; at < until_us;) {
		at += site_gap_us(site, 1.0 / 900);
		unsigned network = site_below(site, 2), host = site_below(site, 6);
		for (double end = at + site_gap_us(site, 1.0 / 240); at < end && at < until_us;
		     at += site_gap_us(site, site->rate / 2))
			site_visit(site, at, network, host, site_name(site));
	}
}

/* Other people's resolvers: some lose packets and ask twice, one walks through names that are not there. */
static void authoritative_run(struct site *site, double from_us, double until_us)
{
	site->stream = STREAM_AUTHORITATIVE;
	for (double at = from_us; at < until_us;) {
		at += site_gap_us(site, site->rate * (0.7 + 0.3 * sin(hour_of(at) / 4)));
		unsigned network = site_network(site), host = site_below(site, 200) / 40, name = site_name(site);
		static const uint16_t types[] = {RR_A, RR_AAAA, RR_AAAA, RR_A, RR_NS, RR_DNSKEY, RR_MX, RR_HTTPS};
		uint16_t qtype = types[site_below(site, 8)];
		if (hour_of(at) >= 6 && hour_of(at) < 8 && site_is(site, 0.4)) {
			struct event event;
			site_event(site, at, name, qtype, &event);
			site_client(site, 5, 1, &event);
			site_rename(site, &event);
			site_give(site, &event);
			continue;
		}
		site_ask(site, at, network, host, name, qtype, SITE_ANY);
		if (site_is(site, 0.015))
			site_ask(site, at + 800000, network, host, name, qtype, SITE_ANY);
	}
}

/* Servers of strangers: their loss over IPv4 rises and falls over hours, for both families about alike. */
static void weather_run(struct site *site, double from_us, double until_us)
{
	for (double minute = from_us; minute < until_us; minute += MINUTE_US) {
		site->fallback = 0.02 + 0.015 * sin(hour_of(minute));
		site->failing = 0.01 + 0.008 * cos(hour_of(minute) * 0.7);
		run_rate(site, minute, minute + MINUTE_US, even);
	}
}

/* From nine to five two hundred guests come by and by, who have IPv4 alone, and go again. */
static void guests_run(struct site *site, double from_us, double until_us)
{
	for (double second = from_us; second < until_us; second += SECOND_US) {
		double hour = hour_of(second), part = hour > 9 && hour < 17 ? sin((hour - 9) / 8 * 3.14159265) : 0;
		for (double at = second; part > 0;) {
			at += site_gap_us(site, site->rate * part * 0.3);
			if (at >= second + SECOND_US)
				break;
			site_ask(site, at, 15, site_below(site, 200), site_name(site), RR_A, SITE_ANY);
		}
		run_rate(site, second, second + SECOND_US, office);
	}
}

/* All that ask are two forwarders, each with an address; a failure is tried again at once, by half of the hosts. */
static void forwarders_run(struct site *site, double from_us, double until_us)
{
	for (double at = from_us; at < until_us;) {
		at += site_gap_us(site, site->rate / 2.2 * office(at));
		unsigned name = site_name(site), forwarder = site_below(site, 2);
		site_ask(site, at, forwarder * 10, 1, name, RR_AAAA, SITE_ANY);
		site_ask(site, at + 200, forwarder * 10, 1, name, RR_A, SITE_ANY);
		if (name % 251 == 17 && site_is(site, 0.5)) {
			site_ask(site, at + 900000, forwarder * 10, 1, name, RR_AAAA, SITE_ANY);
			site_ask(site, at + 900200, forwarder * 10, 1, name, RR_A, SITE_ANY);
		}
	}
}

/* From one to four a host asks for the name of every address there is; a fifth of it fails. */
static void scan_run(struct site *site, double from_us, double until_us)
{
	for (double second = from_us; second < until_us; second += SECOND_US) {
		double hour = hour_of(second);
		for (unsigned i = 0; hour >= 1 && hour < 4 && i < 10; i++)
			site_ask(site, second + i * 100000, 21, 4, site_below(site, NAMES), RR_PTR,
				 site_is(site, 0.2) ? RCODE_SERVFAIL : RCODE_NXDOMAIN);
		run_rate(site, second, second + SECOND_US, weekend);
	}
}

/* At noon a network gets other addresses: its hosts are gone, and as many are somewhere else. */
static void renumbered_run(struct site *site, double from_us, double until_us)
{
	for (double at = from_us; at < until_us;) {
		at += site_gap_us(site, site->rate / 2.1);
		unsigned network = site_network(site);
		site_visit(site, at, network == 1 && hour_of(at) >= 12 ? 101 : network, site_below(site, 100),
			   site_name(site));
	}
}

/* Public resolvers at an authoritative server: each is a farm behind few addresses, so that the same comes again. */
static void farms_run(struct site *site, double from_us, double until_us)
{
	static const uint16_t types[] = {RR_AAAA, RR_A, RR_HTTPS, RR_A, RR_AAAA, RR_DNSKEY, RR_DS, RR_MX};
	site->stream = STREAM_AUTHORITATIVE;
	for (double at = from_us; at < until_us;) {
		at += site_gap_us(site, site->rate * (0.8 + 0.4 * sin(hour_of(at) / 24 * 6.2831853)));
		bool is_farm = site_is(site, 0.6);
		site_ask(site, at, is_farm ? site_below(site, 6) : site_network(site),
			 is_farm ? 1 + site_below(site, 4) : site_below(site, 200), site_name(site),
			 types[site_below(site, 8)], SITE_ANY);
	}
}

const struct day days[] = {
	{"day's curve of the tuned site", true, site_run},
	{"office hours", true, office_run},
	{"flat of three people", true, flat_run},
	{"bursts each minute and hour", true, cron_run},
	{"backup by night", true, backup_run},
	{"one host asks for made-up names", true, dga_run},
	{"mail server", true, mail_run},
	{"resolver starts anew", true, restart_run},
	{"authoritative server", true, authoritative_run},
	{"weekend", false, weekend_run},
	{"power cut and start of all", false, power_cut_run},
	{"TTLs that end together", false, ttl_run},
	{"IPv6-only clients behind DNS64", false, dns64_run},
	{"servers' losses rise and fall", false, weather_run},
	{"guests without IPv6", false, guests_run},
	{"two forwarders", false, forwarders_run},
	{"reverse names of all addresses", false, scan_run},
	{"a network is renumbered", false, renumbered_run},
	{"farms of public resolvers", false, farms_run},
};
const unsigned day_count = sizeof(days) / sizeof(*days);

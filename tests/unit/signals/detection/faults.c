/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/signals/detection/faults.h"

#include "dns/header.h"
#include "dns/rrtype.h"

/* The zone of the most popular name has a twelfth of all questions, the next a twentieth. */
static bool is_zone(const struct event *event, const char *label)
{
	const uint8_t *at = event->qname.wire;
	at += 1 + at[0];
	return at[0] == strlen(label) && memcmp(at + 1, label, at[0]) == 0;
}

static bool is_network(const struct event *event, uint8_t network)
{
	const struct ip_addr *addr = &event->client.addr;
	return addr->family == FAMILY_IPV6 ? addr->bytes[5] == network : addr->bytes[2] == network;
}

static void fail(struct event *event, uint16_t rcode)
{
	event_set_rcode_number(event, rcode);
	event->answers = 0;
	event_set_flag(event, EVENT_TC, false);
	event->known &= ~(uint32_t)(EVENT_HAS_ORIGIN | EVENT_HAS_UP_ANSWERED);
}

static void ede_set(struct event *event, uint16_t code)
{
	event->ede = code;
	event->known |= EVENT_HAS_EDE;
}

static bool zone_bogus(struct site *site, struct event *event)
{
	if (event->qtype == RR_AAAA && is_zone(event, "zone0")) {
		fail(event, RCODE_SERVFAIL);
		event->security = SECURITY_BOGUS;
		event->known |= EVENT_HAS_SECURITY;
		ede_set(event, 6);
	}
	return true;
}

static bool path_lossy(struct site *site, struct event *event)
{
	if (event->qtype == RR_AAAA && site_is(site, 0.3)) {
		fail(event, RCODE_SERVFAIL);
		ede_set(event, 23);
	}
	return true;
}

static bool names_denied(struct site *site, struct event *event)
{
	if (event->qtype == RR_AAAA && event->rcode == RCODE_NOERROR && is_zone(event, "zone0"))
		fail(event, RCODE_NXDOMAIN);
	return true;
}

static bool office_without_ipv6(struct site *site, struct event *event)
{
	return event->qtype != RR_AAAA || !is_network(event, 0);
}

static bool all_without_ipv6(struct site *site, struct event *event)
{
	return event->qtype != RR_AAAA || site_is(site, 0.2);
}

static bool aaaa_refused(struct site *site, struct event *event)
{
	if (event->qtype == RR_AAAA && is_zone(event, "zone0"))
		fail(event, RCODE_REFUSED);
	return true;
}

/* A fifth of all is answered with SERVFAIL; clients ask again over TCP, and get it. */
static bool asked_again(struct site *site, struct event *event)
{
	if (event->transport != EVENT_UDP || !site_is(site, 0.2))
		return true;
	struct event again = *event;
	fail(event, RCODE_SERVFAIL);
	site_send(site, event);
	again.transport = EVENT_TCP;
	event_set_flag(&again, EVENT_TC, false);
	again.time_us += 300000;
	*event = again;
	return true;
}

static bool grown(struct site *site, struct event *event)
{
	if (event->transport == EVENT_UDP && event->rcode == RCODE_NOERROR && is_zone(event, "zone0"))
		event_set_flag(event, EVENT_TC, true);
	return true;
}

/* No question over TCP arrives. */
static bool tcp_blocked(struct site *site, struct event *event)
{
	grown(site, event);
	return event->transport != EVENT_TCP;
}

static bool fragments_lost(struct site *site, struct event *event)
{
	if (event->client.addr.family == FAMILY_IPV6 && site_is(site, 0.25))
		event->transport = EVENT_TCP;
	return true;
}

static bool office_cut_off(struct site *site, struct event *event)
{
	if (is_network(event, 1))
		fail(event, RCODE_SERVFAIL);
	return true;
}

static bool ipv6_gone(struct site *site, struct event *event)
{
	return event->client.addr.family != FAMILY_IPV6;
}

static bool ipv4_gone(struct site *site, struct event *event)
{
	return event->client.addr.family != FAMILY_IPV4;
}

static void dns64_site(struct site *site)
{
	site->dns64 = 0.4;
}

static bool synthesis_lost(struct site *site, struct event *event)
{
	if (event_has(event, EVENT_HAS_ORIGIN) && event->origin == AAAA_DNS64)
		event->origin = AAAA_NEGATIVE;
	return true;
}

static bool upstream_ipv6_dead(struct site *site, struct event *event)
{
	if (event_has(event, EVENT_HAS_UP_FAMILIES) && event->up_families == event_family_bit(FAMILY_IPV6)) {
		event->up_families = event_family_bit(FAMILY_IPV6) | event_family_bit(FAMILY_IPV4);
		event->up_answered = FAMILY_IPV4;
		event->up_us += 400000;
	}
	return true;
}

static bool upstream_ipv6_slow(struct site *site, struct event *event)
{
	if (event_has(event, EVENT_HAS_UP_FAMILIES) && event->up_families == event_family_bit(FAMILY_IPV6))
		event->up_us += 300000;
	return true;
}

static bool signatures_expired(struct site *site, struct event *event)
{
	if (is_zone(event, "zone0") || is_zone(event, "zone1")) {
		fail(event, RCODE_SERVFAIL);
		ede_set(event, 7);
	}
	return true;
}

/* What is in the cache is answered; in the background a third of what would be refreshed fails. */
static bool refreshes_fail(struct site *site, struct event *event)
{
	if (event->cache == CACHE_USE_HIT && site_is(site, 0.1)) {
		struct event refresh = *event;
		refresh.kind = EVENT_REFRESH;
		refresh.ttl_left_s = 30 + site_below(site, 240);
		event_set_rcode_number(&refresh, RCODE_SERVFAIL);
		refresh.known |= EVENT_HAS_TTL_LEFT;
		site_send(site, &refresh);
	}
	return true;
}

static void authoritative(struct site *site)
{
	site->stream = STREAM_AUTHORITATIVE;
}

/* Validators try the other servers, and the key again. */
static bool asked_by_validators(struct site *site, struct event *event)
{
	if ((event->qtype == RR_AAAA || event->qtype == RR_A) && is_zone(event, "zone0") && site_is(site, 0.7)) {
		struct event again = *event;
		again.time_us += 30000;
		site_send(site, &again);
	}
	return true;
}

static bool behind_gateway(struct site *site, struct event *event)
{
	event->client.addr = (struct ip_addr){.family = FAMILY_IPV4, .bytes = {172, 18, 0, 1}};
	return true;
}

const struct fault faults[] = {
	{"AAAA of a zone is bogus", SENSOR_AAAA_SERVFAIL, NULL, zone_bogus},
	{"30 % of all AAAA fail", SENSOR_AAAA_SERVFAIL, NULL, path_lossy},
	{"NXDOMAIN for AAAA of a zone", SENSOR_AAAA_NXDOMAIN, NULL, names_denied},
	{"REFUSED for AAAA of a zone", SENSOR_PAIRS, NULL, aaaa_refused},
	{"an office loses IPv6", SENSOR_A_TILT, NULL, office_without_ipv6},
	{"80 % of clients lose IPv6", SENSOR_A_TILT, NULL, all_without_ipv6},
	{"clients ask again over TCP", SENSOR_RETRY, NULL, asked_again},
	{"answers of a zone have grown", SENSOR_TC_SHARE, NULL, grown},
	{"TCP is blocked", SENSOR_TC_LOST, NULL, tcp_blocked},
	{"fragments lost over IPv6", SENSOR_TCP_SHARE, NULL, fragments_lost},
	{"an office is cut off", SENSOR_CLUSTER, NULL, office_cut_off},
	{"IPv6 listener gone", SENSOR_FAMILY_SILENT, NULL, ipv6_gone},
	{"IPv4 listener gone", SENSOR_FAMILY_SILENT, NULL, ipv4_gone},
	{"DNS64 makes nothing", SENSOR_SYNTH_SHIFT, dns64_site, synthesis_lost},
	{"servers silent over IPv6", SENSOR_FALLBACK, NULL, upstream_ipv6_dead},
	{"servers slow over IPv6", SENSOR_LATENCY, NULL, upstream_ipv6_slow},
	{"signatures of two zones expired", SENSOR_EDE, NULL, signatures_expired},
	{"refreshes fail", SENSOR_REFRESH, NULL, refreshes_fail},
	{"a signed zone is bogus", SENSOR_REASK, authoritative, asked_by_validators},
	{"all behind a container gateway", SENSOR_GATEWAY, NULL, behind_gateway},
};
const unsigned fault_count = sizeof(faults) / sizeof(*faults);

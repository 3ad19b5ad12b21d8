/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/probes.h"

#include "dns/header.h"
#include "dns/rrtype.h"
#include "signals/sensors/judge.h"

#include <stdio.h>

#define ROUNDS 2 /* in a row: one may be lost on the way */
#define ROUNDS_OF_VERDICT 1 /* nothing was sent for it: an audit has asked again where nothing came */
#define NO_RCODE UINT16_MAX
#define FORGOTTEN_US 86400000000 /* no result for a day: it is no longer asked */

static struct probe_name *name_at(struct probes *probes, const struct event *event, uint64_t key)
{
	struct probe_name *first = &probes->names[(key >> 1) % PROBE_NAMES];
	for (unsigned i = 0; i < PROBE_NAMES; i++) {
		struct probe_name *name = &probes->names[((key >> 1) + i) % PROBE_NAMES];
		if (name->key == key)
			return name;
		if (name->key == 0 || (name->hold.place == 0 && event->time_us > name->time_us + FORGOTTEN_US)) {
			first = name;
			break;
		}
	}
	if (first->key != 0 && (first->hold.place != 0 || event->time_us <= first->time_us + FORGOTTEN_US))
		return NULL;
	*first = (struct probe_name){.key = key, .scope = {.kind = SCOPE_PROBE, .stream = STREAM_PROBE}};
	struct name name = event_qname(event);
	while (name.size > SCOPE_ZONE_MAX)
		name = name_parent(name);
	memcpy(first->scope.zone, name.wire, name.size);
	return first;
}

/* Of a zone as a whole: nobody was asked, or many were. */
static bool is_verdict(const struct event *event)
{
	return !event_has(event, EVENT_HAS_SERVER) && !event_has(event, EVENT_HAS_UPSTREAM);
}

static struct probe_way *way_at(struct probe_name *name, const struct event *event, uint64_t key)
{
	struct probe_way *free_way = NULL;
	for (unsigned i = 0; i < PROBE_WAYS; i++) {
		struct probe_way *way = &name->ways[i];
		if (way->key == key)
			return way;
		if (free_way == NULL && (way->key == 0 || event->time_us > way->time_us + FORGOTTEN_US))
			free_way = way;
	}
	if (free_way == NULL)
		return NULL;
	*free_way =
		(struct probe_way){.key = key,
				   .server = event_has(event, EVENT_HAS_SERVER) ? event->server : event->upstream.addr,
				   .qtype = event->qtype,
				   .transport = (uint8_t)event->transport,
				   .is_cd = (event->flags & event->flags_known & EVENT_CD) != 0,
				   .is_verdict = is_verdict(event),
				   .rounds = is_verdict(event) ? ROUNDS_OF_VERDICT : ROUNDS};
	return free_way;
}

/* A name or an address that is gone is a failure when it was there before. */
static bool is_good(const struct event *event, const struct probe_way *way)
{
	/* The prober's own verdict knows more than the answer shows: lame, bogus, signatures that end soon. */
	if (event_is_failing_probe(event))
		return false;
	if (!event_has(event, EVENT_HAS_RCODE))
		return event_has(event, EVENT_HAS_PROBE) && event->probe == PROBE_STATE_GOOD;
	if (event->rcode == RCODE_NXDOMAIN)
		return !way->was_good || !way->had_answers;
	bool is_empty = event_has(event, EVENT_HAS_ANSWERS) && event->answers == 0;
	return event->rcode == RCODE_NOERROR && !(is_empty && way->had_answers);
}

static void result_note(struct probe_way *way, const struct event *event)
{
	bool good = is_good(event, way);
	way->time_us = event->time_us;
	way->rcode = event_has(event, EVENT_HAS_RCODE) ? event->rcode : NO_RCODE;
	if (good) {
		way->bad = 0;
		way->good = way->good < way->rounds ? way->good + 1 : way->rounds;
		way->was_good = true;
		way->had_answers = way->had_answers || (event_has(event, EVENT_HAS_ANSWERS) && event->answers > 0);
	} else {
		way->good = 0;
		way->bad = way->bad < way->rounds ? way->bad + 1 : way->rounds;
		snprintf(way->reason, sizeof(way->reason), "%.*s", (int)sizeof(way->reason) - 1, event->reason);
	}
}

static bool is_answered(const struct probe_way *way)
{
	return way->key != 0 && way->good > 0;
}

/* The same question at the same server, but for one thing: type, family of the server, transport or CD. */
static bool is_control(const struct probe_way *failing, const struct probe_way *way)
{
	bool same_server = ip_addr_equal(&way->server, &failing->server);
	unsigned differences = (way->qtype != failing->qtype) + (way->transport != failing->transport) +
			       (way->is_cd != failing->is_cd) + !same_server;
	return is_answered(way) && differences == 1;
}

static bool has_control(const struct probe_name *name, const struct probe_way *failing)
{
	for (unsigned i = 0; i < PROBE_WAYS; i++) {
		if (is_control(failing, &name->ways[i]))
			return true;
	}
	return false;
}

/* Failing from the first time on, with nothing beside it that answers: it may never have been meant to be there. */
static void way_judge(const struct probe_name *name, struct probe_way *way)
{
	if (way->bad >= way->rounds)
		way->is_failing = way->is_failing || way->was_good || has_control(name, way);
	else if (way->good >= way->rounds)
		way->is_failing = false;
}

/* What all that fail have in common, and some that are answered have not, is the cause. */
enum trait { TRAIT_TYPE, TRAIT_CD, TRAIT_FAMILY, TRAIT_SERVER, TRAIT_TRANSPORT, TRAIT_COUNT };

static bool is_like(const struct probe_way *a, const struct probe_way *b, enum trait trait)
{
	switch (trait) {
	case TRAIT_TYPE:
		return a->qtype == b->qtype;
	case TRAIT_CD:
		return a->is_cd == b->is_cd;
	case TRAIT_FAMILY:
		return a->server.family == b->server.family;
	case TRAIT_SERVER:
		return ip_addr_equal(&a->server, &b->server);
	default:
		return a->transport == b->transport;
	}
}

static bool is_cause(const struct probe_name *name, const struct probe_way *failing, enum trait trait)
{
	bool is_other_answered = false;
	for (unsigned i = 0; i < PROBE_WAYS; i++) {
		const struct probe_way *way = &name->ways[i];
		if (way->key != 0 && way->is_failing && !is_like(way, failing, trait))
			return false;
		is_other_answered = is_other_answered || (is_answered(way) && !is_like(way, failing, trait));
	}
	return is_other_answered;
}

/* Servers are not asked with CD at all: it says something only where the same way with the other CD is answered. */
static bool is_of_cd(const struct probe_name *name, const struct probe_way *failing)
{
	if (!is_cause(name, failing, TRAIT_CD))
		return false;
	for (unsigned i = 0; i < PROBE_WAYS; i++) {
		for (unsigned j = 0; j < PROBE_WAYS && name->ways[i].key != 0 && name->ways[i].is_failing; j++) {
			if (is_control(&name->ways[i], &name->ways[j]) && name->ways[i].is_cd != name->ways[j].is_cd)
				return true;
		}
	}
	return false;
}

/* Where all of a family fail, it is the family and not its one server; where several servers of one do, as well. */
static bool is_of_family(const struct probe_name *name, const struct probe_way *failing)
{
	if (!is_cause(name, failing, TRAIT_FAMILY))
		return false;
	for (unsigned i = 0; i < PROBE_WAYS; i++) {
		const struct probe_way *way = &name->ways[i];
		if (is_answered(way) && !way->is_failing && is_like(way, failing, TRAIT_FAMILY))
			return !is_cause(name, failing, TRAIT_SERVER);
	}
	return true;
}

static void cause_write(const struct probe_name *name, const struct probe_way *way, bool is_all, char *ret, size_t size)
{
	char type[RRTYPE_TEXT_MAX], server[IP_ADDR_TEXT_MAX];
	rrtype_to_text(way->qtype, type);
	ip_addr_to_text(&way->server, server);
	const char *const words[TRAIT_COUNT] = {type, way->is_cd ? "with CD" : "without CD (validation)",
						family_title(way->server.family), server,
						event_transport_text((enum event_transport)way->transport)};
	bool is_family = is_of_family(name, way);
	const bool is_so[TRAIT_COUNT] = {is_cause(name, way, TRAIT_TYPE), is_of_cd(name, way), is_family,
					 is_cause(name, way, TRAIT_SERVER) && !is_family,
					 is_cause(name, way, TRAIT_TRANSPORT)};
	size_t at = 0;
	for (unsigned i = 0; i < TRAIT_COUNT && at < size; i++) {
		if (is_so[i])
			at += (size_t)snprintf(ret + at, size - at, "%sonly %s", at > 0 ? ", " : "", words[i]);
	}
	if (at == 0)
		snprintf(ret, size, is_all ? "all ways" : "nothing in common");
}

static void evidence_write(const struct probe_name *name, const struct probe_way *way, unsigned failing, unsigned known,
			   struct judgement *ret)
{
	char cause[96], type[RRTYPE_TEXT_MAX], server[IP_ADDR_TEXT_MAX], rcode[HEADER_TEXT_MAX] = "no answer";
	if (way->is_verdict) {
		snprintf(ret->evidence, sizeof(ret->evidence), "%s: %s",
			 way->qtype == RR_SOA ? "new in the audit of the zone" : family_title(way->server.family), way->reason);
		return;
	}
	cause_write(name, way, failing == known, cause, sizeof(cause));
	rrtype_to_text(way->qtype, type);
	ip_addr_to_text(&way->server, server);
	if (way->rcode != NO_RCODE)
		rcode_to_text(way->rcode, rcode);
	struct text text = {0};
	text_addf(&text, "%s: %u of %u ways fail, as %s at %s over %s%s: %s", cause, failing, known, type, server,
		  event_transport_text((enum event_transport)way->transport), way->is_cd ? " with CD" : "",
		  way->reason[0] != '\0' ? way->reason : rcode);
	snprintf(ret->evidence, sizeof(ret->evidence), "%.*s", (int)sizeof(ret->evidence) - 1, text_string(&text));
	text_free(&text);
}

static void name_judge(struct probe_name *name, uint64_t time_us, struct signal_list *list)
{
	unsigned failing = 0, known = 0;
	const struct probe_way *worst = NULL;
	for (unsigned i = 0; i < PROBE_WAYS; i++) {
		const struct probe_way *way = &name->ways[i];
		known += way->key != 0;
		if (way->key == 0 || !way->is_failing)
			continue;
		failing++;
		/* IPv6 and AAAA are named first. */
		bool is_first = worst == NULL ||
				(way->server.family == FAMILY_IPV6 && worst->server.family != FAMILY_IPV6) ||
				(way->qtype == RR_AAAA && worst->qtype != RR_AAAA);
		worst = is_first ? way : worst;
	}
	if (worst == NULL) {
		signal_calm(list, &name->hold, 1, time_us);
		return;
	}
	struct judgement judgement = {.level = failing == known ? SIGNAL_CRITICAL : SIGNAL_WARNING,
				      .now = share(failing, known),
				      .baseline = worst->was_good ? BASELINE_EARLIER : BASELINE_CONTROL,
				      .since_us = name->since_us};
	evidence_write(name, worst, failing, known, &judgement);
	signal_show(list, &name->hold, SENSOR_PROBE, &name->scope, &judgement, time_us);
}

void probes_observe(struct probes *probes, const struct event *event, uint64_t seed, struct signal_list *list)
{
	if (!event_has(event, EVENT_HAS_QNAME | EVENT_HAS_QTYPE) || event_family(event) == FAMILY_COUNT)
		return;
	struct name qname = event_qname(event);
	uint64_t key = hash_octets(seed, qname.wire, qname.size) | 1;
	struct probe_name *name = name_at(probes, event, key);
	const struct ip_addr *server = event_has(event, EVENT_HAS_SERVER) ? &event->server : &event->upstream.addr;
	uint64_t way_key = hash_word(key, event->qtype + ((uint64_t)event->transport << 16) +
						  ((uint64_t)(event->flags & event->flags_known & EVENT_CD) << 24) +
						  ((uint64_t)event->upstream.port << 32));
	struct probe_way *way = name != NULL ? way_at(name, event, hash_addr(way_key, server) | 1) : NULL;
	if (way == NULL) {
		probes->crowded_count++;
		return;
	}
	name->time_us = event->time_us;
	if (way->bad == 0 && name->hold.place == 0)
		name->since_us = event->time_us;
	result_note(way, event);
	/* A control that came back to life may explain what failed before it. */
	for (unsigned i = 0; i < PROBE_WAYS; i++) {
		if (name->ways[i].key != 0)
			way_judge(name, &name->ways[i]);
	}
	name_judge(name, event->time_us, list);
}

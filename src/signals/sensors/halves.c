/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/halves.h"

#include "dns/header.h"
#include "dns/rrtype.h"

#define PAIR_US 2000000
#define FOLLOW_US 5000000  /* whoever asks elsewhere does so at once */
#define ORDER_US 1000000   /* events of two workers come in another order than they happened */
#define OTHER_US 3000000   /* by question alone, without the client: the shorter, the less comes by chance */
#define NAME_US 300000000  /* what A of a name is, is known for as long */
/*
 * Within the TTL, but no longer: validators ask again within seconds, and what comes by chance comes all the time. With 300 s
 * instead it was found twice as late at 50 questions a second, and not at all at 500 (measure_signals --faults).
 */
#define AGAIN_S 10

/* The client, the name and whatever else belongs to it. */
static uint64_t key_of(uint64_t name, uint64_t client, uint64_t more)
{
	return hash_word(name ^ client, more) | 1;
}

static struct half *half_at(struct half *table, uint64_t key)
{
	return &table[(key >> 1) % HALVES_SLOTS];
}

/* Never 0, which stands for a free place. */
static uint8_t tag_of(uint64_t key)
{
	return (uint8_t)(key >> 56) | 1;
}

static uint8_t *tag_at(uint8_t *tags, uint64_t key)
{
	return &tags[(key >> 1) % HALVES_SLOTS];
}

/* Lines may be a little out of order. */
static bool is_within(const struct half *half, uint64_t key, uint64_t time_us, uint64_t window_us)
{
	return half->key == key && time_us + window_us >= half->time_us && time_us <= half->time_us + window_us;
}

/* From good to bad: an answer, the statement that there is no such name, a failure. */
enum outcome { OUTCOME_GOOD, OUTCOME_ABSENT, OUTCOME_FAILED };

static enum outcome outcome_of(const struct event *event)
{
	if (event->rcode == RCODE_NOERROR)
		return OUTCOME_GOOD;
	return event->rcode == RCODE_NXDOMAIN ? OUTCOME_ABSENT : OUTCOME_FAILED;
}

static void pair_observe(struct halves *halves, const struct event *event, uint64_t key, struct counts *counts)
{
	struct half *half = half_at(halves->pairs, key);
	bool is_aaaa = event->qtype == RR_AAAA;
	uint8_t outcome = (uint8_t)outcome_of(event);
	if (!is_within(half, key, event->time_us, PAIR_US) || half->what == is_aaaa) {
		*half = (struct half){.key = key, .time_us = event->time_us, .what = is_aaaa, .outcome = outcome};
		return;
	}
	uint8_t aaaa = is_aaaa ? outcome : half->outcome, a = is_aaaa ? half->outcome : outcome;
	half->key = 0;
	count(counts, TALLY_PAIRS);
	/* NXDOMAIN beside an address is a lie as well: the name is there. */
	if (aaaa > a)
		count(counts, TALLY_PAIRS_AAAA_FAILED);
	if (a > aaaa)
		count(counts, TALLY_PAIRS_A_FAILED);
}

static void truncation_observe(struct halves *halves, const struct event *event, uint64_t key, struct counts *counts)
{
	bool is_udp = event->transport == EVENT_UDP, is_told = (event->flags_known & EVENT_TC) != 0;
	if (is_udp && is_told)
		count(counts, TALLY_UDP);
	if (is_udp && (event->flags & event->flags_known & EVENT_TC) == 0)
		return;
	struct half *half = half_at(halves->truncated, key);
	bool is_known = half->what == is_udp && is_within(half, key, event->time_us, FOLLOW_US);
	/* The connection may be another worker's, whose events are read first. */
	bool is_followed = half->what != is_udp && is_within(half, key, event->time_us, is_udp ? ORDER_US : FOLLOW_US);
	if (is_udp)
		count(counts, TALLY_TC);
	/* The same again and again is no client that waits for an answer: floods from forged addresses do so. */
	if (is_udp && !is_known)
		count(counts, TALLY_TC_NEW);
	if (is_followed)
		count(counts, TALLY_TC_FOLLOWED);
	/* An answer that waits for its question keeps the place. */
	bool is_taken = half->key != 0 && half->what && half->time_us + FOLLOW_US > event->time_us;
	if (is_followed)
		half->key = 0;
	else if (is_udp || !is_taken)
		*half = (struct half){.key = key, .time_us = event->time_us, .what = is_udp};
}

/* M-03: the same question over another transport soon after an outcome; after a good one it is the control. */
static void asked_observe(struct halves *halves, const struct event *event, uint64_t key, bool is_outcome,
			  struct counts *counts)
{
	struct half *half = half_at(halves->asked, key);
	uint8_t *tag = tag_at(halves->asked_tags, key);
	if (!is_outcome && *tag != tag_of(key))
		return;
	bool is_udp = event->transport == EVENT_UDP;
	if (!event->is_completion && half->what != is_udp && is_within(half, key, event->time_us, FOLLOW_US)) {
		count(counts, half->outcome == OUTCOME_FAILED ? TALLY_AGAIN_BAD : TALLY_AGAIN_GOOD);
		half->key = 0;
	}
	bool is_whole =
		(event->flags & event->flags_known & EVENT_TC) == 0; /* what is truncated has to be asked again */
	if (!is_outcome || !is_whole)
		return;
	enum outcome outcome = outcome_of(event);
	count(counts, outcome == OUTCOME_FAILED ? TALLY_OUTCOMES_BAD : TALLY_OUTCOMES_GOOD);
	*tag = tag_of(key);
	*half = (struct half){.key = key, .time_us = event->time_us, .what = is_udp, .outcome = (uint8_t)outcome};
}

/* Over the other family a host has another address: the question alone says that it may be the same one. */
static void failed_observe(struct halves *halves, const struct event *event, uint64_t key, uint64_t client,
			   bool is_outcome, struct counts *counts)
{
	struct half *half = half_at(halves->failed, key);
	uint8_t *tag = tag_at(halves->failed_tags, key);
	bool is_failure = is_outcome && outcome_of(event) == OUTCOME_FAILED;
	if (!is_failure && *tag != tag_of(key))
		return;
	enum family family = event->client.addr.family;
	if (!event->is_completion && half->lasts_s != (uint32_t)client &&
	    is_within(half, key, event->time_us, OTHER_US)) {
		count(counts, half->what == family ? TALLY_AGAIN_SAME : TALLY_AGAIN_OTHER);
		half->key = 0;
		return;
	}
	if (!is_failure)
		return;
	*tag = tag_of(key);
	*half = (struct half){
		.key = key, .time_us = event->time_us, .what = (uint8_t)family, .lasts_s = (uint32_t)client};
}

static void name_observe(struct halves *halves, const struct event *event, uint64_t key, struct counts *counts)
{
	struct half *half = half_at(halves->names, key);
	bool is_known = is_within(half, key, event->time_us, NAME_US);
	if (event->qtype == RR_A) {
		/* Truncated or empty, it does not say that there is an A record; where nothing is said of it, it is
		 * taken to be. */
		bool is_there =
			event->rcode == RCODE_NOERROR && (!event_has(event, EVENT_HAS_ANSWERS) || event->answers > 0);
		if (is_there || is_known)
			*half = (struct half){.key = is_there ? key : 0, .time_us = event->time_us};
		return;
	}
	if (!is_known)
		return;
	count(counts, TALLY_NAMES);
	if (event->rcode == RCODE_NXDOMAIN)
		count(counts, TALLY_NAMES_NX);
}

/* M-19. Over the other transport it is no repetition, but what TC asks for. */
static void given_observe(struct halves *halves, const struct event *event, uint64_t key, struct counts *counts)
{
	struct half *half = half_at(halves->given, key);
	uint8_t transport = event_has(event, EVENT_HAS_TRANSPORT) ? (uint8_t)event->transport : UINT8_MAX;
	bool is_again =
		half->what == transport && is_within(half, key, event->time_us, (uint64_t)half->lasts_s * 1000000);
	count(counts, TALLY_SIGNED);
	if (is_again) {
		count(counts, TALLY_SIGNED_AGAIN);
		counts->is_asked_again = true;
	}
	bool is_good = !event_has(event, EVENT_HAS_RCODE) || event->rcode == RCODE_NOERROR;
	uint32_t lasts_s = event_has(event, EVENT_HAS_TTL) && event->ttl_s < AGAIN_S ? event->ttl_s : AGAIN_S;
	*half = (struct half){.key = is_good ? key : 0, .time_us = event->time_us, .what = transport, .lasts_s = lasts_s};
}

void halves_observe(struct halves *halves, const struct event *event, struct counts *counts)
{
	if (!event_has(event, EVENT_HAS_CLIENT | EVENT_HAS_QNAME))
		return;
	bool is_outcome = event->kind == EVENT_REPLY && event_has(event, EVENT_HAS_RCODE);
	bool is_address = event->qtype == RR_AAAA || event->qtype == RR_A;
	struct name name = event_qname(event);
	uint64_t hash = hash_octets(halves->seed ^ (uint64_t)event->stream, name.wire, name.size);
	uint64_t client = hash_addr(halves->seed, &event->client.addr);
	uint64_t question = key_of(hash, client, event->qtype);
	if (is_outcome && is_address) {
		pair_observe(halves, event, key_of(hash, client, 1u << 16), counts);
		name_observe(halves, event, key_of(hash, 0, 1u << 17), counts);
	}
	if (event_has(event, EVENT_HAS_TRANSPORT)) {
		truncation_observe(halves, event, question, counts);
		asked_observe(halves, event, question, is_outcome, counts);
		failed_observe(halves, event, key_of(hash, 0, event->qtype), client, is_outcome, counts);
	}
	if (event->stream == STREAM_AUTHORITATIVE && !event->is_completion &&
	    (event->qtype == RR_AAAA || event->qtype == RR_DNSKEY))
		given_observe(halves, event, question, counts);
}

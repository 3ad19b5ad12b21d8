/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/log_view.h"

#include "base/random.h"
#include "dns/header.h"
#include "dns/rrtype.h"
#include "ip/prefix.h"

#include <stdlib.h>

#define KEYS_MOST 2048
#define PAIRS 4096 /* places for questions whose twin may come; a newer one takes an older one's */
#define PAIR_KEY_MAX (NAME_MAX + 16)

enum outcome_seen { SEEN_NOTHING, SEEN_ANSWERED, SEEN_FAILED };

/* The last question of a client for a name, by type: AAAA, A. */
struct log_pair {
	uint64_t time_us;
	uint64_t hash;
	enum outcome_seen seen[2];
};

struct log_pairs {
	uint8_t hash_key[SIPHASH_KEY_SIZE];
	struct log_pair list[PAIRS];
};

struct log_view *log_view_new(struct name zone, uint64_t before_us, uint64_t seed)
{
	struct log_view *view = calloc(1, sizeof(*view));
	if (view == NULL)
		return NULL;
	bool is_whole = true;
	view->before_us = before_us;
	view->zone = name_copy(zone, &view->zone_buffer);
	view->asked = calloc(1, sizeof(*view->asked));
	for (enum log_tally i = LOG_SITES; i < LOG_TALLY_COUNT; i++) {
		view->tallies[i] = tally_new(seed, KEYS_MOST);
		is_whole = is_whole && view->tallies[i] != NULL;
	}
	if (!is_whole || view->asked == NULL) {
		log_view_free(view);
		return NULL;
	}
	memcpy(view->asked->hash_key, &seed, sizeof(seed));
	return view;
}

void log_view_free(struct log_view *view)
{
	if (view == NULL)
		return;
	for (enum log_tally i = LOG_SITES; i < LOG_TALLY_COUNT; i++)
		tally_free(view->tallies[i]);
	free(view->asked);
	free(view);
}

/* --- Keys --- */

/* Family, length and octets of the prefix that the address is in. */
static void network_count(struct tally *tally, const struct ip_addr *addr, const uint8_t lengths[FAMILY_COUNT],
			  bool is_failed)
{
	const struct ip_prefix prefix = ip_prefix_of(addr, lengths[addr->family]);
	uint8_t key[18] = {(uint8_t)addr->family, prefix.length};
	memcpy(key + 2, prefix.addr.bytes, 16);
	tally_count(tally, span_of(key, sizeof(key)), is_failed);
}

static void resolver_count(struct tally *tally, const struct event *event, bool is_failed)
{
	char text[IP_ADDR_TEXT_MAX];
	if (event_has(event, EVENT_HAS_SERVER))
		ip_addr_to_text(&event->server, text);
	if (event_has(event, EVENT_HAS_SERVER))
		tally_count(tally, span_text(text), is_failed);
	else if (event->service[0] != '\0')
		tally_count(tally, span_text(event->service), is_failed);
}

static void keys_count(struct log_view *view, const struct event *event, struct name name, bool is_failed)
{
	static const uint8_t sites[FAMILY_COUNT] = {[FAMILY_IPV6] = 48, [FAMILY_IPV4] = 16};
	static const uint8_t networks[FAMILY_COUNT] = {[FAMILY_IPV6] = 56, [FAMILY_IPV4] = 24};
	if (event_has(event, EVENT_HAS_CLIENT)) {
		network_count(view->tallies[LOG_SITES], &event->client.addr, sites, is_failed);
		network_count(view->tallies[LOG_NETWORKS], &event->client.addr, networks, is_failed);
	}
	resolver_count(view->tallies[LOG_RESOLVERS], event, is_failed);
	if (event_has(event, EVENT_HAS_QTYPE)) {
		uint8_t type[2];
		store_u16(type, event->qtype);
		tally_count(view->tallies[LOG_TYPES], span_of(type, 2), is_failed);
	}
	tally_count(view->tallies[LOG_NAMES], span_of(name.wire, name.size), is_failed);
}

/* --- Pairs --- */

static struct log_pair *pair_of(struct log_view *view, const struct event *event, struct name name)
{
	uint8_t key[PAIR_KEY_MAX];
	memcpy(key, event->client.addr.bytes, 16);
	memcpy(key + 16, name.wire, name.size);
	uint64_t hash = siphash(view->asked->hash_key, key, 16u + name.size);
	struct log_pair *pair = &view->asked->list[hash % PAIRS];
	if (pair->hash != hash || event->time_us < pair->time_us || event->time_us - pair->time_us > LOG_PAIR_US)
		*pair = (struct log_pair){.hash = hash, .time_us = event->time_us};
	return pair;
}

static void pair_count(struct log_view *view, const struct event *event, struct name name, bool is_failed)
{
	bool is_aaaa = event->qtype == RR_AAAA;
	if (!event_has(event, EVENT_HAS_TIME | EVENT_HAS_CLIENT | EVENT_HAS_QTYPE) ||
	    (!is_aaaa && event->qtype != RR_A))
		return;
	struct log_pair *pair = pair_of(view, event, name);
	pair->seen[is_aaaa ? 0 : 1] = is_failed ? SEEN_FAILED : SEEN_ANSWERED;
	if (pair->seen[0] == SEEN_NOTHING || pair->seen[1] == SEEN_NOTHING)
		return;
	view->pairs++;
	view->masked += pair->seen[0] == SEEN_FAILED && pair->seen[1] == SEEN_ANSWERED;
	view->lost += pair->seen[0] == SEEN_FAILED && pair->seen[1] == SEEN_FAILED;
	*pair = (struct log_pair){0};
}

/* --- Events --- */

void log_view_observe(struct log_view *view, const struct event *event)
{
	struct name_buffer buffer;
	if ((event->kind != EVENT_QUERY && event->kind != EVENT_REPLY) || !event_has(event, EVENT_HAS_QNAME))
		return;
	if (event_has(event, EVENT_HAS_TIME) && event->time_us >= view->before_us) {
		view->late++;
		return;
	}
	struct name name = name_lower(event_qname(event), &buffer);
	if (event->stream == STREAM_AUTHORITATIVE) {
		view->authoritative++;
		return;
	}
	if (!event_has(event, EVENT_HAS_RCODE)) {
		view->unanswered++;
		return;
	}
	/* The question was counted as one without an outcome when it came. */
	view->unanswered -= event->is_completion && view->unanswered > 0;
	if (!name_is_at_or_below(name, view->zone)) {
		view->others++;
		return;
	}
	bool is_bogus = event_has(event, EVENT_HAS_SECURITY) && event->security == SECURITY_BOGUS;
	bool is_failed = is_bogus || (event->rcode != RCODE_NOERROR && event->rcode != RCODE_NXDOMAIN);
	view->answers++;
	view->failures += is_failed;
	keys_count(view, event, name, is_failed);
	pair_count(view, event, name, is_failed);
}

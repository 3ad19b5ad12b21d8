/* SPDX-License-Identifier: BSD-2-Clause */
#include "transfer/schedule.h"

#include "dns/rdata.h"

#include <errno.h>
#include <stdlib.h>

#define NOBODY SIZE_MAX

enum phase {
	PHASE_IDLE,
	PHASE_ROUND,   /* the next address is to be chosen */
	PHASE_ASKED,   /* current has been asked */
	PHASE_TCP,     /* current is to be asked over TCP: its answer was truncated */
	PHASE_NEWER,   /* current has a newer version */
	PHASE_TRANSFER /* and is giving it */
};

struct schedule {
	enum phase phase;
	bool has_version;
	uint32_t serial;
	uint64_t refresh_ms, retry_ms, expire_ms; /* within the limits */
	int64_t confirmed_ms;
	uint64_t due_ms, begun_ms; /* of the next round, of the last one */
	unsigned rounds_failed;    /* in a row */
	bool is_confirmed;         /* in this round: some primary has our version, or gave it to us */
	bool is_notified;          /* during the round: another one follows */
	bool is_tcp;               /* how current was asked */
	size_t current, notifier;  /* NOBODY */
	size_t count;
	struct schedule_address addresses[];
};

const char *schedule_reach_text(enum schedule_reach reach)
{
	static const char *const texts[SCHEDULE_REACH_COUNT] = {"unknown", "reached", "failing"};
	return texts[reach];
}

int schedule_new(const struct ip_endpoint *endpoints, size_t count, struct schedule **ret)
{
	struct schedule *schedule = calloc(1, sizeof(*schedule) + count * sizeof(schedule->addresses[0]));
	if (schedule == NULL)
		return -ENOMEM;
	schedule->notifier = schedule->current = NOBODY;
	schedule->count = count;
	for (size_t i = 0; i < count; i++)
		schedule->addresses[i].endpoint = endpoints[i];
	*ret = schedule;
	return ERR_OK;
}

void schedule_free(struct schedule *schedule)
{
	free(schedule);
}

static bool endpoint_equal(const struct ip_endpoint *a, const struct ip_endpoint *b)
{
	return a->port == b->port && a->addr.scope == b->addr.scope && ip_addr_equal(&a->addr, &b->addr);
}

void schedule_inherit(struct schedule *schedule, const struct schedule *before)
{
	schedule->has_version = before->has_version;
	schedule->serial = before->serial;
	schedule->refresh_ms = before->refresh_ms;
	schedule->retry_ms = before->retry_ms;
	schedule->expire_ms = before->expire_ms;
	schedule->confirmed_ms = before->confirmed_ms;
	for (size_t i = 0; i < schedule->count; i++) {
		for (size_t j = 0; j < before->count; j++) {
			if (endpoint_equal(&schedule->addresses[i].endpoint, &before->addresses[j].endpoint))
				schedule->addresses[i] = before->addresses[j];
		}
		memset(schedule->addresses[i].is_asked, 0, sizeof(schedule->addresses[i].is_asked));
	}
}

/* --- Times --- */

static uint64_t within(uint64_t value, uint64_t least, uint64_t most)
{
	return value < least ? least : value > most ? most : value;
}

static void version_take(struct schedule *schedule, struct span soa)
{
	const uint8_t *tail = soa.data + soa.size - SOA_TAIL;
	uint64_t refresh_s = within(load_u32(tail + 4), SCHEDULE_REFRESH_LEAST_S, SCHEDULE_REFRESH_MOST_S);
	uint64_t retry_s = within(load_u32(tail + 8), SCHEDULE_RETRY_LEAST_S, SCHEDULE_RETRY_MOST_S);
	schedule->has_version = true;
	schedule->serial = load_u32(tail);
	schedule->refresh_ms = refresh_s * 1000;
	schedule->retry_ms = retry_s * 1000;
	schedule->expire_ms = within(load_u32(tail + 12), refresh_s + retry_s, SCHEDULE_EXPIRE_MOST_S) * 1000;
}

static uint64_t sooner(uint64_t span_ms, uint32_t random)
{
	uint64_t most = span_ms / 20 < SCHEDULE_JITTER_MOST_MS ? span_ms / 20 : SCHEDULE_JITTER_MOST_MS;
	return span_ms - random % (most + 1);
}

static uint64_t pause_ms(const struct schedule *schedule)
{
	uint64_t backoff_ms = SCHEDULE_BACKOFF_FIRST_MS;
	if (schedule->has_version)
		return schedule->is_confirmed ? schedule->refresh_ms : schedule->retry_ms;
	for (unsigned i = 1; i < schedule->rounds_failed && backoff_ms < SCHEDULE_BACKOFF_MOST_MS; i++)
		backoff_ms *= 2;
	return backoff_ms < SCHEDULE_BACKOFF_MOST_MS ? backoff_ms : SCHEDULE_BACKOFF_MOST_MS;
}

void schedule_begin(struct schedule *schedule, struct span soa, int64_t confirmed_ms)
{
	version_take(schedule, soa);
	schedule->confirmed_ms = confirmed_ms;
}

bool schedule_has_version(const struct schedule *schedule)
{
	return schedule->has_version;
}

uint32_t schedule_serial(const struct schedule *schedule)
{
	return schedule->serial;
}

int64_t schedule_confirmed_ms(const struct schedule *schedule)
{
	return schedule->confirmed_ms;
}

uint64_t schedule_expiry_ms(const struct schedule *schedule)
{
	int64_t expiry_ms = schedule->confirmed_ms + (int64_t)schedule->expire_ms;
	if (!schedule->has_version)
		return UINT64_MAX;
	return expiry_ms > 0 ? (uint64_t)expiry_ms : 0;
}

bool schedule_is_expired(const struct schedule *schedule, uint64_t now_ms)
{
	return schedule->has_version && now_ms >= schedule_expiry_ms(schedule);
}

bool schedule_is_failing(const struct schedule *schedule)
{
	return schedule->rounds_failed > 0;
}

uint64_t schedule_due_ms(const struct schedule *schedule)
{
	return schedule->due_ms;
}

/* --- Addresses --- */

size_t schedule_address_count(const struct schedule *schedule)
{
	return schedule->count;
}

const struct schedule_address *schedule_address(const struct schedule *schedule, size_t index)
{
	return &schedule->addresses[index];
}

enum schedule_reach schedule_address_reach(const struct schedule_address *address)
{
	if (address->failures > 0)
		return SCHEDULE_FAILING;
	return address->has_serial ? SCHEDULE_REACHED : SCHEDULE_UNKNOWN;
}

enum schedule_reach schedule_family_reach(const struct schedule *schedule, enum family family)
{
	enum schedule_reach reach = SCHEDULE_UNKNOWN;
	for (size_t i = 0; i < schedule->count; i++) {
		enum schedule_reach one = schedule_address_reach(&schedule->addresses[i]);
		if (schedule->addresses[i].endpoint.addr.family != family || one == SCHEDULE_UNKNOWN)
			continue;
		if (one == SCHEDULE_REACHED)
			return SCHEDULE_REACHED;
		reach = SCHEDULE_FAILING;
	}
	return reach;
}

static bool is_asked(const struct schedule_address *address)
{
	return address->is_asked[false] || address->is_asked[true];
}

static bool is_family_asked(const struct schedule *schedule, enum family family)
{
	for (size_t i = 0; i < schedule->count; i++) {
		if (schedule->addresses[i].endpoint.addr.family == family && is_asked(&schedule->addresses[i]))
			return true;
	}
	return false;
}

/* The least comes first; of equals the one that is written first. */
static unsigned rank(const struct schedule *schedule, size_t index)
{
	const struct schedule_address *address = &schedule->addresses[index];
	enum family family = address->endpoint.addr.family;
	if (index == schedule->notifier)
		return 0;
	return 1 + 4 * (address->failures > 0) + 2 * (schedule_family_reach(schedule, family) == SCHEDULE_FAILING) +
	       (family == FAMILY_IPV4);
}

/* One that was not asked so yet in this round. */
static bool is_open(const struct schedule *schedule, size_t index, bool is_second)
{
	const struct schedule_address *address = &schedule->addresses[index];
	if (schedule->is_confirmed && is_family_asked(schedule, address->endpoint.addr.family))
		return false;
	/* The second time round only who was silent over UDP, and the confirmation alone is worth that. */
	return is_second ? !schedule->is_confirmed && !address->is_asked[true] && address->is_asked[false]
			 : !is_asked(address);
}

static size_t choose(const struct schedule *schedule, bool is_second)
{
	size_t best = NOBODY;
	for (size_t i = 0; i < schedule->count; i++) {
		if (is_open(schedule, i, is_second) && (best == NOBODY || rank(schedule, i) < rank(schedule, best)))
			best = i;
	}
	return best;
}

/* --- A round --- */

static void round_begin(struct schedule *schedule, uint64_t now_ms)
{
	for (size_t i = 0; i < schedule->count; i++)
		memset(schedule->addresses[i].is_asked, 0, sizeof(schedule->addresses[i].is_asked));
	schedule->phase = PHASE_ROUND;
	schedule->begun_ms = now_ms;
	schedule->is_confirmed = schedule->is_notified = false;
}

static void round_end(struct schedule *schedule, uint64_t now_ms, uint32_t random)
{
	schedule->rounds_failed = schedule->is_confirmed ? 0 : schedule->rounds_failed + 1;
	schedule->due_ms = now_ms + sooner(pause_ms(schedule), random);
	if (schedule->is_notified && schedule->due_ms > now_ms + SCHEDULE_NOTIFY_GAP_MS)
		schedule->due_ms = now_ms + SCHEDULE_NOTIFY_GAP_MS;
	else if (!schedule->is_notified)
		schedule->notifier = NOBODY;
	schedule->phase = PHASE_IDLE;
}

static struct schedule_step ask(struct schedule *schedule, size_t index, bool is_tcp)
{
	schedule->current = index;
	schedule->is_tcp = is_tcp;
	schedule->phase = PHASE_ASKED;
	schedule->addresses[index].is_asked[is_tcp] = true;
	return (struct schedule_step){.action = SCHEDULE_ASK, .address = index, .is_tcp = is_tcp};
}

static struct schedule_step round_go_on(struct schedule *schedule, uint64_t now_ms, uint32_t random)
{
	size_t next = choose(schedule, false);
	if (next != NOBODY)
		return ask(schedule, next, schedule->addresses[next].is_udp_silent);
	next = choose(schedule, true);
	if (next != NOBODY)
		return ask(schedule, next, true);
	round_end(schedule, now_ms, random);
	return (struct schedule_step){.action = SCHEDULE_WAIT, .at_ms = schedule->due_ms};
}

struct schedule_step schedule_next(struct schedule *schedule, uint64_t now_ms, uint32_t random)
{
	if (schedule->phase == PHASE_NEWER) {
		schedule->phase = PHASE_TRANSFER;
		return (struct schedule_step){.action = SCHEDULE_TRANSFER, .address = schedule->current};
	}
	if (schedule->phase == PHASE_TCP)
		return ask(schedule, schedule->current, true);
	if (schedule->phase == PHASE_IDLE && now_ms < schedule->due_ms)
		return (struct schedule_step){.action = SCHEDULE_WAIT, .at_ms = schedule->due_ms};
	if (schedule->phase == PHASE_IDLE)
		round_begin(schedule, now_ms);
	return round_go_on(schedule, now_ms, random);
}

/* RFC 1982 3.2. */
static bool is_later(uint32_t serial, uint32_t than)
{
	return (int32_t)(serial - than) > 0;
}

static void confirm(struct schedule *schedule, uint64_t now_ms)
{
	schedule->is_confirmed = true;
	schedule->confirmed_ms = (int64_t)now_ms;
}

void schedule_told(struct schedule *schedule, uint32_t serial, uint64_t now_ms)
{
	struct schedule_address *address = &schedule->addresses[schedule->current];
	address->has_serial = true;
	address->serial = serial;
	address->reached_ms = now_ms;
	address->failures = 0;
	address->is_udp_silent = schedule->is_tcp && (address->is_udp_silent || address->is_asked[false]);
	address->is_asked[true] = true; /* what it says over TCP will be the same */
	schedule->phase = PHASE_ROUND;
	/* What has expired is no version any more: any other will do, also where serials have begun anew. */
	bool is_wanted = !schedule->has_version || is_later(serial, schedule->serial) ||
			 (schedule_is_expired(schedule, now_ms) && serial != schedule->serial);
	if (is_wanted)
		schedule->phase = PHASE_NEWER;
	else if (serial == schedule->serial)
		confirm(schedule, now_ms);
	/* One whose serial is before ours is behind: it says nothing of our version, the next is asked. */
}

void schedule_received(struct schedule *schedule, struct span soa, uint64_t now_ms)
{
	version_take(schedule, soa);
	confirm(schedule, now_ms);
	schedule->phase = PHASE_ROUND;
}

void schedule_failed(struct schedule *schedule, enum schedule_failure failure)
{
	struct schedule_address *address = &schedule->addresses[schedule->current];
	if (failure == SCHEDULE_TRUNCATED && !schedule->is_tcp) {
		schedule->phase = PHASE_TCP;
		return;
	}
	address->failures++;
	/* What it says over TCP will be the same, and a transfer was over TCP. */
	if (failure != SCHEDULE_SILENT || schedule->phase == PHASE_TRANSFER)
		address->is_asked[true] = true;
	/* Silent over TCP where it once was the better way: UDP has its turn again in the next round. */
	if (schedule->is_tcp)
		address->is_udp_silent = false;
	schedule->phase = PHASE_ROUND;
}

void schedule_notify(struct schedule *schedule, const struct ip_addr *from, uint64_t now_ms)
{
	for (size_t i = 0; from != NULL && i < schedule->count; i++) {
		if (ip_addr_equal(&schedule->addresses[i].endpoint.addr, from))
			schedule->notifier = i;
	}
	schedule->is_notified = schedule->phase != PHASE_IDLE;
	/* Who may be anybody is not heard more often than that; the operator is. */
	uint64_t soonest_ms = from != NULL ? within(now_ms, schedule->begun_ms + SCHEDULE_NOTIFY_GAP_MS, UINT64_MAX) : now_ms;
	if (schedule->phase == PHASE_IDLE && soonest_ms < schedule->due_ms)
		schedule->due_ms = soonest_ms;
}

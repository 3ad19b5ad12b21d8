/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/round.h"

#include "base/clock.h"
#include "dns/rrtype.h"
#include "watch/asker.h"
#include "watch/connects.h"
#include "watch/judge.h"
#include "watch/pace.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define ARENA_CHUNK (256 << 10)
#define EDNS_SIZE 1232
#define TRIES 2
#define CONTROLS 3 /* root servers that are asked whether a family works at all */
#define KEYS_FRESH_US 5000000
/* What stays bogus is looked at anew more seldom, the more names there are to walk to. */
#define KEYS_AGAIN_US 60000000
#define KEYS_AGAIN_EACH_US 200000

enum stage {
	STAGE_WAITING, /* for its time */
	STAGE_ASKED,
	STAGE_HELD, /* it depends on what else can be seen */
	STAGE_TOLD
};

struct entry {
	const struct probe *probe;
	const struct fact *fact;
	struct probe_result result;
	struct ip_addr source;
	bool has_source, is_over; /* OVER: the connection came to an end */
	enum stage stage;
};

struct round {
	struct round_options options;
	struct arena *arena, *scratch;
	struct plan plan;
	struct pace pace;
	struct facts *facts;
	struct asker *asker;
	struct connects *connects;
	struct entry *entries;
	size_t released, first; /* all before first are told or held */
	size_t under_way;
	struct found *found;
	bool is_seen[FAMILY_COUNT], is_tried[FAMILY_COUNT];
};

/* --- Asking --- */

/* The address that questions to the target leave from. -errno: there is no way. */
static int source_find(const struct ip_endpoint *target, struct ip_addr *ret)
{
	struct sockaddr_storage address;
	struct ip_endpoint source;
	socklen_t size = ip_endpoint_to_sockaddr(target, &address);
	int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc = fd < 0 ? -errno : connect(fd, (const struct sockaddr *)&address, size) != 0 ? -errno : ERR_OK;
	size = sizeof(address);
	if (rc == ERR_OK && getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		rc = -errno;
	if (rc == ERR_OK)
		rc = ip_endpoint_from_sockaddr((const struct sockaddr *)&address, &source);
	if (fd >= 0)
		close(fd);
	if (rc == ERR_OK)
		*ret = source.addr;
	return rc;
}

static const struct fact *question_ask(struct round *round, const struct probe *probe)
{
	const struct fact_question question = {.server = probe->endpoint,
					       .transport = probe->transport,
					       .qname = probe->name,
					       .qtype = probe->type,
					       .edns_size = EDNS_SIZE,
					       .is_do = true,
					       .is_cd = probe->is_cd,
					       .is_rd = probe->target == PROBE_RESOLVER};
	return facts_get(round->facts, &question);
}

static void entry_tell(struct round *round, struct entry *entry)
{
	round->under_way -= entry->stage == STAGE_ASKED;
	entry->stage = STAGE_TOLD;
	round->options.told(round->options.owner, entry->probe, &entry->result,
			    entry->has_source ? &entry->source : NULL);
}

/* Nothing has to be sent: the map says it. */
static void known_judge(struct round *round, struct entry *entry)
{
	const struct map_zone *zone = map_zone_of(round->options.map, entry->probe->name);
	if (entry->probe->target == PROBE_ZONE)
		judge_path(zone, entry->probe->endpoint.addr.family, &entry->result);
	else
		judge_absence(zone, &entry->result);
	entry->is_over = true;
}

static void entry_start(struct round *round, struct entry *entry)
{
	const struct probe *probe = entry->probe;
	enum family family = probe->endpoint.addr.family;
	entry->stage = STAGE_ASKED;
	round->under_way++;
	if (probe->target == PROBE_ZONE || probe->target == PROBE_NAME) {
		known_judge(round, entry);
		return;
	}
	round->is_tried[family] = true;
	entry->has_source = source_find(&probe->endpoint, &entry->source) == ERR_OK;
	if (!entry->has_source) {
		judge_connect(ENETUNREACH, true, 0, 0, &entry->result);
		entry->is_over = true;
	} else if (probe->target == PROBE_SERVICE) {
		connects_start(round->connects, &probe->endpoint, round->options.set->timeout_ms * 1000ull,
			       (size_t)(entry - round->entries));
	} else {
		entry->fact = question_ask(round, probe);
		if (entry->fact == NULL) {
			judge_connect(ENOMEM, true, 0, 0, &entry->result);
			entry->is_over = true;
		}
	}
}

static void connect_ends(void *owner, size_t tag, int error, bool is_at_once, uint32_t duration_us)
{
	struct round *round = owner;
	struct entry *entry = &round->entries[tag];
	judge_connect(error, is_at_once, round->options.set->timeout_ms, duration_us, &entry->result);
	entry->is_over = true;
}

static void due_start(struct round *round)
{
	uint64_t now_us = clock_monotonic_us();
	while (round->released < round->plan.count && round->under_way < PACE_OUTSTANDING &&
	       pace_due_us(&round->pace, round->released) <= now_us)
		entry_start(round, &round->entries[round->released++]);
}

/* --- Judging --- */

static void secure_ask(void *owner, struct name name, uint16_t type, const struct fact *fact, struct secure *ret)
{
	struct round *round = owner;
	map_secure(round->options.map, name, type, fact, ret);
}

/* The same question with CD, which the plan has behind the plain one. */
static const struct entry *twin_of(const struct round *round, const struct entry *entry)
{
	const struct entry *next = entry + 1;
	if (entry->probe->target != PROBE_RESOLVER || entry->probe->is_cd ||
	    next == round->entries + round->plan.count || !next->probe->is_cd)
		return NULL;
	struct probe plain = *next->probe;
	plain.is_cd = false;
	return probe_equal(&plain, entry->probe) ? next : NULL;
}

/* With resolvers alone, what they say of addresses is all there is. */
static bool has_say(const struct round *round, const struct probe *probe)
{
	const struct watch_set *set = round->options.set;
	return probe->target == PROBE_SERVER ||
	       (probe->target == PROBE_RESOLVER && set->has_servers && set->server_count == 0);
}

static void found_take(struct round *round, const struct entry *entry, const struct judge_request *request)
{
	const struct watch_set *set = round->options.set;
	bool is_good = entry->result.state == PROBE_STATE_GOOD || entry->result.state == PROBE_STATE_EXPIRING;
	for (size_t i = 0; is_good && has_say(round, entry->probe) && i < set->name_count; i++) {
		if (set->names[i].wire == entry->probe->name.wire)
			judge_addresses(request, &round->found[i]);
	}
}

static void reply_judge(struct round *round, struct entry *entry, const struct entry *twin)
{
	arena_reset(round->scratch);
	const struct judge_request request = {.probe = entry->probe,
					      .fact = entry->fact,
					      .unchecked = twin != NULL ? twin->fact : NULL,
					      .arena = round->scratch,
					      .now_s = clock_wall_us() / 1000000,
					      .timeout_ms = round->options.set->timeout_ms,
					      .left_least_s = round->options.set->left_least_s,
					      .secure = secure_ask,
					      .owner = round};
	judge_reply(&request, &entry->result);
	found_take(round, entry, &request);
}

/* Nobody replied so far: it may be this host that sees nobody. */
static bool is_unsure(const struct round *round, const struct entry *entry)
{
	bool is_lost = entry->result.state == PROBE_STATE_SILENT || entry->result.state == PROBE_STATE_REFUSED;
	return is_lost && !entry->probe->is_local && !round->is_seen[entry->probe->endpoint.addr.family];
}

/* The zone may have new keys. */
static bool is_by_old_keys(const struct round *round, const struct entry *entry)
{
	const struct round_options *options = &round->options;
	if (entry->result.state != PROBE_STATE_BOGUS || entry->probe->target != PROBE_SERVER)
		return false;
	uint64_t fresh_us = options->was_bogus(options->owner, entry->probe)
				    ? KEYS_AGAIN_US + options->set->name_count * KEYS_AGAIN_EACH_US
				    : KEYS_FRESH_US;
	return clock_monotonic_us() - map_renewed_us(options->map) > fresh_us;
}

/* False: it has not ended. */
static bool entry_judge(struct round *round, struct entry *entry)
{
	const struct entry *twin = twin_of(round, entry);
	if (entry->fact != NULL) {
		if (fact_is_open(entry->fact) ||
		    (twin != NULL && (twin->fact == NULL ? !twin->is_over : fact_is_open(twin->fact))))
			return false;
		reply_judge(round, entry, twin);
	} else if (!entry->is_over) {
		return false;
	}
	bool is_reply = entry->result.has_reply ||
			(entry->probe->target == PROBE_SERVICE && entry->result.state == PROBE_STATE_GOOD);
	if (is_reply && !entry->probe->is_local)
		round->is_seen[entry->probe->endpoint.addr.family] = true;
	if (!is_unsure(round, entry) && !is_by_old_keys(round, entry)) {
		entry_tell(round, entry);
	} else {
		round->under_way--;
		entry->stage = STAGE_HELD;
	}
	return true;
}

static void ended_judge(struct round *round)
{
	for (size_t i = round->first; i < round->released; i++) {
		struct entry *entry = &round->entries[i];
		bool is_done = entry->stage > STAGE_ASKED || entry_judge(round, entry);
		round->first += is_done && i == round->first;
	}
}

/* --- The end of a round --- */

static bool keys_renew(struct round *round)
{
	struct name *names;
	size_t count, held = 0;
	const struct plan_request request = {
		.set = round->options.set, .found = round->options.found, .arena = round->arena};
	for (size_t i = 0; i < round->plan.count; i++)
		held += round->entries[i].stage == STAGE_HELD && round->entries[i].result.state == PROBE_STATE_BOGUS;
	if (held == 0)
		return true;
	if (plan_names(&request, &names, &count) != ERR_OK || !map_renew(round->options.map, names, count))
		return false;
	for (size_t i = 0; i < round->plan.count; i++) {
		struct entry *entry = &round->entries[i];
		if (entry->stage != STAGE_HELD || entry->result.state != PROBE_STATE_BOGUS)
			continue;
		reply_judge(round, entry, NULL);
		entry_tell(round, entry);
	}
	return true;
}

static bool is_held(const struct round *round, enum family family)
{
	for (size_t i = 0; i < round->plan.count; i++) {
		if (round->entries[i].stage == STAGE_HELD && round->entries[i].probe->endpoint.addr.family == family)
			return true;
	}
	return false;
}

/* V01: does anybody reply over the family? Several root servers are asked. */
static bool controls_ask(struct round *round, enum family family)
{
	const struct watch_set *set = round->options.set;
	const struct fact *facts[CONTROLS];
	size_t count = 0;
	for (size_t i = 0; i < set->hint_count && count < CONTROLS; i++) {
		const struct probe probe = {.target = PROBE_SERVER,
					    .transport = QUESTION_UDP,
					    .endpoint = set->hints[i].endpoint,
					    .name = name_root,
					    .type = RR_SOA};
		if (probe.endpoint.addr.family == family)
			facts[count++] = question_ask(round, &probe);
	}
	while (asker_run(round->asker, false))
		;
	bool is_seen = false;
	for (size_t i = 0; i < count; i++)
		is_seen = is_seen || (facts[i] != NULL && facts[i]->state == FACT_REPLY);
	return is_seen;
}

static void held_tell(struct round *round, enum family family)
{
	if (!is_held(round, family))
		return;
	/* Others may have been heard of since. */
	round->is_seen[family] = round->is_seen[family] || controls_ask(round, family);
	for (size_t i = 0; i < round->plan.count; i++) {
		struct entry *entry = &round->entries[i];
		if (entry->stage != STAGE_HELD || entry->probe->endpoint.addr.family != family)
			continue;
		if (!round->is_seen[family])
			judge_unseen(family, &entry->result);
		entry_tell(round, entry);
	}
}

/* --- The whole --- */

static bool is_stopped(const struct round *round)
{
	return atomic_load(round->options.is_stopped);
}

/* Something goes on, or the next one's time comes. */
static void progress(struct round *round)
{
	(void)asker_run(round->asker, true);
	if (!asker_is_busy(round->asker) && connects_is_busy(round->connects))
		uv_run(asker_loop(round->asker), UV_RUN_ONCE);
	connects_tick(round->connects);
	ended_judge(round);
	/* What still is under way then waits for its twin with CD, whose time comes later. */
	bool is_quiet = round->under_way == 0 || (!asker_is_busy(round->asker) && !connects_is_busy(round->connects));
	if (is_quiet && round->released < round->plan.count)
		round->options.wait(round->options.owner, pace_due_us(&round->pace, round->released));
}

bool round_run(struct round *round)
{
	while (round->first < round->plan.count && !is_stopped(round)) {
		due_start(round);
		progress(round);
	}
	if (is_stopped(round) || !keys_renew(round))
		return false;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		held_tell(round, family);
	return !is_stopped(round);
}

uint64_t round_next_us(const struct round *round, uint64_t now_us)
{
	return pace_next_us(&round->pace, now_us);
}

struct found *round_found(struct round *round)
{
	for (size_t i = 0; i < round->options.set->name_count; i++) {
		if (round->found[i].count == 0)
			round->found[i] = round->options.found[i];
	}
	return round->found;
}

bool round_is_seen(const struct round *round, enum family family, bool *ret_is_tried)
{
	*ret_is_tried = round->is_tried[family];
	return round->is_seen[family];
}

bool round_is_cut(const struct round *round)
{
	return round->plan.is_cut;
}

/* --- Its life --- */

static const struct map_zone *zone_find(void *owner, struct name name)
{
	const struct round *round = owner;
	return map_zone_of(round->options.map, name);
}

static bool plan_take(struct round *round)
{
	const struct plan_request request = {.set = round->options.set,
					     .found = round->options.found,
					     .zone_of = zone_find,
					     .owner = round,
					     .arena = round->arena};
	if (plan_make(&request, &round->plan) != ERR_OK)
		return false;
	round->entries = calloc(round->plan.count + 1, sizeof(*round->entries));
	for (size_t i = 0; round->entries != NULL && i < round->plan.count; i++)
		round->entries[i].probe = &round->plan.probes[i];
	return round->entries != NULL;
}

static bool wire_open(struct round *round)
{
	const struct watch_set *set = round->options.set;
	const struct asker_options options = {.timeout_ms = set->timeout_ms,
					      .tries = TRIES,
					      .rate = 2 *
						      PACE_RATE, /* each is tried again, which the pace does not know */
					      .is_family_allowed = {true, true},
					      .is_stopped = round->options.is_stopped,
					      .owner = round->options.owner,
					      .left = round->options.left};
	round->facts = facts_new(round->plan.count + FAMILY_COUNT * CONTROLS);
	round->asker = round->facts != NULL ? asker_new(round->facts, &options) : NULL;
	if (round->asker != NULL)
		round->connects = connects_new(asker_loop(round->asker), connect_ends, round);
	return round->connects != NULL;
}

int round_new(const struct round_options *options, struct round **ret)
{
	struct round *round = calloc(1, sizeof(*round));
	if (round == NULL)
		return -ENOMEM;
	round->options = *options;
	round->arena = arena_new(ARENA_CHUNK);
	round->scratch = arena_new(ARENA_CHUNK);
	round->found = calloc(options->set->name_count + 1, sizeof(*round->found));
	if (round->arena == NULL || round->scratch == NULL || round->found == NULL || !plan_take(round) ||
	    !wire_open(round)) {
		round_free(round);
		return -ENOMEM;
	}
	round->pace = (struct pace){.start_us = clock_monotonic_us(),
				    .every_us = options->set->every_ms * 1000ull,
				    .count = round->plan.count,
				    .seed = options->seed};
	*ret = round;
	return ERR_OK;
}

void round_free(struct round *round)
{
	if (round == NULL)
		return;
	connects_close(round->connects);
	asker_free(round->asker);
	facts_free(round->facts);
	free(round->entries);
	free(round->found);
	if (round->arena != NULL)
		arena_free(round->arena);
	if (round->scratch != NULL)
		arena_free(round->scratch);
	free(round);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"

#include "base/random.h"
#include "resolver/limits.h"

#include <errno.h>
#include <stdlib.h>

#define REGISTRY_HEADS 1024
#define KEYRING_ZONES 4096
#define DENIAL_OCTETS ((size_t)8 << 20)
#define USUAL_RTT_FIRST_US 4000
#define TICK_MOST 256 /* alarms of one tick */

const char *note_kind_text(enum note_kind kind)
{
	static const char *const texts[NOTE_KIND_COUNT] = {
		[NOTE_FAMILY_DOWN] = "family",      [NOTE_FAMILY_UP] = "family",         [NOTE_VALIDATION] = "validation",
		[NOTE_FAILURE] = "failure",         [NOTE_REFRESH_FAILED] = "refresh", [NOTE_REFRESHED] = "refreshed",
		[NOTE_LOOP] = "loop",               [NOTE_ANCHOR] = "anchor",            [NOTE_PREF64] = "pref64",
		[NOTE_SIZE] = "size",               [NOTE_GUESSING] = "guessing",
		[NOTE_DELEGATION] = "delegation",   [NOTE_PATH] = "path",
	};
	return texts[kind];
}

/* --- Randomness: SipHash of a counter under the seed --- */

uint64_t draw(struct resolver *resolver)
{
	resolver->random[3]++;
	return siphash((const uint8_t *)resolver->random, &resolver->random[2], 2 * sizeof(resolver->random[0]));
}

uint64_t engine_hash(const struct resolver *resolver, struct name name, uint32_t rest)
{
	uint8_t octets[NAME_MAX + sizeof(rest)];
	struct name_buffer lower;
	struct name key = name_lower(name, &lower);
	memcpy(octets, key.wire, key.size);
	memcpy(octets + key.size, &rest, sizeof(rest));
	return siphash((const uint8_t *)resolver->hash_key, octets, key.size + sizeof(rest));
}

/* --- Budgets --- */

struct spending *spending_new(struct resolver *resolver)
{
	struct spending *spending = calloc(1, sizeof(*spending));
	if (spending == NULL)
		return NULL;
	*spending = (struct spending){
		.references = 1,
		.asks = LIMIT_ASKS_PER_CLIENT,
		.jobs = LIMIT_JOBS_PER_CLIENT,
		.aliases = LIMIT_ALIASES,
		.ends_us = resolver->now.mono_us + LIMIT_CLIENT_MS * 1000ull,
		.dnssec = {.verifications = LIMIT_VERIFICATIONS,
		           .failed_verifications = LIMIT_FAILED_VERIFICATIONS,
		           .nsec3_rounds = LIMIT_NSEC3_ROUNDS,
		           .keys_per_tag = LIMIT_KEYS_PER_TAG},
	};
	return spending;
}

struct spending *spending_hold(struct spending *spending)
{
	spending->references++;
	return spending;
}

void spending_release(struct spending *spending)
{
	if (spending != NULL && --spending->references == 0)
		free(spending);
}

/* --- Paths --- */

bool engine_is_translated(const struct resolver *resolver, const struct ip_addr *addr)
{
	struct ip_prefix prefixes[PREF64_MAX];
	struct ip_addr ipv4;
	if (resolver->policy->pref64 == NULL)
		return false;
	size_t count = pref64_table_in_use(resolver->policy->pref64, resolver->now.mono_us, prefixes, PREF64_MAX);
	for (size_t i = 0; i < count; i++) {
		if (nat64_extract(&prefixes[i], addr, &ipv4) == ERR_OK)
			return true;
	}
	return false;
}

enum reach_path engine_path(const struct resolver *resolver, const struct ip_addr *addr)
{
	if (addr->family == FAMILY_IPV4)
		return REACH_IPV4;
	enum ip_kind kind = ip_addr_kind(addr);
	bool is_nat64 = kind == IP_KIND_NAT64 || kind == IP_KIND_NAT64_LOCAL; /* RFC 6052 2.1, RFC 8215 */
	return is_nat64 || engine_is_translated(resolver, addr) ? REACH_NAT64 : REACH_IPV6;
}

/* --- What there is to do outside --- */

static struct pending_action *pending_new(struct resolver *resolver, enum action_kind kind)
{
	struct pending_action *pending = calloc(1, sizeof(*pending));
	if (pending == NULL)
		return NULL;
	pending->action.kind = kind;
	TAILQ_INSERT_TAIL(&resolver->actions, pending, link);
	return pending;
}

static void pending_free(struct pending_action *pending)
{
	if (pending == NULL)
		return;
	free(pending->data);
	free(pending);
}

void engine_note(struct resolver *resolver, const struct note *note)
{
	struct pending_action *pending = pending_new(resolver, ACTION_NOTE);
	if (pending == NULL)
		return;
	pending->action.note = *note;
	size_t name_size = note->has_name ? note->name.size : 0;
	size_t host_size = note->host.wire != NULL ? note->host.size : 0;
	pending->data = malloc(name_size + host_size + note->text.size + 1);
	if (pending->data == NULL) {
		pending->action.note.has_name = false;
		pending->action.note.host.wire = NULL;
		pending->action.note.text = span_text("no memory for the text");
		return;
	}
	if (name_size > 0)
		memcpy(pending->data, note->name.wire, name_size);
	pending->action.note.name.wire = pending->data;
	if (host_size > 0)
		pending->action.note.host.wire = memcpy(pending->data + name_size, note->host.wire, host_size);
	uint8_t *text = pending->data + name_size + host_size;
	if (note->text.size > 0)
		memcpy(text, note->text.data, note->text.size);
	pending->action.note.text.data = text;
}

void engine_note_path(struct resolver *resolver, enum reach_path path)
{
	enum reach_cause cause;
	char text[256];
	if (!reach_take_news(resolver->parts.reach, path, &cause))
		return;
	int size = snprintf(text, sizeof(text), "%s works badly: %s", reach_path_text(path), reach_cause_text(cause));
	const struct note note = {.kind = NOTE_PATH,
	                          .has_family = true,
	                          .family = path == REACH_IPV4 ? FAMILY_IPV4 : FAMILY_IPV6,
	                          .ede = -1,
	                          .text = span_of(text, (size_t)size)};
	engine_note(resolver, &note);
}

void engine_note_family(struct resolver *resolver, enum reach_path path, enum reach_change change)
{
	if (change == REACH_SAME) {
		engine_note_path(resolver, path);
		return;
	}
	struct reach_view view = reach_view(resolver->parts.reach, path);
	char text[256];
	int size;
	if (change == REACH_WENT_DOWN)
		size = snprintf(text, sizeof(text), "%s does not reach the world: %s; it is asked last and probed",
		                reach_path_text(path), reach_cause_text(view.cause));
	else
		size = snprintf(text, sizeof(text), "%s works again", reach_path_text(path));
	struct note note = {.kind = change == REACH_WENT_DOWN ? NOTE_FAMILY_DOWN : NOTE_FAMILY_UP,
	                    .has_family = true,
	                    .family = path == REACH_IPV4 ? FAMILY_IPV4 : FAMILY_IPV6,
	                    .ede = -1,
	                    .text = span_of(text, (size_t)size)};
	engine_note(resolver, &note);
}

void engine_answer(struct resolver *resolver, void *owner, const uint8_t *message, size_t size,
                   const struct query_event *event)
{
	struct pending_action *pending = pending_new(resolver, ACTION_ANSWER);
	if (pending == NULL)
		return;
	pending->action.owner = owner;
	pending->action.event = *event;
	pending->data = malloc(size + event->reason.size + 1);
	if (pending->data == NULL)
		return; /* an empty message: the client is dropped */
	memcpy(pending->data, message, size);
	pending->action.message = span_of(pending->data, size);
	if (event->reason.size > 0)
		memcpy(pending->data + size, event->reason.data, event->reason.size);
	pending->action.event.reason = span_of(pending->data + size, event->reason.size);
	if (event->qname != NULL) /* the question stands where it stood in the query */
		pending->action.event.qname = pending->data + HEADER_SIZE;
}

void engine_ask(struct resolver *resolver, struct ask *ask)
{
	ask->pending = pending_new(resolver, ACTION_ASK);
	if (ask->pending == NULL)
		return; /* its timeout ends it */
	ask->pending->ask = ask;
	ask->pending->action.ask_id = ask->id;
}

void engine_cancel(struct resolver *resolver, struct ask *ask)
{
	if (ask->pending != NULL) {
		TAILQ_REMOVE(&resolver->actions, ask->pending, link);
		pending_free(ask->pending);
		ask->pending = NULL;
		return;
	}
	struct pending_action *pending = pending_new(resolver, ACTION_CANCEL);
	if (pending != NULL)
		pending->action.ask_id = ask->id;
}

bool resolver_act(struct resolver *resolver, struct resolver_time now, struct action *ret)
{
	resolver->now = now;
	pending_free(resolver->given);
	resolver->given = TAILQ_FIRST(&resolver->actions);
	if (resolver->given == NULL)
		return false;
	TAILQ_REMOVE(&resolver->actions, resolver->given, link);
	struct ask *ask = resolver->given->ask;
	if (ask != NULL) {
		ask->pending = NULL;
		ask->sent_us = now.mono_us;
		resolver->given->action.question = ask->question;
		resolver->given->action.is_background = ask->job != NULL && ask->job->revalidates.wire != NULL;
	}
	*ret = resolver->given->action;
	return true;
}

/* --- Running what can go on --- */

void engine_run(struct resolver *resolver)
{
	for (;;) {
		struct job *job = TAILQ_FIRST(&resolver->runnable_jobs);
		if (job != NULL) {
			TAILQ_REMOVE(&resolver->runnable_jobs, job, in_run);
			job->is_runnable = false;
			job_step(job);
			continue;
		}
		struct inquiry *inquiry = TAILQ_FIRST(&resolver->runnable_inquiries);
		if (inquiry == NULL)
			return;
		TAILQ_REMOVE(&resolver->runnable_inquiries, inquiry, in_run);
		inquiry->is_runnable = false;
		inquiry_step(inquiry);
	}
}

void resolver_tick(struct resolver *resolver, struct resolver_time now)
{
	struct alarm *alarm;
	unsigned taken = 0;
	resolver->now = now;
	/* What is left is due at once, but clients and servers are heard before. */
	while (taken++ < TICK_MOST && (alarm = alarms_take(&resolver->alarms, now.mono_us)) != NULL) {
		switch ((enum alarm_kind)alarm->kind) {
		case ALARM_ASK_TIMEOUT:
			asks_timeout(OWNER(alarm, struct ask, timeout));
			break;
		case ALARM_JOB_HEDGE:
			hunt_hedge(OWNER(alarm, struct job, hedge));
			break;
		case ALARM_CROWD:
			crowd_turn(resolver);
			break;
		case ALARM_INQUIRY:
			inquiry_alarm(OWNER(alarm, struct inquiry, alarm));
			break;
		}
		engine_run(resolver);
	}
}

uint64_t resolver_deadline_us(const struct resolver *resolver)
{
	return alarms_next_us(&resolver->alarms);
}

uint64_t resolver_expect(const struct resolver *resolver, const struct resolver_request *request)
{
	return front_expect(resolver->policy, resolver->parts.cache, request);
}

void resolver_expect_value(const struct resolver *resolver, uint64_t place)
{
	cache_expect_value(resolver->parts.cache, place);
}

enum resolver_taken resolver_query(struct resolver *resolver, struct resolver_time now,
                                   const struct resolver_request *request, struct writer *out,
                                   struct query_event *event)
{
	struct front front;
	resolver->now = now;
	switch (front_take(resolver->policy, resolver->parts.cache, resolver->front, now, request, out, event, &front)) {
	case FRONT_DROPPED:
		return RESOLVER_DROPPED;
	case FRONT_ANSWERED:
		resolver->load.cache_hits += event->cache == CACHE_USE_HIT;
		if (front.is_refresh_due && resolver->policy->is_prefetch_on)
			inquiry_start(resolver, &front);
		return RESOLVER_ANSWERED;
	case FRONT_MISS:
		break;
	}
	resolver->load.cache_misses++;
	upkeep_signal(resolver);
	enum resolver_taken taken = inquiry_take(resolver, &front, request);
	if (taken == RESOLVER_DROPPED)
		event->turned_away = TURNED_AWAY_OVERLOAD;
	engine_run(resolver);
	return taken;
}

static struct ask *ask_find(const struct resolver *resolver, uint64_t id)
{
	for (struct registry_link *link = registry_first(&resolver->asks, id); link != NULL;
	     link = registry_again(link)) {
		struct ask *ask = (struct ask *)(void *)link;
		if (ask->id == id)
			return ask;
	}
	return NULL;
}

void resolver_reply(struct resolver *resolver, struct resolver_time now, uint64_t ask_id, struct span message)
{
	resolver->now = now;
	struct ask *ask = ask_find(resolver, ask_id);
	if (ask != NULL)
		reply_take(resolver, ask, message);
	engine_run(resolver);
}

void resolver_unreachable(struct resolver *resolver, struct resolver_time now, uint64_t ask_id,
                          enum ask_failure failure)
{
	resolver->now = now;
	struct ask *ask = ask_find(resolver, ask_id);
	if (ask != NULL)
		reply_missing(resolver, ask, failure);
	engine_run(resolver);
}

void resolver_suspicious(struct resolver *resolver, struct resolver_time now, uint64_t ask_id)
{
	resolver->now = now;
	struct ask *ask = ask_find(resolver, ask_id);
	if (ask != NULL)
		reply_suspect(ask);
	engine_run(resolver);
}

/* --- The whole --- */

struct resolver *resolver_new(const struct resolver_parts *parts, const uint8_t seed[32])
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));
	if (resolver == NULL)
		return NULL;
	resolver->parts = *parts;
	resolver->policy = parts->policy;
	memcpy(resolver->random, seed, sizeof(resolver->random));
	resolver->hash_key[0] = draw(resolver);
	resolver->hash_key[1] = draw(resolver);
	resolver->usual_rtt_us = USUAL_RTT_FIRST_US;
	resolver->rtt_weight = 1;
	LIST_INIT(&resolver->all_jobs);
	LIST_INIT(&resolver->all_inquiries);
	TAILQ_INIT(&resolver->runnable_jobs);
	TAILQ_INIT(&resolver->runnable_inquiries);
	TAILQ_INIT(&resolver->actions);
	TAILQ_INIT(&resolver->crowd);
	resolver->crowd_alarm.kind = ALARM_CROWD;
	bool has_all = registry_start(&resolver->jobs, REGISTRY_HEADS) == ERR_OK &&
	               registry_start(&resolver->inquiries, REGISTRY_HEADS) == ERR_OK &&
	               registry_start(&resolver->asks, REGISTRY_HEADS) == ERR_OK &&
	               registry_start(&resolver->leads, REGISTRY_HEADS) == ERR_OK &&
	               registry_start(&resolver->clients, REGISTRY_HEADS) == ERR_OK;
	resolver->keyring = keyring_new(KEYRING_ZONES);
	resolver->denials = denial_store_new(DENIAL_OCTETS);
	resolver->front = front_scratch_new();
	resolver->scratch = malloc(UINT16_MAX);
	resolver->job_arenas.chunk_size = JOB_CHUNK;
	resolver->inquiry_arenas.chunk_size = INQUIRY_CHUNK;
	resolver->reply_arena = arena_new(REPLY_CHUNK);
	if (!has_all || resolver->keyring == NULL || resolver->denials == NULL || resolver->front == NULL ||
	    resolver->scratch == NULL || resolver->reply_arena == NULL) {
		resolver_free(resolver);
		return NULL;
	}
	return resolver;
}

static void everything_end(struct resolver *resolver)
{
	struct inquiry *inquiry;
	struct job *job;
	struct pending_action *pending;
	while ((inquiry = LIST_FIRST(&resolver->all_inquiries)) != NULL)
		inquiry_free(inquiry);
	while ((job = LIST_FIRST(&resolver->all_jobs)) != NULL)
		job_free(job);
	/* Asks that only wait to teach something are all that is left of them. The address book lives on. */
	for (size_t i = 0; resolver->asks.heads != NULL && i < resolver->asks.head_count; i++) {
		while (resolver->asks.heads[i] != NULL)
			ask_cancel((struct ask *)(void *)resolver->asks.heads[i]);
	}
	while ((pending = TAILQ_FIRST(&resolver->actions)) != NULL) {
		TAILQ_REMOVE(&resolver->actions, pending, link);
		pending_free(pending);
	}
	pending_free(resolver->given);
}

void resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	everything_end(resolver);
	registry_end(&resolver->jobs);
	registry_end(&resolver->inquiries);
	registry_end(&resolver->asks);
	registry_end(&resolver->leads);
	registry_end(&resolver->clients);
	alarms_end(&resolver->alarms);
	keyring_free(resolver->keyring);
	denial_store_free(resolver->denials);
	front_scratch_free(resolver->front);
	arena_pool_end(&resolver->job_arenas);
	arena_pool_end(&resolver->inquiry_arenas);
	arena_free(resolver->reply_arena);
	free(resolver->scratch);
	free(resolver);
}

void resolver_set_policy(struct resolver *resolver, const struct resolver_policy *policy)
{
	if (policy->anchors != resolver->policy->anchors)
		keyring_clear(resolver->keyring);
	resolver->policy = policy;
}

void resolver_flush(struct resolver *resolver, struct name name, bool is_tree)
{
	(void)denial_store_flush(resolver->denials, name, is_tree);
	keyring_clear(resolver->keyring);
}

bool resolver_is_settled(const struct resolver *resolver)
{
	return resolver->jobs.count == 0 && resolver->inquiries.count == 0;
}

void resolver_load(const struct resolver *resolver, struct resolver_load *ret)
{
	*ret = resolver->load;
	ret->jobs = (uint32_t)resolver->jobs.count;
	ret->clients = (uint32_t)resolver->clients.count;
	ret->asks = (uint32_t)resolver->asks.count;
	/* What each takes at least: one chunk is enough for nearly all of them. */
	ret->memory = (resolver->jobs.count + resolver->job_arenas.kept_count) * (size_t)JOB_CHUNK +
	              (resolver->inquiries.count + resolver->inquiry_arenas.kept_count) * (size_t)INQUIRY_CHUNK +
	              resolver->asks.count * sizeof(struct ask);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/asker.h"

#include "base/clock.h"
#include "base/random.h"
#include "watch/wire.h"
#include "exchange/exchange.h"

#include <stdlib.h>

#define AT_ONCE 1024 /* questions under way */
#define PER_SERVER 8 /* of them to one address */
#define TICK_MS 10
#define PUT_OFF_US 50000 /* then this host may have room for the question */
#define OVERLOADS_MOST 600
#define OPTIONS_MAX 16      /* octets */
#define PROBES_AT_ONCE "64" /* threads; they do nothing but wait */
#define GATHER_US 10000     /* what comes within this time after the first is judged together */
#define AGAIN_US 4000000    /* what is asked once more waits: NOTIFY and transfers take some seconds */
#define BUCKETS 4096
#define CHUNK (64 << 10)

/* An address that questions are for: what is under way there, and what waits its turn. */
struct server {
	struct ip_endpoint endpoint;
	unsigned under_way;
	struct fact *first, **last; /* wanted, and not sent yet: in order */
	bool is_ready;              /* in the queue of those that may be asked now */
	struct server *ready, *next;
};

struct asking {
	struct fact *fact; /* NULL: free */
	struct server *server;
	uint64_t id;
	uint64_t first_us, sent_us, ends_us;
	unsigned tries, overloads;
	bool is_put_off; /* this host had no room for it: until ends_us */
};

struct asker {
	struct facts *facts;
	struct asker_options options;
	uv_loop_t loop;
	uv_timer_t timer;
	struct exchange_events events;
	struct exchange *exchange;
	struct asking asking[AT_ONCE];
	unsigned free[AT_ONCE]; /* the first AT_ONCE - under_way are indices of asking */
	unsigned under_way;
	struct arena *arena; /* of the servers */
	uint8_t hash_key[SIPHASH_KEY_SIZE];
	struct server *buckets[BUCKETS];
	struct server *first_ready, **last_ready; /* in turn, so that none waits for another's many questions */
	struct fact *first_later, **last_later;   /* wanted, and not before their time, which is in order */
	uint8_t cookie[COOKIE_CLIENT_SIZE];
	size_t sent;
	double tokens; /* questions that may be sent now, by the rate */
	uint64_t tokens_us;
	uint64_t next_id, news_us; /* when the first of this run came; 0: none yet */
	bool is_memory_short;
};

/* --- Servers --- */

static struct server *server_find(struct asker *asker, const struct ip_endpoint *endpoint)
{
	uint8_t octets[19] = {0};
	memcpy(octets, endpoint->addr.bytes, 16);
	octets[16] = (uint8_t)endpoint->addr.family;
	octets[17] = (uint8_t)(endpoint->port >> 8);
	octets[18] = (uint8_t)endpoint->port;
	struct server **bucket = &asker->buckets[siphash(asker->hash_key, octets, sizeof(octets)) % BUCKETS];
	for (struct server *server = *bucket; server != NULL; server = server->next) {
		if (server->endpoint.port == endpoint->port && ip_addr_equal(&server->endpoint.addr, &endpoint->addr))
			return server;
	}
	struct server *server = arena_alloc_zeroed(asker->arena, sizeof(*server), _Alignof(struct server));
	if (server == NULL)
		return NULL;
	server->endpoint = *endpoint;
	server->last = &server->first;
	server->next = *bucket;
	*bucket = server;
	return server;
}

/* To the end of the queue, if there is something to ask of it now. */
static void server_ready(struct asker *asker, struct server *server)
{
	if (server->is_ready || server->first == NULL || server->under_way >= PER_SERVER)
		return;
	server->is_ready = true;
	server->ready = NULL;
	*asker->last_ready = server;
	asker->last_ready = &server->ready;
}

static struct server *server_take_ready(struct asker *asker)
{
	struct server *server = asker->first_ready;
	asker->first_ready = server->ready;
	if (asker->first_ready == NULL)
		asker->last_ready = &asker->first_ready;
	server->is_ready = false;
	return server;
}

static struct fact *server_take_wanted(struct server *server)
{
	struct fact *fact = server->first;
	server->first = fact->wanted;
	if (server->first == NULL)
		server->last = &server->first;
	fact->wanted = NULL;
	return fact;
}

/* --- Pace --- */

static bool is_rate_open(struct asker *asker)
{
	uint64_t now_us = clock_monotonic_us();
	double most = asker->options.rate * (2.0 * TICK_MS / 1000); /* so much at once, no more, after a silence */
	if (asker->options.rate == 0)
		return true;
	asker->tokens += (double)(now_us - asker->tokens_us) / 1e6 * asker->options.rate;
	asker->tokens_us = now_us;
	if (asker->tokens > (most > 1 ? most : 1))
		asker->tokens = most > 1 ? most : 1;
	return asker->tokens >= 1;
}

static struct asking *asking_find(struct asker *asker, uint64_t id)
{
	struct asking *asking = &asker->asking[id % AT_ONCE];
	return asking->fact != NULL && asking->id == id ? asking : NULL;
}

static void asking_put(struct asker *asker, struct asking *asking, enum fact_state state, struct span message,
		       uint32_t duration_us)
{
	if (facts_put(asker->facts, asking->fact, state, message, duration_us) != ERR_OK)
		asker->is_memory_short = true;
	asking->fact = NULL;
	asker->under_way--;
	asker->free[AT_ONCE - 1 - asker->under_way] = (unsigned)(asking - asker->asking);
	asking->server->under_way--;
	server_ready(asker, asking->server);
	if (asker->news_us == 0)
		asker->news_us = clock_monotonic_us();
}

static void asking_end(struct asker *asker, struct asking *asking, enum fact_state state, struct span message)
{
	uint64_t from_us = state == FACT_REPLY ? asking->sent_us : asking->first_us;
	asking_put(asker, asking, state, message, (uint32_t)(clock_monotonic_us() - from_us));
}

/* --- Probes: each in a thread of its own, as they wait --- */

struct probing {
	uv_work_t work;
	struct asker *asker;
	struct asking *asking;
	struct fact_question question;
	struct wire_answer result;
};

static void probing_run(uv_work_t *work)
{
	struct probing *probing = work->data;
	const struct asker_options *options = &probing->asker->options;
	wire_ask(&probing->question, options->timeout_ms, options->tries, &probing->result);
}

static void probing_end(uv_work_t *work, int status)
{
	struct probing *probing = work->data;
	const struct wire_answer *result = &probing->result;
	struct fact *fact = probing->asking->fact;
	(void)status; /* none is ever cancelled */
	asking_put(probing->asker, probing->asking, result->state, span_of(result->octets, result->size),
		   result->duration_us);
	facts_put_seen(fact, &result->seen);
	free(probing);
}

static void probing_begin(struct asker *asker, struct asking *asking)
{
	struct probing *probing = malloc(sizeof(*probing));
	if (probing == NULL) {
		asker->is_memory_short = true;
		asking_end(asker, asking, FACT_NO_ROUTE, (struct span){0});
		return;
	}
	asking->ends_us = UINT64_MAX; /* a probe has its own end */
	asker->tokens -= 1;
	probing->asker = asker;
	probing->asking = asking;
	probing->question = asking->fact->question;
	probing->work.data = probing;
	uv_queue_work(&asker->loop, &probing->work, probing_run, probing_end);
}

/* --- Asking --- */

/* The options that a question has no field for, as on the wire. */
static struct span options_write(const struct fact_question *question, uint8_t octets[OPTIONS_MAX])
{
	static const struct {
		uint8_t bit;
		uint16_t code;
	} rows[] = {{FACT_OPTION_NSID, EDNS_NSID}, {FACT_OPTION_UNKNOWN, FACT_OPTION_CODE}};
	struct writer out = writer_of(octets, OPTIONS_MAX);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!(question->options & rows[i].bit))
			continue;
		writer_u16(&out, rows[i].code);
		writer_u16(&out, 0);
	}
	return writer_span(&out);
}

static void asking_send(struct asker *asker, struct asking *asking)
{
	uint8_t octets[OPTIONS_MAX];
	const struct fact_question *from = &asking->fact->question;
	const struct question question = {.server = from->server,
					  .transport = from->transport,
					  .qname = from->qname,
					  .qtype = from->qtype,
					  .qclass = from->qclass,
					  .is_rd = from->is_rd,
					  .is_cd = from->is_cd,
					  .is_do = from->is_do,
					  .edns_size = from->edns_size,
					  .edns_version = from->edns_version,
					  .cookie = from->options & FACT_OPTION_COOKIE
							    ? span_of(asker->cookie, sizeof(asker->cookie))
							    : (struct span){0},
					  .options = options_write(from, octets)};
	bool is_tcp = from->transport == QUESTION_TCP;
	unsigned tries = is_tcp ? 1 : asker->options.tries;
	asking->sent_us = clock_monotonic_us();
	asking->ends_us = asking->sent_us + asker->options.timeout_ms * 1000ull / tries;
	asking->is_put_off = false;
	asking->tries++;
	asker->sent++;
	asker->tokens -= 1;
	asking->id = asker->next_id + (size_t)(asking - asker->asking);
	asker->next_id += AT_ONCE;
	if (exchange_ask(asker->exchange, asking->id, &question) != ERR_OK)
		asking_end(asker, asking, FACT_NO_ROUTE, (struct span){0});
}

static void fact_begin(struct asker *asker, struct fact *fact, struct server *server)
{
	struct asking *asking = &asker->asking[asker->free[AT_ONCE - 1 - asker->under_way]];
	*asking = (struct asking){.fact = fact, .server = server, .first_us = clock_monotonic_us()};
	asker->under_way++;
	server->under_way++;
	if (!asker->options.is_family_allowed[fact->question.server.addr.family])
		asking_end(asker, asking, FACT_NO_ROUTE, (struct span){0});
	else if (fact->question.probe != PROBE_NONE)
		probing_begin(asker, asking);
	else
		asking_send(asker, asking);
}

/* To those that its server will be asked. */
static void fact_queue(struct asker *asker, struct fact *fact)
{
	struct server *server = server_find(asker, &fact->question.server);
	if (server == NULL) {
		asker->is_memory_short = true;
		return;
	}
	*server->last = fact;
	server->last = &fact->wanted;
	server_ready(asker, server);
}

static void wanted_take(struct asker *asker)
{
	struct fact *fact;
	uint64_t now_us = clock_monotonic_us();
	while ((fact = facts_take_wanted(asker->facts)) != NULL) {
		fact->due_us = fact->question.again > 0 ? now_us + AGAIN_US : 0;
		if (fact->due_us == 0) {
			fact_queue(asker, fact);
			continue;
		}
		*asker->last_later = fact;
		asker->last_later = &fact->wanted;
	}
}

static void later_take(struct asker *asker)
{
	struct fact *fact;
	while ((fact = asker->first_later) != NULL && fact->due_us <= clock_monotonic_us()) {
		asker->first_later = fact->wanted;
		if (asker->first_later == NULL)
			asker->last_later = &asker->first_later;
		fact->wanted = NULL;
		fact_queue(asker, fact);
	}
}

/* What is wanted goes out, as far as there is room; the rest keeps its place. */
static void wanted_send(struct asker *asker)
{
	later_take(asker);
	while (asker->first_ready != NULL && asker->under_way < AT_ONCE && is_rate_open(asker)) {
		struct server *server = server_take_ready(asker);
		fact_begin(asker, server_take_wanted(server), server);
		server_ready(asker, server);
	}
	exchange_flush(asker->exchange);
}

static void tick(uv_timer_t *timer)
{
	struct asker *asker = timer->data;
	uint64_t now_us = clock_monotonic_us();
	for (unsigned i = 0; i < AT_ONCE; i++) {
		struct asking *asking = &asker->asking[i];
		if (asking->fact == NULL || now_us < asking->ends_us)
			continue;
		if (!asking->is_put_off)
			exchange_cancel(asker->exchange, asking->id);
		bool is_last =
			asking->fact->question.transport == QUESTION_TCP || asking->tries >= asker->options.tries;
		if (is_last && !asking->is_put_off)
			asking_end(asker, asking, FACT_SILENT, (struct span){0});
		else
			asking_send(asker, asking);
	}
	wanted_send(asker);
}

/* --- What comes --- */

static void turn_begins(void *owner)
{
	(void)owner;
}

static void reply_comes(void *owner, uint64_t ask_id, struct span message)
{
	struct asking *asking = asking_find(owner, ask_id);
	if (asking != NULL)
		asking_end(owner, asking, FACT_REPLY, message);
}

/* What this host could not send says nothing of the server. */
static void reply_fails(void *owner, uint64_t ask_id, enum exchange_failure failure)
{
	static const enum fact_state states[EXCHANGE_FAILURE_COUNT] = {[EXCHANGE_NO_ROUTE] = FACT_NO_ROUTE,
								       [EXCHANGE_REFUSED] = FACT_REFUSED,
								       [EXCHANGE_TOO_LARGE] = FACT_NO_ROUTE,
								       [EXCHANGE_OVERLOAD] = FACT_NO_ROUTE};
	struct asking *asking = asking_find(owner, ask_id);
	if (asking == NULL)
		return;
	/* Silent servers hold as many connections as there may be: room comes when they are given up. */
	if (failure == EXCHANGE_OVERLOAD && asking->overloads++ < OVERLOADS_MOST) {
		asking->is_put_off = true;
		asking->tries--;
		asking->ends_us = clock_monotonic_us() + PUT_OFF_US;
		return;
	}
	asking_end(owner, asking, states[failure], (struct span){0});
}

bool asker_is_busy(const struct asker *asker)
{
	return asker->under_way > 0 || asker->first_ready != NULL || asker->first_later != NULL;
}

static bool is_stopped(const struct asker *asker)
{
	return asker->options.is_stopped != NULL && atomic_load(asker->options.is_stopped);
}

bool asker_run(struct asker *asker, bool is_hurried)
{
	uint64_t start_us = clock_monotonic_us();
	asker->news_us = is_hurried ? start_us : 0;
	wanted_take(asker);
	wanted_send(asker);
	while (asker_is_busy(asker) && !is_stopped(asker) &&
	       (asker->news_us == 0 || clock_monotonic_us() - asker->news_us < GATHER_US)) {
		uv_run(&asker->loop, UV_RUN_ONCE);
		wanted_send(asker);
	}
	return asker->news_us != 0 && !asker->is_memory_short && !is_stopped(asker);
}

uv_loop_t *asker_loop(struct asker *asker)
{
	return &asker->loop;
}

size_t asker_sent(const struct asker *asker)
{
	return asker->sent;
}

/* --- Its life --- */

void asker_prepare(void)
{
	uv_os_setenv("UV_THREADPOOL_SIZE", PROBES_AT_ONCE);
}

static uint64_t question_leaves(void *owner, const struct exchange_passing *passing)
{
	const struct asker *asker = owner;
	if (!passing->is_reply)
		asker->options.left(asker->options.owner, passing->own.port);
	return 0;
}

struct asker *asker_new(struct facts *facts, const struct asker_options *options)
{
	const struct exchange_options limits = {.socket = {.tcp_mss = 1220, .is_mtu_minimum = true}};
	struct asker *asker = calloc(1, sizeof(*asker));
	if (asker == NULL || uv_loop_init(&asker->loop) != 0) {
		free(asker);
		return NULL;
	}
	asker->facts = facts;
	asker->options = *options;
	asker->next_id = AT_ONCE;
	asker->last_ready = &asker->first_ready;
	asker->tokens_us = clock_monotonic_us();
	for (unsigned i = 0; i < AT_ONCE; i++)
		asker->free[i] = i;
	asker->last_later = &asker->first_later;
	random_bytes(asker->cookie, sizeof(asker->cookie));
	random_bytes(asker->hash_key, sizeof(asker->hash_key));
	asker->arena = arena_new(CHUNK);
	asker->events = (struct exchange_events){
		.owner = asker, .before = turn_begins, .reply = reply_comes, .unreachable = reply_fails};
	asker->events.passing = options->left != NULL ? question_leaves : NULL;
	uv_timer_init(&asker->loop, &asker->timer);
	asker->timer.data = asker;
	uv_timer_start(&asker->timer, tick, TICK_MS, TICK_MS);
	if (asker->arena == NULL || exchange_new(&asker->loop, &limits, &asker->events, &asker->exchange) != ERR_OK) {
		asker_free(asker);
		return NULL;
	}
	return asker;
}

void asker_free(struct asker *asker)
{
	if (asker == NULL)
		return;
	uv_close((uv_handle_t *)&asker->timer, NULL);
	if (asker->exchange != NULL)
		exchange_close(asker->exchange, NULL);
	uv_run(&asker->loop, UV_RUN_DEFAULT);
	uv_loop_close(&asker->loop);
	arena_free(asker->arena);
	free(asker);
}

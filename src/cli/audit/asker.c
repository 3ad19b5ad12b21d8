/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/asker.h"

#include "base/clock.h"
#include "exchange/exchange.h"

#include <stdlib.h>

#define AT_ONCE 256  /* questions under way */
#define PER_SERVER 8 /* of them to one address */
#define TICK_MS 20
#define OPTIONS_MAX 16   /* octets */
#define GATHER_US 30000  /* what comes within this time after the first is judged together */
#define AGAIN_US 4000000 /* what is asked once more waits: NOTIFY and transfers take some seconds */

struct asking {
	struct fact *fact; /* NULL: free */
	uint64_t id;
	uint64_t first_us, sent_us, ends_us;
	unsigned tries;
};

struct asker {
	struct facts *facts;
	struct asker_options options;
	uv_loop_t loop;
	uv_timer_t timer;
	struct exchange_events events;
	struct exchange *exchange;
	struct asking asking[AT_ONCE];
	unsigned under_way;
	struct fact *first, **last; /* wanted, and not sent yet: in order */
	uint64_t due_us;            /* of those that wait for their time the next one's; 0: none waits */
	uint8_t cookie[COOKIE_CLIENT_SIZE];
	uint64_t next_id, news_us; /* when the first of this run came; 0: none yet */
	bool is_memory_short;
};

static struct asking *asking_find(struct asker *asker, uint64_t id)
{
	struct asking *asking = &asker->asking[id % AT_ONCE];
	return asking->fact != NULL && asking->id == id ? asking : NULL;
}

static void asking_end(struct asker *asker, struct asking *asking, enum fact_state state, struct span message)
{
	uint64_t now_us = clock_monotonic_us();
	uint32_t duration_us = (uint32_t)(now_us - (state == FACT_REPLY ? asking->sent_us : asking->first_us));
	if (facts_put(asker->facts, asking->fact, state, message, duration_us) != ERR_OK)
		asker->is_memory_short = true;
	asking->fact = NULL;
	asker->under_way--;
	if (asker->news_us == 0)
		asker->news_us = now_us;
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
	asking->tries++;
	asking->id = asker->next_id + (size_t)(asking - asker->asking);
	asker->next_id += AT_ONCE;
	if (exchange_ask(asker->exchange, asking->id, &question) != ERR_OK)
		asking_end(asker, asking, FACT_NO_ROUTE, (struct span){0});
}

static bool is_server_free(const struct asker *asker, const struct ip_endpoint *server)
{
	unsigned count = 0;
	for (unsigned i = 0; i < AT_ONCE; i++) {
		const struct fact *fact = asker->asking[i].fact;
		count += fact != NULL && fact->question.server.port == server->port &&
			 ip_addr_equal(&fact->question.server.addr, &server->addr);
	}
	return count < PER_SERVER;
}

static void fact_begin(struct asker *asker, struct fact *fact)
{
	struct asking *asking = asker->asking;
	while (asking->fact != NULL)
		asking++;
	*asking = (struct asking){.fact = fact, .first_us = clock_monotonic_us()};
	asker->under_way++;
	if (asker->options.is_family_allowed[fact->question.server.addr.family])
		asking_send(asker, asking);
	else
		asking_end(asker, asking, FACT_NO_ROUTE, (struct span){0});
}

/* What is wanted goes out, as far as there is room; the rest keeps its place. */
static void wanted_send(struct asker *asker)
{
	struct fact *fact, **at = &asker->first;
	uint64_t now_us = clock_monotonic_us();
	while ((fact = facts_take_wanted(asker->facts)) != NULL) {
		fact->due_us = fact->question.again > 0 ? now_us + AGAIN_US : 0;
		*asker->last = fact;
		asker->last = &fact->wanted;
	}
	asker->due_us = 0;
	while ((fact = *at) != NULL && asker->under_way < AT_ONCE) {
		if (fact->due_us > now_us && (asker->due_us == 0 || fact->due_us < asker->due_us))
			asker->due_us = fact->due_us;
		if (fact->due_us > now_us || !is_server_free(asker, &fact->question.server)) {
			at = &fact->wanted;
			continue;
		}
		*at = fact->wanted;
		if (asker->last == &fact->wanted)
			asker->last = at;
		fact->wanted = NULL;
		fact_begin(asker, fact);
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
		exchange_cancel(asker->exchange, asking->id);
		bool is_last =
			asking->fact->question.transport == QUESTION_TCP || asking->tries >= asker->options.tries;
		if (is_last)
			asking_end(asker, asking, FACT_SILENT, (struct span){0});
		else
			asking_send(asker, asking);
	}
	if (asker->due_us != 0 && now_us >= asker->due_us)
		wanted_send(asker);
	exchange_flush(asker->exchange);
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
	if (asking != NULL)
		asking_end(owner, asking, states[failure], (struct span){0});
}

bool asker_run(struct asker *asker)
{
	asker->news_us = 0;
	wanted_send(asker);
	while ((asker->under_way > 0 || asker->first != NULL) &&
	       (asker->news_us == 0 || clock_monotonic_us() - asker->news_us < GATHER_US))
		uv_run(&asker->loop, UV_RUN_ONCE);
	return asker->news_us != 0 && !asker->is_memory_short;
}

/* --- Its life --- */

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
	random_bytes(asker->cookie, sizeof(asker->cookie));
	asker->last = &asker->first;
	asker->events = (struct exchange_events){
		.owner = asker, .before = turn_begins, .reply = reply_comes, .unreachable = reply_fails};
	uv_timer_init(&asker->loop, &asker->timer);
	asker->timer.data = asker;
	uv_timer_start(&asker->timer, tick, TICK_MS, TICK_MS);
	if (exchange_new(&asker->loop, &limits, &asker->events, &asker->exchange) != ERR_OK) {
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
	free(asker);
}

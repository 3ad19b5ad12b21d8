/* SPDX-License-Identifier: BSD-2-Clause */
#include "exchange/exchange.h"

#include "exchange/inside.h"

#include <errno.h>
#include <stdlib.h>

#define TICK_MS 250
#define ID_TRIES 32

/* --- Randomness --- */

void entropy_take(struct entropy *entropy, void *ret_data, size_t size)
{
	if (entropy->left < size) {
		random_bytes(entropy->octets, sizeof(entropy->octets));
		entropy->left = sizeof(entropy->octets);
	}
	entropy->left -= size;
	memcpy(ret_data, entropy->octets + entropy->left, size);
}

uint32_t entropy_below(struct entropy *entropy, uint32_t limit)
{
	uint32_t word;
	entropy_take(entropy, &word, sizeof(word));
	return (uint32_t)((uint64_t)word * limit >> 32);
}

bool exchange_id_draw(struct exchange *exchange, const struct channel *channel, const struct ip_endpoint *server,
                      uint16_t *ret)
{
	for (unsigned i = 0; i < ID_TRIES; i++) {
		uint16_t id;
		entropy_take(&exchange->entropy, &id, sizeof(id));
		if (pending_find_reply(exchange->pending, channel, server, id) != NULL)
			continue;
		*ret = id;
		return true;
	}
	return false;
}

struct ip_endpoint exchange_source_choose(struct exchange *exchange, enum family family)
{
	size_t count = exchange->options.source_count[family];
	struct ip_endpoint source = {.addr = {.family = family}};
	if (count > 0)
		source.addr = exchange->options.sources[family][entropy_below(&exchange->entropy, (uint32_t)count)];
	return source;
}

/* --- One question --- */

size_t pending_encode(struct exchange *exchange, struct pending *pending, const struct question *question, uint16_t id,
                      uint8_t *ret)
{
	uint8_t case_seed[32];
	if (question->is_case_mixed)
		entropy_take(&exchange->entropy, case_seed, sizeof(case_seed));
	size_t size = question_encode(question, id, case_seed, ret);
	pending->sent_ms = uv_now(exchange->loop);
	pending->is_case_exact = question->is_case_mixed;
	pending->sent_size = (uint16_t)(HEADER_SIZE + question->qname.size + 4);
	memcpy(pending->sent, ret, pending->sent_size);
	pending->zone_size = question->zone_size;
	pending->has_cookie = question->cookie.data != NULL && question->cookie.size >= COOKIE_CLIENT_SIZE;
	if (pending->has_cookie)
		memcpy(pending->client_cookie, question->cookie.data, COOKIE_CLIENT_SIZE);
	return size;
}

static struct span zone_of(const struct pending *pending)
{
	size_t end = pending->sent_size - 4u; /* type and class stand behind the name */
	return span_of(pending->sent + end - pending->zone_size, pending->zone_size);
}

void pending_pass(const struct exchange *exchange, struct pending *pending, int fd, enum question_transport transport,
                  bool is_reply, struct span message)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	struct exchange_passing passing = {.is_reply = is_reply,
	                                   .transport = transport,
	                                   .own = {.addr = {.family = pending->server.addr.family}},
	                                   .server = pending->server,
	                                   .zone = zone_of(pending),
	                                   .message = message,
	                                   .since = pending->since};
	if (getsockname(fd, (struct sockaddr *)&address, &size) == 0)
		(void)!ip_endpoint_from_sockaddr((struct sockaddr *)&address, &passing.own);
	pending->since = exchange->events.passing(exchange->events.owner, &passing);
}

bool pending_is_answered(const struct pending *pending, struct span message)
{
	return question_matches(span_of(pending->sent, pending->sent_size), message, pending->is_case_exact) &&
	       (!pending->has_cookie || question_cookie_matches(pending->client_cookie, message));
}

void pending_answer(struct exchange *exchange, struct pending *pending, struct span message)
{
	uint64_t ask_id = pending->ask_id;
	pending_free(exchange->pending, pending);
	exchange->events.reply(exchange->events.owner, ask_id, message);
}

void pending_fail(struct exchange *exchange, struct pending *pending, enum exchange_failure failure)
{
	pending_end(pending);
	pending->failure = (uint8_t)failure;
	pending_tell(exchange->pending, pending, PENDING_NEWS_FAILED);
}

enum exchange_failure exchange_failure_of(int error)
{
	switch (error) {
	case EMSGSIZE:
		return EXCHANGE_TOO_LARGE;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
	case EACCES: /* a route of type prohibit */
	case EPERM:  /* a packet filter */
	case EINVAL: /* a route of type blackhole, a link-local address without its interface */
	case ENODEV:
		return EXCHANGE_NO_ROUTE;
	case ECONNREFUSED:
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE:
	case EPROTO:
	case ETIMEDOUT:
		return EXCHANGE_REFUSED;
	default:
		return EXCHANGE_OVERLOAD;
	}
}

/* --- Turns --- */

static void tick(uv_timer_t *timer)
{
	struct exchange *exchange = timer->data;
	exchange_turn_begin(exchange);
	uint64_t now_ms = uv_now(exchange->loop);
	udp_pool_tick(exchange, now_ms);
	tcp_pool_tick(exchange, now_ms);
	if (exchange->open_handles == 1) { /* the timer alone */
		uv_timer_stop(timer);
		exchange->is_ticking = false;
	}
	exchange_turn_end(exchange);
}

void exchange_handle_opened(struct exchange *exchange)
{
	exchange->open_handles++;
	if (exchange->is_ticking)
		return;
	exchange->is_ticking = true;
	uv_timer_start(&exchange->timer, tick, TICK_MS, TICK_MS);
}

void exchange_handle_closed(struct exchange *exchange)
{
	if (--exchange->open_handles > 0)
		return;
	void (*closed)(void *owner) = exchange->closed;
	void *owner = exchange->events.owner;
	pending_table_free(exchange->pending);
	free(exchange);
	if (closed != NULL)
		closed(owner);
}

void exchange_turn_begin(struct exchange *exchange)
{
	exchange->events.before(exchange->events.owner);
}

/* True: something was told, and the owner may have asked more. */
static bool news_tell(struct exchange *exchange)
{
	const struct exchange_events *events = &exchange->events;
	struct pending *pending;
	enum pending_news news;
	bool has_told = false;
	while (!exchange->is_closing && (news = pending_take_news(exchange->pending, &pending)) != PENDING_NEWS_NONE) {
		uint64_t ask_id = pending->ask_id;
		has_told = true;
		if (news == PENDING_NEWS_SUSPECT) {
			if (events->suspicious != NULL)
				events->suspicious(events->owner, ask_id);
			continue;
		}
		enum exchange_failure failure = pending->failure;
		counter_add(&exchange->counters.failed[pending->server.addr.family][failure], 1);
		pending_free(exchange->pending, pending);
		events->unreachable(events->owner, ask_id, failure);
	}
	return has_told;
}

/* True: something was told. */
static bool flush(struct exchange *exchange)
{
	bool has_told = false;
	if (exchange->is_flushing)
		return false;
	exchange->is_flushing = true;
	while (!exchange->is_closing) {
		udp_pool_flush(exchange);
		tcp_pool_flush(exchange);
		if (!news_tell(exchange))
			break;
		has_told = true;
	}
	exchange->is_flushing = false;
	return has_told;
}

void exchange_flush(struct exchange *exchange)
{
	flush(exchange);
}

/* Whatever is told, the owner's after comes behind it. */
void exchange_turn_end(struct exchange *exchange)
{
	flush(exchange);
	do {
		if (!exchange->is_closing && exchange->events.after != NULL)
			exchange->events.after(exchange->events.owner);
	} while (flush(exchange));
}

/* --- The owner's calls --- */

int exchange_ask(struct exchange *exchange, uint64_t ask_id, const struct question *question)
{
	struct pending *pending = NULL;
	if (!exchange->is_closing)
		pending = pending_new(exchange->pending, ask_id, &question->server);
	if (pending == NULL)
		return ERR_LIMIT;
	if (question->transport == QUESTION_TCP)
		tcp_pool_ask(exchange, pending, question);
	else
		udp_pool_ask(exchange, pending, question);
	return ERR_OK;
}

void exchange_cancel(struct exchange *exchange, uint64_t ask_id)
{
	struct pending *pending = pending_find_ask(exchange->pending, ask_id);
	if (pending == NULL)
		return;
	struct channel *channel = pending->channel;
	uint64_t sent_ms = pending->sent_ms;
	bool is_tcp = pending->whole != NULL;
	pending_free(exchange->pending, pending);
	if (is_tcp && channel != NULL)
		tcp_pool_cancelled(exchange, channel, sent_ms);
}

static uint32_t chosen(uint32_t wanted, uint32_t usual)
{
	return wanted != 0 ? wanted : usual;
}

static void options_set(struct exchange *exchange, const struct exchange_options *options)
{
	struct exchange_options *own = &exchange->options;
	*own = *options;
	if (own->port_first == 0 && own->port_last == 0) {
		own->port_first = EXCHANGE_PORT_FIRST;
		own->port_last = UINT16_MAX;
	}
	own->questions = chosen(own->questions, EXCHANGE_QUESTIONS);
	own->connections = chosen(own->connections, EXCHANGE_CONNECTIONS);
	own->sockets = chosen(own->sockets, EXCHANGE_SOCKETS);
	if (own->sockets > EXCHANGE_SOCKETS)
		own->sockets = EXCHANGE_SOCKETS;
}

void exchange_set_options(struct exchange *exchange, const struct exchange_options *options)
{
	exchange_flush(exchange);
	options_set(exchange, options);
	udp_pool_retire(exchange);
	tcp_pool_retire(exchange);
}

int exchange_new(uv_loop_t *loop, const struct exchange_options *options, const struct exchange_events *events,
                 struct exchange **ret)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));
	if (exchange == NULL)
		return -ENOMEM;
	exchange->loop = loop;
	exchange->events = *events;
	options_set(exchange, options);
	exchange->pending = pending_table_new(exchange->options.questions);
	if (exchange->pending == NULL) {
		free(exchange);
		return -ENOMEM;
	}
	TAILQ_INIT(&exchange->udp.sockets);
	tcp_pool_init(exchange);
	uv_timer_init(loop, &exchange->timer);
	exchange->timer.data = exchange;
	exchange->open_handles = 1;
	*ret = exchange;
	return ERR_OK;
}

static void timer_closed(uv_handle_t *handle)
{
	exchange_handle_closed(handle->data);
}

void exchange_close(struct exchange *exchange, void (*closed)(void *owner))
{
	exchange->is_closing = true;
	exchange->closed = closed;
	udp_pool_close(exchange);
	tcp_pool_close(exchange);
	uv_close((uv_handle_t *)&exchange->timer, timer_closed);
}

const struct exchange_counters *exchange_counters(const struct exchange *exchange)
{
	return &exchange->counters;
}

void exchange_load(const struct exchange *exchange, struct exchange_load *ret)
{
	*ret = (struct exchange_load){.questions = pending_table_count(exchange->pending)};
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		ret->channels[family][QUESTION_UDP] = exchange->udp.count[family];
		ret->channels[family][QUESTION_TCP] = exchange->tcp.count[family];
	}
}

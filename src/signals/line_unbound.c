/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unbound: "[TIME] unbound[PID:THREAD] LEVEL: BODY", through syslog "[PID:THREAD] LEVEL: BODY". With log-tag-queryreply
 * the level is query or reply, else info. A client has no port; FORMERR prints "- - -" for the question.
 */
#include "signals/line_read.h"
#include "signals/words.h"

/* "[6894:0] " */
static bool thread_take(struct span *from)
{
	uint64_t number;
	return word_take_char(from, '[') && word_take_number(from, UINT32_MAX, &number) && word_take_char(from, ':') &&
	       word_take_number(from, UINT32_MAX, &number) && word_take(from, WORD("] "));
}

static bool head_take(struct span *from, const struct stamp_clock *clock, struct event *event, struct span *ret_level)
{
	struct span rest = *from;
	if (!thread_take(&rest)) {
		rest = *from;
		line_take_stamp(&rest, clock, event);
		if (!word_take(&rest, WORD("unbound")) || !thread_take(&rest))
			return false;
	}
	if (!word_take_until(&rest, ':', ret_level) || !word_take_char(&rest, ' '))
		return false;
	*from = rest;
	return true;
}

/* "ADDR", "ADDR@PORT". */
static bool client_read(struct span word, struct event *event)
{
	struct span address = word;
	uint64_t port;
	if (!word_take_until(&word, '@', &address))
		return event_set_client(event, word);
	if (!event_set_client(event, address) || !word_number(word, UINT16_MAX, &port))
		return false;
	event_set_client_port(event, (uint16_t)port);
	return true;
}

static bool question_read(struct span *from, struct event *event)
{
	struct span qname, qtype, qclass;
	if (!word_next(from, &qname) || !word_next(from, &qtype) || !word_next(from, &qclass))
		return false;
	if (word_is(qname, WORD("-")) && word_is(qtype, WORD("-")))
		return true; /* the question could not be read */
	return line_set_question(event, qname, qtype, qclass);
}

/* log-destaddr: " on udp 2001:db8:f::1 53" */
static void destination_read(struct span from, struct event *event)
{
	struct span transport, address;
	if (word_take(&from, WORD("on ")) && word_next(&from, &transport) && word_next(&from, &address)) {
		event_set_transport(event, transport);
		event_set_server(event, address);
	}
}

/* "RCODE SECONDS CACHED SIZE" */
static bool outcome_read(struct span *from, struct event *event)
{
	struct span rcode, seconds, cached, size;
	uint64_t number;
	if (!word_next(from, &rcode) || !word_next(from, &seconds) || !word_next(from, &cached) ||
	    !word_next(from, &size) || !event_set_rcode(event, rcode) || !word_number(size, UINT32_MAX, &number))
		return false;
	event->size = (uint32_t)number;
	event->known |= EVENT_HAS_SIZE;
	if (word_take_seconds(&seconds, &number) && seconds.size == 0)
		event_set_duration(event, number);
	if (word_is(cached, WORD("0")) || word_is(cached, WORD("1"))) {
		event->cache = cached.data[0] == '1' ? CACHE_USE_HIT : CACHE_USE_MISS;
		event->known |= EVENT_HAS_CACHE;
	}
	return true;
}

/* A line of a question has a client address first; anything else of these levels is chatter. */
static enum line_verdict question_line_read(struct span body, struct event *event)
{
	struct span client;
	if (!word_next(&body, &client) || !client_read(client, event) || !question_read(&body, event))
		return LINE_PASSED_OVER;
	event->kind = EVENT_QUERY;
	if (body.size == 0)
		return event_has(event, EVENT_HAS_QNAME) ? LINE_EVENT : LINE_PASSED_OVER;
	event->kind = EVENT_REPLY;
	if (!outcome_read(&body, event))
		return LINE_UNREAD;
	destination_read(body, event);
	return LINE_EVENT;
}

/* The last address behind " from ": the server that gave the data. */
static void server_find(struct span text, struct event *event)
{
	long at;
	while ((at = word_find(text, WORD(" from "))) >= 0) {
		word_skip(&text, (size_t)at + 6);
		struct span rest = text, word;
		if (word_next(&rest, &word))
			event_set_upstream(event, word);
	}
}

/* "<www.bogus.lab. AAAA IN>: REASON" */
static enum line_verdict failure_read(struct span body, struct event *event)
{
	struct span question;
	if (!word_take_char(&body, '<') || !word_take_until(&body, '>', &question) ||
	    !question_read(&question, event) || !event_has(event, EVENT_HAS_QNAME) || !word_take(&body, WORD(": ")))
		return LINE_UNREAD;
	event_set_reason(event, body);
	server_find(body, event);
	return LINE_EVENT;
}

enum line_verdict line_read_unbound(struct span body, const struct stamp_clock *clock, struct event *event)
{
	struct span level;
	if (!head_take(&body, clock, event, &level))
		return LINE_UNREAD;
	if (word_take(&body, WORD("validation failure "))) {
		event->kind = EVENT_VALIDATION;
		event->security = SECURITY_BOGUS;
		event->known |= EVENT_HAS_SECURITY;
		return failure_read(body, event);
	}
	if (word_take(&body, WORD("SERVFAIL "))) { /* log-servfail */
		event->kind = EVENT_UPSTREAM;
		return failure_read(body, event);
	}
	if (word_is(level, WORD("query")) || word_is(level, WORD("reply")) || word_is(level, WORD("info")))
		return question_line_read(body, event);
	return LINE_PASSED_OVER;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PowerDNS: the Recursor's structured lines (quiet=no), key="value" in any order, and the authoritative server's
 * log-dns-queries: "Remote ADDR wants 'NAME|TYPE', do = 0, bufsize = 1232[: packetcache MISS]".
 */
#include "dns/header.h"
#include "signals/line_read.h"
#include "signals/words.h"

/* What one line says that is judged together. */
struct pairs {
	struct span message, state;
	bool is_any;
};

/* `key="value"`; a quote inside is \". */
static bool pair_take(struct span *from, struct span *ret_key, struct span *ret_value)
{
	size_t at = 0;
	if (!word_take_until(from, '=', ret_key) || !word_take_char(from, '"'))
		return false;
	while (at < from->size && from->data[at] != '"')
		at += from->data[at] == '\\' ? 2 : 1;
	if (at >= from->size)
		return false;
	*ret_value = span_of(from->data, at);
	word_skip(from, at + 1);
	word_skip_blanks(from);
	return true;
}

/* "[2001:db8:c::10]:55615", "192.0.2.1:53" */
static void remote_read(struct span word, struct event *event)
{
	struct span address;
	uint64_t port;
	bool is_taken = word_take_char(&word, '[') ? word_take_until(&word, ']', &address) && word_take_char(&word, ':')
						   : word_take_until(&word, ':', &address);
	if (is_taken && word_number(word, UINT16_MAX, &port) && event_set_client(event, address))
		event_set_client_port(event, (uint16_t)port);
}

static void milliseconds_read(struct span word, struct event *event)
{
	uint64_t millionths;
	if (word_take_seconds(&word, &millionths) && word.size == 0)
		event_set_duration(event, millionths / 1000);
}

static void answers_read(struct span word, struct event *event)
{
	uint64_t number;
	if (!word_number(word, UINT16_MAX, &number))
		return;
	event->answers = (uint16_t)number;
	event->known |= EVENT_HAS_ANSWERS;
}

static void tries_read(struct span word, struct event *event)
{
	uint64_t number;
	if (!word_number(word, UINT16_MAX, &number))
		return;
	event->upstream_tries = (uint16_t)number;
	event->known |= EVENT_HAS_UPSTREAM_TRIES;
}

static void rd_read(struct span word, struct event *event)
{
	event_set_flag(event, EVENT_RD, word_is(word, WORD("1")));
}

static void qname_read(struct span word, struct event *event)
{
	event_set_qname(event, word);
}

static void qtype_read(struct span word, struct event *event)
{
	event_set_qtype(event, word);
}

static void rcode_read(struct span word, struct event *event)
{
	event_set_rcode(event, word);
}

static void proto_read(struct span word, struct event *event)
{
	event_set_transport(event, word);
}

static void pair_read(struct span key, struct span value, const struct stamp_clock *clock, struct pairs *pairs,
		      struct event *event)
{
	static const struct {
		const char *key;
		void (*read)(struct span, struct event *);
	} rows[] = {{"qname", qname_read},     {"qtype", qtype_read},        {"rcode", rcode_read},
		    {"proto", proto_read},     {"remote", remote_read},      {"rd", rd_read},
		    {"answers", answers_read}, {"totms", milliseconds_read}, {"outqueries", tries_read}};
	struct stamp stamp;
	pairs->is_any = true;
	if (word_is(key, WORD("msg")))
		pairs->message = value;
	if (word_is(key, WORD("validationState")) || word_is(key, WORD("vstate")))
		pairs->state = value;
	if (word_is(key, WORD("ts")) && stamp_take(&value, clock, &stamp))
		line_set_time(event, &stamp);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (word_is(key, span_text(rows[i].key)))
			rows[i].read(value, event);
	}
}

/* "Bogus - No valid RRSIG", "Secure", "Insecure", "Indeterminate", "NTA", "TA". */
static void state_read(struct span state, struct event *event)
{
	static const struct {
		const char *word;
		enum security security;
	} states[] = {{"Bogus", SECURITY_BOGUS},   {"BogusNo", SECURITY_BOGUS},
		      {"Secure", SECURITY_SECURE}, {"Insecure", SECURITY_INSECURE},
		      {"NTA", SECURITY_INSECURE},  {"Indeterminate", SECURITY_INDETERMINATE}};
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		if (!word_starts(state, span_text(states[i].word)))
			continue;
		event->security = (uint8_t)states[i].security;
		event->known |= EVENT_HAS_SECURITY;
		break;
	}
	if (!event_has(event, EVENT_HAS_SECURITY) || event->security != SECURITY_BOGUS)
		return;
	event_set_reason(event, state);
	/* The Answer line says rcode="0" although SERVFAIL was sent. */
	if (event->kind == EVENT_REPLY && (!event_has(event, EVENT_HAS_RCODE) || event->rcode == RCODE_NOERROR)) {
		event_set_rcode_number(event, RCODE_SERVFAIL);
		event->is_rcode_inferred = true;
	}
}

static enum line_verdict recursor_read(struct span body, const struct stamp_clock *clock, struct event *event)
{
	static const struct {
		const char *message;
		enum event_kind kind;
	} messages[] = {{"Answer", EVENT_REPLY}, {"Question", EVENT_QUERY}, {"Validates as Bogus", EVENT_VALIDATION}};
	struct pairs pairs = {0};
	struct span key, value;
	while (pair_take(&body, &key, &value))
		pair_read(key, value, clock, &pairs, event);
	event->stream = STREAM_RECURSIVE;
	if (!pairs.is_any || body.size > 0)
		return LINE_UNREAD;
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		if (!word_is(pairs.message, span_text(messages[i].message)) || !event_has(event, EVENT_HAS_QNAME))
			continue;
		event->kind = messages[i].kind;
		state_read(pairs.state, event);
		return LINE_EVENT;
	}
	return LINE_PASSED_OVER;
}

static enum line_verdict authoritative_read(struct span body, struct event *event)
{
	struct span client, qname, qtype, word;
	uint64_t number;
	if (!word_next(&body, &client) || !event_set_client(event, client) || !word_take(&body, WORD("wants '")) ||
	    !word_take_until(&body, '|', &qname) || !word_take_until(&body, '\'', &qtype) ||
	    !event_set_qname(event, qname) || !event_set_qtype(event, qtype))
		return LINE_UNREAD;
	event->kind = EVENT_QUERY;
	event->stream = STREAM_AUTHORITATIVE;
	if (!word_take(&body, WORD(", do = ")) || !word_take_until(&body, ',', &word))
		return LINE_EVENT;
	event_set_flag(event, EVENT_DO, word_is(word, WORD("1")));
	if (word_take(&body, WORD(" bufsize = ")) && word_take_number(&body, UINT16_MAX, &number) && number > 512) {
		event->edns_size = (uint16_t)number;
		event->known |= EVENT_HAS_EDNS_SIZE;
		event_set_flag(event, EVENT_EDNS, true);
	}
	return LINE_EVENT;
}

enum line_verdict line_read_powerdns(struct span body, const struct stamp_clock *clock, struct event *event)
{
	line_take_stamp(&body, clock, event);
	if (word_starts(body, WORD("msg=\"")))
		return recursor_read(body, clock, event);
	if (word_take(&body, WORD("Remote ")))
		return authoritative_read(body, event);
	return LINE_UNREAD;
}

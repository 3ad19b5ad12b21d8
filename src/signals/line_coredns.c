/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CoreDNS, plugins log and errors: `[INFO] REMOTE:PORT - ID "TYPE CLASS NAME PROTO SIZE DO BUFSIZE" RCODE FLAGS RSIZE
 * DURATION`, behind a time in older versions; "-" for what is empty. RSIZE is that of the answer before compression, so
 * it says nothing of what was sent and is not taken.
 */
#include "signals/line_json.h"
#include "signals/line_read.h"
#include "signals/words.h"

static bool level_take(struct span *from, struct span *ret)
{
	return word_take_char(from, '[') && word_take_until(from, ']', ret) && word_take_char(from, ' ');
}

/* "[2001:db8:c::10]:50759", "192.0.2.10:41393" */
static bool remote_read(struct span word, struct event *event)
{
	struct span address;
	uint64_t port;
	if (word_take_char(&word, '[')) {
		if (!word_take_until(&word, ']', &address) || !word_take_char(&word, ':'))
			return false;
	} else if (!word_take_until(&word, ':', &address)) {
		return false;
	}
	if (!word_number(word, UINT16_MAX, &port) || !event_set_client(event, address))
		return false;
	event_set_client_port(event, (uint16_t)port);
	return true;
}

/* The last three words of "TYPE CLASS NAME PROTO SIZE DO BUFSIZE" are the question's size, DO and its EDNS size. */
static bool question_read(struct span text, struct event *event)
{
	struct span qtype, qclass, qname, transport, word;
	uint64_t number;
	if (!word_next(&text, &qtype) || !word_next(&text, &qclass) || !word_next(&text, &qname) ||
	    !word_next(&text, &transport) || !line_set_question(event, qname, qtype, qclass))
		return false;
	event_set_transport(event, transport);
	if (!word_next(&text, &word) || !word_next(&text, &word))
		return false;
	if (word_is(word, WORD("true")) || word_is(word, WORD("false")))
		event_set_flag(event, EVENT_DO, word_is(word, WORD("true")));
	/* 512 is printed without an OPT record too, and 65535 over TCP, whatever was offered. */
	if (word_next(&text, &word) && word_number(word, UINT16_MAX, &number) && number > 512 &&
	    event_has(event, EVENT_HAS_TRANSPORT) && event->transport == EVENT_UDP) {
		event->edns_size = (uint16_t)number;
		event->known |= EVENT_HAS_EDNS_SIZE;
		event_set_flag(event, EVENT_EDNS, true);
	}
	return true;
}

static void answer_flags_read(struct span text, struct event *event)
{
	static const struct {
		const char *word;
		enum event_flag flag;
	} flags[] = {{"aa", EVENT_AA}, {"tc", EVENT_TC}, {"rd", EVENT_RD},
		     {"ra", EVENT_RA}, {"ad", EVENT_AD}, {"cd", EVENT_CD}};
	if (word_is(text, WORD("-")))
		return;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		event_set_flag(event, flags[i].flag, false);
	while (text.size > 0) {
		struct span word = text;
		if (!word_take_until(&text, ',', &word))
			text.size = 0;
		for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
			if (word_is(word, span_text(flags[i].word)))
				event_set_flag(event, flags[i].flag, true);
		}
	}
}

/* "0.000213251s"; Go writes "1m2.5s" only for other formats. */
static void duration_read(struct span word, struct event *event)
{
	uint64_t us;
	if (word_take_seconds(&word, &us) && word_is(word, WORD("s")))
		event_set_duration(event, us);
}

/* "- ID "QUESTION" RCODE FLAGS RSIZE DURATION" */
static enum line_verdict reply_read(struct span body, struct event *event)
{
	struct span remote, word, question, rcode, flags;
	uint64_t id;
	if (!word_next(&body, &remote) || !remote_read(remote, event) || !word_take(&body, WORD("- ")) ||
	    !word_next(&body, &word) || !word_take_char(&body, '"') || !word_take_until(&body, '"', &question) ||
	    !question_read(question, event))
		return LINE_UNREAD;
	if (word_number(word, UINT16_MAX, &id)) {
		event->id = (uint16_t)id;
		event->known |= EVENT_HAS_ID;
	}
	word_skip_blanks(&body);
	if (body.size > 0 && body.data[0] == '"' && (!word_next(&body, &word))) /* log combined: the opcode */
		return LINE_UNREAD;
	if (!word_next(&body, &rcode) || !word_next(&body, &flags))
		return LINE_UNREAD;
	event->kind = EVENT_REPLY;
	event_set_rcode(event, rcode); /* "-": nothing was answered */
	answer_flags_read(flags, event);
	if (word_next(&body, &word) && word_next(&body, &word))
		duration_read(word, event);
	return LINE_EVENT;
}

/* "[2001:db8:f::1]:53: i/o timeout" behind "->" */
static void upstream_find(struct span text, struct event *event)
{
	long at = word_find(text, WORD("->"));
	struct span address;
	uint64_t port;
	if (at < 0)
		return;
	word_skip(&text, (size_t)at + 2);
	bool is_taken = word_take_char(&text, '[') ? word_take_until(&text, ']', &address) && word_take_char(&text, ':')
						   : word_take_until(&text, ':', &address);
	if (!is_taken || !event_set_upstream(event, address) || !word_take_number(&text, UINT16_MAX, &port))
		return;
	event->upstream.port = (uint16_t)port;
	event->known |= EVENT_HAS_UPSTREAM_PORT;
}

/* "2 www.example.com. AAAA: REASON" */
static enum line_verdict error_read(struct span body, struct event *event)
{
	struct span rcode, qname, qtype;
	uint64_t number;
	if (!word_next(&body, &rcode) || !word_number(rcode, 4095, &number) || !word_next(&body, &qname) ||
	    !word_take_until(&body, ':', &qtype) || !event_set_qname(event, qname) || !event_set_qtype(event, qtype))
		return LINE_PASSED_OVER;
	event->kind = EVENT_UPSTREAM;
	event_set_rcode_number(event, (uint16_t)number);
	word_skip_blanks(&body);
	event_set_reason(event, body);
	upstream_find(body, event);
	return LINE_EVENT;
}

enum line_verdict line_read_coredns(struct span body, const struct stamp_clock *clock, struct event *event)
{
	struct span level;
	line_take_stamp(&body, clock, event);
	if (!level_take(&body, &level))
		return LINE_UNREAD;
	if (word_is(level, WORD("ERROR")))
		return word_take(&body, WORD("plugin/errors: ")) ? error_read(body, event) : LINE_PASSED_OVER;
	bool is_level = word_is(level, WORD("INFO")) || word_is(level, WORD("WARNING")) ||
			word_is(level, WORD("DEBUG")) || word_is(level, WORD("FATAL"));
	if (!is_level)
		return LINE_UNREAD;
	enum line_verdict verdict = reply_read(body, event);
	return verdict == LINE_UNREAD && !word_starts(body, WORD("[")) && word_find(body, WORD(" - ")) < 0
		       ? LINE_PASSED_OVER
		       : verdict;
}

/* `-log-format=json`. rcode is null when nothing was answered. */
enum line_verdict line_json_coredns(json_t *line, const struct stamp_clock *clock, struct event *event)
{
	static const struct json_row rows[] = {
		{"time", JSON_STAMP},
		{"ts", JSON_STAMP},
		{"client_ip", JSON_CLIENT},
		{"client_port", JSON_CLIENT_PORT},
		{"qname", JSON_QNAME},
		{"qtype", JSON_QTYPE},
		{"qclass", JSON_QCLASS},
		{"rcode", JSON_RCODE},
		{"proto", JSON_TRANSPORT},
		{"protocol", JSON_TRANSPORT},
		{"id", JSON_ID},
		{NULL},
	};
	if (json_object_get(line, "client_ip") == NULL || json_object_get(line, "duration_seconds") == NULL)
		return LINE_UNREAD;
	json_rows_read(line, rows, clock, event);
	double seconds = json_number_value(json_object_get(line, "duration_seconds"));
	if (seconds >= 0 && seconds < 86400)
		event_set_duration(event, (uint64_t)(seconds * 1e6));
	event->kind = EVENT_REPLY;
	return event_has(event, EVENT_HAS_QNAME) ? LINE_EVENT : LINE_UNREAD;
}

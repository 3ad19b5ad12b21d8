/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BIND 9: "[TIME ][CATEGORY: ][SEVERITY: ]BODY", as the options of the logging channel have it. Bodies are those of
 * lib/ns/query.c, lib/ns/client.c, lib/dns/resolver.c and lib/dns/validator.c. What was answered is told by the
 * category query-errors (a reason text) or, from 9.20 on, responses; a query line has no outcome.
 */
#include "dns/header.h"
#include "signals/line_read.h"
#include "signals/words.h"

#define SIZE_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static bool is_one_of(struct span word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (word_is(word, span_text(words[i])))
			return true;
	}
	return false;
}

/* What the channel wrote before the body. */
struct bind_head {
	bool has_category, has_severity;
	bool is_debug;
	struct span category;
};

static bool category_take(struct span *from, struct bind_head *head)
{
	static const char *const categories[] = {
		"queries",
		"query-errors",
		"responses",
		"dnssec",
		"lame-servers",
		"resolver",
		"client",
		"security",
		"general",
		"database",
		"default",
		"config",
		"network",
		"notify",
		"rate-limit",
		"rpz",
		"update",
		"xfer-in",
		"xfer-out",
		"zoneload",
		"dispatch",
		"edns-disabled",
		"cname",
		"dnstap",
		"nsid",
		"spill",
		"serve-stale",
		"unmatched",
		"rpz-passthru",
		"update-security",
		"trust-anchor-telemetry",
		"delegation-only",
		"sslkeylog",
	};
	struct span rest = *from, word;
	if (!word_take_until(&rest, ':', &word) || !word_take_char(&rest, ' ') ||
	    !is_one_of(word, categories, SIZE_OF(categories)))
		return false;
	head->category = word;
	head->has_category = true;
	*from = rest;
	return true;
}

static void severity_take(struct span *from, struct bind_head *head)
{
	static const char *const severities[] = {"info", "notice", "warning", "error", "critical", "dynamic"};
	struct span rest = *from, word;
	if (!word_take_until(&rest, ':', &word) || !word_take_char(&rest, ' '))
		return;
	head->is_debug = word_starts(word, WORD("debug "));
	if (!head->is_debug && !is_one_of(word, severities, SIZE_OF(severities)))
		return;
	head->has_severity = true;
	*from = rest;
}

/* The name in brackets, where an unescaped ")" ends it. */
static bool bracketed_name_skip(struct span *from)
{
	if (!word_take(from, WORD(" (")))
		return true; /* older servers, and clients whose question was not read */
	size_t at = 0;
	while (at < from->size && from->data[at] != ')')
		at += from->data[at] == '\\' ? 2 : 1;
	if (at >= from->size)
		return false;
	word_skip(from, at + 1);
	return true;
}

/* "client [@0x7f70 ]ADDR#PORT[/key NAME][ (QNAME)]: [view NAME: ]" */
static bool client_take(struct span *from, struct event *event)
{
	struct span word;
	uint64_t port;
	if (!word_take(from, WORD("client ")))
		return false;
	if (word_starts(*from, WORD("@0x")) && !word_next(from, &word))
		return false;
	if (!word_take_until(from, '#', &word) || !event_set_client(event, word) ||
	    !word_take_number(from, UINT16_MAX, &port))
		return false;
	event_set_client_port(event, (uint16_t)port);
	if (word_take(from, WORD("/key "))) {
		event_set_flag(event, EVENT_TSIG, true);
		size_t size = 0;
		while (size < from->size && from->data[size] != ' ' && from->data[size] != ':')
			size++;
		word_skip(from, size);
	}
	if (!bracketed_name_skip(from) || !word_take(from, WORD(": ")))
		return false;
	if (word_take(from, WORD("view "))) {
		if (!word_take_until(from, ':', &word) || !word_take_char(from, ' '))
			return false;
		event_set_service(event, word);
	}
	return true;
}

/* "+E(0)TDCK": + or - RD, S signed, E(n) EDNS, T TCP, D DO, C CD, V or K cookie. All but RD are told by absence too. */
static bool flags_read(struct span word, struct event *event)
{
	if (word.size == 0 || (word.data[0] != '+' && word.data[0] != '-'))
		return false;
	event->flags_known |= EVENT_RD | EVENT_DO | EVENT_CD | EVENT_EDNS | EVENT_COOKIE | EVENT_TSIG;
	event_set_flag(event, EVENT_RD, word.data[0] == '+');
	event->transport = EVENT_UDP;
	for (size_t i = 1; i < word.size; i++) {
		switch (word.data[i]) {
		case 'S':
			event->flags |= EVENT_TSIG;
			break;
		case 'E':
			event->flags |= EVENT_EDNS;
			break;
		case 'T':
			event->transport = EVENT_TCP;
			break;
		case 'D':
			event->flags |= EVENT_DO;
			break;
		case 'C':
			event->flags |= EVENT_CD;
			break;
		case 'V':
		case 'K':
			event->flags |= EVENT_COOKIE;
			break;
		default: /* "(0)": the EDNS version */
			break;
		}
	}
	event->known |= EVENT_HAS_TRANSPORT;
	return true;
}

/* " FLAGS (LOCALADDR)"; what follows, such as [ECS ...], is not read. */
static bool flags_and_server_read(struct span *from, struct event *event)
{
	struct span flags, server;
	if (!word_next(from, &flags) || !flags_read(flags, event))
		return false;
	if (word_take_char(from, '(') && word_take_until(from, ')', &server))
		event_set_server(event, server);
	return true;
}

static bool question_read(struct span *from, struct event *event)
{
	struct span qname, qclass, qtype;
	return word_next(from, &qname) && word_next(from, &qclass) && word_next(from, &qtype) &&
	       line_set_question(event, qname, qtype, qclass);
}

static enum line_verdict query_read(struct span body, struct event *event)
{
	event->kind = EVENT_QUERY;
	return question_read(&body, event) && flags_and_server_read(&body, event) ? LINE_EVENT : LINE_UNREAD;
}

/* "QNAME CLASS TYPE RCODE an au ad FLAGS (ADDR)" */
static enum line_verdict response_read(struct span body, struct event *event)
{
	struct span word;
	uint64_t counts[3];
	event->kind = EVENT_REPLY;
	if (!question_read(&body, event) || !word_next(&body, &word) || !event_set_rcode(event, word))
		return LINE_UNREAD;
	for (size_t i = 0; i < SIZE_OF(counts); i++) {
		if (!word_next(&body, &word) || !word_number(word, UINT16_MAX, &counts[i]))
			return LINE_UNREAD;
	}
	event->answers = (uint16_t)counts[0];
	event->known |= EVENT_HAS_ANSWERS;
	return flags_and_server_read(&body, event) ? LINE_EVENT : LINE_UNREAD;
}

/*
 * Reasons are texts of ISC results. What is not an rcode's own name is sent as SERVFAIL, but for these
 * (dns_result_torcode of lib/dns/result.c).
 */
static const struct {
	const char *reason;
	enum rcode rcode;
} reason_rcodes[] = {
	{"disallowed (by application policy)", RCODE_REFUSED},
	{"permission denied", RCODE_REFUSED},
	{"unexpected end of input", RCODE_FORMERR},
	{"extra input text", RCODE_FORMERR},
	{"extra input data", RCODE_FORMERR},
	{"bad label type", RCODE_FORMERR},
	{"text too long", RCODE_FORMERR},
	{"unknown class/type", RCODE_FORMERR},
	{"name too long", RCODE_FORMERR},
	{"label too long", RCODE_FORMERR},
	{"not implemented", RCODE_NOTIMP},
	{"not authoritative", RCODE_NOTAUTH},
};

static void reason_read(struct span reason, struct event *event)
{
	event->is_rcode_inferred = true;
	event_set_reason(event, reason);
	uint64_t number;
	if (!word_number(reason, UINT64_MAX, &number) && event_set_rcode(event, reason))
		return;
	uint16_t rcode = RCODE_SERVFAIL;
	for (size_t i = 0; i < SIZE_OF(reason_rcodes); i++) {
		if (word_is(reason, span_text(reason_rcodes[i].reason)))
			rcode = (uint16_t)reason_rcodes[i].rcode;
	}
	event_set_rcode_number(event, rcode);
}

/* "NAME/CLASS/TYPE" or, with the type in the middle, "NAME/TYPE/CLASS"; a name may hold slashes. */
static bool slashed_question_read(struct span text, bool is_type_last, struct event *event)
{
	size_t slashes[2], found = 0;
	for (size_t at = text.size; at > 0 && found < 2; at--) {
		if (text.data[at - 1] == '/')
			slashes[found++] = at - 1;
	}
	if (found < 2)
		return false;
	struct span middle = span_of(text.data + slashes[1] + 1, slashes[0] - slashes[1] - 1);
	struct span last = span_of(text.data + slashes[0] + 1, text.size - slashes[0] - 1);
	return line_set_question(event, span_of(text.data, slashes[1]), is_type_last ? last : middle,
				 is_type_last ? middle : last);
}

/* "query failed (REASON) for QNAME/CLASS/TYPE at query.c:7916" */
static enum line_verdict failure_read(struct span body, struct event *event)
{
	long reason_size = word_find(body, WORD(") for "));
	struct span reason, question;
	event->kind = EVENT_REPLY;
	if (reason_size < 0 || !span_take(&body, (size_t)reason_size, &reason))
		return LINE_UNREAD;
	word_skip(&body, sizeof(") for ") - 1);
	if (!word_next(&body, &question) || !slashed_question_read(question, true, event))
		return LINE_UNREAD;
	reason_read(reason, event);
	return LINE_EVENT;
}

/* "query [(cache) ]'QNAME/TYPE/CLASS' denied": the client was refused. */
static enum line_verdict denial_read(struct span body, struct event *event)
{
	word_take(&body, WORD("(cache) "));
	long end = word_find(body, WORD("' denied"));
	event->kind = EVENT_REPLY;
	if (end < 1 || !word_take_char(&body, '\'') ||
	    !slashed_question_read(span_of(body.data, (size_t)end - 1), false, event))
		return LINE_PASSED_OVER;
	event_set_reason(event, WORD("denied"));
	event->is_rcode_inferred = true;
	event_set_rcode_number(event, RCODE_REFUSED);
	return LINE_EVENT;
}

static enum line_verdict client_line_read(struct span body, struct event *event)
{
	static const struct {
		struct span start;
		enum line_verdict (*read)(struct span, struct event *);
	} messages[] = {
		{{(const uint8_t *)"query: ", 7}, query_read},
		{{(const uint8_t *)"response: ", 10}, response_read},
		{{(const uint8_t *)"query failed (", 14}, failure_read},
		{{(const uint8_t *)"query ", 6}, denial_read},
	};
	if (!client_take(&body, event))
		return LINE_UNREAD;
	for (size_t i = 0; i < SIZE_OF(messages); i++) {
		if (word_take(&body, messages[i].start))
			return messages[i].read(body, event);
	}
	return LINE_PASSED_OVER;
}

/* At debug levels the validator also tells what it tries; these say that it failed, at any level. */
static const char *const failures[] = {
	"failed to verify", "no valid signature", "insecure response",       "no valid RRSIG", "broken trust chain",
	"bad cache hit",    "no DNSKEY",          "unable to find a DNSKEY", "must be secure", "verify failed",
	"no valid DS",      "no valid NSEC",      "insecurity proof failed", "expired",        "not valid",
};

/* "validating NAME/TYPE: TEXT" */
static enum line_verdict validation_read(struct span body, const struct bind_head *head, struct event *event)
{
	struct span subject;
	long end = word_find(body, WORD(": "));
	if (end < 1 || !span_take(&body, (size_t)end, &subject))
		return LINE_UNREAD;
	word_skip(&body, 2);
	size_t slash = subject.size;
	while (slash > 0 && subject.data[slash - 1] != '/')
		slash--;
	if (slash == 0 || !event_set_qname(event, span_of(subject.data, slash - 1)) ||
	    !event_set_qtype(event, span_of(subject.data + slash, subject.size - slash)))
		return LINE_UNREAD;
	bool is_failure = head->has_severity && !head->is_debug;
	for (size_t i = 0; i < SIZE_OF(failures); i++)
		is_failure = is_failure || word_find(body, span_text(failures[i])) >= 0;
	event->kind = EVENT_VALIDATION;
	event->stream = STREAM_RECURSIVE;
	event->security = SECURITY_BOGUS;
	event->known |= EVENT_HAS_SECURITY;
	event_set_reason(event, body);
	return is_failure ? LINE_EVENT : LINE_PASSED_OVER;
}

/* "REASON resolving 'NAME/TYPE/CLASS': ADDR#PORT" */
static enum line_verdict lame_read(struct span body, struct event *event)
{
	long at = word_find(body, WORD(" resolving '"));
	struct span reason, address;
	uint64_t port;
	if (at < 1 || !span_take(&body, (size_t)at, &reason))
		return LINE_UNREAD;
	word_skip(&body, sizeof(" resolving '") - 1);
	long end = word_find(body, WORD("'"));
	struct span question;
	if (end < 1 || !span_take(&body, (size_t)end, &question) || !slashed_question_read(question, false, event))
		return LINE_UNREAD;
	long server = word_find(body, WORD(": "));
	if (server < 0)
		return LINE_UNREAD;
	word_skip(&body, (size_t)server + 2);
	if (!word_take_until(&body, '#', &address) || !event_set_upstream(event, address) ||
	    !word_take_number(&body, UINT16_MAX, &port))
		return LINE_UNREAD;
	event->upstream.port = (uint16_t)port;
	event->known |= EVENT_HAS_UPSTREAM_PORT;
	event->kind = EVENT_UPSTREAM;
	event->stream = STREAM_RECURSIVE;
	event_set_reason(event, reason);
	return LINE_EVENT;
}

/* "fetch completed [at resolver.c:2970 ]for NAME/TYPE in 10.000183: timed out/success [domain:...]" */
static enum line_verdict fetch_read(struct span body, struct event *event)
{
	struct span subject;
	uint64_t duration_us;
	long at = word_find(body, WORD("for "));
	if (at < 0)
		return LINE_UNREAD;
	word_skip(&body, (size_t)at + 4);
	if (!word_next(&body, &subject) || !word_take(&body, WORD("in ")) || !word_take_seconds(&body, &duration_us) ||
	    !word_take(&body, WORD(": ")))
		return LINE_UNREAD;
	size_t slash = subject.size;
	while (slash > 0 && subject.data[slash - 1] != '/')
		slash--;
	if (slash == 0 || !event_set_qname(event, span_of(subject.data, slash - 1)) ||
	    !event_set_qtype(event, span_of(subject.data + slash, subject.size - slash)))
		return LINE_UNREAD;
	event->kind = EVENT_UPSTREAM;
	event->stream = STREAM_RECURSIVE;
	event_set_duration(event, duration_us);
	event_set_reason(event, body);
	return word_starts(body, WORD("success/")) ? LINE_PASSED_OVER : LINE_EVENT;
}

enum line_verdict line_read_bind(struct span body, const struct stamp_clock *clock, struct event *event)
{
	struct bind_head head = {0};
	enum line_verdict verdict;
	line_take_stamp(&body, clock, event);
	category_take(&body, &head);
	severity_take(&body, &head);
	if (word_starts(body, WORD("client ")))
		verdict = client_line_read(body, event);
	else if (word_take(&body, WORD("validating ")))
		verdict = validation_read(body, &head, event);
	else if (word_take(&body, WORD("fetch completed ")))
		verdict = fetch_read(body, event);
	else
		verdict = lame_read(body, event);
	/* Other programs have levels too, but no such categories. */
	return verdict == LINE_UNREAD && head.has_category && !word_starts(body, WORD("client ")) ? LINE_PASSED_OVER
												  : verdict;
}

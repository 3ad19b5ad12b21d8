/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Knot Resolver: "[GROUP] TEXT". It has no query log; failures of validation are told with log-bogus, several times a
 * question (the joiner lets one through).
 */
#include "signals/line_read.h"
#include "signals/words.h"

static bool is_group(struct span word)
{
	static const char *const groups[] = {"dnssec",  "system", "cache",      "worker",  "net",    "io",
					     "tls",     "ta",     "plan",       "policy",  "module", "control",
					     "resolve", "select", "zoneimport", "priming", "detect", "taupdt",
					     "tasent",  "tasign", "doh",        "xdp",     "rules",  "dns64",
					     "prefil",  "hint",   "http",       "statis"};
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		if (word_is(word, span_text(groups[i])))
			return true;
	}
	return false;
}

enum line_verdict line_read_kresd(struct span body, const struct stamp_clock *clock, struct event *event)
{
	struct span group, qname, qtype;
	line_take_stamp(&body, clock, event);
	if (!word_take_char(&body, '[') || !word_take_until(&body, ']', &group) || !is_group(group))
		return LINE_UNREAD;
	word_skip_blanks(&body);
	if (!word_take(&body, WORD("validation failure: ")) || !word_next(&body, &qname) || !word_next(&body, &qtype) ||
	    !event_set_qname(event, qname) || !event_set_qtype(event, qtype))
		return LINE_PASSED_OVER;
	event->kind = EVENT_VALIDATION;
	event->security = SECURITY_BOGUS;
	event->known |= EVENT_HAS_SECURITY;
	event_set_reason(event, WORD("validation failure"));
	return LINE_EVENT;
}

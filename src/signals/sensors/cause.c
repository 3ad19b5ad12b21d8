/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/cause.h"

#include "telemetry/query_event.h"

/* INFO-CODEs of RFC 8914 and of the registry after it. */
static const struct {
	uint16_t first, last;
	enum failure_cause cause;
} codes[] = {
	{1, 2, CAUSE_VALIDATION},   /* unsupported algorithms */
	{5, 12, CAUSE_VALIDATION},  /* indeterminate, bogus, expired ... NSEC missing */
	{22, 22, CAUSE_DELEGATION}, /* no reachable authority */
	{23, 23, CAUSE_PATH},       /* network error */
	{25, 25, CAUSE_VALIDATION}, /* signature expired before valid */
	{27, 27, CAUSE_VALIDATION}, /* unsupported NSEC3 iterations */
	{30, 30, CAUSE_DELEGATION}, /* invalid query type */
};

/* As name servers word it, in lower case; the first that is found. */
static const struct {
	const char *text;
	enum failure_cause cause;
} words[] = {
	{"bogus", CAUSE_VALIDATION},
	{"dnssec", CAUSE_VALIDATION},
	{"rrsig", CAUSE_VALIDATION},
	{"validat", CAUSE_VALIDATION},
	{"timed out", CAUSE_PATH},
	{"timeout", CAUSE_PATH},
	{"unreachable", CAUSE_PATH},
	{"no answer", CAUSE_PATH},
	{"connection refused", CAUSE_PATH},
	{"lame", CAUSE_DELEGATION},
	{"unexpected rcode", CAUSE_DELEGATION},
	{"refused", CAUSE_DELEGATION},
	{"formerr", CAUSE_DELEGATION},
	{"no server", CAUSE_DELEGATION},
	{"delegation", CAUSE_DELEGATION},
};

static enum failure_cause cause_of_words(const char *reason)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcasestr(reason, words[i].text) != NULL)
			return words[i].cause;
	}
	return CAUSE_UNKNOWN;
}

enum failure_cause cause_of_failure(const struct event *event)
{
	if (event_has(event, EVENT_HAS_SECURITY) && event->security == SECURITY_BOGUS)
		return CAUSE_VALIDATION;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes) && event_has(event, EVENT_HAS_EDE); i++) {
		if (event->ede >= codes[i].first && event->ede <= codes[i].last)
			return codes[i].cause;
	}
	enum failure_cause cause = cause_of_words(event->reason);
	/* A server is named that failed on the way, and not how. */
	if (cause == CAUSE_UNKNOWN && event_has(event, EVENT_HAS_UPSTREAM))
		return CAUSE_DELEGATION;
	return cause;
}

bool is_gateway(const struct ip_addr *addr)
{
	const uint8_t *at = addr->bytes;
	if (addr->family != FAMILY_IPV4)
		return false;
	/* Docker takes 172.17.0.0/16 to 172.31.0.0/16 and then 192.168.0.0/20 and so on, Podman 10.88.0.0/16 and up. */
	bool is_docker = at[0] == 172 && at[1] >= 17 && at[1] <= 31 && at[2] == 0 && at[3] == 1;
	bool is_podman = at[0] == 10 && (at[1] == 88 || at[1] == 89) && at[3] == 1;
	bool is_slirp = at[0] == 10 && at[1] == 0 && at[2] == 2 && (at[3] == 2 || at[3] == 100);
	return is_docker || is_podman || is_slirp;
}

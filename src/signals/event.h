/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one line of somebody's log tells of one question, answer or failure: the same struct for every source.
 * A value; it owns its texts, so it outlives the line.
 * Never guesses: what a source does not tell has no bit in `known`, and its field means nothing.
 */
#ifndef SIGNALS_EVENT_H
#define SIGNALS_EVENT_H

#include "base/text.h"
#include "dns/name.h"
#include "ip/addr.h"
#include "telemetry/query_event.h"

enum event_kind {
	EVENT_QUERY,      /* a question came; its outcome is not on this line */
	EVENT_REPLY,      /* what a client was answered */
	EVENT_UPSTREAM,   /* a server that was asked on the way failed */
	EVENT_VALIDATION, /* DNSSEC validation failed */
	/* A resolver tried to have a cached answer anew before its end: it failed, or rcode is NOERROR or NXDOMAIN. */
	EVENT_REFRESH,
	EVENT_KIND_COUNT
};

/*
 * PROBE: scheduled questions of our own, counted apart from those of clients (M-18). An EVENT_REPLY for each: `server` was
 * asked over `transport`, with CD or without; without an rcode no answer came, and `reason` says why. A probe that
 * connects to a service has it in `upstream`, and no rcode when it failed, NOERROR when not. `probe` is the verdict: an
 * answer with NOERROR may fail, too.
 */
enum event_stream { STREAM_UNKNOWN, STREAM_AUTHORITATIVE, STREAM_RECURSIVE, STREAM_PROBE, STREAM_COUNT };

enum event_transport { EVENT_UDP, EVENT_TCP, EVENT_DOT, EVENT_DOH, EVENT_DOQ, EVENT_TRANSPORT_COUNT };

/* Bits of `known`. */
enum event_field {
	EVENT_HAS_TIME = 1 << 0,
	EVENT_HAS_CLIENT = 1 << 1,
	EVENT_HAS_CLIENT_PORT = 1 << 2,
	EVENT_HAS_SERVER = 1 << 3,
	EVENT_HAS_QNAME = 1 << 4,
	EVENT_HAS_QTYPE = 1 << 5,
	EVENT_HAS_QCLASS = 1 << 6,
	EVENT_HAS_RCODE = 1 << 7,
	EVENT_HAS_TRANSPORT = 1 << 8,
	EVENT_HAS_ID = 1 << 9,
	EVENT_HAS_EDNS_SIZE = 1 << 10, /* 0: without EDNS */
	EVENT_HAS_SIZE = 1 << 11,
	EVENT_HAS_DURATION = 1 << 12,
	EVENT_HAS_ANSWERS = 1 << 13,
	EVENT_HAS_CACHE = 1 << 14,
	EVENT_HAS_SECURITY = 1 << 15,
	EVENT_HAS_EDE = 1 << 16,
	EVENT_HAS_ORIGIN = 1 << 17,
	EVENT_HAS_UPSTREAM = 1 << 18,
	EVENT_HAS_UPSTREAM_PORT = 1 << 19,
	EVENT_HAS_UPSTREAM_TRIES = 1 << 20,
	EVENT_HAS_OPCODE = 1 << 21,
	EVENT_HAS_UP_FAMILIES = 1 << 22,
	EVENT_HAS_UP_ANSWERED = 1 << 23,
	EVENT_HAS_UP_TIME = 1 << 24,
	EVENT_HAS_TTL_LEFT = 1 << 25,
	EVENT_HAS_TTL = 1 << 26,
	EVENT_HAS_PROBE = 1 << 27,
};

/* What came of a scheduled probe (STREAM_PROBE). */
enum probe_state {
	PROBE_STATE_GOOD,
	PROBE_STATE_SILENT,    /* no reply */
	PROBE_STATE_REFUSED,   /* port or host unreachable, connection refused or reset */
	PROBE_STATE_RCODE,     /* a reply, but no answer: SERVFAIL, REFUSED ... */
	PROBE_STATE_LAME,      /* a reply without authority for the zone, or one that cannot be read */
	PROBE_STATE_ABSENT,    /* the name, or the type at it, is not there */
	PROBE_STATE_BOGUS,     /* it does not validate */
	PROBE_STATE_EXPIRING,  /* good, but a signature ends soon */
	PROBE_STATE_NO_PATH,   /* the way to the zone over the family is broken, so nobody could be asked */
	PROBE_STATE_FINDING,   /* an audit of the zone found what it did not before */
	PROBE_STATE_UNTESTED,  /* not from here: says nothing of the target; no event is made of it */
	PROBE_STATE_COUNT
};

/* Bits of `flags` and of `flags_known`. */
enum event_flag {
	EVENT_RD = 1 << 0,
	EVENT_DO = 1 << 1,
	EVENT_CD = 1 << 2,
	EVENT_AA = 1 << 3,
	EVENT_TC = 1 << 4,
	EVENT_AD = 1 << 5,
	EVENT_RA = 1 << 6,
	EVENT_EDNS = 1 << 7, /* the question had an OPT record */
	EVENT_COOKIE = 1 << 8,
	EVENT_TSIG = 1 << 9
};

#define EVENT_REASON_MAX 200 /* octets with the NUL; more is cut */
#define EVENT_SERVICE_MAX 64 /* service, view or zone id of the source */

struct event {
	enum event_kind kind;
	enum event_stream stream;
	uint8_t source;         /* enum line_format */
	bool is_zone_assumed;   /* the time stamp had no time zone; line_clock's was taken */
	bool is_rcode_inferred; /* from a reason text or a validation state, not from an rcode in the line */
	bool is_completion;     /* the outcome of an EVENT_QUERY that came before: the question is counted already */
	uint32_t known;         /* enum event_field */
	uint16_t flags, flags_known;
	uint64_t time_us; /* since 1970 UTC */
	struct ip_endpoint client;
	struct ip_addr server;       /* the address that was asked */
	struct ip_endpoint upstream; /* the server that failed or gave the answer */
	uint16_t qtype, qclass, rcode, id;
	uint16_t edns_size; /* octets offered by the client */
	uint16_t answers;   /* records in the answer section */
	uint16_t ede;       /* INFO-CODE of RFC 8914 */
	uint16_t upstream_tries;
	uint8_t up_families;     /* tried on the way: event_family_bit of each */
	enum family up_answered; /* of the server whose answer was taken; not told: none answered */
	uint32_t up_us;          /* from the first question upstream to the answer or to the end of trying */
	uint32_t ttl_left_s;     /* EVENT_REFRESH: until the cached answer ends */
	uint32_t ttl_s;          /* the least of the answer section */
	uint32_t size; /* octets of the answer */
	uint32_t duration_us;
	uint8_t opcode;
	uint8_t security; /* enum security */
	uint8_t probe;    /* enum probe_state */
	enum event_transport transport;
	enum cache_use cache;
	enum aaaa_origin origin;
	struct name_buffer qname;        /* event_qname reads it */
	char reason[EVENT_REASON_MAX];   /* as the source has it; "": none. Untrusted: print with event_print */
	char service[EVENT_SERVICE_MAX]; /* "": none. Untrusted */
};

/* As before any line was read: nothing is known. */
void event_clear(struct event *event);

static inline bool event_has(const struct event *event, uint32_t fields)
{
	return (event->known & fields) == fields;
}

/* A scheduled probe that did not come out well, whatever the rcode. */
static inline bool event_is_failing_probe(const struct event *event)
{
	return event_has(event, EVENT_HAS_PROBE) && event->probe != PROBE_STATE_GOOD &&
	       event->probe != PROBE_STATE_UNTESTED;
}

static inline uint8_t event_family_bit(enum family family)
{
	return (uint8_t)(1u << family);
}

/* A view of the event; the root when there is none. */
static inline struct name event_qname(const struct event *event)
{
	return event_has(event, EVENT_HAS_QNAME) ? name_of(event->qname.wire) : name_root;
}

/* Each false: not well formed; the field is as before (a name: not known). Spans are borrowed for the call. */
bool event_set_qname(struct event *event, struct span text); /* as a master file has it; relative to the root */
bool event_set_qtype(struct event *event, struct span text); /* "AAAA", "TYPE65", "65" */
bool event_set_qclass(struct event *event, struct span text);
bool event_set_rcode(struct event *event, struct span text); /* "SERVFAIL", "RCODE23", "2"; any case */
bool event_set_transport(struct event *event, struct span text);
bool event_set_client(struct event *event, struct span address); /* "%eth0" is left out: it is another host's */
bool event_set_server(struct event *event, struct span address);
bool event_set_upstream(struct event *event, struct span address);
void event_set_client_port(struct event *event, uint16_t port);
void event_set_rcode_number(struct event *event, uint16_t rcode);
void event_set_duration(struct event *event, uint64_t duration_us);
void event_set_flag(struct event *event, enum event_flag flag, bool is_set);
void event_set_reason(struct event *event, struct span text);
void event_set_service(struct event *event, struct span text);

const char *event_kind_text(enum event_kind kind);       /* "reply" */
const char *event_stream_text(enum event_stream stream); /* "auth", "rec", "probe", "-" */
const char *probe_state_text(enum probe_state state);    /* "silent" */
const char *event_transport_text(enum event_transport transport);
/* The family of the client, or, of a probe and of an upstream failure, of the server. FAMILY_COUNT: not told. */
enum family event_family(const struct event *event);

#endif

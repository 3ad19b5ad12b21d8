/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One scheduled probe, a question to one address or a connection to a service, and what came of it.
 * Values; names are borrowed from the round that the probe belongs to.
 * Never "failing" where this host could not see: that is UNTESTED.
 */
#ifndef WATCH_PROBE_H
#define WATCH_PROBE_H

#include "exchange/question.h"
#include "signals/event.h"
#include "telemetry/query_event.h"

enum probe_target {
	PROBE_SERVER, /* of the zone */
	PROBE_RESOLVER,
	PROBE_SERVICE, /* a TCP connection */
	PROBE_ZONE,    /* the way to a zone's servers; nothing is sent */
	PROBE_NAME     /* no delegation leads to the name; nothing is sent */
};

struct probe {
	enum probe_target target;
	enum question_transport transport;
	bool is_cd, is_local;        /* LOCAL: an address of this host, whatever networks it reaches */
	bool is_alone;               /* no delegation leads to the zone: nothing says whether it has to be signed */
	struct ip_endpoint endpoint; /* ZONE, NAME: the family alone */
	struct name name;            /* that is asked for; of a connection the service's */
	uint16_t type;               /* of a connection AAAA or A, by its family */
};

struct probe_result {
	enum probe_state state;
	bool has_reply;
	uint16_t rcode, answers;
	uint32_t size, duration_us, ttl_s; /* ttl: the least of the answer */
	uint8_t security;                  /* enum security */
	int32_t ede;                       /* -1: none */
	bool has_signature;
	int32_t left_s;                /* until the first signature of the answer ends */
	char reason[EVENT_REASON_MAX]; /* a sentence; "": it is good */
};

static inline bool probe_is_failing(const struct probe_result *result)
{
	return result->state != PROBE_STATE_GOOD && result->state != PROBE_STATE_UNTESTED;
}

/* Same question to the same target by the same way? */
bool probe_equal(const struct probe *a, const struct probe *b);
/* "www.example.com AAAA at 2001:db8::53 over TCP, CD", "connect www.example.com at 2001:db8::80@443". */
void probe_to_text(const struct probe *probe, struct text *out);
/* As an event for the sensors. source: this host's address towards the target; NULL: none is known. */
void probe_to_event(const struct probe *probe, const struct probe_result *result, const struct ip_addr *source,
		    uint64_t wall_us, struct event *ret);

#endif

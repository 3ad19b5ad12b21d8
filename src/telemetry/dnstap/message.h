/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One DNS message that went by, and its dnstap frame (https://dnstap.info, a protobuf message).
 * A value; what it points to is borrowed. signals/dnstap reads what this writes.
 * Never looks into the message.
 */
#ifndef TELEMETRY_DNSTAP_MESSAGE_H
#define TELEMETRY_DNSTAP_MESSAGE_H

#include "base/writer.h"
#include "telemetry/query_event.h"

enum tap_type { /* enum Message.Type of dnstap.proto */
	TAP_AUTH_QUERY = 1,
	TAP_AUTH_RESPONSE = 2,
	TAP_RESOLVER_QUERY = 3,
	TAP_RESOLVER_RESPONSE = 4,
	TAP_CLIENT_QUERY = 5,
	TAP_CLIENT_RESPONSE = 6,
	TAP_FORWARDER_QUERY = 7,
	TAP_FORWARDER_RESPONSE = 8
};

static inline bool tap_is_response(enum tap_type type)
{
	return type % 2 == 0;
}

/* Asked by us, not by a client. */
static inline bool tap_is_upstream(enum tap_type type)
{
	return type == TAP_RESOLVER_QUERY || type == TAP_RESOLVER_RESPONSE || type >= TAP_FORWARDER_QUERY;
}

struct tap_message {
	enum tap_type type;
	enum transport transport;
	struct ip_endpoint query, response; /* who asks, who answers; the unspecified address: not known, left out */
	uint64_t query_us, response_us;     /* wall clock; 0: not known */
	struct span zone;                   /* wire form: what the server asked is taken to know; empty: left out */
	struct span octets;
};

struct tap_source { /* the same for all frames of a service; empty: left out */
	struct span identity, version, extra;
};

#define TAP_MESSAGE_ROOM 512 /* octets of a frame beside the message, the zone and the source's texts, at most */

/* out->is_full: it does not fit. */
void tap_message_encode(const struct tap_source *source, const struct tap_message *message, struct writer *out);

#endif

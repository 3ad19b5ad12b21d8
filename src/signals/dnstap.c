/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/dnstap.h"

#include "dns/header.h"
#include "dns/message/message.h"
#include "telemetry/dnstap/fields.h"

struct field {
	uint32_t number;
	uint64_t value; /* of varint and fixed */
	struct span octets;
};

static bool varint_take(struct span *from, uint64_t *ret)
{
	uint64_t value = 0;
	uint8_t octet;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (!span_take_u8(from, &octet))
			return false;
		value |= (uint64_t)(octet & 0x7f) << shift;
		if (octet < 0x80) {
			*ret = value;
			return true;
		}
	}
	return false;
}

/* Least significant octet first. */
static bool fixed_take(struct span *from, size_t size, uint64_t *ret)
{
	struct span octets;
	if (!span_take(from, size, &octets))
		return false;
	*ret = 0;
	for (size_t i = size; i-- > 0;)
		*ret = *ret << 8 | octets.data[i];
	return true;
}

/* false: the end, or what is no field. */
static bool field_take(struct span *from, struct field *ret)
{
	uint64_t key, size;
	if (!varint_take(from, &key) || key >> 3 > UINT32_MAX)
		return false;
	*ret = (struct field){.number = (uint32_t)(key >> 3)};
	switch (key & 7) {
	case WIRE_VARINT:
		return varint_take(from, &ret->value);
	case WIRE_FIXED64:
		return fixed_take(from, 8, &ret->value);
	case WIRE_OCTETS:
		return varint_take(from, &size) && size <= from->size && span_take(from, (size_t)size, &ret->octets);
	case WIRE_FIXED32:
		return fixed_take(from, 4, &ret->value);
	default:
		return false;
	}
}

struct tapped {
	struct field fields[MESSAGE_FIELDS];
	bool has[MESSAGE_FIELDS];
};

static void message_read_fields(struct span octets, struct tapped *ret)
{
	struct field field;
	while (field_take(&octets, &field)) {
		if (field.number < MESSAGE_FIELDS) {
			ret->fields[field.number] = field;
			ret->has[field.number] = true;
		}
	}
}

static bool frame_read(struct span frame, struct tapped *ret, struct event *event)
{
	struct field field;
	bool is_any = false;
	while (field_take(&frame, &field)) {
		if (field.number == DNSTAP_MESSAGE) {
			message_read_fields(field.octets, ret);
			is_any = true;
		} else if (field.number == DNSTAP_IDENTITY) {
			event_set_service(event, field.octets);
		} else if (field.number == DNSTAP_EXTRA && field.octets.size > 0) { /* of a server with several services */
			event_set_service(event, field.octets);
		}
	}
	return is_any && frame.size == 0;
}

/* By enum Message.Type. */
static const struct {
	enum event_kind kind;
	enum event_stream stream;
	bool is_response;
} types[] = {
	[1] = {EVENT_QUERY, STREAM_AUTHORITATIVE, false}, /* AUTH */
	[2] = {EVENT_REPLY, STREAM_AUTHORITATIVE, true},
	[3] = {EVENT_UPSTREAM, STREAM_RECURSIVE, false}, /* RESOLVER */
	[4] = {EVENT_UPSTREAM, STREAM_RECURSIVE, true},
	[5] = {EVENT_QUERY, STREAM_RECURSIVE, false}, /* CLIENT */
	[6] = {EVENT_REPLY, STREAM_RECURSIVE, true},
	[7] = {EVENT_UPSTREAM, STREAM_RECURSIVE, false}, /* FORWARDER */
	[8] = {EVENT_UPSTREAM, STREAM_RECURSIVE, true},
};

static bool address_set(const struct tapped *tapped, enum message_field field, struct ip_addr *ret)
{
	struct span octets = tapped->fields[field].octets;
	if (!tapped->has[field] || (octets.size != 4 && octets.size != 16))
		return false;
	struct ip_addr addr = octets.size == 16 ? ip_addr_v6(octets.data) : ip_addr_v4(octets.data);
	if (ip_addr_is_any(&addr)) /* BIND does not know its own address when it asks */
		return false;
	*ret = addr;
	return true;
}

static bool port_set(const struct tapped *tapped, enum message_field field, uint16_t *ret)
{
	if (!tapped->has[field] || tapped->fields[field].value > UINT16_MAX)
		return false;
	*ret = (uint16_t)tapped->fields[field].value;
	return true;
}

static void addresses_set(const struct tapped *tapped, struct event *event)
{
	if (event->kind == EVENT_UPSTREAM) {
		if (address_set(tapped, MESSAGE_RESPONSE_ADDRESS, &event->upstream.addr))
			event->known |= EVENT_HAS_UPSTREAM;
		if (port_set(tapped, MESSAGE_RESPONSE_PORT, &event->upstream.port))
			event->known |= EVENT_HAS_UPSTREAM_PORT;
		return;
	}
	if (address_set(tapped, MESSAGE_QUERY_ADDRESS, &event->client.addr))
		event->known |= EVENT_HAS_CLIENT;
	if (port_set(tapped, MESSAGE_QUERY_PORT, &event->client.port))
		event->known |= EVENT_HAS_CLIENT_PORT;
	if (address_set(tapped, MESSAGE_RESPONSE_ADDRESS, &event->server))
		event->known |= EVENT_HAS_SERVER;
}

static void transport_set(const struct tapped *tapped, struct event *event)
{
	static const enum event_transport transports[] = {
		EVENT_TRANSPORT_COUNT, EVENT_UDP, EVENT_TCP, EVENT_DOT, EVENT_DOH, EVENT_TRANSPORT_COUNT,
		EVENT_TRANSPORT_COUNT, EVENT_DOQ};
	uint64_t protocol = tapped->fields[MESSAGE_PROTOCOL].value;
	if (protocol >= sizeof(transports) / sizeof(*transports) || transports[protocol] == EVENT_TRANSPORT_COUNT)
		return;
	event->transport = transports[protocol];
	event->known |= EVENT_HAS_TRANSPORT;
}

static bool time_of(const struct tapped *tapped, enum message_field second, enum message_field nanosecond,
		    uint64_t *ret_us)
{
	uint64_t seconds = tapped->fields[second].value, nanoseconds = tapped->fields[nanosecond].value;
	if (!tapped->has[second] || seconds > STAMP_LAST_US / 1000000 - 1 || nanoseconds > 999999999)
		return false;
	*ret_us = seconds * 1000000 + nanoseconds / 1000;
	return true;
}

static void times_set(const struct tapped *tapped, bool is_response, struct event *event)
{
	uint64_t asked_us = 0, answered_us = 0;
	bool has_asked = time_of(tapped, MESSAGE_QUERY_SECOND, MESSAGE_QUERY_NANOSECOND, &asked_us);
	bool has_answered = time_of(tapped, MESSAGE_RESPONSE_SECOND, MESSAGE_RESPONSE_NANOSECOND, &answered_us);
	if (is_response ? has_answered : has_asked) {
		event->time_us = is_response ? answered_us : asked_us;
		event->known |= EVENT_HAS_TIME;
	}
	if (is_response && has_asked && has_answered && answered_us >= asked_us)
		event_set_duration(event, answered_us - asked_us);
}

/*
 * RD is copied into answers (RFC 1035 4.1.1). CD and DO are the question's: an authoritative server need not copy them,
 * so an answer says nothing of what was asked; an OPT record in it does, for it comes only to those who sent one (RFC
 * 6891 7).
 */
static void header_set(const struct message *message, bool is_response, struct event *event)
{
	static const struct {
		enum header_flag header;
		enum event_flag flag;
		bool is_asked, is_answered;
	} flags[] = {{HEADER_RD, EVENT_RD, true, true},  {HEADER_CD, EVENT_CD, true, false},
		     {HEADER_AA, EVENT_AA, false, true}, {HEADER_TC, EVENT_TC, false, true},
		     {HEADER_RA, EVENT_RA, false, true}, {HEADER_AD, EVENT_AD, false, true}};
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (is_response ? flags[i].is_answered : flags[i].is_asked)
			event_set_flag(event, flags[i].flag, (message->flags & flags[i].header) != 0);
	}
	event->id = message->id;
	event->known |= EVENT_HAS_ID;
	if (!is_response || message->has_edns)
		event_set_flag(event, EVENT_EDNS, message->has_edns);
	if (is_response)
		return;
	event_set_flag(event, EVENT_DO, message->has_edns && message->edns.is_do);
	event_set_flag(event, EVENT_TSIG, message->tsig_offset != 0);
}

static void question_set(const struct message *message, struct event *event)
{
	struct message_place place = {0};
	struct message_item item;
	if (message->counts[SECTION_QUESTION] == 0 || message_next(message, &place, &item) != ERR_OK ||
	    item.section != SECTION_QUESTION)
		return;
	name_copy(item.owner, &event->qname);
	event->qtype = item.type;
	event->qclass = item.class;
	event->known |= EVENT_HAS_QNAME | EVENT_HAS_QTYPE | EVENT_HAS_QCLASS;
}

static void query_set(const struct message *message, struct event *event)
{
	event_set_flag(event, EVENT_COOKIE, message->has_edns && message->edns.cookie.data != NULL);
	event->edns_size = message->has_edns ? message->edns.udp_size : 0;
	event->known |= EVENT_HAS_EDNS_SIZE;
}

static void response_set(const struct message *message, struct event *event)
{
	event_set_rcode_number(event, message->rcode);
	event->answers = message->counts[SECTION_ANSWER];
	event->size = (uint32_t)message->octets.size;
	event->known |= EVENT_HAS_ANSWERS | EVENT_HAS_SIZE;
	if (message->has_edns && message->edns.ede_count > 0) {
		event->ede = message->edns.ede[0].code;
		event->known |= EVENT_HAS_EDE;
		if (message->edns.ede[0].text.size > 0)
			event_set_reason(event, message->edns.ede[0].text);
	}
}

/* Of questions to other servers, what went wrong is news. */
static enum line_verdict upstream_judge(const struct message *message, struct event *event)
{
	if (message->rcode == RCODE_NOERROR || message->rcode == RCODE_NXDOMAIN)
		return LINE_PASSED_OVER;
	char rcode[HEADER_TEXT_MAX];
	rcode_to_text(message->rcode, rcode);
	if (event->reason[0] == '\0')
		event_set_reason(event, span_text(rcode));
	return LINE_EVENT;
}

enum line_verdict dnstap_read(struct span frame, struct event *event)
{
	struct tapped tapped = {0};
	struct message message;
	if (!frame_read(frame, &tapped, event))
		return LINE_UNREAD;
	uint64_t type = tapped.fields[MESSAGE_TYPE].value;
	if (type == 0 || type >= sizeof(types) / sizeof(*types))
		return LINE_PASSED_OVER;
	bool is_response = types[type].is_response;
	event->kind = types[type].kind;
	event->stream = types[type].stream;
	if (event->kind == EVENT_UPSTREAM && !is_response)
		return LINE_PASSED_OVER;
	if (message_read(tapped.fields[is_response ? MESSAGE_RESPONSE : MESSAGE_QUERY].octets, &message) != ERR_OK)
		return LINE_PASSED_OVER;
	addresses_set(&tapped, event);
	transport_set(&tapped, event);
	times_set(&tapped, is_response, event);
	header_set(&message, is_response, event);
	question_set(&message, event);
	if (!is_response) {
		query_set(&message, event);
		return LINE_EVENT;
	}
	response_set(&message, event);
	return event->kind == EVENT_UPSTREAM ? upstream_judge(&message, event) : LINE_EVENT;
}

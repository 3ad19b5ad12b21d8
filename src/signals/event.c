/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/event.h"

#include "dns/header.h"
#include "dns/rrtype.h"
#include "signals/words.h"

#include <strings.h>

void event_clear(struct event *event)
{
	/* All but the octets of the texts: they mean nothing without their bit or first character. */
	memset(event, 0, offsetof(struct event, qname));
	event->reason[0] = event->service[0] = '\0';
}

bool event_set_qname(struct event *event, struct span text)
{
	struct name name;
	bool is_name = name_from_text(text, name_root, &event->qname, &name, NULL) == ERR_OK;
	/* What was there before is overwritten in any case. */
	event->known = is_name ? event->known | EVENT_HAS_QNAME : event->known & ~(uint32_t)EVENT_HAS_QNAME;
	return is_name;
}

bool event_set_qtype(struct event *event, struct span text)
{
	uint64_t number;
	if (rrtype_from_text(text, &event->qtype) != ERR_OK) {
		if (!word_number(text, UINT16_MAX, &number))
			return false;
		event->qtype = (uint16_t)number;
	}
	event->known |= EVENT_HAS_QTYPE;
	return true;
}

bool event_set_qclass(struct event *event, struct span text)
{
	if (rrclass_from_text(text, &event->qclass) != ERR_OK)
		return false;
	event->known |= EVENT_HAS_QCLASS;
	return true;
}

void event_set_rcode_number(struct event *event, uint16_t rcode)
{
	event->rcode = rcode;
	event->known |= EVENT_HAS_RCODE;
}

bool event_set_rcode(struct event *event, struct span text)
{
	uint16_t rcode;
	if (rcode_from_text(text, &rcode) != ERR_OK)
		return false;
	event_set_rcode_number(event, rcode);
	return true;
}

static const char *const transports[EVENT_TRANSPORT_COUNT] = {"udp", "tcp", "dot", "doh", "doq"};

/* As sources write them; ours first. */
static const struct {
	const char *text;
	enum event_transport transport;
} transport_words[] = {{"udp", EVENT_UDP}, {"tcp", EVENT_TCP}, {"dot", EVENT_DOT},   {"doh", EVENT_DOH},
		       {"doq", EVENT_DOQ}, {"tls", EVENT_DOT}, {"https", EVENT_DOH}, {"quic", EVENT_DOQ}};

bool event_set_transport(struct event *event, struct span text)
{
	for (size_t i = 0; i < sizeof(transport_words) / sizeof(*transport_words); i++) {
		const char *word = transport_words[i].text;
		if (strlen(word) != text.size || strncasecmp(word, (const char *)text.data, text.size) != 0)
			continue;
		event->transport = transport_words[i].transport;
		event->known |= EVENT_HAS_TRANSPORT;
		return true;
	}
	return false;
}

static bool address_read(struct span text, struct ip_addr *ret)
{
	char bare[IP_ADDR_TEXT_MAX];
	const uint8_t *scope = text.size > 0 ? memchr(text.data, '%', text.size) : NULL;
	size_t size = scope != NULL ? (size_t)(scope - text.data) : text.size;
	if (size == 0 || size >= sizeof(bare) || memchr(text.data, '\0', size) != NULL)
		return false;
	memcpy(bare, text.data, size);
	bare[size] = '\0';
	return ip_addr_from_text(bare, ret) == ERR_OK;
}

bool event_set_client(struct event *event, struct span address)
{
	if (!address_read(address, &event->client.addr))
		return false;
	event->known |= EVENT_HAS_CLIENT;
	return true;
}

bool event_set_server(struct event *event, struct span address)
{
	if (!address_read(address, &event->server))
		return false;
	event->known |= EVENT_HAS_SERVER;
	return true;
}

bool event_set_upstream(struct event *event, struct span address)
{
	if (!address_read(address, &event->upstream.addr))
		return false;
	event->known |= EVENT_HAS_UPSTREAM;
	return true;
}

void event_set_client_port(struct event *event, uint16_t port)
{
	event->client.port = port;
	event->known |= EVENT_HAS_CLIENT_PORT;
}

void event_set_duration(struct event *event, uint64_t duration_us)
{
	event->duration_us = duration_us > UINT32_MAX ? UINT32_MAX : (uint32_t)duration_us;
	event->known |= EVENT_HAS_DURATION;
}

void event_set_flag(struct event *event, enum event_flag flag, bool is_set)
{
	event->flags_known |= (uint16_t)flag;
	event->flags = (uint16_t)(is_set ? event->flags | flag : event->flags & ~flag);
}

static void text_set(char *to, size_t capacity, struct span text)
{
	size_t size = text.size < capacity ? text.size : capacity - 1;
	const uint8_t *end = size > 0 ? memchr(text.data, '\0', size) : NULL;
	if (end != NULL)
		size = (size_t)(end - text.data);
	if (size > 0)
		memcpy(to, text.data, size);
	to[size] = '\0';
}

void event_set_reason(struct event *event, struct span text)
{
	text_set(event->reason, sizeof(event->reason), text);
}

void event_set_service(struct event *event, struct span text)
{
	text_set(event->service, sizeof(event->service), text);
}

const char *event_kind_text(enum event_kind kind)
{
	static const char *const texts[EVENT_KIND_COUNT] = {"query", "reply", "upstream", "validation", "refresh"};
	return texts[kind];
}

const char *event_stream_text(enum event_stream stream)
{
	static const char *const texts[STREAM_COUNT] = {"-", "auth", "rec", "probe"};
	return texts[stream];
}

const char *probe_state_text(enum probe_state state)
{
	static const char *const texts[PROBE_STATE_COUNT] = {
		[PROBE_STATE_GOOD] = "good",       [PROBE_STATE_SILENT] = "silent",   [PROBE_STATE_REFUSED] = "refused",
		[PROBE_STATE_RCODE] = "rcode",     [PROBE_STATE_LAME] = "lame",       [PROBE_STATE_ABSENT] = "absent",
		[PROBE_STATE_BOGUS] = "bogus",     [PROBE_STATE_EXPIRING] = "expiring", [PROBE_STATE_NO_PATH] = "no-path",
		[PROBE_STATE_FINDING] = "finding",
		[PROBE_STATE_UNTESTED] = "untested"};
	return texts[state];
}

const char *event_transport_text(enum event_transport transport)
{
	return transports[transport];
}

enum family event_family(const struct event *event)
{
	if (event->stream == STREAM_PROBE && event_has(event, EVENT_HAS_SERVER))
		return event->server.family;
	if (event_has(event, EVENT_HAS_CLIENT))
		return event->client.addr.family;
	if (event_has(event, EVENT_HAS_UPSTREAM))
		return event->upstream.addr.family;
	return FAMILY_COUNT;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/dnstap/message.h"

#include "telemetry/dnstap/fields.h"

#define DNSTAP_TYPE_MESSAGE 1
#define LENGTH_SIZE 5 /* octets of a length in front of what is written before it is known: a varint need not be short */

static void varint_add(struct writer *out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		writer_u8(out, (uint8_t)(value | 0x80));
	writer_u8(out, (uint8_t)value);
}

static void key_add(struct writer *out, unsigned field, enum wire_type type)
{
	varint_add(out, field << 3 | (unsigned)type);
}

static void number_add(struct writer *out, unsigned field, uint64_t value)
{
	key_add(out, field, WIRE_VARINT);
	varint_add(out, value);
}

/* Least significant octet first. */
static void fixed32_add(struct writer *out, unsigned field, uint32_t value)
{
	key_add(out, field, WIRE_FIXED32);
	for (unsigned i = 0; i < 4; i++)
		writer_u8(out, (uint8_t)(value >> 8 * i));
}

static void octets_add(struct writer *out, unsigned field, const void *data, size_t size)
{
	key_add(out, field, WIRE_OCTETS);
	varint_add(out, size);
	writer_bytes(out, data, size);
}

static void text_field_add(struct writer *out, unsigned field, struct span text)
{
	if (text.size > 0)
		octets_add(out, field, text.data, text.size);
}

static void endpoint_add(struct writer *out, unsigned address, unsigned port, const struct ip_endpoint *endpoint)
{
	if (!ip_addr_is_any(&endpoint->addr))
		octets_add(out, address, endpoint->addr.bytes, ip_addr_size(endpoint->addr.family));
	if (endpoint->port != 0)
		number_add(out, port, endpoint->port);
}

static void time_add(struct writer *out, unsigned second, unsigned nanosecond, uint64_t time_us)
{
	if (time_us == 0)
		return;
	number_add(out, second, time_us / 1000000);
	fixed32_add(out, nanosecond, (uint32_t)(time_us % 1000000) * 1000);
}

static void message_add(struct writer *out, const struct tap_message *message)
{
	static const uint64_t protocols[TRANSPORT_COUNT] = {[TRANSPORT_UDP] = 1, [TRANSPORT_TCP] = 2};
	bool is_response = tap_is_response(message->type);
	number_add(out, MESSAGE_TYPE, (uint64_t)message->type);
	number_add(out, MESSAGE_FAMILY, message->response.addr.family == FAMILY_IPV6 ? 2 : 1);
	number_add(out, MESSAGE_PROTOCOL, protocols[message->transport]);
	endpoint_add(out, MESSAGE_QUERY_ADDRESS, MESSAGE_QUERY_PORT, &message->query);
	endpoint_add(out, MESSAGE_RESPONSE_ADDRESS, MESSAGE_RESPONSE_PORT, &message->response);
	time_add(out, MESSAGE_QUERY_SECOND, MESSAGE_QUERY_NANOSECOND, message->query_us);
	if (!is_response)
		octets_add(out, MESSAGE_QUERY, message->octets.data, message->octets.size);
	text_field_add(out, MESSAGE_ZONE, message->zone);
	time_add(out, MESSAGE_RESPONSE_SECOND, MESSAGE_RESPONSE_NANOSECOND, message->response_us);
	if (is_response)
		octets_add(out, MESSAGE_RESPONSE, message->octets.data, message->octets.size);
}

void tap_message_encode(const struct tap_source *source, const struct tap_message *message, struct writer *out)
{
	text_field_add(out, DNSTAP_IDENTITY, source->identity);
	text_field_add(out, DNSTAP_VERSION, source->version);
	text_field_add(out, DNSTAP_EXTRA, source->extra);
	key_add(out, DNSTAP_MESSAGE, WIRE_OCTETS);
	uint8_t *length = writer_reserve(out, LENGTH_SIZE);
	size_t before = out->size;
	message_add(out, message);
	size_t size = out->size - before;
	for (unsigned i = 0; length != NULL && i < LENGTH_SIZE; i++)
		length[i] = (uint8_t)((size >> 7 * i & 0x7f) | (i + 1 < LENGTH_SIZE ? 0x80 : 0));
	number_add(out, DNSTAP_TYPE, DNSTAP_TYPE_MESSAGE);
}

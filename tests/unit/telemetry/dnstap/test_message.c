/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader of signals gets out what went in; dnstap-read and kdig are asked in tests/system/test_dnstap.py. */
#include "telemetry/dnstap/message.h"

#include "signals/dnstap.h"
#include "tests/unit/cmocka_all.h"

/* www.example. AAAA, RD, id 0x1234; as an answer QR besides and NXDOMAIN. */
static const uint8_t question[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\3www\7example\0\0\x1c\0\1";
static const uint8_t denial[] = "\x12\x34\x81\3\0\1\0\0\0\0\0\0\3www\7example\0\0\x1c\0\1";

static struct tap_message message_of(enum tap_type type, const char *query, const char *response)
{
	struct tap_message message = {.type = type,
	                              .transport = TRANSPORT_TCP,
	                              .query_us = 1795318005870123,
	                              .zone = span_of("\7example", 9),
	                              .octets = span_of(question, sizeof(question) - 1)};
	if (tap_is_response(type)) {
		message.response_us = message.query_us + 2103;
		message.octets = span_of(denial, sizeof(denial) - 1);
	}
	assert_int_equal(ip_endpoint_from_text(query, 0, &message.query), ERR_OK);
	assert_int_equal(ip_endpoint_from_text(response, 0, &message.response), ERR_OK);
	return message;
}

static const struct tap_source source = {
	.identity = {(const uint8_t *)"ns1", 3}, .version = {(const uint8_t *)"1", 1}, .extra = {(const uint8_t *)"office", 6}};

static enum line_verdict read_back(const struct tap_message *message, struct event *ret)
{
	uint8_t frame[1024];
	struct writer out = writer_of(frame, sizeof(frame));
	tap_message_encode(&source, message, &out);
	assert_false(out.is_full);
	assert_true(out.size <= message->octets.size + message->zone.size + 10 + TAP_MESSAGE_ROOM);
	event_clear(ret);
	return dnstap_read(writer_span(&out), ret);
}

static void test_clients(void **state)
{
	(void)state;
	static const struct {
		enum tap_type type;
		const char *query, *response;
		enum event_kind kind;
		enum event_stream stream;
	} rows[] = {
		{TAP_AUTH_QUERY, "2001:db8:c::10@39627", "2001:db8:f::1@53", EVENT_QUERY, STREAM_AUTHORITATIVE},
		{TAP_AUTH_RESPONSE, "192.0.2.10@39627", "192.0.2.1@5353", EVENT_REPLY, STREAM_AUTHORITATIVE},
		{TAP_CLIENT_QUERY, "192.0.2.10@39627", "192.0.2.1@53", EVENT_QUERY, STREAM_RECURSIVE},
		{TAP_CLIENT_RESPONSE, "2001:db8:c::10@39627", "2001:db8:f::1@53", EVENT_REPLY, STREAM_RECURSIVE}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tap_message message = message_of(rows[i].type, rows[i].query, rows[i].response);
		struct event event;
		assert_int_equal(read_back(&message, &event), LINE_EVENT);
		assert_int_equal(event.kind, rows[i].kind);
		assert_int_equal(event.stream, rows[i].stream);
		assert_int_equal(event.transport, EVENT_TCP);
		assert_true(ip_addr_equal(&event.client.addr, &message.query.addr));
		assert_int_equal(event.client.port, 39627);
		assert_true(ip_addr_equal(&event.server, &message.response.addr));
		assert_int_equal(event.time_us, message.query_us + (event.kind == EVENT_REPLY ? 2103 : 0));
		assert_string_equal(event.service, "office");
		assert_int_equal(event.id, 0x1234);
		if (event.kind == EVENT_REPLY) {
			assert_int_equal(event.duration_us, 2103);
			assert_int_equal(event.rcode, 3);
		}
	}
}

static void test_servers(void **state)
{
	(void)state;
	static const enum tap_type types[] = {TAP_RESOLVER_RESPONSE, TAP_FORWARDER_RESPONSE};
	for (size_t i = 0; i < 2; i++) {
		uint8_t refused[sizeof(denial) - 1];
		memcpy(refused, denial, sizeof(refused));
		refused[3] = 5;
		struct tap_message message = message_of(types[i], "::", "192.0.2.53@53");
		message.octets = span_of(refused, sizeof(refused));
		struct event event;
		assert_int_equal(read_back(&message, &event), LINE_EVENT);
		assert_int_equal(event.kind, EVENT_UPSTREAM);
		assert_true(ip_addr_equal(&event.upstream.addr, &message.response.addr));
		assert_int_equal(event.upstream.port, 53);
		assert_false(event_has(&event, EVENT_HAS_CLIENT));
	}
}

static void test_no_room(void **state)
{
	(void)state;
	const struct tap_message message = message_of(TAP_CLIENT_QUERY, "192.0.2.10@39627", "192.0.2.1@53");
	uint8_t frame[128];
	for (size_t room = 0; room < sizeof(frame); room++) {
		struct writer out = writer_of(frame, room);
		tap_message_encode(&source, &message, &out);
		assert_true(out.size <= room);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_clients), cmocka_unit_test(test_servers),
	                                   cmocka_unit_test(test_no_room)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

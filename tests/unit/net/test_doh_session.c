/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/doh_session.h"

#include "base/text.h"
#include "base/writer.h"

#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#define QUESTION "a question"
#define RESPONSE_FIELDS                                                                                                \
	"\x00\x07:status\x03"                                                                                          \
	"200"                                                                                                          \
	"\x00\x0c"                                                                                                     \
	"content-type\x17"                                                                                             \
	"application/dns-message"
#define FIELDS(text) text, sizeof(text) - 1

enum { DATA, HEADERS, RST_STREAM = 3, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION };
enum { ACK = 1, END_STREAM = 1, END_HEADERS = 4 };

static struct doh_session *session_new(void)
{
	struct doh_session *session;
	struct span octets;
	assert_int_equal(doh_session_new("ns1.example", "/dns-query", span_text(QUESTION), &session), ERR_OK);
	do
		assert_int_equal(doh_session_take(session, &octets), ERR_OK);
	while (octets.size > 0);
	return session;
}

/* RFC 9113 4.1. */
static void frame_write(struct writer *out, uint8_t type, uint8_t flags, uint32_t stream, const char *payload,
			size_t size)
{
	writer_u8(out, (uint8_t)(size >> 16));
	writer_u16(out, (uint16_t)size);
	writer_u8(out, type);
	writer_u8(out, flags);
	writer_u16(out, (uint16_t)(stream >> 16));
	writer_u16(out, (uint16_t)stream);
	writer_bytes(out, payload, size);
}

/* The stream in pieces of that size; the first error, or ERR_OK. */
static int play(struct doh_session *session, const struct writer *stream, size_t piece)
{
	int err = ERR_OK;
	assert_false(stream->is_full);
	for (size_t at = 0; at < stream->size && err == ERR_OK && !doh_session_is_done(session); at += piece) {
		struct span out;
		err = doh_session_put(
			session, span_of(stream->data + at, stream->size - at < piece ? stream->size - at : piece));
		do
			err = err == ERR_OK ? doh_session_take(session, &out) : err;
		while (err == ERR_OK && out.size > 0);
	}
	return err;
}

/* --- What is sent, as nghttp2's own server reads it --- */

static int field_note(nghttp2_session *http, const nghttp2_frame *frame, const uint8_t *name, size_t name_size,
		      const uint8_t *value, size_t value_size, uint8_t flags, void *user)
{
	text_addf(user, "%.*s: %.*s\n", (int)name_size, (const char *)name, (int)value_size, (const char *)value);
	return 0;
}

static int body_note(nghttp2_session *http, uint8_t flags, int32_t stream, const uint8_t *data, size_t size, void *user)
{
	text_addf(user, "%.*s", (int)size, (const char *)data);
	return 0;
}

static void test_request(void **state)
{
	struct text seen = {0};
	struct doh_session *session;
	struct span octets;
	nghttp2_session *server;
	nghttp2_session_callbacks *callbacks;
	assert_int_equal(nghttp2_session_callbacks_new(&callbacks), 0);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, field_note);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, body_note);
	assert_int_equal(nghttp2_session_server_new(&server, callbacks, &seen), 0);
	nghttp2_session_callbacks_del(callbacks);
	assert_int_equal(doh_session_new("ns1.example:8443", "/q", span_text(QUESTION), &session), ERR_OK);
	for (;;) {
		assert_int_equal(doh_session_take(session, &octets), ERR_OK);
		if (octets.size == 0)
			break;
		assert_int_equal(nghttp2_session_mem_recv(server, octets.data, octets.size), octets.size);
	}
	assert_string_equal(text_string(&seen),
			    ":method: POST\n:scheme: https\n:authority: ns1.example:8443\n:path: /q\n"
			    "accept: application/dns-message\ncontent-type: application/dns-message\n"
			    "content-length: 10\n" QUESTION);
	nghttp2_session_del(server);
	doh_session_free(session);
	text_free(&seen);
}

/* --- What comes --- */

static void test_responses(void **state)
{
	static const struct {
		const char *fields;
		size_t size;
		uint16_t status;
		bool is_dns_message;
	} rows[] = {
		{FIELDS(RESPONSE_FIELDS), 200, true},
		{FIELDS("\x00\x07:status\x03"
			"404"
			"\x00\x0c"
			"content-type\x09"
			"text/html"),
		 404, false},
		{FIELDS("\x00\x07:status\x03"
			"200"
			"\x00\x0c"
			"content-type\x1a"
			"Application/DNS-Message;a="),
		 200, true},
		{FIELDS("\x00\x07:status\x03"
			"200"
			"\x00\x0c"
			"content-type\x18"
			"application/dns-messages"),
		 200, false},
		{FIELDS("\x00\x07:status\x03"
			"200"),
		 200, false},
	};
	static const size_t pieces[] = {1, 7, 4096};
	for (size_t i = 0; i < 3 * sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[512];
		struct writer out = writer_of(octets, sizeof(octets));
		struct doh_session *session = session_new();
		frame_write(&out, SETTINGS, 0, 0, "", 0);
		frame_write(&out, HEADERS, END_HEADERS, 1,
			    FIELDS("\x00\x07:status\x03"
				   "103")); /* RFC 9110 15.2 */
		frame_write(&out, HEADERS, END_HEADERS, 1, rows[i / 3].fields, rows[i / 3].size);
		frame_write(&out, DATA, 0, 1, "the ", 4);
		frame_write(&out, PING, 0, 0, "12345678", 8);
		frame_write(&out, DATA, END_STREAM, 1, "answer", 6);
		assert_int_equal(play(session, &out, pieces[i % 3]), ERR_OK);
		assert_true(doh_session_is_done(session));
		struct doh_response response = doh_session_response(session);
		assert_int_equal(response.status, rows[i / 3].status);
		assert_int_equal(response.is_dns_message, rows[i / 3].is_dns_message);
		assert_int_equal(response.body.size, 10);
		assert_memory_equal(response.body.data, "the answer", 10);
		doh_session_free(session);
	}
}

/* A trailer cannot make a DNS message of what was none. */
static void test_trailers(void **state)
{
	uint8_t octets[512];
	struct writer out = writer_of(octets, sizeof(octets));
	struct doh_session *session = session_new();
	frame_write(&out, SETTINGS, 0, 0, "", 0);
	frame_write(&out, HEADERS, END_HEADERS, 1,
		    FIELDS("\x00\x07:status\x03"
			   "200"));
	frame_write(&out, DATA, 0, 1, "x", 1);
	frame_write(&out, HEADERS, END_HEADERS | END_STREAM, 1,
		    FIELDS("\x00\x0c"
			   "content-type\x17"
			   "application/dns-message"));
	assert_int_equal(play(session, &out, 4096), ERR_OK);
	assert_true(doh_session_is_done(session));
	assert_false(doh_session_response(session).is_dns_message);
	doh_session_free(session);
}

static void test_what_is_no_response(void **state)
{
	static const struct {
		uint8_t type, flags;
		uint32_t stream;
		const char *payload;
		size_t size;
		int err;
	} rows[] = {
		{RST_STREAM, 0, 1, FIELDS("\0\0\0\x01"), ERR_TRUNCATED},
		{GOAWAY, 0, 0, FIELDS("\0\0\0\0\0\0\0\0"), ERR_TRUNCATED},
		{DATA, END_STREAM, 1, FIELDS("no fields before"), ERR_SYNTAX},
		{HEADERS, END_HEADERS, 1,
		 FIELDS("\x00\x01"
			"a\x01"
			"b"),
		 ERR_TRUNCATED}, /* no :status */
		{HEADERS, END_HEADERS | END_STREAM, 1,
		 FIELDS("\x00\x07:status\x03"
			"103"),
		 ERR_TRUNCATED},
		{HEADERS, END_HEADERS, 1,
		 FIELDS("\x00\x07:status\x03"
			"000"),
		 ERR_SYNTAX},
		{HEADERS, END_HEADERS, 1, FIELDS("\xff\xff\xff\xff\xff\xff"), ERR_SYNTAX},
		{HEADERS, END_HEADERS, 2, FIELDS(RESPONSE_FIELDS), ERR_SYNTAX},
		{PUSH_PROMISE, END_HEADERS, 1, FIELDS("\0\0\0\x02" RESPONSE_FIELDS), ERR_SYNTAX},
		{SETTINGS, 0, 0, FIELDS("\0"), ERR_SYNTAX},
		{WINDOW_UPDATE, 0, 0, FIELDS("\0\0\0\0"), ERR_SYNTAX},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[512];
		struct writer out = writer_of(octets, sizeof(octets));
		struct doh_session *session = session_new();
		frame_write(&out, SETTINGS, 0, 0, "", 0);
		frame_write(&out, SETTINGS, ACK, 0, "", 0); /* ours forbid pushes */
		frame_write(&out, rows[i].type, rows[i].flags, rows[i].stream, rows[i].payload, rows[i].size);
		frame_write(&out, PING, 0, 0, "12345678", 8);
		assert_int_equal(play(session, &out, 4096), rows[i].err);
		assert_false(doh_session_is_done(session));
		doh_session_free(session);
	}
	struct doh_session *session = session_new();
	uint8_t text[64];
	struct writer out = writer_of(text, sizeof(text));
	writer_bytes(&out, FIELDS("HTTP/1.1 400 Bad Request\r\n\r\n"));
	assert_int_equal(play(session, &out, 4096), ERR_SYNTAX);
	doh_session_free(session);
}

/* --- What has no end --- */

static void test_limits(void **state)
{
	size_t room = 8 * DOH_STREAM_MAX;
	static char long_field[128] = "\x00\x01"
				      "a\x64";
	static char block[10000];
	uint8_t *octets = malloc(room);
	assert_non_null(octets);
	memset(long_field + 4, 'b', 100);
	for (int row = 0; row < 3; row++) {
		struct writer out = writer_of(octets, room);
		struct doh_session *session = session_new();
		frame_write(&out, SETTINGS, 0, 0, "", 0);
		if (row == 0) { /* fields: each block is small enough */
			frame_write(&out, HEADERS, END_HEADERS, 1,
				    FIELDS("\x00\x07:status\x03"
					   "103"));
			for (int i = 0; i < DOH_HEADERS_MAX / 100; i++) {
				char one[160] = "\x00\x07:status\x03"
						"103";
				memcpy(one + 13, long_field, 104);
				frame_write(&out, HEADERS, END_HEADERS, 1, one, 13 + 104);
			}
		} else if (row == 1) { /* the body */
			frame_write(&out, HEADERS, END_HEADERS, 1, FIELDS(RESPONSE_FIELDS));
			for (int i = 0; i < 8; i++)
				frame_write(&out, DATA, 0, 1, block, sizeof(block));
		} else { /* what is neither */
			for (int i = 0; i < DOH_STREAM_MAX / 17 + 100; i++)
				frame_write(&out, PING, ACK, 0, "12345678", 8);
		}
		assert_int_equal(play(session, &out, 4096), ERR_LIMIT);
		assert_false(doh_session_is_done(session));
		assert_true(doh_session_response(session).body.size <= DOH_BODY_MAX);
		doh_session_free(session);
	}
	free(octets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),  cmocka_unit_test(test_responses),
		cmocka_unit_test(test_trailers), cmocka_unit_test(test_what_is_no_response),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

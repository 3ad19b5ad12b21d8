/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames made by hand from dnstap.proto; BIND's own are read in tests/system/test_tail.py. */
#include "signals/line.h"

#include "tests/unit/cmocka_all.h"

static const uint8_t client6[16] = {0x20, 1, 0x0d, 0xb8, [15] = 0x10}, server4[4] = {192, 0, 2, 53}, any6[16];
/* a.lab AAAA: a question with RD and an OPT record of 1232 octets with DO; an answer, SERVFAIL, with EDE 6 */
static const uint8_t question[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01\1a\3lab\0\x00\x1c\x00\x01"
				  "\0\x00\x29\x04\xd0\x00\x00\x80\x00\x00\x00";
static const uint8_t answer[] = "\x12\x34\x81\x82\x00\x01\x00\x00\x00\x00\x00\x01\1a\3lab\0\x00\x1c\x00\x01"
				"\0\x00\x29\x04\xd0\x00\x00\x80\x00\x00\x0a\x00\x0f\x00\x06\x00\x06"
				"late";

static uint8_t frame[600];
static size_t frame_size;

static void octets_add(uint8_t number, const void *data, size_t size)
{
	frame[frame_size++] = (uint8_t)(number << 3 | 2);
	frame[frame_size++] = (uint8_t)size;
	memcpy(frame + frame_size, data, size);
	frame_size += size;
}

static void varint_add(uint8_t number, uint64_t value)
{
	frame[frame_size++] = (uint8_t)(number << 3);
	for (; value >= 0x80; value >>= 7)
		frame[frame_size++] = (uint8_t)(value | 0x80);
	frame[frame_size++] = (uint8_t)value;
}

static void fixed32_add(uint8_t number, uint32_t value)
{
	frame[frame_size++] = (uint8_t)(number << 3 | 5);
	for (int i = 0; i < 4; i++)
		frame[frame_size++] = (uint8_t)(value >> 8 * i);
}

static void message_begin(unsigned type, unsigned protocol)
{
	frame_size = 0;
	varint_add(1, type);
	varint_add(3, protocol);
}

/* The message as field 14 of a frame. */
static enum line_verdict message_end(struct event *ret)
{
	uint8_t whole[620] = {14 << 3 | 2, (uint8_t)(frame_size | 0x80), (uint8_t)(frame_size >> 7)};
	struct line_reader reader = {.format = LINE_ANY};
	memcpy(whole + 3, frame, frame_size);
	return line_read_frame(&reader, span_of(whole, 3 + frame_size), ret);
}

static void test_question(void **state)
{
	(void)state;
	struct event event;
	message_begin(5, 1);
	octets_add(4, client6, 16);
	octets_add(5, server4, 4);
	varint_add(6, 50000);
	varint_add(8, 1795318005);
	fixed32_add(9, 870123456);
	octets_add(10, question, sizeof(question) - 1);
	assert_int_equal(message_end(&event), LINE_EVENT);
	assert_int_equal(event.kind, EVENT_QUERY);
	assert_int_equal(event.stream, STREAM_RECURSIVE);
	assert_int_equal(event.time_us, 1795318005870123);
	assert_int_equal(event.client.port, 50000);
	assert_int_equal(event.client.addr.family, FAMILY_IPV6);
	assert_int_equal(event.server.family, FAMILY_IPV4);
	assert_int_equal(event.qtype, 28);
	assert_int_equal(event.edns_size, 1232);
	assert_int_equal(event.transport, EVENT_UDP);
	assert_int_equal(event.flags & event.flags_known, EVENT_RD | EVENT_DO | EVENT_EDNS);
	assert_false(event_has(&event, EVENT_HAS_RCODE) || (event.flags_known & EVENT_TC) != 0);
}

static void test_answer(void **state)
{
	(void)state;
	struct event event;
	message_begin(2, 2);
	varint_add(8, 1795318005);
	fixed32_add(9, 870123456);
	varint_add(12, 1795318005);
	fixed32_add(13, 872226456);
	octets_add(14, answer, sizeof(answer) - 1);
	assert_int_equal(message_end(&event), LINE_EVENT);
	assert_int_equal(event.kind, EVENT_REPLY);
	assert_int_equal(event.stream, STREAM_AUTHORITATIVE);
	assert_int_equal(event.rcode, 2);
	assert_int_equal(event.ede, 6);
	assert_int_equal(event.duration_us, 2103);
	assert_int_equal(event.size, sizeof(answer) - 1);
	assert_int_equal(event.transport, EVENT_TCP);
	assert_string_equal(event.reason, "late");
	/* CD and DO are the question's to tell. */
	assert_int_equal(event.flags_known, EVENT_RD | EVENT_AA | EVENT_TC | EVENT_RA | EVENT_AD | EVENT_EDNS);
	assert_false(event_has(&event, EVENT_HAS_CLIENT) || event_has(&event, EVENT_HAS_EDNS_SIZE));
}

/* Of questions to other servers, failures are told; BIND's own address is :: there and says nothing. */
static void test_upstream(void **state)
{
	(void)state;
	struct event event;
	message_begin(3, 1);
	octets_add(10, question, sizeof(question) - 1);
	assert_int_equal(message_end(&event), LINE_PASSED_OVER);
	message_begin(4, 1);
	octets_add(4, any6, 16);
	octets_add(5, server4, 4);
	varint_add(7, 53);
	octets_add(14, answer, sizeof(answer) - 1);
	assert_int_equal(message_end(&event), LINE_EVENT);
	assert_int_equal(event.kind, EVENT_UPSTREAM);
	assert_int_equal(event.upstream.port, 53);
	assert_false(event_has(&event, EVENT_HAS_CLIENT));
	uint8_t good[sizeof(answer) - 1];
	memcpy(good, answer, sizeof(good));
	good[3] = 0x80;
	message_begin(4, 1);
	octets_add(14, good, sizeof(good));
	assert_int_equal(message_end(&event), LINE_PASSED_OVER);
}

static void test_malformed(void **state)
{
	(void)state;
	struct event event;
	struct line_reader reader = {.format = LINE_ANY};
	static const char *const frames[] = {"", "\x72\x05\141bc", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
					     "\x74", "\x08"};
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++)
		assert_int_equal(line_read_frame(&reader, span_text(frames[i]), &event), LINE_UNREAD);
	assert_int_equal(reader.unread_count, sizeof(frames) / sizeof(*frames));
	message_begin(5, 1); /* without a DNS message */
	assert_int_equal(message_end(&event), LINE_PASSED_OVER);
	message_begin(99, 1);
	octets_add(10, question, sizeof(question) - 1);
	assert_int_equal(message_end(&event), LINE_PASSED_OVER);
	/* An address of an odd size and a port beyond 65535 are not told. */
	message_begin(5, 1);
	octets_add(4, client6, 5);
	varint_add(6, 70000);
	octets_add(10, question, sizeof(question) - 1);
	assert_int_equal(message_end(&event), LINE_EVENT);
	assert_false(event_has(&event, EVENT_HAS_CLIENT) || event_has(&event, EVENT_HAS_CLIENT_PORT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_question), cmocka_unit_test(test_answer),
					   cmocka_unit_test(test_upstream), cmocka_unit_test(test_malformed)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

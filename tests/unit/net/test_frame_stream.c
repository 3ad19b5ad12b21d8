/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/frame_stream.h"

#include "base/writer.h"
#include "tests/unit/cmocka_all.h"

#include <fstrm.h>

static void feed(struct frame_peer *peer, const void *data, size_t size)
{
	const uint8_t *at = data;
	while (size > 0) {
		size_t room;
		uint8_t *to = frame_peer_room(peer, &room);
		assert_non_null(to);
		size_t part = size < room ? size : room;
		memcpy(to, at, part);
		frame_peer_filled(peer, part);
		at += part;
		size -= part;
	}
}

static void feed_control(struct frame_peer *peer, enum frame_control control)
{
	uint8_t octets[FRAME_CONTROL_OCTETS];
	feed(peer, octets, frame_control_encode(control, octets));
}

/* libfstrm is the judge of control frames. */
static void test_control_frames(void **state)
{
	(void)state;
	static const fstrm_control_type types[] = {FSTRM_CONTROL_ACCEPT, FSTRM_CONTROL_START, FSTRM_CONTROL_STOP,
	                                           FSTRM_CONTROL_READY, FSTRM_CONTROL_FINISH};
	for (size_t i = 0; i < 5; i++) {
		uint8_t own[FRAME_CONTROL_OCTETS], theirs[FSTRM_CONTROL_FRAME_LENGTH_MAX];
		size_t size = frame_control_encode((enum frame_control)types[i], own), their_size = sizeof(theirs);
		struct fstrm_control *control = fstrm_control_init();
		enum frame_control read;
		assert_int_equal(fstrm_control_decode(control, own, size, FSTRM_CONTROL_FLAG_WITH_HEADER), fstrm_res_success);
		fstrm_control_type type;
		assert_int_equal(fstrm_control_get_type(control, &type), fstrm_res_success);
		assert_int_equal(type, types[i]);
		assert_int_equal(fstrm_control_encode(control, theirs, &their_size, FSTRM_CONTROL_FLAG_WITH_HEADER),
		                 fstrm_res_success);
		assert_int_equal(size, their_size);
		assert_memory_equal(own, theirs, size);
		assert_int_equal(frame_control_decode(span_of(own + 8, size - 8), &read), ERR_OK);
		assert_int_equal(read, types[i]);
		fstrm_control_destroy(&control);
	}
}

static void test_content_types(void **state)
{
	(void)state;
	static const struct {
		const char *types[3];
		int rc;
	} rows[] = {{{NULL}, ERR_OK},
	            {{"protobuf:other.Thing", FRAME_DNSTAP, NULL}, ERR_OK},
	            {{"protobuf:other.Thing", NULL}, ERR_UNSUPPORTED},
	            {{"protobuf:dnstap.Dnstap2", "", NULL}, ERR_UNSUPPORTED}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[FSTRM_CONTROL_FRAME_LENGTH_MAX];
		size_t size = sizeof(octets);
		enum frame_control read;
		struct fstrm_control *control = fstrm_control_init();
		assert_int_equal(fstrm_control_set_type(control, FSTRM_CONTROL_READY), fstrm_res_success);
		for (size_t j = 0; rows[i].types[j] != NULL; j++)
			assert_int_equal(fstrm_control_add_field_content_type(control, (const uint8_t *)rows[i].types[j],
			                                                      strlen(rows[i].types[j])), fstrm_res_success);
		assert_int_equal(fstrm_control_encode(control, octets, &size, 0), fstrm_res_success);
		assert_int_equal(frame_control_decode(span_of(octets, size), &read), rows[i].rc);
		fstrm_control_destroy(&control);
	}
	static const char *const bad[] = {"\0\0\0\0", "\0\0\0\6", "\0\0\0\4\0\0\0\2\0\0\0\0", "\0\0\0\4\0\0\0\1\0\0\0\7abcd"};
	static const size_t sizes[] = {4, 4, 12, 16};
	enum frame_control read;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(frame_control_decode(span_of(bad[i], sizes[i]), &read), ERR_SYNTAX);
}

static void assert_reply(struct frame_peer *peer, enum frame_control control)
{
	uint8_t octets[FRAME_CONTROL_OCTETS];
	size_t size = frame_control_encode(control, octets);
	struct span reply = frame_peer_reply(peer);
	assert_int_equal(reply.size, size);
	assert_memory_equal(reply.data, octets, size);
	assert_int_equal(frame_peer_reply(peer).size, 0);
}

static void test_conversation(void **state)
{
	(void)state;
	struct frame_peer *peer = frame_peer_new();
	struct span frame;
	assert_int_equal(frame_peer_next(peer, &frame), FRAME_MORE);
	feed_control(peer, FRAME_CONTROL_READY);
	feed_control(peer, FRAME_CONTROL_START); /* before it was told ACCEPT: all of it at once */
	feed(peer, "\0\0\0\3abc\0\0\0\2", 11);
	assert_int_equal(frame_peer_next(peer, &frame), FRAME_MORE);
	assert_reply(peer, FRAME_CONTROL_ACCEPT);
	assert_int_equal(frame_peer_next(peer, &frame), FRAME_DATA);
	assert_int_equal(frame.size, 3);
	assert_memory_equal(frame.data, "abc", 3);
	assert_true(frame_peer_has_started(peer));
	assert_int_equal(frame_peer_next(peer, &frame), FRAME_MORE);
	feed(peer, "de", 2);
	feed_control(peer, FRAME_CONTROL_STOP);
	assert_int_equal(frame_peer_next(peer, &frame), FRAME_DATA);
	assert_memory_equal(frame.data, "de", 2);
	assert_int_equal(frame_peer_next(peer, &frame), FRAME_ENDED);
	assert_reply(peer, FRAME_CONTROL_FINISH);
	assert_int_equal(frame_peer_next(peer, &frame), FRAME_ENDED);
	frame_peer_free(peer);
}

/* A sender that does not listen: START first, and no FINISH for it. The largest frame passes. */
static void test_one_way(void **state)
{
	(void)state;
	static uint8_t large[FRAME_DATA_MAX + 4];
	store_u32(large, FRAME_DATA_MAX);
	large[FRAME_DATA_MAX + 3] = 7;
	struct frame_peer *peer = frame_peer_new();
	struct span frame;
	feed_control(peer, FRAME_CONTROL_START);
	assert_int_equal(frame_peer_next(peer, &frame), FRAME_MORE);
	feed(peer, large, sizeof(large));
	assert_int_equal(frame_peer_next(peer, &frame), FRAME_DATA);
	assert_int_equal(frame.size, FRAME_DATA_MAX);
	assert_int_equal(frame.data[FRAME_DATA_MAX - 1], 7);
	feed_control(peer, FRAME_CONTROL_STOP);
	assert_int_equal(frame_peer_next(peer, &frame), FRAME_ENDED);
	assert_int_equal(frame_peer_reply(peer).size, 0);
	frame_peer_free(peer);
}

static void test_hostile(void **state)
{
	(void)state;
	static const struct {
		const char *octets;
		size_t size;
		const char *trouble;
	} rows[] = {
		{"\0\0\0\1a", 5, "data before START"},
		{"GET / HTTP/1.1\r\n\r\n", 18, "131072"},
		{"\0\0\0\0\0\0\2\1", 8, "512"},
		{"\0\0\0\0\0\0\0\0", 8, "none"},
		{"\0\0\0\0\0\0\0\4\0\0\0\3", 12, "out of turn"},
		{"\0\0\0\0\0\0\0\4\0\0\0\4\0\0\0\0\0\0\0\4\0\0\0\4", 24, "out of turn"},
		{"\0\0\0\0\0\0\0\4\0\0\0\2\0\2\0\1", 16, "131072"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct frame_peer *peer = frame_peer_new();
		struct span frame;
		enum frame_next next;
		feed(peer, rows[i].octets, rows[i].size);
		do
			next = frame_peer_next(peer, &frame);
		while (next == FRAME_MORE && frame_peer_reply(peer).size > 0);
		assert_int_equal(next, FRAME_BROKEN);
		assert_non_null(strstr(frame_peer_trouble(peer), rows[i].trouble));
		assert_int_equal(frame_peer_next(peer, &frame), FRAME_BROKEN);
		frame_peer_free(peer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_control_frames), cmocka_unit_test(test_content_types),
	                                   cmocka_unit_test(test_conversation), cmocka_unit_test(test_one_way),
	                                   cmocka_unit_test(test_hostile)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

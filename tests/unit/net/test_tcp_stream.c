/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tcp_stream.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdlib.h>

/* The far end: echoes queries; each answer is the query and `padding` more octets. It takes `window` octets, no more. */
struct far_end {
	size_t padding, window;
	uint8_t got[1 << 20];
	size_t got_size;
	unsigned sends, answers;
	bool is_lost;
};

static size_t far_answer(void *owner, struct span message, struct writer *out)
{
	struct far_end *far = owner;
	far->answers++;
	if (message.size == 0)
		return 0;
	writer_bytes(out, message.data, message.size);
	uint8_t *more = writer_reserve(out, far->padding);
	assert_non_null(more);
	memset(more, 0xaa, far->padding);
	return out->size;
}

static ssize_t far_send(void *owner, struct span octets)
{
	struct far_end *far = owner;
	far->sends++;
	if (far->is_lost)
		return -EPIPE;
	size_t size = octets.size < far->window ? octets.size : far->window;
	assert_true(far->got_size + size <= sizeof(far->got));
	memcpy(far->got + far->got_size, octets.data, size);
	far->got_size += size;
	far->window -= size;
	return (ssize_t)size;
}

static struct tcp_scratch scratch;
static struct far_end far;

static int feed(struct tcp_stream *stream, const uint8_t *octets, size_t size)
{
	struct tcp_port port = {&far, far_answer, far_send};
	while (size > 0) {
		size_t room;
		uint8_t *at = tcp_stream_room(stream, &scratch, &room);
		assert_non_null(at);
		assert_true(room > 0);
		size_t part = size < room ? size : room;
		memcpy(at, octets, part);
		int rc = tcp_stream_feed(stream, &scratch, &port, part);
		if (rc != ERR_OK)
			return rc;
		octets += part;
		size -= part;
	}
	return ERR_OK;
}

static size_t queries_write(uint8_t *at, size_t count, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		store_u16(at + i * (size + 2), (uint16_t)size);
		memset(at + i * (size + 2) + 2, (int)i, size);
	}
	return count * (size + 2);
}

static void test_many_in_one_turn(void **state)
{
	(void)state;
	far = (struct far_end){.padding = 10, .window = SIZE_MAX};
	struct tcp_stream stream = {0};
	uint8_t queries[4096];
	size_t size = queries_write(queries, 50, 30);
	assert_int_equal(feed(&stream, queries, size), ERR_OK);
	assert_int_equal(far.answers, 50);
	assert_int_equal(far.sends, 1); /* all answers left in one */
	assert_int_equal(far.got_size, 50 * 42);
	for (size_t i = 0; i < 50; i++) {
		assert_int_equal(load_u16(far.got + i * 42), 40);
		assert_int_equal(far.got[i * 42 + 2], i);
	}
	assert_true(tcp_stream_is_idle(&stream));
	tcp_stream_end(&stream);
}

static void test_octet_by_octet(void **state)
{
	(void)state;
	far = (struct far_end){.window = SIZE_MAX};
	struct tcp_stream stream = {0};
	static uint8_t queries[200000];
	size_t size = queries_write(queries, 3, 65535);
	for (size_t i = 0; i < size; i++) {
		assert_int_equal(feed(&stream, queries + i, 1), ERR_OK);
		assert_true(stream.in_capacity <= FRAMING_MAX);
	}
	assert_int_equal(far.got_size, size);
	assert_memory_equal(far.got, queries, size);
	assert_true(tcp_stream_is_idle(&stream));
	tcp_stream_end(&stream);
}

/* A client that announces much and sends little costs little. */
static void test_announcing_costs_nothing(void **state)
{
	(void)state;
	far = (struct far_end){.window = SIZE_MAX};
	struct tcp_stream stream = {0};
	assert_int_equal(feed(&stream, (const uint8_t[]){0xff, 0xff, 1}, 3), ERR_OK);
	assert_false(tcp_stream_is_idle(&stream));
	assert_true(stream.in_capacity <= 1024);
	tcp_stream_end(&stream);
}

static void test_slow_reader_is_bounded(void **state)
{
	(void)state;
	far = (struct far_end){.padding = 60000, .window = 1000};
	struct tcp_stream stream = {0};
	struct tcp_port port = {&far, far_answer, far_send};
	uint8_t queries[1024];
	size_t size = queries_write(queries, 10, 20);
	assert_int_equal(feed(&stream, queries, size), ERR_OK);
	assert_true(tcp_stream_is_blocked(&stream));
	assert_true(far.answers < 10); /* it did not go on answering */
	assert_true(stream.out_size <= TCP_SCRATCH_OUT);
	for (unsigned turn = 0; tcp_stream_is_blocked(&stream); turn++) {
		assert_true(turn < 10000);
		far.window = 777;
		assert_int_equal(tcp_stream_drain(&stream, &scratch, &port), ERR_OK);
	}
	assert_int_equal(far.answers, 10);
	assert_int_equal(far.got_size, 10 * (2 + 20 + 60000));
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(far.got[i * 60022 + 2], i);
	assert_true(tcp_stream_is_idle(&stream));
	tcp_stream_end(&stream);
}

static void test_no_answer_sends_nothing(void **state)
{
	(void)state;
	far = (struct far_end){.window = SIZE_MAX};
	struct tcp_stream stream = {0};
	assert_int_equal(feed(&stream, (const uint8_t[]){0, 0, 0, 0}, 4), ERR_OK);
	assert_int_equal(far.answers, 2);
	assert_int_equal(far.sends, 0);
	tcp_stream_end(&stream);
}

static void test_lost(void **state)
{
	(void)state;
	far = (struct far_end){.is_lost = true};
	struct tcp_stream stream = {0};
	assert_int_equal(feed(&stream, (const uint8_t[]){0, 1, 7}, 3), -EPIPE);
	tcp_stream_end(&stream);
}

/* A far end that answers later: it holds the stream after three queries. */
static size_t late_answer(void *owner, struct span message, struct writer *out)
{
	struct tcp_stream *stream = owner;
	(void)message;
	(void)out;
	far.answers++;
	stream->is_held = far.answers % 3 == 0;
	return 0;
}

static ssize_t late_send(void *owner, struct span octets)
{
	(void)owner;
	return far_send(&far, octets);
}

static void test_held_stream_takes_no_more(void **state)
{
	(void)state;
	far = (struct far_end){.window = SIZE_MAX};
	struct tcp_stream stream = {0};
	const struct tcp_port port = {&stream, late_answer, late_send};
	uint8_t *at;
	size_t room;
	at = tcp_stream_room(&stream, &scratch, &room);
	size_t size = queries_write(at, 8, 20);
	assert_int_equal(tcp_stream_feed(&stream, &scratch, &port, size), ERR_OK);
	assert_int_equal(far.answers, 3);
	assert_int_equal(tcp_stream_resume(&stream, &scratch, &port), ERR_OK); /* still held */
	assert_int_equal(far.answers, 3);
	stream.is_held = false;
	assert_int_equal(tcp_stream_resume(&stream, &scratch, &port), ERR_OK);
	assert_int_equal(far.answers, 6);
	stream.is_held = false;
	assert_int_equal(tcp_stream_resume(&stream, &scratch, &port), ERR_OK);
	assert_int_equal(far.answers, 8);
	assert_int_equal(stream.message_count, 8);
	assert_true(tcp_stream_is_idle(&stream));
	tcp_stream_end(&stream);
}

static void test_late_answers_stand_behind_untaken_ones(void **state)
{
	(void)state;
	far = (struct far_end){.window = 7};
	struct tcp_stream stream = {0};
	const struct tcp_port port = {&stream, late_answer, late_send};
	for (uint8_t i = 0; i < 5; i++) {
		uint8_t message[10];
		memset(message, i, sizeof(message));
		assert_int_equal(tcp_stream_append(&stream, &port, &scratch, span_of(message, sizeof(message))), ERR_OK);
		far.window += 3; /* taken from the middle of a message, and only when it is drained */
		assert_true(tcp_stream_is_blocked(&stream));
		assert_int_equal(tcp_stream_drain(&stream, &scratch, &port), ERR_OK);
	}
	far.window = SIZE_MAX;
	assert_int_equal(tcp_stream_drain(&stream, &scratch, &port), ERR_OK);
	assert_int_equal(far.got_size, 5 * 12);
	for (uint8_t i = 0; i < 5; i++) {
		assert_int_equal(load_u16(far.got + i * 12), 10);
		assert_int_equal(far.got[i * 12 + 11], i);
	}
	assert_false(tcp_stream_is_blocked(&stream));
	tcp_stream_end(&stream);
}

static void test_late_answers_are_bounded(void **state)
{
	(void)state;
	far = (struct far_end){0};
	struct tcp_stream stream = {0};
	const struct tcp_port port = {&stream, late_answer, late_send};
	static uint8_t message[60000];
	int rc = ERR_OK;
	unsigned count = 0;
	for (; rc == ERR_OK && count < 100; count++)
		rc = tcp_stream_append(&stream, &port, &scratch, span_of(message, sizeof(message)));
	assert_int_equal(rc, ERR_LIMIT);
	assert_in_range(count, 4, 8);
	tcp_stream_end(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_in_one_turn),        cmocka_unit_test(test_octet_by_octet),
		cmocka_unit_test(test_announcing_costs_nothing), cmocka_unit_test(test_slow_reader_is_bounded),
		cmocka_unit_test(test_no_answer_sends_nothing), cmocka_unit_test(test_lost),
		cmocka_unit_test(test_held_stream_takes_no_more), cmocka_unit_test(test_late_answers_stand_behind_untaken_ones),
		cmocka_unit_test(test_late_answers_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

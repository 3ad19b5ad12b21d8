/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/arena.h"
#include "base/encoding.h"
#include "base/random.h"
#include "base/ring.h"
#include "base/text.h"
#include "base/writer.h"

#include "tests/unit/cmocka_all.h"

static void arena_gives_and_takes_back(void **state)
{
	struct arena *arena = arena_new(8192);
	assert_non_null(arena);
	size_t before = arena_size(arena);
	for (int i = 0; i < 1000; i++) {
		uint8_t *piece = arena_alloc(arena, 100, 64);
		assert_non_null(piece);
		assert_int_equal((uintptr_t)piece % 64, 0);
		memset(piece, i, 100);
	}
	uint8_t *large = arena_alloc_zeroed(arena, 1 << 20, 8);
	assert_non_null(large);
	assert_int_equal(large[(1 << 20) - 1], 0);
	assert_true(arena_size(arena) > before + (1 << 20));
	arena_reset(arena);
	assert_int_equal(arena_size(arena), before);
	assert_string_equal(arena_text(arena, "abcdef", 3), "abc");
	arena_trim(arena);
	arena_free(arena);
	arena_free(NULL);
}

static void writer_stops_at_its_end(void **state)
{
	uint8_t buffer[4] = {9, 9, 9, 9};
	struct writer writer = writer_of(buffer, 3);
	writer_u16(&writer, 0x0102);
	writer_u16(&writer, 0x0304);
	assert_true(writer.is_full);
	writer_u8(&writer, 5); /* would fit, but the order is broken already */
	assert_int_equal(writer.size, 2);
	assert_int_equal(buffer[2], 9);
}

/* RFC 4648 10. */
static void encodings_round_trip(void **state)
{
	static const char *const rows[][4] = {
		{"", "", "", ""},         {"f", "66", "Zg==", "co"},        {"fo", "666F", "Zm8=", "cpng"},
		{"foo", "666F6F", "Zm9v", "cpnmu"}, {"foob", "666F6F62", "Zm9vYg==", "cpnmuog"},
		{"foobar", "666F6F626172", "Zm9vYmFy", "cpnmuoj1e8"},
	};
	void (*const encode[])(struct span, struct text *) = {hex_encode, base64_encode, base32hex_encode};
	int (*const decode[])(struct span, struct writer *) = {hex_decode, base64_decode, base32hex_decode};
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		for (size_t i = 0; i < 3; i++) {
			struct text text = {0};
			encode[i](span_text(rows[row][0]), &text);
			assert_string_equal(text_string(&text), rows[row][i + 1]);
			uint8_t octets[16];
			struct writer out = writer_of(octets, sizeof(octets));
			assert_int_equal(decode[i](span_text(text_string(&text)), &out), ERR_OK);
			assert_true(span_equal(writer_span(&out), span_text(rows[row][0])));
			text_free(&text);
		}
	}
}

static void decoders_refuse(void **state)
{
	static const char *const base64[] = {"Zg", "Zg=", "Zh==", "Z===", "=", "Zm9v Yg==", "Zg==Zg=="};
	for (size_t i = 0; i < sizeof(base64) / sizeof(base64[0]); i++) {
		uint8_t octets[16];
		struct writer out = writer_of(octets, sizeof(octets));
		assert_int_equal(base64_decode(span_text(base64[i]), &out), ERR_SYNTAX);
	}
	uint8_t octets[2];
	struct writer out = writer_of(octets, sizeof(octets));
	assert_int_equal(hex_decode(span_text("abc"), &out), ERR_SYNTAX);
	assert_int_equal(hex_decode(span_text("ag"), &out), ERR_SYNTAX);
	out = writer_of(octets, sizeof(octets));
	assert_int_equal(hex_decode(span_text("aabbcc"), &out), ERR_SPACE);
	out = writer_of(octets, sizeof(octets));
	assert_int_equal(base32hex_decode(span_text("c"), &out), ERR_SYNTAX);
	assert_int_equal(base32hex_decode(span_text("cw"), &out), ERR_SYNTAX);
}

/* The vectors of the SipHash paper's reference: key 00..0f, input 00..n. */
static void siphash_vectors(void **state)
{
	uint8_t key[16], input[15];
	for (uint8_t i = 0; i < 16; i++)
		key[i] = i;
	for (uint8_t i = 0; i < 15; i++)
		input[i] = i;
	assert_true(siphash(key, input, 15) == 0xa129ca6149be45e5);
	assert_true(siphash(key, input, 0) == 0x726fdb47dd0e0e31);
}

static void json_escapes(void **state)
{
	struct text out = {0};
	struct json_writer json = {.out = &out};
	json_begin_object(&json, NULL);
	json_text(&json, "a", "q\"\\\n\x01\xc3\xa9\xff\xed\xa0\x80\x7f\xc2\x9b\xc2\xa0");
	json_begin_array(&json, "b");
	json_number(&json, NULL, -5);
	json_bool(&json, NULL, true);
	json_nothing(&json, NULL);
	json_end_array(&json);
	json_decimal(&json, "c", 0.5);
	json_end_object(&json);
	assert_string_equal(text_string(&out), "{\"a\":\"q\\\"\\\\\\n\\u0001\xc3\xa9\\ufffd\\ufffd\\ufffd\\ufffd\\u007f\\u009b\xc2\xa0\","
	                                       "\"b\":[-5,true,null],\"c\":0.5}");
	text_free(&out);
}

static void ring_tells_when_a_quarter_is_full(void **state)
{
	(void)state;
	struct ring *ring = ring_new(4096);
	struct span item;
	unsigned count = 0;
	for (; !ring_is_filling(ring); count++) {
		assert_non_null(ring_reserve(ring, 56));
		ring_commit(ring);
	}
	assert_int_equal(count, 4096 / 4 / 64 + 1);
	assert_true(ring_peek(ring, &item));
	ring_release(ring);
	assert_false(ring_is_filling(ring));
	ring_free(ring);
}

static void ring_keeps_order_and_counts_drops(void **state)
{
	struct ring *ring = ring_new(4096);
	uint32_t next_out = 0, next_in = 0;
	for (unsigned round = 0; round < 5000; round++) {
		size_t size = 4 + (round * 37) % 300;
		uint8_t *item = ring_reserve(ring, size);
		if (item != NULL) {
			memcpy(item, &next_in, 4);
			memset(item + 4, (int)next_in, size - 4);
			next_in++;
			ring_commit(ring);
		}
		struct span got;
		if (round % 3 != 0 && ring_peek(ring, &got)) {
			uint32_t number;
			memcpy(&number, got.data, 4);
			assert_int_equal(number, next_out);
			for (size_t i = 4; i < got.size; i++)
				assert_int_equal(got.data[i], (uint8_t)number);
			next_out++;
			ring_release(ring);
		}
	}
	assert_true(ring_dropped(ring) > 0);
	assert_int_equal(ring_dropped(ring) + next_in, 5000);
	assert_null(ring_reserve(ring, 4096));
	ring_free(ring);
}

static void text_grows(void **state)
{
	struct text text = {0};
	assert_string_equal(text_string(&text), "");
	for (int i = 0; i < 1000; i++)
		text_addf(&text, "%d,", i);
	assert_int_equal(text.size, 3890);
	text_clear(&text);
	text_add(&text, "ab");
	text_pad_to(&text, 0, 5);
	text_add_char(&text, 'c');
	assert_string_equal(text_string(&text), "ab   c");
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_and_takes_back),
		cmocka_unit_test(writer_stops_at_its_end),
		cmocka_unit_test(encodings_round_trip),
		cmocka_unit_test(decoders_refuse),
		cmocka_unit_test(siphash_vectors),
		cmocka_unit_test(json_escapes),
		cmocka_unit_test(ring_tells_when_a_quarter_is_full),
		cmocka_unit_test(ring_keeps_order_and_counts_drops),
		cmocka_unit_test(text_grows),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}

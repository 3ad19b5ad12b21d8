/* SPDX-License-Identifier: BSD-2-Clause */
#include "exchange/stream.h"

#include "tests/unit/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

static struct stream_scratch scratch;

struct seen {
	size_t count, octets, most;
	uint8_t last;
};

static bool take(void *owner, struct span message)
{
	struct seen *seen = owner;
	seen->count++;
	seen->octets += message.size;
	if (message.size > 0)
		seen->last = message.data[message.size - 1];
	return seen->count < seen->most;
}

/* Messages of these sizes in a row, each filled with its number. */
static const size_t sizes[] = {12, 0, 512, 1, 65535, 3000, 65535, 40};
enum { MESSAGES = 8 };

static size_t octets_make(uint8_t *octets)
{
	size_t at = 0;
	for (size_t i = 0; i < MESSAGES; i++) {
		store_u16(octets + at, (uint16_t)sizes[i]);
		memset(octets + at + 2, (int)i + 1, sizes[i]);
		at += 2 + sizes[i];
	}
	return at;
}

static void test_however_cut(void **state)
{
	(void)state;
	static const size_t cuts[] = {1, 2, 3, 13, 500, 4096, 65537, 1 << 20};
	uint8_t *octets = malloc(1 << 18);
	size_t size = octets_make(octets);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct stream stream = {0};
		struct seen seen = {.most = SIZE_MAX};
		for (size_t at = 0; at < size;) {
			size_t room;
			uint8_t *to = stream_room(&stream, &scratch, &room);
			assert_non_null(to);
			assert_true(room > 0);
			size_t part = size - at < cuts[i] ? size - at : cuts[i];
			part = part < room ? part : room;
			memcpy(to, octets + at, part);
			assert_int_equal(stream_feed(&stream, &scratch, part, take, &seen), ERR_OK);
			at += part;
		}
		assert_int_equal(seen.count, MESSAGES);
		assert_int_equal(seen.octets, size - 2 * MESSAGES);
		assert_int_equal(seen.last, MESSAGES);
		assert_null(stream.kept); /* nothing is left, so nothing is kept */
		stream_end(&stream);
	}
	free(octets);
}

static void test_no_more_wanted(void **state)
{
	(void)state;
	struct stream stream = {0};
	struct seen seen = {.most = 2};
	size_t room;
	memset(stream_room(&stream, &scratch, &room), 0, 10);
	assert_int_equal(stream_feed(&stream, &scratch, 10, take, &seen), ERR_LIMIT);
	assert_int_equal(seen.count, 2);
	stream_end(&stream);
}

/* A length of 65,535 that is announced costs nothing until its octets come. */
static void test_memory_follows_octets(void **state)
{
	(void)state;
	struct stream stream = {0};
	struct seen seen = {.most = SIZE_MAX};
	size_t room;
	memset(stream_room(&stream, &scratch, &room), 0xff, 3);
	assert_int_equal(stream_feed(&stream, &scratch, 3, take, &seen), ERR_OK);
	assert_true(stream.capacity <= 2048);
	stream_end(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_however_cut),
		cmocka_unit_test(test_no_more_wanted),
		cmocka_unit_test(test_memory_follows_octets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

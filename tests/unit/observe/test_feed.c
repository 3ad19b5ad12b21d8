/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/feed.h"

#include "tests/unit/observe/events.h"

#include <stdlib.h>

static size_t count_in(const char *text, const char *part)
{
	size_t count = 0;
	for (; (text = strstr(text, part)) != NULL; text++)
		count++;
	return count;
}

static void test_filter_and_order(void **state)
{
	(void)state;
	struct feed *feed = feed_new(T0);
	struct where_fault fault;
	struct where *where;
	assert_int_equal(where_parse(span_text("qtype=AAAA"), &where, &fault), ERR_OK);
	struct feed_reader reader = {.next = feed_next(feed), .stream = STREAM_RECURSIVE, .where = where};
	struct event aaaa = answer_of("2001:db8::1", "bad\\010\\013name.example.com", "AAAA", "NOERROR");
	struct event a = answer_of("2001:db8::1", "www.example.com", "A", "NOERROR"), other = aaaa;
	struct signal signal = {.id = 7, .sensor = SENSOR_AAAA_SERVFAIL, .scope = {.kind = SCOPE_ALL}};
	other.stream = STREAM_AUTHORITATIVE;
	feed_event(feed, &a);
	feed_event(feed, &aaaa);
	feed_event(feed, &other);
	feed_signal(feed, &signal);
	struct text out = {0};
	feed_read(feed, &reader, 10000, &out);
	assert_int_equal(count_in(text_string(&out), "event: query\nid: 1800000000000001\ndata: {"), 1);
	assert_int_equal(count_in(text_string(&out), "event: signal\nid: 1800000000000003\ndata: {"), 1);
	assert_int_equal(count_in(text_string(&out), "event: "), 2);
	assert_int_equal(count_in(text_string(&out), "}\n\n"), 2);
	assert_int_equal(count_in(text_string(&out), "\n"), 8); /* a name breaks no line */
	text_clear(&out);
	feed_read(feed, &reader, 10000, &out);
	assert_int_equal(out.size, 0);
	text_free(&out);
	where_free(where);
	feed_free(feed);
}

static void test_slow_reader_is_told(void **state)
{
	(void)state;
	struct feed *feed = feed_new(T0);
	struct feed_reader reader = {.next = feed_next(feed)};
	struct event event = answer_of("2001:db8::1", "www.example.com", "AAAA", "NOERROR");
	for (int i = 0; i < FEED_EVENTS + 10; i++)
		feed_event(feed, &event);
	struct text out = {0};
	feed_read(feed, &reader, 1000, &out);
	static const char told[] = "event: dropped\ndata: {\"count\":10}\n\nevent: query\n";
	assert_int_equal(strncmp(text_string(&out), told, strlen(told)), 0);
	assert_true(out.size < 30000);
	size_t read = count_in(text_string(&out), "event: query");
	while (out.size > 0) {
		text_clear(&out);
		feed_read(feed, &reader, 1000, &out);
		read += count_in(text_string(&out), "event: query");
		assert_null(strstr(text_string(&out), "dropped"));
	}
	assert_int_equal(read, FEED_EVENTS);
	text_free(&out);
	feed_free(feed);
}

static void test_where_it_goes_on(void **state)
{
	(void)state;
	struct feed *feed = feed_new(T0);
	struct event event = answer_of("2001:db8::1", "www.example.com", "AAAA", "NOERROR");
	assert_int_equal(feed_after(feed, 0), T0);
	for (int i = 0; i < 5; i++)
		feed_event(feed, &event);
	assert_int_equal(feed_after(feed, T0 + 1), T0 + 2);
	assert_int_equal(feed_after(feed, T0 + 4), T0 + 5);
	assert_int_equal(feed_after(feed, T0 + 5), T0); /* of a run to come: not of this one */
	assert_int_equal(feed_after(feed, 17), T0);     /* of a run before */
	assert_int_equal(feed_after(feed, UINT64_MAX), T0);
	assert_int_equal(feed_next(feed), T0 + 5);
	feed_free(feed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_and_order),
		cmocka_unit_test(test_slow_reader_is_told),
		cmocka_unit_test(test_where_it_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

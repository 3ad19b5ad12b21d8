/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/feed.h"

#include "observe/report.h"
#include "signals/column.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#define CHUNK 32 /* events that are copied in one go under the lock */

struct feed_item {
	bool is_signal;
	union {
		struct event event;
		struct signal signal;
	};
};

struct feed {
	pthread_mutex_t lock;
	uint64_t first, next; /* ids */
	struct feed_item items[FEED_EVENTS];
};

struct feed *feed_new(uint64_t now_us)
{
	struct feed *feed = calloc(1, sizeof(*feed));
	if (feed == NULL)
		return NULL;
	feed->first = feed->next = now_us;
	pthread_mutex_init(&feed->lock, NULL);
	return feed;
}

void feed_free(struct feed *feed)
{
	free(feed);
}

/* --- In --- */

static struct feed_item *item_next(struct feed *feed)
{
	if (feed->next - feed->first == FEED_EVENTS)
		feed->first++;
	return &feed->items[feed->next++ % FEED_EVENTS];
}

void feed_event(struct feed *feed, const struct event *event)
{
	pthread_mutex_lock(&feed->lock);
	struct feed_item *item = item_next(feed);
	item->is_signal = false;
	item->event = *event;
	pthread_mutex_unlock(&feed->lock);
}

void feed_signal(struct feed *feed, const struct signal *signal)
{
	pthread_mutex_lock(&feed->lock);
	struct feed_item *item = item_next(feed);
	item->is_signal = true;
	item->signal = *signal;
	pthread_mutex_unlock(&feed->lock);
}

/* --- Out --- */

uint64_t feed_next(struct feed *feed)
{
	pthread_mutex_lock(&feed->lock);
	uint64_t next = feed->next;
	pthread_mutex_unlock(&feed->lock);
	return next;
}

uint64_t feed_after(struct feed *feed, uint64_t seen)
{
	pthread_mutex_lock(&feed->lock);
	uint64_t next = seen < feed->first || seen >= feed->next ? feed->first : seen + 1;
	pthread_mutex_unlock(&feed->lock);
	return next;
}

static bool is_wanted(const struct feed_reader *reader, const struct event *event)
{
	if (reader->stream != STREAM_UNKNOWN && event->stream != reader->stream)
		return false;
	return reader->where == NULL || where_judge(reader->where, event) == TRUTH_YES;
}

/* No line of what is printed is broken: names and reasons are escaped (RFC 8259), JSON has no line ends. */
static void item_print(const struct feed_item *item, uint64_t id, struct text *out)
{
	text_addf(out, "event: %s\nid: %" PRIu64 "\ndata: ", item->is_signal ? "signal" : "query", id);
	if (item->is_signal) {
		json_t *json = signal_json(&item->signal);
		char *text = json_dumps(json, JSON_COMPACT);
		text_addf(out, "%s\n", text != NULL ? text : "null");
		free(text);
		json_decref(json);
	} else {
		event_print_json(&item->event, out); /* ends the line */
	}
	text_add_char(out, '\n');
}

static size_t chunk_copy(struct feed *feed, struct feed_reader *reader, struct feed_item *chunk, uint64_t *ret_lost)
{
	size_t count = 0;
	pthread_mutex_lock(&feed->lock);
	if (reader->next > feed->next)
		reader->next = feed->next;
	*ret_lost = reader->next < feed->first ? feed->first - reader->next : 0;
	reader->next += *ret_lost;
	while (count < CHUNK && reader->next + count < feed->next) {
		chunk[count] = feed->items[(reader->next + count) % FEED_EVENTS];
		count++;
	}
	pthread_mutex_unlock(&feed->lock);
	return count;
}

void feed_read(struct feed *feed, struct feed_reader *reader, size_t most, struct text *out)
{
	struct feed_item chunk[CHUNK];
	size_t count, begin = out->size;
	do {
		uint64_t lost;
		count = chunk_copy(feed, reader, chunk, &lost);
		if (lost > 0)
			text_addf(out, "event: dropped\ndata: {\"count\":%" PRIu64 "}\n\n", lost);
		for (size_t i = 0; i < count; i++) {
			if (chunk[i].is_signal || is_wanted(reader, &chunk[i].event))
				item_print(&chunk[i], reader->next + i, out);
		}
		reader->next += count;
	} while (count > 0 && out->size - begin < most);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "exchange/stream.h"

#include <errno.h>
#include <stdlib.h>

#define CAPACITY_MIN 2048

void stream_end(struct stream *stream)
{
	free(stream->kept);
	*stream = (struct stream){0};
}

/* Most reads bring whole replies and go through the scratch: an idle connection keeps no buffer. */
uint8_t *stream_room(struct stream *stream, struct stream_scratch *scratch, size_t *ret_size)
{
	if (stream->size == 0) {
		*ret_size = sizeof(scratch->octets);
		return scratch->octets;
	}
	/* What is kept is less than one whole message, so FRAMING_MAX always leaves room. */
	if (stream->size == stream->capacity) {
		size_t capacity = 2 * stream->capacity < FRAMING_MAX ? 2 * stream->capacity : FRAMING_MAX;
		uint8_t *kept = realloc(stream->kept, capacity);
		if (kept == NULL)
			return NULL;
		stream->kept = kept;
		stream->capacity = capacity;
	}
	*ret_size = stream->capacity - stream->size;
	return stream->kept + stream->size;
}

static int rest_keep(struct stream *stream, struct span rest, bool is_own)
{
	if (rest.size == 0) {
		stream_end(stream);
		return ERR_OK;
	}
	if (!is_own) {
		stream->capacity = rest.size > CAPACITY_MIN ? rest.size : CAPACITY_MIN;
		stream->kept = malloc(stream->capacity);
		if (stream->kept == NULL)
			return -ENOMEM;
	}
	memmove(stream->kept, rest.data, rest.size);
	stream->size = rest.size;
	return ERR_OK;
}

int stream_feed(struct stream *stream, struct stream_scratch *scratch, size_t size, stream_take *take, void *owner)
{
	bool is_own = stream->size > 0;
	struct span rest = span_of(is_own ? stream->kept : scratch->octets, stream->size + size), message;
	while (framing_take(&rest, &message)) {
		if (!take(owner, message))
			return ERR_LIMIT;
	}
	return rest_keep(stream, rest, is_own);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DNS messages in a stream: each behind two octets of length (RFC 1035 4.2.2, RFC 7766 8).
 * Stateless; views are borrowed from the stream.
 * Never reads past what has arrived.
 */
#ifndef NET_FRAMING_H
#define NET_FRAMING_H

#include "base/span.h"

#define FRAMING_PREFIX_SIZE 2
#define FRAMING_MESSAGE_MAX 65535
#define FRAMING_MAX (FRAMING_PREFIX_SIZE + FRAMING_MESSAGE_MAX)

/* Takes the first whole message off the stream; false: it has not all arrived, nothing is taken. */
static inline bool framing_take(struct span *stream, struct span *ret_message)
{
	if (stream->size < FRAMING_PREFIX_SIZE)
		return false;
	size_t size = load_u16(stream->data);
	if (stream->size - FRAMING_PREFIX_SIZE < size)
		return false;
	*ret_message = span_of(stream->data + FRAMING_PREFIX_SIZE, size);
	*stream = span_of(stream->data + FRAMING_PREFIX_SIZE + size, stream->size - FRAMING_PREFIX_SIZE - size);
	return true;
}

/* Octets from the start of the stream to the end of its first message, as far as that is known. */
static inline size_t framing_wanted(struct span stream)
{
	if (stream.size < FRAMING_PREFIX_SIZE)
		return FRAMING_PREFIX_SIZE;
	return FRAMING_PREFIX_SIZE + (size_t)load_u16(stream.data);
}

#endif

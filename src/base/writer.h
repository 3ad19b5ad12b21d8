/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Appends octets to a buffer of fixed capacity.
 * Borrowed buffer: the caller owns it and reads data[0..size) afterwards.
 * Never writes past capacity: the first append that does not fit sets is_full, writes nothing, and
 * every later append is refused too, so one check at the end is enough.
 */
#ifndef BASE_WRITER_H
#define BASE_WRITER_H

#include "base/span.h"

struct writer {
	uint8_t *data;
	size_t size;     /* octets written */
	size_t capacity; /* octets that fit */
	bool is_full;
};

static inline struct writer writer_of(void *buffer, size_t capacity)
{
	return (struct writer){.data = buffer, .size = 0, .capacity = capacity, .is_full = false};
}

static inline struct span writer_span(const struct writer *writer)
{
	return span_of(writer->data, writer->size);
}

/* Room for size octets at the end, counted as written; NULL when it does not fit. */
static inline uint8_t *writer_reserve(struct writer *writer, size_t size)
{
	if (writer->is_full || writer->capacity - writer->size < size) {
		writer->is_full = true;
		return NULL;
	}
	uint8_t *at = writer->data + writer->size;
	writer->size += size;
	return at;
}

static inline void writer_bytes(struct writer *writer, const void *data, size_t size)
{
	uint8_t *at = writer_reserve(writer, size);
	if (at != NULL && size > 0)
		memcpy(at, data, size);
}

static inline void writer_u8(struct writer *writer, uint8_t value)
{
	writer_bytes(writer, &value, 1);
}

static inline void writer_u16(struct writer *writer, uint16_t value)
{
	uint8_t *at = writer_reserve(writer, 2);
	if (at != NULL)
		store_u16(at, value);
}

static inline void writer_u32(struct writer *writer, uint32_t value)
{
	uint8_t *at = writer_reserve(writer, 4);
	if (at != NULL)
		store_u32(at, value);
}

#endif

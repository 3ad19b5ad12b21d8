/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A view of octets, and reading from its front.
 * Borrowed: the octets belong to someone else and must outlive the view.
 * Never reads past its end: each take says whether there was enough, and takes nothing when not.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *data;
	size_t size; /* octets */
};

static inline struct span span_of(const void *data, size_t size)
{
	return (struct span){.data = data, .size = size};
}

static inline struct span span_text(const char *text)
{
	return (struct span){.data = (const uint8_t *)text, .size = strlen(text)};
}

static inline uint16_t load_u16(const uint8_t *at)
{
	return (uint16_t)((at[0] << 8) | at[1]);
}

static inline uint32_t load_u32(const uint8_t *at)
{
	return ((uint32_t)at[0] << 24) | ((uint32_t)at[1] << 16) | ((uint32_t)at[2] << 8) | at[3];
}

static inline void store_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void store_u32(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

static inline bool span_take(struct span *from, size_t size, struct span *ret)
{
	if (from->size < size)
		return false;
	*ret = span_of(from->data, size);
	from->data += size;
	from->size -= size;
	return true;
}

static inline bool span_take_u8(struct span *from, uint8_t *ret)
{
	struct span got;
	if (!span_take(from, 1, &got))
		return false;
	*ret = got.data[0];
	return true;
}

static inline bool span_take_u16(struct span *from, uint16_t *ret)
{
	struct span got;
	if (!span_take(from, 2, &got))
		return false;
	*ret = load_u16(got.data);
	return true;
}

static inline bool span_take_u32(struct span *from, uint32_t *ret)
{
	struct span got;
	if (!span_take(from, 4, &got))
		return false;
	*ret = load_u32(got.data);
	return true;
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

#endif

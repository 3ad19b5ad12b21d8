/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines and words of the small text files that hosts keep: resolv.conf, leases.
 * Views of the caller's octets.
 * Never interprets: an octet 0 ends a word, so that a word can be made a C string.
 */
#ifndef DISCOVER_LINES_H
#define DISCOVER_LINES_H

#include "base/span.h"

/* The line at the front, without its newline; file must not be empty. */
static inline struct span line_take(struct span *file)
{
	const uint8_t *end = memchr(file->data, '\n', file->size);
	size_t size = end == NULL ? file->size : (size_t)(end - file->data);
	struct span line = span_of(file->data, size);
	size_t taken = end == NULL ? size : size + 1;
	file->data += taken;
	file->size -= taken;
	return line;
}

/* The next word between octets of separators ("" at the end of the line). */
static inline struct span word_take(struct span *line, const char *separators)
{
	while (line->size > 0 && line->data[0] != '\0' && strchr(separators, line->data[0]) != NULL) {
		line->data++;
		line->size--;
	}
	size_t size = 0;
	while (size < line->size && line->data[size] != '\0' && strchr(separators, line->data[size]) == NULL)
		size++;
	struct span word = span_of(line->data, size);
	line->data += size;
	line->size -= size;
	return word;
}

/* A word as a C string. false: longer than size - 1 octets. */
static inline bool word_copy(struct span word, char *ret, size_t size)
{
	if (word.size >= size)
		return false;
	memcpy(ret, word.data, word.size);
	ret[word.size] = '\0';
	return true;
}

#endif

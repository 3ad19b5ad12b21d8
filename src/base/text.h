/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Growing text, and JSON written into it.
 * Owned by the caller: start with {0}, end with text_free. data is NUL-terminated once it is not NULL.
 * Never aborts on lack of memory: is_failed is set and later additions are dropped.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/err.h"
#include "base/span.h"

struct text {
	char *data;
	size_t size;     /* characters, without the NUL */
	size_t capacity; /* octets allocated */
	bool is_failed;
};

void text_add(struct text *text, const char *more);
void text_add_size(struct text *text, const char *more, size_t size);
void text_add_char(struct text *text, char more);
void text_addf(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_pad_to(struct text *text, size_t line_start, size_t column); /* spaces up to a column */
/* Room for more characters and the NUL, which the caller may write behind data[size] himself. False: no memory. */
bool text_reserve(struct text *text, size_t more);
void text_clear(struct text *text); /* keeps the memory */
void text_free(struct text *text);
/* The characters, "" when there are none. Borrowed. */
const char *text_string(const struct text *text);

/* The octets of the character at text, of at most size; 0 when it must not reach a reader: control characters (C0, DEL,
 * C1), overrides of the writing direction, broken UTF-8. */
size_t text_character_size(const uint8_t *text, size_t size);
/* Adds text with a "?" for each octet that must not be shown and a blank for a tab; returns the columns taken. */
size_t text_add_clean(struct text *out, const char *text, size_t size);

/* Adds a name as a part of a file's name: letters, digits and the characters of also as they are, others as %XX. "/" must
 * not be among those. */
void text_add_file_name(struct text *out, const char *name, const char *also);

/* An append-only JSON writer: commas are put where they belong. Invalid UTF-8 becomes U+FFFD.
 * No name here is one of jansson's (json_string, json_null ...): programs link both. */
struct json_writer {
	struct text *out;
	bool needs_comma;
};

void json_begin_object(struct json_writer *json, const char *key); /* key NULL: array item or root */
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json, const char *key);
void json_end_array(struct json_writer *json);
void json_text(struct json_writer *json, const char *key, const char *value); /* NULL value: null */
void json_number(struct json_writer *json, const char *key, int64_t value);
void json_decimal(struct json_writer *json, const char *key, double value);
void json_bool(struct json_writer *json, const char *key, bool value);
void json_nothing(struct json_writer *json, const char *key);

#endif

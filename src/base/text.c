/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool text_reserve(struct text *text, size_t more)
{
	if (text->is_failed || more > SIZE_MAX / 4)
		return false;
	size_t needed = text->size + more + 1;
	if (needed <= text->capacity)
		return true;
	size_t capacity = text->capacity == 0 ? 128 : text->capacity;
	while (capacity < needed)
		capacity *= 2;
	char *data = realloc(text->data, capacity);
	if (data == NULL) {
		text->is_failed = true;
		return false;
	}
	text->data = data;
	text->capacity = capacity;
	return true;
}

void text_add_size(struct text *text, const char *more, size_t size)
{
	if (!text_reserve(text, size))
		return;
	if (size > 0)
		memcpy(text->data + text->size, more, size);
	text->size += size;
	text->data[text->size] = '\0';
}

void text_add(struct text *text, const char *more)
{
	text_add_size(text, more, strlen(more));
}

void text_add_char(struct text *text, char more)
{
	text_add_size(text, &more, 1);
}

void text_addf(struct text *text, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (size >= 0 && text_reserve(text, (size_t)size)) {
		vsnprintf(text->data + text->size, (size_t)size + 1, format, again);
		text->size += (size_t)size;
	}
	va_end(again);
}

void text_pad_to(struct text *text, size_t line_start, size_t column)
{
	while (!text->is_failed && text->size < line_start + column)
		text_add_char(text, ' ');
}

void text_clear(struct text *text)
{
	text->size = 0;
	text->is_failed = false;
	if (text->data != NULL)
		text->data[0] = '\0';
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}

const char *text_string(const struct text *text)
{
	return text->data != NULL ? text->data : "";
}

size_t text_character_size(const uint8_t *text, size_t size)
{
	if (text[0] >= 0x20 && text[0] < 0x7f)
		return 1;
	size_t want = text[0] >= 0xc2 && text[0] < 0xe0 ? 2
		      : (text[0] & 0xf0) == 0xe0        ? 3
		      : (text[0] & 0xf8) == 0xf0        ? 4
							: 0;
	if (want == 0 || want > size)
		return 0;
	for (size_t i = 1; i < want; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	if (want == 2 && text[0] == 0xc2 && text[1] < 0xa0)
		return 0; /* U+0080-U+009F: some terminals take them for escape sequences */
	bool is_general = want == 3 && text[0] == 0xe2;
	bool is_override = is_general && text[1] == 0x80 &&
			   ((text[2] >= 0x8b && text[2] <= 0x8f) || (text[2] >= 0xa8 && text[2] <= 0xae));
	bool is_isolate = is_general && text[1] == 0x81 && text[2] >= 0xa0;
	return is_override || is_isolate ? 0 : want;
}

size_t text_add_clean(struct text *out, const char *text, size_t size)
{
	size_t columns = 0;
	for (size_t at = 0; at < size; columns++) {
		const uint8_t *octets = (const uint8_t *)text + at;
		size_t step = text_character_size(octets, size - at);
		if (step > 0)
			text_add_size(out, text + at, step);
		else
			text_add_char(out, octets[0] == '\t' ? ' ' : '?');
		at += step > 0 ? step : 1;
	}
	return columns;
}

void text_add_file_name(struct text *out, const char *name, const char *also)
{
	for (; *name != '\0'; name++) {
		unsigned char c = (unsigned char)*name;
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (is_plain || strchr(also, c) != NULL)
			text_add_char(out, (char)c);
		else
			text_addf(out, "%%%02X", c);
	}
}

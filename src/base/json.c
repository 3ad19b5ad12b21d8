/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include <inttypes.h>
#include <math.h>

/* The octets of one well-formed UTF-8 sequence at `at` (RFC 3629 4), 0 when there is none. */
static size_t utf8_sequence(const uint8_t *at, const uint8_t *end)
{
	if (at[0] < 0x80)
		return 1;
	size_t size = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	if (at[0] < 0xc2 || at[0] > 0xf4 || (size_t)(end - at) < size)
		return 0;
	for (size_t i = 1; i < size; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Overlong forms, surrogates, and what is above U+10FFFF. */
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf0 && at[1] < 0x90) ||
	    (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return size;
}

static void json_escape(struct text *out, uint8_t octet)
{
	static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	for (const char *pair = named; *pair != '\0'; pair += 2) {
		if (octet == (uint8_t)pair[0]) {
			text_add_char(out, '\\');
			text_add_char(out, pair[1]);
			return;
		}
	}
	text_addf(out, "\\u%04x", octet);
}

static bool json_is_plain(uint8_t octet)
{
	/* DEL and the C1 controls need no escape in JSON (RFC 8259 7), but a terminal acts on them. */
	return octet >= 0x20 && octet < 0x7f && octet != '"' && octet != '\\';
}

static void json_quote(struct text *out, const char *value)
{
	const uint8_t *at = (const uint8_t *)value;
	const uint8_t *end = at + strlen(value);
	text_add_char(out, '"');
	while (at < end) {
		const uint8_t *plain = at;
		while (at < end && json_is_plain(*at))
			at++;
		text_add_size(out, (const char *)plain, (size_t)(at - plain));
		if (at == end)
			break;
		size_t size = utf8_sequence(at, end);
		if (size == 1)
			json_escape(out, *at);
		else if (size == 0)
			text_add(out, "\\ufffd");
		else if (at[0] == 0xc2 && at[1] < 0xa0) /* U+0080 to U+009F: the last octet is the number */
			json_escape(out, at[1]);
		else
			text_add_size(out, (const char *)at, size);
		at += size == 0 ? 1 : size;
	}
	text_add_char(out, '"');
}

/* The comma and key in front of a value. */
static void json_lead(struct json_writer *json, const char *key)
{
	if (json->needs_comma)
		text_add_char(json->out, ',');
	if (key != NULL) {
		json_quote(json->out, key);
		text_add_char(json->out, ':');
	}
	json->needs_comma = true;
}

static void json_open(struct json_writer *json, const char *key, char bracket)
{
	json_lead(json, key);
	text_add_char(json->out, bracket);
	json->needs_comma = false;
}

static void json_close(struct json_writer *json, char bracket)
{
	text_add_char(json->out, bracket);
	json->needs_comma = true;
}

void json_begin_object(struct json_writer *json, const char *key)
{
	json_open(json, key, '{');
}

void json_end_object(struct json_writer *json)
{
	json_close(json, '}');
}

void json_begin_array(struct json_writer *json, const char *key)
{
	json_open(json, key, '[');
}

void json_end_array(struct json_writer *json)
{
	json_close(json, ']');
}

void json_text(struct json_writer *json, const char *key, const char *value)
{
	json_lead(json, key);
	if (value == NULL)
		text_add(json->out, "null");
	else
		json_quote(json->out, value);
}

void json_number(struct json_writer *json, const char *key, int64_t value)
{
	json_lead(json, key);
	text_addf(json->out, "%" PRId64, value);
}

void json_decimal(struct json_writer *json, const char *key, double value)
{
	json_lead(json, key);
	if (isfinite(value))
		text_addf(json->out, "%.6g", value);
	else
		text_add(json->out, "null"); /* RFC 8259 6: no NaN, no infinity */
}

void json_bool(struct json_writer *json, const char *key, bool value)
{
	json_lead(json, key);
	text_add(json->out, value ? "true" : "false");
}

void json_nothing(struct json_writer *json, const char *key)
{
	json_lead(json, key);
	text_add(json->out, "null");
}

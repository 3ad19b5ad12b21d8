/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/encoding.h"

/* base64 and base32hex are one thing: bits taken `width` at a time through an alphabet. */
static const char hex_digits[] = "0123456789ABCDEF";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base32hex_digits[] = "0123456789abcdefghijklmnopqrstuv";

void hex_encode(struct span data, struct text *out)
{
	for (size_t i = 0; i < data.size; i++) {
		text_add_char(out, hex_digits[data.data[i] >> 4]);
		text_add_char(out, hex_digits[data.data[i] & 15]);
	}
}

static size_t bits_encode(struct span data, const char *digits, unsigned width, struct text *out)
{
	uint32_t held = 0;
	unsigned bits = 0;
	size_t written = 0;
	uint32_t mask = (1u << width) - 1;
	for (size_t i = 0; i < data.size; i++) {
		held = (held << 8) | data.data[i];
		bits += 8;
		while (bits >= width) {
			bits -= width;
			text_add_char(out, digits[(held >> bits) & mask]);
			written++;
		}
	}
	if (bits > 0) {
		text_add_char(out, digits[(held << (width - bits)) & mask]);
		written++;
	}
	return written;
}

void base64_encode(struct span data, struct text *out)
{
	size_t written = bits_encode(data, base64_digits, 6, out);
	while (written++ % 4 != 0)
		text_add_char(out, '=');
}

void base32hex_encode(struct span data, struct text *out)
{
	bits_encode(data, base32hex_digits, 5, out);
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int base32hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'v' ? c - 'a' + 10 : -1;
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int hex_decode(struct span text, struct writer *out)
{
	if (text.size % 2 != 0)
		return ERR_SYNTAX;
	uint8_t *at = writer_reserve(out, text.size / 2);
	if (at == NULL)
		return ERR_SPACE;
	for (size_t i = 0; i < text.size; i += 2) {
		int high = hex_value(text.data[i]);
		int low = hex_value(text.data[i + 1]);
		if (high < 0 || low < 0)
			return ERR_SYNTAX;
		at[i / 2] = (uint8_t)(high << 4 | low);
	}
	return ERR_OK;
}

/* Left-over bits must be zero, so that each value has one spelling. */
static int bits_decode(struct span text, int (*value_of)(uint8_t), unsigned width, struct writer *out)
{
	uint32_t held = 0;
	unsigned bits = 0;
	for (size_t i = 0; i < text.size; i++) {
		int value = value_of(text.data[i]);
		if (value < 0)
			return ERR_SYNTAX;
		held = (held << width) | (uint32_t)value;
		bits += width;
		if (bits >= 8) {
			bits -= 8;
			writer_u8(out, (uint8_t)(held >> bits));
		}
	}
	if (bits >= width || (held & ((1u << bits) - 1)) != 0)
		return ERR_SYNTAX;
	return out->is_full ? ERR_SPACE : ERR_OK;
}

int base64_decode(struct span text, struct writer *out)
{
	if (text.size % 4 != 0)
		return ERR_SYNTAX;
	for (int i = 0; i < 2 && text.size > 0 && text.data[text.size - 1] == '='; i++)
		text.size--;
	return bits_decode(text, base64_value, 6, out);
}

int base32hex_decode(struct span text, struct writer *out)
{
	return bits_decode(text, base32hex_value, 5, out);
}

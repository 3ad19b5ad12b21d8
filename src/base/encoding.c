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

/* What each character stands for, with a bit that says it stands for something: a table look-up for each character,
 * since zone files hold more of them than of anything else. */
#define VALID 0x40
#define V(value) (VALID | (value))
/* clang-format off */
static const uint8_t hex_values[256] = {
	['0'] = V(0), ['1'] = V(1), ['2'] = V(2), ['3'] = V(3), ['4'] = V(4), ['5'] = V(5), ['6'] = V(6), ['7'] = V(7),
	['8'] = V(8), ['9'] = V(9), ['a'] = V(10), ['A'] = V(10), ['b'] = V(11), ['B'] = V(11), ['c'] = V(12), ['C'] = V(12),
	['d'] = V(13), ['D'] = V(13), ['e'] = V(14), ['E'] = V(14), ['f'] = V(15), ['F'] = V(15),
};

static const uint8_t base32hex_values[256] = {
	['0'] = V(0), ['1'] = V(1), ['2'] = V(2), ['3'] = V(3), ['4'] = V(4), ['5'] = V(5), ['6'] = V(6), ['7'] = V(7),
	['8'] = V(8), ['9'] = V(9), ['a'] = V(10), ['A'] = V(10), ['b'] = V(11), ['B'] = V(11), ['c'] = V(12), ['C'] = V(12),
	['d'] = V(13), ['D'] = V(13), ['e'] = V(14), ['E'] = V(14), ['f'] = V(15), ['F'] = V(15), ['g'] = V(16), ['G'] = V(16),
	['h'] = V(17), ['H'] = V(17), ['i'] = V(18), ['I'] = V(18), ['j'] = V(19), ['J'] = V(19), ['k'] = V(20), ['K'] = V(20),
	['l'] = V(21), ['L'] = V(21), ['m'] = V(22), ['M'] = V(22), ['n'] = V(23), ['N'] = V(23), ['o'] = V(24), ['O'] = V(24),
	['p'] = V(25), ['P'] = V(25), ['q'] = V(26), ['Q'] = V(26), ['r'] = V(27), ['R'] = V(27), ['s'] = V(28), ['S'] = V(28),
	['t'] = V(29), ['T'] = V(29), ['u'] = V(30), ['U'] = V(30), ['v'] = V(31), ['V'] = V(31),
};

static const uint8_t base64_values[256] = {
	['A'] = V(0), ['B'] = V(1), ['C'] = V(2), ['D'] = V(3), ['E'] = V(4), ['F'] = V(5), ['G'] = V(6), ['H'] = V(7),
	['I'] = V(8), ['J'] = V(9), ['K'] = V(10), ['L'] = V(11), ['M'] = V(12), ['N'] = V(13), ['O'] = V(14), ['P'] = V(15),
	['Q'] = V(16), ['R'] = V(17), ['S'] = V(18), ['T'] = V(19), ['U'] = V(20), ['V'] = V(21), ['W'] = V(22), ['X'] = V(23),
	['Y'] = V(24), ['Z'] = V(25), ['a'] = V(26), ['b'] = V(27), ['c'] = V(28), ['d'] = V(29), ['e'] = V(30), ['f'] = V(31),
	['g'] = V(32), ['h'] = V(33), ['i'] = V(34), ['j'] = V(35), ['k'] = V(36), ['l'] = V(37), ['m'] = V(38), ['n'] = V(39),
	['o'] = V(40), ['p'] = V(41), ['q'] = V(42), ['r'] = V(43), ['s'] = V(44), ['t'] = V(45), ['u'] = V(46), ['v'] = V(47),
	['w'] = V(48), ['x'] = V(49), ['y'] = V(50), ['z'] = V(51), ['0'] = V(52), ['1'] = V(53), ['2'] = V(54), ['3'] = V(55),
	['4'] = V(56), ['5'] = V(57), ['6'] = V(58), ['7'] = V(59), ['8'] = V(60), ['9'] = V(61), ['+'] = V(62), ['/'] = V(63),
};
/* clang-format on */

int hex_decode(struct span text, struct writer *out)
{
	if (text.size % 2 != 0)
		return ERR_SYNTAX;
	uint8_t *at = writer_reserve(out, text.size / 2);
	if (at == NULL)
		return ERR_SPACE;
	for (size_t i = 0; i < text.size; i += 2) {
		unsigned high = hex_values[text.data[i]];
		unsigned low = hex_values[text.data[i + 1]];
		if (!(high & low & VALID))
			return ERR_SYNTAX;
		at[i / 2] = (uint8_t)(high << 4 | (low & 15));
	}
	return ERR_OK;
}

/* Left-over bits must be zero, so that each value has one spelling. */
static int bits_decode(struct span text, const uint8_t values[256], unsigned width, struct writer *out)
{
	uint32_t held = 0;
	unsigned bits = 0;
	uint8_t *at = writer_reserve(out, text.size * width / 8);
	if (at == NULL)
		return ERR_SPACE;
	for (size_t i = 0; i < text.size; i++) {
		unsigned value = values[text.data[i]];
		if (!(value & VALID))
			return ERR_SYNTAX;
		held = (held << width) | (value & (VALID - 1));
		bits += width;
		if (bits >= 8) {
			bits -= 8;
			*at++ = (uint8_t)(held >> bits);
		}
	}
	return bits >= width || (held & ((1u << bits) - 1)) != 0 ? ERR_SYNTAX : ERR_OK;
}

/* Whole groups of four characters, three octets each. */
static int base64_groups(struct span text, uint8_t *at)
{
	const uint8_t *end = text.data + text.size;
	for (const uint8_t *group = text.data; group < end; group += 4, at += 3) {
		unsigned a = base64_values[group[0]];
		unsigned b = base64_values[group[1]];
		unsigned c = base64_values[group[2]];
		unsigned d = base64_values[group[3]];
		if (!(a & b & c & d & VALID))
			return ERR_SYNTAX;
		uint32_t bits = (a & 63) << 18 | (b & 63) << 12 | (c & 63) << 6 | (d & 63);
		at[0] = (uint8_t)(bits >> 16);
		at[1] = (uint8_t)(bits >> 8);
		at[2] = (uint8_t)bits;
	}
	return ERR_OK;
}

int base64_decode(struct span text, struct writer *out)
{
	if (text.size % 4 != 0)
		return ERR_SYNTAX;
	if (text.size == 0)
		return ERR_OK;
	/* Only the last group may be padded. */
	struct span whole = span_of(text.data, text.size - 4);
	text = span_of(text.data + whole.size, 4);
	uint8_t *at = writer_reserve(out, whole.size / 4 * 3);
	if (at == NULL)
		return ERR_SPACE;
	int err = base64_groups(whole, at);
	for (int i = 0; i < 2 && text.data[text.size - 1] == '='; i++)
		text.size--;
	return err == ERR_OK ? bits_decode(text, base64_values, 6, out) : err;
}

int base32hex_decode(struct span text, struct writer *out)
{
	return bits_decode(text, base32hex_values, 5, out);
}

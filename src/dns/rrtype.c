/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rrtype.h"

#include "dns/rdata_field.h"

#include <endian.h>
#include <stdio.h>
#include <strings.h>

enum row {
#define RRTYPE(symbol, code, mnemonic, ...) ROW_##symbol,
#define RRTYPE_OPAQUE(symbol, code, mnemonic) ROW_##symbol,
#include "dns/rrtypes.def"
#undef RRTYPE
#undef RRTYPE_OPAQUE
	ROW_COUNT
};

/* clang-format off */
#define F(kind, name) {FIELD_##kind, 0, name}
#define O(kind, name) {FIELD_##kind, RRFIELD_OPTIONAL, name}
#define R(kind, name) {FIELD_##kind, RRFIELD_REPEATED, name}
#define OR(kind, name) {FIELD_##kind, RRFIELD_OPTIONAL | RRFIELD_REPEATED, name}
/* clang-format on */
#define RRTYPE(symbol, code, mnemonic, ...)                                                                            \
	[ROW_##symbol] = {mnemonic, code, (const struct rrfield[]){__VA_ARGS__, {FIELD_END, 0, NULL}}},
#define RRTYPE_OPAQUE(symbol, code, mnemonic) [ROW_##symbol] = {mnemonic, code, NULL},
static const struct rrtype rows[ROW_COUNT] = {
#include "dns/rrtypes.def"
};
#undef RRTYPE
#undef RRTYPE_OPAQUE

/* Codes are dense up to DENSE, with two strays far above: one slot each keeps the look-up a load. */
#define DENSE 264
#define STRAY_FIRST 32768
#define STRAYS 2
#define SLOT(code) ((code) < STRAY_FIRST ? (code) : (code)-STRAY_FIRST + DENSE)

/* Row number plus one; 0: no row. */
static const uint8_t row_of_slot[DENSE + STRAYS] = {
#define RRTYPE(symbol, code, mnemonic, ...) [SLOT(code)] = ROW_##symbol + 1,
#define RRTYPE_OPAQUE(symbol, code, mnemonic) [SLOT(code)] = ROW_##symbol + 1,
#include "dns/rrtypes.def"
#undef RRTYPE
#undef RRTYPE_OPAQUE
};

/* The first row of each letter A-Z; the last entry ends Z. */
static const uint8_t letter_start[27] = {
	ROW_A,   ROW_CAA, ROW_CAA, ROW_DHCID,  ROW_EUI48,  ROW_GPOS,       ROW_GPOS,   ROW_HINFO,   ROW_IPSECKEY,
	ROW_KEY, ROW_KEY, ROW_L32, ROW_MAILA,  ROW_NAPTR,  ROW_OPENPGPKEY, ROW_PTR,    ROW_RESINFO, ROW_RESINFO,
	ROW_SIG, ROW_TA,  ROW_URI, ROW_WALLET, ROW_WALLET, ROW_X25,        ROW_ZONEMD, ROW_ZONEMD,  ROW_COUNT,
};

const struct rrtype *rrtype_find(uint16_t type)
{
	if (type >= DENSE && (type < STRAY_FIRST || type >= STRAY_FIRST + STRAYS))
		return NULL;
	unsigned row = row_of_slot[SLOT(type)];
	return row == 0 ? NULL : &rows[row - 1];
}

/* A word in capitals, in two registers: the first character lowest. Bytes written one by one and read back as words
 * would cost more than all comparisons. */
struct word {
	uint64_t low;
	uint64_t high;
};

/* false: too long for a mnemonic. */
static bool word_of(struct span text, struct word *ret)
{
	uint64_t words[2] = {0, 0};
	if (text.size == 0 || text.size >= RRTYPE_TEXT_MAX)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		c -= c >= 'a' && c <= 'z' ? 0x20 : 0;
		words[i / 8] |= (uint64_t)c << 8 * (i % 8);
	}
	*ret = (struct word){.low = words[0], .high = words[1]};
	return true;
}

static bool word_is(const struct word *word, const char mnemonic[RRTYPE_TEXT_MAX])
{
	uint64_t low;
	uint64_t high;
	memcpy(&low, mnemonic, 8);
	memcpy(&high, mnemonic + 8, 8);
	return le64toh(low) == word->low && le64toh(high) == word->high;
}

/* "TYPE12" and "CLASS12", RFC 3597 5. */
static int numbered_from_text(struct span text, const char *prefix, uint16_t *ret)
{
	size_t size = strlen(prefix);
	uint32_t value;
	if (text.size <= size || strncasecmp((const char *)text.data, prefix, size) != 0 ||
	    rdata_decimal(span_of(text.data + size, text.size - size), UINT16_MAX, &value) != ERR_OK)
		return ERR_NOT_FOUND;
	*ret = (uint16_t)value;
	return ERR_OK;
}

int rrtype_from_text(struct span text, uint16_t *ret)
{
	struct word word;
	if (!word_of(text, &word))
		return ERR_NOT_FOUND;
	unsigned letter = (unsigned)(word.low & 0xff) - 'A';
	if (letter >= 26)
		return ERR_NOT_FOUND;
	for (unsigned row = letter_start[letter]; row < letter_start[letter + 1]; row++) {
		if (word_is(&word, rows[row].mnemonic)) {
			*ret = rows[row].code;
			return ERR_OK;
		}
	}
	return numbered_from_text(text, "TYPE", ret);
}

void rrtype_to_text(uint16_t type, char ret_text[RRTYPE_TEXT_MAX])
{
	const struct rrtype *row = rrtype_find(type);
	if (row != NULL)
		memcpy(ret_text, row->mnemonic, RRTYPE_TEXT_MAX);
	else
		snprintf(ret_text, RRTYPE_TEXT_MAX, "TYPE%u", type);
}

bool rrtype_is_meta(uint16_t type)
{
	return type == 0 || type == RR_OPT || (type >= 128 && type <= 255);
}

bool rrtype_is_singleton(uint16_t type)
{
	return type == RR_SOA || type == RR_CNAME || type == RR_DNAME;
}

static const struct {
	char text[RRTYPE_TEXT_MAX];
	uint16_t code;
} classes[] = {{"IN", CLASS_IN}, {"CH", CLASS_CH}, {"HS", CLASS_HS}, {"NONE", CLASS_NONE}, {"ANY", CLASS_ANY}};
#define CLASS_ROWS (sizeof classes / sizeof classes[0])

int rrclass_from_text(struct span text, uint16_t *ret)
{
	struct word word;
	if (!word_of(text, &word))
		return ERR_NOT_FOUND;
	for (size_t i = 0; i < CLASS_ROWS; i++) {
		if (word_is(&word, classes[i].text)) {
			*ret = classes[i].code;
			return ERR_OK;
		}
	}
	return numbered_from_text(text, "CLASS", ret);
}

void rrclass_to_text(uint16_t class, char ret_text[RRTYPE_TEXT_MAX])
{
	for (size_t i = 0; i < CLASS_ROWS; i++) {
		if (classes[i].code == class) {
			memcpy(ret_text, classes[i].text, RRTYPE_TEXT_MAX);
			return;
		}
	}
	snprintf(ret_text, RRTYPE_TEXT_MAX, "CLASS%u", class);
}

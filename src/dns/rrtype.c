/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rrtype.h"

#include "dns/rdata_field.h"

#include <stdio.h>

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
#define SLOT(code) ((code) < STRAY_FIRST ? (code) : (code) - STRAY_FIRST + DENSE)

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

/* "TYPE12" and "CLASS12", RFC 3597 5; upper is in capitals already. */
static int numbered_from_text(struct span upper, const char *word, size_t word_size, uint16_t *ret)
{
	uint32_t value;
	if (upper.size <= word_size || memcmp(upper.data, word, word_size) != 0 ||
	    rdata_decimal(span_of(upper.data + word_size, upper.size - word_size), UINT16_MAX, &value) != ERR_OK)
		return ERR_NOT_FOUND;
	*ret = (uint16_t)value;
	return ERR_OK;
}

/* Copies text in capitals into a row's mnemonic format. false: too long to be a mnemonic. */
static bool upper_copy(struct span text, char ret_upper[RRTYPE_TEXT_MAX])
{
	if (text.size == 0 || text.size >= RRTYPE_TEXT_MAX)
		return false;
	memset(ret_upper, 0, RRTYPE_TEXT_MAX);
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		ret_upper[i] = (char)(c >= 'a' && c <= 'z' ? c - 0x20 : c);
	}
	return true;
}

int rrtype_from_text(struct span text, uint16_t *ret)
{
	char upper[RRTYPE_TEXT_MAX];
	if (!upper_copy(text, upper))
		return ERR_NOT_FOUND;
	if (upper[0] < 'A' || upper[0] > 'Z')
		return ERR_NOT_FOUND;
	unsigned letter = (unsigned)(upper[0] - 'A');
	for (unsigned row = letter_start[letter]; row < letter_start[letter + 1]; row++) {
		if (memcmp(rows[row].mnemonic, upper, RRTYPE_TEXT_MAX) == 0) {
			*ret = rows[row].code;
			return ERR_OK;
		}
	}
	return numbered_from_text(span_of(upper, text.size), "TYPE", 4, ret);
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
	char upper[RRTYPE_TEXT_MAX];
	if (!upper_copy(text, upper))
		return ERR_NOT_FOUND;
	for (size_t i = 0; i < CLASS_ROWS; i++) {
		if (memcmp(classes[i].text, upper, RRTYPE_TEXT_MAX) == 0) {
			*ret = classes[i].code;
			return ERR_OK;
		}
	}
	return numbered_from_text(span_of(upper, text.size), "CLASS", 5, ret);
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

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RRsets made of lines of text, "owner TTL TYPE RDATA", for tests.
 * Everything is made in the caller's arena; RRSIG lines become the signatures.
 * Never checks what it is given more than the parser does: a bad line ends the test.
 */
#ifndef TESTS_UNIT_DNSSEC_SETS_H
#define TESTS_UNIT_DNSSEC_SETS_H

#include "base/arena.h"
#include "dns/rdata.h"
#include "dns/rrset.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/dns/rdata_tokens.h"

#include <stdlib.h>

#define SET_RECORDS_MAX 64

static inline struct name name_made(struct arena *arena, const char *text)
{
	struct name_buffer *buffer = arena_alloc(arena, sizeof(*buffer), 1);
	struct name name;
	assert_non_null(buffer);
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

struct set_line {
	struct name owner;
	uint32_t ttl;
	uint16_t type;
	struct span rdata;
};

static inline struct set_line line_read(struct arena *arena, struct span text)
{
	static uint8_t octets[RDATA_MAX];
	struct rdata_token tokens[SET_RECORDS_MAX];
	struct set_line line;
	struct writer out = writer_of(octets, sizeof(octets));
	struct rdata_error error = {0};
	size_t count = tokens_of(text, tokens, SET_RECORDS_MAX), at = 2;
	char owner[NAME_TEXT_MAX];
	uint16_t class;
	assert_true(count >= 3);
	assert_true(tokens[0].text.size < sizeof(owner));
	memcpy(owner, tokens[0].text.data, tokens[0].text.size);
	owner[tokens[0].text.size] = '\0';
	line.owner = name_made(arena, owner);
	assert_int_equal(rdata_ttl_from_text(tokens[1].text, &line.ttl), ERR_OK);
	if (rrclass_from_text(tokens[at].text, &class) == ERR_OK)
		at++;
	assert_int_equal(rrtype_from_text(tokens[at].text, &line.type), ERR_OK);
	if (rdata_from_text(line.type, tokens + at + 1, count - at - 1, name_root, &out, &error) != ERR_OK)
		fail_msg("%s: %.*s", error.message, (int)text.size, (const char *)text.data);
	line.rdata = span_of(arena_copy(arena, octets, out.size, 1), out.size);
	return line;
}

static inline const struct rrset *rrset_made(struct arena *arena, struct set_line *lines, size_t count, uint16_t covered)
{
	size_t size = 0;
	if (count == 0)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size += RRSET_RECORD_HEADER + lines[i].rdata.size;
		for (size_t j = i; j > 0 && rdata_compare(lines[j].type, lines[j - 1].rdata, lines[j].rdata) > 0; j--) {
			struct set_line other = lines[j];
			lines[j] = lines[j - 1];
			lines[j - 1] = other;
		}
	}
	struct rrset *rrset = arena_alloc(arena, sizeof(*rrset) + size, 8);
	*rrset = (struct rrset){.type = lines[0].type, .covered = covered, .count = (uint16_t)count, .ttl = lines[0].ttl,
	                        .size = (uint32_t)size};
	uint8_t *at = rrset->records;
	for (size_t i = 0; i < count; i++) {
		store_u16(at, lines[i].type);
		store_u16(at + 2, CLASS_IN);
		store_u32(at + 4, lines[0].ttl);
		store_u16(at + 8, (uint16_t)lines[i].rdata.size);
		memcpy(at + RRSET_RECORD_HEADER, lines[i].rdata.data, lines[i].rdata.size);
		at += RRSET_RECORD_HEADER + lines[i].rdata.size;
	}
	return rrset;
}

/* One RRset and its signatures, a record a line. */
static inline struct rrset_view set_made(struct arena *arena, const char *text)
{
	struct set_line records[SET_RECORDS_MAX], signatures[SET_RECORDS_MAX];
	size_t record_count = 0, signature_count = 0;
	struct rrset_view set = {0};
	while (*text != '\0') {
		size_t size = strcspn(text, "\n");
		if (size > 0) {
			struct set_line line = line_read(arena, span_of(text, size));
			assert_true(record_count < SET_RECORDS_MAX && signature_count < SET_RECORDS_MAX);
			if (line.type == RR_RRSIG)
				signatures[signature_count++] = line;
			else
				records[record_count++] = line;
			set.owner = line.owner;
		}
		text += size + (text[size] == '\n');
	}
	set.rrset = rrset_made(arena, records, record_count, 0);
	set.signatures = rrset_made(arena, signatures, signature_count, record_count > 0 ? records[0].type : 0);
	return set;
}

#endif

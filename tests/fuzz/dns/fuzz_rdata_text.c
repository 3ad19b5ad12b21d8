/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line "TYPE text" through our parser and ldns's: where both take it, the octets must be the same.
 * What only one of them takes is a matter of taste here; tests/system compares tastes with dnspython.
 */
#include "dns/rdata.h"
#include "tests/unit/dns/rdata_tokens.h"

#include <ctype.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE_MAX_SIZE 4000

static struct rdata_token tokens[LINE_MAX_SIZE];
static uint8_t ours[RDATA_MAX];

/* ldns's RDATA of the line; false: it refuses. */
static bool ldns_parse(const char *type, const char *text, uint8_t **ret, size_t *ret_size)
{
	static char line[LINE_MAX_SIZE + 64];
	ldns_rr *rr = NULL;
	size_t header = 1 + 10; /* root owner, type, class, TTL, length */
	snprintf(line, sizeof line, ". 1 IN %s %s", type, text);
	if (ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) != LDNS_STATUS_OK)
		return false;
	uint8_t *wire = NULL;
	size_t size = 0;
	bool is_good = ldns_rr2wire(&wire, rr, LDNS_SECTION_ANSWER, &size) == LDNS_STATUS_OK && size >= header;
	ldns_rr_free(rr);
	if (is_good) {
		*ret = malloc(size);
		*ret_size = size - header;
		memcpy(*ret, wire + header, *ret_size);
	}
	free(wire);
	return is_good;
}

static void compare(uint16_t type, const char *line, const struct writer *out)
{
	char mnemonic[RRTYPE_TEXT_MAX];
	uint8_t *theirs;
	size_t theirs_size;
	rrtype_to_text(type, mnemonic);
	if (!ldns_parse(mnemonic, line, &theirs, &theirs_size))
		return;
	/* ldns writes its RRs back with names in small letters in some types; compare canonical forms. */
	static uint8_t left[RDATA_MAX];
	static uint8_t right[RDATA_MAX];
	struct writer a = writer_of(left, sizeof left);
	struct writer b = writer_of(right, sizeof right);
	bool is_same = rdata_canonical(type, writer_span(out), &a) == ERR_OK &&
		       rdata_canonical(type, span_of(theirs, theirs_size), &b) == ERR_OK &&
		       span_equal(writer_span(&a), writer_span(&b));
	free(theirs);
	if (!is_same) {
		fprintf(stderr, "%s %s: ldns understands other octets\n", mnemonic, line);
		abort();
	}
}

/* The types where both follow the same text: the others have ldns's own readings (see docs of the oracles). */
static bool is_compared(uint16_t type)
{
	static const uint16_t types[] = {
		RR_AAAA, RR_A,      RR_NS,    RR_CNAME, RR_SOA,   RR_PTR,        RR_MX,  RR_SRV,   RR_KX,  RR_DNAME,
		RR_DS,   RR_DNSKEY, RR_RRSIG, RR_NSEC,  RR_NSEC3, RR_NSEC3PARAM, RR_CAA, RR_CSYNC, RR_CDS, RR_CDNSKEY,
		17,      18,        52,       104,      105,      106,           107,    108,      109};
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (types[i] == type)
			return true;
	}
	return false;
}

/* ldns 1.8.3 takes a mnemonic that it does not know for type 0, and puts type 32768 and those above it into the
 * wrong window of a bitmap. */
static bool has_strange_type(uint16_t holder, size_t count)
{
	/* The type covered as a bare number is such a mnemonic to it; we read it as BIND does. */
	bool is_strange = holder == RR_RRSIG && count > 1 && tokens[1].text.size > 0 && isdigit(tokens[1].text.data[0]);
	for (size_t i = 1; i < count && !is_strange; i++) {
		char word[RRTYPE_TEXT_MAX];
		uint16_t type;
		if (rrtype_from_text(tokens[i].text, &type) != ERR_OK)
			continue;
		snprintf(word, sizeof word, "%.*s", (int)tokens[i].text.size, (const char *)tokens[i].text.data);
		is_strange = type >= 32768 || ldns_get_rr_type_by_name(word) != type;
	}
	return is_strange;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char line[LINE_MAX_SIZE];
	uint16_t type;
	struct rdata_error error;
	if (size >= LINE_MAX_SIZE)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	size_t count = tokens_of(span_of(line, size), tokens, LINE_MAX_SIZE);
	if (count == 0 || rrtype_from_text(tokens[0].text, &type) != ERR_OK)
		return 0;
	struct writer out = writer_of(ours, sizeof ours);
	if (rdata_from_text(type, tokens + 1, count - 1, name_root, &out, &error) != ERR_OK) {
		if (strlen(error.message) == 0 || error.field == NULL || error.token > count)
			abort();
		return 0;
	}
	if (rdata_check(type, writer_span(&out)) != ERR_OK)
		abort();
	bool is_plain = true;
	for (size_t i = 0; i < size; i++)
		is_plain &= isprint((unsigned char)line[i]) && strchr("();\\\"$@", line[i]) == NULL;
	if (is_plain && is_compared(type) && !has_strange_type(type, count) && strstr(line, "\\#") == NULL)
		compare(type, line + (tokens[0].text.data - (uint8_t *)line) + tokens[0].text.size, &out);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/parser.h"

#include <strings.h>

struct word {
	const char *text;
	uint32_t value;
};

#define ROWS(array) (sizeof(array) / sizeof((array)[0]))

static bool word_find(const struct word *rows, size_t count, const char *text, uint32_t *ret)
{
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(rows[i].text, text) == 0) {
			*ret = rows[i].value;
			return true;
		}
	}
	return false;
}

/* "key=number" */
static bool word_number(const char *text, const char *key, uint64_t *ret)
{
	size_t size = strlen(key);
	return strncasecmp(text, key, size) == 0 && text[size] == '=' &&
	       parser_number(text + size + 1, UINT32_MAX, ret);
}

static const struct word match_words[] = {
	{"opcode", MATCH_OPCODE},
	{"qtype", MATCH_QTYPE},
	{"qname", MATCH_QNAME},
	{"qcase", MATCH_QCASE},
	{"subdomain", MATCH_SUBDOMAIN},
	{"flags", MATCH_FLAGS},
	{"rcode", MATCH_RCODE},
	{"question", MATCH_QUESTION},
	{"answer", MATCH_ANSWER},
	{"authority", MATCH_AUTHORITY},
	{"auth", MATCH_AUTHORITY},
	{"additional", MATCH_ADDITIONAL},
	{"edns", MATCH_EDNS},
	{"nsid", MATCH_NSID},
	{"TCP", MATCH_TCP},
	{"UDP", MATCH_UDP},
	{"DO", MATCH_DO},
	{"noedns", MATCH_NOEDNS},
	{"ttl", MATCH_TTL},
	{"ednsdata", MATCH_EDNSDATA},
	{"client_cookie", MATCH_CLIENT_COOKIE},
	{"server_cookie", MATCH_SERVER_COOKIE},
	{"all", MATCH_ALL},
	{"all_noedns", MATCH_ALL},
};

int parser_match(struct parser *parser, struct entry *entry)
{
	for (unsigned i = 1; i < parser->word_count; i++) {
		uint32_t value;
		uint64_t number;
		if (word_find(match_words, ROWS(match_words), parser->words[i], &value)) {
			entry->match |= value;
		} else if (word_number(parser->words[i], "serial", &number)) {
			entry->match |= MATCH_SERIAL;
			entry->serial = (uint32_t)number;
		} else if (word_number(parser->words[i], "ede", &number) && number <= UINT16_MAX) {
			entry->match |= MATCH_EDE;
			entry->ede = (int32_t)number;
		} else if (word_number(parser->words[i], "edns_most", &number) && number <= UINT16_MAX) {
			entry->match |= MATCH_EDNS_MOST;
			entry->edns_most = (uint16_t)number;
		} else if (strcasecmp(parser->words[i], "ede=any") == 0) {
			entry->match |= MATCH_EDE;
			entry->ede = -1;
		} else {
			return parser_fail(parser, ERR_UNSUPPORTED, "no such MATCH word: %s", parser->words[i]);
		}
	}
	return ERR_OK;
}

int parser_adjust(struct parser *parser, struct entry *entry)
{
	static const struct word words[] = {
		{"copy_id", ADJUST_COPY_ID},
		{"copy_query", ADJUST_COPY_QUERY},
		{"raw_id", ADJUST_RAW_ID},
		{"do_not_answer", ADJUST_SILENCE},
		{"lower_case", ADJUST_LOWER_CASE},
		{"refuse", ADJUST_REFUSE},
		{"guessed", ADJUST_GUESSED},
	};
	for (unsigned i = 1; i < parser->word_count; i++) {
		uint32_t value;
		uint64_t number;
		if (word_find(words, ROWS(words), parser->words[i], &value))
			entry->adjust |= value;
		else if (word_number(parser->words[i], "sleep", &number) ||
			 word_number(parser->words[i], "packet_sleep", &number))
			entry->delay_ms = (uint32_t)number * 1000;
		else if (word_number(parser->words[i], "delay", &number))
			entry->delay_ms = (uint32_t)number;
		else
			return parser_fail(parser, ERR_UNSUPPORTED, "no such ADJUST word: %s", parser->words[i]);
	}
	return ERR_OK;
}

static const struct word flag_words[] = {
	{"QR", HEADER_QR}, {"AA", HEADER_AA}, {"TC", HEADER_TC}, {"RD", HEADER_RD},
	{"RA", HEADER_RA}, {"AD", HEADER_AD}, {"CD", HEADER_CD}, {"Z", HEADER_Z},
};
static const struct word rcode_words[] = {
	{"NOERROR", RCODE_NOERROR},   {"FORMERR", RCODE_FORMERR},     {"SERVFAIL", RCODE_SERVFAIL},
	{"NXDOMAIN", RCODE_NXDOMAIN}, {"NOTIMP", RCODE_NOTIMP},       {"NOTIMPL", RCODE_NOTIMP},
	{"REFUSED", RCODE_REFUSED},   {"YXDOMAIN", RCODE_YXDOMAIN},   {"YXRRSET", RCODE_YXRRSET},
	{"NXRRSET", RCODE_NXRRSET},   {"NOTAUTH", RCODE_NOTAUTH},     {"NOTZONE", RCODE_NOTZONE},
	{"BADVERS", RCODE_BADVERS},   {"BADCOOKIE", RCODE_BADCOOKIE},
};
static const struct word opcode_words[] = {
	{"QUERY", OPCODE_QUERY},   {"IQUERY", OPCODE_IQUERY}, {"STATUS", OPCODE_STATUS},
	{"NOTIFY", OPCODE_NOTIFY}, {"UPDATE", OPCODE_UPDATE},
};

int parser_reply(struct parser *parser, struct entry *entry)
{
	for (unsigned i = 1; i < parser->word_count; i++) {
		const char *word = parser->words[i];
		uint32_t value;
		uint64_t number;
		if (word_find(flag_words, ROWS(flag_words), word, &value))
			entry->flags |= (uint16_t)value;
		else if (word_find(rcode_words, ROWS(rcode_words), word, &value))
			entry->rcode = (uint16_t)value;
		else if (word_find(opcode_words, ROWS(opcode_words), word, &value))
			entry->opcode = (uint8_t)value;
		else if (strcasecmp(word, "DO") == 0)
			entry->is_do = true;
		else if (strcasecmp(word, "NOEDNS") == 0)
			entry->has_edns = false;
		else if (word_number(word, "EDNS", &number) && number <= UINT16_MAX)
			entry->edns_size = (uint16_t)number;
		else
			return parser_fail(parser, ERR_UNSUPPORTED, "no such REPLY word: %s", word);
	}
	return ERR_OK;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/header.h"

#include <stdio.h>
#include <strings.h>

static const char *const rcode_texts[] = {
	[RCODE_NOERROR] = "NOERROR",     [RCODE_FORMERR] = "FORMERR",   [RCODE_SERVFAIL] = "SERVFAIL",
	[RCODE_NXDOMAIN] = "NXDOMAIN",   [RCODE_NOTIMP] = "NOTIMP",     [RCODE_REFUSED] = "REFUSED",
	[RCODE_YXDOMAIN] = "YXDOMAIN",   [RCODE_YXRRSET] = "YXRRSET",   [RCODE_NXRRSET] = "NXRRSET",
	[RCODE_NOTAUTH] = "NOTAUTH",     [RCODE_NOTZONE] = "NOTZONE",   [RCODE_DSOTYPENI] = "DSOTYPENI",
	[RCODE_BADVERS] = "BADVERS",     [RCODE_BADKEY] = "BADKEY",     [RCODE_BADTIME] = "BADTIME",
	[RCODE_BADMODE] = "BADMODE",     [RCODE_BADNAME] = "BADNAME",   [RCODE_BADALG] = "BADALG",
	[RCODE_BADTRUNC] = "BADTRUNC",   [RCODE_BADCOOKIE] = "BADCOOKIE",
};

static const char *const opcode_texts[] = {
	[OPCODE_QUERY] = "QUERY",   [OPCODE_IQUERY] = "IQUERY", [OPCODE_STATUS] = "STATUS",
	[OPCODE_NOTIFY] = "NOTIFY", [OPCODE_UPDATE] = "UPDATE", [OPCODE_DSO] = "DSO",
};

static void number_to_text(const char *const *texts, size_t count, const char *prefix, unsigned number,
                           char ret_text[HEADER_TEXT_MAX])
{
	if (number < count && texts[number] != NULL)
		memcpy(ret_text, texts[number], strlen(texts[number]) + 1); /* on the way of every log line */
	else
		snprintf(ret_text, HEADER_TEXT_MAX, "%s%u", prefix, number);
}

void rcode_to_text(uint16_t rcode, char ret_text[HEADER_TEXT_MAX])
{
	number_to_text(rcode_texts, sizeof(rcode_texts) / sizeof(*rcode_texts), "RCODE", rcode, ret_text);
}

#define RCODE_LAST 4095 /* twelve bits, RFC 6891 6.1.3 */

int rcode_from_text(struct span text, uint16_t *ret)
{
	for (uint16_t i = 0; i < sizeof(rcode_texts) / sizeof(*rcode_texts); i++) {
		const char *row = rcode_texts[i];
		if (row != NULL && strlen(row) == text.size && strncasecmp(row, (const char *)text.data, text.size) == 0) {
			*ret = i;
			return ERR_OK;
		}
	}
	if (text.size > 5 && strncasecmp((const char *)text.data, "RCODE", 5) == 0)
		text = span_of(text.data + 5, text.size - 5);
	unsigned value = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return ERR_NOT_FOUND;
		value = value * 10 + (unsigned)(text.data[i] - '0');
		if (value > RCODE_LAST)
			return ERR_NOT_FOUND;
	}
	if (text.size == 0)
		return ERR_NOT_FOUND;
	*ret = (uint16_t)value;
	return ERR_OK;
}

void opcode_to_text(uint8_t opcode, char ret_text[HEADER_TEXT_MAX])
{
	number_to_text(opcode_texts, sizeof(opcode_texts) / sizeof(*opcode_texts), "OPCODE", opcode, ret_text);
}

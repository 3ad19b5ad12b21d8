/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lets other DNS libraries judge ours: reads lines "TYPE text", writes for each "ok HEX TEXT" (wire form and the
 * text printed from it) or "error MESSAGE". A line "wire TYPE HEX" is checked and printed instead.
 */
#include "base/encoding.h"
#include "dns/rdata.h"
#include "rdata_tokens.h"

#include <stdio.h>
#include <stdlib.h>

#define TOKENS_MAX 70000

static struct rdata_token tokens[TOKENS_MAX];
static uint8_t buffer[RDATA_MAX];

static void answer(uint16_t type, const struct writer *out)
{
	struct text text = {0};
	text_add(&text, "ok ");
	hex_encode(writer_span(out), &text);
	text_add_char(&text, ' ');
	rdata_to_text(type, writer_span(out), &text);
	puts(text_string(&text));
	text_free(&text);
}

static void wire_line(size_t count)
{
	uint16_t type;
	struct writer out = writer_of(buffer, sizeof buffer);
	if (count < 2 || rrtype_from_text(tokens[1].text, &type) != ERR_OK ||
	    (count > 2 && hex_decode(tokens[2].text, &out) != ERR_OK)) {
		puts("error no wire line");
		return;
	}
	int err = rdata_check(type, writer_span(&out));
	if (err != ERR_OK)
		printf("error %s\n", err_text(err));
	else
		answer(type, &out);
}

static void text_line(size_t count)
{
	uint16_t type;
	struct rdata_error error;
	struct writer out = writer_of(buffer, sizeof buffer);
	if (count == 0 || rrtype_from_text(tokens[0].text, &type) != ERR_OK)
		puts("error no such type");
	else if (rdata_from_text(type, tokens + 1, count - 1, name_root, &out, &error) != ERR_OK)
		printf("error %s [%s, token %zu]\n", error.message, error.field, error.token);
	else
		answer(type, &out);
}

int main(void)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t size;
	while ((size = getline(&line, &capacity, stdin)) > 0) {
		size_t count = tokens_of(span_of(line, (size_t)size), tokens, TOKENS_MAX);
		if (count > 0 && span_equal(tokens[0].text, span_text("wire")))
			wire_line(count);
		else
			text_line(count);
		fflush(stdout);
	}
	free(line);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* A received message walked and shown: the text must be safe for a terminal, the JSON must be JSON. */
#include "dns/message/message.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_safe(const struct text *text)
{
	for (size_t i = 0; i < text->size; i++) {
		uint8_t octet = (uint8_t)text->data[i];
		if ((octet < 0x20 && octet != '\n' && octet != '\t') || octet >= 0x7f) {
			fprintf(stderr, "octet %u at %zu of:\n%s\n", octet, i, text->data);
			abort();
		}
	}
}

static void require_json(const struct text *text)
{
	json_error_t error;
	json_t *root = json_loadb(text->data, text->size, 0, &error);
	if (root == NULL) {
		fprintf(stderr, "%s in:\n%s\n", error.text, text->data);
		abort();
	}
	json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message message;
	if (message_read(span_of(data, size), &message) != ERR_OK)
		return 0;
	struct text text = {0};
	message_to_text(&message, &text);
	require_safe(&text);
	text_clear(&text);
	struct json_writer json = {.out = &text};
	message_to_json(&message, &json, NULL);
	require_json(&text);
	text_free(&text);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/audit.h"

#include <errno.h>
#include <string.h>

/* The first word of a line; "" where it has none, or says something to people only. */
static struct span line_word(struct span line)
{
	size_t start = 0, end;
	while (start < line.size && (line.data[start] == ' ' || line.data[start] == '\t'))
		start++;
	for (end = start; end < line.size && strchr(" \t\r#", line.data[end]) == NULL; end++)
		;
	return span_of(line.data + start, end - start);
}

/* True: there was one more, and rest begins after it. */
static bool line_take(struct span *rest, struct span *ret)
{
	if (rest->size == 0)
		return false;
	const uint8_t *end = memchr(rest->data, '\n', rest->size);
	size_t size = end != NULL ? (size_t)(end - rest->data) : rest->size;
	*ret = span_of(rest->data, size);
	size += end != NULL;
	*rest = span_of(rest->data + size, rest->size - size);
	return true;
}

static int target_take(struct audit *audit, struct span word)
{
	struct name_buffer buffer;
	struct name zone;
	int err = name_from_text(word, name_root, &buffer, &zone, NULL);
	return err != ERR_OK || audit_target_add(audit, zone) != NULL ? err : -ENOMEM;
}

/* What a terminal may be shown of a word. */
static const char *word_text(struct span word, char text[64])
{
	size_t size = word.size < 63 ? word.size : 63;
	for (size_t i = 0; i < size; i++)
		text[i] = word.data[i] >= 0x20 && word.data[i] < 0x7f ? (char)word.data[i] : '?';
	text[size] = '\0';
	return text;
}

/* Says where. */
static int list_take(struct audit *audit, const char *path, struct span text)
{
	struct span line;
	for (size_t number = 1; line_take(&text, &line); number++) {
		struct span word = line_word(line);
		char shown[64];
		int err = word.size > 0 ? target_take(audit, word) : ERR_OK;
		if (err != ERR_OK)
			return err == -ENOMEM ? EXIT_INTERNAL
					      : cli_usage_error(audit->cli,
								"%s:%zu: %s is no domain name; write one on each line",
								path, number, word_text(word, shown));
	}
	return EXIT_OK;
}

int audit_targets_take(struct audit *audit)
{
	const char *const *operands;
	const char *path = cli_value(audit->cli, "list");
	size_t count = cli_operands(audit->cli, &operands);
	struct text text = {0};
	for (size_t i = 0; i < count; i++) {
		int err = target_take(audit, span_text(operands[i]));
		if (err != ERR_OK)
			return err == -ENOMEM ? EXIT_INTERNAL
					      : cli_usage_error(audit->cli, "%s is no domain name", operands[i]);
	}
	int err = path != NULL ? audit_file_read(path, &text) : ERR_OK;
	int code = err == ERR_OK ? list_take(audit, path, span_of(text_string(&text), text.size))
				 : cli_usage_error(audit->cli, "%s: %s", path, err_text(err));
	text_free(&text);
	return code;
}

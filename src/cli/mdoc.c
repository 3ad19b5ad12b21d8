/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/mdoc.h"

#define LINE_MAX_COLUMNS 76 /* mandoc -T lint: at most 80 */

static void add_character(struct text *out, char character)
{
	if (character == '\\')
		text_add(out, "\\e");
	else
		text_add_char(out, character);
}

static void add_word(struct text *out, const char *word, size_t size, bool is_first)
{
	if (is_first && size > 0 && (*word == '.' || *word == '\''))
		text_add(out, "\\&");
	for (size_t i = 0; i < size; i++)
		add_character(out, word[i]);
}

/* Does the word end a sentence? "3.2." would too; rows write such numbers without the dot. */
static bool ends_sentence(const char *word, size_t size)
{
	while (size > 0 && strchr(")\"'", word[size - 1]) != NULL)
		size--;
	return size > 1 && strchr(".!?", word[size - 1]) != NULL;
}

static void add_paragraph(struct text *out, const char *text, size_t size)
{
	size_t column = 0;
	for (size_t at = 0; at < size;) {
		if (text[at] == ' ' || text[at] == '\n') {
			at++;
			continue;
		}
		size_t word = 0;
		while (at + word < size && text[at + word] != ' ' && text[at + word] != '\n')
			word++;
		if (column > 0 && column + 1 + word > LINE_MAX_COLUMNS) {
			text_add_char(out, '\n');
			column = 0;
		}
		text_add(out, column > 0 ? " " : "");
		add_word(out, text + at, word, column == 0);
		column += word + 1;
		if (ends_sentence(text + at, word)) {
			text_add_char(out, '\n');
			column = 0;
		}
		at += word;
	}
	if (column > 0)
		text_add_char(out, '\n');
}

/* Lines up to the next empty one or the next example. */
static size_t paragraph_size(const char *text)
{
	size_t size = 0;
	while (text[size] != '\0' && !(text[size] == '\n' && (text[size + 1] == '\n' || text[size + 1] == ' ')))
		size++;
	return size;
}

void mdoc_text(struct text *out, const char *text)
{
	bool is_first = true;
	while (*text != '\0') {
		if (*text == '\n') {
			text++;
			continue;
		}
		if (*text == ' ') {
			size_t size = strcspn(text, "\n");
			text_add(out, ".Dl ");
			struct text example = {0};
			text_add_size(&example, text + strspn(text, " "), size - strspn(text, " "));
			mdoc_argument(out, text_string(&example));
			text_free(&example);
			text_add_char(out, '\n');
			text += size;
		} else {
			size_t size = paragraph_size(text);
			text_add(out, is_first ? "" : ".Pp\n");
			add_paragraph(out, text, size);
			text += size;
		}
		is_first = false;
	}
}

void mdoc_argument(struct text *out, const char *text)
{
	text_add_char(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			text_add(out, "\\(dq");
		else
			add_character(out, *text);
	}
	text_add_char(out, '"');
}

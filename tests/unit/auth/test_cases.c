/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plays the case files: "= ZONES" serves zone files, "? NAME TYPE [CLASS] [do] [edns SIZE] [tcp] [full] [any-full]"
 * asks, and the lines below it, up to an empty one, are the whole answer. '#' starts a comment.
 */
#include "tests/unit/auth/served.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

struct case_file {
	FILE *file;
	const char *path;
	unsigned line;
	char *text;
	size_t capacity;
};

static bool line_next(struct case_file *cases)
{
	while (getline(&cases->text, &cases->capacity, cases->file) >= 0) {
		cases->line++;
		cases->text[strcspn(cases->text, "\n")] = '\0';
		if (cases->text[0] != '#')
			return true;
	}
	return false;
}

static void question_take(char *words, struct served *served, struct served_question *ret)
{
	char *rest = NULL;
	*ret = (struct served_question){.transport = TRANSPORT_UDP};
	served->options.is_minimal = true;
	served->options.is_any_full = false;
	ret->name = strtok_r(words, " ", &rest);
	ret->type = strtok_r(NULL, " ", &rest);
	for (char *word; (word = strtok_r(NULL, " ", &rest)) != NULL;) {
		if (strcmp(word, "do") == 0) {
			ret->is_do = true;
			ret->edns_size = ret->edns_size > 0 ? ret->edns_size : 4096;
		} else if (strcmp(word, "edns") == 0) {
			ret->edns_size = (uint16_t)atoi(strtok_r(NULL, " ", &rest));
		} else if (strcmp(word, "tcp") == 0) {
			ret->transport = TRANSPORT_TCP;
		} else if (strcmp(word, "full") == 0) {
			served->options.is_minimal = false;
		} else if (strcmp(word, "any-full") == 0) {
			served->options.is_any_full = true;
		} else {
			ret->class = word;
		}
	}
}

/* The lines of the wanted answer. */
static void answer_take(struct case_file *cases, struct text *out)
{
	text_clear(out);
	while (line_next(cases) && cases->text[0] != '\0')
		text_addf(out, "%s\n", cases->text);
}

static unsigned cases_play(struct case_file *cases)
{
	struct served *served = NULL;
	struct text wanted = {0}, given = {0};
	unsigned played = 0, failed = 0;
	while (line_next(cases)) {
		if (cases->text[0] == '=') {
			served_free(served);
			served = served_new(cases->text + 1);
		}
		if (cases->text[0] != '?')
			continue;
		unsigned line = cases->line;
		char *asked = strdup(cases->text);
		struct served_question question;
		uint8_t query[512];
		question_take(cases->text + 1, served, &question);
		size_t size = served_query(&question, query);
		answer_take(cases, &wanted);
		served_ask(served, span_of(query, size), question.transport);
		served_reply_text(served, &given);
		played++;
		if (strcmp(text_string(&wanted), text_string(&given)) != 0) {
			failed++;
			print_error("%s:%u: %s\n--- wanted\n%s--- given\n%s\n", cases->path, line, asked,
			            text_string(&wanted), text_string(&given));
		}
		free(asked);
	}
	text_free(&wanted);
	text_free(&given);
	served_free(served);
	assert_int_equal(failed, 0);
	return played;
}

static void play_file(void **state)
{
	struct case_file cases = {.path = *state};
	cases.file = fopen(cases.path, "r");
	assert_non_null(cases.file);
	assert_true(cases_play(&cases) > 0);
	fclose(cases.file);
	free(cases.text);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[16];
	size_t count = 0;
	for (int i = 1; i < argc && count < 16; i++)
		tests[count++] = (struct CMUnitTest){.name = argv[i], .test_func = play_file, .initial_state = argv[i]};
	return _cmocka_run_group_tests("auth/cases", tests, count, NULL, NULL);
}

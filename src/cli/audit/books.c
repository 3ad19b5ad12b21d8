/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/audit.h"

#include "audit/facts.h"
#include "cli/audit/remote.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEYRING_ZONES 4096
#define QUESTIONS_MOST 4000 /* for one zone that is asked for; a zone with servers of its own takes some 50 */
#define HOST_MAX 256

/* --- One --- */

int audit_book_open(struct audit *audit, struct audit_book *ret)
{
	char host[HOST_MAX] = "";
	size_t most = (audit->count + 2 * audit->service_count) * QUESTIONS_MOST;
	*ret = (struct audit_book){.options = audit->options, .facts = facts_new(most)};
	ret->states = calloc(audit->count + 1, sizeof(*ret->states));
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		ret->options.keyrings[family] = keyring_new(KEYRING_ZONES);
	if (ret->facts == NULL || ret->states == NULL || ret->options.keyrings[FAMILY_IPV6] == NULL ||
	    ret->options.keyrings[FAMILY_IPV4] == NULL)
		return EXIT_INTERNAL;
	if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0')
		strcpy(host, "this host");
	ret->label = arena_text(audit->arena, host, strlen(host));
	return ret->label != NULL ? EXIT_OK : EXIT_INTERNAL;
}

/* What a document says of its host is from outside. */
static const char *label_keep(struct audit *audit, const char *text)
{
	size_t size = strlen(text) < HOST_MAX ? strlen(text) : HOST_MAX;
	char *label = arena_text(audit->arena, text, size);
	for (size_t at = 0; label != NULL && at < size;) {
		size_t step = text_character_size((const uint8_t *)label + at, size - at);
		if (step == 0)
			label[at] = '?';
		at += step > 0 ? step : 1;
	}
	return label;
}

int audit_book_take(struct audit *audit, const char *path, const struct text *text, struct audit_book *ret)
{
	char message[160];
	int code = audit_book_open(audit, ret);
	if (code != EXIT_OK)
		return code;
	int err = facts_from_json(ret->facts, text_string(text), text->size, message);
	if (err == ERR_SYNTAX)
		return cli_usage_error(audit->cli, "%s: %s", path, message);
	if (err != ERR_OK)
		return EXIT_INTERNAL;
	ret->label = label_keep(audit, facts_vantage(ret->facts)[0] != '\0' ? facts_vantage(ret->facts) : path);
	if (ret->label == NULL)
		return EXIT_INTERNAL;
	ret->is_recorded = true;
	ret->options.now_s = facts_time(ret->facts); /* signatures are judged as of then */
	facts_close(ret->facts);
	return EXIT_OK;
}

int audit_book_read(struct audit *audit, const char *path, struct audit_book *ret)
{
	struct text text = {0};
	int err = audit_file_read(path, &text);
	int code = err == ERR_OK ? audit_book_take(audit, path, &text, ret)
				 : cli_usage_error(audit->cli, "%s: %s", path, err_text(err));
	text_free(&text);
	return code;
}

void audit_book_close(struct audit_book *book)
{
	remote_free(book->remote);
	facts_free(book->facts);
	free(book->states);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		keyring_free(book->options.keyrings[family]);
	*book = (struct audit_book){0};
}

/* --- All --- */

/* Two runs of one host are told apart by their files. */
static int label_distinguish(struct audit *audit, size_t index, const char *path)
{
	struct text text = {0};
	struct audit_book *book = &audit->books[index];
	bool is_taken = false;
	for (size_t i = 0; i < index; i++)
		is_taken = is_taken || strcmp(audit->books[i].label, book->label) == 0;
	if (!is_taken)
		return EXIT_OK;
	text_addf(&text, "%s (%s)", book->label, path);
	book->label = label_keep(audit, text_string(&text));
	text_free(&text);
	return book->label != NULL ? EXIT_OK : EXIT_INTERNAL;
}

static int vantages_make(struct audit *audit, const char *const *vantages, size_t count)
{
	bool has_local = false;
	int code = EXIT_OK;
	audit->books = calloc(count, sizeof(*audit->books));
	if (audit->books == NULL)
		return EXIT_INTERNAL;
	for (; audit->book_count < count && code == EXIT_OK; audit->book_count++) {
		const char *text = vantages[audit->book_count];
		struct audit_book *book = &audit->books[audit->book_count];
		size_t prefix = strlen(REMOTE_SSH);
		bool is_local = strcmp(text, "local") == 0;
		if (is_local && !has_local)
			code = audit_book_open(audit, book);
		else if (strncmp(text, REMOTE_SSH, prefix) == 0)
			code = remote_start(audit, text + prefix, &book->remote);
		else
			code = cli_usage_error(audit->cli, "--vantage %s: write local (once) or ssh:HOST", text);
		has_local = has_local || is_local;
	}
	return code;
}

int audit_books_collect(struct audit *audit)
{
	int code = EXIT_OK;
	for (size_t i = 0; i < audit->book_count && code == EXIT_OK; i++) {
		struct audit_book *book = &audit->books[i];
		struct remote *remote = book->remote;
		if (remote == NULL)
			continue;
		code = remote_collect(audit, remote, book);
		remote_free(remote);
		book->remote = NULL;
	}
	return code;
}

int audit_books_make(struct audit *audit)
{
	const char *const *paths, *const *vantages;
	size_t vantage_count = cli_values(audit->cli, "vantage", &vantages);
	if (vantage_count > 0)
		return vantages_make(audit, vantages, vantage_count);
	size_t count = cli_values(audit->cli, "from", &paths);
	audit->book_count = count > 0 ? count : 1;
	audit->books = calloc(audit->book_count, sizeof(*audit->books));
	if (audit->books == NULL)
		return EXIT_INTERNAL;
	if (count == 0)
		return audit_book_open(audit, &audit->books[0]);
	int code = EXIT_OK;
	for (size_t i = 0; i < count && code == EXIT_OK; i++) {
		code = audit_book_read(audit, paths[i], &audit->books[i]);
		if (code == EXIT_OK)
			code = label_distinguish(audit, i, paths[i]);
	}
	return code;
}

void audit_books_free(struct audit *audit)
{
	for (size_t i = 0; audit->books != NULL && i < audit->book_count; i++)
		audit_book_close(&audit->books[i]);
	free(audit->books);
}

int audit_book_save(struct audit *audit, struct audit_book *book)
{
	const char *path = cli_value(audit->cli, "save");
	struct text out = {0};
	if (path == NULL)
		return EXIT_OK;
	facts_set_time(book->facts, book->options.now_s);
	if (facts_set_vantage(book->facts, book->label) != ERR_OK)
		return EXIT_INTERNAL;
	facts_to_json(book->facts, &out);
	int code = audit_file_write(audit->cli, path, &out);
	text_free(&out);
	return code;
}

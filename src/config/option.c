/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/option.h"

#include "config/config.h"

#include <string.h>

#define SECTION(row_path, row_offset, row_flags, row_help)                                                                        \
	{.path = row_path,                                                                                             \
	 .kind = OPTION_SECTION,                                                                                       \
	 .offset = row_offset,                                                                                         \
	 .flags = row_flags,                                                                                           \
	 .help = row_help,                                                                                             \
	 .text = ""},
#define NAMED(row_path, holder, array, count, row_flags, row_help)                                                                \
	{.path = row_path,                                                                                             \
	 .kind = OPTION_NAMED,                                                                                         \
	 .offset = offsetof(struct holder, array),                                                                     \
	 .element_size = sizeof(*((struct holder *)0)->array),                                                         \
	 .count_offset = offsetof(struct holder, count),                                                               \
	 .flags = row_flags,                                                                                           \
	 .help = row_help,                                                                                             \
	 .text = ""},
#define OPTION(row_path, row_kind, holder, member, row_default, row_words, row_least, row_most, row_flags, row_help,   \
	       row_text)                                                                                               \
	{.path = row_path,                                                                                             \
	 .kind = OPTION_##row_kind,                                                                                    \
	 .offset = offsetof(struct holder, member),                                                                    \
	 .size = sizeof(((struct holder *)0)->member),                                                                 \
	 .default_text = row_default,                                                                                  \
	 .words = row_words,                                                                                           \
	 .least = row_least,                                                                                           \
	 .most = row_most,                                                                                             \
	 .flags = row_flags,                                                                                           \
	 .help = row_help,                                                                                             \
	 .text = row_text},

const struct option option_rows[] = {
#include "config/options.def"
};

const size_t option_count = sizeof(option_rows) / sizeof(option_rows[0]);

const char *option_key(const struct option *option)
{
	const char *dot = strrchr(option->path, '.');
	return dot != NULL ? dot + 1 : option->path;
}

bool option_is_child(const struct option *option, const char *path)
{
	if (strcmp(path, SERVICE_TRANSPORT) == 0)
		path = "transport";
	size_t size = strlen(path);
	const char *key = option_key(option);
	if (size == 0)
		return key == option->path;
	return key == option->path + size + 1 && strncmp(option->path, path, size) == 0;
}

const struct option *option_find(const char *path, const char *key)
{
	for (size_t i = 0; i < option_count; i++) {
		if (option_is_child(&option_rows[i], path) && strcmp(option_key(&option_rows[i]), key) == 0)
			return &option_rows[i];
	}
	return NULL;
}

/* Is the pattern's word ("*" fits any) at the front of path? Moves path behind it. */
static bool take_path_word(const char **pattern, const char **path)
{
	size_t pattern_size = strcspn(*pattern, "."), size = strcspn(*path, ".");
	bool is_any = pattern_size == 1 && **pattern == '*';
	if (size == 0 || (!is_any && (size != pattern_size || strncmp(*pattern, *path, size) != 0)))
		return false;
	*pattern += pattern_size + ((*pattern)[pattern_size] == '.');
	*path += size + ((*path)[size] == '.');
	return true;
}

static bool path_fits(const char *pattern, const char *path)
{
	while (*pattern != '\0' && *path != '\0') {
		if (!take_path_word(&pattern, &path))
			return false;
	}
	return *pattern == '\0' && *path == '\0';
}

const struct option *option_by_path(const char *path)
{
	for (size_t i = 0; i < option_count; i++) {
		if (path_fits(option_rows[i].path, path))
			return &option_rows[i];
	}
	/* A service's transport block has the rows of the general one. */
	const char *pattern = SERVICE_TRANSPORT, *rest = path;
	while (*pattern != '\0' && take_path_word(&pattern, &rest))
		;
	return *pattern == '\0' && *rest != '\0' ? option_find("transport", rest) : NULL;
}

const char *option_role(const struct option *option)
{
	if (option->flags & OPTION_AUTHORITATIVE)
		return "authoritative";
	return option->flags & OPTION_RESOLVER ? "resolver" : NULL;
}

bool option_word(const struct option *option, size_t index, struct span *ret)
{
	const char *word = option->words;
	for (; word != NULL && index > 0; index--) {
		word = strchr(word, '|');
		word = word != NULL ? word + 1 : NULL;
	}
	if (word == NULL)
		return false;
	*ret = span_of(word, strcspn(word, "|"));
	return true;
}

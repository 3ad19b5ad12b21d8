/* SPDX-License-Identifier: BSD-2-Clause */
#include "finding/finding.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Each file is read once, front to back, whatever the number of findings in it. */

static bool excerpt_is_wanted(const struct finding *finding)
{
	return finding->excerpt == NULL && finding->place.file != NULL && finding->place.line > 0;
}

static int excerpt_order(const void *left, const void *right)
{
	const struct finding *a = *(struct finding *const *)left, *b = *(struct finding *const *)right;
	int order = a->place.file == b->place.file ? 0 : strcmp(a->place.file, b->place.file);
	return order != 0 ? order : (a->place.line > b->place.line) - (a->place.line < b->place.line);
}

/* Only a plain file can be read again: a pipe's text has gone. */
static FILE *excerpt_open(const char *path)
{
	struct stat status;
	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return NULL;
	return fopen(path, "re");
}

static void excerpt_set(struct finding_list *list, struct finding *finding, const char *line, size_t size)
{
	while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r'))
		size--;
	finding_set_excerpt(list, finding, line, size);
	if (finding->place.column != 1 || finding->place.width != 0)
		return;
	size_t owner = 0;
	while (owner < size && line[owner] != ' ' && line[owner] != '\t' && line[owner] != ';')
		owner++;
	finding->place.width = (uint32_t)owner;
	if (owner == 0)
		finding->place.column = 0; /* the owner is that of a line above: nothing here to underline */
}

/* wanted[0..count) are of one file, in order of their lines. */
static void excerpts_read_file(struct finding_list *list, struct finding **wanted, size_t count)
{
	FILE *file = excerpt_open(wanted[0]->place.file);
	if (file == NULL)
		return;
	char *line = NULL;
	size_t capacity = 0, next = 0;
	for (uint32_t number = 1; next < count; number++) {
		ssize_t size = getline(&line, &capacity, file);
		if (size < 0)
			break;
		for (; next < count && wanted[next]->place.line == number; next++)
			excerpt_set(list, wanted[next], line, (size_t)size);
	}
	free(line);
	fclose(file);
}

void finding_list_read_excerpts(struct finding_list *list)
{
	size_t count = 0, total = finding_count(list);
	struct finding **wanted = malloc((total + 1) * sizeof(*wanted));
	if (wanted == NULL)
		return;
	for (size_t i = 0; i < total; i++) {
		/* The list is ours to change here; finding_at's const is for everyone else. */
		struct finding *finding = (struct finding *)finding_at(list, i);
		if (excerpt_is_wanted(finding))
			wanted[count++] = finding;
	}
	if (count > 1)
		qsort(wanted, count, sizeof(*wanted), excerpt_order);
	for (size_t start = 0, end = 0; start < count; start = end) {
		while (end < count && strcmp(wanted[end]->place.file, wanted[start]->place.file) == 0)
			end++;
		excerpts_read_file(list, wanted + start, end - start);
	}
	free(wanted);
}

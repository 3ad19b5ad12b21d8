/* SPDX-License-Identifier: BSD-2-Clause */
#include "finding/finding.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define CAUSE_MAX 4096        /* octets, longer sentences are cut */
#define EXCERPT_MAX 400       /* octets kept of a source line */
#define CHUNK_SIZE (64 << 10) /* octets the list's arena fetches at a time */
#define SEVERITY_COUNT 3

static const struct finding_row rows[FINDING_CODE_COUNT] = {
#define FINDING(id, code, severity, title, explanation, reference)                                                     \
	[FINDING_##id] = {code, severity, title, explanation, reference},
#include "finding/findings.def"
#undef FINDING
};

struct tally {
	size_t kept;
	size_t folded[SEVERITY_COUNT];
};

/* Findings are pieces of the arena and never move; the array holds pointers, so sorting moves only those. */
struct finding_list {
	struct arena *arena;
	struct finding **findings;
	size_t count;
	size_t capacity;
	size_t limit; /* kept of each code */
	struct tally tally[FINDING_CODE_COUNT];
	const char *last_file; /* most findings share the file of the one before: its copy is used again */
};

const char *severity_text(enum severity severity)
{
	static const char *const texts[SEVERITY_COUNT] = {
		[SEVERITY_NOTICE] = "notice", [SEVERITY_WARNING] = "warning", [SEVERITY_ERROR] = "error"};
	return texts[severity];
}

const struct finding_row *finding_row(enum finding_code code)
{
	return &rows[code];
}

const struct finding_row *finding_row_by_code(const char *code)
{
	for (size_t i = 0; i < FINDING_CODE_COUNT; i++) {
		if (strcasecmp(rows[i].code, code) == 0)
			return &rows[i];
	}
	return NULL;
}

struct finding_list *finding_list_new(void)
{
	struct finding_list *list = calloc(1, sizeof(*list));
	if (list == NULL)
		return NULL;
	list->limit = FINDING_KEPT_MAX;
	list->arena = arena_new(CHUNK_SIZE);
	if (list->arena == NULL) {
		free(list);
		return NULL;
	}
	return list;
}

void finding_list_free(struct finding_list *list)
{
	if (list == NULL)
		return;
	arena_free(list->arena);
	free(list->findings);
	free(list);
}

void finding_list_set_limit(struct finding_list *list, size_t kept_per_code)
{
	list->limit = kept_per_code;
}

bool finding_fold(struct finding_list *list, enum finding_code code, enum severity severity)
{
	if (list->tally[code].kept < list->limit)
		return false;
	list->tally[code].folded[severity]++;
	return true;
}

static bool list_grow(struct finding_list *list)
{
	if (list->count < list->capacity)
		return true;
	size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
	struct finding **findings = realloc(list->findings, capacity * sizeof(struct finding *));
	if (findings == NULL)
		return false;
	list->findings = findings;
	list->capacity = capacity;
	return true;
}

/* NULL stays NULL. */
static const char *list_text(struct finding_list *list, const char *text)
{
	return text == NULL ? NULL : arena_text(list->arena, text, strlen(text));
}

static const char *list_file(struct finding_list *list, const char *file)
{
	if (file != NULL && (list->last_file == NULL || strcmp(list->last_file, file) != 0))
		list->last_file = list_text(list, file);
	return file == NULL ? NULL : list->last_file;
}

static struct finding *list_append(struct finding_list *list)
{
	if (!list_grow(list))
		return NULL;
	struct finding *finding = arena_alloc_zeroed(list->arena, sizeof(*finding), sizeof(void *));
	if (finding != NULL)
		list->findings[list->count++] = finding;
	return finding;
}

struct finding *finding_add(struct finding_list *list, enum finding_code code, struct place place, const char *subject,
			    const char *fix, const char *cause_format, ...)
{
	if (finding_fold(list, code, rows[code].severity))
		return NULL;
	char sentence[CAUSE_MAX];
	va_list arguments;
	va_start(arguments, cause_format);
	int size = vsnprintf(sentence, sizeof(sentence), cause_format, arguments);
	va_end(arguments);
	struct finding *finding = size < 0 ? NULL : list_append(list);
	if (finding == NULL) {
		list->tally[code].folded[rows[code].severity]++;
		return NULL;
	}
	place.file = list_file(list, place.file);
	*finding = (struct finding){.code = code,
				    .severity = rows[code].severity,
				    .place = place,
				    .subject = list_text(list, subject),
				    .cause = list_text(list, sentence),
				    .fix = list_text(list, fix)};
	list->tally[code].kept++;
	return finding;
}

void finding_set_excerpt(struct finding_list *list, struct finding *finding, const char *line, size_t size)
{
	if (finding == NULL)
		return;
	finding->excerpt = arena_text(list->arena, line, size < EXCERPT_MAX ? size : EXCERPT_MAX);
}

void finding_list_raise(struct finding_list *list, size_t index, enum finding_code code, enum severity severity)
{
	for (size_t i = index; i < list->count; i++) {
		if (list->findings[i]->code == code)
			list->findings[i]->severity = severity;
	}
}

void finding_list_place(struct finding_list *list, size_t index, struct place place)
{
	place.file = list_file(list, place.file);
	for (size_t i = index; i < list->count; i++) {
		if (list->findings[i]->place.file == NULL)
			list->findings[i]->place = place;
	}
}

size_t finding_count(const struct finding_list *list)
{
	return list->count;
}

const struct finding *finding_at(const struct finding_list *list, size_t index)
{
	return index < list->count ? list->findings[index] : NULL;
}

size_t finding_count_severity(const struct finding_list *list, enum severity severity)
{
	size_t count = 0;
	for (size_t i = 0; i < list->count; i++)
		count += list->findings[i]->severity == severity;
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++)
		count += list->tally[code].folded[severity];
	return count;
}

size_t finding_count_at_least(const struct finding_list *list, enum severity severity)
{
	size_t count = 0;
	for (int i = (int)severity; i < SEVERITY_COUNT; i++)
		count += finding_count_severity(list, (enum severity)i);
	return count;
}

size_t finding_count_folded(const struct finding_list *list, enum finding_code code)
{
	size_t count = 0;
	for (int i = 0; i < SEVERITY_COUNT; i++)
		count += list->tally[code].folded[i];
	return count;
}

size_t finding_count_code(const struct finding_list *list, enum finding_code code)
{
	return list->tally[code].kept + finding_count_folded(list, code);
}

size_t finding_count_undetermined(const struct finding_list *list)
{
	size_t count = 0;
	for (size_t i = 0; i < list->count; i++)
		count += list->findings[i]->is_undetermined;
	return count;
}

static int text_order(const char *a, const char *b)
{
	if (a == b)
		return 0;
	return a == NULL ? 1 : b == NULL ? -1 : strcmp(a, b); /* what has no file comes last */
}

static int number_order(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int finding_order(const void *left, const void *right)
{
	const struct finding *a = *(const struct finding *const *)left, *b = *(const struct finding *const *)right;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	int order = text_order(a->place.file, b->place.file);
	if (order == 0)
		order = number_order(a->place.line, b->place.line);
	if (order == 0)
		order = strcmp(rows[a->code].code, rows[b->code].code);
	if (order == 0)
		order = text_order(a->subject, b->subject);
	return order != 0 ? order : text_order(a->cause, b->cause);
}

void finding_sort(struct finding_list *list)
{
	if (list->count > 1)
		qsort(list->findings, list->count, sizeof(struct finding *), finding_order);
}

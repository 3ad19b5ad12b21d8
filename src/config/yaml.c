/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>

/* Where the reader is: the open lists and maps, and the key that waits for its value. */
struct reading {
	struct source *source;
	struct arena *arena;
	struct yaml_node *open[YAML_DEPTH_MAX];
	size_t depth;
	struct yaml_node *key[YAML_DEPTH_MAX];
	struct yaml_node *root;
};

static struct mark mark_of(const struct fy_mark *start, const struct fy_mark *end)
{
	if (start == NULL)
		return (struct mark){0};
	struct mark mark = {.line = (uint32_t)start->line + 1, .column = (uint32_t)start->column + 1, .width = 1};
	if (end != NULL && end->line == start->line && end->column > start->column)
		mark.width = (uint32_t)(end->column - start->column);
	return mark;
}

static int compare_keys(const void *a, const void *b)
{
	const struct yaml_node *left = *(struct yaml_node *const *)a, *right = *(struct yaml_node *const *)b;
	int order = strcmp(left->key->text, right->key->text);
	if (order == 0)
		order = (left->mark.line > right->mark.line) - (left->mark.line < right->mark.line);
	return order != 0 ? order : (left->mark.column > right->mark.column) - (left->mark.column < right->mark.column);
}

/* Sorts a finished map's children for yaml_find and reports keys that come twice. */
static int index_map(struct source *source, struct arena *arena, struct yaml_node *map)
{
	map->index = arena_alloc(arena, (map->count + 1) * sizeof(*map->index), _Alignof(void *));
	if (map->index == NULL)
		return -ENOMEM;
	size_t at = 0;
	for (struct yaml_node *child = map->first; child != NULL; child = child->next)
		map->index[at++] = child;
	qsort(map->index, map->count, sizeof(*map->index), compare_keys);
	for (size_t i = 1; i < map->count; i++) {
		const struct yaml_node *before = map->index[i - 1]->key, *key = map->index[i]->key;
		if (strcmp(before->text, key->text) == 0)
			source_report(source, FINDING_CONFIG_DUPLICATE, key->mark, NULL, "keep one of the two",
				      "The key %s is already given in line %u.", key->text, before->mark.line);
	}
	return ERR_OK;
}

static void append(struct yaml_node *parent, struct yaml_node *child)
{
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->count++;
}

static int refuse(const struct reading *reading, struct mark mark, const char *what)
{
	source_report(reading->source, FINDING_CONFIG_SYNTAX, mark, NULL, NULL, "%s", what);
	return ERR_SYNTAX;
}

/* Puts a new node where it belongs: the document's root, a list's item, a map's key or value. */
static int place_node(struct reading *reading, struct yaml_node *node)
{
	if (reading->depth == 0) {
		reading->root = node;
		return ERR_OK;
	}
	struct yaml_node *parent = reading->open[reading->depth - 1];
	struct yaml_node **key = &reading->key[reading->depth - 1];
	if (parent->kind == YAML_LIST) {
		append(parent, node);
		return ERR_OK;
	}
	if (*key == NULL) {
		if (node->kind != YAML_SCALAR)
			return refuse(reading, node->mark, "A key must be a plain word.");
		*key = node;
		return ERR_OK;
	}
	node->key = *key;
	*key = NULL;
	if (node->mark.line == 0)
		node->mark = node->key->mark; /* "key:" with nothing behind it */
	append(parent, node);
	return ERR_OK;
}

static int open_node(struct reading *reading, struct yaml_node *node)
{
	if (reading->depth == YAML_DEPTH_MAX)
		return refuse(reading, node->mark, "Nested too deeply for a configuration.");
	int err = place_node(reading, node);
	if (err != ERR_OK)
		return err;
	reading->key[reading->depth] = NULL;
	reading->open[reading->depth++] = node;
	return ERR_OK;
}

static int add_scalar(struct reading *reading, struct yaml_node *node, struct fy_token *token)
{
	size_t size = 0;
	const char *text = token != NULL ? fy_token_get_text(token, &size) : "";
	if (text == NULL)
		return -ENOMEM;
	if (size > 0 && memchr(text, '\0', size) != NULL)
		return refuse(reading, node->mark, "A value must not contain the octet 0.");
	node->text = arena_text(reading->arena, text, size);
	node->is_plain = token != NULL && fy_token_scalar_style(token) == FYSS_PLAIN;
	return node->text != NULL ? place_node(reading, node) : -ENOMEM;
}

static int take_event(struct reading *reading, struct fy_event *event)
{
	struct mark mark = mark_of(fy_event_start_mark(event), fy_event_end_mark(event));
	if (event->type == FYET_MAPPING_END || event->type == FYET_SEQUENCE_END) {
		struct yaml_node *closed = reading->open[--reading->depth];
		return closed->kind == YAML_MAP ? index_map(reading->source, reading->arena, closed) : ERR_OK;
	}
	if (event->type == FYET_ALIAS)
		return refuse(reading, mark, "Aliases (*name) are not used in this file: write the value out.");
	if (event->type == FYET_DOCUMENT_START)
		return reading->root == NULL ? ERR_OK : refuse(reading, mark, "A second document: one file holds one.");
	if (event->type != FYET_SCALAR && event->type != FYET_MAPPING_START && event->type != FYET_SEQUENCE_START)
		return ERR_OK;
	if (fy_event_get_tag_token(event) != NULL || fy_event_get_anchor_token(event) != NULL)
		return refuse(reading, mark, "Tags (!name) and anchors (&name) are not used in this file.");
	struct yaml_node *node = arena_alloc_zeroed(reading->arena, sizeof(*node), _Alignof(struct yaml_node));
	if (node == NULL)
		return -ENOMEM;
	node->mark = mark;
	if (event->type == FYET_SCALAR)
		return add_scalar(reading, node, event->scalar.value);
	node->kind = event->type == FYET_MAPPING_START ? YAML_MAP : YAML_LIST;
	if (node->kind == YAML_MAP || node->mark.width == 0)
		node->mark.width = 1;
	return open_node(reading, node);
}

/* An unquoted IPv6 address that ends in a colon makes a key where none may stand. */
static bool find_bare_address(struct span line, struct mark *mark)
{
	const char *text = (const char *)line.data;
	size_t start = 0;
	for (size_t i = 0; i <= line.size; i++) {
		bool is_end = i == line.size || strchr(" \t,[]{}#", text[i]) != NULL;
		if (!is_end)
			continue;
		if (i >= start + 2 && text[i - 1] == ':' && text[i - 2] == ':' && i - start < 40) {
			mark->column = (uint32_t)start + 1;
			mark->width = (uint32_t)(i - start);
			return true;
		}
		start = i + 1;
	}
	return false;
}

static void report_syntax(struct source *source, struct fy_diag *diag)
{
	void *at = NULL;
	const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &at);
	if (error == NULL) {
		source_report(source, FINDING_CONFIG_SYNTAX, (struct mark){0}, NULL, NULL, "This is no YAML.");
		return;
	}
	struct mark mark = {.line = (uint32_t)error->line, .column = (uint32_t)error->column, .width = 1};
	if (mark.line > 0 && find_bare_address(source_line(source, mark.line), &mark))
		source_report(source, FINDING_CONFIG_QUOTE, mark, NULL,
			      "put the IPv6 address in quotes: \"2001:db8::\"",
			      "YAML reads a word that ends in a colon as a key.");
	else
		source_report(source, FINDING_CONFIG_SYNTAX, mark, NULL, NULL, "YAML: %s.", error->msg);
}

static int read_events(struct reading *reading, struct fy_parser *parser, struct fy_diag *diag)
{
	int err = ERR_OK;
	while (err == ERR_OK) {
		struct fy_event *event = fy_parser_parse(parser);
		if (event == NULL)
			break;
		err = take_event(reading, event);
		fy_parser_event_free(parser, event);
	}
	if (err == ERR_OK && fy_parser_get_stream_error(parser)) {
		report_syntax(reading->source, diag);
		return ERR_SYNTAX;
	}
	if (err == ERR_OK && reading->root == NULL)
		return refuse(reading, (struct mark){0}, "The file is empty.");
	return err;
}

int yaml_read(struct source *source, struct arena *arena, struct yaml_node **ret)
{
	struct reading reading = {.source = source, .arena = arena};
	if (source->text.size > YAML_SIZE_MAX)
		return refuse(&reading, (struct mark){0}, "The file is larger than 16 MiB.");
	if (!source_is_text(source))
		return ERR_SYNTAX;
	struct fy_diag_cfg diag_config;
	fy_diag_cfg_default(&diag_config);
	struct fy_diag *diag = fy_diag_create(&diag_config);
	if (diag == NULL)
		return -ENOMEM;
	fy_diag_set_collect_errors(diag, true);
	struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE, .diag = diag};
	struct fy_parser *parser = fy_parser_create(&config);
	int err = -ENOMEM;
	if (parser != NULL && fy_parser_set_string(parser, (const char *)source->text.data, source->text.size) == 0)
		err = read_events(&reading, parser, diag);
	fy_parser_destroy(parser);
	fy_diag_destroy(diag);
	if (err == ERR_OK)
		*ret = reading.root;
	return err;
}

static int compare_name(const void *name, const void *child)
{
	return strcmp(name, (*(struct yaml_node *const *)child)->key->text);
}

struct yaml_node *yaml_find(const struct yaml_node *node, const char *key)
{
	if (node == NULL || node->kind != YAML_MAP)
		return NULL;
	if (node->index == NULL) { /* made by yaml_add */
		struct yaml_node *child = node->first;
		while (child != NULL && strcmp(child->key->text, key) != 0)
			child = child->next;
		return child;
	}
	struct yaml_node **found = bsearch(key, node->index, node->count, sizeof(*node->index), compare_name);
	while (found != NULL && found > node->index && strcmp(found[-1]->key->text, key) == 0)
		found--; /* of duplicates the first stays */
	return found != NULL ? *found : NULL;
}

static struct yaml_node *new_default(struct arena *arena, enum yaml_kind kind, const char *text)
{
	struct yaml_node *node = arena_alloc_zeroed(arena, sizeof(*node), _Alignof(struct yaml_node));
	if (node != NULL)
		*node = (struct yaml_node){.kind = kind, .text = text, .is_default = true, .is_plain = true};
	return node;
}

/* The items of "[a, b]". */
static struct yaml_node *new_default_list(struct arena *arena, const char *text)
{
	struct yaml_node *list = new_default(arena, YAML_LIST, NULL);
	for (const char *at = text + 1 + strspn(text + 1, ", ]"); list != NULL && *at != '\0'; at += strspn(at, ", ]")) {
		size_t size = strcspn(at, ", ]");
		char *word = arena_text(arena, at, size);
		struct yaml_node *item = word != NULL ? new_default(arena, YAML_SCALAR, word) : NULL;
		if (item == NULL)
			return NULL;
		append(list, item);
		at += size;
	}
	return list;
}

struct yaml_node *yaml_add(struct arena *arena, struct yaml_node *map, const char *key, const char *text)
{
	struct yaml_node *node = text == NULL     ? new_default(arena, YAML_MAP, NULL)
				 : text[0] == '[' ? new_default_list(arena, text)
						  : new_default(arena, YAML_SCALAR, text);
	struct yaml_node *key_node = new_default(arena, YAML_SCALAR, key);
	if (node == NULL || key_node == NULL)
		return NULL;
	node->key = key_node;
	map->index = NULL;
	append(map, node);
	return node;
}

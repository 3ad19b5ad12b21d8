/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A YAML document as a small tree with the place of every node; the one file behind it knows libfyaml.
 * Owned: everything lies in the caller's arena.
 * Never follows anchors or tags: a document that uses them is refused, so the tree is as small as the text.
 */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include "base/arena.h"
#include "config/source.h"

#include <stdbool.h>

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

#define YAML_DEPTH_MAX 16
#define YAML_SIZE_MAX (16u << 20) /* octets of a file */

struct yaml_node {
	enum yaml_kind kind;
	bool is_default;  /* not in the file: put there by the loader */
	bool is_plain;    /* a scalar without quotes */
	const char *text; /* scalar: the value, NUL-terminated; else NULL */
	struct mark mark;
	struct yaml_node *key;                 /* in a map: the key this node is the value of */
	struct yaml_node *first, *last, *next; /* children in the order of the file */
	size_t count;
	struct yaml_node **index; /* map: children sorted by key */
	void *element;            /* what the loader made of it: an element of a NAMED block */
};

/* The document in source's text. ERR_SYNTAX: no YAML, a finding says where. Duplicate keys are findings, the first
 * stays. */
int yaml_read(struct source *source, struct arena *arena, struct yaml_node **ret) MUST_USE;

/* The value of a key of a map; NULL when there is none (or node is no map). */
struct yaml_node *yaml_find(const struct yaml_node *node, const char *key);

/* For the loader: a new child that is not in the file: a scalar, a list from "[a, b]", an empty map from NULL.
 * NULL: no memory. */
struct yaml_node *yaml_add(struct arena *arena, struct yaml_node *map, const char *key, const char *text);

#endif

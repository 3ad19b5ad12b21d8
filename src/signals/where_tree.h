/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The compiled form of an expression, between where_parse and where_judge.
 * Owned by where.h's struct where.
 * Never seen outside this room.
 */
#ifndef SIGNALS_WHERE_TREE_H
#define SIGNALS_WHERE_TREE_H

#include "ip/prefix.h"
#include "signals/where.h"

enum where_kind { WHERE_AND, WHERE_OR, WHERE_NOT, WHERE_COMPARE };

enum where_compare {
	WHERE_EQUAL,
	WHERE_LESS,
	WHERE_GREATER,
	WHERE_INSIDE, /* a prefix, a zone */
	WHERE_HOLDS,  /* a text in a text */
	WHERE_UNTOLD  /* is not known */
};

#define WHERE_TEXT_MAX 64

struct where_node {
	enum where_kind kind;
	uint8_t left, right; /* nodes; NOT has a left one only */
	/* comparisons */
	const struct column *column;
	enum where_compare compare;
	uint64_t number; /* also words, types, rcodes, flags, microseconds */
	struct ip_prefix prefix;
	struct name_buffer qname;
	char text[WHERE_TEXT_MAX];
};

struct where {
	size_t count;
	uint8_t root;
	struct where_node nodes[WHERE_NODES_MAX];
};

#endif

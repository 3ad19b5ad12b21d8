/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/where.h"

#include "signals/where_tree.h"

#include <strings.h>

static bool name_fits(const struct where_node *node, const struct event *event)
{
	struct name asked = event_qname(event), wanted = name_of(node->qname.wire);
	return node->compare == WHERE_INSIDE ? name_is_at_or_below(asked, wanted) : name_equal(asked, wanted);
}

static bool address_fits(const struct where_node *node, const struct event *event)
{
	struct ip_addr addr;
	memcpy(&addr, (const char *)event + node->column->offset, sizeof(addr));
	return ip_prefix_contains(&node->prefix, &addr);
}

static bool text_fits(const struct where_node *node, const struct event *event)
{
	const char *text = (const char *)event + node->column->offset;
	return node->compare == WHERE_HOLDS ? strcasestr(text, node->text) != NULL : strcmp(text, node->text) == 0;
}

static bool number_fits(const struct where_node *node, uint64_t value)
{
	switch (node->compare) {
	case WHERE_LESS:
		return value < node->number;
	case WHERE_GREATER:
		return value > node->number;
	default:
		return value == node->number;
	}
}

static enum truth comparison_judge(const struct where_node *node, const struct event *event)
{
	uint64_t value;
	bool is_told = column_value(node->column, event, &value), is_so;
	if (node->compare == WHERE_UNTOLD)
		return is_told ? TRUTH_NO : TRUTH_YES;
	if (!is_told)
		return TRUTH_UNKNOWN;
	if (node->column->kind == COLUMN_NAME)
		is_so = name_fits(node, event);
	else if (node->column->kind == COLUMN_ADDRESS)
		is_so = address_fits(node, event);
	else if (node->column->kind == COLUMN_TEXT)
		is_so = text_fits(node, event);
	else
		is_so = number_fits(node, value);
	return is_so ? TRUTH_YES : TRUTH_NO;
}

/* Kleene's three values in the order no, unknown, yes: "and" is the least, "or" the most, "not" turns them round. */
static enum truth node_judge(const struct where *where, uint8_t at, const struct event *event)
{
	const struct where_node *node = &where->nodes[at];
	if (node->kind == WHERE_COMPARE)
		return comparison_judge(node, event);
	enum truth left = node_judge(where, node->left, event);
	if (node->kind == WHERE_NOT)
		return TRUTH_YES - left;
	if (left == (node->kind == WHERE_AND ? TRUTH_NO : TRUTH_YES))
		return left;
	enum truth right = node_judge(where, node->right, event);
	return (node->kind == WHERE_AND) == (left < right) ? left : right;
}

enum truth where_judge(const struct where *where, const struct event *event)
{
	return node_judge(where, where->root, event);
}

const struct column *where_not_told(const struct where *where, const struct event *event)
{
	uint64_t value;
	for (size_t i = 0; i < where->count; i++) {
		const struct where_node *node = &where->nodes[i];
		if (node->kind == WHERE_COMPARE && node->compare != WHERE_UNTOLD &&
		    !column_value(node->column, event, &value))
			return node->column;
	}
	return NULL;
}

bool where_asks(const struct where *where, const struct column *column)
{
	for (size_t i = 0; i < where->count; i++) {
		if (where->nodes[i].kind == WHERE_COMPARE && where->nodes[i].column == column)
			return true;
	}
	return false;
}

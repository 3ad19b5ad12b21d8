/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/summary.h"

#include "base/random.h"

#include <stdlib.h>

#define SLOTS_FIRST 256

/* --- Operators --- */

/* The slot of a name: its own, or the free one where it belongs. */
static size_t *slot_of(const struct summary *summary, size_t *slots, size_t slot_count, struct name name)
{
	struct name_buffer lower;
	struct name key = name_lower(name, &lower);
	size_t at = siphash((const uint8_t *)summary->hash_key, key.wire, key.size) & (slot_count - 1);
	while (slots[at] != 0 && !name_equal(summary->operators[slots[at] - 1]->name, name))
		at = (at + 1) & (slot_count - 1);
	return &slots[at];
}

static bool slots_grow(struct summary *summary)
{
	size_t count = summary->slot_count == 0 ? SLOTS_FIRST : summary->slot_count * 2;
	size_t *slots = calloc(count, sizeof(*slots));
	if (slots == NULL)
		return false;
	if (summary->slot_count == 0)
		random_bytes((uint8_t *)summary->hash_key, sizeof(summary->hash_key));
	for (size_t i = 0; i < summary->operator_count; i++)
		*slot_of(summary, slots, count, summary->operators[i]->name) = i + 1;
	free(summary->slots);
	summary->slots = slots;
	summary->slot_count = count;
	return true;
}

static bool operators_grow(struct summary *summary)
{
	size_t room = summary->operator_room == 0 ? SLOTS_FIRST : summary->operator_room * 2;
	struct summary_operator **operators = realloc(summary->operators, room * sizeof(*operators));
	if (operators == NULL)
		return false;
	summary->operators = operators;
	summary->operator_room = room;
	return true;
}

static struct summary_operator *operator_of(struct summary *summary, struct name name)
{
	if (summary->operator_count * 2 >= summary->slot_count && !slots_grow(summary))
		return NULL;
	size_t *slot = slot_of(summary, summary->slots, summary->slot_count, name);
	if (*slot != 0)
		return summary->operators[*slot - 1];
	if (summary->operator_count == summary->operator_room && !operators_grow(summary))
		return NULL;
	struct summary_operator *operator= calloc(1, sizeof(*operator));
	if (operator== NULL)
		return NULL;
	operator->name = name_lower(name, &operator->buffer);
	summary->operators[summary->operator_count++] = operator;
	*slot = summary->operator_count;
	return operator;
}

/* The zone that most of the servers are named in. False: no server's zone is known. */
static bool view_operator(const struct view *view, struct name *ret)
{
	unsigned most = 0;
	for (unsigned i = 0; i < view->server_count; i++) {
		struct name home = view->servers[i].home;
		unsigned count = 0;
		for (unsigned j = 0; j < view->server_count; j++)
			count += name_equal(view->servers[j].home, home);
		bool is_first = most == count && name_compare(home, *ret) < 0;
		if (name_is_root(home) || (count <= most && !is_first))
			continue;
		most = count;
		*ret = home;
	}
	return most > 0;
}

/* --- Counting --- */

void summary_add(struct summary *summary, const struct view *view, const size_t counts[FINDING_CODE_COUNT])
{
	struct name name = name_root;
	struct summary_operator *operator= view_operator(view, &name) ? operator_of(summary, name) : NULL;
	summary->is_failed = summary->is_failed || (operator== NULL && !name_is_root(name));
	summary->zones++;
	summary->verdicts[verdict_of(view)]++;
	if (operator!= NULL)
		operator->zones++;
	for (size_t code = 0; code < FINDING_CODE_COUNT; code++)
		summary->codes[code] += counts[code] > 0;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		struct summary_family *side = &summary->families[family];
		enum finding_code cause = verdict_cause(view, family);
		if (cause == FINDING_CODE_COUNT || view->is_absent)
			continue;
		bool is_meant = verdict_is_meant(view, family);
		side->unresolvable++;
		side->meant += is_meant;
		side->causes[cause]++;
		side->meant_causes[cause] += is_meant;
		if (operator!= NULL)
			operator->unresolvable[family]++;
	}
}

void summary_free(struct summary *summary)
{
	for (size_t i = 0; i < summary->operator_count; i++)
		free(summary->operators[i]);
	free(summary->operators);
	free(summary->slots);
	*summary = (struct summary){0};
}

/* --- Concentration --- */

static int operator_order(const struct summary_operator *a, const struct summary_operator *b, enum family family)
{
	if (a->unresolvable[family] != b->unresolvable[family])
		return a->unresolvable[family] > b->unresolvable[family] ? -1 : 1;
	if (a->zones != b->zones)
		return a->zones > b->zones ? -1 : 1;
	return name_compare(a->name, b->name);
}

static int order_ipv6(const void *a, const void *b)
{
	return operator_order(*(struct summary_operator *const *)a, *(struct summary_operator *const *)b, FAMILY_IPV6);
}

static int order_ipv4(const void *a, const void *b)
{
	return operator_order(*(struct summary_operator *const *)a, *(struct summary_operator *const *)b, FAMILY_IPV4);
}

/* The table by name is of no use afterwards. */
void summary_sort(struct summary *summary, enum family family)
{
	if (summary->operator_count > 0)
		qsort(summary->operators, summary->operator_count, sizeof(struct summary_operator *),
		      family == FAMILY_IPV6 ? order_ipv6 : order_ipv4);
}

size_t summary_tenth(const struct summary *summary)
{
	return (summary->operator_count + 9) / 10;
}

size_t summary_held(const struct summary *summary, enum family family, size_t operators)
{
	size_t held = 0;
	for (size_t i = 0; i < operators && i < summary->operator_count; i++)
		held += summary->operators[i]->unresolvable[family];
	return held;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many zones in figures: how many each kind of resolver gets, what stands in the way of the others, and who runs them.
 * Owned: start with {0}, end with summary_free. The operator of a zone is the zone that most of its name servers are
 * named in; of several the first in canonical order.
 * Never counts a zone that could not be tested among those that are fine, or among those that are not.
 */
#ifndef CLI_AUDIT_SUMMARY_H
#define CLI_AUDIT_SUMMARY_H

#include "audit/verdict.h"

struct summary_family {
	size_t unresolvable;                     /* zones that resolvers of this family alone do not get */
	size_t meant;                            /* of them those that an address of the family is published for */
	size_t causes[FINDING_CODE_COUNT];       /* of them, by verdict_cause */
	size_t meant_causes[FINDING_CODE_COUNT]; /* of those that are meant */
};

struct summary_operator {
	struct name_buffer buffer;
	struct name name;
	size_t zones;
	size_t unresolvable[FAMILY_COUNT];
};

struct summary {
	size_t zones;
	size_t verdicts[VERDICT_COUNT];
	struct summary_family families[FAMILY_COUNT];
	size_t codes[FINDING_CODE_COUNT]; /* zones that have a finding of the code */
	struct summary_operator **operators;
	size_t operator_count, operator_room;
	size_t *slots; /* of a table by name: index into operators and one; 0: free. A power of two of them */
	size_t slot_count;
	uint64_t hash_key[2];
	bool is_failed; /* no memory: it is not whole */
};

/* counts: findings of each code of this zone. */
void summary_add(struct summary *summary, const struct view *view, const size_t counts[FINDING_CODE_COUNT]);
void summary_free(struct summary *summary);

/* Orders the operators: those with most zones that cannot be resolved over the family first. No zone is added after. */
void summary_sort(struct summary *summary, enum family family);
/* Such zones of the first so many operators. */
size_t summary_held(const struct summary *summary, enum family family, size_t operators);
/* A tenth of the operators, rounded up. */
size_t summary_tenth(const struct summary *summary);

/* The table, and the member "summary"; they sort. */
void summary_text(struct summary *summary, struct text *out);
void summary_json(struct summary *summary, struct json_writer *json);

#endif

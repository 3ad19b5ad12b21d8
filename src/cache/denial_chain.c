/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache/denial_chain.h"

#include <stdlib.h>

static struct span_key key_of(const struct denial_span *span)
{
	return (struct span_key){.name = span->record.owner, .hash = span->hash};
}

static struct name nsec_next(const struct denial_span *span)
{
	return name_of(span->record.rrset->records + RRSET_RECORD_HEADER);
}

/* Where the span ends. */
static struct span_key end_of(const struct denial_span *span)
{
	if (span->kind == SPAN_NSEC)
		return (struct span_key){.name = nsec_next(span)};
	return (struct span_key){.hash = span->next_hash};
}

static int key_compare(enum span_kind kind, struct span_key a, struct span_key b)
{
	return kind == SPAN_NSEC ? name_compare(a.name, b.name) : memcmp(a.hash, b.hash, SPAN_HASH_SIZE);
}

/* The first whose owner is not before the key. */
static uint32_t lower_bound(const struct denial_chain *chain, struct span_key key)
{
	uint32_t low = 0, high = chain->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (key_compare(chain->kind, key_of(chain->spans[middle]), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Strictly between owner and end; the last span of a chain goes round to its beginning. */
static bool span_covers(const struct denial_span *span, struct span_key key)
{
	bool is_behind_owner = key_compare(span->kind, key_of(span), key) < 0;
	bool is_before_end = key_compare(span->kind, key, end_of(span)) < 0;
	bool is_last = key_compare(span->kind, key_of(span), end_of(span)) >= 0;
	/* RFC 5155 1.3: hashes go round. A name before the apex is not in the zone: RFC 4034 4.1.1. */
	if (is_last)
		return is_behind_owner || (span->kind == SPAN_NSEC3 && is_before_end);
	return is_behind_owner && is_before_end;
}

struct denial_span *chain_find(const struct denial_chain *chain, struct span_key key)
{
	if (chain->count == 0)
		return NULL;
	uint32_t at = lower_bound(chain, key);
	if (at < chain->count && key_compare(chain->kind, key_of(chain->spans[at]), key) == 0)
		return chain->spans[at];
	/* The one before; before the first of all only the last can go round to. */
	struct denial_span *span = chain->spans[at > 0 ? at - 1 : chain->count - 1];
	return span_covers(span, key) ? span : NULL;
}

struct denial_span *chain_replaced(const struct denial_chain *chain, const struct denial_span *span)
{
	uint32_t at = lower_bound(chain, key_of(span));
	if (at == chain->count)
		return NULL;
	struct denial_span *there = chain->spans[at];
	bool is_same = key_compare(chain->kind, key_of(there), key_of(span)) == 0;
	return is_same || span_covers(span, key_of(there)) ? there : NULL;
}

bool chain_add(struct denial_chain *chain, struct denial_span *span)
{
	if (chain->count == chain->capacity) {
		uint32_t capacity = chain->capacity == 0 ? 4 : chain->capacity * 2;
		struct denial_span **spans = realloc(chain->spans, capacity * sizeof(*spans));
		if (spans == NULL)
			return false;
		chain->spans = spans;
		chain->capacity = capacity;
	}
	uint32_t at = lower_bound(chain, key_of(span));
	memmove(chain->spans + at + 1, chain->spans + at, (chain->count - at) * sizeof(*chain->spans));
	chain->spans[at] = span;
	chain->count++;
	return true;
}

void chain_remove(struct denial_chain *chain, const struct denial_span *span)
{
	uint32_t at = lower_bound(chain, key_of(span));
	if (at == chain->count || chain->spans[at] != span)
		return;
	chain->count--;
	memmove(chain->spans + at, chain->spans + at + 1, (chain->count - at) * sizeof(*chain->spans));
}

void chain_end(struct denial_chain *chain)
{
	free(chain->spans);
	*chain = (struct denial_chain){.kind = chain->kind};
}

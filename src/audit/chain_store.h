/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chains whose judgement can not change any more, for the zones that come after: the root, TLDs, the zones of
 * operators. Owned: chain_store_new/chain_store_free; chains that it gives belong to it. One for each book of facts.
 * Never keeps a chain that waits for a fact, nor one that was judged in the middle of another.
 */
#ifndef AUDIT_CHAIN_STORE_H
#define AUDIT_CHAIN_STORE_H

#include "audit/chain.h"

struct chain_store;

struct chain_store *chain_store_new(void); /* NULL: no memory */
void chain_store_free(struct chain_store *store);

/* NULL: not known. store NULL: nothing is. */
struct chain *chain_store_find(const struct chain_store *store, struct name zone, enum family family);
/* A copy that lasts; its parent and what it leads through are in the store. NULL: no memory. */
struct chain *chain_store_keep(struct chain_store *store, const struct chain *chain);

#endif

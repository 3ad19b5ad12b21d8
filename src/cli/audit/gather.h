/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judges zones again and again while facts come in, until nothing is missing; and a zone once more, to be told of.
 * Owned: judging_new/judging_free; a view lives until the next pass.
 * Never judges a zone again before something that it waits for has come.
 */
#ifndef CLI_AUDIT_GATHER_H
#define CLI_AUDIT_GATHER_H

#include "audit/chain_store.h"
#include "audit/service.h"
#include "audit/view.h"
#include "cli/audit/audit.h"

/* What the zones are judged in, one after the other. */
struct judging {
	struct audit *audit;
	struct audit_book *book;
	struct arena *arena;
	struct chain_store *store;
	struct view view;
	struct service service; /* instead, where the target is one */
	size_t whole;      /* zones that nothing is missing of */
	size_t asked;      /* questions, each try counted */
	uint64_t start_us; /* monotonic */
	bool is_memory_short;
};

struct judging *judging_new(struct audit *audit, struct audit_book *book); /* NULL: no memory */
void judging_free(struct judging *judging);
/* An exit code. */
int judging_gather(struct judging *judging);
/* Instead, of a book that is closed: what there is to judge besides what was named. An exit code. */
int judging_recall(struct judging *judging);
/* judging->view is that of the zone, or judging->service that of the service. */
void judging_pass(struct judging *judging, struct audit_target *target);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks what a book of facts wants, many questions at once, and puts the answers in.
 * Owned: asker_new/asker_free; the book outlives it.
 * Never asks an address over a family that the command was told not to use, nor one server more than 8 questions at a
 * time.
 */
#ifndef CLI_AUDIT_ASKER_H
#define CLI_AUDIT_ASKER_H

#include "audit/facts.h"

struct asker_options {
	unsigned timeout_ms; /* of a question over UDP, all tries together; TCP gets it once more */
	unsigned tries;      /* datagrams, at least 1 */
	unsigned rate;       /* questions a second, over all servers; 0: no limit */
	bool is_family_allowed[FAMILY_COUNT];
};

struct asker;

struct asker *asker_new(struct facts *facts, const struct asker_options *options); /* NULL: no memory */
void asker_free(struct asker *asker);
/* Asks what is wanted, and comes back some milliseconds after something is known that was not, or when nothing is under
 * way. False: that. HURRIED: comes back after those milliseconds in any case; true then. */
bool asker_run(struct asker *asker, bool is_hurried);
size_t asker_sent(const struct asker *asker); /* questions so far, each try counted */

#endif

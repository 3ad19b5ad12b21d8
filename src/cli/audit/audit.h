/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of `sextant audit`: what it was told, and the facts it judges by.
 * Owned: lives in audit_run; audit_sources_free ends what the sources hold.
 * Never holds a view: a zone is judged again when it is told of.
 */
#ifndef CLI_AUDIT_AUDIT_H
#define CLI_AUDIT_AUDIT_H

#include "audit/chain.h"
#include "cli/cli.h"

struct audit_target {
	struct name_buffer buffer;
	struct name zone;
	bool is_whole; /* nothing is missing any more */
};

struct audit {
	struct cli *cli;
	struct facts *facts;
	struct arena *arena; /* of the sources */
	struct walk_options options;
	struct audit_target *targets;
	size_t count;
	struct anchors *anchors;
	bool is_recorded; /* nothing is asked */
};

/* From the command line and the files it names, in this order: the zones, hints, anchors, a delegation that is not made
 * yet, what earlier runs saved. An exit code; what is wrong has been said. */
int audit_sources_load(struct audit *audit);
/* --save. */
int audit_facts_save(struct audit *audit);
void audit_sources_free(struct audit *audit);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of `sextant audit`: what it was told, and the facts it judges by.
 * Owned: lives in audit_run; audit_sources_free ends what the sources hold.
 * Never holds a view: a zone is judged again when it is told of.
 */
#ifndef CLI_AUDIT_AUDIT_H
#define CLI_AUDIT_AUDIT_H

#include "audit/chain.h"
#include "audit/inventory.h"
#include "cli/check.h"

struct audit_target {
	struct name zone;                /* in the arena */
	const struct inventory_row *row; /* a service, not a zone; NULL: a zone */
	bool is_reverse;                 /* it is judged as what addresses of services have their names in */
	bool is_whole;                   /* nothing is missing any more */
	uint8_t wait_count;
	const struct fact *waits[WAITS_MOST]; /* what was missing when it was judged last */
	uint64_t judged_us;                   /* then; monotonic */
};

/* What one host saw, at one time: by asking, or as an earlier run saved it. */
struct audit_book {
	const char *label; /* the host, or the file where that does not say */
	struct facts *facts;
	struct walk_options options; /* those of the audit; time and keyrings are its own */
	bool is_recorded;            /* nothing is asked */
	struct remote *remote;       /* another host asks, and will send it; NULL: none */
	enum chain_state (*states)[FAMILY_COUNT]; /* of each target, once it was told of */
};

struct audit {
	struct cli *cli;
	struct audit_book *books;
	size_t book_count;
	struct arena *arena; /* of the sources */
	struct walk_options options;
	struct audit_target *targets;
	size_t count, capacity, reverse_count;
	struct audit_target *services;
	size_t service_count;
	struct given *given; /* sorted when all are there */
	size_t given_count;
	struct check_zones children; /* of --children */
	struct anchors *anchors;
	struct asn_table *asns; /* of --asn-table */
};

/* A file, or "-": standard input. -errno, -EFBIG, -ENOMEM. ret is the caller's to free. */
int audit_file_read(const char *path, struct text *ret);
/* "-": standard output. An exit code; what is wrong has been said. */
int audit_file_write(struct cli *cli, const char *path, const struct text *text);
/* The zones: operands and --list. An exit code; what is wrong has been said. */
int audit_targets_take(struct audit *audit);
/* From the command line and the files it names, in this order: the zones, hints, anchors, delegations that are not made
 * yet, what earlier runs saved. An exit code; what is wrong has been said. */
int audit_sources_load(struct audit *audit);
/* One more zone to be judged. NULL: no memory. */
struct audit_target *audit_target_add(struct audit *audit, struct name zone);
/* A copy that lasts as long as the audit. -ENOMEM. */
int audit_name_keep(struct audit *audit, struct name name, struct name *ret) MUST_USE;
/* Room for a delegation that is given; the caller fills it. NULL: no memory. */
struct given *audit_given_add(struct audit *audit);
/* --ns, --ds. */
int audit_given_take(struct audit *audit);
/* --validator. */
int audit_validators_take(struct audit *audit);
/* --pref64, --asn-table. */
int audit_networks_take(struct audit *audit);
/* --children: the delegations of zone files, each a target. */
int audit_children_take(struct audit *audit);
/* Hints and anchors alone: for whoever walks and does not audit. cli and arena are set. */
int audit_roots_load(struct audit *audit);
/* One book for each --from or --vantage; else one that is to be filled. An exit code; what is wrong has been said. */
int audit_books_make(struct audit *audit);
void audit_books_free(struct audit *audit);
/* Those that other hosts fill: waits for them. */
int audit_books_collect(struct audit *audit);
/* An empty one, or one made of a document's text: path is its name in what is said. An exit code. */
int audit_book_open(struct audit *audit, struct audit_book *ret);
int audit_book_read(struct audit *audit, const char *path, struct audit_book *ret);
int audit_book_take(struct audit *audit, const char *path, const struct text *text, struct audit_book *ret);
void audit_book_close(struct audit_book *book);
/* V03: asks this host's resolvers what kind of host it is, before anything is walked. An exit code. */
struct asker;
int audit_vantage_ask(struct audit *audit, struct audit_book *book, struct asker *asker);
/* --save. */
int audit_book_save(struct audit *audit, struct audit_book *book);
void audit_sources_free(struct audit *audit);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PTR zones made from forward zones: which zones a prefix needs, and the text of each.
 * Owned: reverse_plan_new/reverse_plan_free; a plan borrows all that its input points to, texts are the caller's.
 * Never opens a file and never changes what a person has written: only what stands between its two marks is ours.
 */
#ifndef ZONE_REVERSE_GENERATE_H
#define ZONE_REVERSE_GENERATE_H

#include "finding/finding.h"
#include "ip/prefix.h"
#include "zone/zone.h"

/* Ours is what stands from the first of these lines to the second; the rest of the file is written by hand. */
#define REVERSE_MARK_BEGIN "; --- begin: sextant reverse generate (lines up to the end mark are replaced)"
#define REVERSE_MARK_END "; --- end: sextant reverse generate (start the next record with its name)"

#define REVERSE_NAMES_MAX 64 /* PTR records of one address: more fit into no answer */

struct reverse_input {
	const struct zone *const *forwards;
	size_t forward_count;      /* at least one */
	struct ip_prefix prefix;
	bool has_ttl;
	uint32_t ttl_s;            /* else each PTR has the TTL of its address */
	uint64_t now_s;            /* seconds since 1970, for a serial that begins with the date */
	const struct name *servers; /* NS of new zones; none: those of the first forward zone */
	size_t server_count;
	struct name mailbox;       /* SOA RNAME of new zones; wire NULL: that of the first forward zone */
};

struct reverse_plan;

int reverse_plan_new(const struct reverse_input *input, struct reverse_plan **ret) MUST_USE;
void reverse_plan_free(struct reverse_plan *plan);

/* RFC 3596 2.5: one zone at a nibble, else the 2, 4 or 8 at the next one; IPv4 the same with octets, but
 * one classless zone for /25 to /31 (RFC 2317). */
size_t reverse_plan_zone_count(const struct reverse_plan *plan);
struct name reverse_plan_apex(const struct reverse_plan *plan, size_t index, struct name_buffer *buffer);
/* Addresses left out of the plan because more than REVERSE_NAMES_MAX names have them: the names that were dropped. */
size_t reverse_plan_dropped(const struct reverse_plan *plan);

struct reverse_result {
	bool is_changed;    /* text differs from the old one */
	uint32_t serial;    /* of the text */
	uint32_t old_serial; /* 0: there was no file */
	size_t ptr_count;   /* made by us */
	size_t hand_count;  /* addresses whose PTR is written by hand, so that we made none */
};

/*
 * The text of zone index, appended to out. old: what its file holds now, data NULL: there is none; old_path is for
 * messages and for the $INCLUDEs of what is written by hand. ERR_FINDINGS: that part cannot be read, or the result
 * would not load.
 */
int reverse_plan_text(const struct reverse_plan *plan, size_t index, struct span old, const char *old_path,
                      struct finding_list *findings, struct text *out, struct reverse_result *ret) MUST_USE;

/* A greater serial (RFC 1982): today's date with 01 where the old one is a date, else the next number. */
uint32_t reverse_serial_next(uint32_t old, uint64_t now_s);

#endif

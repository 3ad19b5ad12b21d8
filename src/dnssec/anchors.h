/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trust anchors and negative trust anchors (RFC 7646), by owner name.
 * Owned: anchors_new/anchors_free. Filled at start, then read-only; a change (RFC 5011) makes a new one.
 * Never fetches: octets and text come in.
 */
#ifndef DNSSEC_ANCHORS_H
#define DNSSEC_ANCHORS_H

#include "base/err.h"
#include "dns/rrset.h"

struct anchors;

struct anchor { /* of one owner: any of its DS and DNSKEY records is trusted */
	struct name owner;
	const struct rrset *ds;     /* NULL: none */
	const struct rrset *dnskey; /* NULL: none */
};

struct anchors *anchors_new(void);
void anchors_free(struct anchors *anchors);
/* One record in master-file text: ". IN DS 20326 8 2 E06D44...", TTL and class may be left out; type DS or DNSKEY.
 * ERR_SYNTAX, ERR_UNSUPPORTED (another type), -ENOMEM. */
int anchors_add_text(struct anchors *anchors, struct span line) MUST_USE;
int anchors_add(struct anchors *anchors, struct name owner, uint16_t type, struct span rdata) MUST_USE;
/* A file of such lines (comments after ';', parentheses allowed), as Unbound's and BIND's tools write them.
 * *ret_line: where it went wrong. */
int anchors_add_file_text(struct anchors *anchors, struct span text, size_t *ret_line) MUST_USE;
int anchors_add_negative(struct anchors *anchors, struct name owner) MUST_USE;

/* The anchor with the longest owner at or above name that no negative anchor lies between or at; NULL: name is below
 * no anchor, or a negative anchor covers it (*ret_is_negative). */
const struct anchor *anchors_find(const struct anchors *anchors, struct name name, bool *ret_is_negative);
/* In order of adding. NULL behind the last. */
const struct anchor *anchors_at(const struct anchors *anchors, size_t index);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An RRset in memory: its records ready to be sent.
 * Owned by a zone's memory; read-only once published.
 * Never holds the owner name (its node does) and never a compressed name.
 *
 * records is, for each record, what follows the owner name on the wire:
 *   TYPE (2)  CLASS (2)  TTL (4)  RDLENGTH (2)  RDATA
 * so that an answer copies it behind a two-octet name pointer. RRSIGs are kept as RRsets of type RRSIG,
 * one for each type covered; records are in canonical order (RFC 4034 6.3), without duplicates.
 */
#ifndef DNS_RRSET_H
#define DNS_RRSET_H

#include "dns/name.h"

#define RRSET_RECORD_HEADER 10 /* octets before RDATA */

struct rrset {
	uint16_t type;
	uint16_t covered; /* type RRSIG: the type covered, else 0 */
	uint16_t count;   /* records */
	uint16_t flags;   /* for the zone store's own use */
	uint32_t ttl;     /* seconds; the same for all records (RFC 2181 5.2) */
	uint32_t size;    /* octets of records */
	uint8_t records[];
};

/* An RRset with its owner and signatures, wherever they are kept. Borrowed. */
struct rrset_view {
	struct name owner;
	const struct rrset *rrset;
	const struct rrset *signatures; /* type RRSIG, all covering rrset's type; NULL: none */
};

/* The RDATA of the next record; *position starts at 0. false: no more. */
static inline bool rrset_next(const struct rrset *rrset, size_t *position, struct span *ret_rdata)
{
	if (*position >= rrset->size)
		return false;
	const uint8_t *record = rrset->records + *position;
	*ret_rdata = span_of(record + RRSET_RECORD_HEADER, load_u16(record + 8));
	*position += RRSET_RECORD_HEADER + ret_rdata->size;
	return true;
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one reply says to one question: records, an alias, a denial, a failure, or nothing.
 * A value; sets and texts lie in the walk's arena or in the book of facts.
 * Never takes silence for a denial, nor what this host could not send for silence.
 */
#ifndef DOCTOR_SAID_H
#define DOCTOR_SAID_H

#include "audit/chain.h"
#include "base/text.h"
#include "dns/rrset.h"

enum said_kind {
	SAID_NOTHING, /* it was not asked */
	SAID_OPEN,    /* nobody knows yet */
	SAID_RECORDS,
	SAID_ALIAS, /* a CNAME (or DNAME) at the name, and no records of the type behind it */
	SAID_NODATA,
	SAID_ABSENT,    /* NXDOMAIN */
	SAID_TRUNCATED, /* TC: what it says is to be had over TCP */
	SAID_LAME,      /* of a server that should have authority: it refuses, refers elsewhere, has none */
	SAID_FAILED,    /* SERVFAIL and other rcodes */
	SAID_MALFORMED,
	SAID_SILENT,
	SAID_REFUSED,  /* the port, not the question: nothing listens there */
	SAID_UNTESTED, /* not from here */
	SAID_KIND_COUNT
};

struct said {
	enum said_kind kind;
	uint16_t rcode;
	bool is_recursive;            /* RA */
	const struct fact *fact;      /* NULL: it was not asked */
	const struct rrset_view *set; /* RECORDS */
	struct name alias;            /* ALIAS: where it leads; wire NULL: a DNAME */
	int32_t ede;                  /* the first INFO-CODE; -1: none */
	struct span ede_text;
};

/* Of a server of the zone: authority is wanted, and the owner is name. */
void said_by_authority(struct walk *walk, const struct fact *fact, struct name name, uint16_t type, struct said *ret);
/* Of a resolver: records of the type at whatever owner aliases lead to. */
void said_by_resolver(struct walk *walk, const struct fact *fact, struct name name, uint16_t type, struct said *ret);

/* It came back, whatever it says. */
bool said_is_reply(const struct said *said);
/* The zone's own word: records, an alias, or a denial. */
bool said_is_answer(const struct said *said);
/* Nothing came back, and it is not this host's fault. */
bool said_is_dead(const struct said *said);
/* The same records, or the same denial. TTLs and signatures are not compared. */
bool said_is_same(const struct said *a, const struct said *b);
/* "2 records", "SERVFAIL EDE 6 (DNSSEC Bogus): ...", "no answer". What is not printable becomes "?". */
void said_to_text(const struct said *said, struct text *out);
/* The addresses in an AAAA or A set, at most size. */
size_t said_addresses(const struct said *said, struct ip_addr *ret, size_t size);

#endif

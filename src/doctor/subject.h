/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A name under examination as its zone's servers show it: the zone over each family, and what each address says.
 * A pure function of the facts; everything is made in the arena of the walk.
 * Never judges: the steps do.
 */
#ifndef DOCTOR_SUBJECT_H
#define DOCTOR_SUBJECT_H

#include "audit/secure.h"
#include "doctor/said.h"

#define SUBJECT_TYPES_MAX 3
#define SUBJECT_ADDRESSES_MAX 48 /* of one family */

struct subject_address {
	struct name server;
	struct ip_endpoint endpoint;
	enum address_state state; /* over UDP, by the SOA of the zone */
	struct said soa, tcp;     /* the SOA over UDP and TCP */
	struct said large, small; /* DNSKEY with EDNS 1232; where that brings nothing, with 512 */
	bool has_serial;
	uint32_t serial;
	struct said answers[SUBJECT_TYPES_MAX];
	struct said retries[SUBJECT_TYPES_MAX]; /* where an answer did not come: with EDNS 512 */
	struct said
		segments[SUBJECT_TYPES_MAX]; /* of large TCP answers: in segments of the size that the path carries */
	struct said streams[SUBJECT_TYPES_MAX]; /* where that was truncated: over TCP */
};

struct subject {
	struct name name, zone;
	const uint16_t *types;
	unsigned type_count;
	const struct chain *chains[FAMILY_COUNT]; /* as far as each was reached */
	enum chain_state states[FAMILY_COUNT];    /* of the zone itself */
	struct subject_address *addresses[FAMILY_COUNT];
	unsigned counts[FAMILY_COUNT];
	bool has_serial;
	uint32_t serial;                     /* the newest (RFC 1982) */
	struct said best[SUBJECT_TYPES_MAX]; /* of the address with the newest zone */
	struct secure secure[FAMILY_COUNT][SUBJECT_TYPES_MAX];
	bool has_port;
	uint16_t port; /* of its HTTPS record, where that has one (RFC 9460 7.2) */
};

/* walk: facts, arena, options; what is missing is counted in its open. NULL: no memory. */
struct subject *subject_fill(struct walk *walk, struct name name, const uint16_t *types, unsigned type_count);
/* Where best says that the name is an alias; false: it is none. */
bool subject_alias(const struct subject *subject, struct name *ret);
/* Is serial a older than b (RFC 1982 3.2)? */
bool serial_is_older(uint32_t a, uint32_t b);
/* Addresses of the family that answer for the zone over UDP. */
unsigned subject_good(const struct subject *subject, enum family family);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer while it is put together: which RRsets go into which section, nothing encoded yet.
 * A part of the worker's scratch; it borrows from the query and from the zones.
 * Never allocates: the lists are bounded because the aliases are.
 */
#ifndef AUTH_ANSWER_H
#define AUTH_ANSWER_H

#include "auth/auth.h"
#include "dns/query.h"
#include "zone/search.h"

#define ANSWER_ALIASES_MAX 16 /* CNAMEs and DNAMEs followed for one question */
#define ANSWER_RRSETS_MAX 128 /* a section; only `any: full` at an owner of very many types comes near */
#define ANSWER_SOURCES_MAX 4
#define ANSWER_TTL_STORED UINT32_MAX

enum answer_section { ANSWER_ANSWER, ANSWER_AUTHORITY, ANSWER_SECTIONS };

struct answer_rrset {
	struct name owner;
	const struct rrset *rrset;
	const struct rrset *signatures; /* NULL: none, or not asked for */
	uint32_t ttl_s;                 /* ANSWER_TTL_STORED: as in the zone */
	bool is_optional;               /* left out without TC when it does not fit */
};

/* Where additional addresses come from: zone_additional of an RRset of a node. */
struct answer_source {
	const struct zone *zone;
	const struct zone_node *node;
	const struct rrset *rrset;
	bool is_referral; /* its in-domain addresses are required, RFC 9471 */
};

/* Octets of an RRset made here: a CNAME from a DNAME. */
struct answer_synthesis {
	_Alignas(struct rrset) uint8_t octets[sizeof(struct rrset) + RRSET_RECORD_HEADER + NAME_MAX];
};

struct answer {
	const struct auth_options *options;
	const struct zoneset *zones;
	struct name qname;
	uint16_t qtype;
	bool is_do;
	uint16_t rcode;
	bool is_aa;
	uint16_t counts[ANSWER_SECTIONS];
	uint16_t source_count;
	uint16_t synthesis_count;
	struct answer_rrset rrsets[ANSWER_SECTIONS][ANSWER_RRSETS_MAX];
	struct answer_source sources[ANSWER_SOURCES_MAX];
	struct answer_synthesis syntheses[ANSWER_ALIASES_MAX];
};

/* An empty answer to a question of class IN, NOERROR, not authoritative. */
void answer_start(struct answer *answer, const struct auth_options *options, const struct zoneset *zones,
                  const struct query *query);
/* Finds everything that belongs into the answer. search: of the question's name in its closest zone, begun. */
void answer_collect(struct answer *answer, const struct zone_search_state *search);

/* One RRset of node under owner, with its signatures when the client wants them. */
struct answer_rrset *answer_add(struct answer *answer, enum answer_section section, struct name owner,
                                const struct zone_node *node, const struct rrset *rrset);
/* The same into the authority section unless it is there already: each NSEC once (RFC 4035 3.1.3). */
void answer_add_once(struct answer *answer, const struct zone_node *node, const struct rrset *rrset);
/* Addresses of the names in rrset. */
void answer_add_source(struct answer *answer, const struct zone *zone, const struct zone_node *node,
                       const struct rrset *rrset, bool is_referral);

/* --- The four kinds of answer. name is the question's, or an alias's target. --- */

/* An alias (CNAME) or DNAME was met: *ret_target is where the answer goes on. */
enum answer_step { ANSWER_DONE, ANSWER_FOLLOW };

/* The name exists, or is made from a wildcard: its RRset, an alias, or no data. */
enum answer_step answer_positive(struct answer *answer, const struct zone *zone, struct name name,
                                 const struct zone_match *match, struct name *ret_target);
/* RFC 6672: the DNAME at match's node rewrites name. */
enum answer_step answer_dname(struct answer *answer, const struct zone *zone, struct name name,
                              const struct zone_match *match, struct name *ret_target);
enum answer_step answer_cname(struct answer *answer, const struct zone *zone, struct name name,
                              const struct zone_match *match, const struct rrset *cname, struct name *ret_target);
/* The name is at or below a delegation. */
enum answer_step answer_referral(struct answer *answer, const struct zone *zone, struct name name,
                                 const struct zone_match *match, struct name *ret_target);
/* No such name. */
enum answer_step answer_absent(struct answer *answer, const struct zone *zone, struct name name,
                               const struct zone_match *match, struct name *ret_target);
/* The name is there (ZONE_EXACT, ZONE_WILDCARD, or a DS question at ZONE_CUT), the type is not. */
void answer_nodata(struct answer *answer, const struct zone *zone, struct name name, const struct zone_match *match);

#endif

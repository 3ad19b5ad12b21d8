/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a zone resolvable over one address family alone: from the root down, with the zones that its servers are named in,
 * and if it is not, who is to blame (RFC 10001 3.1)?
 * A pure function of the facts; everything is made in the arena of the walk.
 * Never uses a server of the other family, and never takes what it could not see for a fault.
 */
#ifndef AUDIT_CHAIN_H
#define AUDIT_CHAIN_H

#include "audit/facts.h"
#include "audit/given.h"
#include "audit/nat64.h"
#include "dnssec/anchors.h"
#include "dnssec/keyring.h"

#define CHAIN_SERVERS_MAX 24
#define CHAIN_ADDRESSES_MAX 8

/* The family of a chain that may use servers of both: what dual-stack resolvers do. */
#define CHAIN_DUAL FAMILY_COUNT

enum chain_state {
	CHAIN_OPEN, /* facts are missing; they are wanted now */
	CHAIN_GOOD,
	CHAIN_BROKEN,
	CHAIN_UNTESTED, /* this host does not reach the family's world */
	CHAIN_STATE_COUNT
};

/* Why a server, or all servers of a zone, are of no use over the family. */
enum chain_cause {
	CAUSE_NONE,
	CAUSE_NO_ADDRESS,  /* its name has no address of the family */
	CAUSE_NO_GLUE,     /* its name is inside the zone, and the delegation has no address of the family */
	CAUSE_EMBEDDED,    /* its address is of no use: chain_is_usable */
	CAUSE_SILENT,      /* its address is published, nothing answers */
	CAUSE_LAME,        /* it answers, but not for the zone */
	CAUSE_ALIAS,       /* its name is an alias (RFC 2181 10.3) */
	CAUSE_SERVER_ZONE, /* the zone that its name is in is not resolvable over the family */
	CAUSE_CIRCLE,      /* that zone needs this one */
	CAUSE_ANCESTOR,    /* of a zone: one above it is not resolvable */
	CAUSE_ABSENT,      /* of a name: no such zone */
	CAUSE_COUNT
};

enum address_state { ADDRESS_OPEN, ADDRESS_GOOD, ADDRESS_SILENT, ADDRESS_LAME, ADDRESS_EMBEDDED, ADDRESS_UNTESTED };

struct chain_address {
	struct ip_endpoint endpoint;
	enum address_state state;
	const struct fact *probe; /* SOA of the zone over UDP; NULL: not asked */
};

struct chain_server {
	struct name name;
	bool is_in_domain;      /* at or below the zone */
	bool is_sibling;        /* else, but below the parent */
	bool has_glue;          /* of the chain's family */
	enum chain_cause cause; /* NONE: it is good, or nobody looked since others are */
	bool is_good, is_open;
	bool is_untested; /* its addresses could not be asked for from here */
	const struct chain *through; /* the chain of its name, where that was walked */
	struct chain_address addresses[CHAIN_ADDRESSES_MAX];
	unsigned address_count;
};

struct chain {
	struct name zone;
	enum family family; /* or CHAIN_DUAL */
	enum chain_state state;
	enum chain_cause cause;
	const struct chain *parent;  /* NULL: the root */
	const struct given *given;   /* its servers were given; NULL: the parent names them */
	const struct chain *culprit; /* BROKEN: the zone that is the first to be mended; itself where it is that */
	const struct fact *referral; /* the delegation; NULL: the root, or servers were given */
	bool is_shared;              /* the parent's server has the zone, too: the delegation is not seen */
	bool is_walking, is_thorough, is_tainted; /* TAINTED: judged while a zone that it needs was being walked */
	bool is_settled; /* nothing that it was judged by can change: it lives in the walk's store, if there is one */
	struct chain_server servers[CHAIN_SERVERS_MAX];
	unsigned server_count;
	struct chain *next; /* in the walk, or in a bucket of the store */
};

struct chain_hint {
	struct name name;
	struct ip_endpoint endpoint;
};

struct walk_options {
	const struct chain_hint *hints; /* of the root */
	size_t hint_count;
	struct given_table given; /* delegations in place of the parents' */
	const struct ip_endpoint *validators; /* resolvers that are asked what they make of the target */
	size_t validator_count;
	struct nat64 nat64; /* this host is behind it */
	const struct ip_prefix *pref64; /* NAT64 prefixes that the operator declared */
	size_t pref64_count;
	const struct asn_table *asns; /* NULL: none was given */
	uint16_t port;
	bool is_tls_wanted; /* DNS over TLS is tried where it is not published, too */
	bool is_transfer_wanted;
	bool is_quick;                          /* no more is asked than what says whether the zone is resolvable */
	const struct anchors *anchors;          /* trust anchors; NULL: nothing is validated */
	struct keyring *keyrings[FAMILY_COUNT]; /* what was verified over one family says nothing of the other */
	uint64_t now_s, now_us;                 /* wall clock for signatures, monotonic */
};

struct chain_store;

#define WAITS_MOST 48

struct walk {
	struct facts *facts;
	struct arena *arena; /* of this pass */
	const struct walk_options *options;
	struct chain_store *store; /* what other walks settled; NULL: each walk begins anew */
	struct name target; /* of this zone and no other all servers are tried */
	struct chain *chains;
	unsigned chain_count, depth;
	bool is_exhausted; /* more zones than one walk may visit: what was judged since holds for this walk alone */
	unsigned open; /* facts that were wanted and are not there yet */
	const struct fact *waits[WAITS_MOST]; /* the first of them */
};

/* The chain of the zone that holds name: the deepest that can be reached. Never NULL. */
struct chain *chain_to(struct walk *walk, struct name name, enum family family);
/* A reply about name and type from a good server of the chain; NULL: none, or not yet (walk->open). */
const struct fact *chain_ask(struct walk *walk, const struct chain *chain, struct name name, uint16_t type);
/* May the parent give glue for the server? */
bool chain_has_say(const struct chain *chain, struct name server);
/* Can anybody be reached there? Not at addresses that hold an IPv4 address (RFC 10001 4.1), nor at this host's own. */
bool chain_is_usable(const struct ip_addr *addr);
/* The same, nor (V03) at one that leads through this host's own translator, nor inside a declared NAT64 prefix. */
bool walk_is_usable(const struct walk *walk, const struct ip_addr *addr);

/* What a fact says, taken apart in the walk's arena; NULL: no reply, or a malformed one. */
struct gathered;
const struct gathered *walk_gather(struct walk *walk, const struct fact *fact, struct message *ret_message);
/* Asks, or finds. Counts what is open. */
const struct fact *walk_want(struct walk *walk, const struct fact_question *question);
const struct fact *walk_get(struct walk *walk, const struct ip_endpoint *server, struct name name, uint16_t type,
			    enum question_transport transport, uint16_t edns_size);
/* The same for what only the wire shows; the probe's transport follows from it. */
const struct fact *walk_probe(struct walk *walk, const struct ip_endpoint *server, struct name name, uint16_t type,
			      enum fact_probe probe, uint16_t edns_size, uint16_t segment_most);
/* Asks with EDNS, truncated replies over TCP, and servers that do not take EDNS without it. */
const struct fact *walk_ask(struct walk *walk, const struct ip_endpoint *server, struct name name, uint16_t type);

const char *chain_cause_text(enum chain_cause cause); /* "has no address of the family" */

#endif

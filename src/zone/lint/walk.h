/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of the linter share: the walk over one zone, what else is known, and where a host's addresses are.
 * Lives on the stack of one zone_lint call; all it points to is the caller's.
 * Never seen outside zone/lint.
 */
#ifndef ZONE_LINT_WALK_H
#define ZONE_LINT_WALK_H

#include "ip/special.h"
#include "zone/lint.h"
#include "zone/search.h"
#include "zone/zoneset.h"

/*
 * A finding about a record that several NS sets lead to is wanted once. Keys of what has been reported stand in a
 * table that is never grown: when it is full, things are reported again rather than lost.
 */
#define REPORTED_MAX 8192 /* a power of two */

struct reported {
	const void *records[REPORTED_MAX];
	uint16_t codes[REPORTED_MAX]; /* a record may be reported under several codes */
	size_t count;
};

struct lint {
	const struct lint_input *input;
	const struct zoneset *zones; /* all given zones by apex; NULL when there is only this one */
	struct reported *reported;   /* NULL: no memory, things may be reported twice */
	struct finding_list *findings;

	const struct lint_zone *here;
	const struct zone *zone;
	struct name apex;
	enum zone_denial denial;
	bool is_signed;
	bool has_reverse;      /* a reverse zone is among the given ones */
	bool is_reverse;       /* this is one */
	enum family reverse_family;
	bool has_parent;       /* the zone above is given and delegates to this one */
	size_t documentation_count; /* name server addresses for documentation in this zone, met so far */
	const struct rrset *documentation_first;
	char subject[NAME_TEXT_MAX + 16]; /* "zone example.com" */
};

/* The address family as record type and back. */
#define FAMILY_TYPE(family) ((family) == FAMILY_IPV6 ? RR_AAAA : RR_A)

/* A zone among the given ones. */
const struct lint_zone *lint_zone_of(const struct lint *lint, const struct zone *zone);
/* The given zone with the longest apex at or above name; this zone when it is the only one. NULL: none. */
const struct zone *lint_zone_for(const struct lint *lint, struct name name);
/* Where a record of a given zone stands; all zero when nobody knows. */
struct place lint_place(const struct lint *lint, const struct zone *zone, const struct rrset *rrset, size_t index);
/* Has this code been reported for this record before? Remembers it when not. */
bool lint_is_reported(struct lint *lint, enum finding_code code, const void *record);
/* Only asks. */
bool lint_was_reported(const struct lint *lint, enum finding_code code, const void *record);

/* An address record's RDATA as an address. */
struct ip_addr address_of(enum family family, struct span rdata);
/* Is addr inside a configured NAT64 prefix, as an address that embeds IPv4 would be? *ret: the IPv4 address. */
bool lint_is_pref64(const struct lint *lint, const struct ip_addr *addr, struct ip_addr *ret);
/* No IPv6 address at all, for our purposes: IPv4-mapped, -compatible, NAT64. */
bool lint_is_embedded(const struct lint *lint, const struct ip_addr *addr);

/* --- Hosts: what the given zones know about a name's addresses --- */

enum knowledge {
	KNOWLEDGE_NONE, /* the name lies in no given zone, or below a delegation that says nothing of this family */
	KNOWLEDGE_GLUE, /* only as glue */
	KNOWLEDGE_FULL  /* a zone that is authoritative for it was given */
};

struct host {
	struct name name;
	const struct zone *zone; /* holds the rrsets below; NULL: none */
	const struct rrset *rrsets[FAMILY_COUNT]; /* NULL: no such address, or not known */
	enum knowledge knowledge[FAMILY_COUNT];
	bool is_alias; /* owns a CNAME */
	bool is_absent; /* authoritative: there is no such name */
};

/* What the closest given zone says of name. */
void host_find(const struct lint *lint, struct name name, struct host *ret);
/* What one zone says of name, which lies at or below its apex: its own data, or glue. */
void host_find_in(const struct zone *zone, struct name name, struct host *ret);

/* --- The parts; each adds its findings --- */

#define SERVERS_MAX 32 /* name servers of one NS set that are judged */

struct server {
	struct host host;        /* the addresses a resolver gets that follows the referral */
	struct host child;       /* what the child zone says, where has_child */
	bool is_in_domain;       /* at or below the delegation */
	bool has_child;          /* the child zone was given and is authoritative for the name */
};

/* An NS set, of the apex or of a delegation, with what is known of its servers. */
struct server_set {
	const struct zone_node *node;
	const struct rrset *ns;
	struct name name;
	bool is_apex;
	size_t count;
	struct server servers[SERVERS_MAX];
	char title[NAME_TEXT_MAX + 16]; /* "delegation child.example", written when first needed */
};

const char *server_set_title(struct server_set *set);
struct place server_set_place(const struct lint *lint, const struct server_set *set, size_t index);

void lint_servers(struct lint *lint, const struct zone_node *node, const struct rrset *ns);
void lint_glue(struct lint *lint, struct server_set *set);
void lint_server_addresses(struct lint *lint, struct server_set *set);
void lint_referral(struct lint *lint, struct server_set *set);
void lint_documentation(struct lint *lint); /* at the end of the walk */

void lint_names(struct lint *lint, const struct zone_node *node);
void lint_service(struct lint *lint, const struct zone_node *node, const struct rrset *rrset);
void lint_text(struct lint *lint, const struct zone_node *node, const struct rrset *rrset);
void lint_ptr(struct lint *lint, const struct zone_node *node, const struct rrset *ptr);
void lint_reverse_of(struct lint *lint, const struct zone_node *node, const struct rrset *addresses);
void lint_signatures(struct lint *lint, const struct zone_node *node);
void lint_signed(struct lint *lint);

#endif

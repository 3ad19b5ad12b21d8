/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A router advertisement (RFC 4861 4.2) as far as it matters for DNS: flags, lifetimes, preference, resolvers, search
 * domains, NAT64 prefixes, encrypted resolvers.
 * A value; octets are copied. Reading adds to it, so one may stand for several messages of one router.
 * Never trusts: a malformed option is counted and skipped, of a message that clients drop (RFC 4861 6.1.2) only that
 * is kept.
 */
#ifndef DISCOVER_ADVERTISEMENT_H
#define DISCOVER_ADVERTISEMENT_H

#include "discover/dnr.h"
#include "discover/ndopt.h"

#define ADVERTISEMENT_MAX 16 /* of each kind; is_cut tells of more */

enum advertisement_preference { PREFERENCE_LOW, PREFERENCE_MEDIUM, PREFERENCE_HIGH };
const char *advertisement_preference_text(enum advertisement_preference preference); /* "medium" */

struct advertisement_server {
	struct ip_addr addr; /* a link-local one with its interface */
	uint32_t lifetime_s; /* 0: no longer to be used; UINT32_MAX: infinity */
};

struct advertisement_domain {
	struct name_buffer name; /* name_of(name.wire) */
	uint32_t lifetime_s;
};

struct advertisement {
	struct ip_addr router;
	uint32_t interface;
	bool has_header;      /* false: only options are known, as the kernel tells them, or is_broken */
	bool is_broken;       /* a message had an option whose length is 0 or beyond the end: clients drop it */
	bool is_managed;      /* M: addresses by DHCPv6 */
	bool is_other;        /* O: other things by DHCPv6 */
	enum advertisement_preference preference; /* RFC 4191 2.2 */
	uint16_t lifetime_s;  /* as default router; 0: it is none */
	bool has_autonomous;  /* a prefix that hosts make addresses from */
	uint32_t interval_ms; /* the longest time between advertisements; 0: not told */
	struct advertisement_server servers[ADVERTISEMENT_MAX];
	size_t server_count;
	struct advertisement_domain domains[ADVERTISEMENT_MAX];
	size_t domain_count;
	struct ndopt_pref64 pref64s[ADVERTISEMENT_MAX];
	size_t pref64_count;
	struct dnr_resolver dnrs[ADVERTISEMENT_MAX];
	size_t dnr_count;
	unsigned malformed;   /* options that were skipped; of several messages: in the worst of them */
	bool is_cut;          /* something did not fit */
};

/* Adds an ICMPv6 message, checksum and hop limit verified, to what the router said before: it may tell in several what
 * does not fit into one (RFC 4861 6.2.3). into->router and into->interface are set. Errors as ndopt_of_advertisement; into
 * is then untouched. */
int advertisement_read(struct span icmp, struct advertisement *into) MUST_USE;
/* Adds options, as the kernel tells them over rtnetlink. */
void advertisement_add_options(struct span options, struct advertisement *into);

#endif

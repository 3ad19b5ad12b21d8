/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A service name as an audit sees it: its addresses of both families with their signatures, what the reverse tree says
 * of each, the hosts of its mail, and the hints of its HTTPS and SVCB records.
 * A pure function of the facts; everything is made in the arena of the walk.
 * Never judges (checks/services.c does), and never takes what it could not see for missing.
 */
#ifndef AUDIT_SERVICE_H
#define AUDIT_SERVICE_H

#include "audit/inventory.h"
#include "audit/secure.h"

#define SERVICE_ADDRESSES_MAX 8 /* of one host and family; further ones are not looked at */
#define SERVICE_HOSTS_MAX 8     /* of mail, of hints */

enum service_ptr {
	SERVICE_PTR_UNKNOWN, /* it could not be asked, or need not be */
	SERVICE_PTR_GOOD,    /* a PTR names a host that has the address */
	SERVICE_PTR_MISSING,
	SERVICE_PTR_STRAY /* no PTR leads back: ptr_name is the first */
};

struct service_address {
	struct ip_addr addr;
	enum service_ptr ptr;
	struct name ptr_name;
	bool is_ptr_absent;                      /* there is no such host */
	struct name reverse;                     /* the name of the address below ip6.arpa or in-addr.arpa */
	const struct chain *zones[FAMILY_COUNT]; /* of that name; NULL: not looked at over the family */
	bool is_undelegated;                     /* MISSING: the last zone down to the address is a registry's */
	struct name short_owner; /* MISSING: a name with too few labels that has a PTR; wire NULL: none was found */
};

struct service_host {
	struct name name, canonical;             /* the one behind aliases */
	const struct chain *zones[FAMILY_COUNT]; /* that the name is in; NULL: not looked at over the family */
	bool is_known[FAMILY_COUNT];             /* somebody with authority said what it has */
	bool is_absent;
	const struct rrset *rrsets[FAMILY_COUNT];
	struct secure secure[FAMILY_COUNT][FAMILY_COUNT]; /* over the family, of the addresses of the family */
	struct service_address addresses[FAMILY_COUNT][SERVICE_ADDRESSES_MAX];
	unsigned counts[FAMILY_COUNT];
};

struct service_hints {
	struct name owner;
	const struct rrset *rrset;                             /* NULL: no such record; of type HTTPS or SVCB */
	const struct service_host *targets[SERVICE_HOSTS_MAX]; /* of each record; NULL: it has no hints */
	unsigned count;
};

struct service {
	const struct inventory_row *row; /* what is meant; line 0: nobody said, and only what is there is judged */
	struct service_host host;
	bool is_known[INVENTORY_TYPE_COUNT], is_there[INVENTORY_TYPE_COUNT]; /* only of types that were asked for */
	const struct service_host *mail[SERVICE_HOSTS_MAX];
	unsigned mail_count;
	struct service_hints https, svcb;
};

/* Of a name that nobody said has to be there, only what is there is of interest. */
static inline bool service_is_shown(const struct service *service)
{
	const struct service_host *host = &service->host;
	return service->row->line > 0 ||
	       (!host->is_absent && (host->is_known[FAMILY_IPV6] || host->is_known[FAMILY_IPV4]));
}

/* Wants what is missing; it is whole when walk->open stays 0. */
void service_fill(struct walk *walk, const struct inventory_row *row, struct service *ret);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the validator: one call of validate() at work.
 * Lives for the call; what lasts is in the keyring.
 * Never keeps a pointer into evidence beyond the call.
 */
#ifndef RESOLVER_VALIDATE_WORK_H
#define RESOLVER_VALIDATE_WORK_H

#include "dns/rrtype.h"
#include "dnssec/denial.h"
#include "dnssec/verify.h"
#include "resolver/validate.h"

enum standing { /* of a zone, or of a name that should be signed */
	STANDING_NEED, /* evidence is missing: ret says which */
	STANDING_SECURE,
	STANDING_INSECURE,
	STANDING_INDETERMINATE,
	STANDING_BOGUS
};

struct validation {
	const struct validate_request *request;
	struct validate_result *ret;
	const struct anchor *anchor;
	const struct zone_keys *keys; /* of the zone whose standing was found SECURE last */
	struct name zone;
	uint32_t ttl_cap_s;
};

/* The zone's keys, by way of its DS and the anchor. SECURE: keys and zone are set. */
enum standing zone_standing(struct validation *validation, struct name zone);
/* Data at the name came without signatures: is there an unsigned delegation above it? BOGUS: there is none; the reason
 * is empty when nothing but the missing signature speaks against it. */
enum standing unsigned_standing(struct validation *validation, struct name name);

/* Against the keys of the zone found SECURE last. */
struct verified set_verify(struct validation *validation, const struct rrset_view *set);
void set_keep(struct validation *validation, const struct rrset_view *set);

#endif

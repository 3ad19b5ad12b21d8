/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For how long the signatures of an RRset are good: as files show them and as servers give them.
 * Stateless.
 * Never verifies: verify does.
 */
#ifndef DNSSEC_VALIDITY_H
#define DNSSEC_VALIDITY_H

#include "dns/rrset.h"

struct validity {
	bool is_valid;      /* one signature at least counts now */
	bool is_future;     /* none does, and one will */
	int64_t left_s;     /* of the one that lasts longest; below 0: gone since. INT64_MIN: none has begun */
	int64_t lifetime_s; /* of that one */
};

/* now: the wall clock's lower 32 bits (RFC 4034 3.1.5). */
struct validity validity_of(const struct rrset *signatures, uint32_t now);
/* Valid, and less than a tenth of its lifetime or less than the TTL is left (RFC 6781 4.4.2). */
bool validity_is_expiring(const struct validity *validity, uint32_t ttl_s);

#define VALIDITY_DATE_MAX 24 /* "2026-12-22 10:00", NUL */
/* When it ends. */
void validity_date(const struct validity *validity, uint64_t now_s, char ret_text[VALIDITY_DATE_MAX]);

#endif

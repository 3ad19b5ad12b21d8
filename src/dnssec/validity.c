/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/validity.h"

#include <time.h>

#define RRSIG_EXPIRATION 8 /* offsets in RDATA, RFC 4034 3.1 */
#define RRSIG_INCEPTION 12
#define RRSIG_LEAST 18
#define EXPIRING_PART 10 /* of the lifetime: a tenth left is close to expiry */

/* RFC 4034 3.1.5: times are serial numbers; the one near now is meant. */
static int64_t seconds_until(uint32_t time, uint32_t now)
{
	return (int32_t)(time - now);
}

struct validity validity_of(const struct rrset *signatures, uint32_t now)
{
	struct validity best = {.left_s = INT64_MIN};
	size_t position = 0;
	struct span rdata;
	while (rrset_next(signatures, &position, &rdata)) {
		if (rdata.size < RRSIG_LEAST)
			continue;
		int64_t left = seconds_until(load_u32(rdata.data + RRSIG_EXPIRATION), now);
		int64_t since = -seconds_until(load_u32(rdata.data + RRSIG_INCEPTION), now);
		best.is_future = best.is_future || since < 0;
		best.is_valid = best.is_valid || (since >= 0 && left >= 0);
		if (left > best.left_s && since >= 0) {
			best.left_s = left;
			best.lifetime_s = left + since;
		}
	}
	return best;
}

bool validity_is_expiring(const struct validity *validity, uint32_t ttl_s)
{
	return validity->is_valid &&
	       (validity->left_s < ttl_s || validity->left_s < validity->lifetime_s / EXPIRING_PART);
}

void validity_date(const struct validity *validity, uint64_t now_s, char ret_text[VALIDITY_DATE_MAX])
{
	time_t when = (time_t)((int64_t)now_s + validity->left_s);
	struct tm parts;
	gmtime_r(&when, &parts);
	strftime(ret_text, VALIDITY_DATE_MAX, "%Y-%m-%d %H:%M", &parts);
}

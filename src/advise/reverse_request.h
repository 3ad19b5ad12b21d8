/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request for a reverse delegation that a provider holds, and what to do before and after it (P-07).
 * Borrowed: reads its request and appends to the caller's text.
 * Never asks the network: what is said of the zones is what their files say.
 */
#ifndef ADVISE_REVERSE_REQUEST_H
#define ADVISE_REVERSE_REQUEST_H

#include "base/text.h"
#include "ip/prefix.h"
#include "zone/zone.h"

struct reverse_request {
	const struct ip_prefix *prefixes;
	size_t prefix_count;
	const struct name *servers;       /* none: those of each zone's file */
	size_t server_count;
	const struct zone *const *zones;  /* what is known of them: NS, and DNSKEY for DS */
	size_t zone_count;
	uint32_t ttl_s;                   /* of the records at the parent */
	const char *contact;              /* NULL: to be filled in */
};

/* Is the name one of the zones of the prefixes? */
bool reverse_request_has_zone(const struct reverse_request *request, struct name name);
/* ERR_NOT_FOUND: there are no servers for *ret_zone, in its file or in the request; ERR_CRYPTO. */
int reverse_request_write(const struct reverse_request *request, struct text *out,
			  struct name_buffer *ret_zone) MUST_USE;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A resolver as whoever asks it sees it: both transports, the name with and without validation, and what tells its own
 * trouble from the name's.
 * A pure function of the facts; everything is made in the arena of the walk.
 * Never judges: the steps do.
 */
#ifndef DOCTOR_RESOLVER_VIEW_H
#define DOCTOR_RESOLVER_VIEW_H

#include "doctor/incident.h"
#include "ip/prefix.h"

#define RESOLVER_PREFIXES_MAX 4

struct resolver_view {
	struct ip_endpoint endpoint;
	const char *text;     /* "2001:db8::53", with a port other than 53 */
	struct said udp, tcp; /* . NS */
	struct said keys;     /* . DNSKEY, validated by it, 1232 octets allowed */
	struct said plain[SUBJECT_TYPES_MAX], unchecked[SUBJECT_TYPES_MAX]; /* unchecked: with CD */
	struct said zone, parent; /* SOA of the name's zone and of the zone above: is it this name alone? */
	struct ip_prefix prefixes[RESOLVER_PREFIXES_MAX]; /* of its DNS64: RFC 7050 */
	size_t prefix_count;
	bool is_alive;
};

/* subject NULL: there is no name. NULL: no memory. */
struct resolver_view *resolver_view_fill(struct walk *walk, const struct incident *incident, unsigned index,
					 const struct subject *subject);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Encrypted resolvers as networks advertise them: DNR (RFC 9463) in router advertisements and in DHCPv6.
 * Values; octets are copied.
 * Never trusts: an instance that RFC 9463 calls invalid is ERR_SYNTAX or ERR_TRUNCATED, and to be discarded.
 */
#ifndef DISCOVER_DNR_H
#define DISCOVER_DNR_H

#include "dns/name.h"
#include "ip/addr.h"

#define DNR_ADDRESSES_MAX 8 /* more are cut off */
#define DNR_PARAMS_MAX 256  /* octets; more is ERR_LIMIT */

struct dnr_resolver {
	uint16_t priority;       /* the lowest first */
	uint32_t lifetime_s;     /* router advertisements: UINT32_MAX: infinity; DHCPv6: 0 */
	struct name_buffer name; /* the authentication domain name: name_of(name.wire) */
	struct ip_addr addresses[DNR_ADDRESSES_MAX];
	size_t address_count;    /* 0: the name alone was given (RFC 9463 3.1.6) */
	uint8_t params[DNR_PARAMS_MAX]; /* SvcParams, checked */
	size_t params_size;
};

/* The whole option 144 of a router advertisement, its type and length octets included (RFC 9463 6.1). */
int dnr_from_ndopt(struct span option, struct dnr_resolver *ret) MUST_USE;
/* The value of option 144 of DHCPv6 (RFC 9463 4.1). */
int dnr_from_dhcpv6(struct span value, struct dnr_resolver *ret) MUST_USE;

#endif

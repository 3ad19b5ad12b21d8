/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of neighbour discovery (RFC 4861 4.6) in router advertisements: the NAT64 prefixes in them (RFC 8781).
 * Pure functions of octets.
 * Never trusts: an option that is malformed is skipped when its length is sound, else the walk ends (RFC 4861 6.1.2).
 */
#ifndef DISCOVER_NDOPT_H
#define DISCOVER_NDOPT_H

#include "dns64/pref64.h"

enum ndopt_type {
	NDOPT_PREFIX = 3,   /* RFC 4861 4.6.2 */
	NDOPT_INTERVAL = 7, /* RFC 6275 7.3 */
	NDOPT_RDNSS = 25,   /* RFC 8106 5.1 */
	NDOPT_DNSSL = 31,   /* RFC 8106 5.2 */
	NDOPT_PREF64 = 38,  /* RFC 8781 4 */
	NDOPT_DNR = 144     /* RFC 9463 6.1 */
};
#define NDOPT_UNIT 8 /* octets: a length octet counts them */

/* One option with its two octets of type and length, from the front of options. ERR_TRUNCATED: it is longer than what
 * is there; ERR_SYNTAX: its length is 0. At the end of options: ERR_NOT_FOUND. */
int ndopt_next(struct span *options, struct span *ret) MUST_USE;

struct ndopt_pref64 { /* what pref64_table_learn takes */
	struct pref64 pref64; /* source PREF64_RA; ends_us is not set */
	uint32_t lifetime_s;  /* 0: withdrawn */
};

/* The prefixes in options, said by router on interface. Returns how many, at most size; the others are ignored. */
size_t ndopt_pref64s(struct span options, const struct ip_addr *router, uint32_t interface, struct ndopt_pref64 *ret,
                     size_t size);
/* The options of a router advertisement, ICMPv6 header included, checksum and hop limit verified by the kernel.
 * ERR_MISMATCH: it is none, or the router's address is not link-local (RFC 4861 6.1.2); ERR_TRUNCATED. */
int ndopt_of_advertisement(struct span icmp, const struct ip_addr *router, struct span *ret_options) MUST_USE;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4 addresses inside IPv6 ones, RFC 6052 2.2: prefix lengths 32, 40, 48, 56, 64, 96; bits 64-71 (the u octet) zero.
 * Stateless.
 */
#ifndef IP_NAT64_H
#define IP_NAT64_H

#include "ip/prefix.h"

bool nat64_is_prefix(const struct ip_prefix *prefix); /* IPv6, a length of RFC 6052, u octet zero */
/* The IPv6 address for addr (IPv4) under prefix. ERR_RANGE: not a NAT64 prefix, or not IPv4. */
int nat64_embed(const struct ip_prefix *prefix, const struct ip_addr *addr, struct ip_addr *ret) MUST_USE;
/* The IPv4 address inside addr. ERR_MISMATCH: outside the prefix, or its u octet is not zero. */
int nat64_extract(const struct ip_prefix *prefix, const struct ip_addr *addr, struct ip_addr *ret) MUST_USE;

#endif

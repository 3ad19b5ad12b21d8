/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An address prefix, "2001:db8::/32" or "192.0.2.0/24".
 * Value. The bits behind the length are zero.
 */
#ifndef IP_PREFIX_H
#define IP_PREFIX_H

#include "ip/addr.h"

struct ip_prefix {
	struct ip_addr addr;
	uint8_t length; /* bits: 0-128 or 0-32 */
};

#define IP_PREFIX_TEXT_MAX (IP_ADDR_TEXT_MAX + 4)

/* "address/length"; without a length the whole address. ERR_SYNTAX; ERR_MISMATCH: bits set behind the length. */
int ip_prefix_from_text(const char *text, struct ip_prefix *ret) MUST_USE;
void ip_prefix_to_text(const struct ip_prefix *prefix, char ret_text[IP_PREFIX_TEXT_MAX]);
bool ip_prefix_contains(const struct ip_prefix *prefix, const struct ip_addr *addr);
bool ip_prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b);
/* The address cut to length bits. */
struct ip_prefix ip_prefix_of(const struct ip_addr *addr, uint8_t length);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DHCPv6 without a lease (RFC 8415 6.1): the information-request, and what a reply to it says of DNS.
 * Values; octets are copied.
 * Never identifies this host: no client identifier is sent (RFC 7844), so a reply with one is for somebody else.
 */
#ifndef DISCOVER_DHCPV6_H
#define DISCOVER_DHCPV6_H

#include "base/writer.h"
#include "discover/dnr.h"

#include <stdbool.h>

#define DHCPV6_CLIENT_PORT 546
#define DHCPV6_SERVER_PORT 547
#define DHCPV6_TRANSACTION_SIZE 3
#define DHCPV6_REQUEST_MAX 64 /* octets */
#define DHCPV6_MAX 16         /* of each kind; is_cut tells of more */

struct dhcpv6_reply {
	uint16_t status;       /* RFC 8415 21.13; 0: success */
	struct ip_addr servers[DHCPV6_MAX];      /* option 23; no scope is set */
	size_t server_count;
	struct name_buffer domains[DHCPV6_MAX];  /* option 24: name_of(wire) */
	size_t domain_count;
	struct dnr_resolver dnrs[DHCPV6_MAX];    /* option 144 */
	size_t dnr_count;
	uint32_t refresh_s;    /* option 32; 0: not told */
	unsigned malformed;    /* options that were skipped */
	bool is_cut;
};

/* out holds DHCPV6_REQUEST_MAX octets; elapsed: since the first one, in hundredths of a second. */
void dhcpv6_request_write(const uint8_t transaction[DHCPV6_TRANSACTION_SIZE], uint16_t elapsed, struct writer *out);
/* ERR_MISMATCH: no reply, or not to our transaction, or with a client identifier, or without a server's
 * (RFC 8415 16.10); ERR_TRUNCATED: not even a header. ret is then untouched. */
int dhcpv6_reply_read(struct span message, const uint8_t transaction[DHCPV6_TRANSACTION_SIZE],
                      struct dhcpv6_reply *ret) MUST_USE;

#endif

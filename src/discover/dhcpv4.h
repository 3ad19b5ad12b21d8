/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DHCPv4 without a lease (RFC 2131 3.4): the DHCPINFORM of a host that has an address, and what the ACK says of DNS.
 * Values; octets are copied.
 * Never asks for an address, and names the interface's hardware address alone: no client identifier, no host name.
 */
#ifndef DISCOVER_DHCPV4_H
#define DISCOVER_DHCPV4_H

#include "base/writer.h"
#include "discover/lease.h"
#include "dns/name.h"

#define DHCPV4_CLIENT_PORT 68
#define DHCPV4_SERVER_PORT 67
#define DHCPV4_HARDWARE_SIZE 6 /* octets of an Ethernet address */
#define DHCPV4_REQUEST_MAX 300 /* octets; RFC 1542 2.1: none has less */
#define DHCPV4_MAX 16          /* search domains; is_cut tells of more */

struct dhcpv4_client {
	uint32_t transaction;
	struct ip_addr addr; /* IPv4 */
	uint8_t hardware[DHCPV4_HARDWARE_SIZE];
};

struct dhcpv4_reply {
	struct lease lease;                     /* options 6 and 108 */
	struct name_buffer domains[DHCPV4_MAX]; /* option 119, else 15: name_of(wire) */
	size_t domain_count;
	unsigned malformed; /* options that were skipped, beside those that lease counts */
	bool is_cut;
};

/* out holds DHCPV4_REQUEST_MAX octets; elapsed_s: since the first one. */
void dhcpv4_inform_write(const struct dhcpv4_client *client, uint16_t elapsed_s, struct writer *out);
/* ERR_MISMATCH: no ACK, or not to our request, or without a server identifier (RFC 2131 4.3.1); ERR_NOT_FOUND: no
 * DHCPv4 message. ret is then untouched. */
int dhcpv4_ack_read(struct span message, const struct dhcpv4_client *client, struct dhcpv4_reply *ret) MUST_USE;

/* The options of a message. ERR_NOT_FOUND: it is none of DHCPv4. */
int dhcpv4_options(struct span message, struct span *ret) MUST_USE;
/* The option at the front. ERR_NOT_FOUND: the end; ERR_TRUNCATED. */
int dhcpv4_option_take(struct span *options, uint8_t *ret_code, struct span *ret_value) MUST_USE;

#endif

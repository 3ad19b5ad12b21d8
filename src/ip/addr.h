/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One address type for both families, and endpoints written address@port.
 * Values: passed and copied freely.
 * Never maps one family into the other: an IPv4 address is IPv4, not ::ffff:0:0/96.
 */
#ifndef IP_ADDR_H
#define IP_ADDR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum family { FAMILY_IPV6, FAMILY_IPV4, FAMILY_COUNT };

struct ip_addr {
	enum family family;
	uint32_t scope;    /* interface index of a link-local IPv6 address, else 0 */
	uint8_t bytes[16]; /* network order; IPv4 uses the first four, the rest is zero */
};

struct ip_endpoint {
	struct ip_addr addr;
	uint16_t port; /* host order */
};

#define IP_ADDR_TEXT_MAX 64     /* "ffff:...:255.255.255.255%interface" with its NUL */
#define IP_ENDPOINT_TEXT_MAX 72 /* the same with "@65535" */

const char *family_text(enum family family);   /* "ipv6" or "ipv4": logs, metrics, config */
const char *family_title(enum family family);  /* "IPv6" or "IPv4": sentences */

size_t ip_addr_size(enum family family); /* 16 or 4 */
struct ip_addr ip_addr_v6(const uint8_t bytes[16]);
struct ip_addr ip_addr_v4(const uint8_t bytes[4]);
bool ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b);
int ip_addr_compare(const struct ip_addr *a, const struct ip_addr *b); /* IPv6 before IPv4 */
bool ip_addr_is_any(const struct ip_addr *addr);
bool ip_addr_is_loopback(const struct ip_addr *addr);
bool ip_addr_is_link_local(const struct ip_addr *addr);

/* "2001:db8::1", "192.0.2.1", "fe80::1%eth0" (the interface must exist). ERR_SYNTAX, ERR_NOT_FOUND (interface). */
int ip_addr_from_text(const char *text, struct ip_addr *ret) MUST_USE;
/* RFC 5952. Returns the characters without the NUL. */
size_t ip_addr_to_text(const struct ip_addr *addr, char ret_text[IP_ADDR_TEXT_MAX]);

/* "address" or "address@port". */
int ip_endpoint_from_text(const char *text, uint16_t default_port, struct ip_endpoint *ret) MUST_USE;
void ip_endpoint_to_text(const struct ip_endpoint *endpoint, char ret_text[IP_ENDPOINT_TEXT_MAX]);

/* Edges only: to and from the kernel's form. */
socklen_t ip_endpoint_to_sockaddr(const struct ip_endpoint *endpoint, struct sockaddr_storage *ret);
int ip_endpoint_from_sockaddr(const struct sockaddr *address, struct ip_endpoint *ret) MUST_USE;

#endif

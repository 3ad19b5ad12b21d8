/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *family_text(enum family family)
{
	return family == FAMILY_IPV6 ? "ipv6" : "ipv4";
}

const char *family_title(enum family family)
{
	return family == FAMILY_IPV6 ? "IPv6" : "IPv4";
}

size_t ip_addr_size(enum family family)
{
	return family == FAMILY_IPV6 ? 16 : 4;
}

struct ip_addr ip_addr_v6(const uint8_t bytes[16])
{
	struct ip_addr addr = {.family = FAMILY_IPV6};
	memcpy(addr.bytes, bytes, 16);
	return addr;
}

struct ip_addr ip_addr_v4(const uint8_t bytes[4])
{
	struct ip_addr addr = {.family = FAMILY_IPV4};
	memcpy(addr.bytes, bytes, 4);
	return addr;
}

bool ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return a->family == b->family && a->scope == b->scope && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

int ip_addr_compare(const struct ip_addr *a, const struct ip_addr *b)
{
	if (a->family != b->family)
		return a->family == FAMILY_IPV6 ? -1 : 1;
	int order = memcmp(a->bytes, b->bytes, sizeof(a->bytes));
	if (order != 0)
		return order;
	return (a->scope > b->scope) - (a->scope < b->scope);
}

bool ip_addr_is_any(const struct ip_addr *addr)
{
	static const uint8_t zero[16];
	return memcmp(addr->bytes, zero, sizeof(zero)) == 0;
}

bool ip_addr_is_loopback(const struct ip_addr *addr)
{
	if (addr->family == FAMILY_IPV4)
		return addr->bytes[0] == 127;
	static const uint8_t loopback[16] = {[15] = 1};
	return memcmp(addr->bytes, loopback, sizeof(loopback)) == 0;
}

bool ip_addr_is_link_local(const struct ip_addr *addr)
{
	if (addr->family == FAMILY_IPV4)
		return addr->bytes[0] == 169 && addr->bytes[1] == 254;
	return addr->bytes[0] == 0xfe && (addr->bytes[1] & 0xc0) == 0x80;
}

/* "%eth0" or "%2": only link-local addresses have a scope (RFC 4007 6). */
static int scope_from_text(const char *zone, struct ip_addr *addr)
{
	if (addr->family != FAMILY_IPV6 || !ip_addr_is_link_local(addr) || *zone == '\0')
		return ERR_SYNTAX;
	char *end;
	unsigned long number = strtoul(zone, &end, 10);
	if (*end == '\0' && zone[0] >= '1' && zone[0] <= '9' && number <= UINT32_MAX) {
		addr->scope = (uint32_t)number;
		return ERR_OK;
	}
	addr->scope = if_nametoindex(zone);
	return addr->scope != 0 ? ERR_OK : ERR_NOT_FOUND;
}

int ip_addr_from_text(const char *text, struct ip_addr *ret)
{
	char bare[IP_ADDR_TEXT_MAX];
	size_t size = strcspn(text, "%");
	if (size >= sizeof(bare))
		return ERR_SYNTAX;
	memcpy(bare, text, size);
	bare[size] = '\0';
	struct ip_addr addr = {.family = strchr(bare, ':') != NULL ? FAMILY_IPV6 : FAMILY_IPV4};
	if (inet_pton(addr.family == FAMILY_IPV6 ? AF_INET6 : AF_INET, bare, addr.bytes) != 1)
		return ERR_SYNTAX;
	if (text[size] == '%') {
		int rc = scope_from_text(text + size + 1, &addr);
		if (rc != ERR_OK)
			return rc;
	}
	*ret = addr;
	return ERR_OK;
}

/* Addresses are in every log line, so no printf here. */
static char *decimal_write(char *at, unsigned octet)
{
	if (octet >= 100)
		*at++ = (char)('0' + octet / 100);
	if (octet >= 10)
		*at++ = (char)('0' + octet / 10 % 10);
	*at++ = (char)('0' + octet % 10);
	return at;
}

static char *dotted_write(char *at, const uint8_t octets[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*at++ = '.';
		at = decimal_write(at, octets[i]);
	}
	return at;
}

static char *hexadecimal_write(char *at, unsigned word)
{
	static const char digits[] = "0123456789abcdef";
	for (int shift = word >= 0x1000 ? 12 : word >= 0x100 ? 8 : word >= 0x10 ? 4 : 0; shift >= 0; shift -= 4)
		*at++ = digits[word >> shift & 15];
	return at;
}

struct zeros { /* words that "::" stands for */
	int start, count;
};

/* RFC 5952 4.2: the longest run of zeros, the first of equal ones, never a single word. */
static struct zeros zeros_find(const unsigned words[8])
{
	struct zeros best = {.start = -1, .count = 1}, run = {0};
	for (int i = 0; i < 8; i++) {
		run = words[i] != 0 ? (struct zeros){.start = i + 1} : (struct zeros){run.start, run.count + 1};
		if (run.count > best.count)
			best = run;
	}
	return best;
}

static char *words_write(char *at, const uint8_t bytes[16])
{
	unsigned words[8];
	for (int i = 0; i < 8; i++)
		words[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
	struct zeros zeros = zeros_find(words);
	/* RFC 5952 5: addresses that hold an IPv4 address by what they are, mapped or compatible. */
	bool is_mixed = zeros.start == 0 && (zeros.count == 6 || (zeros.count == 5 && words[5] == 0xffff));
	for (int i = 0; i < (is_mixed ? 6 : 8); i++) {
		if (i == zeros.start) {
			*at++ = ':';
			i += zeros.count - 1;
			if (i == 7)
				*at++ = ':';
			continue;
		}
		if (i > 0)
			*at++ = ':';
		at = hexadecimal_write(at, words[i]);
	}
	if (is_mixed) {
		*at++ = ':';
		at = dotted_write(at, bytes + 12);
	}
	return at;
}

static size_t scope_write(uint32_t scope, char *at, size_t room)
{
	char interface[IF_NAMESIZE];
	if (if_indextoname(scope, interface) != NULL)
		return (size_t)snprintf(at, room, "%%%s", interface);
	return (size_t)snprintf(at, room, "%%%u", scope);
}

size_t ip_addr_to_text(const struct ip_addr *addr, char ret_text[IP_ADDR_TEXT_MAX])
{
	bool is_v6 = addr->family == FAMILY_IPV6;
	char *end = is_v6 ? words_write(ret_text, addr->bytes) : dotted_write(ret_text, addr->bytes);
	*end = '\0';
	size_t size = (size_t)(end - ret_text);
	if (addr->scope != 0)
		size += scope_write(addr->scope, end, IP_ADDR_TEXT_MAX - size);
	return size;
}

static int port_from_text(const char *text, uint16_t *ret)
{
	unsigned port = 0;
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 5 || text[digits] != '\0')
		return ERR_SYNTAX;
	for (size_t i = 0; i < digits; i++)
		port = port * 10 + (unsigned)(text[i] - '0');
	if (port == 0 || port > UINT16_MAX)
		return ERR_RANGE;
	*ret = (uint16_t)port;
	return ERR_OK;
}

int ip_endpoint_from_text(const char *text, uint16_t default_port, struct ip_endpoint *ret)
{
	char address[IP_ADDR_TEXT_MAX];
	size_t size = strcspn(text, "@");
	if (size >= sizeof(address))
		return ERR_SYNTAX;
	memcpy(address, text, size);
	address[size] = '\0';
	struct ip_endpoint endpoint = {.port = default_port};
	int rc = ip_addr_from_text(address, &endpoint.addr);
	if (rc == ERR_OK && text[size] == '@')
		rc = port_from_text(text + size + 1, &endpoint.port);
	if (rc == ERR_OK)
		*ret = endpoint;
	return rc;
}

void ip_endpoint_to_text(const struct ip_endpoint *endpoint, char ret_text[IP_ENDPOINT_TEXT_MAX])
{
	ip_addr_to_text(&endpoint->addr, ret_text);
	size_t size = strlen(ret_text);
	snprintf(ret_text + size, IP_ENDPOINT_TEXT_MAX - size, "@%u", endpoint->port);
}

socklen_t ip_endpoint_to_sockaddr(const struct ip_endpoint *endpoint, struct sockaddr_storage *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (endpoint->addr.family == FAMILY_IPV6) {
		struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(endpoint->port);
		v6->sin6_scope_id = endpoint->addr.scope;
		memcpy(&v6->sin6_addr, endpoint->addr.bytes, 16);
		return sizeof(*v6);
	}
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	v4->sin_family = AF_INET;
	v4->sin_port = htons(endpoint->port);
	memcpy(&v4->sin_addr, endpoint->addr.bytes, 4);
	return sizeof(*v4);
}

int ip_endpoint_from_sockaddr(const struct sockaddr *address, struct ip_endpoint *ret)
{
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
		ret->addr = ip_addr_v6(v6->sin6_addr.s6_addr);
		/* The kernel sets a scope on multicast too; only link-local addresses need one to be reached. */
		ret->addr.scope = ip_addr_is_link_local(&ret->addr) ? v6->sin6_scope_id : 0;
		ret->port = ntohs(v6->sin6_port);
		return ERR_OK;
	}
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
		ret->addr = ip_addr_v4((const uint8_t *)&v4->sin_addr);
		ret->port = ntohs(v4->sin_port);
		return ERR_OK;
	}
	return ERR_UNSUPPORTED;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/host.h"

#include "ip/prefix.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#define ROUTES_MOST 256 /* of a family: a router with a full table is no place for clients */
#define CONF_MOST 16384 /* octets */

/* --- Addresses --- */

static unsigned mask_length(const struct sockaddr *mask)
{
	struct ip_endpoint bits;
	unsigned length = 0;
	if (mask == NULL || ip_endpoint_from_sockaddr(mask, &bits) != ERR_OK)
		return 0;
	for (size_t i = 0; i < ip_addr_size(bits.addr.family); i++)
		length += (unsigned)__builtin_popcount(bits.addr.bytes[i]);
	return length;
}

static void addresses_add(struct json_writer *json)
{
	struct ifaddrs *list = NULL;
	json_begin_array(json, "addresses");
	if (getifaddrs(&list) != 0)
		list = NULL;
	for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next) {
		struct ip_endpoint endpoint;
		char text[IP_ADDR_TEXT_MAX];
		if (at->ifa_addr == NULL || ip_endpoint_from_sockaddr(at->ifa_addr, &endpoint) != ERR_OK)
			continue;
		endpoint.addr.scope = 0; /* the interface stands beside it */
		ip_addr_to_text(&endpoint.addr, text);
		json_begin_object(json, NULL);
		json_text(json, "interface", at->ifa_name);
		json_text(json, "address", text);
		json_number(json, "prefix_length", mask_length(at->ifa_netmask));
		json_bool(json, "up", (at->ifa_flags & IFF_UP) != 0);
		json_end_object(json);
	}
	json_end_array(json);
	freeifaddrs(list);
}

/* --- Routes, as /proc/net has them --- */

static void route_add(struct json_writer *json, const struct ip_addr *to, unsigned length, const struct ip_addr *via,
		      const char *interface, unsigned long metric)
{
	char text[IP_PREFIX_TEXT_MAX];
	const struct ip_prefix prefix = ip_prefix_of(to, (uint8_t)length);
	json_begin_object(json, NULL);
	ip_prefix_to_text(&prefix, text);
	json_text(json, "to", text);
	if (!ip_addr_is_any(via))
		ip_addr_to_text(via, text);
	json_text(json, "via", ip_addr_is_any(via) ? NULL : text);
	json_text(json, "interface", interface);
	json_number(json, "metric", (int64_t)metric);
	json_end_object(json);
}

static bool hex_read(const char *text, uint8_t *ret, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned octet;
		if (sscanf(text + 2 * i, "%2x", &octet) != 1)
			return false;
		ret[i] = (uint8_t)octet;
	}
	return true;
}

/* to length source length via metric references uses flags interface; all but the last in hexadecimal. */
static void ipv6_route_add(const char *line, struct json_writer *json)
{
	char to_text[33], via_text[33], interface[IFNAMSIZ];
	unsigned length;
	unsigned long metric;
	uint8_t to[16], via[16];
	if (sscanf(line, "%32s %x %*s %*s %32s %lx %*s %*s %*s %15s", to_text, &length, via_text, &metric, interface) !=
		    5 ||
	    length > 128 || !hex_read(to_text, to, 16) || !hex_read(via_text, via, 16))
		return;
	const struct ip_addr to_addr = ip_addr_v6(to), via_addr = ip_addr_v6(via);
	route_add(json, &to_addr, length, &via_addr, interface, metric);
}

/* interface to via flags references uses metric mask ...; addresses in hexadecimal, in the host's order. */
static void ipv4_route_add(const char *line, struct json_writer *json)
{
	char interface[IFNAMSIZ];
	unsigned to, via, mask;
	unsigned long metric;
	uint8_t octets[4];
	if (sscanf(line, "%15s %x %x %*s %*s %*s %lu %x", interface, &to, &via, &metric, &mask) != 5)
		return;
	memcpy(octets, &to, sizeof(octets));
	const struct ip_addr to_addr = ip_addr_v4(octets);
	memcpy(octets, &via, sizeof(octets));
	const struct ip_addr via_addr = ip_addr_v4(octets);
	route_add(json, &to_addr, (unsigned)__builtin_popcount(mask), &via_addr, interface, metric);
}

static void routes_add(const char *path, void (*add)(const char *line, struct json_writer *json),
		       struct json_writer *json)
{
	char line[512];
	FILE *file = fopen(path, "re");
	for (unsigned i = 0; file != NULL && i < ROUTES_MOST && fgets(line, sizeof(line), file) != NULL; i++)
		add(line, json);
	if (file != NULL)
		fclose(file);
}

/* --- The whole --- */

static void conf_add(const char *path, struct json_writer *json)
{
	char text[CONF_MOST + 1];
	FILE *file = fopen(path, "re");
	size_t size = file != NULL ? fread(text, 1, CONF_MOST, file) : 0;
	text[size] = '\0';
	json_begin_object(json, "resolv_conf");
	json_text(json, "file", path);
	json_text(json, "text", file != NULL ? text : NULL);
	json_end_object(json);
	if (file != NULL)
		fclose(file);
}

void host_to_json(const char *resolv_conf_path, struct json_writer *json)
{
	struct utsname name;
	json_begin_object(json, "host");
	json_text(json, "kernel", uname(&name) == 0 ? name.release : NULL);
	addresses_add(json);
	json_begin_array(json, "routes");
	routes_add("/proc/net/ipv6_route", ipv6_route_add, json);
	routes_add("/proc/net/route", ipv4_route_add, json);
	json_end_array(json);
	conf_add(resolv_conf_path, json);
	json_end_object(json);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sextantd --lab`: any configuration runs on this host, without root and out of the way.
 *
 * An address that no interface has, and a wildcard, becomes the loopback address of its family; a port below 1024
 * becomes 5300, or the next one that is free among the listeners. All listeners of a service that ask for the same low
 * port get the same high port, so that a service answers on one port over both families. What was written stays in
 * config_listener.written for the start log. HTTP listeners move likewise. run_dir and state_dir lie beside the file, whatever the file or the environment says.
 */
#include "config/load.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>

#define LAB_PORT 5300
#define LAB_HTTP_PORT 8000 /* 80 becomes 8080 */
#define FIRST_FREE_PORT 1024 /* ports below need a privilege */
#define LAB_FOLDER "run"
#define LAB_STATE_FOLDER "state"

static bool is_on_host(const struct ifaddrs *interfaces, const struct ip_addr *addr)
{
	for (; interfaces != NULL; interfaces = interfaces->ifa_next) {
		struct ip_endpoint endpoint;
		if (interfaces->ifa_addr == NULL ||
		    ip_endpoint_from_sockaddr(interfaces->ifa_addr, &endpoint) != ERR_OK)
			continue;
		if (ip_addr_equal(&endpoint.addr, addr))
			return true;
	}
	return false;
}

static void move_address(const struct ifaddrs *interfaces, struct ip_addr *addr)
{
	static const uint8_t loopback_v6[16] = {[15] = 1};
	static const uint8_t loopback_v4[4] = {127, 0, 0, 1};
	if (!ip_addr_is_any(addr) && (ip_addr_is_loopback(addr) || is_on_host(interfaces, addr)))
		return;
	*addr = addr->family == FAMILY_IPV6 ? ip_addr_v6(loopback_v6) : ip_addr_v4(loopback_v4);
}

/* Is the port taken by a listener that is settled: one of an earlier service, or of this one below `before`? */
static bool is_taken(const struct config *config, size_t service_index, const struct ip_endpoint *wanted)
{
	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *service = &config->services[i];
		for (size_t j = 0; j < service->listener_count; j++) {
			const struct ip_endpoint *other = &service->listeners[j].endpoint;
			bool is_settled = i < service_index || other->port >= FIRST_FREE_PORT;
			if (is_settled && other != wanted && other->port == wanted->port &&
			    ip_addr_equal(&other->addr, &wanted->addr))
				return true;
		}
	}
	return false;
}

/* One high port for all listeners of the service that were written with this low one. */
static bool try_port(struct config *config, size_t index, uint16_t low, uint16_t high)
{
	const struct config_service *service = &config->services[index];
	for (size_t i = 0; i < service->listener_count; i++) {
		struct ip_endpoint wanted = {.addr = service->listeners[i].endpoint.addr, .port = high};
		if (service->listeners[i].endpoint.port == low && is_taken(config, index, &wanted))
			return false;
	}
	for (size_t i = 0; i < service->listener_count; i++) {
		if (service->listeners[i].endpoint.port == low)
			service->listeners[i].endpoint.port = high;
	}
	return true;
}

static void move_port(struct config *config, size_t index, uint16_t low)
{
	for (uint16_t high = LAB_PORT; high < LAB_PORT + 10000; high++) {
		if (try_port(config, index, low, high))
			return;
	}
}

static void move_http(const struct ifaddrs *interfaces, struct config_listeners *listeners)
{
	size_t kept = 0;
	for (size_t i = 0; i < listeners->count; i++) {
		struct ip_endpoint *endpoint = &listeners->items[i].endpoint;
		bool is_double = false;
		move_address(interfaces, &endpoint->addr);
		endpoint->port = endpoint->port < FIRST_FREE_PORT ? endpoint->port + LAB_HTTP_PORT : endpoint->port;
		for (size_t j = 0; j < kept; j++)
			is_double = is_double || (listeners->items[j].endpoint.port == endpoint->port &&
						  ip_addr_equal(&listeners->items[j].endpoint.addr, &endpoint->addr));
		if (!is_double)
			listeners->items[kept++] = listeners->items[i];
	}
	listeners->count = kept;
}

/* Two addresses of one family may have become the same loopback address: one listener serves for both. */
static void drop_doubles(struct config_service *service)
{
	size_t kept = 0;
	for (size_t i = 0; i < service->listener_count; i++) {
		const struct ip_endpoint *endpoint = &service->listeners[i].endpoint;
		bool is_double = false;
		for (size_t j = 0; j < kept; j++) {
			const struct ip_endpoint *other = &service->listeners[j].endpoint;
			is_double = is_double ||
				    (other->port == endpoint->port && ip_addr_equal(&other->addr, &endpoint->addr));
		}
		if (!is_double)
			service->listeners[kept++] = service->listeners[i];
	}
	service->listener_count = kept;
}

int lab_apply(struct loader *loader)
{
	struct config *config = loader->config;
	struct ifaddrs *interfaces = NULL;
	if (getifaddrs(&interfaces) != 0)
		return -errno;
	for (size_t i = 0; i < config->service_count; i++) {
		struct config_service *service = &config->services[i];
		for (size_t j = 0; j < service->listener_count; j++)
			move_address(interfaces, &service->listeners[j].endpoint.addr);
		drop_doubles(service);
	}
	move_http(interfaces, &config->metrics.listen);
	move_http(interfaces, &config->dashboard.listen);
	freeifaddrs(interfaces);
	for (size_t i = 0; i < config->service_count; i++) {
		for (size_t j = 0; j < config->services[i].listener_count; j++) {
			if (config->services[i].listeners[j].endpoint.port < FIRST_FREE_PORT)
				move_port(config, i, config->services[i].listeners[j].endpoint.port);
		}
	}
	config->user = NULL; /* without root there is nobody else to become */
	config->run_dir = loader_path(loader, LAB_FOLDER);
	config->state_dir = loader_path(loader, LAB_STATE_FOLDER);
	return config->run_dir != NULL && config->state_dir != NULL ? ERR_OK : -ENOMEM;
}

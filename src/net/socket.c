/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/socket.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#define IPV6_MINIMUM_MTU 1280 /* RFC 8200 5 */
/* The kernel takes it as octets of its own structures: room for some thousands of queries that come in one burst. */
#define UDP_IN_SIZE (8 << 20)
#define UDP_OUT_SIZE (1 << 20)
#define TCP_BACKLOG 1024

struct socket_setting {
	int level, name, value;
	bool is_wanted;
	bool is_best_effort; /* an older kernel or a container may refuse it without harm */
};

const char *socket_kind_text(enum socket_kind kind)
{
	return kind == SOCKET_TCP ? "tcp" : "udp";
}

static int settings_apply(int fd, const struct socket_setting *settings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct socket_setting *setting = &settings[i];
		if (!setting->is_wanted)
			continue;
		if (setsockopt(fd, setting->level, setting->name, &setting->value, sizeof(setting->value)) != 0 &&
		    !setting->is_best_effort)
			return -errno;
	}
	return ERR_OK;
}

/*
 * IPv6: IPV6_MTU bounds the datagram and IPV6_DONTFRAG makes the kernel say EMSGSIZE instead of fragmenting; either
 * alone lets a larger one leave. PROBE ignores what packet-too-big messages claim, so forged ones change nothing
 * (RFC 9715 3.1). IPv4: PROBE sets DF and ignores fragmentation-needed messages.
 */
static int udp_apply(int fd, enum family family, const struct socket_options *options)
{
	bool is_v6 = family == FAMILY_IPV6;
	/* 0 gives the limit up again, for a reload; the kernel refuses any other value below 1280. */
	int mtu = options->is_mtu_minimum ? IPV6_MINIMUM_MTU : 0;
	const struct socket_setting settings[] = {
		{IPPROTO_IPV6, IPV6_MTU, mtu, is_v6, false},
		{IPPROTO_IPV6, IPV6_DONTFRAG, 1, is_v6, false},
		{IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE, is_v6, false},
		{IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE, !is_v6, false},
	};
	return settings_apply(fd, settings, sizeof(settings) / sizeof(settings[0]));
}

/* Accepted connections inherit both. RFC 10001 3.2: a segment of at most 1388 or 1220 octets, whatever ICMP says. */
static int tcp_apply(int fd, const struct socket_options *options)
{
	const struct socket_setting settings[] = {
		{IPPROTO_TCP, TCP_MAXSEG, options->tcp_mss, options->tcp_mss != 0, false},
		{IPPROTO_TCP, TCP_NODELAY, 1, true, false},
	};
	return settings_apply(fd, settings, sizeof(settings) / sizeof(settings[0]));
}

int socket_apply(int fd, enum family family, enum socket_kind kind, const struct socket_options *options)
{
	return kind == SOCKET_TCP ? tcp_apply(fd, options) : udp_apply(fd, family, options);
}

static int family_apply(int fd, const struct ip_addr *addr, enum socket_kind kind, const struct socket_options *options)
{
	bool is_v6 = addr->family == FAMILY_IPV6;
	/* A socket bound to one address answers from it anyway; on a wildcard each datagram has to tell. */
	bool wants_info = kind == SOCKET_UDP && ip_addr_is_any(addr);
	const struct socket_setting settings[] = {
		{IPPROTO_IPV6, IPV6_V6ONLY, 1, is_v6, false},
		{IPPROTO_IPV6, IPV6_FREEBIND, 1, is_v6 && options->is_freebind, false},
		{IPPROTO_IP, IP_FREEBIND, 1, !is_v6 && options->is_freebind, false},
		{IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, is_v6 && wants_info, false},
		{IPPROTO_IP, IP_PKTINFO, 1, !is_v6 && wants_info, false},
		/* A restarted server must not wait for the connections of its forerunner; a listening one still refuses. */
		{SOL_SOCKET, SO_REUSEADDR, 1, kind == SOCKET_TCP, false},
		{SOL_SOCKET, SO_RCVBUF, UDP_IN_SIZE, kind == SOCKET_UDP, true},
		{SOL_SOCKET, SO_RCVBUFFORCE, UDP_IN_SIZE, kind == SOCKET_UDP, true},
		{SOL_SOCKET, SO_SNDBUF, UDP_OUT_SIZE, kind == SOCKET_UDP, true},
		{SOL_SOCKET, SO_SNDBUFFORCE, UDP_OUT_SIZE, kind == SOCKET_UDP, true},
	};
	int rc = settings_apply(fd, settings, sizeof(settings) / sizeof(settings[0]));
	return rc != ERR_OK ? rc : socket_apply(fd, addr->family, kind, options);
}

static int socket_share(int fd)
{
	const struct socket_setting share = {SOL_SOCKET, SO_REUSEPORT, 1, true, false};
	return settings_apply(fd, &share, 1);
}

static int socket_bind(int fd, const struct ip_endpoint *endpoint, enum socket_kind kind)
{
	struct sockaddr_storage address;
	socklen_t size = ip_endpoint_to_sockaddr(endpoint, &address);
	if (bind(fd, (struct sockaddr *)&address, size) != 0)
		return -errno;
	/* Two TCP sockets may be bound to one address while neither listens: only listen() settles who has it. */
	if (kind == SOCKET_TCP && listen(fd, TCP_BACKLOG) != 0)
		return -errno;
	return ERR_OK;
}

static int socket_open(const struct ip_endpoint *endpoint, enum socket_kind kind, const struct socket_options *options,
                       bool is_first, bool is_alone, int *ret)
{
	int domain = endpoint->addr.family == FAMILY_IPV6 ? AF_INET6 : AF_INET;
	int type = kind == SOCKET_TCP ? SOCK_STREAM : SOCK_DGRAM;
	int fd = socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	int rc = family_apply(fd, &endpoint->addr, kind, options);
	if (rc == ERR_OK && !is_first)
		rc = socket_share(fd);
	if (rc == ERR_OK)
		rc = socket_bind(fd, endpoint, kind);
	if (rc == ERR_OK && ip_addr_is_any(&endpoint->addr) && !options->is_freebind &&
	    !socket_address_is_present(&endpoint->addr))
		rc = -EADDRNOTAVAIL;
	if (rc == ERR_OK && is_first && !is_alone)
		rc = socket_share(fd);
	if (rc != ERR_OK) {
		close(fd);
		return rc;
	}
	*ret = fd;
	return ERR_OK;
}

int socket_open_group(const struct ip_endpoint *endpoint, enum socket_kind kind, const struct socket_options *options,
                      size_t count, int *ret_fds)
{
	for (size_t i = 0; i < count; i++) {
		int rc = socket_open(endpoint, kind, options, i == 0, count == 1, &ret_fds[i]);
		if (rc == ERR_OK)
			continue;
		while (i-- > 0)
			close(ret_fds[i]);
		return rc;
	}
	return ERR_OK;
}

/* The kernel is the judge: it lets a socket bind without freebind only to an address that is local and not tentative. */
static bool address_is_present(const struct ip_addr *addr)
{
	int fd = socket(addr->family == FAMILY_IPV6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno != EAFNOSUPPORT;
	struct ip_endpoint endpoint = {.addr = *addr, .port = 0};
	struct sockaddr_storage address;
	socklen_t size = ip_endpoint_to_sockaddr(&endpoint, &address);
	bool is_absent = bind(fd, (struct sockaddr *)&address, size) != 0 && (errno == EADDRNOTAVAIL || errno == ENODEV);
	close(fd);
	return !is_absent;
}

/*
 * A socket binds to :: in a container without IPv6 as well, so binding proves nothing here: what counts is an address
 * that a client on another host can reach, or it is an IPv4-only service that calls itself both. Where neither family
 * has such an address (a laboratory on lo), any of the family will do.
 */
static bool wildcard_is_present(enum family family)
{
	struct ifaddrs *interfaces;
	if (getifaddrs(&interfaces) != 0)
		return true; /* nothing is known, so nothing is claimed to be missing */
	bool has_near[FAMILY_COUNT] = {false}, has_far[FAMILY_COUNT] = {false};
	for (const struct ifaddrs *one = interfaces; one != NULL; one = one->ifa_next) {
		struct ip_endpoint endpoint;
		if (one->ifa_addr == NULL || ip_endpoint_from_sockaddr(one->ifa_addr, &endpoint) != ERR_OK)
			continue;
		const struct ip_addr *addr = &endpoint.addr;
		bool is_near = ip_addr_is_loopback(addr) || ip_addr_is_link_local(addr);
		bool *has = is_near ? has_near : has_far;
		has[addr->family] = has[addr->family] || address_is_present(addr);
	}
	freeifaddrs(interfaces);
	bool is_laboratory = !has_far[FAMILY_IPV6] && !has_far[FAMILY_IPV4];
	return has_far[family] || (is_laboratory && has_near[family]);
}

bool socket_address_is_present(const struct ip_addr *addr)
{
	return ip_addr_is_any(addr) ? wildcard_is_present(addr->family) : address_is_present(addr);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/host_news.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/icmp6.h>

/* Takes a structure of the kernel's from the front: octets here have no alignment to rely on. */
static bool take(struct span *from, void *ret, size_t size)
{
	struct span got;
	if (!span_take(from, size, &got))
		return false;
	memcpy(ret, got.data, size);
	return true;
}

static bool family_of(uint8_t number, enum family *ret)
{
	*ret = number == AF_INET6 ? FAMILY_IPV6 : FAMILY_IPV4;
	return number == AF_INET6 || number == AF_INET;
}

/* The value of the first attribute of a type. */
static bool attribute_find(struct span attributes, uint16_t type, struct span *ret)
{
	struct rtattr header;
	while (take(&attributes, &header, sizeof(header)) && header.rta_len >= sizeof(header)) {
		struct span padding;
		size_t size = header.rta_len - sizeof(header);
		if (!span_take(&attributes, size, ret))
			return false;
		if (header.rta_type == type)
			return true;
		if (!span_take(&attributes, RTA_ALIGN(size) - size, &padding))
			return false;
	}
	return false;
}

static bool options_read(struct span payload, struct host_news *news)
{
	struct nduseroptmsg header;
	struct span options, source;
	if (!take(&payload, &header, sizeof(header)) || !span_take(&payload, header.nduseropt_opts_len, &options))
		return false;
	if (header.nduseropt_family != AF_INET6 || header.nduseropt_icmp_type != ND_ROUTER_ADVERT ||
	    header.nduseropt_icmp_code != 0)
		return true; /* of some other message: none of our business */
	if (!attribute_find(payload, NDUSEROPT_SRCADDR, &source) || source.size != 16)
		return false;
	struct ip_addr router = ip_addr_v6(source.data);
	router.scope = (uint32_t)header.nduseropt_ifindex;
	news->pref64_count += ndopt_pref64s(options, &router, router.scope, news->pref64s + news->pref64_count,
	                                    HOST_NEWS_PREF64_MAX - news->pref64_count);
	return news->pref64_count < HOST_NEWS_PREF64_MAX; /* full: perhaps there were more */
}

static bool address_read(struct span payload, struct host_news *news)
{
	uint8_t number; /* struct ifaddrmsg begins with it */
	enum family family;
	if (!span_take_u8(&payload, &number))
		return false;
	if (family_of(number, &family))
		news->is_address_changed[family] = true;
	return true;
}

static bool route_read(struct span payload, struct host_news *news)
{
	struct rtmsg route;
	enum family family;
	if (!take(&payload, &route, sizeof(route)))
		return false;
	/* Cloned ones are the kernel's cache of what it learned on the way, such as path MTUs. */
	if (family_of(route.rtm_family, &family) && !(route.rtm_flags & RTM_F_CLONED))
		news->is_route_changed[family] = true;
	return true;
}

static const struct {
	uint16_t type;
	bool (*read)(struct span payload, struct host_news *news);
} rows[] = {
	{RTM_NEWNDUSEROPT, options_read}, {RTM_NEWADDR, address_read}, {RTM_DELADDR, address_read},
	{RTM_NEWROUTE, route_read},       {RTM_DELROUTE, route_read},
};

static bool message_read(uint16_t type, struct span payload, struct host_news *news)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].type == type)
			return rows[i].read(payload, news);
	}
	return type != NLMSG_OVERRUN;
}

void host_news_read(struct span datagram, struct host_news *news)
{
	struct nlmsghdr header;
	while (datagram.size > 0) {
		struct span payload, padding;
		if (!take(&datagram, &header, sizeof(header)) || header.nlmsg_len < sizeof(header) ||
		    !span_take(&datagram, header.nlmsg_len - sizeof(header), &payload)) {
			news->is_incomplete = true;
			return;
		}
		if (!message_read(header.nlmsg_type, payload, news))
			news->is_incomplete = true;
		/* The last one may come without its padding. */
		size_t pad = NLMSG_ALIGN(header.nlmsg_len) - header.nlmsg_len;
		if (!span_take(&datagram, pad, &padding))
			return;
	}
}

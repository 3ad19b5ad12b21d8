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

enum options_kind { OPTIONS_BROKEN, OPTIONS_OF_ANOTHER_MESSAGE, OPTIONS_OF_A_ROUTER };

static enum options_kind options_take(struct span payload, struct host_options *ret)
{
	struct nduseroptmsg header;
	struct span source;
	if (!take(&payload, &header, sizeof(header)) || !span_take(&payload, header.nduseropt_opts_len, &ret->options))
		return OPTIONS_BROKEN;
	if (header.nduseropt_family != AF_INET6 || header.nduseropt_icmp_type != ND_ROUTER_ADVERT ||
	    header.nduseropt_icmp_code != 0)
		return OPTIONS_OF_ANOTHER_MESSAGE;
	if (!attribute_find(payload, NDUSEROPT_SRCADDR, &source) || source.size != 16)
		return OPTIONS_BROKEN;
	ret->router = ip_addr_v6(source.data);
	ret->router.scope = ret->interface = (uint32_t)header.nduseropt_ifindex;
	return OPTIONS_OF_A_ROUTER;
}

static bool options_read(struct span payload, struct host_news *news)
{
	struct host_options said;
	enum options_kind kind = options_take(payload, &said);
	if (kind != OPTIONS_OF_A_ROUTER)
		return kind == OPTIONS_OF_ANOTHER_MESSAGE; /* none of our business */
	news->pref64_count += ndopt_pref64s(said.options, &said.router, said.interface, news->pref64s + news->pref64_count,
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

/* The message at the front. ERR_TRUNCATED: it is broken, or that was all. */
static int message_take(struct span *datagram, uint16_t *ret_type, struct span *ret_payload)
{
	struct nlmsghdr header;
	struct span padding;
	if (!take(datagram, &header, sizeof(header)) || header.nlmsg_len < sizeof(header) ||
	    !span_take(datagram, header.nlmsg_len - sizeof(header), ret_payload))
		return ERR_TRUNCATED;
	*ret_type = header.nlmsg_type;
	/* The last one may come without its padding. */
	if (!span_take(datagram, NLMSG_ALIGN(header.nlmsg_len) - header.nlmsg_len, &padding))
		datagram->size = 0;
	return ERR_OK;
}

void host_news_read(struct span datagram, struct host_news *news)
{
	while (datagram.size > 0) {
		struct span payload;
		uint16_t type;
		if (message_take(&datagram, &type, &payload) != ERR_OK) {
			news->is_incomplete = true;
			return;
		}
		if (!message_read(type, payload, news))
			news->is_incomplete = true;
	}
}

int host_news_next_options(struct span *datagram, struct host_options *ret)
{
	struct span payload;
	uint16_t type;
	while (message_take(datagram, &type, &payload) == ERR_OK) {
		if (type == RTM_NEWNDUSEROPT && options_take(payload, ret) == OPTIONS_OF_A_ROUTER)
			return ERR_OK;
	}
	return ERR_NOT_FOUND;
}

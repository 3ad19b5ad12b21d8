/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel tells of this host over rtnetlink: addresses and routes that change, NAT64 prefixes advertised.
 * A value; reading adds to it, so one may stand for several datagrams.
 * Never trusts: what is malformed ends the reading of its datagram and is told by is_incomplete.
 */
#ifndef DISCOVER_HOST_NEWS_H
#define DISCOVER_HOST_NEWS_H

#include "discover/ndopt.h"

#define HOST_NEWS_PREF64_MAX 32

struct host_news {
	bool is_address_changed[FAMILY_COUNT];
	bool is_route_changed[FAMILY_COUNT]; /* of the main table and others, cloned routes apart */
	struct ndopt_pref64 pref64s[HOST_NEWS_PREF64_MAX]; /* in the order they came; a later one counts */
	size_t pref64_count;
	bool is_incomplete; /* something could not be read, or did not fit */
};

/* datagram: as net/rtnetlink receives it, numbers in the host's order. news: {0} at first. */
void host_news_read(struct span datagram, struct host_news *news);

struct host_options { /* what the kernel tells of a router advertisement: without its header, flags and prefixes */
	struct ip_addr router;
	uint32_t interface;
	struct span options; /* in the datagram */
};
/* The next ones in a datagram, taken from its front. ERR_NOT_FOUND: no more. */
int host_news_next_options(struct span *datagram, struct host_options *ret) MUST_USE;

#endif

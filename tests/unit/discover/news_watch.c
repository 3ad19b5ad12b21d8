/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints what the kernel tells of this host, a line each, until nothing has come for a while (milliseconds, argument
 * 1). "ready" comes first: what happens after it is heard. For system tests.
 */
#include "discover/host_news.h"
#include "net/rtnetlink.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void show(const struct host_news *news)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (news->is_address_changed[family])
			printf("addresses %s\n", family_text(family));
		if (news->is_route_changed[family])
			printf("routes %s\n", family_text(family));
	}
	for (size_t i = 0; i < news->pref64_count; i++) {
		const struct ndopt_pref64 *heard = &news->pref64s[i];
		char prefix[IP_PREFIX_TEXT_MAX], router[IP_ADDR_TEXT_MAX];
		ip_prefix_to_text(&heard->pref64.prefix, prefix);
		ip_addr_to_text(&heard->pref64.router, router);
		printf("pref64 %s lifetime %u router %s\n", prefix, heard->lifetime_s, router);
	}
	if (news->is_incomplete)
		printf("incomplete\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static uint8_t buffer[RTNETLINK_SIZE];
	int fd, err = rtnetlink_open(&fd);
	if (err != ERR_OK || argc != 2) {
		fprintf(stderr, "rtnetlink: %s\n", err_text(err));
		return 1;
	}
	printf("ready\n");
	fflush(stdout);
	struct pollfd waiting = {.fd = fd, .events = POLLIN};
	while (poll(&waiting, 1, atoi(argv[1])) > 0) {
		struct span datagram;
		struct host_news news = {0};
		while ((err = rtnetlink_receive(fd, buffer, &datagram)) == ERR_OK)
			host_news_read(datagram, &news);
		if (err != -EAGAIN)
			printf("lost: %s\n", err_text(err));
		show(&news);
	}
	close(fd);
	return 0;
}

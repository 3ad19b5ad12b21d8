/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/rtnetlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

static const int groups[] = {RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE,
                             RTNLGRP_ND_USEROPT};

int rtnetlink_open(int *ret_fd)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	int err = bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? ERR_OK : -errno;
	for (size_t i = 0; err == ERR_OK && i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i], sizeof(groups[i])) != 0)
			err = -errno;
	}
	if (err != ERR_OK) {
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return ERR_OK;
}

int rtnetlink_receive(int fd, uint8_t buffer[RTNETLINK_SIZE], struct span *ret)
{
	for (;;) {
		struct sockaddr_nl sender;
		socklen_t sender_size = sizeof(sender);
		/* MSG_TRUNC: the result is the datagram's true size. */
		ssize_t size =
			recvfrom(fd, buffer, RTNETLINK_SIZE, MSG_TRUNC, (struct sockaddr *)&sender, &sender_size);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return errno == ENOBUFS ? ERR_LIMIT : -errno;
		/* Any process may send to a netlink socket; port 0 is the kernel. */
		if (sender_size != sizeof(sender) || sender.nl_pid != 0)
			continue;
		if (size > RTNETLINK_SIZE)
			return ERR_LIMIT;
		*ret = span_of(buffer, (size_t)size);
		return ERR_OK;
	}
}

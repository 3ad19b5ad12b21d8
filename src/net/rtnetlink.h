/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's news of this host: addresses, routes, options of router advertisements (rtnetlink(7)).
 * The file descriptor belongs to the caller.
 * Never asks the kernel for anything and needs no privilege; messages are opaque here: discover/host_news reads them.
 */
#ifndef NET_RTNETLINK_H
#define NET_RTNETLINK_H

#include "base/err.h"
#include "base/span.h"

#define RTNETLINK_SIZE 16384 /* octets: the kernel makes no larger datagram of news */

/* Non-blocking, closed on exec, joined to the groups of IPv6 and IPv4 addresses and routes and of neighbour discovery
 * options. Only the namespace of the network it was opened in is heard. */
int rtnetlink_open(int *ret_fd) MUST_USE;
/*
 * The next datagram, into a buffer of RTNETLINK_SIZE octets. -EAGAIN: no more. ERR_LIMIT: news were lost, the kernel's
 * queue was full; look at everything anew and go on receiving. Datagrams of other processes are thrown away.
 */
int rtnetlink_receive(int fd, uint8_t buffer[RTNETLINK_SIZE], struct span *ret) MUST_USE;

#endif

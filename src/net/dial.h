/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets to a server for who can wait: opened, written and read until a moment that the caller names.
 * File descriptors belong to the caller; they are non-blocking all the same, and close on exec.
 * Never for a worker's thread: every call may take until its deadline (monotonic, microseconds).
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "base/span.h"
#include "ip/addr.h"

/* Until events (poll(2)) come. -ETIMEDOUT. */
int dial_wait(int fd, short events, uint64_t deadline_us) MUST_USE;

/* type: SOCK_DGRAM or SOCK_STREAM, connected. segment_most: octets of a TCP segment, both ways; 0: the kernel's choice.
 * -ETIMEDOUT, -ECONNREFUSED, -ENETUNREACH ... */
int dial_open(const struct ip_endpoint *server, int type, uint16_t segment_most, uint64_t deadline_us,
	      int *ret_fd) MUST_USE;

/* All of it, to or from a stream. ERR_TRUNCATED: the other side closed. */
int dial_send(int fd, struct span octets, uint64_t deadline_us) MUST_USE;
int dial_receive(int fd, uint8_t *octets, size_t size, uint64_t deadline_us) MUST_USE;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolv.conf(5): the servers, search domains and options of a host's stub resolver.
 * A value; texts are copied.
 * Never stops at a bad line: it is counted, as libc ignores it.
 */
#ifndef DISCOVER_RESOLV_CONF_H
#define DISCOVER_RESOLV_CONF_H

#include "base/span.h"
#include "ip/addr.h"

#define RESOLV_CONF_SERVERS_MAX 16  /* kept; more are counted as malformed */
#define RESOLV_CONF_LIBC_SERVERS 3  /* MAXNS of glibc and musl: those behind are never asked */
#define RESOLV_CONF_TEXT_MAX 512
#define RESOLV_CONF_SIZE_MAX 65536  /* octets of a file that are worth reading */

struct resolv_conf {
	struct ip_addr servers[RESOLV_CONF_SERVERS_MAX]; /* in their order; fe80::1%eth0 with its interface */
	size_t server_count;
	char search[RESOLV_CONF_TEXT_MAX];  /* of the last search or domain line, words apart by one space */
	char options[RESOLV_CONF_TEXT_MAX]; /* of all options lines */
	unsigned unscoped;                  /* servers that are link-local without an interface: nobody can reach them */
	unsigned malformed;                 /* nameserver lines without an address */
};

void resolv_conf_read(struct span file, struct resolv_conf *ret);

#endif

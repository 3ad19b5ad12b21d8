/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of clients' networks, from a file: a line each, "PREFIX NAME", "#" begins a remark. Several prefixes may have
 * one name; of prefixes inside each other the longest counts.
 * Owned: sites_parse/sites_free.
 * Never reads a file itself: text comes from the caller.
 */
#ifndef SIGNALS_SITES_H
#define SIGNALS_SITES_H

#include "base/err.h"
#include "base/span.h"
#include "ip/prefix.h"

struct sites;

#define SITE_NAME_MAX 31 /* octets, printable ASCII */
#define SITES_MAX 65536  /* lines with a prefix */
#define SITES_MESSAGE_MAX 200

struct sites_fault {
	unsigned line, column;           /* from 1 */
	char message[SITES_MESSAGE_MAX]; /* what is wrong, and what would be right; made of printable characters */
};

/* ERR_SYNTAX: *ret_fault is filled. -ENOMEM. */
int sites_parse(struct span text, struct sites **ret, struct sites_fault *ret_fault) MUST_USE;
void sites_free(struct sites *sites); /* NULL is fine */

/* NULL: no prefix has the address. Owned by the sites. */
const char *sites_find(const struct sites *sites, const struct ip_addr *addr);
size_t sites_count(const struct sites *sites); /* prefixes */

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operator's static hosts: AAAA and A of their names, PTR of their addresses.
 * Reads the policy; outcomes are made in the caller's arena.
 * Never answers for names beside or below a host.
 */
#ifndef RESOLVER_LOCAL_HOSTS_H
#define RESOLVER_LOCAL_HOSTS_H

#include "resolver/local/making.h"

/* The outcome when qname is a host's name, or an address's and PTR is asked. False: it is neither. */
bool hosts_find(const struct making *making);
/* Is there a host's name, or the reverse name of a host's address, below qname? */
bool hosts_are_below(const struct making *making);

#endif

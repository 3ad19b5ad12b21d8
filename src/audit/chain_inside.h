/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the two halves of a walk share: chain.c goes down from the root, chain_judge.c judges one zone's servers.
 * Of this room alone.
 * Never asks for facts beyond those that a judgement needs.
 */
#ifndef AUDIT_CHAIN_INSIDE_H
#define AUDIT_CHAIN_INSIDE_H

#include "audit/chain.h"
#include "resolver/gather.h"

/* NULL: the zone has too many servers, or no memory. */
struct chain_server *chain_server_add(struct chain *chain, struct walk *walk, struct name name);
void chain_address_add(struct chain_server *server, const struct ip_endpoint *endpoint);
/* May the chain use servers of the family? */
bool chain_covers(const struct chain *chain, enum family family);
uint16_t chain_address_type(enum family family);
/* The server's addresses, of the chain's families, that a section of a reply has. */
void chain_addresses_gather(const struct walk *walk, const struct chain *chain, struct chain_server *server,
			    const struct gathered *gathered, enum section section);
/* Tries the servers: all of the walk's target, else until one is good. Sets state, cause and culprit. */
void chain_judge(struct walk *walk, struct chain *chain);

#endif

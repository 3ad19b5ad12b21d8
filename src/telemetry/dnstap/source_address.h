/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From which address of ours the kernel sends to a server: that of a socket which is bound to no address.
 * Owned: source_addresses_new/source_addresses_free, by one thread.
 * Never sends anything: a UDP socket that is connected has its address.
 */
#ifndef TELEMETRY_DNSTAP_SOURCE_ADDRESS_H
#define TELEMETRY_DNSTAP_SOURCE_ADDRESS_H

#include "ip/addr.h"

struct source_addresses;

struct source_addresses *source_addresses_new(void); /* NULL: no memory */
void source_addresses_free(struct source_addresses *sources); /* NULL is fine */
/* The unspecified address of the family: there is no route. */
struct ip_addr source_address_find(struct source_addresses *sources, const struct ip_addr *server);

#endif

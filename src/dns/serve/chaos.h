/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions about the server itself, class CH: its identity and version (RFC 4892).
 * Stateless.
 * Never tells what the service's options do not give: such names are REFUSED like any other of the class.
 */
#ifndef DNS_SERVE_CHAOS_H
#define DNS_SERVE_CHAOS_H

#include "dns/builder.h"

/* identity, version: NULL is hidden. The rcode; the answer's record, if any, is in the builder. */
uint16_t chaos_answer(const char *identity, const char *version, const struct query *query, struct builder *builder);

#endif

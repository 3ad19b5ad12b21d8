/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions about the server itself, class CH: its identity and version (RFC 4892).
 * Stateless.
 * Never tells what the service's options do not give: such names are REFUSED like any other of the class.
 */
#ifndef AUTH_SERVER_H
#define AUTH_SERVER_H

#include "auth/auth.h"
#include "dns/builder.h"

/* The rcode; the answer's record, if any, is in the builder. */
uint16_t server_answer(const struct auth_options *options, const struct query *query, struct builder *builder);

#endif

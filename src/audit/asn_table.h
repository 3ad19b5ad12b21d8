/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which autonomous system originates an address, from a table that the operator gives: lines "PREFIX ASN".
 * Owned: asn_table_new/asn_table_free; read-only once it is read.
 * Never asks the network.
 */
#ifndef AUDIT_ASN_TABLE_H
#define AUDIT_ASN_TABLE_H

#include "base/span.h"
#include "ip/prefix.h"

struct asn_table;

/* "2001:db8::/32 64500" or "192.0.2.0/24 AS64501"; '#' and ';' begin comments. ERR_SYNTAX with *ret_line; ERR_LIMIT:
 * more than ten million; -ENOMEM. Of two lines for one prefix the first counts. */
int asn_table_new(struct span text, size_t *ret_line, struct asn_table **ret) MUST_USE;
void asn_table_free(struct asn_table *table); /* NULL is fine */
size_t asn_table_count(const struct asn_table *table);
/* Of the longest prefix that holds the address. False: none does. */
bool asn_table_find(const struct asn_table *table, const struct ip_addr *addr, uint32_t *ret);

#endif

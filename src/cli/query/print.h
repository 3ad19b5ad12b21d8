/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replies shown: the message, and which server answered how.
 * Borrowed replies; text goes into the caller's struct text.
 * Never lets an octet from outside reach a terminal unescaped.
 */
#ifndef CLI_QUERY_PRINT_H
#define CLI_QUERY_PRINT_H

#include "cli/query/exchange.h"

/* The message as dig shows it, then ";; from ADDRESS@PORT over IPv6, UDP: 136 octets in 3.2 ms". */
void query_reply_to_text(const struct query_question *question, const struct query_reply *reply, struct text *out);
/* The RDATA of the answers of the type asked for, one a line. */
void query_reply_to_short(const struct query_question *question, const struct query_reply *reply, struct text *out);
/* The members of one answer object, without its braces. */
void query_reply_to_json(const struct query_question *question, const struct query_reply *reply,
                         struct json_writer *json);
/* "EDE 6 (DNSSEC Bogus): extra text", what is not printable ASCII as "?". */
void query_ede_to_text(const struct edns_ede *ede, struct text *out);

#endif

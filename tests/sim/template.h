/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message template as octets, and whether a message is what a template describes.
 * Stateless.
 * Never looks at time or network.
 */
#ifndef TESTS_SIM_TEMPLATE_H
#define TESTS_SIM_TEMPLATE_H

#include "dns/message/message.h"
#include "exchange/question.h"
#include "tests/sim/scenario.h"

#define TEMPLATE_MAX 65535

/* A query, as a client sends it. Octets at ret, at most TEMPLATE_MAX. */
size_t template_query(const struct entry *entry, uint16_t id, uint8_t *ret);
/* The reply to a message, adjusted as the entry says; truncated when it does not fit into what the sender takes. */
size_t template_reply(const struct entry *entry, struct span query, enum question_transport transport, uint8_t *ret);
/* Is the message what the entry's MATCH words describe? transport: of the message. why, when not NULL: the first
 * difference. */
bool template_matches(const struct entry *entry, struct span message, enum question_transport transport,
		      struct text *why);
/* The entry as people read it, for a report of what was expected. */
void template_to_text(const struct entry *entry, struct text *out);

#endif

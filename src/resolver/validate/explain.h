/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why something is bogus, in one sentence and one code: name, type, cause, server (K-07).
 * Written into the result of the validation.
 * Never decides: whoever calls it has.
 */
#ifndef RESOLVER_VALIDATE_EXPLAIN_H
#define RESOLVER_VALIDATE_EXPLAIN_H

#include "resolver/validate/work.h"

/* EDE and sentence; always STANDING_BOGUS. */
enum standing bogus(struct validation *validation, int32_t ede, const char *format, ...) PRINTF_LIKE(3, 4);
/* A set of the subject whose signatures do not count, or that has none. */
enum standing set_bogus(struct validation *validation, const struct rrset_view *set, const struct verified *verified);
/* A denial that does not prove what the subject says. */
enum standing denial_bogus(struct validation *validation, int32_t ede, const char *why);

/* RFC 8914: the code of a signature that does not count. */
int32_t verified_ede(const struct verified *verified);
#define VERIFIED_TEXT_MAX 96
/* "signature by key 57828 does not verify". */
void verified_to_text(const struct verified *verified, char text[VERIFIED_TEXT_MAX]);

#endif

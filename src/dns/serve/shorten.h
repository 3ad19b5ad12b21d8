/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer that was made for one path and has to fit another: cut down to question and OPT, with TC set.
 * Works in the caller's octets.
 * Never on the usual path: only for answers that a link refused to carry whole (RFC 9715 3.1).
 */
#ifndef DNS_SERVE_SHORTEN_H
#define DNS_SERVE_SHORTEN_H

#include <stddef.h>
#include <stdint.h>

/* Returns the octets that are left; 0: the message is not well formed, and nothing of it is worth sending. */
size_t answer_shorten(uint8_t *message, size_t size);

#endif

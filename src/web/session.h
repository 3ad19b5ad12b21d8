/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may ask: the dashboard's token, or a cookie that was given for it.
 * Stateless: a cookie carries the time it was made and a MAC over it whose key is the token, so another token ends all.
 * Never compares secrets by time that depends on their octets.
 */
#ifndef WEB_SESSION_H
#define WEB_SESSION_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define SESSION_SECONDS (12 * 3600)
#define SESSION_COOKIE_MAX 256

/* Is it the token? */
bool token_is(const char *token, const char *given);
/* The Set-Cookie of a session that begins now. ERR_CRYPTO, -ENOMEM. */
int session_cookie(const char *token, uint64_t now_s, char ret[SESSION_COOKIE_MAX]) MUST_USE;
/* The Set-Cookie that ends one. */
const char *session_cookie_end(void);
/* Do these headers (NULL: not there) show the token or a session that has not ended? */
bool session_is_good(const char *token, const char *authorization, const char *cookie, uint64_t now_s);

#endif

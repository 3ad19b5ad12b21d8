/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which path is answered by what, for which listeners.
 * Const rows.
 * Never answers a request that came to a name that is not ours (DNS rebinding).
 */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "web/request.h"

/* Fills the reply, whatever the request is. */
void routes_answer(const struct web_options *options, const struct web_request *request, struct web_reply *reply);

/* May a request with this Host be answered on the endpoint? On loopback: only localhost and the address itself. */
bool host_is_ours(const struct ip_endpoint *endpoint, const char *host);

/* Is it the origin of a page from that Host? NULL is not. */
bool origin_is_ours(const char *origin, const char *host);

#endif

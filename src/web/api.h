/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the dashboard's paths answer, in JSON.
 * Stateless; each fills the reply from the source.
 * Never answers whom it may not: routes asked for the token before.
 */
#ifndef WEB_API_H
#define WEB_API_H

#include "signals/event.h"
#include "web/request.h"

typedef void web_answer(const struct web_options *options, const struct web_request *request, struct web_reply *reply);

web_answer api_status, api_signals, api_zones, api_upstream, api_series, api_top, api_login, api_logout, api_doctor;

/* "auth", "rec", "probe". False: another word, or NULL. */
bool stream_word(const char *text, enum event_stream *ret);

/* For who has shown a wrong token, or a session that is none. */
void api_wait_wrong(void);

/* The source could not answer. */
void api_refuse(struct web_reply *reply, int rc);

#endif

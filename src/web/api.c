/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JSON_TYPE "application/json"
#define WRONG_TOKEN_US                                                                                                 \
	500000 /* each thread waits so long for a wrong one: guessing is slow and harms only the guesser */

void web_reply_json(struct web_reply *reply, unsigned status, json_t *value)
{
	char *text = value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
	json_decref(value);
	text_clear(&reply->body);
	if (text != NULL)
		text_add(&reply->body, text);
	else
		reply->body.is_failed = true;
	free(text);
	reply->status = status;
	reply->type = JSON_TYPE;
}

void web_reply_error(struct web_reply *reply, unsigned status, const char *text)
{
	web_reply_json(reply, status, json_pack("{s:s}", "error", text));
}

void api_refuse(struct web_reply *reply, int rc)
{
	if (rc == ERR_NOT_FOUND)
		web_reply_error(reply, 404, "the configuration has this switched off");
	else
		web_reply_error(reply, 503, "the daemon is busy (a reload?) or ends: ask again");
}

static void answer(struct web_reply *reply, int rc, json_t *value)
{
	if (rc == ERR_OK)
		web_reply_json(reply, 200, value);
	else
		api_refuse(reply, rc);
}

void api_status(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	json_t *value = NULL;
	(void)request;
	int rc = options->source->status(options->source->owner, &value);
	answer(reply, rc, value);
}

void api_signals(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	json_t *value = NULL;
	(void)request;
	int rc = options->source->signals(options->source->owner, &value);
	answer(reply, rc, value);
}

void api_login(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	json_t *body = json_loadb((const char *)request->body.data, request->body.size, JSON_REJECT_DUPLICATES, NULL);
	const char *given = json_string_value(json_object_get(body, "token"));
	if (given == NULL) {
		web_reply_error(reply, 400, "send {\"token\":\"...\"}");
	} else if (options->token != NULL && !token_is(options->token, given)) {
		usleep(WRONG_TOKEN_US);
		web_reply_error(reply, 401, "this is not the token");
	} else if (options->token != NULL && session_cookie(options->token, request->now_s, reply->cookie) != ERR_OK) {
		web_reply_error(reply, 500, "no memory for a session");
	} else {
		reply->status = 204;
	}
	json_decref(body);
}

void api_logout(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	(void)options;
	(void)request;
	strcpy(reply->cookie, session_cookie_end());
	reply->status = 204;
}

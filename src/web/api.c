/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/api.h"

#include "base/clock.h"
#include "observe/series.h"
#include "observe/top.h"
#include "web/band.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MINUTES_MAX 20160
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
	if (rc != ERR_OK)
		json_decref(value);
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

void api_zones(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	json_t *value = NULL;
	(void)request;
	int rc = options->source->zones(options->source->owner, &value);
	answer(reply, rc, value);
}

void api_upstream(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	json_t *value = NULL;
	(void)request;
	int rc = options->source->upstream(options->source->owner, &value);
	answer(reply, rc, value);
}

/* stream= and minutes= of the request. False: the reply says what is wrong. */
static bool minutes_take(const struct web_request *request, enum event_stream *ret_stream, unsigned *ret_minutes,
			 struct web_reply *reply)
{
	const char *minutes = target_parameter(&request->target, "minutes");
	char *end = NULL;
	unsigned long number = minutes != NULL ? strtoul(minutes, &end, 10) : 60;
	if (!stream_word(target_parameter(&request->target, "stream"), ret_stream)) {
		web_reply_error(reply, 400, "stream= wants auth, rec or probe");
		return false;
	}
	if (number < 1 || number > MINUTES_MAX || (minutes != NULL && (*end != '\0' || *minutes == '-'))) {
		web_reply_error(reply, 400, "minutes= wants a number from 1 to 20160");
		return false;
	}
	*ret_minutes = (unsigned)number;
	return true;
}

/* Beyond what is in memory: by five minutes for two days, then by the hour. */
static int past_ask(const struct web_source *source, enum event_stream stream, unsigned minutes, json_t **ret)
{
	struct web_past ask = {.stream = stream, .step_s = minutes <= 2 * SERIES_KEPT_MINUTES ? 300 : 3600};
	uint64_t end = clock_wall_us() / 1000000 / ask.step_s;
	ask.steps = (size_t)minutes * 60 / ask.step_s;
	ask.start_us = (end - ask.steps) * ask.step_s * 1000000;
	return source->past(source->owner, &ask, ret);
}

/* When and how long the series is; false: it says so in no way that is known. */
static bool span_read(const json_t *value, struct band_span *ret)
{
	struct tm start = {0};
	const char *text = json_string_value(json_object_get(value, "start"));
	if (text == NULL || strptime(text, "%Y-%m-%dT%H:%M:%S", &start) == NULL)
		return false;
	*ret = (struct band_span){.start_s = (uint64_t)timegm(&start),
				  .step_s = (uint32_t)json_integer_value(json_object_get(value, "step_s")),
				  .steps = json_array_size(json_object_get(json_object_get(value, "series"), "aaaa"))};
	return true;
}

/* What is usual at this hour, where the history goes back that far. */
static void band_add(const struct web_source *source, enum event_stream stream, json_t *value)
{
	struct web_past ask = {.stream = stream, .step_s = 3600, .steps = BAND_HOURS};
	uint64_t start_s = (clock_wall_us() / 1000000 / ask.step_s - BAND_HOURS) * ask.step_s;
	struct band_span span;
	json_t *past = NULL;
	ask.start_us = start_s * 1000000;
	if (!span_read(value, &span) || source->past(source->owner, &ask, &past) != ERR_OK)
		return;
	json_t *band = band_json(json_object_get(past, "series"), start_s, &span);
	if (band != NULL)
		json_object_set_new(value, "band", band);
	json_decref(past);
}

static json_t *series_ask(const struct web_source *source, struct series *series, enum event_stream stream,
			  unsigned minutes)
{
	unsigned kept = source->past_minutes(source->owner);
	json_t *value = NULL;
	if (minutes <= SERIES_KEPT_MINUTES || kept == 0 || past_ask(source, stream, minutes, &value) != ERR_OK)
		value = series_json(series, stream, minutes, clock_wall_us());
	if (kept > SERIES_KEPT_MINUTES)
		json_object_set_new(value, "kept_minutes", json_integer(kept));
	if (kept >= BAND_DAYS_LEAST * 24 * 60)
		band_add(source, stream, value);
	return value;
}

void api_series(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	struct series *series = options->source->series(options->source->owner);
	enum event_stream stream;
	unsigned minutes;
	if (series == NULL)
		api_refuse(reply, ERR_NOT_FOUND);
	else if (minutes_take(request, &stream, &minutes, reply))
		web_reply_json(reply, 200, series_ask(options->source, series, stream, minutes));
}

void api_top(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	struct top *top = options->source->top(options->source->owner);
	const char *by_text = target_parameter(&request->target, "by");
	enum event_stream stream;
	enum top_by by;
	unsigned minutes;
	if (top == NULL)
		api_refuse(reply, ERR_NOT_FOUND);
	else if (by_text == NULL || !top_by_from_text(by_text, &by))
		web_reply_error(reply, 400, "by= wants prefix, name or dns64");
	else if (minutes_take(request, &stream, &minutes, reply))
		web_reply_json(reply, 200, top_json(top, by, stream, minutes, clock_wall_us()));
}

/* A domain name as text, nothing that a command could take for an option. */
static bool is_name(const char *text)
{
	struct name_buffer buffer;
	struct name name;
	return text != NULL && *text != '-' &&
	       name_from_text(span_text(text), name_root, &buffer, &name, NULL) == ERR_OK;
}

void api_doctor(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	json_t *body = json_loadb((const char *)request->body.data, request->body.size, JSON_REJECT_DUPLICATES, NULL);
	const char *name = json_string_value(json_object_get(body, "name"));
	json_t *report = NULL;
	int rc = is_name(name) ? options->source->doctor(options->source->owner, name, &report) : ERR_SYNTAX;
	if (rc == ERR_OK)
		web_reply_json(reply, 200, report);
	else if (rc == ERR_SYNTAX)
		web_reply_error(reply, 400, "send {\"name\":\"www.example.com\"}: a domain name");
	else if (rc == -EBUSY)
		web_reply_error(reply, 409, "another examination is under way");
	else if (rc == ERR_LIMIT)
		web_reply_error(reply, 504, "the examination took too long or too much");
	else if (rc == ERR_MISMATCH)
		web_reply_error(reply, 502, "the examination ended without a report");
	else
		api_refuse(reply, rc);
	json_decref(body);
}

void api_wait_wrong(void)
{
	usleep(WRONG_TOKEN_US);
}

void api_login(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	json_t *body = json_loadb((const char *)request->body.data, request->body.size, JSON_REJECT_DUPLICATES, NULL);
	const char *given = json_string_value(json_object_get(body, "token"));
	if (given == NULL) {
		web_reply_error(reply, 400, "send {\"token\":\"...\"}");
	} else if (options->token != NULL && !token_is(options->token, given)) {
		api_wait_wrong();
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

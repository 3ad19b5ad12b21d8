/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/alerting.h"

#include "alerts/message.h"
#include "base/random.h"
#include "deliver/deliver.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What one configuration makes of alerts. */
struct alerting_stage {
	const struct config_alerts *config;
	struct alerting *alerting;
	struct alerts *alerts;
	struct deliver *deliver; /* NULL in a plan that keeps the one there is */
};

struct alerting {
	struct observer *observer;
	struct log *log;
	char *node;
	pthread_mutex_t lock;         /* below: the observing thread's, and the daemon's at a reload and for status */
	struct alerting_stage *stage; /* NULL: no alerts */
};

/* --- from alerts to couriers --- */

static void push(const struct alerting_stage *stage, enum deliver_sink sink, const struct alert_message *message,
		 struct text *text)
{
	static const enum log_level levels[] = {[SIGNAL_NOTICE] = LOG_LEVEL_NOTICE,
						[SIGNAL_WARNING] = LOG_LEVEL_WARNING,
						[SIGNAL_CRITICAL] = LOG_LEVEL_ERROR};
	const struct parcel parcel = {span_of(text_string(text), text->size), levels[message->level]};
	if (!text->is_failed)
		deliver_push(stage->deliver, sink, &parcel);
	text_free(text);
}

static void log_push(const struct alerting_stage *stage, const struct alert_message *message)
{
	struct text line = {0};
	if (log_format(stage->alerting->log) == LOG_FORMAT_JSON)
		alert_message_log_json(message, stage->alerting->node, &line);
	else
		alert_message_log_text(message, &line);
	push(stage, DELIVER_LOG, message, &line);
}

static void document_push(const struct alerting_stage *stage, enum deliver_sink sink,
			  const struct alert_message *message)
{
	struct text document = {0};
	if (sink == DELIVER_WEBHOOK && stage->config->webhook_format == WEBHOOK_ALERTMANAGER)
		alert_message_alertmanager(message, stage->alerting->node, &document);
	else
		alert_message_json(message, stage->alerting->node, &document);
	push(stage, sink, message, &document);
}

/* An Alertmanager forgets what is not said again; the others need to hear only what is new. */
static bool is_wanted(const struct alerting_stage *stage, enum deliver_sink sink, const struct alert_message *message)
{
	if ((message->sinks & (1u << sink)) == 0 || !deliver_has(stage->deliver, sink))
		return false;
	if (message->change != ALERT_REFRESHED)
		return true;
	return sink == DELIVER_WEBHOOK && stage->config->webhook_format == WEBHOOK_ALERTMANAGER &&
	       deliver_is_idle(stage->deliver, sink);
}

static void message_hear(void *owner, const struct alert_message *message)
{
	const struct alerting_stage *stage = owner;
	if (is_wanted(stage, DELIVER_LOG, message))
		log_push(stage, message);
	if (is_wanted(stage, DELIVER_EXEC, message))
		document_push(stage, DELIVER_EXEC, message);
	if (is_wanted(stage, DELIVER_WEBHOOK, message))
		document_push(stage, DELIVER_WEBHOOK, message);
}

_Static_assert(ALERT_SINK_LOG == 1 << DELIVER_LOG && ALERT_SINK_EXEC == 1 << DELIVER_EXEC &&
		       ALERT_SINK_WEBHOOK == 1 << DELIVER_WEBHOOK,
	       "the sinks of rules are those of delivery");

/* --- the tap --- */

static void event_take(void *owner, const struct event *event)
{
	struct alerting *alerting = owner;
	pthread_mutex_lock(&alerting->lock);
	if (alerting->stage != NULL) {
		/* Rules that were read anew have no time yet, and the next second may be one second too late. */
		if (event_has(event, EVENT_HAS_TIME))
			alerts_advance(alerting->stage->alerts, event->time_us);
		alerts_event(alerting->stage->alerts, event);
	}
	pthread_mutex_unlock(&alerting->lock);
}

static void signal_take(void *owner, const struct signal *signal, enum signal_change change)
{
	struct alerting *alerting = owner;
	pthread_mutex_lock(&alerting->lock);
	if (alerting->stage != NULL)
		alerts_signal(alerting->stage->alerts, signal, change);
	pthread_mutex_unlock(&alerting->lock);
}

static void second_take(void *owner, uint64_t now_us)
{
	struct alerting *alerting = owner;
	pthread_mutex_lock(&alerting->lock);
	if (alerting->stage != NULL)
		alerts_advance(alerting->stage->alerts, now_us);
	pthread_mutex_unlock(&alerting->lock);
}

int alerting_new(const struct alerting_options *options, struct alerting **ret)
{
	struct alerting *alerting = calloc(1, sizeof(*alerting));
	if (alerting == NULL)
		return -ENOMEM;
	pthread_mutex_init(&alerting->lock, NULL);
	alerting->log = options->log;
	alerting->node = options->node != NULL ? strdup(options->node) : NULL;
	const struct observer_tap tap = {
		.owner = alerting, .event = event_take, .signal = signal_take, .second = second_take};
	int rc = options->observer != NULL ? observer_add_tap(options->observer, &tap) : ERR_OK;
	if (rc != ERR_OK) {
		alerting_free(alerting);
		return rc;
	}
	alerting->observer = options->observer;
	*ret = alerting;
	return ERR_OK;
}

void alerting_free(struct alerting *alerting)
{
	if (alerting == NULL)
		return;
	if (alerting->observer != NULL)
		observer_remove_tap(alerting->observer, alerting);
	alerting_drop(alerting->stage);
	pthread_mutex_destroy(&alerting->lock);
	free(alerting->node);
	free(alerting);
}

/* --- stages --- */

static bool texts_equal(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Couriers that stay where they are keep what they carry. */
static bool is_delivery_kept(const struct alerting *alerting, const struct config_alerts *config)
{
	const struct config_alerts *old = alerting->stage != NULL ? alerting->stage->config : NULL;
	return old != NULL && old->is_logged == config->is_logged && texts_equal(old->exec_path, config->exec_path) &&
	       texts_equal(old->webhook, config->webhook) && texts_equal(old->headers, config->headers) &&
	       texts_equal(old->ca_path, config->ca_path);
}

static int alerts_start(struct alerting_stage *stage)
{
	static const struct alert_rules built_in = {0};
	const struct config_alerts *config = stage->config;
	struct alerts_options options = {.rules = config->rules_file != NULL ? rules_file_rules(config->rules_file)
									     : &built_in,
					 .repeat_s = config->repeat_ms / 1000,
					 .listener = message_hear,
					 .owner = stage};
	random_bytes(&options.seed, sizeof(options.seed));
	return alerts_new(&options, &stage->alerts);
}

static int deliver_start(struct alerting_stage *stage, struct log *log)
{
	const struct config_alerts *config = stage->config;
	const struct deliver_options options = {
		.log = log,
		.is_logged = config->is_logged,
		.exec = config->exec_path,
		.webhook = {.url = config->webhook, .headers = config->headers, .ca_file = config->ca_path}};
	return deliver_new(&options, &stage->deliver);
}

int alerting_plan(struct alerting *alerting, const struct config *config, struct alerting_stage **ret)
{
	*ret = NULL;
	if (!config->alerts.is_on || alerting->observer == NULL)
		return ERR_OK;
	struct alerting_stage *stage = calloc(1, sizeof(*stage));
	if (stage == NULL)
		return -ENOMEM;
	stage->config = &config->alerts;
	stage->alerting = alerting;
	int rc = alerts_start(stage);
	if (rc == ERR_OK && !is_delivery_kept(alerting, stage->config))
		rc = deliver_start(stage, alerting->log);
	if (rc != ERR_OK) {
		alerting_drop(stage);
		return rc;
	}
	*ret = stage;
	return ERR_OK;
}

void alerting_drop(struct alerting_stage *stage)
{
	if (stage == NULL)
		return;
	deliver_free(stage->deliver);
	alerts_free(stage->alerts);
	free(stage);
}

void alerting_commit(struct alerting *alerting, struct alerting_stage *stage)
{
	pthread_mutex_lock(&alerting->lock);
	struct alerting_stage *old = alerting->stage;
	if (old != NULL && stage != NULL)
		alerts_inherit(stage->alerts, old->alerts);
	if (stage != NULL && stage->deliver == NULL) {
		stage->deliver = old->deliver;
		old->deliver = NULL;
	}
	alerting->stage = stage;
	pthread_mutex_unlock(&alerting->lock);
	alerting_drop(old);
}

/* --- status --- */

static json_t *sinks_json(const struct alerting_stage *stage)
{
	json_t *sinks = json_object();
	for (unsigned i = 0; i < DELIVER_SINK_COUNT; i++) {
		enum deliver_sink sink = (enum deliver_sink)i;
		struct courier_counts counts = deliver_counts(stage->deliver, sink);
		if (deliver_has(stage->deliver, sink))
			json_object_set_new(sinks, deliver_sink_text(sink),
					    json_pack("{s:I, s:I}", "carried", (json_int_t)counts.carried, "lost",
						      (json_int_t)counts.lost));
	}
	return sinks;
}

json_t *alerting_status(struct alerting *alerting)
{
	json_t *status = json_null();
	pthread_mutex_lock(&alerting->lock);
	const struct alerting_stage *stage = alerting->stage;
	if (stage != NULL)
		status = json_pack("{s:I, s:I, s:o}", "holding", (json_int_t)alerts_holding(stage->alerts), "no_room",
				   (json_int_t)alerts_dropped(stage->alerts), "sinks", sinks_json(stage));
	pthread_mutex_unlock(&alerting->lock);
	return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message about alerts in the forms that leave the node: a line of the log, JSON, Alertmanager's alerts.
 * Stateless; adds to the caller's text.
 * Never lets an octet of a name through that could drive a terminal or break the form.
 */
#ifndef ALERTS_MESSAGE_H
#define ALERTS_MESSAGE_H

#include "alerts/alerts.h"

/* "AAAA-SERVFAIL rec zone bogus.lab and 2 more" */
void alert_message_title(const struct alert_message *message, struct text *out);
/* A line of the log, flat, of the gravest alert: {"v":1,"ts":...,"ev":"signal",...}; no newline. node may be NULL. */
void alert_message_log_json(const struct alert_message *message, const char *node, struct text *out);
void alert_message_log_text(const struct alert_message *message, struct text *out);
/* One document with each alert: schema sextant.alert/1. */
void alert_message_json(const struct alert_message *message, const char *node, struct text *out);
/* The body of a POST to /api/v2/alerts. What holds ends in ALERT_FORGET_S unless it is said again. */
#define ALERT_FORGET_S 300
void alert_message_alertmanager(const struct alert_message *message, const char *node, struct text *out);
/* One alert as an object, for `sextant signals --rules`. */
void alert_json(const struct alert *alert, struct json_writer *json);
/* "92.0%", "3.1", "120/min" */
void alert_number(enum alert_unit unit, double number, struct text *out);
/* Scope without its stream: "zone bogus.lab". */
void alert_scope(const struct alert *alert, struct text *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer of our own as an event of the signals.
 * Stateless; the event owns all of its texts.
 * Never tells more or less than reading the line that querylog_json writes of it: live and from a log is the same.
 */
#ifndef SIGNALS_EVENT_QUERY_H
#define SIGNALS_EVENT_QUERY_H

#include "signals/event.h"
#include "telemetry/querylog.h"

void event_from_query(const struct querylog_source *source, const struct query_event *query, struct event *ret);

#endif

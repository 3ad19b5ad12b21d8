/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One answer as a row of ClickHouse's RowBinary format.
 * Stateless.
 * Never writes a part of a row.
 */
#ifndef HISTORY_CLICKHOUSE_ROW_H
#define HISTORY_CLICKHOUSE_ROW_H

#include "base/text.h"
#include "base/writer.h"
#include "signals/event.h"

#define ROW_MAX 4096 /* octets of the longest row: two names in text, texts of an event */

/* False: the event is no answer. */
bool row_write(const struct event *event, const char *node, uint32_t weight, struct writer *out);

/* "time, us, node, ...": for INSERT. */
void row_columns(struct text *out);

#endif

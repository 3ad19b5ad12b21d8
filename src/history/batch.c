/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int batch_new(struct batch **ret)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	if (batch == NULL)
		return -ENOMEM;
	batch->rows = calloc(BATCH_ROWS_MAX, sizeof(batch->rows[0]));
	batch->signals = calloc(BATCH_SIGNALS_MAX, sizeof(batch->signals[0]));
	if (batch->rows == NULL || batch->signals == NULL || counts_new(&batch->counts) != ERR_OK) {
		batch_free(batch);
		return -ENOMEM;
	}
	*ret = batch;
	return ERR_OK;
}

void batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	counts_free(batch->counts);
	free(batch->rows);
	free(batch->signals);
	free(batch);
}

void batch_clear(struct batch *batch)
{
	counts_clear(batch->counts);
	batch->row_count = 0;
	batch->signal_count = 0;
}

static void outcome_fill(const struct event *event, struct history_row *row)
{
	row->has_origin = event_has(event, EVENT_HAS_ORIGIN);
	row->origin = (uint8_t)event->origin;
	row->has_cache = event_has(event, EVENT_HAS_CACHE);
	row->cache = (uint8_t)event->cache;
	row->has_security = event_has(event, EVENT_HAS_SECURITY);
	row->security = event->security;
	row->has_ede = event_has(event, EVENT_HAS_EDE);
	row->ede = event->ede;
	row->tries = event_has(event, EVENT_HAS_UPSTREAM_TRIES) ? event->upstream_tries : 0;
	row->size = event_has(event, EVENT_HAS_SIZE) ? event->size : 0;
	row->duration_us = event_has(event, EVENT_HAS_DURATION) ? event->duration_us : 0;
	snprintf(row->reason, sizeof(row->reason), "%.*s", (int)sizeof(row->reason) - 1, event->reason);
}

bool batch_add_row(struct batch *batch, const struct event *event, uint32_t weight,
		   const uint8_t client_length[FAMILY_COUNT])
{
	if (batch->row_count == BATCH_ROWS_MAX)
		return false;
	struct history_row *row = &batch->rows[batch->row_count++];
	struct name name = event_qname(event);
	row->time_us = event->time_us;
	row->weight = weight;
	row->has_client = event_has(event, EVENT_HAS_CLIENT);
	if (row->has_client)
		row->client = ip_prefix_of(&event->client.addr, client_length[event->client.addr.family]);
	row->stream = (uint8_t)event->stream;
	row->transport = (uint8_t)event->transport;
	row->has_qtype = event_has(event, EVENT_HAS_QTYPE);
	row->qtype = event->qtype;
	row->rcode = event->rcode;
	memcpy(row->qname, name.wire, name.size);
	snprintf(row->service, sizeof(row->service), "%s", event->service);
	outcome_fill(event, row);
	return true;
}

bool batch_add_signal(struct batch *batch, const struct signal *signal, enum signal_change change)
{
	if (batch->signal_count == BATCH_SIGNALS_MAX)
		return false;
	batch->signals[batch->signal_count++] = (struct history_signal){.signal = *signal, .change = change};
	return true;
}

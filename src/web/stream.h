/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The live tail: events as they come, as server-sent events, until the client or the server ends.
 * Owned by its reply, then by the connection: stream_open/stream_free.
 * Never makes anybody wait but its own connection's thread.
 */
#ifndef WEB_STREAM_H
#define WEB_STREAM_H

#include "web/api.h"

#include <stdatomic.h>

struct web_stream;

/* Opens the stream that a request for the tail wants, or fills the reply with why not. */
void stream_open(const struct web_options *options, const struct web_request *request, struct web_reply *reply);
void stream_free(struct web_stream *stream); /* NULL is fine */
/*
 * The next octets, up to size; waits for them. Of what nothing comes for a while there is a heartbeat. 0: the server
 * ends. is_stopping: another thread sets it.
 */
size_t stream_read(struct web_stream *stream, const atomic_bool *is_stopping, char *buffer, size_t size);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One dnstap frame (https://dnstap.info, a protobuf message) read into an event.
 * Stateless; the frame is borrowed.
 * Never trusts a length: fields that do not fit end the reading, and the DNS message in it is read as any from outside.
 */
#ifndef SIGNALS_DNSTAP_H
#define SIGNALS_DNSTAP_H

#include "signals/line.h"

/* The event comes cleared. Questions and answers of clients are events; of those to other servers the failures alone.
 */
enum line_verdict dnstap_read(struct span frame, struct event *event);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A socket that name servers send dnstap to: "dnstap:unix:PATH", "dnstap:tcp:ADDRESS@PORT".
 * Owned: tap_listener_open/tap_listener_close, which takes the Unix socket away again. A frame is borrowed until the next
 * is asked for.
 * Never waits when it is followed, and never holds more for a sender than the largest frame; whoever does not speak Frame Streams is sent away.
 */
#ifndef CLI_TAIL_TAP_LISTENER_H
#define CLI_TAIL_TAP_LISTENER_H

#include "base/text.h"
#include "cli/tail/log_file.h"

struct tap_listener;

#define TAP_SENDERS_MAX 64    /* at once */
#define TAP_HANDSHAKE_MS 10000 /* until a sender has said START */

bool tap_listener_is_meant(const char *source); /* it begins with "dnstap:" */
/*
 * is_followed: LOG_END never; else when the last sender that came has gone. ERR_SYNTAX: source is not so written;
 * -EADDRINUSE and other -errno. A Unix socket that nobody listens on any more is taken over.
 */
int tap_listener_open(const char *source, bool is_followed, struct tap_listener **ret) MUST_USE;
void tap_listener_close(struct tap_listener *listener); /* NULL is fine */

/* LOG_FRAME; when there is none now, LOG_NONE is for those that follow: others wait, until LOG_END. */
enum log_line tap_listener_frame(struct tap_listener *listener, struct span *ret);
const char *tap_listener_source(const struct tap_listener *listener);
int tap_listener_descriptor(const struct tap_listener *listener); /* to be polled for when there is nothing now */
/* Who was sent away, and why. May add nothing. */
void tap_listener_report(const struct tap_listener *listener, struct text *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the HTTP servers are told of the daemon: the functions of struct web_source.
 * They run in the servers' threads and fetch what they need through the handover.
 * Never make the main thread write text: it copies, they write.
 */
#ifndef DAEMON_OBSERVE_WEB_ANSWERS_H
#define DAEMON_OBSERVE_WEB_ANSWERS_H

#include "daemon/daemon.h"

void web_answers_fill(struct daemon *daemon, struct web_source *ret);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Examinations that the dashboard asks for: `sextant doctor --json` in a process of its own, one at a time.
 * Any thread; the struct is the daemon's.
 * Never a way to run anything else: the name is a domain name, and no shell sees it.
 */
#ifndef DAEMON_OBSERVE_WEB_DOCTOR_H
#define DAEMON_OBSERVE_WEB_DOCTOR_H

#include "base/err.h"
#include "ip/addr.h"

#include <jansson.h>
#include <stdatomic.h>

#define WEB_DOCTOR_SERVERS_MAX 4

struct web_doctor {
	atomic_flag is_busy;
	atomic_bool is_stopped; /* for all that run and will */
};

struct web_doctor_ask {
	const char *name;
	struct ip_endpoint servers[WEB_DOCTOR_SERVERS_MAX]; /* resolvers to look at; none: those of resolv.conf */
	size_t server_count;
};

/* -EBUSY; ERR_NOT_FOUND: the command is not there (watch/child.h); ERR_LIMIT: too long or too large; ERR_MISMATCH: no
 * report. */
int web_doctor_run(struct web_doctor *doctor, const struct web_doctor_ask *ask, json_t **ret) MUST_USE;

#endif

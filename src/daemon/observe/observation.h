/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's own observation: a recorder of the workers' answers whose thread gives them to the observer.
 * Owned: observation_new/observation_free by the daemon, for one run.
 * Never delays an answer: what does not fit is dropped and counted, and at high rates a share is observed.
 */
#ifndef DAEMON_OBSERVE_OBSERVATION_H
#define DAEMON_OBSERVE_OBSERVATION_H

#include "observe/observer.h"
#include "telemetry/privacy.h"
#include "telemetry/recorder.h"
#include "telemetry/share.h"

#include <stdatomic.h>

/*
 * Ports of this host that scheduled probes left from, and when. What they ask of our own services is no client's question:
 * the probe's own event tells of it. Written by watchers, read by the recorder's thread.
 */
struct own_ports {
	_Atomic uint32_t seconds[65536];
};
void own_ports_note(struct own_ports *ports, uint16_t port, uint64_t now_s);

struct observation {
	struct observer *observer;
	struct recorder *recorder;
	struct share *share;
	struct privacy privacy;
	struct own_ports own_ports;
	uint64_t last_second; /* the recorder's thread's */
};

struct observation_options {
	size_t worker_count;
	const char *node;
	struct privacy privacy; /* before anything sees the client */
	struct span sites;      /* text of observability.sites; borrowed for the call */
	struct log *log;        /* borrowed */
};

int observation_new(const struct observation_options *options, struct observation **ret) MUST_USE;
/* What is still in the rings is observed; nothing is afterwards. NULL is fine. */
void observation_drain(struct observation *observation);
/* First what is still in the rings is observed; taps must not be called after it. NULL is fine. */
void observation_free(struct observation *observation);
/* The reply to the control command "signals". NULL observation: it is off. */
json_t *observation_signals(const struct observation *observation);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon: starts services from a configuration, keeps them, reloads, ends.
 * One lives for one run of the program, in main's thread; the fields are for the files of this room.
 * Never answers a query itself: workers do.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "control/control.h"
#include "daemon/listener.h"
#include "daemon/observe/alerting.h"
#include "daemon/observe/log_place.h"
#include "daemon/observe/keeping.h"
#include "daemon/observe/observation.h"
#include "daemon/observe/watching.h"
#include "daemon/observe/web_listeners.h"
#include "daemon/recursion/inner.h"
#include "daemon/settings.h"
#include "daemon/transfer/journaling.h"
#include "telemetry/log_writer.h"

struct daemon_options {
	const char *config_path;
	bool is_lab;
	const char *version; /* of the program */
	const char *commit;  /* of the sources it was built from; "unknown" */
	const char *notify_socket; /* $NOTIFY_SOCKET; NULL: no service manager wants to know how we are */
	bool is_watched;           /* $WATCHDOG_USEC: it wants to know again and again */
};

enum daemon_exit {
	DAEMON_OK = 0,
	DAEMON_FAILED = 1,  /* findings in the configuration, an address that cannot be bound */
	DAEMON_USAGE = 2,   /* a configuration that cannot be read */
	DAEMON_INTERNAL = 4
};

/* The whole life. Returns the program's exit code. */
int daemon_run(const struct daemon_options *options);

enum { SIGNAL_TERM, SIGNAL_INT, SIGNAL_HUP, SIGNAL_USR1, SIGNAL_COUNT };

struct daemon {
	struct daemon_options options;
	struct log *log;
	struct log_place log_to, queries_to; /* queries_to: standard error when the query log goes where the log goes */
	struct settings *settings;
	struct zone_slots *slots;
	struct service **services; /* in the order of the configuration */
	size_t service_count;
	struct listener **listeners;
	size_t listener_count;
	struct worker **workers;
	size_t worker_count;
	struct log_writer *log_writer; /* of the query log */
	struct recorder *query_log;
	bool is_query_log_apart; /* since the start: in queries_to, not in log_to */
	struct alerting *alerting;
	struct observation *observation; /* NULL: observability.signals is off */
	struct watching *watching;       /* NULL: nothing is watched */
	struct tap *tap;                 /* NULL: observability.dnstap is off */
	struct keeping keeping;
	struct secret_pair secrets;
	uint8_t node_id[8]; /* of this run: marks questions that went through us (RFC 10001 5) */
	struct mailbox mailbox;
	struct watch *watch;
	struct control_server *control;
	struct web_listeners web;
	struct incoming *incoming;  /* NULL: there was no secondary zone yet */
	struct incoming_news *news; /* that could not be published yet */
	uv_loop_t loop;
	uv_signal_t signals[SIGNAL_COUNT];
	uv_timer_t look, sample, rotate, leave;
	uint64_t started_us;
	bool is_stopping;
	uint64_t stopping_ms; /* since then; of the loop's clock */
	unsigned judge_jobs; /* that have not ended */
	struct journaling journaling;
};

/* --- daemon_state.c: making and replacing what is served --- */

/* The services of a configuration: those of old names are kept, others are new. The array is the caller's. */
int services_plan(const struct daemon *daemon, const struct config *config, struct service ***ret) MUST_USE;
/* Frees those of the plan that the daemon does not have, and the array. */
void services_unplan(const struct daemon *daemon, struct service **plan, size_t count);
/* The listeners of a configuration, likewise; new ones are bound, and logged when they cannot be. */
int listeners_plan(const struct daemon *daemon, const struct config *config, struct service *const *services,
                   struct listener ***ret, size_t *ret_count) MUST_USE;
void listeners_unplan(const struct daemon *daemon, struct listener **plan, size_t count);
/* Fresh views of all services of the settings; NULL entries never. The array is the caller's. */
int views_make(const struct daemon *daemon, struct settings *settings, struct service *const *services,
               const struct zone_slots *slots, struct service_view ***ret) MUST_USE;
void views_free(struct service_view **views, size_t count); /* not published */
/* Fresh views of what is served now: something that goes into them has changed. */
int views_renew(const struct daemon *daemon) MUST_USE;
/* Puts them in place and frees what was there before; frees the array. */
void views_publish(const struct daemon *daemon, struct service *const *services, size_t count,
                   struct service_view **views);
/* Engines for the resolver services among them that have none yet. */
int engines_start(const struct daemon *daemon, struct service *const *services, size_t count) MUST_USE;
/* Ends the service's engines; nobody listens for it any more. */
void engines_stop(const struct daemon *daemon, struct service *service);
void zones_judge(struct daemon *daemon);
/* The same of a copy of the slots, which may be freed on return. */
void slots_judge(struct daemon *daemon, struct zone_slots *slots);

/* --- daemon_reload.c --- */

/* Everything, or with only the one zone; a reply for the control socket. */
json_t *daemon_reload(struct daemon *daemon, const char *only);

/* --- daemon_status.c --- */
json_t *daemon_status(const struct daemon *daemon);
/* F-05: why it is not ready, a text each; empty: it is. */
json_t *daemon_reasons(const struct daemon *daemon);
/* Events that were not written or observed, by sink: sinks that are off are absent. */
json_t *daemon_drops(const struct daemon *daemon);

/* Scheduled probes by the settings that are in use, in place of those that ran before. What cannot be started is told in
 * the log: serving goes on. */
void daemon_watch(struct daemon *daemon);

/* --- daemon_log.c --- */
/* node: identity, else the host's name, in the buffer; NULL: it has none. */
const char *daemon_node_name(const struct config *config, char *buffer, size_t size);
int daemon_log_open(struct daemon *daemon) MUST_USE;
/* Ends the recorders: what they hold is written and observed first. */
void daemon_log_close(struct daemon *daemon);
void daemon_log_reopen(struct daemon *daemon); /* a rotated file */
/* The history and the export, once the daemon is the user it stays. */
int daemon_keeping_start(struct daemon *daemon) MUST_USE;
void daemon_log_start(const struct daemon *daemon);
void daemon_log_findings(const struct daemon *daemon, const struct finding_list *findings);

#endif

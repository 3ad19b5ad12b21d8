/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/daemon.h"

#include "base/clock.h"
#include "base/random.h"
#include "daemon/notify.h"
#include "daemon/privilege.h"
#include "daemon/recursion/commands.h"
#include "daemon/recursion/watch.h"
#include "daemon/transfer/secondaries.h"
#include "finding/report.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK_MS 500
#define SAMPLE_MS 1000
#define ROTATE_MS (24u * 3600 * 1000) /* RFC 7873 7.1: a secret is rolled over, the old one is known for a while */
#define DRAIN_MS 1000
#define CUT_MS 100
#define LEAVE_MS 4000 /* the end comes within 5 s whatever happens */

/* --- While it runs --- */

static void tell(struct daemon *daemon, const char *state)
{
	int rc = notify_send(daemon->options.notify_socket, state);
	if (rc != ERR_OK)
		log_plain(daemon->log, LOG_LEVEL_WARNING, "notify", "the service manager does not hear %s: %s", state,
		          err_text(rc));
}

static void look(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;
	for (size_t i = 0; i < daemon->listener_count; i++)
		listener_look(daemon->listeners[i], uv_now(&daemon->loop), daemon->log);
	secondaries_look(daemon);
}

static void sample(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;
	for (size_t i = 0; i < daemon->service_count; i++) {
		struct counters counters;
		service_counters(daemon->services[i], &counters);
		rate_sample(&daemon->services[i]->rate, &counters);
	}
	web_listeners_look(daemon);
	journaling_look(daemon);
	if (daemon->options.is_watched)
		tell(daemon, "WATCHDOG=1");
}

static void rotate(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;
	struct secret_pair before = daemon->secrets;
	memcpy(daemon->secrets.old, before.current, sizeof(before.current));
	random_bytes(daemon->secrets.current, sizeof(daemon->secrets.current));
	if (views_renew(daemon) != ERR_OK)
		daemon->secrets = before;
}

static void leave(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;
	log_plain(daemon->log, LOG_LEVEL_WARNING, "stop", "not everything ended in time: leaving");
	_exit(DAEMON_OK);
}

/* Only the judging of zones goes on, and nobody waits for what it finds; what is being written is waited for. */
static void cut(uv_timer_t *timer)
{
	const struct daemon *daemon = timer->data;
	uint64_t now_ms = uv_now(timer->loop);
	if (daemon->journaling.is_busy && now_ms < daemon->stopping_ms + LEAVE_MS)
		uv_timer_start(timer, cut, CUT_MS, 0);
	else
		uv_stop(timer->loop);
}

static void daemon_stop(struct daemon *daemon, const char *why)
{
	if (daemon->is_stopping)
		return;
	daemon->is_stopping = true;
	daemon->stopping_ms = uv_now(&daemon->loop);
	tell(daemon, "STOPPING=1");
	log_plain(daemon->log, LOG_LEVEL_NOTICE, "stop", "%s: answering what has arrived, then leaving", why);
	if (daemon->judge_jobs > 0)
		uv_timer_start(&daemon->leave, cut, CUT_MS, 0);
	else
		uv_timer_start(&daemon->leave, leave, LEAVE_MS, 0);
	uv_unref((uv_handle_t *)&daemon->leave);
	for (size_t i = 0; i < daemon->worker_count; i++)
		worker_stop(daemon->workers[i], DRAIN_MS);
	control_server_stop(daemon->control);
	web_listeners_close(daemon);
	watch_stop(daemon->watch);
	secondaries_stop(daemon);
	watching_stop(daemon->watching);
	mailbox_close(&daemon->mailbox);
	for (int i = 0; i < SIGNAL_COUNT; i++)
		uv_close((uv_handle_t *)&daemon->signals[i], NULL);
	uv_close((uv_handle_t *)&daemon->look, NULL);
	uv_close((uv_handle_t *)&daemon->sample, NULL);
	uv_close((uv_handle_t *)&daemon->rotate, NULL);
}

static void signal_take(uv_signal_t *handle, int number)
{
	struct daemon *daemon = handle->data;
	if (number == SIGHUP) {
		json_decref(daemon_reload(daemon, NULL));
	} else if (number == SIGUSR1) {
		daemon_log_reopen(daemon);
	} else {
		daemon_stop(daemon, number == SIGINT ? "SIGINT" : "SIGTERM");
	}
}

static json_t *control_status(struct daemon *daemon, const json_t *request)
{
	(void)request;
	return daemon_status(daemon);
}

static json_t *control_reload(struct daemon *daemon, const json_t *request)
{
	const json_t *zone = json_object_get(request, "zone");
	if (zone != NULL && !json_is_string(zone))
		return json_pack("{s:b, s:s}", "ok", 0, "error", "\"zone\" must be the name of a zone");
	return daemon_reload(daemon, json_string_value(zone));
}

/* The server is still inside its call when the handler returns, so the end begins in the loop's next turn. */
static void stop_by_command(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;
	daemon_stop(daemon, "sextant stop");
}

static json_t *control_stop(struct daemon *daemon, const json_t *request)
{
	(void)request;
	uv_timer_start(&daemon->leave, stop_by_command, 50, 0);
	return json_pack("{s:b, s:i}", "ok", 1, "pid", (int)getpid());
}

static json_t *control_signals(struct daemon *daemon, const json_t *request)
{
	json_t *reply = observation_signals(daemon->observation);
	json_int_t since_s = json_integer_value(json_object_get(request, "since_s"));
	if (daemon->observation != NULL && since_s > 0) {
		uint64_t now_us = clock_wall_us(), window_us = (uint64_t)since_s * 1000000;
		keeping_signals(&daemon->keeping, now_us > window_us ? now_us - window_us : 0, reply);
	}
	return reply;
}

static json_t *control_handle(void *owner, const json_t *request)
{
	static const struct {
		const char *command;
		json_t *(*handle)(struct daemon *daemon, const json_t *request);
	} rows[] = {{"status", control_status}, {"reload", control_reload}, {"stop", control_stop},
	          {"signals", control_signals},
	          {"flush", command_flush}, {"cache-stats", command_cache_stats}, {"cache-dump", command_cache_dump}};
	const char *command = json_string_value(json_object_get(request, "command"));
	for (size_t i = 0; command != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(command, rows[i].command) == 0)
			return rows[i].handle(owner, request);
	}
	return json_pack("{s:b, s:s}", "ok", 0, "error", "no such command");
}

/* --- The start --- */

static int config_start(struct daemon *daemon)
{
	const struct config_load_options options = {.is_lab = daemon->options.is_lab};
	struct finding_list *findings = finding_list_new();
	struct config *config;
	if (findings == NULL)
		return DAEMON_INTERNAL;
	int rc = config_load(daemon->options.config_path, &options, findings, &config);
	struct text out = {0};
	finding_sort(findings);
	const struct report_options report = {.least = SEVERITY_WARNING};
	finding_report_text(findings, &report, &out);
	fputs(text_string(&out), stderr);
	text_free(&out);
	finding_list_free(findings);
	if (rc == ERR_FINDINGS)
		return DAEMON_FAILED;
	if (rc != ERR_OK) {
		fprintf(stderr, "sextantd: %s: %s\n", daemon->options.config_path, err_text(rc));
		return DAEMON_USAGE;
	}
	rc = settings_new(config, clock_wall_us(), &daemon->settings);
	return rc == ERR_OK ? DAEMON_OK : DAEMON_INTERNAL;
}

static size_t worker_count_of(const struct config *config)
{
	cpu_set_t set;
	if (config->workers > 0)
		return config->workers;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	return count < 1 ? 1 : (size_t)count;
}

static int listeners_start(struct daemon *daemon)
{
	const struct config *config = daemon->settings->config;
	struct service **services;
	struct listener **listeners;
	size_t count;
	int rc = services_plan(daemon, config, &services);
	if (rc != ERR_OK)
		return rc;
	rc = listeners_plan(daemon, config, services, &listeners, &count);
	if (rc != ERR_OK) {
		services_unplan(daemon, services, config->service_count);
		return rc;
	}
	daemon->services = services;
	daemon->service_count = config->service_count;
	daemon->listeners = listeners;
	daemon->listener_count = count;
	return web_listeners_plan(daemon, config, &daemon->web.all, &daemon->web.count);
}

static int user_start(struct daemon *daemon)
{
	const char *user = daemon->settings->config->user;
	if (user == NULL)
		return ERR_OK;
	int rc = privilege_become(user);
	if (rc != ERR_OK)
		log_plain(daemon->log, LOG_LEVEL_ERROR, "start", "cannot become user %s: %s", user, err_text(rc));
	return rc;
}

/* Before the user changes, who may not be allowed to make it; it is the user's afterwards. */
static int run_dir_start(struct daemon *daemon)
{
	const struct config *config = daemon->settings->config;
	int rc = privilege_make_folder(config->run_dir, config->user);
	if (rc != ERR_OK)
		log_plain(daemon->log, LOG_LEVEL_ERROR, "start", "cannot make run-dir %s: %s", config->run_dir,
		          err_text(rc));
	return rc;
}

static bool keeps_state(const struct config *config)
{
	if (config->history.store != CONFIG_STORE_NONE)
		return true;
	for (size_t i = 0; i < config->zone_count; i++) {
		if (config_zone_is_secondary(&config->zones[i]))
			return true; /* the last good copy */
	}
	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *service = &config->services[i];
		if (service->transfer_to.count > 0) /* journals */
			return true;
		if (service->role == CONFIG_ROLE_RESOLVER && service->resolver.is_anchor_updated &&
		    service->resolver.validation != VALIDATION_OFF)
			return true;
	}
	return false;
}

/* Without it the daemon serves all the same: what it would keep is in memory, and each failure to keep it is told. */
static int state_dir_start(struct daemon *daemon)
{
	const struct config *config = daemon->settings->config;
	int rc = keeps_state(config) ? privilege_make_folder(config->state_dir, config->user) : ERR_OK;
	if (rc != ERR_OK)
		log_plain(daemon->log, LOG_LEVEL_WARNING, "start", "cannot make state-dir %s: %s", config->state_dir,
		          err_text(rc));
	return ERR_OK;
}

static int control_start(struct daemon *daemon)
{
	const char *path = config_socket_path(daemon->settings->config);
	int rc = control_server_start(&daemon->loop, path, control_handle, daemon, &daemon->control);
	if (rc == -EADDRINUSE)
		log_plain(daemon->log, LOG_LEVEL_ERROR, "start", "another sextantd runs with this configuration: %s answers",
		          path);
	else if (rc != ERR_OK)
		log_plain(daemon->log, LOG_LEVEL_ERROR, "start", "cannot open the control socket %s: %s", path,
		          err_text(rc));
	return rc;
}

static int zones_start(struct daemon *daemon)
{
	const struct zone_slots_options options = {.config = daemon->settings->config,
	                                           .now_s = clock_wall_us() / 1000000};
	int rc = zone_slots_load(&options, &daemon->slots);
	return rc == ERR_OK ? views_renew(daemon) : rc;
}

static int workers_start(struct daemon *daemon)
{
	daemon->workers = calloc(daemon->worker_count, sizeof(daemon->workers[0]));
	if (daemon->workers == NULL)
		return -ENOMEM;
	struct worker_feeds feeds = {.query_log = daemon->query_log, .tap = daemon->tap, .log = daemon->log};
	if (daemon->observation != NULL) {
		feeds.observation = daemon->observation->recorder;
		feeds.share = daemon->observation->share;
	}
	for (size_t i = 0; i < daemon->worker_count; i++) {
		int rc = worker_new(i, &feeds, &daemon->workers[i]);
		if (rc != ERR_OK) {
			daemon->worker_count = i;
			return rc;
		}
	}
	return ERR_OK;
}

static int resolvers_start(struct daemon *daemon)
{
	int rc = engines_start(daemon, daemon->services, daemon->service_count);
	return rc == ERR_OK ? watch_new(daemon, &daemon->watch) : rc;
}

static int serving_start(struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->listener_count; i++)
		listener_start(daemon->listeners[i], daemon->workers);
	struct web_listener **plan = daemon->web.all;
	size_t count = daemon->web.count;
	daemon->web.all = NULL;
	daemon->web.count = 0;
	web_listeners_commit(daemon, plan, count);
	return ERR_OK;
}

static void loop_start(struct daemon *daemon)
{
	static const int numbers[SIGNAL_COUNT] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
	for (int i = 0; i < SIGNAL_COUNT; i++) {
		uv_signal_init(&daemon->loop, &daemon->signals[i]);
		daemon->signals[i].data = daemon;
		uv_signal_start(&daemon->signals[i], signal_take, numbers[i]);
	}
	uv_timer_t *const timers[] = {&daemon->look, &daemon->sample, &daemon->rotate, &daemon->leave};
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
		uv_timer_init(&daemon->loop, timers[i]);
		timers[i]->data = daemon;
	}
	uv_timer_start(&daemon->look, look, LOOK_MS, LOOK_MS);
	uv_timer_start(&daemon->sample, sample, SAMPLE_MS, SAMPLE_MS);
	uv_timer_start(&daemon->rotate, rotate, ROTATE_MS, ROTATE_MS);
}

/* Binds first: an address that is taken is known at once, and what arrives while zones load is answered then. */
static int daemon_start(struct daemon *daemon)
{
	privilege_raise_files();
	loop_start(daemon); /* from here on a signal waits for its turn instead of ending the program */
	random_bytes(daemon->secrets.current, sizeof(daemon->secrets.current));
	memcpy(daemon->secrets.old, daemon->secrets.current, sizeof(daemon->secrets.old));
	random_bytes(daemon->node_id, sizeof(daemon->node_id));
	if (mailbox_open(&daemon->mailbox, &daemon->loop) != ERR_OK || web_listeners_open(daemon) != ERR_OK)
		return DAEMON_INTERNAL;
	int (*const steps[])(struct daemon *) = {listeners_start, run_dir_start, state_dir_start, user_start, control_start,
	                                                 zones_start,     workers_start, resolvers_start,
	                                                 daemon_keeping_start,
	                                                 serving_start};
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int rc = steps[i](daemon);
		if (rc != ERR_OK) {
			log_plain(daemon->log, LOG_LEVEL_ERROR, "start", "not started: %s", err_text(rc));
			return DAEMON_FAILED;
		}
	}
	look(&daemon->look);
	zone_slots_log(daemon->slots, daemon->log, NULL);
	daemon_log_start(daemon);
	secondaries_renew(daemon);
	/* A listener that waits for its address is no reason to hold the boot up: `sextant status` has the readiness. */
	tell(daemon, "READY=1");
	zones_judge(daemon);
	journaling_keep(daemon);
	daemon_watch(daemon);
	return DAEMON_OK;
}

/* --- The end --- */

/* What has to be done whatever else goes on: the last answers, the last lines. */
static void daemon_finish(struct daemon *daemon)
{
	for (size_t i = 0; daemon->workers != NULL && i < daemon->worker_count; i++)
		worker_free(daemon->workers[i]);
	bool is_ended = secondaries_free(daemon);
	daemon_log_close(daemon);
	if (daemon->log != NULL)
		log_plain(daemon->log, LOG_LEVEL_NOTICE, "stop", "stopped");
	if (!is_ended)
		_exit(DAEMON_OK);
}

static void daemon_free(struct daemon *daemon)
{
	daemon_finish(daemon);
	for (size_t i = 0; i < daemon->listener_count; i++) {
		/* The parts went with the workers. */
		free(daemon->listeners[i]->parts);
		free(daemon->listeners[i]);
	}
	watch_free(daemon->watch);
	for (size_t i = 0; i < daemon->service_count; i++)
		service_free(daemon->services[i]);
	free(daemon->workers);
	free(daemon->listeners);
	free(daemon->services);
	zone_slots_free(daemon->slots);
	settings_release(daemon->settings);
	log_free(daemon->log);
	log_place_close(&daemon->log_to);
	log_place_close(&daemon->queries_to);
}

static int daemon_live(struct daemon *daemon)
{
	int code = config_start(daemon);
	if (code != DAEMON_OK)
		return code;
	daemon->worker_count = worker_count_of(daemon->settings->config);
	int rc = daemon_log_open(daemon);
	if (rc != ERR_OK) {
		fprintf(stderr, "sextantd: not started, without a log: %s\n", err_text(rc));
		return DAEMON_FAILED;
	}
	if (uv_loop_init(&daemon->loop) != 0)
		return DAEMON_INTERNAL;
	code = daemon_start(daemon);
	if (code != DAEMON_OK)
		_exit(code); /* nothing was promised to anyone yet, the kernel takes it all back */
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	if (daemon->judge_jobs > 0) {
		daemon_finish(daemon);
		_exit(DAEMON_OK);
	}
	uv_close((uv_handle_t *)&daemon->leave, NULL);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	uv_loop_close(&daemon->loop);
	return DAEMON_OK;
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon daemon = {.options = *options, .started_us = clock_wall_us(), .log_to = LOG_PLACE_STDERR, .queries_to = LOG_PLACE_STDERR};
	signal(SIGPIPE, SIG_IGN);
	int code = daemon_live(&daemon);
	daemon_free(&daemon);
	return code;
}

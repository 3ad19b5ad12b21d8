/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"
#include "cli/daemon_call.h"
#include "cli/status/probe.h"
#include "cli/status/resolver.h"
#include "cli/status/secondaries.h"
#include "cli/status/watch.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define STATUS_TIMEOUT_MS 5000
#define PROBE_TIMEOUT_MS 2000
#define WATCH_S 2
#define ZONES_SHOWN 20

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

static long long number_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

/* --- The screen --- */

static void uptime_print(FILE *out, long long s)
{
	if (s >= 86400)
		fprintf(out, "up %lldd %lldh", s / 86400, s % 86400 / 3600);
	else if (s >= 3600)
		fprintf(out, "up %lldh %lldm", s / 3600, s % 3600 / 60);
	else
		fprintf(out, "up %lldm %llds", s / 60, s % 60);
}

static void head_print(FILE *out, const json_t *status)
{
	const json_t *config = json_object_get(status, "config");
	fprintf(out, "sextantd %s  ", text_of(status, "version"));
	uptime_print(out, number_of(status, "uptime_s"));
	fprintf(out, "  config %s (loaded %.19s)  readiness: %s\n", text_of(config, "path"), text_of(config, "loaded"),
	        text_of(status, "readiness"));
	size_t i;
	json_t *reason;
	json_array_foreach(json_object_get(status, "reasons"), i, reason)
		fprintf(out, "  not ready: %s\n", json_string_value(reason));
	const char *sink;
	json_t *dropped;
	json_object_foreach(json_object_get(status, "log_dropped"), sink, dropped) {
		if (json_integer_value(dropped) > 0)
			fprintf(out, "  dropped for %s: %lld events\n", sink, (long long)json_integer_value(dropped));
	}
}

static void ms_print(char *to, size_t size, long long us)
{
	snprintf(to, size, us < 10000 ? "%.2f" : "%.0f", (double)us / 1000);
}

/* Nothing was answered in the window: no figure is better than an old one. */
static void service_print(FILE *out, const json_t *service)
{
	const json_t *rate = json_object_get(service, "rate");
	char p50[16] = "-", p99[16] = "-", servfail[16] = "-";
	if (number_of(rate, "p50_us") > 0) {
		ms_print(p50, sizeof(p50), number_of(rate, "p50_us"));
		ms_print(p99, sizeof(p99), number_of(rate, "p99_us"));
		snprintf(servfail, sizeof(servfail), "%.1f%%",
		         100 * json_real_value(json_object_get(rate, "servfail_share")));
	}
	fprintf(out, "%-12s %-14s %9zu %8zu %9.0f %9.0f %9s  %s/%s ms\n", text_of(service, "name"), text_of(service, "role"),
	        json_array_size(json_object_get(service, "listeners")), json_array_size(json_object_get(service, "zones")),
	        json_real_value(json_object_get(rate, "ipv6_qps")), json_real_value(json_object_get(rate, "ipv4_qps")),
	        servfail, p50, p99);
}

static void listeners_print(FILE *out, const json_t *service)
{
	size_t i;
	json_t *listener;
	json_array_foreach(json_object_get(service, "listeners"), i, listener)
		fprintf(out, "%-12s %-40s udp tcp  %s\n", text_of(service, "name"), text_of(listener, "address"),
		        text_of(listener, "state"));
}

static void zones_print(FILE *out, const json_t *service)
{
	size_t i;
	json_t *zone;
	const json_t *zones = json_object_get(service, "zones");
	json_array_foreach(zones, i, zone)
	{
		if (i == ZONES_SHOWN) {
			fprintf(out, "%-12s and %zu more: --json has them all\n", text_of(service, "name"),
			        json_array_size(zones) - ZONES_SHOWN);
			return;
		}
		fprintf(out, "%-12s %-40s ", text_of(service, "name"), text_of(zone, "zone"));
		if (json_is_true(json_object_get(zone, "is_served")))
			fprintf(out, "%10lld %10lld", number_of(zone, "serial"), number_of(zone, "records"));
		else
			fprintf(out, "%10s %10s", "-", "-");
		char age[STATUS_SPAN_MAX];
		status_span_text(zone, "age_s", age);
		fprintf(out, "  %-9s %s", text_of(zone, "role"), age);
		if (strcmp(text_of(zone, "result"), "failed") == 0)
			fprintf(out, "  last load failed: %s", text_of(zone, "message"));
		fputc('\n', out);
	}
}

static bool has_zones(const json_t *services)
{
	size_t i;
	json_t *service;
	json_array_foreach(services, i, service)
	{
		if (json_array_size(json_object_get(service, "zones")) > 0)
			return true;
	}
	return false;
}

static void tap_print(FILE *out, const json_t *tap)
{
	if (tap != NULL)
		fprintf(out, "\ndnstap       %-40s %s  sent %lld  dropped %lld\n", text_of(tap, "to"),
		        json_is_true(json_object_get(tap, "is_connected")) ? "connected" : "NOT CONNECTED", number_of(tap, "sent"),
		        number_of(tap, "dropped"));
}

static void keeping_print(FILE *out, const json_t *history, const json_t *clickhouse)
{
	if (history != NULL)
		fprintf(out, "\nhistory      %-40s %s  %.1f MiB  answers %lld  dropped %lld\n", text_of(history, "path"),
			json_is_true(json_object_get(history, "failing")) ? "NOT WRITTEN" : "written",
			(double)number_of(history, "size") / 1048576, number_of(history, "answers"),
			number_of(history, "dropped"));
	if (clickhouse != NULL)
		fprintf(out, "\nclickhouse   %-40s %s  sent %lld  waiting %lld  dropped %lld\n", text_of(clickhouse, "to"),
			json_is_true(json_object_get(clickhouse, "failing")) ? "NOT TAKEN" : "taken",
			number_of(clickhouse, "sent"), number_of(clickhouse, "waiting"), number_of(clickhouse, "dropped"));
}

static void alerts_print(FILE *out, json_t *alerts)
{
	const char *name;
	json_t *sink;
	if (!json_is_object(alerts))
		return;
	fprintf(out, "\nalerts       %lld hold", number_of(alerts, "holding"));
	if (number_of(alerts, "no_room") > 0)
		fprintf(out, ", %lld had no room", number_of(alerts, "no_room"));
	json_object_foreach(json_object_get(alerts, "sinks"), name, sink)
		fprintf(out, "; %s: %lld carried, %lld lost", name, number_of(sink, "carried"), number_of(sink, "lost"));
	fputc('\n', out);
}

static void screen_print(FILE *out, const json_t *status)
{
	size_t i;
	json_t *service;
	const json_t *services = json_object_get(status, "services");
	head_print(out, status);
	fprintf(out, "\n%-12s %-14s %9s %8s %9s %9s %9s  %s\n", "service", "role", "listeners", "zones", "v6 qps", "v4 qps",
	        "SERVFAIL", "p50/p99");
	json_array_foreach(services, i, service)
		service_print(out, service);
	fprintf(out, "\n%-12s %-40s %-8s %s\n", "service", "listener", "over", "state");
	json_array_foreach(services, i, service)
		listeners_print(out, service);
	if (has_zones(services))
		fprintf(out, "\n%-12s %-40s %10s %10s  %-9s %s\n", "service", "zone", "serial", "records", "role", "age");
	json_array_foreach(services, i, service)
		zones_print(out, service);
	status_secondaries_print(out, services);
	status_resolvers_print(out, services);
	status_watch_print(out, json_object_get(status, "watch"));
	tap_print(out, json_object_get(status, "dnstap"));
	keeping_print(out, json_object_get(status, "history"), json_object_get(status, "clickhouse"));
	alerts_print(out, json_object_get(status, "alerts"));
}

/* --- Probing --- */

struct probing {
	struct cli *cli;
	json_t *results; /* one object a probe */
	bool has_failed, has_any;
};

static void probe_one(struct probing *probing, const char *service, const struct probe *probe, const char *zone)
{
	char endpoint[IP_ENDPOINT_TEXT_MAX];
	ip_endpoint_to_text(&probe->endpoint, endpoint);
	struct probe_result result = probe_run(probe);
	probing->has_any = true;
	probing->has_failed = probing->has_failed || !result.is_good;
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:I}", "service", service, "address", endpoint, "family",
	                        family_text(probe->endpoint.addr.family), "transport", probe->is_tcp ? "tcp" : "udp",
	                        "zone", zone, "is_good", result.is_good, "rtt_us", (json_int_t)result.rtt_us);
	if (!result.is_good)
		json_object_set_new(row, "fault", json_string(result.fault));
	json_array_append_new(probing->results, row);
}

/* The first zone that is served: a service without one has no question to be asked. */
static const char *zone_choose(const json_t *service)
{
	size_t i;
	json_t *zone;
	json_array_foreach(json_object_get(service, "zones"), i, zone)
	{
		if (json_is_true(json_object_get(zone, "is_served")))
			return text_of(zone, "zone");
	}
	return NULL;
}

static void service_probe(struct probing *probing, const json_t *service)
{
	struct name_buffer buffer;
	struct probe probe = {.timeout_ms = cli_timeout_ms(probing->cli, PROBE_TIMEOUT_MS)};
	const char *zone = zone_choose(service);
	probe.is_resolver = strcmp(text_of(service, "role"), "resolver") == 0;
	if (probe.is_resolver)
		zone = "localhost.";
	if (zone == NULL || name_from_text(span_text(zone), name_root, &buffer, &probe.zone, NULL) != ERR_OK) {
		probing->has_failed = true;
		json_array_append_new(probing->results, json_pack("{s:s, s:b, s:s}", "service", text_of(service, "name"),
		                                                  "is_good", 0, "fault", "no zone of it is loaded"));
		return;
	}
	size_t i;
	json_t *listener;
	json_array_foreach(json_object_get(service, "listeners"), i, listener)
	{
		if (ip_endpoint_from_text(text_of(listener, "address"), 53, &probe.endpoint) != ERR_OK ||
		    !cli_family_allowed(probing->cli, (int)probe.endpoint.addr.family))
			continue;
		for (int is_tcp = 0; is_tcp < 2; is_tcp++) {
			probe.is_tcp = is_tcp != 0;
			probe_one(probing, text_of(service, "name"), &probe, zone);
		}
	}
}

static void probes_print(FILE *out, const json_t *results)
{
	size_t i;
	json_t *row;
	fprintf(out, "\n%-12s %-40s %-4s probe\n", "service", "listener", "over");
	json_array_foreach(results, i, row)
	{
		fprintf(out, "%-12s %-40s %-4s ", text_of(row, "service"), text_of(row, "address"), text_of(row, "transport"));
		if (json_is_true(json_object_get(row, "is_good")))
			fprintf(out, "ok %.2f ms\n", (double)number_of(row, "rtt_us") / 1000);
		else
			fprintf(out, "FAIL %s\n", text_of(row, "fault"));
	}
}

static int status_probe(struct cli *cli, json_t *status)
{
	struct probing probing = {.cli = cli, .results = json_array()};
	size_t i;
	json_t *service;
	json_array_foreach(json_object_get(status, "services"), i, service)
		service_probe(&probing, service);
	json_object_set_new(status, "probes", probing.results);
	if (probing.has_failed)
		return EXIT_FOUND;
	return probing.has_any ? EXIT_OK : EXIT_UNDETERMINED;
}

/* --- The command --- */

static bool service_keep(json_t *status, const char *name)
{
	json_t *services = json_object_get(status, "services");
	for (size_t i = json_array_size(services); i-- > 0;) {
		if (strcmp(text_of(json_array_get(services, i), "name"), name) != 0)
			json_array_remove(services, i);
	}
	return json_array_size(services) > 0;
}

static int status_show(struct cli *cli, const char *service)
{
	json_t *request = json_pack("{s:s}", "command", "status"), *status = NULL;
	int code = daemon_call(cli, request, STATUS_TIMEOUT_MS, &status);
	json_decref(request);
	if (code != EXIT_OK)
		return code;
	if (service != NULL && !service_keep(status, service)) {
		json_decref(status);
		return cli_usage_error(cli, "no service has the name %s", service);
	}
	if (cli_flag(cli, "probe"))
		code = status_probe(cli, status);
	if (cli_is_json(cli)) {
		daemon_reply_print(cli, "sextant.status/1", status);
	} else {
		screen_print(cli_out(cli), status);
		if (cli_flag(cli, "probe"))
			probes_print(cli_out(cli), json_object_get(status, "probes"));
	}
	json_decref(status);
	return code;
}

/* Until it is interrupted, which is how one ends watching: exit code 0 (`sextant help exit-codes`). */
static int status_watch(struct cli *cli, const char *service)
{
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	for (;;) {
		if (!cli_is_json(cli) && cli_columns(cli) > 0)
			fputs("\033[H\033[2J", cli_out(cli));
		int code = status_show(cli, service);
		fflush(cli_out(cli));
		if (code != EXIT_OK && code != EXIT_FOUND)
			return code;
		if (sigtimedwait(&ends, NULL, &(struct timespec){.tv_sec = WATCH_S}) > 0)
			return EXIT_OK;
	}
}

static int run_status(struct cli *cli)
{
	const char *const *operands;
	size_t count = cli_operands(cli, &operands);
	if (count > 1)
		return cli_usage_error(cli, "status takes one service at most");
	const char *service = count > 0 ? operands[0] : NULL;
	return cli_flag(cli, "watch") ? status_watch(cli, service) : status_show(cli, service);
}

static const struct cli_option status_options[] = {
	{.name = "probe", .help = "ask every listener on every family one real question, over UDP and TCP"},
	{.name = "watch", .help = "show it again every 2 seconds until interrupted"},
	{0},
};

const struct command command_status = {
	.name = "status",
	.summary = "what the running daemon serves, how fast, and whether it is ready",
	.usage = "[SERVICE]",
	.description =
		"Rates and times are those of the last 10 seconds. Ready means: every listener of every family is bound and its "
		"address is on an interface. --json has all counters: by service, family, transport, type group and response "
		"code, truncated answers, EDE codes, TCP connections and the segment sizes seen on them.\n"
		"Of a resolver it shows the cache, whether each address family works upstream and why not, questions sent, how "
		"answers were validated, NAT64 prefixes and where they are known from, and the trust anchors. Where they are "
		"configured: scheduled probes and audits of delegations, what fails and since when; the collector of dnstap, the "
		"history and ClickHouse, what they took and lost; alerts that hold. What is unusual is told by sextant signals.\n"
		"--probe asks for the SOA of the first zone served, a resolver for the AAAA of localhost; a listener that does "
		"not answer makes the exit code 1. "
		"Exit code 3: no daemon could be reached.",
	.options = status_options,
	.run = run_status,
};

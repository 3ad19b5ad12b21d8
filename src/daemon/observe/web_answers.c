/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/web_answers.h"

#include "daemon/observe/metrics_gather.h"
#include "daemon/observe/web_tables.h"

#include <errno.h>

#define PATIENCE_MS 5000 /* a reload of large zones takes longer: then the asker hears that */

static void metrics_take(void *owner, void *argument)
{
	struct metrics_facts **facts = argument;
	*facts = metrics_gather(owner);
}

static int facts_fetch(struct daemon *daemon, struct metrics_facts **ret)
{
	int rc = handover_run(&daemon->web.handover, metrics_take, daemon, ret, PATIENCE_MS);
	return rc == ERR_OK && *ret == NULL ? -ENOMEM : rc;
}

static int answer_metrics(void *owner, struct text *out)
{
	struct metrics_facts *facts = NULL;
	int rc = facts_fetch(owner, &facts);
	if (rc == ERR_OK)
		metrics_write(facts, out);
	metrics_facts_free(facts);
	return rc;
}

static void reasons_take(void *owner, void *argument)
{
	json_t **reasons = argument;
	*reasons = daemon_reasons(owner);
}

static int answer_readiness(void *owner, struct text *out)
{
	struct daemon *daemon = owner;
	json_t *reasons = NULL, *reason;
	size_t i;
	int rc = handover_run(&daemon->web.handover, reasons_take, daemon, &reasons, PATIENCE_MS);
	json_array_foreach(reasons, i, reason) text_addf(out, "%s\n", json_string_value(reason));
	json_decref(reasons);
	return rc;
}

static void status_take(void *owner, void *argument)
{
	json_t **status = argument;
	*status = daemon_status(owner);
}

static int answer_status(void *owner, json_t **ret)
{
	struct daemon *daemon = owner;
	return handover_run(&daemon->web.handover, status_take, daemon, ret, PATIENCE_MS);
}

/* The observer has a lock of its own. */
static int answer_signals(void *owner, json_t **ret)
{
	const struct daemon *daemon = owner;
	if (daemon->observation == NULL)
		return ERR_NOT_FOUND;
	*ret = observation_signals(daemon->observation);
	return ERR_OK;
}

static void zones_take(void *owner, void *argument)
{
	json_t **zones = argument;
	*zones = web_zones(owner);
}

static int answer_zones(void *owner, json_t **ret)
{
	struct daemon *daemon = owner;
	return handover_run(&daemon->web.handover, zones_take, daemon, ret, PATIENCE_MS);
}

static int answer_upstream(void *owner, json_t **ret)
{
	struct metrics_facts *facts = NULL;
	int rc = facts_fetch(owner, &facts);
	if (rc == ERR_OK)
		*ret = web_upstream(facts);
	metrics_facts_free(facts);
	return rc;
}

/* One listener of each family of the resolvers here, as their clients ask them. */
static void resolvers_take(void *owner, void *argument)
{
	const struct daemon *daemon = owner;
	struct web_doctor_ask *ask = argument;
	bool has_family[FAMILY_COUNT] = {false};
	for (size_t i = 0; i < daemon->listener_count && ask->server_count < WEB_DOCTOR_SERVERS_MAX; i++) {
		const struct listener *listener = daemon->listeners[i];
		enum family family = listener->endpoint.addr.family;
		if (listener->service->recursion == NULL || listener->state != LISTENER_UP || has_family[family] ||
		    ip_addr_is_any(&listener->endpoint.addr))
			continue;
		has_family[family] = true;
		ask->servers[ask->server_count++] = listener->endpoint;
	}
}

static int answer_doctor(void *owner, const char *name, json_t **ret)
{
	struct daemon *daemon = owner;
	struct web_doctor_ask ask = {.name = name};
	int rc = handover_run(&daemon->web.handover, resolvers_take, daemon, &ask, PATIENCE_MS);
	return rc == ERR_OK ? web_doctor_run(&daemon->web.doctor, &ask, ret) : rc;
}

/* The history is opened at the start and lives as long as the daemon. */
static int answer_past(void *owner, const struct web_past *ask, json_t **ret)
{
	struct daemon *daemon = owner;
	return past_series(&daemon->web.past, &daemon->keeping, ask, ret);
}

static unsigned past_minutes(void *owner)
{
	struct daemon *daemon = owner;
	return atomic_load(&daemon->web.past_minutes);
}

static struct series *give_series(void *owner)
{
	return ((struct daemon *)owner)->web.pages.series;
}

static struct top *give_top(void *owner)
{
	return ((struct daemon *)owner)->web.pages.top;
}

static struct feed *give_feed(void *owner)
{
	return ((struct daemon *)owner)->web.pages.feed;
}

void web_answers_fill(struct daemon *daemon, struct web_source *ret)
{
	*ret = (struct web_source){.owner = daemon,
				   .metrics = answer_metrics,
				   .readiness = answer_readiness,
				   .status = answer_status,
				   .signals = answer_signals,
				   .zones = answer_zones,
				   .upstream = answer_upstream,
				   .doctor = answer_doctor,
				   .past = answer_past,
				   .past_minutes = past_minutes,
				   .series = give_series,
				   .top = give_top,
				   .feed = give_feed};
}

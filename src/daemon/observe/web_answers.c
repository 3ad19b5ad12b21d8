/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/web_answers.h"

#include "daemon/observe/metrics_gather.h"

#include <errno.h>

#define PATIENCE_MS 5000 /* a reload of large zones takes longer: then the asker hears that */

static void metrics_take(void *owner, void *argument)
{
	struct metrics_facts **facts = argument;
	*facts = metrics_gather(owner);
}

static int answer_metrics(void *owner, struct text *out)
{
	struct daemon *daemon = owner;
	struct metrics_facts *facts = NULL;
	int rc = handover_run(&daemon->web.handover, metrics_take, daemon, &facts, PATIENCE_MS);
	if (rc == ERR_OK && facts == NULL)
		rc = -ENOMEM;
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

void web_answers_fill(struct daemon *daemon, struct web_source *ret)
{
	*ret = (struct web_source){.owner = daemon,
				   .metrics = answer_metrics,
				   .readiness = answer_readiness,
				   .status = answer_status,
				   .signals = answer_signals};
}

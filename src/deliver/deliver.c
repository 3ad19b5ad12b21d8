/* SPDX-License-Identifier: BSD-2-Clause */
#include "deliver/deliver.h"

#include "deliver/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct deliver {
	struct courier *couriers[DELIVER_SINK_COUNT]; /* NULL: not configured */
	struct log *log;
	struct webhook *webhook;
	char *exec;
};

const char *deliver_sink_text(enum deliver_sink sink)
{
	static const char *const texts[DELIVER_SINK_COUNT] = {"log", "exec", "webhook"};
	return texts[sink];
}

static int log_carry(void *owner, struct courier *courier, const struct parcel *parcel, char *ret_why)
{
	(void)courier;
	(void)ret_why;
	log_raw(owner, parcel->level, parcel->text);
	return ERR_OK;
}

static int courier_start(struct deliver *deliver, enum deliver_sink sink, courier_carry *carry, void *owner)
{
	const struct courier_options options = {
		.name = deliver_sink_text(sink), .carry = carry, .owner = owner, .log = deliver->log};
	return courier_new(&options, &deliver->couriers[sink]);
}

static int couriers_start(struct deliver *deliver, const struct deliver_options *options)
{
	int err = ERR_OK;
	if (options->is_logged)
		err = courier_start(deliver, DELIVER_LOG, log_carry, deliver->log);
	if (err == ERR_OK && options->exec != NULL) {
		deliver->exec = strdup(options->exec);
		err = deliver->exec != NULL ? courier_start(deliver, DELIVER_EXEC, program_carry, deliver->exec)
					    : -ENOMEM;
	}
	if (err == ERR_OK && options->webhook.url != NULL)
		err = webhook_new(&options->webhook, &deliver->webhook);
	if (err == ERR_OK && deliver->webhook != NULL)
		err = courier_start(deliver, DELIVER_WEBHOOK, webhook_carry, deliver->webhook);
	return err;
}

int deliver_new(const struct deliver_options *options, struct deliver **ret)
{
	struct deliver *deliver = calloc(1, sizeof(*deliver));
	if (deliver == NULL)
		return -ENOMEM;
	deliver->log = options->log;
	int err = couriers_start(deliver, options);
	if (err != ERR_OK) {
		deliver_free(deliver);
		return err;
	}
	*ret = deliver;
	return ERR_OK;
}

void deliver_free(struct deliver *deliver)
{
	if (deliver == NULL)
		return;
	for (unsigned sink = DELIVER_SINK_COUNT; sink-- > 0;)
		courier_free(deliver->couriers[sink]);
	webhook_free(deliver->webhook);
	free(deliver->exec);
	free(deliver);
}

void deliver_push(struct deliver *deliver, enum deliver_sink sink, const struct parcel *parcel)
{
	if (deliver->couriers[sink] != NULL)
		courier_push(deliver->couriers[sink], parcel);
}

bool deliver_is_idle(struct deliver *deliver, enum deliver_sink sink)
{
	return deliver->couriers[sink] == NULL || courier_is_idle(deliver->couriers[sink]);
}

bool deliver_has(const struct deliver *deliver, enum deliver_sink sink)
{
	return deliver->couriers[sink] != NULL;
}

struct courier_counts deliver_counts(struct deliver *deliver, enum deliver_sink sink)
{
	return deliver->couriers[sink] != NULL ? courier_counts(deliver->couriers[sink]) : (struct courier_counts){0};
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/past.h"

#include <errno.h>

#define HOUR_S 3600

void past_begin(struct past *past)
{
	pthread_mutex_init(&past->lock, NULL);
}

void past_end(struct past *past)
{
	for (size_t i = 0; i < STREAM_COUNT; i++)
		json_decref(past->values[i]);
	pthread_mutex_destroy(&past->lock);
}

static int read_history(const struct keeping *keeping, const struct web_past *ask, json_t **ret)
{
	return keeping_series(keeping, ask->stream, ask->start_us, ask->step_s, ask->steps, ret);
}

static bool is_kept(const struct past *past, const struct web_past *ask)
{
	const struct web_past *kept = &past->asks[ask->stream];
	return past->values[ask->stream] != NULL && kept->start_us == ask->start_us && kept->step_s == ask->step_s &&
	       kept->steps == ask->steps;
}

/* With the lock: who comes meanwhile wants the same. */
static int refresh(struct past *past, const struct keeping *keeping, const struct web_past *ask)
{
	json_t *fresh;
	int rc = read_history(keeping, ask, &fresh);
	if (rc != ERR_OK)
		return rc;
	json_decref(past->values[ask->stream]);
	past->values[ask->stream] = fresh;
	past->asks[ask->stream] = *ask;
	return ERR_OK;
}

int past_series(struct past *past, const struct keeping *keeping, const struct web_past *ask, json_t **ret)
{
	if (ask->step_s < HOUR_S)
		return read_history(keeping, ask, ret);
	pthread_mutex_lock(&past->lock);
	int rc = is_kept(past, ask) ? ERR_OK : refresh(past, keeping, ask);
	/* A copy: values of jansson must not be shared by threads that change them. */
	json_t *copy = rc == ERR_OK ? json_deep_copy(past->values[ask->stream]) : NULL;
	pthread_mutex_unlock(&past->lock);
	if (copy != NULL)
		*ret = copy;
	return rc != ERR_OK ? rc : copy != NULL ? ERR_OK : -ENOMEM;
}

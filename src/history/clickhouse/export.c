/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/clickhouse/export.h"

#include "base/clock.h"
#include "history/clickhouse/post.h"
#include "history/clickhouse/row.h"
#include "history/clickhouse/spool.h"
#include "history/sampling.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS 30000
#define TELL_AGAIN_US (600 * 1000000ull) /* a fault that goes on is told every ten minutes */
#define END_S 2                          /* the daemon's end waits as long for the server */

struct export
{
	struct export_options options;
	char *node;
	struct spool *spool;
	struct post *post;
	pthread_t thread;
	atomic_bool is_stopping, is_failing;
	atomic_bool is_ending; /* post looks: a request that goes on is given up */
	_Atomic uint64_t sent;
	/* the thread's */
	struct text told; /* the fault that was told last */
	uint64_t told_us, told_dropped;
};

void export_event(struct export *export, const struct event *event, uint32_t weight)
{
	uint8_t octets[ROW_MAX];
	struct writer row = writer_of(octets, sizeof(octets));
	uint32_t every = export->options.sample_every;
	if (event->kind != EVENT_REPLY || !sampling_takes(export->options.seed, event, every))
		return;
	if (row_write(event, export->node, sampling_weight(every, weight), &row))
		spool_add(export->spool, writer_span(&row));
}

/* --- The sending thread --- */

static void fault_tell(struct export *export, const char *why, uint64_t now_us)
{
	bool is_known = export->told.size > 0 && strcmp(text_string(&export->told), why) == 0;
	atomic_store(&export->is_failing, true);
	if (is_known && now_us - export->told_us < TELL_AGAIN_US)
		return;
	log_plain(export->options.log, LOG_LEVEL_WARNING, "clickhouse",
		  "%s takes no rows: %s; %llu rows wait, %llu were dropped; tried again", export->options.url, why,
		  (unsigned long long)spool_rows(export->spool), (unsigned long long)spool_dropped(export->spool));
	text_clear(&export->told);
	text_add(&export->told, why);
	export->told_us = now_us;
}

static void success_note(struct export *export, size_t rows)
{
	uint64_t dropped = spool_dropped(export->spool);
	atomic_fetch_add(&export->sent, rows);
	if (atomic_exchange(&export->is_failing, false))
		log_plain(export->options.log, LOG_LEVEL_NOTICE, "clickhouse", "%s takes rows again; %llu were dropped",
			  export->options.url, (unsigned long long)(dropped - export->told_dropped));
	else if (dropped > export->told_dropped)
		log_plain(export->options.log, LOG_LEVEL_WARNING, "clickhouse",
			  "%s takes rows more slowly than they come: %llu were dropped", export->options.url,
			  (unsigned long long)(dropped - export->told_dropped));
	export->told_dropped = dropped;
	text_clear(&export->told);
}

/* True: the server has it. The block goes back otherwise. */
static bool block_send(struct export *export, struct spool_block *block)
{
	struct text why = {0};
	bool is_sent = post_send(export->post, span_of(block->data, block->size), &why) == ERR_OK;
	if (is_sent) {
		success_note(export, block->rows);
		spool_block_done(export->spool, block);
	} else {
		spool_give_back(export->spool, block);
		if (!atomic_load(&export->is_ending))
			fault_tell(export, text_string(&why), clock_monotonic_us());
	}
	text_free(&why);
	return is_sent;
}

static void *export_run(void *argument)
{
	struct export *export = argument;
	unsigned wait_ms = RETRY_MIN_MS;
	while (true) {
		struct spool_block *block = spool_take(export->spool, export->options.every_ms);
		bool is_stopping = atomic_load(&export->is_stopping);
		if (block == NULL && is_stopping)
			break;
		if (block == NULL)
			continue;
		if (block_send(export, block)) {
			wait_ms = RETRY_MIN_MS;
			continue;
		}
		if (is_stopping)
			break;
		spool_sleep(export->spool, wait_ms);
		wait_ms = wait_ms * 2 < RETRY_MAX_MS ? wait_ms * 2 : RETRY_MAX_MS;
	}
	return NULL;
}

/* --- Its life --- */

static void export_drop(struct export *export)
{
	post_free(export->post);
	spool_free(export->spool);
	text_free(&export->told);
	free(export->node);
	free((char *)export->options.url);
	free(export);
}

int export_new(const struct export_options *options, struct export **ret)
{
	struct export *export = calloc(1, sizeof(*export));
	if (export == NULL)
		return -ENOMEM;
	export->options = *options;
	export->options.url = strdup(options->url);
	export->node = strdup(options->node);
	int rc = export->options.url == NULL || export->node == NULL ? -ENOMEM : ERR_OK;
	if (rc == ERR_OK && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		rc = -EIO;
	const struct post_options post = {.url = options->url,
					  .database = options->database,
					  .user = options->user,
					  .password = options->password,
					  .ca_file = options->ca_file,
					  .is_ending = &export->is_ending};
	if (rc == ERR_OK)
		rc = post_new(&post, &export->post);
	if (rc == ERR_OK)
		rc = spool_new(options->spool, options->batch, &export->spool);
	if (rc == ERR_OK)
		rc = -pthread_create(&export->thread, NULL, export_run, export);
	/* These are the caller's, and not needed any more. */
	export->options.database = export->options.user = export->options.password = export->options.ca_file = NULL;
	export->options.node = NULL;
	if (rc != ERR_OK) {
		export_drop(export);
		return rc;
	}
	*ret = export;
	return ERR_OK;
}

void export_free(struct export *export)
{
	if (export == NULL)
		return;
	struct timespec until;
	atomic_store(&export->is_stopping, true);
	spool_wake(export->spool);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += END_S;
	if (pthread_timedjoin_np(export->thread, NULL, &until) != 0) {
		atomic_store(&export->is_ending, true);
		pthread_join(export->thread, NULL);
	}
	uint64_t left = spool_rows(export->spool);
	if (left > 0)
		log_plain(export->options.log, LOG_LEVEL_WARNING, "clickhouse", "%s: %llu rows were not sent",
			  export->options.url, (unsigned long long)left);
	export_drop(export);
}

const char *export_url(const struct export *export)
{
	return export->options.url;
}

void export_facts(struct export *export, struct export_facts *ret)
{
	*ret = (struct export_facts){.sent = atomic_load(&export->sent),
				     .dropped = spool_dropped(export->spool),
				     .waiting = spool_rows(export->spool),
				     .is_failing = atomic_load(&export->is_failing)};
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/gather.h"

#include "base/clock.h"
#include "cli/audit/progress.h"
#include "cli/audit/services.h"
#include "watch/asker.h"

#include <stdlib.h>

#define TIMEOUT_MS 3000
#define TRIES 3
#define RATE 5000 /* questions a second */
#define ARENA_CHUNK (4 << 20) /* of a pass: what is beyond goes back to the kernel each time */
#define AT_ONCE 512       /* zones that are walked together */
#define PATIENCE_US 30000 /* a zone some of whose answers came is judged again after so long, for what it wants next   \
			   */

struct judging *judging_new(struct audit *audit, struct audit_book *book)
{
	struct judging *judging = calloc(1, sizeof(*judging));
	if (judging == NULL)
		return NULL;
	judging->audit = audit;
	judging->book = book;
	judging->start_us = clock_monotonic_us();
	judging->arena = arena_new(ARENA_CHUNK);
	judging->store = chain_store_new();
	if (judging->arena != NULL && judging->store != NULL)
		return judging;
	judging_free(judging);
	return NULL;
}

void judging_free(struct judging *judging)
{
	if (judging == NULL)
		return;
	if (judging->arena != NULL)
		arena_free(judging->arena);
	chain_store_free(judging->store);
	free(judging);
}

static void reverse_zones_add(struct judging *judging)
{
	if (audit_reverse_zones_add(judging->audit, &judging->service) != ERR_OK)
		judging->is_memory_short = true;
}

void judging_pass(struct judging *judging, struct audit_target *target)
{
	arena_reset(judging->arena);
	struct walk walk = {.facts = judging->book->facts,
			    .arena = judging->arena,
			    .store = judging->store,
			    .options = &judging->book->options};
	if (target->row != NULL)
		service_fill(&walk, target->row, &judging->service);
	else
		view_fill(&walk, target->zone, &judging->view);
	bool is_new = walk.open == 0 && !target->is_whole;
	judging->whole += is_new;
	target->is_whole = walk.open == 0;
	if (is_new && target->row != NULL)
		reverse_zones_add(judging);
	target->judged_us = clock_monotonic_us();
	target->wait_count = walk.open < WAITS_MOST ? (uint8_t)walk.open : WAITS_MOST;
	for (unsigned i = 0; i < target->wait_count; i++)
		target->waits[i] = walk.waits[i];
}

/* --- Passes --- */

enum due { DUE_LATER, DUE_SOON, DUE_NOW };

/* All that it waits for has come, or some of it, a while ago. */
static enum due target_due(const struct audit_target *target, uint64_t now_us)
{
	unsigned open = 0;
	for (unsigned i = 0; i < target->wait_count; i++)
		open += fact_is_open(target->waits[i]);
	if (open == 0)
		return DUE_NOW;
	if (open == target->wait_count)
		return DUE_LATER;
	return now_us - target->judged_us >= PATIENCE_US ? DUE_NOW : DUE_SOON;
}

/* Zones, or services. */
struct queue {
	bool is_services;
	size_t first; /* all before it are whole */
};

/* The zones may move, when a service brings more of them. */
static struct audit_target *queue_at(struct audit *audit, const struct queue *queue, size_t index)
{
	if (queue->is_services)
		return index < audit->service_count ? &audit->services[index] : NULL;
	return index < audit->count ? &audit->targets[index] : NULL;
}

/* Those that are not whole, some at a time. *is_hurried: one is due soon. True: there are such. */
static bool queue_pass(struct judging *judging, struct queue *queue, bool *is_hurried)
{
	uint64_t now_us = clock_monotonic_us();
	size_t missing = 0;
	struct audit_target *target;
	for (size_t i = queue->first; missing < AT_ONCE && (target = queue_at(judging->audit, queue, i)) != NULL; i++) {
		enum due due = target->is_whole ? DUE_LATER : target_due(target, now_us);
		if (due == DUE_NOW)
			judging_pass(judging, target);
		*is_hurried = *is_hurried || due == DUE_SOON;
		missing += !target->is_whole;
		queue->first += i == queue->first && target->is_whole;
	}
	return missing > 0;
}

/* Services first: a whole one may bring zones. */
static bool queues_pass(struct judging *judging, struct queue queues[2], bool *is_hurried)
{
	*is_hurried = false;
	bool is_missing = queue_pass(judging, &queues[0], is_hurried);
	return queue_pass(judging, &queues[1], is_hurried) || is_missing;
}

static int options_take(struct cli *cli, struct asker_options *options)
{
	const char *rate = cli_value(cli, "rate");
	char *end = NULL;
	unsigned long number = rate != NULL ? strtoul(rate, &end, 10) : RATE;
	if (rate != NULL && (*rate < '0' || *rate > '9' || *end != '\0' || number == 0 || number > 1000000))
		return cli_usage_error(cli, "--rate %s: it is a number of questions a second, 1 to 1000000", rate);
	*options = (struct asker_options){
		.timeout_ms = cli_timeout_ms(cli, TIMEOUT_MS), .tries = TRIES, .rate = (unsigned)number};
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		options->is_family_allowed[family] = cli_family_allowed(cli, (int)family);
	return EXIT_OK;
}

/* Each round brings at least one fact, and the book has an end. */
int judging_gather(struct judging *judging)
{
	struct asker_options options;
	struct progress progress;
	int code = options_take(judging->audit->cli, &options);
	if (code != EXIT_OK)
		return code;
	asker_prepare();
	struct asker *asker = asker_new(judging->book->facts, &options);
	if (asker == NULL)
		return EXIT_INTERNAL;
	bool is_fine = true, is_hurried;
	struct queue queues[2] = {{.is_services = true}, {.is_services = false}};
	code = audit_vantage_ask(judging->audit, judging->book, asker);
	progress_start(&progress, judging->audit->cli);
	while (code == EXIT_OK && is_fine && queues_pass(judging, queues, &is_hurried)) {
		is_fine = asker_run(asker, is_hurried);
		judging->asked = asker_sent(asker);
		progress_tell(&progress, judging->whole, judging->audit->count + judging->audit->service_count,
			      judging->asked);
	}
	progress_end(&progress);
	asker_free(asker);
	return is_fine && !judging->is_memory_short ? code : EXIT_INTERNAL;
}

int judging_recall(struct judging *judging)
{
	struct audit *audit = judging->audit;
	for (size_t i = 0; i < audit->service_count; i++) {
		judging_pass(judging, &audit->services[i]);
		reverse_zones_add(judging);
	}
	return judging->is_memory_short ? EXIT_INTERNAL : EXIT_OK;
}

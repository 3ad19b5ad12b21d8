/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/compare.h"

#include "base/clock.h"
#include "cli/audit/diff.h"
#include "cli/audit/tell.h"
#include "config/quantity.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RESULT_SCHEMA "sextant.audit/1"
#define EVERY_MS 30000
#define EVERY_LEAST_MS 2000 /* servers are asked again each time */

/* --- Results --- */

/* NULL: no memory. */
static json_t *result_of(struct judging *judging)
{
	struct text text = {0};
	json_t *result = tell_result(judging, &text) ? json_loadb(text.data, text.size, 0, NULL) : NULL;
	text_free(&text);
	return result;
}

/* The text is a book: it is judged as of then. */
static int book_result(struct audit *audit, const char *path, const struct text *text, json_t **ret)
{
	struct audit_book book = {0};
	int code = audit_book_take(audit, path, text, &book);
	struct judging *judging = code == EXIT_OK ? judging_new(audit, &book) : NULL;
	*ret = judging != NULL ? result_of(judging) : NULL;
	if (code == EXIT_OK && *ret == NULL)
		code = EXIT_INTERNAL;
	judging_free(judging);
	audit_book_close(&book);
	return code;
}

/* A JSON result as it stands; anything else has to be a book. */
static int earlier_load(struct audit *audit, const char *path, json_t **ret)
{
	struct text text = {0};
	int err = audit_file_read(path, &text);
	if (err != ERR_OK) {
		text_free(&text);
		return cli_usage_error(audit->cli, "%s: %s", path, err_text(err));
	}
	json_t *root = json_loadb(text_string(&text), text.size, JSON_REJECT_DUPLICATES, NULL);
	const char *schema = json_string_value(json_object_get(root, "schema"));
	int code = EXIT_OK;
	if (schema != NULL && strcmp(schema, RESULT_SCHEMA) == 0) {
		*ret = json_incref(root);
		if (!json_is_array(json_object_get(root, "zones")) || !json_is_array(json_object_get(root, "findings")))
			code = cli_usage_error(audit->cli,
					       "%s: it is a result of several hosts, or a brief one; --diff needs "
					       "a whole one of one host",
					       path);
	} else {
		code = book_result(audit, path, &text, ret);
	}
	json_decref(root);
	text_free(&text);
	return code;
}

/* --- --diff --- */

static enum severity fail_on(const struct cli *cli)
{
	const char *level = cli_value(cli, "fail-on");
	for (enum severity severity = SEVERITY_NOTICE; level != NULL && severity < SEVERITY_ERROR; severity++) {
		if (strcmp(level, severity_text(severity)) == 0)
			return severity;
	}
	return SEVERITY_ERROR;
}

static void side_text(json_t *result, const char *what, struct text *out)
{
	char time[CLOCK_TEXT_MAX];
	const char *vantage = json_string_value(json_object_get(result, "vantage"));
	clock_text((uint64_t)json_integer_value(json_object_get(result, "time")) * 1000000, time);
	text_addf(out, "%s: from ", what);
	vantage = vantage != NULL ? vantage : "a host that it does not name";
	text_add_clean(out, vantage, strlen(vantage));
	text_addf(out, ", %.19sZ\n", time);
}

static void side_json(json_t *diff, const char *key, json_t *result)
{
	json_t *side = json_object();
	json_object_set(side, "vantage", json_object_get(result, "vantage"));
	json_object_set(side, "time", json_object_get(result, "time"));
	json_object_set_new(diff, key, side);
}

static void diff_print(struct audit *audit, json_t *before, json_t *after, json_t *diff)
{
	struct text out = {0};
	if (cli_is_json(audit->cli)) {
		json_object_set_new(diff, "schema", json_string("sextant.audit-diff/1"));
		side_json(diff, "before", before);
		side_json(diff, "after", after);
		json_object_set_new(diff, "worse", json_boolean(diff_is_worse(diff, fail_on(audit->cli))));
		json_dumpf(diff, cli_out(audit->cli), JSON_COMPACT);
		fputc('\n', cli_out(audit->cli));
		return;
	}
	side_text(before, "before", &out);
	side_text(after, "now   ", &out);
	diff_text(diff, &out);
	fputs(text_string(&out), cli_out(audit->cli));
	text_free(&out);
}

int audit_diff(struct audit *audit, struct judging *judging)
{
	const char *path = cli_value(audit->cli, "diff"), *level = cli_value(audit->cli, "fail-on");
	json_t *before = NULL;
	int code = earlier_load(audit, path, &before);
	json_t *after = code == EXIT_OK ? result_of(judging) : NULL;
	json_t *diff = after != NULL ? diff_results(before, after) : NULL;
	if (code == EXIT_OK && diff == NULL)
		code = EXIT_INTERNAL;
	if (diff != NULL) {
		bool is_never = level != NULL && strcmp(level, "never") == 0;
		diff_print(audit, before, after, diff);
		if (!is_never && diff_is_worse(diff, fail_on(audit->cli)))
			code = EXIT_FOUND;
		else if (json_array_size(json_object_get(after, "undetermined")) > 0)
			code = EXIT_UNDETERMINED;
	}
	json_decref(diff);
	json_decref(after);
	json_decref(before);
	return code;
}

/* --- --watch --- */

struct watching {
	struct audit *audit;
	char time[CLOCK_TEXT_MAX];
};

static void change_tell(void *owner, const char *kind, const char *zone, const char *change)
{
	struct watching *watching = owner;
	struct text out = {0};
	if (cli_is_json(watching->audit->cli)) {
		struct json_writer json = {.out = &out};
		json_begin_object(&json, NULL);
		json_text(&json, "time", watching->time);
		json_text(&json, "kind", kind);
		json_text(&json, "zone", zone);
		json_text(&json, "change", change);
		json_end_object(&json);
	} else {
		text_addf(&out, "%.19sZ  %-8s ", watching->time, kind);
		text_add_clean(&out, zone, strlen(zone));
		text_add(&out, ": ");
		text_add_clean(&out, change, strlen(change));
	}
	fprintf(cli_out(watching->audit->cli), "%s\n", text_string(&out));
	fflush(cli_out(watching->audit->cli));
	text_free(&out);
}

/* One run: everything is asked again. */
static int round_run(struct audit *audit, json_t **ret)
{
	struct audit_book *book = &audit->books[0];
	audit_book_close(book);
	audit->options.now_s = clock_wall_us() / 1000000;
	audit->options.now_us = clock_monotonic_us();
	int code = audit_book_open(audit, book);
	struct judging *judging = code == EXIT_OK ? judging_new(audit, book) : NULL;
	for (size_t i = 0; i < audit->count; i++) {
		audit->targets[i].is_whole = false;
		audit->targets[i].wait_count = 0;
	}
	code = judging != NULL ? judging_gather(judging) : EXIT_INTERNAL;
	if (judging != NULL)
		facts_close(book->facts);
	*ret = code == EXIT_OK ? result_of(judging) : NULL;
	judging_free(judging);
	return code == EXIT_OK && *ret == NULL ? EXIT_INTERNAL : code;
}

/* What parent and children disagree about, or servers with each other. What
 * is meant to differ (a notice) does not end. */
static bool is_disagreement(json_t *finding)
{
	const char *code = json_string_value(json_object_get(finding, "code"));
	const char *severity = json_string_value(json_object_get(finding, "severity"));
	static const char *const codes[] = {"D05", "D06", "D07", "D17", "C01", "C02", "ZON-25"};
	if (code != NULL && severity != NULL && code[0] == 'C' &&
	    strcmp(severity, severity_text(SEVERITY_NOTICE)) == 0)
		return false;
	for (size_t i = 0; code != NULL && i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(codes[i], code) == 0)
			return true;
	}
	return false;
}

/* Resolvable over each family that may be used, and the same everywhere. */
static bool is_agreed(const struct audit *audit, json_t *result)
{
	size_t index;
	json_t *item;
	json_array_foreach(json_object_get(result, "zones"), index, item)
	{
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			json_t *side = json_object_get(item, family_text(family));
			const char *word = json_string_value(json_object_get(side, "resolvable"));
			if (cli_family_allowed(audit->cli, (int)family) && (word == NULL || strcmp(word, "yes") != 0))
				return false;
		}
	}
	json_array_foreach(json_object_get(result, "findings"), index, item)
	{
		if (is_disagreement(item))
			return false;
	}
	return true;
}

/* The first run: what there is. Nothing before it is as if all had been unknown. */
static void start_tell(struct watching *watching, json_t *result)
{
	size_t index;
	json_t *item;
	json_array_foreach(json_object_get(result, "zones"), index, item)
	{
		char change[160];
		json_t *ipv6 = json_object_get(item, "ipv6"), *ipv4 = json_object_get(item, "ipv4");
		snprintf(change, sizeof(change), "resolvable over IPv6 alone: %s, over IPv4 alone: %s",
			 json_string_value(json_object_get(ipv6, "resolvable")),
			 json_string_value(json_object_get(ipv4, "resolvable")));
		change_tell(watching, "verdict", json_string_value(json_object_get(item, "zone")), change);
	}
	json_array_foreach(json_object_get(result, "findings"), index, item)
	{
		const char *subject = json_string_value(json_object_get(item, "subject"));
		if (!is_disagreement(item))
			continue;
		change_tell(watching, "finding",
			    subject != NULL ? subject + (strncmp(subject, "zone ", 5) == 0 ? 5 : 0) : "",
			    json_string_value(json_object_get(item, "cause")));
	}
}

/* At a signal there is nothing to put in order: each line was flushed when it was written. */
static void stop(int number)
{
	(void)number;
	_exit(EXIT_OK);
}

static void pause_ms(uint32_t ms)
{
	struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
	nanosleep(&time, NULL);
}

static int every_take(const struct audit *audit, uint32_t *ret_ms)
{
	const char *every = cli_value(audit->cli, "every");
	*ret_ms = EVERY_MS;
	if (every != NULL && (quantity_duration_ms(every, ret_ms) != ERR_OK || *ret_ms < EVERY_LEAST_MS))
		return cli_usage_error(audit->cli, "--every %s: write a number and a unit, at least 2s", every);
	return EXIT_OK;
}

int audit_watch(struct audit *audit)
{
	struct watching watching = {.audit = audit};
	json_t *before = NULL, *after = NULL;
	uint32_t every_ms;
	int code = every_take(audit, &every_ms);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	for (bool is_over = false; code == EXIT_OK && !is_over;) {
		code = round_run(audit, &after);
		if (code != EXIT_OK)
			break;
		clock_text(clock_wall_us(), watching.time);
		json_t *diff = before != NULL ? diff_results(before, after) : NULL;
		if (diff != NULL)
			diff_each(diff, change_tell, &watching);
		else
			start_tell(&watching, after);
		is_over = is_agreed(audit, after);
		json_decref(diff);
		json_decref(before);
		before = after;
		if (!is_over)
			pause_ms(every_ms);
	}
	if (code == EXIT_OK)
		change_tell(&watching, "verdict", audit->count == 1 ? "the zone" : "all zones",
			    "parent and children agree, and each family reaches them");
	json_decref(before);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	return code;
}

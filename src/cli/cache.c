/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"
#include "cli/daemon_call.h"

#include <stdlib.h>

#define CACHE_TIMEOUT_MS 10000

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

static long long number_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

/* --- cache stats --- */

static double mebibytes(long long octets)
{
	return (double)octets / (1 << 20);
}

static void stats_print(FILE *out, const json_t *stats)
{
	long long hits = number_of(stats, "hits"), misses = number_of(stats, "misses");
	const char *key;
	json_t *count;
	fprintf(out, "%s\n", text_of(stats, "service"));
	fprintf(out, "  used       %.1f of %.1f MiB\n", mebibytes(number_of(stats, "used")),
		mebibytes(number_of(stats, "budget")));
	if (hits + misses > 0)
		fprintf(out, "  found      %lld of %lld (%.1f%%)\n", hits, hits + misses,
			100 * (double)hits / (double)(hits + misses));
	fprintf(out, "  stale      %lld\n", number_of(stats, "stale"));
	json_object_foreach(json_object_get(stats, "entries"), key, count)
		fprintf(out, "  %-10s %" JSON_INTEGER_FORMAT "\n", key, json_integer_value(count));
	fprintf(out, "  stored     %lld\n", number_of(stats, "stores"));
	fprintf(out, "  displaced  %lld\n", number_of(stats, "evictions"));
}

static int run_cache_stats(struct cli *cli)
{
	const char *const *operands;
	if (cli_operands(cli, &operands) > 0)
		return cli_usage_error(cli, "cache stats takes no operand");
	json_t *request = json_pack("{s:s, s:s*}", "command", "cache-stats", "service", cli_value(cli, "service"));
	json_t *reply = NULL, *stats;
	int code = daemon_call(cli, request, CACHE_TIMEOUT_MS, &reply);
	json_decref(request);
	if (code == EXIT_OK && cli_is_json(cli)) {
		daemon_reply_print(cli, "sextant.cache-stats/1", reply);
	} else if (code == EXIT_OK) {
		size_t i;
		json_array_foreach(json_object_get(reply, "services"), i, stats) stats_print(cli_out(cli), stats);
	}
	json_decref(reply);
	return code;
}

/* --- cache dump --- */

/* A dump can be larger than memory should hold twice: each page is printed as it comes. */
struct dump {
	struct cli *cli;
	bool is_begun, has_entry;
};

static void entry_print(FILE *out, const json_t *entry)
{
	long long ttl_s = number_of(entry, "ttl_s");
	size_t i;
	json_t *line;
	fprintf(out, "%s %s  %s, %s%lld s, found %lld times, %lld octets\n", text_of(entry, "name"),
		text_of(entry, "type"), text_of(entry, "kind"), ttl_s >= 0 ? "ends in " : "ended before ",
		ttl_s >= 0 ? ttl_s : -ttl_s, number_of(entry, "hits"), number_of(entry, "size"));
	json_array_foreach(json_object_get(entry, "text"), i, line)
		fprintf(out, "    %s\n", json_string_value(line) != NULL ? json_string_value(line) : "");
}

static void dump_begin(struct dump *dump, const json_t *reply)
{
	if (dump->is_begun || !cli_is_json(dump->cli))
		return;
	dump->is_begun = true;
	char *service = json_dumps(json_object_get(reply, "service"), JSON_ENCODE_ANY);
	fprintf(cli_out(dump->cli), "{\"schema\": \"sextant.cache-dump/1\", \"service\": %s,\n\"entries\": [",
		service != NULL ? service : "null");
	free(service);
}

static void page_print(struct dump *dump, const json_t *reply)
{
	FILE *out = cli_out(dump->cli);
	size_t i;
	json_t *entry;
	dump_begin(dump, reply);
	json_array_foreach(json_object_get(reply, "entries"), i, entry)
	{
		if (!cli_is_json(dump->cli)) {
			entry_print(out, entry);
			continue;
		}
		fputs(dump->has_entry ? ",\n" : "\n", out);
		json_dumpf(entry, out, JSON_COMPACT);
		dump->has_entry = true;
	}
}

/* The document is whole even when the daemon ended in between: "complete" tells. */
static void dump_end(const struct dump *dump, bool is_complete)
{
	if (dump->is_begun)
		fprintf(cli_out(dump->cli), "\n],\n\"complete\": %s}\n", is_complete ? "true" : "false");
}

static int page_fetch(struct cli *cli, json_int_t after, json_t **ret_reply)
{
	json_t *request = json_pack("{s:s, s:I, s:s*}", "command", "cache-dump", "after", after, "service",
				    cli_value(cli, "service"));
	int code = daemon_call(cli, request, CACHE_TIMEOUT_MS, ret_reply);
	json_decref(request);
	return code;
}

static int run_cache_dump(struct cli *cli)
{
	const char *const *operands;
	struct dump dump = {.cli = cli};
	json_int_t after = 0;
	int code = EXIT_OK;
	if (cli_operands(cli, &operands) > 0)
		return cli_usage_error(cli, "cache dump takes no operand");
	for (bool is_more = true; is_more && code == EXIT_OK;) {
		json_t *reply = NULL;
		code = page_fetch(cli, after, &reply);
		const json_t *next = json_object_get(reply, "next");
		if (code == EXIT_OK)
			page_print(&dump, reply);
		is_more = code == EXIT_OK && json_is_integer(next);
		/* Positions only grow: what does not move on would never end. */
		if (is_more && json_integer_value(next) <= after) {
			cli_usage_error(cli, "the daemon gives the same page again");
			code = EXIT_UNDETERMINED;
		}
		after = json_integer_value(next);
		json_decref(reply);
	}
	dump_end(&dump, code == EXIT_OK);
	return code;
}

static const struct cli_option cache_options[] = {
	{.name = "service", .argument = "SERVICE", .help = "of this resolver service"},
	{0},
};

const struct command command_cache_stats = {
	.name = "cache stats",
	.summary = "how full the running resolver's cache is, and how often it helps",
	.usage = "",
	.description = "For each resolver service, or the one of --service: memory used, how many questions were answered "
		       "from the cache, and entries by kind: outcome (records, or that there are none), reply (answers ready "
		       "to send), delegation, failure. Exit code 3: no daemon could be reached.",
	.options = cache_options,
	.run = run_cache_stats,
};

const struct command command_cache_dump = {
	.name = "cache dump",
	.summary = "what the running resolver's cache holds",
	.usage = "",
	.description = "Every entry, in no order: name, type, kind, how long it is good for, and its records. What comes and "
		       "goes meanwhile may be missing or be there twice. With --json one document, written as it comes; "
		       "\"complete\" is false when the daemon ended before the dump did. --service is needed where there "
		       "are several resolver services. Exit code 3: no daemon could be reached.",
	.options = cache_options,
	.run = run_cache_dump,
};

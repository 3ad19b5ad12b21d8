/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/status/resolver.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

static long long number_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

static void duration_print(FILE *out, long long s)
{
	if (s >= 86400)
		fprintf(out, "%lldd", s / 86400);
	else if (s >= 3600)
		fprintf(out, "%lldh", s / 3600);
	else if (s >= 60)
		fprintf(out, "%lldm", s / 60);
	else
		fprintf(out, "%llds", s);
}

static long long entries_of(const json_t *cache)
{
	long long sum = 0;
	const char *key;
	json_t *count;
	json_object_foreach(json_object_get(cache, "entries"), key, count) sum += json_integer_value(count);
	return sum;
}

static void cache_print(FILE *out, const json_t *service)
{
	const json_t *cache = json_object_get(service, "cache");
	long long hits = number_of(cache, "hits"), asked = hits + number_of(cache, "misses");
	char share[16] = "-";
	if (cache == NULL)
		return;
	if (asked > 0)
		snprintf(share, sizeof(share), "%.1f%%", 100 * (double)hits / (double)asked);
	fprintf(out, "%-12s %8.1f of %.1f MiB %10lld entries  found %s  stale %lld\n", text_of(service, "name"),
		(double)number_of(cache, "used") / (1 << 20), (double)number_of(cache, "budget") / (1 << 20),
		entries_of(cache), share, number_of(cache, "stale"));
}

static void families_print(FILE *out, const json_t *service)
{
	size_t i;
	json_t *family;
	json_array_foreach(json_object_get(service, "families"), i, family)
	{
		int is_down = json_is_true(json_object_get(family, "is_down"));
		fprintf(out, "%-12s %-6s %-4s for ", text_of(service, "name"), text_of(family, "path"),
			is_down ? "DOWN" : "up");
		duration_print(out, number_of(family, "since_s"));
		fprintf(out, "  replies %lld  silences %lld", number_of(family, "replies"), number_of(family, "silences"));
		if (*text_of(family, "cause") != '\0')
			fprintf(out, "  %s", text_of(family, "cause"));
		fputc('\n', out);
	}
}

static void retries_print(FILE *out, const json_t *retries)
{
	const char *from, *to;
	json_t *row, *count;
	json_object_foreach((json_t *)retries, from, row)
	{
		json_object_foreach(row, to, count)
		{
			if (json_integer_value(count) > 0)
				fprintf(out, "  again %s->%s %" JSON_INTEGER_FORMAT, from, to, json_integer_value(count));
		}
	}
}

/* said of a family only when there is something to mend. */
static void lacking_print(FILE *out, const json_t *lacking)
{
	const char *family;
	json_t *count;
	json_object_foreach((json_t *)lacking, family, count)
	{
		if (json_integer_value(count) > 0)
			fprintf(out, "  zones with %s only in glue %" JSON_INTEGER_FORMAT, family,
				json_integer_value(count));
	}
}

static void upstream_print(FILE *out, const json_t *service)
{
	const json_t *upstream = json_object_get(service, "upstream");
	const char *family, *transport;
	json_t *row, *count;
	if (upstream == NULL)
		return;
	fprintf(out, "%-12s now %lld questions of %lld clients, %lld to servers;", text_of(service, "name"),
		number_of(upstream, "jobs"), number_of(upstream, "clients"), number_of(upstream, "asks"));
	json_object_foreach(json_object_get(upstream, "queries"), family, row)
	{
		fprintf(out, "  %s", family);
		json_object_foreach(row, transport, count)
			fprintf(out, " %s %" JSON_INTEGER_FORMAT, transport, json_integer_value(count));
		fprintf(out, " silent %lld truncated %lld (%.1f%%)",
			number_of(json_object_get(upstream, "timeouts"), family),
			number_of(json_object_get(upstream, "truncated"), family),
			100 * json_number_value(json_object_get(json_object_get(upstream, "tcp_share"), family)));
	}
	retries_print(out, json_object_get(upstream, "retries"));
	lacking_print(out, json_object_get(upstream, "zones_lacking"));
	fputc('\n', out);
}

/* "secure 12  bogus 3": an object of counts on one line. */
static void counts_print(FILE *out, const json_t *service, const char *key)
{
	const json_t *counts = json_object_get(service, key);
	const char *name;
	json_t *count;
	if (counts == NULL)
		return;
	fprintf(out, "%-12s %-11s", text_of(service, "name"), key);
	json_object_foreach((json_t *)counts, name, count)
	{
		if (json_is_integer(count)) /* finer counts are for --json */
			fprintf(out, "  %s %" JSON_INTEGER_FORMAT, name, json_integer_value(count));
	}
	fputc('\n', out);
}

static void pref64_print(FILE *out, const json_t *service)
{
	size_t i;
	json_t *prefix;
	json_array_foreach(json_object_get(service, "pref64"), i, prefix)
	{
		const json_t *ends = json_object_get(prefix, "ends_s");
		fprintf(out, "%-12s NAT64 %-30s %s", text_of(service, "name"), text_of(prefix, "prefix"),
			text_of(prefix, "source"));
		if (*text_of(prefix, "router") != '\0')
			fprintf(out, " of %s", text_of(prefix, "router"));
		if (json_is_integer(ends)) {
			fputs(", ends in ", out);
			duration_print(out, (long long)json_integer_value(ends));
		}
		fprintf(out, "%s\n", json_is_true(json_object_get(prefix, "is_in_use")) ? ", in use" : "");
	}
}

static void fallbacks_print(FILE *out, const json_t *service)
{
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(service, "fallback"), i, row)
	{
		fprintf(out, "%-12s %-30s %s", text_of(service, "name"), text_of(row, "server"),
			text_of(row, "ability"));
		if (json_is_integer(json_object_get(row, "probed_s"))) {
			fputs(", probed ", out);
			duration_print(out, number_of(row, "probed_s"));
			fputs(" ago", out);
		}
		if (!json_is_true(json_object_get(row, "is_used")))
			fprintf(out, "  NOT USED (%s)", text_of(row, "code"));
		fputc('\n', out);
	}
}

static void anchors_print(FILE *out, const json_t *service)
{
	size_t i;
	json_t *anchor;
	json_array_foreach(json_object_get(service, "anchors"), i, anchor)
		fprintf(out, "%-12s anchor %s %s tag %lld algorithm %lld  %s\n", text_of(service, "name"),
			text_of(anchor, "owner"), text_of(anchor, "type"), number_of(anchor, "tag"),
			number_of(anchor, "algorithm"), text_of(anchor, "state"));
	json_array_foreach(json_object_get(service, "negative_anchors"), i, anchor)
		fprintf(out, "%-12s not validated: %s\n", text_of(service, "name"),
			json_string_value(anchor) != NULL ? json_string_value(anchor) : "");
}

static int is_resolver(const json_t *service)
{
	return json_object_get(service, "cache") != NULL || json_object_get(service, "upstream") != NULL;
}

/* One topic at a time, so that services can be compared; a heading when a service has anything to say on it. */
static void topic_print(FILE *out, const json_t *services, const char *title, const char *key,
			void (*print)(FILE *, const json_t *))
{
	size_t i;
	json_t *service;
	int has_title = 0;
	json_array_foreach((json_t *)services, i, service)
	{
		const json_t *member = json_object_get(service, key);
		if (!is_resolver(service) || member == NULL || (json_is_array(member) && json_array_size(member) == 0))
			continue;
		if (!has_title)
			fprintf(out, "\n%-12s %s\n", "service", title);
		has_title = 1;
		print(out, service);
	}
}

static void validations_print(FILE *out, const json_t *service)
{
	counts_print(out, service, "validations");
	counts_print(out, service, "aaaa");
}

void status_resolvers_print(FILE *out, const json_t *services)
{
	topic_print(out, services, "cache", "cache", cache_print);
	topic_print(out, services, "ways to name servers", "families", families_print);
	topic_print(out, services, "upstream", "upstream", upstream_print);
	topic_print(out, services, "answers", "validations", validations_print);
	topic_print(out, services, "NAT64 prefixes", "pref64", pref64_print);
	topic_print(out, services, "fallback resolvers", "fallback", fallbacks_print);
	topic_print(out, services, "trust anchors", "anchors", anchors_print);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/status/secondaries.h"

#include <string.h>

#define SHOWN 20

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "-";
}

void status_span_text(const json_t *object, const char *key, char ret_text[STATUS_SPAN_MAX])
{
	const json_t *value = json_object_get(object, key);
	long long s = (long long)json_integer_value(value);
	if (!json_is_integer(value))
		snprintf(ret_text, STATUS_SPAN_MAX, "-");
	else if (s < 60)
		snprintf(ret_text, STATUS_SPAN_MAX, "%llds", s);
	else if (s < 3600)
		snprintf(ret_text, STATUS_SPAN_MAX, "%lldm%llds", s / 60, s % 60);
	else if (s < 86400)
		snprintf(ret_text, STATUS_SPAN_MAX, "%lldh%lldm", s / 3600, s / 60 % 60);
	else
		snprintf(ret_text, STATUS_SPAN_MAX, "%lldd%lldh", s / 86400, s / 3600 % 24);
}

static void last_print(FILE *out, const json_t *last)
{
	if (json_is_object(last))
		fprintf(out, "%s %s %s %s%s%s", text_of(last, "kind"), text_of(last, "result"),
			strcmp(text_of(last, "result"), "received") == 0 ? "from" : "to be had from",
			text_of(last, "address"), json_object_get(last, "reason") != NULL ? ": " : "",
			json_object_get(last, "reason") != NULL ? text_of(last, "reason") : "");
	else
		fputs("no transfer since the start", out);
}

static void zone_print(FILE *out, const json_t *zone)
{
	char expires[STATUS_SPAN_MAX], asks[STATUS_SPAN_MAX];
	const json_t *reach = json_object_get(zone, "reach"), *primary;
	size_t i;
	status_span_text(zone, "expires_in_s", expires);
	status_span_text(zone, "asks_in_s", asks);
	fprintf(out, "%-40s %10s %10s %-8s %-8s ", text_of(zone, "zone"),
		json_is_true(json_object_get(zone, "is_expired")) ? "EXPIRED" : expires, asks, text_of(reach, "ipv6"),
		text_of(reach, "ipv4"));
	last_print(out, json_object_get(zone, "last_transfer"));
	fputc('\n', out);
	json_array_foreach(json_object_get(zone, "primaries"), i, primary)
	{
		fprintf(out, "  from %s %s: %s", text_of(primary, "peer"), text_of(primary, "address"),
			text_of(primary, "reach"));
		if (json_object_get(primary, "serial") != NULL)
			fprintf(out, ", serial %lld",
				(long long)json_integer_value(json_object_get(primary, "serial")));
		fputc('\n', out);
	}
}

/* Each zone once, though several services may serve it: they share what is known of it. */
void status_secondaries_print(FILE *out, const json_t *services)
{
	size_t i, j, shown = 0, more = 0;
	const json_t *service, *zone;
	json_t *seen = json_object();
	json_array_foreach(services, i, service)
	{
		json_array_foreach(json_object_get(service, "zones"), j, zone)
		{
			if (strcmp(text_of(zone, "role"), "secondary") != 0 ||
			    json_object_get(seen, text_of(zone, "key")) != NULL)
				continue;
			json_object_set_new(seen, text_of(zone, "key"), json_true());
			if (shown == 0)
				fprintf(out, "\n%-40s %10s %10s %-8s %-8s %s\n", "secondary zone", "expires in",
					"asks in", "IPv6", "IPv4", "last transfer");
			if (shown < SHOWN)
				zone_print(out, zone);
			more += shown++ >= SHOWN;
		}
	}
	if (more > 0)
		fprintf(out, "and %zu more: --json has them all\n", more);
	json_decref(seen);
}

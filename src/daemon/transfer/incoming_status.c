/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of secondary zones, for `sextant status` and the metrics. */
#include "daemon/transfer/incoming_inside.h"

#include "base/clock.h"

#include <string.h>

/* The loop's clock stands still while the thread waits: the monotonic one is the same, now. */
static int64_t clock_ms(void)
{
	return (int64_t)(clock_monotonic_us() / 1000);
}

static json_t *primaries_json(const struct incoming_zone *zone)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < zone->wish.primary_count; i++) {
		const struct incoming_primary *primary = &zone->wish.primaries[i];
		const struct schedule_address *address = schedule_address(zone->schedule, i);
		char text[IP_ENDPOINT_TEXT_MAX];
		ip_endpoint_to_text(&primary->endpoint, text);
		json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:b, s:i}", "peer", primary->peer, "address", text,
					"family", family_text(primary->endpoint.addr.family), "reach",
					schedule_reach_text(schedule_address_reach(address)), "is_signed",
					primary->key != NULL, "failures", (int)address->failures);
		if (address->has_serial)
			json_object_set_new(row, "serial", json_integer(address->serial));
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *last_json(const struct incoming_last *last)
{
	char when[CLOCK_TEXT_MAX], server[IP_ENDPOINT_TEXT_MAX];
	clock_text(last->wall_us, when);
	ip_endpoint_to_text(&last->server, server);
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "at", when, "kind",
				last->type == RR_IXFR ? "IXFR" : "AXFR", "result", incoming_result_text(last->result),
				"address", server, "family", family_text(last->server.addr.family), "serial",
				(json_int_t)last->serial, "records", (json_int_t)last->records, "octets",
				(json_int_t)last->octets, "ms", (json_int_t)last->ms);
	if (last->reason[0] != '\0')
		json_object_set_new(row, "reason", json_string(last->reason));
	return row;
}

static void times_add(const struct incoming_zone *zone, json_t *row)
{
	int64_t now = clock_ms();
	if (schedule_has_version(zone->schedule)) {
		int64_t expiry = (int64_t)schedule_expiry_ms(zone->schedule);
		json_object_set_new(row, "age_s", json_integer((now - schedule_confirmed_ms(zone->schedule)) / 1000));
		json_object_set_new(row, "expires_in_s", json_integer(expiry > now ? (expiry - now) / 1000 : 0));
	}
	json_object_set_new(row, "is_expired", json_boolean(zone->is_expired));
	if (zone->step.action == SCHEDULE_WAIT) {
		int64_t due = (int64_t)schedule_due_ms(zone->schedule);
		json_object_set_new(row, "asks_in_s", json_integer(due > now ? (due - now) / 1000 : 0));
	}
}

void incoming_status(struct incoming *incoming, const char *key, json_t *row)
{
	incoming_enter(incoming);
	const struct incoming_zone *zone = incoming_zone_find(incoming, key);
	if (zone != NULL) {
		json_t *reach = json_object();
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
			json_object_set_new(
				reach, family_text(family),
				json_string(schedule_reach_text(schedule_family_reach(zone->schedule, family))));
		times_add(zone, row);
		json_object_set_new(row, "reach", reach);
		json_object_set_new(row, "primaries", primaries_json(zone));
		json_object_set_new(row, "last_transfer", zone->last.is_there ? last_json(&zone->last) : json_null());
	}
	incoming_leave(incoming);
}

bool incoming_figures(struct incoming *incoming, const char *key, struct incoming_figures *ret)
{
	incoming_enter(incoming);
	const struct incoming_zone *zone = incoming_zone_find(incoming, key);
	*ret = (struct incoming_figures){0};
	if (zone != NULL)
		memcpy(ret->transfers, zone->transfers, sizeof(ret->transfers));
	if (zone != NULL && schedule_has_version(zone->schedule)) {
		int64_t wall_s = (int64_t)(clock_wall_us() / 1000000), now = clock_ms();
		ret->confirmed_s = (uint64_t)(wall_s - (now - schedule_confirmed_ms(zone->schedule)) / 1000);
		ret->expires_s = (uint64_t)(wall_s + ((int64_t)schedule_expiry_ms(zone->schedule) - now) / 1000);
	}
	incoming_leave(incoming);
	return zone != NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of "ev":"xfr" about transfers that come in. A zone that goes on failing alike is told of once a minute. */
#include "daemon/transfer/incoming_inside.h"

#include <stdio.h>
#include <string.h>

#define AGAIN_MS 60000
#define FIELDS_MAX 14

struct line {
	char zone[NAME_TEXT_MAX], server[IP_ENDPOINT_TEXT_MAX];
	struct log_field fields[FIELDS_MAX];
	size_t count;
};

static void text_put(struct line *line, const char *key, const char *text)
{
	line->fields[line->count++] = (struct log_field){.key = key, .text = text};
}

static void number_put(struct line *line, const char *key, uint64_t number)
{
	line->fields[line->count++] = (struct log_field){.key = key, .number = (int64_t)number};
}

static void line_begin(struct line *line, const struct incoming_zone *zone, const char *result)
{
	line->count = 0;
	name_to_display(zone->wish.apex, line->zone);
	text_put(line, "zone", line->zone);
	text_put(line, "direction", "in");
	text_put(line, "result", result);
}

/* Whom the step is about. */
static const char *kind_text(uint16_t type)
{
	return type == RR_SOA ? "SOA" : type == RR_IXFR ? "IXFR" : "AXFR";
}

static void primary_put(struct line *line, const struct incoming_zone *zone, uint16_t type)
{
	const struct incoming_primary *primary = &zone->wish.primaries[zone->step.address];
	ip_endpoint_to_text(&primary->endpoint, line->server);
	text_put(line, "peer", primary->peer);
	text_put(line, "server", line->server);
	text_put(line, "family", family_text(primary->endpoint.addr.family));
	text_put(line, "kind", kind_text(type));
}

void incoming_log_failed(struct incoming_zone *zone, const char *reason)
{
	struct line line;
	char told[sizeof(zone->told)];
	uint64_t now_ms = uv_now(&zone->incoming->loop);
	snprintf(told, sizeof(told), "%zu %.380s", zone->step.address, reason);
	if (strcmp(told, zone->told) == 0 && now_ms < zone->told_ms + AGAIN_MS)
		return;
	memcpy(zone->told, told, sizeof(told));
	zone->told_ms = now_ms;
	line_begin(&line, zone, "failed");
	primary_put(&line, zone, zone->request.type);
	text_put(&line, "reason", reason);
	const char *kind = kind_text(zone->request.type);
	log_line(zone->incoming->options.log, LOG_LEVEL_WARNING, "xfr", line.fields, line.count,
		 "%s of %s from %s (%s) failed: %s", kind, line.zone, zone->wish.primaries[zone->step.address].peer,
		 line.server, reason);
}

void incoming_log_received(const struct incoming_zone *zone, bool has_old, uint32_t old_serial)
{
	struct line line;
	const struct incoming_last *last = &zone->last;
	line_begin(&line, zone, "received");
	primary_put(&line, zone, last->type);
	if (has_old)
		number_put(&line, "old_serial", old_serial);
	number_put(&line, "serial", last->serial);
	number_put(&line, "records", last->records);
	number_put(&line, "octets", last->octets);
	number_put(&line, "ms", last->ms);
	log_line(zone->incoming->options.log, LOG_LEVEL_NOTICE, "xfr", line.fields, line.count,
		 "%s of %s from %s (%s) received", kind_text(last->type), line.zone,
		 zone->wish.primaries[zone->step.address].peer, line.server);
}

static void expiry_put(struct line *line, const struct incoming_zone *zone)
{
	uint64_t now_ms = uv_now(&zone->incoming->loop), expiry_ms = schedule_expiry_ms(zone->schedule);
	if (expiry_ms != UINT64_MAX)
		number_put(line, "expires_in_s", expiry_ms > now_ms ? (expiry_ms - now_ms) / 1000 : 0);
}

void incoming_log_unreached(const struct incoming_zone *zone)
{
	struct line line;
	line_begin(&line, zone, "unreached");
	expiry_put(&line, zone);
	log_line(zone->incoming->options.log, LOG_LEVEL_WARNING, "xfr", line.fields, line.count,
		 "no primary of %s has given an answer that counts; %s; they are asked again and again", line.zone,
		 !schedule_has_version(zone->schedule) ? "there is no copy, questions for it get SERVFAIL"
		 : zone->is_expired                    ? "its copy has expired, questions for it get SERVFAIL"
						       : "the last good copy is served until it expires");
}

void incoming_log_expired(const struct incoming_zone *zone)
{
	struct line line;
	line_begin(&line, zone, "expired");
	text_put(&line, "code", finding_row(FINDING_ZONE_EXPIRED)->code);
	number_put(&line, "serial", schedule_serial(zone->schedule));
	log_line(zone->incoming->options.log, LOG_LEVEL_ERROR, "xfr", line.fields, line.count,
		 "%s has expired: no primary has confirmed its data for the time that its SOA allows; questions for it "
		 "get "
		 "SERVFAIL; see `sextant check --explain %s`",
		 line.zone, finding_row(FINDING_ZONE_EXPIRED)->code);
}

void incoming_log_back(const struct incoming_zone *zone)
{
	struct line line;
	line_begin(&line, zone, "confirmed");
	number_put(&line, "serial", schedule_serial(zone->schedule));
	log_line(zone->incoming->options.log, LOG_LEVEL_NOTICE, "xfr", line.fields, line.count,
		 "a primary of %s answers again: its data are confirmed", line.zone);
}

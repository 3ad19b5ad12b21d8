/* SPDX-License-Identifier: BSD-2-Clause */
/* One secondary zone: does what its schedule says, and tells it what came of it. */
#include "daemon/transfer/incoming_inside.h"

#include "base/clock.h"
#include "base/random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t now_ms(const struct incoming_zone *zone)
{
	return uv_now(&zone->incoming->loop);
}

/* --- Life and end --- */

static void zone_free_if_done(struct incoming_zone *zone)
{
	if (!zone->is_gone || zone->handles > 0 || zone->is_building || zone->is_writing)
		return;
	tsig_key_free((struct tsig_key *)(uintptr_t)zone->request.key);
	zone_free((struct zone *)(uintptr_t)zone->zone);
	zone_history_free(zone->history);
	schedule_free(zone->schedule);
	receive_free(zone->receive);
	incoming_wish_clear(&zone->wish);
	free(zone);
}

static void handle_closed(uv_handle_t *handle)
{
	struct incoming_zone *zone = handle->data;
	zone->handles--;
	zone_free_if_done(zone);
}

void incoming_zone_drop(struct incoming_zone *zone)
{
	if (!zone->is_gone) {
		zone->is_gone = true;
		LIST_REMOVE(zone, link);
		asking_stop(zone->asking);
		zone->asking = NULL;
		incoming_place_give(zone);
		uv_close((uv_handle_t *)&zone->due, handle_closed);
		uv_close((uv_handle_t *)&zone->expiry, handle_closed);
	}
	zone_free_if_done(zone);
}

struct span incoming_soa(const struct zone *zone)
{
	size_t position = 0;
	struct span rdata = span_of(NULL, 0);
	/* The builder refuses a zone without its SOA. */
	(void)rrset_next(zone_node_rrset(zone_apex_node(zone), RR_SOA), &position, &rdata);
	return rdata;
}

/* What was served when the thread began to look after the zone. */
static void version_begin(struct incoming_zone *zone)
{
	if (zone->wish.zone == NULL)
		return;
	int64_t age_ms = (int64_t)(clock_wall_us() / 1000) - (int64_t)(zone->wish.confirmed_s * 1000);
	if (age_ms < 0)
		age_ms = 0; /* the clock was set back: what the file says lies in the future */
	schedule_begin(zone->schedule, incoming_soa(zone->wish.zone), (int64_t)now_ms(zone) - age_ms);
	zone->zone = zone->wish.zone;
	zone->history = zone->wish.history;
	zone->wish.zone = NULL;
	zone->wish.history = NULL;
}

static void version_inherit(struct incoming_zone *zone, const struct incoming_zone *before)
{
	schedule_inherit(zone->schedule, before->schedule);
	zone->zone = before->zone != NULL ? zone_hold(before->zone) : NULL;
	zone->history = before->history != NULL ? zone_history_hold(before->history) : NULL;
	zone->is_unwritten = before->is_unwritten || before->is_writing;
	zone_free((struct zone *)(uintptr_t)zone->wish.zone);
	zone_history_free(zone->wish.history);
	zone->wish.zone = NULL;
	zone->wish.history = NULL;
	zone->is_expired = before->is_expired;
	zone->last = before->last;
	memcpy(zone->transfers, before->transfers, sizeof(zone->transfers));
}

int incoming_zone_new(struct incoming *incoming, struct incoming_wish *wish, struct incoming_zone *before,
		      struct incoming_zone **ret)
{
	struct ip_endpoint endpoints[SCHEDULE_ADDRESSES_MAX];
	struct incoming_zone *zone = calloc(1, sizeof(*zone));
	if (zone == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < wish->primary_count; i++)
		endpoints[i] = wish->primaries[i].endpoint;
	int rc = schedule_new(endpoints, wish->primary_count, &zone->schedule);
	if (rc != ERR_OK) {
		free(zone);
		return rc;
	}
	zone->incoming = incoming;
	zone->wish = *wish;
	zone->wish.apex = name_copy(wish->apex, &zone->wish.apex_buffer);
	*wish = (struct incoming_wish){0};
	uv_timer_init(&incoming->loop, &zone->due);
	uv_timer_init(&incoming->loop, &zone->expiry);
	zone->due.data = zone->expiry.data = zone;
	zone->handles = 2;
	if (before != NULL)
		version_inherit(zone, before);
	else
		version_begin(zone);
	LIST_INSERT_HEAD(&incoming->zones, zone, link);
	*ret = zone;
	return ERR_OK;
}

/* --- Expiry --- */

static void expiry_look(struct incoming_zone *zone);

static void expiry_fire(uv_timer_t *timer)
{
	struct incoming_zone *zone = timer->data;
	incoming_enter(zone->incoming);
	expiry_look(zone);
	incoming_leave(zone->incoming);
}

/* RFC 1034 4.3.5: data that no primary has confirmed for so long are not given out any more; those that one has are. */
static void expiry_look(struct incoming_zone *zone)
{
	bool is_expired = schedule_is_expired(zone->schedule, now_ms(zone));
	if (is_expired != zone->is_expired) {
		zone->is_expired = is_expired;
		if (is_expired)
			incoming_log_expired(zone);
		incoming_tell(zone, false, 0);
	}
	if (!is_expired && schedule_has_version(zone->schedule))
		uv_timer_start(&zone->expiry, expiry_fire, schedule_expiry_ms(zone->schedule) - now_ms(zone), 0);
}

/* --- Requests --- */

static int request_begin(struct incoming_zone *zone, uint16_t type, struct writer *message)
{
	const struct incoming_primary *primary = &zone->wish.primaries[zone->step.address];
	tsig_key_free((struct tsig_key *)(uintptr_t)zone->request.key);
	zone->request = (struct transfer_request){
		.apex = zone->wish.apex, .type = type, .serial = schedule_serial(zone->schedule)};
	random_bytes(&zone->request.id, sizeof(zone->request.id));
	zone->request.key = primary->key != NULL ? tsig_key_hold(primary->key) : NULL;
	zone->begin_us = clock_monotonic_us();
	return transfer_request_make(&zone->request, clock_wall_us() / 1000000, message, &zone->sent);
}

static const struct tsig *request_sent(const struct incoming_zone *zone)
{
	return zone->request.key != NULL ? &zone->sent : NULL;
}

static void asking_end(struct incoming_zone *zone)
{
	asking_stop(zone->asking);
	zone->asking = NULL;
	incoming_place_give(zone);
}

/* --- The question for the SOA --- */

static void ask_failed(struct incoming_zone *zone, const char *reason, enum schedule_failure failure)
{
	incoming_log_failed(zone, reason);
	schedule_failed(zone->schedule, failure);
	incoming_zone_go(zone);
}

static void answer_come(void *owner, struct span octets)
{
	struct incoming_zone *zone = owner;
	struct request_answer answer;
	incoming_enter(zone->incoming);
	enum request_verdict verdict =
		transfer_request_judge(&zone->request, request_sent(zone), octets, clock_wall_us() / 1000000, &answer);
	if (verdict != REQUEST_LEAVE)
		asking_end(zone);
	switch (verdict) {
	case REQUEST_LEAVE:
		break;
	case REQUEST_TOLD:
		schedule_told(zone->schedule, answer.serial, now_ms(zone));
		if (schedule_confirmed_ms(zone->schedule) == (int64_t)now_ms(zone))
			incoming_journal_keep(zone);
		incoming_zone_go(zone);
		break;
	case REQUEST_TRUNCATED:
		if (zone->step.is_tcp) {
			ask_failed(zone, "its answer over TCP is truncated", SCHEDULE_BAD);
			break;
		}
		schedule_failed(zone->schedule, SCHEDULE_TRUNCATED);
		incoming_zone_go(zone);
		break;
	case REQUEST_BAD:
		ask_failed(zone, answer.reason, SCHEDULE_BAD);
		break;
	}
	incoming_leave(zone->incoming);
}

static void ask_over(void *owner, const char *reason, bool is_silent)
{
	struct incoming_zone *zone = owner;
	incoming_enter(zone->incoming);
	asking_end(zone);
	ask_failed(zone, reason, is_silent ? SCHEDULE_SILENT : SCHEDULE_BAD);
	incoming_leave(zone->incoming);
}

static void ask_start(struct incoming_zone *zone)
{
	uint8_t octets[REQUEST_SIZE_MAX];
	struct writer message = writer_of(octets, sizeof(octets));
	int rc = request_begin(zone, RR_SOA, &message);
	const struct asking_options options = {.loop = &zone->incoming->loop,
					       .server = zone->wish.primaries[zone->step.address].endpoint,
					       .is_tcp = zone->step.is_tcp,
					       .request = writer_span(&message),
					       .idle_ms = INCOMING_ANSWER_MS,
					       .total_ms = INCOMING_ANSWER_MS,
					       .message = answer_come,
					       .failed = ask_over,
					       .owner = zone};
	if (rc == ERR_OK)
		rc = asking_start(&options, &zone->asking);
	if (rc != ERR_OK) {
		incoming_place_give(zone);
		ask_failed(zone, err_text(rc), SCHEDULE_BAD);
	}
}

/* --- The transfer --- */

static void refused(struct incoming_zone *zone)
{
	char text[HEADER_TEXT_MAX], reason[64];
	rcode_to_text(receive_rcode(zone->receive), text);
	snprintf(reason, sizeof(reason), "it answers %s", text);
	incoming_transfer_failed(zone, reason, SCHEDULE_BAD);
}

static void message_come(void *owner, struct span octets)
{
	struct incoming_zone *zone = owner;
	enum receive_state state = receive_take(zone->receive, octets, clock_wall_us() / 1000000);
	if (state == RECEIVE_MORE)
		return;
	incoming_enter(zone->incoming);
	asking_stop(zone->asking);
	zone->asking = NULL;
	if (state == RECEIVE_ZONE || state == RECEIVE_DIFFERENCES)
		incoming_build(zone, state == RECEIVE_DIFFERENCES);
	else if (state == RECEIVE_CURRENT)
		incoming_transfer_failed(zone, "its SOA was newer than what it transfers", SCHEDULE_BAD);
	else if (state == RECEIVE_REFUSED)
		refused(zone);
	else
		incoming_transfer_failed(zone, receive_reason(zone->receive), SCHEDULE_BAD);
	incoming_leave(zone->incoming);
}

static void transfer_over(void *owner, const char *reason, bool is_silent)
{
	struct incoming_zone *zone = owner;
	incoming_enter(zone->incoming);
	incoming_transfer_failed(zone, reason, is_silent ? SCHEDULE_SILENT : SCHEDULE_BAD);
	incoming_leave(zone->incoming);
}

static int receive_start(struct incoming_zone *zone, const struct ip_endpoint *server)
{
	char text[IP_ENDPOINT_TEXT_MAX];
	ip_endpoint_to_text(server, text);
	/* What has expired binds no primary to later serials. */
	const struct receive_options options = {.apex = zone->wish.apex,
						.id = zone->request.id,
						.is_incremental = zone->request.type == RR_IXFR,
						.has_serial = schedule_has_version(zone->schedule) && !zone->is_expired,
						.serial = schedule_serial(zone->schedule),
						.records_most = INCOMING_RECORDS_MOST,
						.octets_most = zone->incoming->limits.transfers_in.size,
						.sent = request_sent(zone),
						.primary = text};
	receive_free(zone->receive);
	zone->receive = NULL;
	return receive_new(&options, &zone->receive);
}

/* Differences need a version that they go on from. */
static uint16_t transfer_type(const struct incoming_zone *zone)
{
	return zone->zone != NULL && !zone->is_expired && !zone->is_whole_wanted ? RR_IXFR : RR_AXFR;
}

static void transfer_start(struct incoming_zone *zone)
{
	const struct config_transfers_in *limits = &zone->incoming->limits.transfers_in;
	uint8_t octets[REQUEST_SIZE_MAX];
	struct writer message = writer_of(octets, sizeof(octets));
	const struct ip_endpoint *server = &zone->wish.primaries[zone->step.address].endpoint;
	int rc = request_begin(zone, transfer_type(zone), &message);
	if (rc == ERR_OK)
		rc = receive_start(zone, server);
	const struct asking_options options = {.loop = &zone->incoming->loop,
					       .server = *server,
					       .is_tcp = true,
					       .request = writer_span(&message),
					       .idle_ms = limits->idle_timeout_ms,
					       .total_ms = limits->total_timeout_ms,
					       .message = message_come,
					       .failed = transfer_over,
					       .owner = zone};
	if (rc == ERR_OK)
		rc = asking_start(&options, &zone->asking);
	if (rc != ERR_OK)
		incoming_transfer_failed(zone, err_text(rc), SCHEDULE_BAD);
}

/* --- Steps --- */

static void due_fire(uv_timer_t *timer)
{
	struct incoming_zone *zone = timer->data;
	incoming_enter(zone->incoming);
	incoming_zone_go(zone);
	incoming_leave(zone->incoming);
}

/* A round is over. */
static void rest(struct incoming_zone *zone)
{
	bool is_unreached = schedule_is_failing(zone->schedule);
	if (is_unreached && !zone->is_unreached)
		incoming_log_unreached(zone);
	else if (!is_unreached && zone->is_unreached)
		incoming_log_back(zone);
	zone->is_unreached = is_unreached;
	uint64_t at_ms = zone->step.at_ms, now = now_ms(zone);
	uv_timer_start(&zone->due, due_fire, at_ms > now ? at_ms - now : 0, 0);
}

void incoming_zone_start(struct incoming_zone *zone)
{
	if (zone->place == PLACE_ASK)
		ask_start(zone);
	else
		transfer_start(zone);
}

void incoming_zone_go(struct incoming_zone *zone)
{
	uint32_t random;
	random_bytes(&random, sizeof(random));
	expiry_look(zone);
	zone->step = schedule_next(zone->schedule, now_ms(zone), random);
	if (zone->step.action == SCHEDULE_WAIT)
		rest(zone);
	else if (incoming_place_take(zone, zone->step.action == SCHEDULE_ASK ? PLACE_ASK : PLACE_TRANSFER))
		incoming_zone_start(zone);
}

void incoming_zone_refresh(struct incoming_zone *zone, const struct ip_addr *from)
{
	schedule_notify(zone->schedule, from, now_ms(zone));
	if (zone->step.action == SCHEDULE_WAIT) {
		uint64_t due = schedule_due_ms(zone->schedule), now = now_ms(zone);
		uv_timer_start(&zone->due, due_fire, due > now ? due - now : 0, 0);
	}
}

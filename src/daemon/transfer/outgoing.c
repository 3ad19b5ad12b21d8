/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/transfer/outgoing.h"

#include "base/clock.h"
#include "dns/rrtype.h"
#include "transfer/serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGES_A_TURN 8
#define PEER_NAME_MAX 128
#define REFUSALS_A_SECOND 5 /* lines in the log, each worker */

struct outgoing {
	struct transfer_out out;
	const struct zone *zone;    /* held */
	const struct zone_history *history; /* held; NULL: none of it is sent */
	struct zone_history_part part;      /* IXFR: what is sent of it */
	bool has_serial;
	uint32_t serial;            /* IXFR: of the client's version */
	const char *whole;          /* IXFR: why the zone goes whole; NULL: it does not */
	const struct tsig_key *key; /* held; NULL: not signed */
	uint64_t begin_us;
	char peer[PEER_NAME_MAX];
};

/* --- The policy --- */

static const struct tsig_key *key_of(const struct config *config, const struct config_peer *peer,
                                     const struct tsig_key *const *keys)
{
	return peer->key != NULL ? keys[peer->key - config->keys] : NULL;
}

static int peer_make(const struct config *config, const struct config_peer *peer, const struct tsig_key *const *keys,
                     struct transfer_peer *ret)
{
	struct ip_addr *addresses = calloc(peer->addresses.count + 1, sizeof(addresses[0]));
	if (addresses == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < peer->addresses.count; i++)
		addresses[i] = peer->addresses.items[i].endpoint.addr;
	*ret = (struct transfer_peer){.name = peer->name,
	                              .addresses = addresses,
	                              .address_count = peer->addresses.count,
	                              .key = key_of(config, peer, keys)};
	return ERR_OK;
}

int outgoing_policy_make(const struct config *config, const struct config_service *service,
                         const struct tsig_key *const *keys, struct transfer_policy *ret)
{
	size_t count = service->transfer_to.count;
	struct transfer_peer *peers = calloc(count + 1, sizeof(peers[0]));
	int rc = peers == NULL ? -ENOMEM : ERR_OK;
	*ret = (struct transfer_policy){.peers = peers, .keys = keys, .key_count = config->key_count};
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		rc = peer_make(config, service->transfer_to.items[i], keys, &peers[i]);
		ret->peer_count += rc == ERR_OK;
	}
	return rc;
}

void outgoing_policy_free(struct transfer_policy *policy)
{
	for (size_t i = 0; i < policy->peer_count; i++)
		free((struct ip_addr *)(uintptr_t)policy->peers[i].addresses);
	free((struct transfer_peer *)(uintptr_t)policy->peers);
	*policy = (struct transfer_policy){0};
}

/* --- The log --- */

static const char *kind_text(uint16_t qtype)
{
	return qtype == RR_IXFR ? "IXFR" : "AXFR";
}

/* Whoever asks again and again must not fill the disk. */
static bool may_tell(struct worker *worker)
{
	uint64_t second = clock_monotonic_us() / 1000000;
	if (worker->refusals.second != second)
		worker->refusals = (struct refusals){.second = second};
	return worker->refusals.count++ < REFUSALS_A_SECOND;
}

static void refusal_log(const struct connection *connection, const struct query *query, const char *reason)
{
	char client[IP_ENDPOINT_TEXT_MAX], zone[NAME_TEXT_MAX];
	if (!may_tell(connection->worker))
		return;
	ip_endpoint_to_text(&connection->client, client);
	name_to_display(query->qname, zone);
	const struct log_field fields[] = {{.key = "service", .text = connection->service->name},
	                                   {.key = "zone", .text = zone},
	                                   {.key = "client", .text = client},
	                                   {.key = "kind", .text = kind_text(query->qtype)},
	                                   {.key = "result", .text = "refused"}};
	log_line(connection->worker->feeds.log, LOG_LEVEL_WARNING, "xfr", fields, sizeof(fields) / sizeof(fields[0]),
	         "%s of %s refused to %s: %s", kind_text(query->qtype), zone, client, reason);
}

/* "IXFR of example.com", how it was done, and since when. */
static void kind_add(struct text *text, const struct outgoing *outgoing, const char *zone)
{
	text_addf(text, "%s of %s", kind_text(outgoing->out.qtype), zone);
	if (outgoing->part.count > 0)
		text_addf(text, " since %u", outgoing->serial);
	if (outgoing->part.condensed != NULL)
		text_addf(text, " (%zu differences in one)", outgoing->part.count);
}

static const char *form_text(const struct outgoing *outgoing)
{
	return outgoing->part.condensed != NULL ? "condensed" : outgoing->part.count > 0 ? "differences" : "whole";
}

static void end_log(const struct connection *connection, const struct outgoing *outgoing)
{
	char client[IP_ENDPOINT_TEXT_MAX], zone[NAME_TEXT_MAX];
	const struct transfer_out *out = &outgoing->out;
	if (out->is_soa_alone)
		return; /* who looks whether there is something new is no news */
	bool is_whole = out->stage == TRANSFER_STAGE_OVER;
	uint64_t ms = (clock_monotonic_us() - outgoing->begin_us) / 1000;
	struct text kind = {0};
	ip_endpoint_to_text(&connection->client, client);
	name_to_display(name_of(out->qname.wire), zone);
	kind_add(&kind, outgoing, zone);
	struct log_field fields[14] = {{.key = "service", .text = connection->service->name},
	                                   {.key = "zone", .text = zone},
	                                   {.key = "peer", .text = outgoing->peer},
	                                   {.key = "client", .text = client},
	                                   {.key = "kind", .text = kind_text(out->qtype)},
	                                   {.key = "result", .text = is_whole ? "sent" : "broken off"},
	                                   {.key = "serial", .number = zone_serial(outgoing->zone)},
	                                   {.key = "records", .number = (int64_t)out->records},
	                                   {.key = "octets", .number = (int64_t)out->octets},
	                                   {.key = "messages", .number = out->messages},
	                                   {.key = "ms", .number = (int64_t)ms},
	                                   {.key = "form", .text = form_text(outgoing)}};
	size_t count = 12;
	if (outgoing->has_serial)
		fields[count++] = (struct log_field){.key = "from_serial", .number = outgoing->serial};
	if (outgoing->part.count > 0)
		fields[count++] = (struct log_field){.key = "versions", .number = (int64_t)outgoing->part.count};
	log_line(connection->worker->feeds.log, is_whole ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING, "xfr", fields, count,
	         "%s to %s (%s) %s%s%s", text_string(&kind), outgoing->peer, client,
	         is_whole ? "sent" : "broken off: the connection ended before it was whole",
	         outgoing->whole != NULL ? "; the zone whole: " : "", outgoing->whole != NULL ? outgoing->whole : "");
	text_free(&kind);
}

/* --- A transfer --- */

static void outgoing_free(struct connection *connection)
{
	struct outgoing *outgoing = connection->outgoing;
	zone_free((struct zone *)(uintptr_t)outgoing->zone);
	zone_history_part_free(&outgoing->part);
	zone_history_free(outgoing->history);
	tsig_key_free((struct tsig_key *)(uintptr_t)outgoing->key);
	free(outgoing);
	connection->outgoing = NULL;
	connection->worker->outgoing_count--;
}

/* What the client lacks, when it asks for that (RFC 1995 2, 4). */
static void history_look(struct outgoing *outgoing, const struct transfer_asked *asked)
{
	if (asked->query.qtype != RR_IXFR)
		return;
	outgoing->has_serial = transfer_request_serial(&asked->query, &outgoing->serial) == ERR_OK;
	if (!outgoing->has_serial)
		outgoing->whole = "the request tells no serial";
	else if (asked->history == NULL)
		outgoing->whole = "no history of it is kept";
	else if (zone_history_since(asked->history, outgoing->serial, &outgoing->part) == ZONE_HISTORY_UNKNOWN)
		outgoing->whole = "what changed since its serial is not known, or more than the zone";
	if (outgoing->part.count > 0)
		outgoing->history = zone_history_hold(asked->history);
}

static int outgoing_new(struct connection *connection, const struct transfer_asked *asked, uint16_t udp_size)
{
	struct outgoing *outgoing = calloc(1, sizeof(*outgoing));
	if (outgoing == NULL)
		return -ENOMEM;
	outgoing->zone = zone_hold(asked->zone);
	outgoing->key = asked->is_signed ? tsig_key_hold(asked->tsig.key) : NULL;
	outgoing->begin_us = clock_monotonic_us();
	snprintf(outgoing->peer, sizeof(outgoing->peer), "%s", asked->peer->name);
	history_look(outgoing, asked);
	size_t count;
	const struct difference *const *differences = zone_history_part_sent(&outgoing->part, &count);
	transfer_out_begin(&outgoing->out, &asked->query, asked->is_signed ? &asked->tsig : NULL, udp_size, outgoing->zone,
	                   differences, count);
	connection->outgoing = outgoing;
	connection->worker->outgoing_count++;
	return ERR_OK;
}

/* RFC 1995 2: who has the newest version gets its SOA alone. */
static int first_message(struct outgoing *outgoing, uint64_t now_s, struct writer *out)
{
	struct transfer_out *transfer = &outgoing->out;
	bool is_current = outgoing->has_serial && (int32_t)(zone_serial(outgoing->zone) - outgoing->serial) <= 0;
	return is_current ? transfer_out_soa(transfer, now_s, out) : transfer_out_next(transfer, now_s, out);
}

/* What has no more to say ends; the connection takes queries again. */
static void settle(struct connection *connection)
{
	if (connection->outgoing->out.stage != TRANSFER_STAGE_OVER)
		return;
	end_log(connection, connection->outgoing);
	outgoing_free(connection);
}

size_t outgoing_begin(struct connection *connection, const struct service_view *view, struct span message,
                      uint64_t now_us, struct writer *out, struct query_event *event)
{
	struct transfer_asked asked;
	uint64_t now_s = now_us / 1000000;
	if (!transfer_is_asked(message))
		return 0;
	enum transfer_decision decision =
		transfer_judge(&view->transfers, view->zones, message, &connection->client.addr, now_s, &asked);
	if (decision == TRANSFER_GRANT && connection->worker->outgoing_count >= OUTGOING_MOST) {
		asked.reason = "too many transfers are under way";
		decision = TRANSFER_REFUSE;
	}
	if (decision == TRANSFER_REFUSE)
		refusal_log(connection, &asked.query, asked.reason);
	if (decision != TRANSFER_GRANT || outgoing_new(connection, &asked, view->options.udp_size) != ERR_OK)
		return 0;
	if (first_message(connection->outgoing, now_s, out) != ERR_OK) {
		outgoing_free(connection);
		out->size = 0;
		return 0;
	}
	connection->stream.is_held = true;
	query_event_begin(event, &asked.query);
	event->size = (uint32_t)out->size;
	event->answer_count = load_u16(out->data + 6);
	event->is_aa = true;
	settle(connection);
	return event->size;
}

int outgoing_go_on(struct connection *connection, const struct tcp_port *port)
{
	static _Thread_local uint8_t octets[FRAMING_MAX];
	struct tcp_scratch *scratch = connection->worker->tcp;
	for (unsigned i = 0; i < MESSAGES_A_TURN && connection->outgoing != NULL; i++) {
		if (tcp_stream_is_blocked(&connection->stream))
			return ERR_OK;
		struct writer message = writer_of(octets, 65535);
		int rc = transfer_out_next(&connection->outgoing->out, clock_wall_us() / 1000000, &message);
		if (rc == ERR_OK)
			rc = tcp_stream_append(&connection->stream, port, scratch, writer_span(&message));
		if (rc != ERR_OK)
			return rc;
		settle(connection);
	}
	if (connection->outgoing != NULL || !connection->stream.is_held)
		return ERR_OK;
	connection->stream.is_held = false;
	return tcp_stream_resume(&connection->stream, scratch, port);
}

void outgoing_stop(struct connection *connection)
{
	if (connection->outgoing == NULL)
		return;
	end_log(connection, connection->outgoing);
	outgoing_free(connection);
}

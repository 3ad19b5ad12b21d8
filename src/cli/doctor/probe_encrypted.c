/* SPDX-License-Identifier: BSD-2-Clause */
/* Encrypted resolvers: their names are looked up at the plain ones, then each address is asked over TLS. */
#include "cli/doctor/probe.h"

#include "base/clock.h"
#include "cli/query/exchange.h"
#include "cli/query/servers.h"
#include "dns/rrtype.h"
#include "ip/special.h"
#include "watch/wire.h"

#include <stdio.h>
#include <stdlib.h>

#define EDNS_SIZE 1232
#define TRIES 2

struct encrypted_probe {
	const struct probe_plan *plan;
	struct client_facts *facts;
	struct wire_answer *answer; /* too large for a stack */
	uint64_t end_us;
};

static void result_set(struct client_result *result, enum client_state state, const char *reason)
{
	result->state = state;
	snprintf(result->reason, sizeof(result->reason), "%s", reason);
}

static bool is_over(const struct encrypted_probe *probe)
{
	return clock_monotonic_us() >= probe->end_us;
}

/* --- The name --- */

static void answer_take(const struct message *message, uint16_t type, struct client_encrypted *to)
{
	struct message_place place = {0};
	struct message_item item;
	while (message_next(message, &place, &item) == ERR_OK) {
		size_t size = type == RR_AAAA ? 16 : 4;
		if (item.section != SECTION_ANSWER || item.type != type || item.class != CLASS_IN ||
		    item.rdata.size != size)
			continue;
		struct ip_addr addr = type == RR_AAAA ? ip_addr_v6(item.rdata.data) : ip_addr_v4(item.rdata.data);
		struct client_encrypted_address *address = client_encrypted_address(to, &addr);
		if (address != NULL)
			address->is_resolved = true;
	}
}

/* At the resolvers that resolve, until one has an answer. */
static void lookup(const struct encrypted_probe *probe, enum family family, struct client_encrypted *encrypted)
{
	uint16_t type = family == FAMILY_IPV6 ? RR_AAAA : RR_A;
	const struct query_question question = {.name = name_of(encrypted->name.wire),
						.type = type,
						.class = CLASS_IN,
						.is_rd = true,
						.has_edns = true,
						.edns_size = EDNS_SIZE};
	const struct query_way way = {.transport = TRANSPORT_UDP,
				      .is_tcp_after_truncation = true,
				      .tries = TRIES,
				      .timeout_ms = probe->plan->timeout_ms};
	struct client_result *ret = &encrypted->lookups[family];
	result_set(ret, CLIENT_UNDETERMINED, "no plain resolver resolves it");
	for (size_t i = 0; i < probe->facts->resolver_count && ret->state != CLIENT_OK && !is_over(probe); i++) {
		const struct client_resolver *resolver = &probe->facts->resolvers[i];
		const struct ip_endpoint server = {.addr = resolver->addr, .port = QUERY_PORT};
		struct query_reply reply;
		if (resolver->results[CLIENT_PROBE_UDP].state != CLIENT_OK ||
		    resolver->results[CLIENT_PROBE_RECURSION].state != CLIENT_OK)
			continue;
		query_exchange(&question, &server, &way, &reply);
		if (reply.error == ERR_OK && reply.message.error == ERR_OK &&
		    (reply.message.rcode == RCODE_NOERROR || reply.message.rcode == RCODE_NXDOMAIN)) {
			answer_take(&reply.message, type, encrypted);
			result_set(ret, CLIENT_OK, "");
		}
		query_reply_free(&reply);
	}
}

/* --- An address --- */

static void tls_judge(const struct wire_answer *answer, struct client_result *ret)
{
	bool is_connected = answer->seen.segment > 0;
	if (answer->seen.is_encrypted)
		result_set(ret, CLIENT_OK, "");
	else if (answer->state == FACT_SILENT)
		result_set(ret, CLIENT_FAILED,
			   is_connected ? "the handshake does not end in time" : "no connection in time");
	else if (answer->state == FACT_REFUSED)
		result_set(ret, CLIENT_FAILED, is_connected ? "the handshake fails" : "refused: nothing listens there");
	else
		result_set(ret, CLIENT_UNDETERMINED, "this host has no route");
}

/* The question is for the resolver's own name: that there is no such name is an answer too. */
static void answer_judge(const struct wire_answer *answer, struct client_result *ret)
{
	struct message message;
	char text[CLIENT_REASON_MAX], rcode[HEADER_TEXT_MAX];
	if (answer->state != FACT_REPLY) {
		result_set(ret, CLIENT_FAILED,
			   answer->state == FACT_SILENT ? "no answer in time" : "it closes the connection");
		return;
	}
	if (message_read(span_of(answer->octets, answer->size), &message) != ERR_OK) {
		result_set(ret, CLIENT_FAILED, "what it answers cannot be read");
		return;
	}
	rcode_to_text(message.rcode, rcode);
	snprintf(text, sizeof(text), "it answers %s", rcode);
	if (message.rcode == RCODE_SERVFAIL) /* the zone of the name may be at fault */
		result_set(ret, CLIENT_UNDETERMINED, text);
	else if (message.rcode != RCODE_NOERROR && message.rcode != RCODE_NXDOMAIN)
		result_set(ret, CLIENT_FAILED, text);
	else if (!(message.flags & HEADER_RA))
		result_set(ret, CLIENT_FAILED, "it does not offer recursion (RA)");
	else
		result_set(ret, CLIENT_OK, "");
}

static void address_ask(const struct encrypted_probe *probe, const struct client_encrypted *encrypted,
			struct client_encrypted_address *address)
{
	const struct fact_question question = {.server = {.addr = address->addr, .port = encrypted->port},
					       .transport = QUESTION_TCP,
					       .probe = PROBE_TLS,
					       .qname = name_of(encrypted->name.wire),
					       .qtype = RR_AAAA,
					       .edns_size = EDNS_SIZE,
					       .is_rd = true};
	wire_ask(&question, probe->plan->timeout_ms, 1, probe->answer);
	const struct fact_seen *seen = &probe->answer->seen;
	tls_judge(probe->answer, &address->tls);
	if (!seen->is_encrypted)
		return;
	address->is_name_right = seen->is_name_right;
	address->is_trusted = seen->is_trusted;
	address->expires_s = seen->expires_s;
	answer_judge(probe->answer, &address->answer);
}

static void address_probe(const struct encrypted_probe *probe, const struct client_encrypted *encrypted,
			  struct client_encrypted_address *address)
{
	/* IPv4-mapped: a socket would turn to IPv4, perhaps to this host itself (RFC 4291 2.5.5.2). */
	if (!client_address_is_usable(&address->addr) || ip_addr_kind(&address->addr) == IP_KIND_MAPPED)
		result_set(&address->tls, CLIENT_FAILED, "nobody can ask at such an address");
	else if (!probe->plan->is_family_allowed[address->addr.family])
		result_set(&address->tls, CLIENT_UNDETERMINED, "-4 or -6 leaves its family out");
	else if (is_over(probe))
		result_set(&address->tls, CLIENT_UNDETERMINED, "the time for all resolvers is over");
	else
		address_ask(probe, encrypted, address);
}

void client_probe_encrypted(const struct probe_plan *plan, uint64_t end_us, struct client_facts *facts)
{
	struct encrypted_probe probe = {
		.plan = plan, .facts = facts, .end_us = end_us, .answer = malloc(sizeof(*probe.answer))};
	facts->now_s = clock_wall_us() / 1000000;
	for (size_t i = 0; i < facts->encrypted_count; i++) {
		struct client_encrypted *encrypted = &facts->encrypted[i];
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
			lookup(&probe, family, encrypted);
		for (size_t j = 0; encrypted->is_dot && j < encrypted->address_count; j++) {
			if (probe.answer == NULL)
				result_set(&encrypted->addresses[j].tls, CLIENT_UNDETERMINED, "there is no memory");
			else
				address_probe(&probe, encrypted, &encrypted->addresses[j]);
		}
	}
	free(probe.answer);
}

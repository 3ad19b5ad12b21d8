/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/probe.h"

#include "base/clock.h"
#include "cli/query/exchange.h"
#include "cli/query/servers.h"
#include "dns/rrtype.h"

#include <stdarg.h>
#include <stdio.h>

#define EDNS_SIZE 1232
#define TRIES 2

static void result_set(struct client_result *result, enum client_state state, const char *format, ...)
	PRINTF_LIKE(3, 4);

static void result_set(struct client_result *result, enum client_state state, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	result->state = state;
	vsnprintf(result->reason, sizeof(result->reason), format, arguments);
	va_end(arguments);
}

static void ask(const struct probe_plan *plan, const struct client_resolver *resolver, const struct name *name,
                uint16_t type, enum transport transport, bool is_cd, struct query_reply *ret)
{
	struct query_question question = {.name = *name,
	                                  .type = type,
	                                  .class = CLASS_IN,
	                                  .is_rd = true,
	                                  .is_cd = is_cd,
	                                  .has_edns = true,
	                                  .edns_size = EDNS_SIZE};
	struct query_way way = {.transport = transport,
	                        .is_tcp_after_truncation = true,
	                        .tries = TRIES,
	                        .timeout_ms = plan->timeout_ms};
	struct ip_endpoint server = {.addr = resolver->addr, .port = QUERY_PORT};
	query_exchange(&question, &server, &way, ret);
}

/* The host, not the resolver, is to blame. */
static bool is_local_error(const struct ip_addr *addr, int error)
{
	return query_error_is_local(error) ||
	       (addr->family == FAMILY_IPV6 && ip_addr_is_link_local(addr) && addr->scope == 0);
}

static void transport_judge(const struct client_resolver *resolver, const struct query_reply *reply,
                            struct client_result *ret)
{
	if (reply->error == ERR_OK)
		ret->state = CLIENT_OK;
	else if (is_local_error(&resolver->addr, reply->error))
		result_set(ret, CLIENT_UNDETERMINED, "%s", query_error_text(reply->error));
	else
		result_set(ret, CLIENT_FAILED, "%s", query_error_text(reply->error));
}

static void recursion_judge(const struct query_reply *reply, struct client_result *ret)
{
	const struct message *message = &reply->message;
	char rcode[HEADER_TEXT_MAX];
	rcode_to_text(message->rcode, rcode);
	if (message->rcode != RCODE_NOERROR)
		result_set(ret, CLIENT_FAILED, "it answers %s to . NS", rcode);
	else if (!(message->flags & HEADER_RA))
		result_set(ret, CLIENT_FAILED, "it does not offer recursion (RA)");
	else if (message->counts[SECTION_ANSWER] == 0)
		result_set(ret, CLIENT_FAILED, "it gives no name servers of the root");
	else
		ret->state = CLIENT_OK;
}

/* NOERROR, with records or without, shows that the name servers of one family were reached. */
static void family_probe(const struct probe_plan *plan, const struct name *name, struct client_resolver *resolver,
                         struct client_result *ret)
{
	struct query_reply reply;
	char rcode[HEADER_TEXT_MAX];
	if (name == NULL)
		return;
	ask(plan, resolver, name, RR_AAAA, TRANSPORT_UDP, false, &reply);
	if (reply.error != ERR_OK) {
		result_set(ret, CLIENT_FAILED, "%s", query_error_text(reply.error));
	} else if (reply.message.rcode == RCODE_NOERROR) {
		ret->state = CLIENT_OK;
	} else {
		rcode_to_text(reply.message.rcode, rcode);
		/* A name that is not there, or a policy, says nothing of families. */
		bool is_failure = reply.message.rcode == RCODE_SERVFAIL;
		result_set(ret, is_failure ? CLIENT_FAILED : CLIENT_UNDETERMINED, "it answers %s", rcode);
	}
	query_reply_free(&reply);
}

/* A validator refuses the name, and gives it to who sets CD (RFC 4035 3.2.2). */
static void validation_probe(const struct probe_plan *plan, struct client_resolver *resolver)
{
	struct client_result *ret = &resolver->results[CLIENT_PROBE_VALIDATION];
	struct query_reply checked, unchecked;
	if (plan->bogus == NULL)
		return;
	ask(plan, resolver, plan->bogus, RR_A, TRANSPORT_UDP, false, &checked);
	ask(plan, resolver, plan->bogus, RR_A, TRANSPORT_UDP, true, &unchecked);
	int error = checked.error != ERR_OK ? checked.error : unchecked.error;
	if (error != ERR_OK)
		result_set(ret, CLIENT_UNDETERMINED, "%s", query_error_text(error));
	else if (checked.message.rcode == RCODE_NOERROR && checked.message.counts[SECTION_ANSWER] > 0)
		result_set(ret, CLIENT_FAILED, "it gives what does not validate");
	else if (checked.message.rcode == RCODE_SERVFAIL && unchecked.message.rcode == RCODE_NOERROR)
		ret->state = CLIENT_OK;
	else
		result_set(ret, CLIENT_UNDETERMINED, "the name fails with CD too, or has no A record");
	query_reply_free(&checked);
	query_reply_free(&unchecked);
}

static void resolver_probe(const struct probe_plan *plan, struct client_resolver *resolver)
{
	struct query_reply udp, tcp;
	if (!plan->is_family_allowed[resolver->addr.family]) {
		result_set(&resolver->results[CLIENT_PROBE_UDP], CLIENT_UNDETERMINED, "-4 or -6 leaves its family out");
		return;
	}
	ask(plan, resolver, &name_root, RR_NS, TRANSPORT_UDP, false, &udp);
	ask(plan, resolver, &name_root, RR_NS, TRANSPORT_TCP, false, &tcp);
	transport_judge(resolver, &udp, &resolver->results[CLIENT_PROBE_UDP]);
	transport_judge(resolver, &tcp, &resolver->results[CLIENT_PROBE_TCP]);
	const struct query_reply *any = udp.error == ERR_OK ? &udp : tcp.error == ERR_OK ? &tcp : NULL;
	if (any != NULL)
		recursion_judge(any, &resolver->results[CLIENT_PROBE_RECURSION]);
	query_reply_free(&udp);
	query_reply_free(&tcp);
	if (resolver->results[CLIENT_PROBE_UDP].state != CLIENT_OK)
		return;
	family_probe(plan, plan->ipv6_only, resolver, &resolver->results[CLIENT_PROBE_IPV6_ONLY]);
	family_probe(plan, plan->ipv4_only, resolver, &resolver->results[CLIENT_PROBE_IPV4_ONLY]);
	validation_probe(plan, resolver);
}

void client_probe_all(const struct probe_plan *plan, struct client_facts *facts)
{
	uint64_t end_us = clock_monotonic_us() + plan->total_ms * 1000ull;
	for (size_t i = 0; i < facts->resolver_count; i++) {
		if (clock_monotonic_us() < end_us)
			resolver_probe(plan, &facts->resolvers[i]);
		else
			result_set(&facts->resolvers[i].results[CLIENT_PROBE_UDP], CLIENT_UNDETERMINED, "the %u s for all resolvers are over",
			           plan->total_ms / 1000);
	}
	client_probe_encrypted(plan, end_us, facts);
}

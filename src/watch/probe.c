/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/probe.h"

#include "dns/rrtype.h"

bool probe_equal(const struct probe *a, const struct probe *b)
{
	return a->target == b->target && a->transport == b->transport && a->is_cd == b->is_cd && a->type == b->type &&
	       a->endpoint.port == b->endpoint.port && ip_addr_equal(&a->endpoint.addr, &b->endpoint.addr) &&
	       name_equal(a->name, b->name);
}

void probe_to_text(const struct probe *probe, struct text *out)
{
	char name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX], endpoint[IP_ENDPOINT_TEXT_MAX];
	name_to_display(probe->name, name);
	rrtype_to_text(probe->type, type);
	ip_endpoint_to_text(&probe->endpoint, endpoint);
	switch (probe->target) {
	case PROBE_SERVICE:
		text_addf(out, "connect %s at %s", name, endpoint);
		break;
	case PROBE_ZONE:
		text_addf(out, "%s over %s", name, family_title(probe->endpoint.addr.family));
		break;
	case PROBE_NAME:
		text_addf(out, "%s %s over %s", name, type, family_title(probe->endpoint.addr.family));
		break;
	default:
		text_addf(out, "%s %s at %s over %s%s", name, type, endpoint,
			  probe->transport == QUESTION_UDP ? "UDP" : "TCP", probe->is_cd ? ", CD" : "");
	}
}

static void reply_to_event(const struct probe_result *result, struct event *ret)
{
	event_set_rcode_number(ret, result->rcode);
	ret->answers = result->answers;
	ret->size = result->size;
	ret->security = result->security;
	ret->known |= EVENT_HAS_ANSWERS | EVENT_HAS_SIZE | EVENT_HAS_SECURITY;
	if (result->answers > 0) {
		ret->ttl_s = result->ttl_s;
		ret->known |= EVENT_HAS_TTL;
	}
	if (result->ede >= 0) {
		ret->ede = (uint16_t)result->ede;
		ret->known |= EVENT_HAS_EDE;
	}
}

/* A server that is asked is the event's server, a service that is connected to its upstream. */
static void target_to_event(const struct probe *probe, const struct probe_result *result, struct event *ret)
{
	static const uint32_t fields[] = {[PROBE_SERVER] = EVENT_HAS_SERVER | EVENT_HAS_TRANSPORT | EVENT_HAS_DURATION,
					  [PROBE_RESOLVER] =
						  EVENT_HAS_SERVER | EVENT_HAS_TRANSPORT | EVENT_HAS_DURATION,
					  [PROBE_SERVICE] = EVENT_HAS_UPSTREAM | EVENT_HAS_UPSTREAM_PORT |
							    EVENT_HAS_TRANSPORT | EVENT_HAS_DURATION,
					  [PROBE_ZONE] = 0,
					  [PROBE_NAME] = 0};
	ret->server = probe->endpoint.addr;
	ret->upstream = probe->endpoint;
	ret->transport = probe->transport == QUESTION_UDP ? EVENT_UDP : EVENT_TCP;
	ret->duration_us = result->duration_us;
	ret->known |= fields[probe->target];
	if (result->has_reply)
		reply_to_event(result, ret);
	else if (probe->target == PROBE_SERVICE && result->state == PROBE_STATE_GOOD)
		event_set_rcode_number(ret, RCODE_NOERROR);
}

void probe_to_event(const struct probe *probe, const struct probe_result *result, const struct ip_addr *source,
		    uint64_t wall_us, struct event *ret)
{
	event_clear(ret);
	ret->kind = EVENT_REPLY;
	ret->stream = STREAM_PROBE;
	ret->time_us = wall_us;
	ret->client.addr = source != NULL ? *source : (struct ip_addr){.family = probe->endpoint.addr.family};
	ret->qtype = probe->type;
	ret->qclass = CLASS_IN;
	ret->probe = (uint8_t)result->state;
	ret->known = EVENT_HAS_TIME | EVENT_HAS_CLIENT | EVENT_HAS_QNAME | EVENT_HAS_QTYPE | EVENT_HAS_QCLASS |
		     EVENT_HAS_PROBE;
	memcpy(ret->qname.wire, probe->name.wire, probe->name.size);
	event_set_flag(ret, EVENT_CD, probe->is_cd);
	event_set_flag(ret, EVENT_RD, probe->target == PROBE_RESOLVER);
	target_to_event(probe, result, ret);
	event_set_reason(ret, span_text(result->reason));
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/querylog.h"

#include "base/clock.h"
#include "dns/header.h"
#include "dns/name.h"
#include "dns/rrtype.h"

struct event_texts {
	char time[CLOCK_TEXT_MAX], client[IP_ADDR_TEXT_MAX];
	char qname[NAME_TEXT_MAX], qtype[RRTYPE_TEXT_MAX], rcode[HEADER_TEXT_MAX];
	bool has_question;
};

static void texts_fill(const struct query_event *event, struct event_texts *ret)
{
	clock_text(event->wall_us, ret->time);
	ip_addr_to_text(&event->client.addr, ret->client);
	rcode_to_text(event->rcode, ret->rcode);
	ret->has_question = event->qname != NULL;
	if (!ret->has_question)
		return;
	name_to_text(name_of(event->qname), ret->qname);
	rrtype_to_text(event->qtype, ret->qtype);
}

/* Columns: time, role, client, name, type, rcode, TC or -, transport and family, duration, EDE. */
void querylog_text(const struct querylog_source *source, const struct query_event *event, struct text *out)
{
	struct event_texts texts;
	texts_fill(event, &texts);
	text_addf(out, "%.12s %.4s %-21s %-30s %-6s %-9s %-2s %s%c %4u us", texts.time + 11, source->role, texts.client,
	          texts.has_question ? texts.qname : "-", texts.has_question ? texts.qtype : "-", texts.rcode,
	          event->is_tc ? "tc" : "-", transport_text(event->transport),
	          event->client.addr.family == FAMILY_IPV6 ? '6' : '4', event->duration_us);
	if (event->ede >= 0)
		text_addf(out, "  EDE %d", event->ede);
	if (event->cache != CACHE_USE_NONE)
		text_addf(out, "  %s", cache_use_text(event->cache));
	if (event->origin == AAAA_DNS64)
		text_add(out, " dns64");
	text_add_char(out, '\n');
}

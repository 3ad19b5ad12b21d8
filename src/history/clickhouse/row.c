/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/clickhouse/row.h"

#include "dns/header.h"
#include "dns/rrtype.h"
#include "history/counts.h"
#include "signals/scope/scope.h"

static const char *const columns[] = {
#define COLUMN(name, type, help) name,
#include "history/clickhouse/columns.def"
};

void row_columns(struct text *out)
{
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		text_addf(out, "%s%s", i == 0 ? "" : ", ", columns[i]);
}

/* --- RowBinary: numbers with the lowest octet first, texts behind their length --- */

static void add_u16(struct writer *out, uint16_t value)
{
	writer_u8(out, (uint8_t)value);
	writer_u8(out, (uint8_t)(value >> 8));
}

static void add_u32(struct writer *out, uint32_t value)
{
	add_u16(out, (uint16_t)value);
	add_u16(out, (uint16_t)(value >> 16));
}

static void add_text(struct writer *out, const char *text)
{
	size_t size = strlen(text), left = size;
	for (; left >= 0x80; left >>= 7)
		writer_u8(out, (uint8_t)(left | 0x80));
	writer_u8(out, (uint8_t)left);
	writer_bytes(out, text, size);
}

/* ClickHouse's own form of an IPv4 address in 16 octets, which cutIPv6 and IPv6NumToString know. */
static void add_address(struct writer *out, const struct ip_addr *addr, bool is_known)
{
	static const uint8_t before_v4[12] = {[10] = 0xff, [11] = 0xff}, none[16];
	if (!is_known) {
		writer_bytes(out, none, sizeof(none));
	} else if (addr->family == FAMILY_IPV4) {
		writer_bytes(out, before_v4, sizeof(before_v4));
		writer_bytes(out, addr->bytes, 4);
	} else {
		writer_bytes(out, addr->bytes, sizeof(addr->bytes));
	}
}

static uint8_t family_number(enum family family)
{
	return family == FAMILY_IPV6 ? 6 : family == FAMILY_IPV4 ? 4 : 0;
}

/* --- A row, in the order of columns.def --- */

static void origin_add(const struct event *event, const char *node, struct writer *out)
{
	add_u32(out, (uint32_t)(event->time_us / 1000000));
	add_u32(out, (uint32_t)(event->time_us % 1000000));
	add_text(out, node);
	add_text(out, event->service);
	add_text(out, event_stream_text(event->stream));
	writer_u8(out, family_number(event_family(event)));
	add_text(out, event_transport_text(event->transport));
	add_address(out, &event->client.addr, event_has(event, EVENT_HAS_CLIENT));
	add_address(out, &event->server, event_has(event, EVENT_HAS_SERVER));
}

static void question_add(const struct event *event, struct writer *out)
{
	char text[NAME_TEXT_MAX], qtype[RRTYPE_TEXT_MAX] = "";
	struct name_buffer buffer;
	struct scope scope;
	name_to_text(name_lower(event_qname(event), &buffer), text);
	add_text(out, event_has(event, EVENT_HAS_QNAME) ? text : "");
	if (scope_set_zone(&scope, event))
		name_to_text(name_lower(name_of(scope.zone), &buffer), text);
	else
		text[0] = '\0';
	add_text(out, text);
	if (event_has(event, EVENT_HAS_QTYPE))
		rrtype_to_text(event->qtype, qtype);
	add_text(out, qtype);
}

static void outcome_add(const struct event *event, struct writer *out)
{
	char rcode[HEADER_TEXT_MAX] = "";
	bool is_answered = !event_has(event, EVENT_HAS_SIZE) || event->size > 0;
	uint16_t flags = event->flags & event->flags_known;
	if (is_answered && event_has(event, EVENT_HAS_RCODE))
		rcode_to_text(event->rcode, rcode);
	add_text(out, rcode);
	add_text(out, event_has(event, EVENT_HAS_ORIGIN) ? aaaa_origin_text(event->origin) : "-");
	writer_u8(out, (flags & EVENT_TC) != 0);
	writer_u8(out, (flags & EVENT_DO) != 0);
	writer_u8(out, (flags & EVENT_CD) != 0);
	add_u32(out, event_has(event, EVENT_HAS_DURATION) ? event->duration_us : 0);
	add_u32(out, event_has(event, EVENT_HAS_SIZE) ? event->size : 0);
	add_text(out, event_has(event, EVENT_HAS_CACHE) ? cache_use_text(event->cache) : "-");
	add_text(out, event_has(event, EVENT_HAS_SECURITY) ? security_value_text(event->security) : "-");
	add_u32(out, event_has(event, EVENT_HAS_EDE) ? event->ede : UINT32_MAX);
}

static void upstream_add(const struct event *event, struct writer *out)
{
	bool is_answered = event_has(event, EVENT_HAS_UP_ANSWERED);
	writer_u8(out, is_answered ? family_number(event->up_answered) : 0);
	add_text(out, count_fallback_text((uint8_t)count_fallback_of(event)));
	add_u16(out, event_has(event, EVENT_HAS_UPSTREAM_TRIES) ? event->upstream_tries : 0);
	add_u32(out, event_has(event, EVENT_HAS_UP_TIME) ? event->up_us : 0);
}

bool row_write(const struct event *event, const char *node, uint32_t weight, struct writer *out)
{
	if (event->kind != EVENT_REPLY || !event_has(event, EVENT_HAS_TIME))
		return false;
	origin_add(event, node, out);
	question_add(event, out);
	outcome_add(event, out);
	upstream_add(event, out);
	add_text(out, event->reason);
	add_u32(out, weight);
	return !out->is_full;
}

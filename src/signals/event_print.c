/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"
#include "dns/ede.h"
#include "dns/header.h"
#include "dns/rrtype.h"
#include "signals/column.h"
#include "signals/line.h"

/* The length of a well-formed UTF-8 sequence of a printable character (U+00A0 and up); 0: it is none. */
static size_t utf8_size(const unsigned char *at)
{
	if (at[0] == 0xc2)
		return at[1] >= 0xa0 && at[1] <= 0xbf ? 2 : 0; /* U+0080-U+009F are control characters */
	if (at[0] >= 0xc3 && at[0] <= 0xdf)
		return (at[1] & 0xc0) == 0x80 ? 2 : 0;
	if (at[0] >= 0xe1 && at[0] <= 0xef) {
		bool is_whole = (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80;
		/* U+2028-U+202E and U+2066-U+2069 turn lines and directions, U+D800-U+DFFF are no characters. */
		bool is_turning = at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae) ||
						    (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
		return is_whole && !is_turning && !(at[0] == 0xed && at[1] >= 0xa0) ? 3 : 0;
	}
	return 0;
}

void text_add_harmless(struct text *out, const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
		size_t size = *at >= ' ' && *at <= '~' ? 1 : utf8_size(at);
		if (size > 0)
			text_add_size(out, (const char *)at, size);
		else
			text_addf(out, "\\x%02x", *at);
		at += size > 0 ? size : 1;
	}
}

#define COLUMN_TEXT_MAX (NAME_TEXT_MAX > EVENT_REASON_MAX ? NAME_TEXT_MAX : EVENT_REASON_MAX)

/* Kinds that are texts in JSON. */
static void column_text(const struct column *column, const struct event *event, uint64_t value, char *ret_text)
{
	const void *field = (const char *)event + column->offset;
	switch (column->kind) {
	case COLUMN_WORD:
	case COLUMN_FAMILIES:
		strcpy(ret_text, column->word(value));
		break;
	case COLUMN_ADDRESS:
		ip_addr_to_text(field, ret_text);
		break;
	case COLUMN_NAME:
		name_to_text(event_qname(event), ret_text);
		break;
	case COLUMN_TYPE:
		rrtype_to_text((uint16_t)value, ret_text);
		break;
	case COLUMN_CLASS:
		rrclass_to_text((uint16_t)value, ret_text);
		break;
	case COLUMN_RCODE:
		rcode_to_text((uint16_t)value, ret_text);
		break;
	case COLUMN_TIME:
		clock_text(value, ret_text);
		break;
	default:
		strcpy(ret_text, field);
		break;
	}
}

static void families_add(struct json_writer *json, const char *key, uint64_t families)
{
	json_begin_array(json, key);
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		if ((families & event_family_bit((enum family)i)) != 0)
			json_text(json, NULL, family_text((enum family)i));
	}
	json_end_array(json);
}

void event_print_json(const struct event *event, struct text *out)
{
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_number(&json, "v", 1);
	for (size_t i = 0; i < column_count; i++) {
		uint64_t value;
		char text[COLUMN_TEXT_MAX];
		if (!column_value(&columns[i], event, &value))
			continue;
		if (columns[i].kind == COLUMN_FLAG) {
			json_bool(&json, columns[i].name, value != 0);
		} else if (columns[i].kind == COLUMN_NUMBER) {
			json_number(&json, columns[i].name, (int64_t)value);
		} else if (columns[i].kind == COLUMN_FAMILIES) {
			families_add(&json, columns[i].name, value);
		} else {
			column_text(&columns[i], event, value, text);
			json_text(&json, columns[i].name, text);
		}
	}
	if (event->is_zone_assumed)
		json_bool(&json, "zone_assumed", true);
	if (event->is_rcode_inferred)
		json_bool(&json, "rcode_inferred", true);
	if (event->is_completion)
		json_bool(&json, "completion", true);
	json_end_object(&json);
	text_add_char(out, '\n');
}

/* RFC 3339 with milliseconds: 2026-11-22T03:26:45.870Z */
static void time_add(const struct event *event, struct text *out)
{
	char time[CLOCK_TEXT_MAX];
	if (event_has(event, EVENT_HAS_TIME)) {
		clock_text(event->time_us, time);
		text_addf(out, "%.23sZ", time);
	} else {
		text_add(out, "-                       ");
	}
}

static void column_add(const char *name, const struct event *event, struct text *out)
{
	const struct column *column = column_find(span_text(name));
	uint64_t value;
	char text[COLUMN_TEXT_MAX];
	if (!column_value(column, event, &value)) {
		text_add_char(out, '-');
		return;
	}
	column_text(column, event, value, text);
	text_add(out, text);
}

static void duration_add(const struct event *event, struct text *out)
{
	if (!event_has(event, EVENT_HAS_DURATION))
		return;
	if (event->duration_us < 10000)
		text_addf(out, " %u.%u ms", event->duration_us / 1000, event->duration_us / 100 % 10);
	else
		text_addf(out, " %u ms", event->duration_us / 1000);
}

/* What stands behind the fixed columns: the rarer, the further right. */
static void rest_add(const struct event *event, struct text *out)
{
	duration_add(event, out);
	if ((event->flags & event->flags_known & EVENT_TC) != 0)
		text_add(out, "  tc");
	if ((event->flags & event->flags_known & EVENT_CD) != 0)
		text_add(out, "  cd");
	if (event_has(event, EVENT_HAS_EDE))
		text_addf(out, "  EDE %u", event->ede);
	if (event_has(event, EVENT_HAS_ORIGIN) && event->origin == AAAA_DNS64)
		text_add(out, "  dns64");
	if (event_has(event, EVENT_HAS_UPSTREAM)) {
		char server[IP_ADDR_TEXT_MAX];
		ip_addr_to_text(&event->upstream.addr, server);
		text_addf(out, "  from %s", server);
	}
	if (event->reason[0] != '\0') {
		text_add(out, "  ");
		text_add_harmless(out, event->reason);
	}
}

void event_print_text(const struct event *event, struct text *out)
{
	size_t start = out->size;
	time_add(event, out);
	text_addf(out, " %-4s ", event_stream_text(event->stream));
	column_add("client", event, out);
	text_pad_to(out, start, 50);
	text_add_char(out, ' ');
	char qname[NAME_TEXT_MAX] = "-";
	if (event_has(event, EVENT_HAS_QNAME))
		name_to_display(event_qname(event), qname);
	text_add(out, qname);
	text_pad_to(out, start, 79);
	text_add_char(out, ' ');
	column_add("qtype", event, out);
	text_pad_to(out, start, 86);
	text_add_char(out, ' ');
	if (event_has(event, EVENT_HAS_RCODE) || event->kind == EVENT_REPLY)
		column_add("rcode", event, out);
	else
		text_add(out, event_kind_text(event->kind));
	text_pad_to(out, start, 96);
	text_add_char(out, ' ');
	column_add("val", event, out);
	text_pad_to(out, start, 105);
	text_add_char(out, ' ');
	column_add("transport", event, out);
	if (event_family(event) != FAMILY_COUNT)
		text_add_char(out, event_family(event) == FAMILY_IPV6 ? '6' : '4');
	text_pad_to(out, start, 110);
	rest_add(event, out);
	while (out->size > start && out->data[out->size - 1] == ' ')
		out->size--;
	text_add_char(out, '\n');
}

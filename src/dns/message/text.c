/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/message/message.h"

#include "base/encoding.h"
#include "dns/rdata.h"

static const char *const section_titles[SECTION_COUNT] = {"QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"};

/* Octets from outside as a quoted string: what is not printable ASCII becomes \DDD. */
void message_words_to_text(struct span octets, struct text *out)
{
	text_add_char(out, '"');
	for (size_t i = 0; i < octets.size; i++) {
		uint8_t octet = octets.data[i];
		if (octet < 0x20 || octet >= 0x7f)
			text_addf(out, "\\%03u", (unsigned)octet);
		else if (octet == '"' || octet == '\\')
			text_addf(out, "\\%c", octet);
		else
			text_add_char(out, (char)octet);
	}
	text_add_char(out, '"');
}

void message_flags_to_text(uint16_t flags, struct text *out)
{
	static const struct {
		uint16_t bit;
		const char *text;
	} names[] = {{HEADER_QR, "qr"}, {HEADER_AA, "aa"}, {HEADER_TC, "tc"}, {HEADER_RD, "rd"},
	             {HEADER_RA, "ra"}, {HEADER_Z, "z"},   {HEADER_AD, "ad"}, {HEADER_CD, "cd"}};
	const char *between = "";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (flags & names[i].bit) {
			text_addf(out, "%s%s", between, names[i].text);
			between = " ";
		}
}

/* Checked RDATA in its own form; what does not check in the form for unknown types (RFC 3597 5). */
static void rdata_add(const struct message *message, const struct message_item *item, struct text *out)
{
	uint8_t octets[RDATA_MAX];
	struct writer rdata = writer_of(octets, sizeof(octets));
	int err = message_rdata(message, item, &rdata);
	if (err == ERR_OK) {
		rdata_to_text(item->type, writer_span(&rdata), out);
		return;
	}
	text_addf(out, "\\# %zu ", item->rdata.size);
	hex_encode(item->rdata, out);
	text_addf(out, " ; malformed: %s", err_text(err));
}

void message_item_to_text(const struct message *message, const struct message_item *item, struct text *out)
{
	char owner[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX], class[RRTYPE_TEXT_MAX];
	name_to_text(item->owner, owner);
	rrtype_to_text(item->type, type);
	rrclass_to_text(item->class, class);
	if (item->section == SECTION_QUESTION) {
		text_addf(out, ";%s\t\t%s\t%s", owner, class, type);
		return;
	}
	text_addf(out, "%s\t%u\t%s\t%s\t", owner, (unsigned)item->ttl_s, class, type);
	rdata_add(message, item, out);
}

static void option_add(uint16_t code, struct span value, struct text *out)
{
	char name[EDNS_TEXT_MAX];
	edns_option_to_text(code, name);
	text_addf(out, "; %s:", name);
	if (code == EDNS_EDE && value.size >= 2) {
		uint16_t ede = load_u16(value.data);
		text_addf(out, " %u (%s)", (unsigned)ede, ede_text(ede));
		if (value.size > 2) {
			text_add(out, ": ");
			message_words_to_text(span_of(value.data + 2, value.size - 2), out);
		}
	} else if (code == EDNS_KEEPALIVE && value.size == 2) {
		text_addf(out, " %.1f s", load_u16(value.data) / 10.0);
	} else if (code == EDNS_PADDING) {
		text_addf(out, " %zu octets", value.size);
	} else {
		text_add_char(out, ' ');
		hex_encode(value, out);
		if (code == EDNS_NSID) {
			text_add_char(out, ' ');
			message_words_to_text(value, out);
		}
	}
	text_add_char(out, '\n');
}

static void edns_add(const struct message *message, struct text *out)
{
	text_addf(out, "\n;; OPT PSEUDOSECTION:\n; EDNS: version: %u, flags:%s; udp: %u\n",
	          (unsigned)message->edns.version, message->edns.is_do ? " do" : "", (unsigned)message->edns.udp_size);
	size_t position = 0;
	uint16_t code;
	struct span value;
	while (edns_next_option(message->edns_rdata, &position, &code, &value) == ERR_OK)
		option_add(code, value, out);
}

void message_to_text(const struct message *message, struct text *out)
{
	char rcode[HEADER_TEXT_MAX], opcode[HEADER_TEXT_MAX];
	rcode_to_text(message->rcode, rcode);
	opcode_to_text(message->opcode, opcode);
	text_addf(out, ";; ->>HEADER<<- opcode: %s, status: %s, id: %u\n;; flags: ", opcode, rcode,
	          (unsigned)message->id);
	message_flags_to_text(message->flags, out);
	text_addf(out, "; QUERY: %u, ANSWER: %u, AUTHORITY: %u, ADDITIONAL: %u\n", message->counts[SECTION_QUESTION],
	          message->counts[SECTION_ANSWER], message->counts[SECTION_AUTHORITY],
	          message->counts[SECTION_ADDITIONAL]);
	if (message->has_edns)
		edns_add(message, out);
	struct message_place place = {0};
	struct message_item item;
	int section = -1;
	while (message_next(message, &place, &item) == ERR_OK) {
		if (item.type == RR_OPT && item.section == SECTION_ADDITIONAL)
			continue;
		if ((int)item.section != section)
			text_addf(out, "\n;; %s SECTION:\n", section_titles[item.section]);
		section = (int)item.section;
		message_item_to_text(message, &item, out);
		text_add_char(out, '\n');
	}
	if (message->error != ERR_OK)
		text_addf(out, "\n;; MALFORMED: the message %s\n", err_text(message->error));
}

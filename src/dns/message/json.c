/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/message/message.h"

#include "base/encoding.h"
#include "dns/rdata.h"

static const char *const section_keys[SECTION_COUNT] = {"question", "answer", "authority", "additional"};

static void flags_add(const struct message *message, struct json_writer *json)
{
	static const struct {
		uint16_t bit;
		const char *key;
	} rows[] = {{HEADER_AA, "aa"}, {HEADER_TC, "tc"}, {HEADER_RD, "rd"},
	            {HEADER_RA, "ra"}, {HEADER_AD, "ad"}, {HEADER_CD, "cd"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		json_bool(json, rows[i].key, (message->flags & rows[i].bit) != 0);
}

static void hex_add(struct json_writer *json, const char *key, struct span octets)
{
	struct text hex = {0};
	hex_encode(octets, &hex);
	json_text(json, key, text_string(&hex));
	text_free(&hex);
}

/* EXTRA-TEXT is UTF-8 by its RFC, not by experience. A NUL would end it: it becomes an octet that UTF-8 never has. */
static void utf8_add(struct json_writer *json, const char *key, struct span octets)
{
	struct text copy = {0};
	for (size_t i = 0; i < octets.size; i++)
		text_add_char(&copy, octets.data[i] == 0 ? '\xff' : (char)octets.data[i]);
	json_text(json, key, text_string(&copy));
	text_free(&copy);
}

static void edns_add(const struct message *message, struct json_writer *json)
{
	const struct edns *edns = &message->edns;
	json_begin_object(json, "edns");
	json_number(json, "version", edns->version);
	json_number(json, "udp_size", edns->udp_size);
	json_bool(json, "do", edns->is_do);
	if (edns->has_nsid)
		hex_add(json, "nsid", edns->nsid);
	if (edns->cookie.data != NULL)
		hex_add(json, "cookie", edns->cookie);
	if (edns->has_keepalive_time)
		json_number(json, "keepalive_ms", edns->keepalive_ds * 100);
	json_begin_array(json, "ede");
	for (unsigned i = 0; i < edns->ede_count; i++) {
		json_begin_object(json, NULL);
		json_number(json, "code", edns->ede[i].code);
		json_text(json, "name", ede_text(edns->ede[i].code));
		utf8_add(json, "text", edns->ede[i].text);
		json_end_object(json);
	}
	json_end_array(json);
	json_end_object(json);
}

static void rdata_add(const struct message *message, const struct message_item *item, struct json_writer *json)
{
	uint8_t octets[RDATA_MAX];
	struct writer rdata = writer_of(octets, sizeof(octets));
	int err = message_rdata(message, item, &rdata);
	if (err != ERR_OK) {
		hex_add(json, "rdata_hex", item->rdata);
		json_text(json, "malformed", err_text(err));
		return;
	}
	struct text text = {0};
	rdata_to_text(item->type, writer_span(&rdata), &text);
	json_text(json, "rdata", text_string(&text));
	text_free(&text);
}

static void item_add(const struct message *message, const struct message_item *item, struct json_writer *json)
{
	char owner[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX], class[RRTYPE_TEXT_MAX];
	name_to_text(item->owner, owner);
	rrtype_to_text(item->type, type);
	rrclass_to_text(item->class, class);
	json_begin_object(json, NULL);
	json_text(json, "name", owner);
	json_text(json, "class", class);
	json_text(json, "type", type);
	if (item->section != SECTION_QUESTION) {
		json_number(json, "ttl", item->ttl_s);
		rdata_add(message, item, json);
	}
	json_end_object(json);
}

static void section_add(const struct message *message, enum section section, struct json_writer *json)
{
	struct message_place place = {0};
	struct message_item item;
	json_begin_array(json, section_keys[section]);
	while (message_next(message, &place, &item) == ERR_OK && item.section <= section)
		if (item.section == section && (item.type != RR_OPT || section != SECTION_ADDITIONAL))
			item_add(message, &item, json);
	json_end_array(json);
}

void message_to_json(const struct message *message, struct json_writer *json, const char *key)
{
	char rcode[HEADER_TEXT_MAX], opcode[HEADER_TEXT_MAX];
	rcode_to_text(message->rcode, rcode);
	opcode_to_text(message->opcode, opcode);
	json_begin_object(json, key);
	json_number(json, "id", message->id);
	json_text(json, "opcode", opcode);
	json_text(json, "rcode", rcode);
	flags_add(message, json);
	if (message->has_edns)
		edns_add(message, json);
	for (enum section section = SECTION_QUESTION; section < SECTION_COUNT; section++)
		section_add(message, section, json);
	if (message->error != ERR_OK)
		json_text(json, "malformed", err_text(message->error));
	json_end_object(json);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/note_log.h"

#include "dns/ede.h"
#include "dns/header.h"
#include "dns/rrtype.h"

#define FIELDS_MAX 13

static const enum log_level levels[NOTE_KIND_COUNT] = {
	[NOTE_FAMILY_DOWN] = LOG_LEVEL_WARNING,    [NOTE_FAMILY_UP] = LOG_LEVEL_NOTICE,
	[NOTE_VALIDATION] = LOG_LEVEL_WARNING,     [NOTE_FAILURE] = LOG_LEVEL_NOTICE,
	[NOTE_REFRESH_FAILED] = LOG_LEVEL_WARNING,
	[NOTE_LOOP] = LOG_LEVEL_ERROR,             [NOTE_ANCHOR] = LOG_LEVEL_NOTICE,
	[NOTE_PREF64] = LOG_LEVEL_NOTICE,          [NOTE_SIZE] = LOG_LEVEL_NOTICE,
	[NOTE_GUESSING] = LOG_LEVEL_WARNING,
	[NOTE_DELEGATION] = LOG_LEVEL_WARNING,     [NOTE_PATH] = LOG_LEVEL_WARNING,
};

/* Lines that are events (signals/line_sextant reads them as such): what was asked has the query log's keys. */
static const struct note_keys {
	const char *name, *type, *server, *family;
} plain_keys = {"name", "type", "server", "family"}, event_keys = {"qname", "qtype", "up_server", "up_family"};

static bool is_event(enum note_kind kind)
{
	return kind == NOTE_VALIDATION || kind == NOTE_FAILURE || kind == NOTE_REFRESH_FAILED;
}

struct note_texts {
	char name[NAME_TEXT_MAX], host[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX], server[IP_ENDPOINT_TEXT_MAX];
};

/* Returns how many. */
static size_t fields_fill(const struct note_log *notes, const struct note *note, struct note_texts *texts,
                          struct log_field fields[FIELDS_MAX])
{
	size_t count = 0;
	const struct note_keys *keys = is_event(note->kind) ? &event_keys : &plain_keys;
	fields[count++] = (struct log_field){.key = "service", .text = notes->service};
	if (is_event(note->kind))
		fields[count++] = (struct log_field){.key = "role", .text = "resolver"};
	if (note->has_name) {
		name_to_text(note->name, texts->name);
		rrtype_to_text(note->type, texts->type);
		fields[count++] = (struct log_field){.key = keys->name, .text = texts->name};
		if (note->type != 0)
			fields[count++] = (struct log_field){.key = keys->type, .text = texts->type};
	}
	if (note->host.wire != NULL) {
		name_to_text(note->host, texts->host);
		fields[count++] = (struct log_field){.key = "host", .text = texts->host};
	}
	if (note->has_family)
		fields[count++] = (struct log_field){.key = keys->family, .text = family_text(note->family)};
	if (note->kind == NOTE_FAMILY_DOWN || note->kind == NOTE_FAMILY_UP)
		fields[count++] = (struct log_field){.key = "state",
		                                     .text = note->kind == NOTE_FAMILY_UP ? "up" : "down"};
	if (note->server.port != 0) {
		ip_endpoint_to_text(&note->server, texts->server);
		fields[count++] = (struct log_field){.key = keys->server, .text = texts->server};
	}
	if (note->has_ttl_left)
		fields[count++] = (struct log_field){.key = "ttl_left_s", .number = note->ttl_left_s};
	if (note->kind == NOTE_REFRESH_FAILED)
		fields[count++] = (struct log_field){.key = "rcode", .text = "SERVFAIL"};
	if (note->ede >= 0) {
		fields[count++] = (struct log_field){.key = "ede", .number = note->ede};
		fields[count++] = (struct log_field){.key = "ede_text", .text = ede_text((uint16_t)note->ede)};
	}
	if (notes->left_out[note->kind] > 0)
		fields[count++] = (struct log_field){.key = "left_out", .number = notes->left_out[note->kind]};
	return count;
}

void note_log_line(struct note_log *notes, const struct note *note, uint64_t now_us)
{
	uint64_t second = now_us / 1000000;
	if (note->kind == NOTE_REFRESHED)
		return;
	if (notes->second[note->kind] != second) {
		notes->second[note->kind] = second;
		notes->lines[note->kind] = 0;
	}
	if (notes->lines[note->kind] >= NOTE_LOG_BURST) {
		notes->left_out[note->kind]++;
		return;
	}
	notes->lines[note->kind]++;
	struct note_texts texts;
	struct log_field fields[FIELDS_MAX];
	size_t count = fields_fill(notes, note, &texts, fields);
	notes->left_out[note->kind] = 0;
	log_line(notes->log, levels[note->kind], note_kind_text(note->kind), fields, count, "%.*s", (int)note->text.size,
	         (const char *)note->text.data);
}

bool note_to_event(const struct note *note, uint64_t wall_us, struct query_event *ret)
{
	/* 0: none. A failure is the event of its answer, and a family that is up again is no trouble. */
	static const enum query_event_kind kinds[NOTE_KIND_COUNT] = {[NOTE_FAMILY_DOWN] = QUERY_EVENT_UPSTREAM,
	                                                             [NOTE_VALIDATION] = QUERY_EVENT_VALIDATION,
	                                                             [NOTE_REFRESH_FAILED] = QUERY_EVENT_REFRESH,
	                                                             [NOTE_REFRESHED] = QUERY_EVENT_REFRESH};
	if (kinds[note->kind] == QUERY_EVENT_ANSWER)
		return false;
	*ret = (struct query_event){.kind = kinds[note->kind],
	                            .wall_us = wall_us,
	                            .ttl_left_s = note->ttl_left_s,
	                            .rcode = note->kind == NOTE_REFRESH_FAILED ? RCODE_SERVFAIL : note->rcode,
	                            .ede = note->ede,
	                            .upstream = note->server,
	                            .upstream_tried = note->tried,
	                            .reason = note->text};
	if (note->has_family)
		ret->upstream_tried |= (uint8_t)(1u << note->family);
	if (note->has_name) {
		ret->qname = note->name.wire;
		ret->qname_size = note->name.size;
		ret->qtype = note->type;
		ret->qclass = CLASS_IN;
	}
	return true;
}

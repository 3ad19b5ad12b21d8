/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/facts.h"

#include "base/encoding.h"
#include "dns/rrtype.h"
#include "dns/svcb.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#define SCHEMA "sextant.facts/1"

static const struct {
	uint8_t bit;
	const char *text;
} options[] = {{FACT_OPTION_NSID, "nsid"}, {FACT_OPTION_COOKIE, "cookie"}, {FACT_OPTION_UNKNOWN, "unknown"}};

/* --- Out --- */

/* What few questions have is written for those alone. */
static void extras_to_json(const struct fact_question *question, struct json_writer *json)
{
	char class[RRTYPE_TEXT_MAX];
	rrclass_to_text(question->qclass, class);
	if (question->qclass != 0)
		json_text(json, "class", class);
	if (question->path != NULL)
		json_text(json, "path", question->path);
	if (question->edns_version != 0)
		json_number(json, "version", question->edns_version);
	if (question->again != 0)
		json_number(json, "again", question->again);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (question->options & options[i].bit)
			json_bool(json, options[i].text, true);
	}
}

static void seen_to_json(const struct fact_seen *seen, struct json_writer *json)
{
	json_begin_object(json, "seen");
	json_number(json, "fragment", seen->fragment);
	json_number(json, "segment", seen->segment);
	json_number(json, "answered", seen->answered);
	json_bool(json, "kept", seen->is_kept);
	json_bool(json, "translated", seen->is_translated);
	json_bool(json, "encrypted", seen->is_encrypted);
	json_bool(json, "trusted", seen->is_trusted);
	json_bool(json, "name_right", seen->is_name_right);
	json_number(json, "expires", (int64_t)seen->expires_s);
	if (seen->is_http2) {
		json_bool(json, "http2", true);
		json_number(json, "status", seen->status);
		json_bool(json, "dns_message", seen->is_dns_message);
	}
	if (seen->records > 0) {
		struct text digest = {0};
		hex_encode(span_of(seen->digest, sizeof(seen->digest)), &digest);
		json_number(json, "records", seen->records);
		json_text(json, "digest", text_string(&digest));
		text_free(&digest);
	}
	json_end_object(json);
}

static void fact_to_json(const struct fact *fact, struct json_writer *json)
{
	const struct fact_question *question = &fact->question;
	char server[IP_ENDPOINT_TEXT_MAX], name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
	struct text message = {0};
	ip_endpoint_to_text(&question->server, server);
	name_to_text(question->qname, name);
	rrtype_to_text(question->qtype, type);
	base64_encode(fact->message, &message);
	json_begin_object(json, NULL);
	json_text(json, "server", server);
	json_text(json, "transport", question_transport_text(question->transport));
	json_text(json, "name", name);
	json_text(json, "type", type);
	json_number(json, "edns", question->edns_size);
	json_bool(json, "do", question->is_do);
	json_bool(json, "cd", question->is_cd);
	json_bool(json, "rd", question->is_rd);
	extras_to_json(question, json);
	json_text(json, "outcome", fact_state_text(fact->state));
	json_number(json, "duration_us", fact->duration_us);
	json_number(json, "octets", (int64_t)fact->message.size);
	json_text(json, "message", text_string(&message));
	if (question->probe != PROBE_NONE) {
		json_text(json, "probe", fact_probe_text(question->probe));
		json_number(json, "segment_most", question->segment_most);
		seen_to_json(&fact->seen, json);
	}
	json_end_object(json);
	text_free(&message);
}

void facts_to_json(const struct facts *facts, struct text *out)
{
	struct json_writer json = {.out = out};
	json_begin_object(&json, NULL);
	json_text(&json, "schema", SCHEMA);
	json_number(&json, "time", (int64_t)facts_time(facts));
	json_text(&json, "vantage", facts_vantage(facts));
	json_begin_array(&json, "facts");
	for (size_t i = 0; i < facts_count(facts); i++)
		fact_to_json(facts_at(facts, i), &json);
	json_end_array(&json);
	json_end_object(&json);
	text_add_char(out, '\n');
}

/* --- In --- */

static int state_from_text(const char *text, enum fact_state *ret)
{
	for (enum fact_state state = FACT_REPLY; state < FACT_STATE_COUNT; state++) {
		if (strcmp(text, fact_state_text(state)) == 0) {
			*ret = state;
			return ERR_OK;
		}
	}
	return ERR_SYNTAX;
}

static int transport_from_text(const char *text, enum question_transport *ret)
{
	for (enum question_transport transport = QUESTION_UDP; transport < QUESTION_TRANSPORT_COUNT; transport++) {
		if (strcmp(text, question_transport_text(transport)) == 0) {
			*ret = transport;
			return ERR_OK;
		}
	}
	return ERR_SYNTAX;
}

static int probe_from_text(const char *text, enum fact_probe *ret)
{
	for (enum fact_probe probe = PROBE_NONE; probe < PROBE_COUNT; probe++) {
		if (strcmp(text, fact_probe_text(probe)) == 0) {
			*ret = probe;
			return ERR_OK;
		}
	}
	return ERR_SYNTAX;
}

struct row {
	const char *server, *transport, *name, *type, *outcome, *message, *class, *probe, *path; /* class NULL: IN; path NULL: none */
	json_t *seen; /* NULL: none */
	uint8_t options;
	int version, again, segment_most, edns, is_do, is_cd, is_rd, duration_us, octets;
};

static int seen_read(json_t *item, struct fact_seen *ret)
{
	int fragment, segment, answered, is_kept, is_translated;
	int is_encrypted, is_trusted, is_name_right;
	json_int_t expires_s;
	*ret = (struct fact_seen){0};
	if (item == NULL)
		return ERR_OK;
	if (json_unpack(item, "{s:i, s:i, s:i, s:b, s:b, s:b, s:b, s:b, s:I}", "fragment", &fragment, "segment", &segment, "answered", &answered,
			"kept", &is_kept, "translated", &is_translated, "encrypted", &is_encrypted, "trusted", &is_trusted, "name_right",
			&is_name_right, "expires", &expires_s) != 0 ||
	    fragment < 0 || fragment > UINT16_MAX || segment < 0 || segment > UINT16_MAX || answered < 0 ||
	    answered > FACT_STREAM_QUESTIONS || expires_s < 0)
		return ERR_SYNTAX;
	*ret = (struct fact_seen){.fragment = (uint16_t)fragment,
				  .segment = (uint16_t)segment,
				  .answered = (uint8_t)answered,
				  .is_kept = is_kept != 0,
				  .is_translated = is_translated != 0,
				  .is_encrypted = is_encrypted != 0,
				  .is_trusted = is_trusted != 0,
				  .is_name_right = is_name_right != 0,
				  .expires_s = (uint64_t)expires_s};
	return ERR_OK;
}

/* Of DNS over HTTPS: what there was is told, and nothing where HTTP/2 was not spoken. */
static int http_read(json_t *item, struct fact_seen *ret)
{
	int is_http2 = 0, status = 0, is_dns_message = 0;
	if (item == NULL)
		return ERR_OK;
	if (json_unpack(item, "{s?b, s?i, s?b}", "http2", &is_http2, "status", &status, "dns_message",
			&is_dns_message) != 0 ||
	    status < 0 || status > 999)
		return ERR_SYNTAX;
	if (is_http2 == 0)
		return ERR_OK;
	ret->is_http2 = true;
	ret->status = (uint16_t)status;
	ret->is_dns_message = is_dns_message != 0;
	return ERR_OK;
}

/* Only DNS over HTTPS has a path, and what was saved could have been asked. */
static bool is_path_right(const struct row *row, enum fact_probe probe)
{
	if (row->path == NULL)
		return probe != PROBE_HTTPS;
	return probe == PROBE_HTTPS && strlen(row->path) <= FACT_PATH_MAX && dohpath_is_path(span_text(row->path));
}

/* Of a transfer: both, or neither. */
static int digest_read(json_t *item, struct fact_seen *ret)
{
	int records = 0;
	const char *digest = NULL;
	struct writer out = writer_of(ret->digest, sizeof(ret->digest));
	if (item == NULL)
		return ERR_OK;
	if (json_unpack(item, "{s?i, s?s}", "records", &records, "digest", &digest) != 0 || records < 0 ||
	    (records > 0) != (digest != NULL))
		return ERR_SYNTAX;
	ret->records = (uint32_t)records;
	if (digest != NULL && (hex_decode(span_text(digest), &out) != ERR_OK || out.is_full || out.size != sizeof(ret->digest)))
		return ERR_SYNTAX;
	return ERR_OK;
}

static int row_read(json_t *item, struct row *ret)
{
	*ret = (struct row){.probe = fact_probe_text(PROBE_NONE)};
	int done = json_unpack(item,
			       "{s:s, s:s, s:s, s:s, s:i, s:b, s:b, s:b, s:s, s:i, s:i, s:s, s?s, s?i, s?i, s?s, s?i, s?s, s?o}",
			       "server", &ret->server, "transport", &ret->transport, "name", &ret->name, "type",
			       &ret->type, "edns", &ret->edns, "do", &ret->is_do, "cd", &ret->is_cd, "rd", &ret->is_rd,
			       "outcome", &ret->outcome, "duration_us", &ret->duration_us, "octets", &ret->octets,
			       "message", &ret->message, "class", &ret->class, "version", &ret->version, "again",
			       &ret->again, "probe", &ret->probe, "segment_most", &ret->segment_most, "path", &ret->path,
			       "seen", &ret->seen);
	bool is_in_range = done == 0 && ret->edns >= 0 && ret->edns <= UINT16_MAX && ret->duration_us >= 0 &&
			   ret->version >= 0 && ret->version <= UINT8_MAX && ret->again >= 0 && ret->again <= UINT8_MAX &&
			   ret->segment_most >= 0 && ret->segment_most <= UINT16_MAX;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		ret->options |= json_is_true(json_object_get(item, options[i].text)) ? options[i].bit : 0;
	return is_in_range ? ERR_OK : ERR_SYNTAX;
}

static int class_take(const char *text, uint16_t *ret)
{
	int err = text != NULL ? rrclass_from_text(span_text(text), ret) : ERR_OK;
	if (err == ERR_OK && *ret == CLASS_IN)
		*ret = 0;
	return err;
}

static int row_take(struct facts *facts, const struct row *row)
{
	static uint8_t octets[UINT16_MAX + 3]; /* base64 writes whole groups */
	struct fact_seen seen;
	struct fact_question question = {.edns_size = (uint16_t)row->edns,
					 .edns_version = (uint8_t)row->version,
					 .options = row->options,
					 .again = (uint8_t)row->again,
					 .path = row->path,
					 .segment_most = (uint16_t)row->segment_most,
					 .is_do = row->is_do != 0,
					 .is_cd = row->is_cd != 0,
					 .is_rd = row->is_rd != 0};
	struct name_buffer buffer;
	struct writer out = writer_of(octets, sizeof(octets));
	enum fact_state state;
	if (ip_endpoint_from_text(row->server, 53, &question.server) != ERR_OK ||
	    transport_from_text(row->transport, &question.transport) != ERR_OK ||
	    probe_from_text(row->probe, &question.probe) != ERR_OK ||
	    (question.probe == PROBE_NONE && (row->seen != NULL || row->segment_most != 0)) || seen_read(row->seen, &seen) != ERR_OK ||
	    digest_read(row->seen, &seen) != ERR_OK || http_read(row->seen, &seen) != ERR_OK ||
	    !is_path_right(row, question.probe) ||
	    name_from_text(span_text(row->name), name_root, &buffer, &question.qname, NULL) != ERR_OK ||
	    rrtype_from_text(span_text(row->type), &question.qtype) != ERR_OK ||
	    class_take(row->class, &question.qclass) != ERR_OK || state_from_text(row->outcome, &state) != ERR_OK ||
	    base64_decode(span_text(row->message), &out) != ERR_OK || out.is_full ||
	    (state == FACT_REPLY) != (out.size > 0))
		return ERR_SYNTAX;
	/* No part of a question without a probe: two that differ in it alone are one. */
	if (question.probe == PROBE_NONE)
		question.segment_most = 0;
	return facts_add(facts, &question, state, writer_span(&out), (uint32_t)row->duration_us, &seen);
}

static int items_take(struct facts *facts, json_t *items, char ret_message[160])
{
	size_t index;
	json_t *item;
	json_array_foreach(items, index, item)
	{
		struct row row = {0};
		int err = row_read(item, &row);
		if (err == ERR_OK)
			err = row_take(facts, &row);
		if (err == ERR_OK)
			continue;
		snprintf(ret_message, 160, "fact %zu is not whole, or not one of ours", index + 1);
		return err;
	}
	return ERR_OK;
}

/* What the parser quotes is from outside, and may end on a terminal. */
static void parser_message(const json_error_t *error, char ret_message[160])
{
	struct text clean = {0};
	text_add_clean(&clean, error->text, strlen(error->text));
	snprintf(ret_message, 160, "line %d, column %d: %.100s", error->line, error->column, text_string(&clean));
	text_free(&clean);
}

int facts_from_json(struct facts *facts, const char *text, size_t size, char ret_message[160])
{
	json_error_t error;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL) {
		parser_message(&error, ret_message);
		return ERR_SYNTAX;
	}
	const char *schema = NULL;
	json_int_t time_s = 0;
	json_t *items = NULL;
	const char *vantage = "";
	int err = ERR_SYNTAX;
	if (json_unpack(root, "{s:s, s:I, s?s, s:o}", "schema", &schema, "time", &time_s, "vantage", &vantage, "facts",
			&items) != 0 ||
	    !json_is_array(items) || strcmp(schema, SCHEMA) != 0 || time_s < 0)
		snprintf(ret_message, 160, "it is no document of schema " SCHEMA);
	else
		err = items_take(facts, items, ret_message);
	if (err == ERR_OK && facts_time(facts) == 0)
		facts_set_time(facts, (uint64_t)time_s);
	if (err == ERR_OK && facts_vantage(facts)[0] == '\0')
		err = facts_set_vantage(facts, vantage);
	json_decref(root);
	return err;
}

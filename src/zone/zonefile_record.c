/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile_head.h"

#include <errno.h>

/* --- Lost indentation: ZON-17 --- */

/* The line `NS ns1` at column 1: would it be a record if its first token were the type? */
static bool is_type_as_owner(struct zonefile_parser *parser, const struct rdata_token *tokens, size_t count)
{
	uint16_t type;
	if (tokens[0].is_quoted || rrtype_from_text(tokens[0].text, &type) != ERR_OK || rrtype_is_meta(type))
		return false;
	struct writer out = writer_of(parser->rdata, sizeof(parser->rdata));
	struct rdata_error error;
	return rdata_from_text(type, tokens + 1, count - 1, parser->scope.origin, &out, &error) == ERR_OK;
}

static void report_lost_indent(struct zonefile_parser *parser, const struct rdata_token *owner, const char *what,
                               bool is_record_lost)
{
	char shown[ZONEFILE_SHOWN_MAX];
	zonefile_show(owner->text, shown);
	struct finding *finding = zonefile_report(
		parser, FINDING_ZONE_LOST_INDENT, zonefile_spot_of(owner),
		"put a blank in front of the line to give the record to the name above it, or write @ for the origin",
		"The owner of this record is \"%s.%s\". %s at the start of a line usually means lost indentation.", shown,
		parser->scope.origin_text, what);
	if (is_record_lost) {
		parser->error_count++;
		if (finding != NULL)
			finding->severity = SEVERITY_ERROR;
	}
}

/* `300 IN NS ns1`: a number is a fine host name in most places, but not for these types. */
static bool is_ttl_as_owner(const struct zonefile_parser *parser, const struct rdata_token *owner, uint16_t type)
{
	uint32_t ttl_s;
	if (type != RR_NS && type != RR_SOA && type != RR_MX)
		return false;
	struct span origin = span_of(parser->scope.origin_text, parser->scope.origin_text_size);
	bool is_reverse = origin.size >= 5 && memcmp(origin.data + origin.size - 5, ".arpa", 5) == 0;
	return !is_reverse && rdata_ttl_from_text(owner->text, &ttl_s) == ERR_OK;
}

static void check_lost_indent(struct zonefile_parser *parser, const struct rdata_token *owner,
                              const struct zonefile_head *head)
{
	uint16_t class;
	/* A second class tells that the first was meant as a name: "in" and "ch" are labels too. */
	if (!head->has_class && owner->text.size <= 4 && rrclass_from_text(owner->text, &class) == ERR_OK)
		report_lost_indent(parser, owner, "A class", false);
	else if (owner->text.data[0] <= '9' && is_ttl_as_owner(parser, owner, head->type))
		report_lost_indent(parser, owner, "A TTL", false);
}

/* --- Owner and TTL --- */

/* The owner into the scope; the same text under the same origin is the same name, unread. */
static bool owner_parse(struct zonefile_parser *parser, const struct rdata_token *token)
{
	struct zonefile_scope *scope = &parser->scope;
	if (span_equal(token->text, scope->owner_text) && token->text.size > 0)
		return true;
	struct name_buffer buffer;
	struct name owner;
	if (!zonefile_name(parser, token, &buffer, &owner))
		return false;
	scope->owner = name_copy(owner, &scope->owner_buffer);
	scope->owner_text = token->text;
	if (zonefile_repeats_origin(parser, token))
		zonefile_report_missing_dot(parser, token);
	return true;
}

static bool owner_find(struct zonefile_parser *parser, const struct rdata_token *first, bool is_indented)
{
	if (!is_indented)
		return owner_parse(parser, first);
	if (parser->scope.owner.wire != NULL)
		return true;
	zonefile_report(parser, FINDING_ZONE_SYNTAX, zonefile_spot_of(first),
	                "remove the blank in front, or write @ for the origin",
	                "The line starts with a blank, but there is no record above whose owner it could share.");
	return false;
}

/* RFC 2308 4: $TTL for records without one; without $TTL the last one written (RFC 1035 5.1), and for an SOA that
 * comes first its own last field, as BIND has it. */
static bool ttl_find(struct zonefile_parser *parser, struct zonefile_head *head, const struct rdata_token *type_token,
                     struct span rdata)
{
	struct zonefile_scope *scope = &parser->scope;
	if (head->has_ttl) {
		scope->last_ttl_s = head->ttl_s;
		scope->has_last_ttl = true;
		return true;
	}
	if (!scope->has_default_ttl && !scope->has_last_ttl && head->type == RR_SOA && rdata.size >= 4) {
		uint32_t minimum_s = load_u32(rdata.data + rdata.size - 4);
		scope->default_ttl_s = minimum_s > ZONEFILE_TTL_MAX ? 0 : minimum_s;
		scope->has_default_ttl = true;
	}
	if (scope->has_default_ttl || scope->has_last_ttl) {
		head->ttl_s = scope->has_default_ttl ? scope->default_ttl_s : scope->last_ttl_s;
		return true;
	}
	zonefile_report(parser, FINDING_ZONE_NO_TTL, zonefile_spot_of(type_token),
	                "put $TTL 3600 at the top of the file, or a TTL in front of the type",
	                "This record has no TTL, and neither $TTL nor a record above gives one.");
	return false;
}

/* --- RDATA --- */

/* SVCB's key="value with blanks" is one field (RFC 9460 2.1) though the lexer sees a word and a string. */
static size_t svcparams_join(struct rdata_token *tokens, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		struct rdata_token *last = kept > 0 ? &tokens[kept - 1] : NULL;
		bool is_value = last != NULL && tokens[i].is_quoted && !last->is_quoted && last->text.size > 0 &&
		                last->text.data + last->text.size + 1 == tokens[i].text.data &&
		                last->text.data[last->text.size - 1] == '=';
		if (is_value)
			last->text.size += tokens[i].text.size + 2;
		else
			tokens[kept++] = tokens[i];
	}
	return kept;
}

/* Names in RDATA that repeat the origin: the text tells where, the RDATA whether it is a name. */
static void check_missing_dots(struct zonefile_parser *parser, uint16_t type, const struct rdata_token *tokens,
                               size_t count, struct span rdata)
{
	for (size_t i = 0; i < count; i++) {
		if (!zonefile_repeats_origin(parser, &tokens[i]))
			continue;
		struct name_buffer buffer;
		struct name name;
		struct rdata_name in_rdata;
		if (name_from_text(tokens[i].text, parser->scope.origin, &buffer, &name, NULL) != ERR_OK)
			continue;
		for (size_t position = 0; rdata_next_name(type, rdata, &position, &in_rdata);) {
			if (name_equal(in_rdata.name, name)) {
				zonefile_report_missing_dot(parser, &tokens[i]);
				break;
			}
		}
	}
}

static int record_add(struct zonefile_parser *parser, const struct rdata_token *tokens, const struct zonefile_head *head,
                      struct span rdata)
{
	uint32_t line = parser->generate_spot != NULL ? parser->generate_spot->line : tokens[0].line;
	int err = zone_builder_add(parser->builder, parser->scope.owner, head->type, head->ttl_s, rdata,
	                           parser->source->index, line);
	if (err != ERR_RANGE)
		return err;
	char shown[NAME_TEXT_MAX];
	name_to_text(parser->scope.owner, shown);
	zonefile_report(parser, FINDING_ZONE_OUT_OF_ZONE, zonefile_spot_of(&tokens[0]),
	                "remove the record, or move it to the zone it belongs to", "%.300s is not in the %.150s.", shown,
	                parser->subject);
	return ERR_OK;
}

static int record_rdata(struct zonefile_parser *parser, struct rdata_token *tokens, size_t count, struct zonefile_head *head)
{
	struct rdata_token *fields = tokens + head->next;
	size_t field_count = count - head->next;
	if (rrtype_is_meta(head->type)) {
		zonefile_report(parser, FINDING_ZONE_SYNTAX, zonefile_spot_of(&fields[-1]), "remove the record",
		                "This type exists in messages only and is never zone data.");
		return ERR_OK;
	}
	if (head->type == RR_SVCB || head->type == RR_HTTPS)
		field_count = svcparams_join(fields, field_count);
	struct writer out = writer_of(parser->rdata, sizeof(parser->rdata));
	struct rdata_error error; /* too large to clear whole for each record */
	error.token = field_count;
	error.field = NULL;
	error.message[0] = 0;
	int err = rdata_from_text(head->type, fields, field_count, parser->scope.origin, &out, &error);
	if (err == -ENOMEM)
		return err;
	if (err != ERR_OK) {
		zonefile_report_rdata(parser, head->type, fields, field_count, &error);
		return ERR_OK;
	}
	check_missing_dots(parser, head->type, fields, field_count, writer_span(&out));
	if (!ttl_find(parser, head, &fields[-1], writer_span(&out)))
		return ERR_OK;
	return record_add(parser, tokens, head, writer_span(&out));
}

int zonefile_record(struct zonefile_parser *parser)
{
	struct zonefile_lexer *lexer = &parser->source->lexer;
	struct rdata_token *tokens = lexer->tokens;
	size_t count = lexer->count;
	bool has_owner = !lexer->is_indented;
	if (!owner_find(parser, &tokens[0], lexer->is_indented))
		return ERR_OK;
	struct zonefile_head head;
	bool is_judged = has_owner && parser->generate_spot == NULL && !tokens[0].is_quoted;
	if (!zonefile_head_parse(parser, tokens, count, has_owner ? 1 : 0, &head)) {
		if (is_judged && !head.has_class && is_type_as_owner(parser, tokens, count))
			report_lost_indent(parser, &tokens[0], "A type", true);
		else
			zonefile_head_report(parser, tokens, &head);
		return ERR_OK;
	}
	if (is_judged)
		check_lost_indent(parser, &tokens[0], &head);
	return record_rdata(parser, tokens, count, &head);
}

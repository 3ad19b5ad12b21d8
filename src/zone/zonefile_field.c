/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile_parser.h"

#include <stdio.h>

bool zonefile_ttl(struct zonefile_parser *parser, const struct rdata_token *token, uint32_t *ret_s)
{
	uint32_t ttl_s;
	int err = token->is_quoted ? ERR_SYNTAX : rdata_ttl_from_text(token->text, &ttl_s);
	if (err == ERR_SYNTAX) {
		zonefile_report_no_type(parser, token);
		return false;
	}
	if (err != ERR_OK) {
		zonefile_report(parser, FINDING_ZONE_SYNTAX, zonefile_spot_of(token), "write 3600 or 1h",
		                "This TTL does not fit into 32 bits.");
		return false;
	}
	if (ttl_s > ZONEFILE_TTL_MAX) {
		/* RFC 2181 8: a TTL with its highest bit set is treated as zero. */
		zonefile_report(parser, FINDING_ZONE_TTL_LARGE, zonefile_spot_of(token), "write 3600 or 1h",
		                "The TTL %u is above 2147483647: every receiver takes it as 0.", ttl_s);
		ttl_s = 0;
	}
	*ret_s = ttl_s;
	return true;
}

bool zonefile_name(struct zonefile_parser *parser, const struct rdata_token *token, struct name_buffer *buffer,
                   struct name *ret)
{
	size_t bad = 0;
	int err = name_from_text(token->text, parser->scope.origin, buffer, ret, &bad);
	if (err == ERR_OK)
		return true;
	char shown[ZONEFILE_SHOWN_MAX];
	zonefile_show(token->text, shown);
	struct zonefile_spot spot = zonefile_spot_of(token);
	if (err == ERR_RANGE) {
		zonefile_report(parser, FINDING_ZONE_SYNTAX, spot,
		                "shorten it: a label has at most 63 octets, a name at most 255, the origin included",
		                "\"%s\" is too long for a domain name.", shown);
		return false;
	}
	if (bad < token->text.size) {
		spot.at += bad;
		spot.column += (uint32_t)bad;
		spot.width = 1;
	}
	bool is_escape = bad < token->text.size && token->text.data[bad] != '.';
	zonefile_report(parser, FINDING_ZONE_SYNTAX, spot,
	                is_escape ? "write an escape as \\ and one character, or as \\ and three digits up to 255"
	                          : "remove the dot that is too many",
	                is_escape ? "\"%s\" has an escape that is none." : "\"%s\" has an empty label.", shown);
	return false;
}

/* Does text end with ".suffix", or is it the suffix? */
static bool ends_with_name(struct span text, const char *suffix, size_t size)
{
	if (text.size < size || size == 0)
		return false;
	const char *tail = (const char *)text.data + (text.size - size);
	/* Nearly every token ends here. Bit 5 is the case of a letter; what else it maps the comparison sorts out. */
	if (((tail[size - 1] ^ suffix[size - 1]) & ~0x20) != 0)
		return false;
	return (text.size == size || tail[-1] == '.') && strncasecmp(tail, suffix, size) == 0;
}

bool zonefile_repeats_origin(const struct zonefile_parser *parser, const struct rdata_token *token)
{
	const struct zonefile_scope *scope = &parser->scope;
	struct span text = token->text;
	if (token->is_quoted || text.size == 0 || text.data[text.size - 1] == '.' || name_is_root(scope->origin))
		return false;
	if (ends_with_name(text, scope->origin_text, scope->origin_text_size))
		return true;
	/* Below an $ORIGIN of its own the zone's name is as telling, but a single label (lab, com) is not. */
	return parser->options->origin.labels > 1 &&
	       ends_with_name(text, parser->subject + strlen("zone "), parser->apex_text_size);
}

void zonefile_report_missing_dot(struct zonefile_parser *parser, const struct rdata_token *token)
{
	if (parser->generate_spot != NULL && !parser->is_generate_first)
		return; /* said once for all */
	char shown[ZONEFILE_SHOWN_MAX], fix[ZONEFILE_SHOWN_MAX + 32];
	zonefile_show(token->text, shown);
	snprintf(fix, sizeof(fix), "add the final dot: %s.", shown);
	zonefile_report(parser, FINDING_ZONE_MISSING_DOT, zonefile_spot_of(token), fix,
	                "Without a final dot this name means %s.%s.", shown, parser->scope.origin_text);
}

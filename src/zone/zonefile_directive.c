/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile_parser.h"

static int directive_origin(struct zonefile_parser *parser)
{
	const struct rdata_token *token = &parser->source->lexer.tokens[1];
	struct name_buffer buffer;
	struct name origin;
	if (!zonefile_name(parser, token, &buffer, &origin))
		return ERR_OK;
	if (zonefile_repeats_origin(parser, token))
		zonefile_report_missing_dot(parser, token);
	zonefile_scope_set_origin(&parser->scope, origin);
	return ERR_OK;
}

static int directive_ttl(struct zonefile_parser *parser)
{
	/* RFC 2308 4: for the records behind it that have none of their own. */
	if (zonefile_ttl(parser, &parser->source->lexer.tokens[1], &parser->scope.default_ttl_s))
		parser->scope.has_default_ttl = true;
	return ERR_OK;
}

struct directive {
	const char *name;
	size_t arguments_min;
	size_t arguments_max;
	const char *usage;
	int (*run)(struct zonefile_parser *parser);
};

static const struct directive directives[] = {
	{"$ORIGIN", 1, 1, "write it like this: $ORIGIN example.com.", directive_origin},
	{"$TTL", 1, 1, "write it like this: $TTL 3600", directive_ttl},
	{"$INCLUDE", 1, 2, "write it like this: $INCLUDE hosts.zone, or $INCLUDE hosts.zone sub.example.com.",
	 zonefile_include},
	{"$GENERATE", 4, SIZE_MAX, "write it like this: $GENERATE 1-20 host$ AAAA 2001:db8::${0,0,x}", zonefile_generate},
};

int zonefile_directive(struct zonefile_parser *parser)
{
	const struct rdata_token *tokens = parser->source->lexer.tokens;
	size_t arguments = parser->source->lexer.count - 1;
	char shown[ZONEFILE_SHOWN_MAX];
	zonefile_show(tokens[0].text, shown);
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		const struct directive *directive = &directives[i];
		if (!zonefile_text_is(tokens[0].text, directive->name))
			continue;
		if (arguments >= directive->arguments_min && arguments <= directive->arguments_max)
			return directive->run(parser);
		bool is_short = arguments < directive->arguments_min;
		zonefile_report(parser, FINDING_ZONE_SYNTAX,
		                is_short ? zonefile_spot_behind(&tokens[arguments])
		                         : zonefile_spot_of(&tokens[directive->arguments_max + 1]),
		                directive->usage, "%s %s.", shown,
		                is_short ? "is not complete" : "has something behind its end");
		return ERR_OK;
	}
	zonefile_report(parser, FINDING_ZONE_SYNTAX, zonefile_spot_of(&tokens[0]),
	                "remove the line, or write one of $ORIGIN, $TTL, $INCLUDE, $GENERATE; a name that starts with a "
	                "dollar is written \\$",
	                "%s is no directive.", shown);
	return ERR_OK;
}

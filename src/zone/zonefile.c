/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile.h"

#include "zone/zonefile_parser.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void zonefile_scope_set_origin(struct zonefile_scope *scope, struct name origin)
{
	scope->origin = name_copy(origin, &scope->origin_buffer);
	scope->origin_text_size = name_to_display(origin, scope->origin_text);
	/* The same text may now stand for another name. */
	scope->owner_text.size = 0;
}

/* Not a plain assignment: names point into their scope's own buffers. */
void zonefile_scope_copy(struct zonefile_scope *to, const struct zonefile_scope *from)
{
	*to = *from;
	to->origin.wire = to->origin_buffer.wire;
	if (from->owner.wire != NULL)
		to->owner.wire = to->owner_buffer.wire;
}

int zonefile_run(struct zonefile_parser *parser, struct zonefile_source *source)
{
	struct zonefile_source *outer = parser->source;
	struct zonefile_lexer *lexer = &source->lexer;
	struct span text = source->text;
	/* A byte order mark says only that the text is UTF-8. */
	if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
		text = span_of(text.data + 3, text.size - 3);
	zonefile_lexer_start(lexer, text, 1);
	parser->source = source;
	for (;;) {
		enum zonefile_lexeme lexeme;
		int err = zonefile_lexer_next(lexer, &lexeme);
		if (err == ERR_OK && lexeme == ZONEFILE_BROKEN)
			zonefile_report_fault(parser, &lexer->fault);
		else if (err == ERR_OK && lexeme == ZONEFILE_ENTRY)
			err = lexer->tokens[0].text.size > 0 && lexer->tokens[0].text.data[0] == '$' &&
			                      !lexer->tokens[0].is_quoted && !lexer->is_indented
			              ? zonefile_directive(parser)
			              : zonefile_record(parser);
		if (err != ERR_OK || lexeme == ZONEFILE_END) {
			zonefile_lexer_free(lexer);
			parser->source = outer;
			return err;
		}
	}
}

static int parser_new(const struct zonefile_options *options, struct zone_builder *builder,
                      struct finding_list *findings, struct zonefile_parser **ret)
{
	struct zonefile_parser *parser = calloc(1, sizeof(*parser));
	if (parser == NULL)
		return -ENOMEM;
	parser->options = options;
	parser->builder = builder;
	parser->findings = findings;
	char apex[NAME_TEXT_MAX];
	parser->apex_text_size = name_to_display(options->origin, apex);
	snprintf(parser->subject, sizeof(parser->subject), "zone %s", apex);
	zonefile_scope_set_origin(&parser->scope, options->origin);
	*ret = parser;
	return ERR_OK;
}

static int parser_run(struct zonefile_parser *parser, const struct zonefile_text *text)
{
	struct zonefile_source source = {
		.path = parser->options->path,
		.text = span_of(text->data, text->size),
		.device = text->device,
		.inode = text->inode,
	};
	int err = zone_builder_add_file(parser->builder, source.path, &source.index);
	if (err == ERR_OK)
		err = zonefile_run(parser, &source);
	zonefile_report_withheld(parser);
	if (err == ERR_OK && parser->error_count > 0)
		err = ERR_FINDINGS;
	return err;
}

int zonefile_parse(const struct zonefile_options *options, struct zone_builder *builder,
                   struct finding_list *findings)
{
	struct zonefile_parser *parser;
	int err = parser_new(options, builder, findings, &parser);
	if (err != ERR_OK)
		return err;
	struct zonefile_text text;
	err = zonefile_read(options->path, &text);
	if (err == ERR_OK && text.size == 0) {
		zonefile_text_free(&text);
		err = -ENODATA;
	}
	if (err == ERR_OK) {
		err = parser_run(parser, &text);
		zonefile_text_free(&text);
	} else {
		zonefile_report_unreadable(parser, options->path, NULL, err);
	}
	free(parser);
	return err;
}

int zonefile_parse_text(const struct zonefile_options *options, struct span text, struct zone_builder *builder,
                        struct finding_list *findings)
{
	struct zonefile_parser *parser;
	int err = parser_new(options, builder, findings, &parser);
	if (err != ERR_OK)
		return err;
	struct zonefile_text copy;
	err = zonefile_text_copy(text, &copy);
	if (err == ERR_OK) {
		err = parser_run(parser, &copy);
		zonefile_text_free(&copy);
	}
	free(parser);
	return err;
}

int zone_load(const struct zonefile_options *options, struct finding_list *findings, struct zone **ret,
              struct zone_places **ret_places)
{
	struct zone_builder *builder;
	size_t first = finding_count(findings), without_ns = finding_count_code(findings, FINDING_ZONE_NO_NS);
	int err = zone_builder_new(options->origin, &builder);
	if (err != ERR_OK)
		return err;
	err = zonefile_parse(options, builder, findings);
	if (err != ERR_OK) {
		zone_builder_free(builder);
		return err;
	}
	err = zone_builder_finish(builder, findings, ret, ret_places);
	/* The NS line that lost its blank is why there is no NS: it is to be read first. */
	if (finding_count_code(findings, FINDING_ZONE_NO_NS) > without_ns)
		finding_list_raise(findings, first, FINDING_ZONE_LOST_INDENT, SEVERITY_ERROR);
	return err;
}

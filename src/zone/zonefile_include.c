/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile_parser.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define INCLUDES_MAX 4096 /* files that one zone may open: 16 levels of two each would be 65536 */

/* The token without its escapes; relative to the folder of the file that it stands in. */
static int include_path(const struct zonefile_source *source, const struct rdata_token *token, char ret[PATH_MAX])
{
	size_t used = 0;
	const char *slash = strrchr(source->path, '/');
	bool is_relative = token->text.size == 0 || token->text.data[0] != '/';
	if (is_relative && slash != NULL) {
		used = (size_t)(slash - source->path) + 1;
		if (used >= PATH_MAX)
			return -ENAMETOOLONG;
		memcpy(ret, source->path, used);
	}
	for (size_t i = 0; i < token->text.size; i++) {
		if (token->text.data[i] == '\\' && i + 1 < token->text.size)
			i++;
		if (used + 1 >= PATH_MAX)
			return -ENAMETOOLONG;
		ret[used++] = (char)token->text.data[i];
	}
	ret[used] = 0;
	return ERR_OK;
}

static bool include_is_loop(const struct zonefile_source *source, const struct zonefile_text *text)
{
	for (; source != NULL; source = source->parent) {
		if (source->device == text->device && source->inode == text->inode && text->inode != 0)
			return true;
	}
	return false;
}

/* RFC 1035 5.1: the including file's origin comes back behind the included one; so do its TTLs and its owner. */
static int include_run(struct zonefile_parser *parser, struct zonefile_source *source, const struct name *origin)
{
	struct zonefile_scope *saved = malloc(sizeof(*saved));
	if (saved == NULL)
		return -ENOMEM;
	zonefile_scope_copy(saved, &parser->scope);
	if (origin != NULL)
		zonefile_scope_set_origin(&parser->scope, *origin);
	int err = zonefile_run(parser, source);
	zonefile_scope_copy(&parser->scope, saved);
	free(saved);
	return err;
}

static int include_open(struct zonefile_parser *parser, const struct zonefile_spot *spot, const char *path,
                        const struct name *origin)
{
	struct zonefile_text text;
	int err = zonefile_read(path, &text);
	if (err != ERR_OK) {
		zonefile_report_unreadable(parser, path, spot, err);
		return ERR_OK;
	}
	if (include_is_loop(parser->source, &text)) {
		zonefile_report(parser, FINDING_ZONE_LIMIT, *spot, "remove one $INCLUDE of the circle",
		                "%s includes itself, here or through other files.", path);
		zonefile_text_free(&text);
		return ERR_OK;
	}
	struct zonefile_source source = {
		.path = path, .text = span_of(text.data, text.size), .device = text.device, .inode = text.inode,
		.parent = parser->source, .depth = parser->source->depth + 1,
	};
	err = zone_builder_add_file(parser->builder, path, &source.index);
	if (err == ERR_OK)
		err = include_run(parser, &source, origin);
	zonefile_text_free(&text);
	return err;
}

int zonefile_include(struct zonefile_parser *parser)
{
	struct zonefile_lexer *lexer = &parser->source->lexer;
	struct zonefile_spot spot = zonefile_spot_of(&lexer->tokens[1]);
	char path[PATH_MAX];
	struct name_buffer buffer;
	struct name origin;
	if (!parser->options->is_include_allowed) {
		zonefile_report(parser, FINDING_ZONE_SYNTAX, zonefile_spot_of(&lexer->tokens[0]),
		                "write the included records here", "$INCLUDE is not allowed in this text.");
		return ERR_OK;
	}
	if (parser->source->depth + 1 >= ZONEFILE_INCLUDE_DEPTH || parser->included >= INCLUDES_MAX) {
		zonefile_report(parser, FINDING_ZONE_LIMIT, spot, "include fewer files, and fewer inside each other",
		                "A zone may have %d files open inside each other and %d in all.", ZONEFILE_INCLUDE_DEPTH,
		                INCLUDES_MAX);
		return ERR_OK;
	}
	parser->included++;
	int err = include_path(parser->source, &lexer->tokens[1], path);
	if (err != ERR_OK) {
		zonefile_report(parser, FINDING_ZONE_FILE, spot, "shorten the path", "The path is too long.");
		return ERR_OK;
	}
	bool has_origin = lexer->count > 2;
	if (has_origin && !zonefile_name(parser, &lexer->tokens[2], &buffer, &origin))
		return ERR_OK;
	if (has_origin && zonefile_repeats_origin(parser, &lexer->tokens[2]))
		zonefile_report_missing_dot(parser, &lexer->tokens[2]);
	return include_open(parser, &spot, path, has_origin ? &origin : NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of one run of the master-file parser, shared by the zonefile_*.c files and by nobody else.
 * Owned by zonefile_parse, for the time of one call.
 * Never survives the call: what lasts goes to the zone_builder and the finding list.
 */
#ifndef ZONE_ZONEFILE_PARSER_H
#define ZONE_ZONEFILE_PARSER_H

#include "zone/zonefile.h"
#include "zone/zonefile_lexer.h"
#include "zone/zonefile_read.h"

#include <strings.h>

#define ZONEFILE_FINDINGS_MAX 100    /* said in full; the others are counted */
#define ZONEFILE_INCLUDE_DEPTH 16    /* files open inside each other */
#define ZONEFILE_GENERATE_MAX 4194304 /* records made by $GENERATE in one zone, when the caller sets no limit */
#define ZONEFILE_TTL_MAX 0x7fffffffU /* seconds; RFC 2181 8 */

/* What directives and records set for the records behind them; $INCLUDE saves and restores it. */
struct zonefile_scope {
	struct name_buffer origin_buffer;
	struct name origin;
	char origin_text[NAME_TEXT_MAX]; /* without the final dot */
	size_t origin_text_size;

	struct name_buffer owner_buffer;
	struct name owner;      /* wire NULL: no record yet */
	struct span owner_text; /* the token it was read from under this origin; empty: unknown */

	uint32_t default_ttl_s; /* $TTL, RFC 2308 4 */
	bool has_default_ttl;
	uint32_t last_ttl_s; /* the last one written, RFC 1035 5.1 */
	bool has_last_ttl;
};

/* A place in the text: what a finding points to. */
struct zonefile_spot {
	const uint8_t *at;
	uint32_t line;
	uint32_t column;
	uint32_t width;
};

/* One text being read: the zone's file, an included one, or a line that $GENERATE made. */
struct zonefile_source {
	const char *path;
	uint16_t index; /* the builder's */
	struct span text;
	dev_t device;
	ino_t inode;
	const struct zonefile_source *parent; /* the file with the $INCLUDE */
	unsigned depth;
	struct zonefile_lexer lexer;
};

struct zonefile_type_slot {
	uint64_t key; /* up to eight characters in upper case; 0: free */
	uint16_t type;
};
#define ZONEFILE_TYPE_SLOTS 64

struct zonefile_parser {
	const struct zonefile_options *options;
	struct zone_builder *builder;
	struct finding_list *findings;
	struct zonefile_source *source;
	struct zonefile_scope scope;
	char subject[NAME_TEXT_MAX + 8]; /* "zone example.com" */
	size_t apex_text_size;           /* of "example.com" in it */
	const struct zonefile_spot *generate_spot; /* set while a $GENERATE runs: findings point to its line */
	struct span generate_line;
	bool is_generate_first; /* the first of its records: what holds for all is said there */
	size_t reported;
	size_t withheld;
	size_t error_count;
	size_t generated;
	unsigned included;
	struct zonefile_type_slot type_slots[ZONEFILE_TYPE_SLOTS];
	uint8_t rdata[RDATA_MAX];
};

/* The functions return ERR_OK, findings or not, but for -ENOMEM and the like, which end the run. */

/* zonefile.c: reads the whole source. */
int zonefile_run(struct zonefile_parser *parser, struct zonefile_source *source) MUST_USE;
void zonefile_scope_set_origin(struct zonefile_scope *scope, struct name origin);
void zonefile_scope_copy(struct zonefile_scope *to, const struct zonefile_scope *from);

/* zonefile_directive.c, zonefile_include.c, zonefile_generate.c: the source's lexer holds the entry. */
int zonefile_directive(struct zonefile_parser *parser) MUST_USE;
int zonefile_include(struct zonefile_parser *parser) MUST_USE;
int zonefile_generate(struct zonefile_parser *parser) MUST_USE;

/* zonefile_record.c */
int zonefile_record(struct zonefile_parser *parser) MUST_USE;

/* zonefile_field.c: single fields; false: a finding was added. */
bool zonefile_ttl(struct zonefile_parser *parser, const struct rdata_token *token, uint32_t *ret_s);
bool zonefile_name(struct zonefile_parser *parser, const struct rdata_token *token, struct name_buffer *buffer,
                   struct name *ret);
/* ZON-18: does the token, a name in this scope, repeat the origin or the apex? Only a look at the text. */
bool zonefile_repeats_origin(const struct zonefile_parser *parser, const struct rdata_token *token);
void zonefile_report_missing_dot(struct zonefile_parser *parser, const struct rdata_token *token);

/* zonefile_report.c */
struct zonefile_spot zonefile_spot_of(const struct rdata_token *token);
struct zonefile_spot zonefile_spot_behind(const struct rdata_token *token);
/* The spot's line from its start, as much as a finding keeps. */
struct span zonefile_source_line(const struct zonefile_source *source, const struct zonefile_spot *spot);
/* fix may be NULL. The finding, to change its severity; NULL: withheld. */
struct finding *zonefile_report(struct zonefile_parser *parser, enum finding_code code, struct zonefile_spot spot,
                                const char *fix, const char *cause_format, ...) PRINTF_LIKE(5, 6);
void zonefile_report_fault(struct zonefile_parser *parser, const struct zonefile_fault *fault);
/* A file that cannot be read; spot NULL: nobody's line asked for it. */
void zonefile_report_unreadable(struct zonefile_parser *parser, const char *path, const struct zonefile_spot *spot,
                                int err);
void zonefile_report_withheld(struct zonefile_parser *parser);
void zonefile_report_rdata(struct zonefile_parser *parser, uint16_t type, const struct rdata_token *tokens,
                           size_t count, const struct rdata_error *error);
void zonefile_report_no_type(struct zonefile_parser *parser, const struct rdata_token *token);

/* Characters of a token, escaped for a message and cut to what fits. */
#define ZONEFILE_SHOWN_MAX 68
void zonefile_show(struct span text, char ret_shown[ZONEFILE_SHOWN_MAX]);

static inline bool zonefile_text_is(struct span text, const char *word)
{
	return text.size == strlen(word) && strncasecmp((const char *)text.data, word, text.size) == 0;
}

#endif

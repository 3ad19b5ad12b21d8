/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head of a record: TTL, class and type, between the owner and the RDATA (RFC 1035 5.1).
 * Value, for the time of one record.
 * Never reports what may still turn out to be lost indentation: parsing and reporting are two calls.
 */
#ifndef ZONE_ZONEFILE_HEAD_H
#define ZONE_ZONEFILE_HEAD_H

#include "zone/zonefile_parser.h"

enum zonefile_head_fault {
	HEAD_GOOD,
	HEAD_ENDS,       /* no type */
	HEAD_NO_TYPE,    /* a word that is neither type nor class */
	HEAD_BAD_TTL,
	HEAD_TTL_TWICE,
	HEAD_CLASS_TWICE,
	HEAD_CLASS_OTHER, /* a class, but not IN */
};

struct zonefile_head {
	enum zonefile_head_fault fault;
	size_t next; /* the token behind the type; with a fault: the token at fault */
	uint32_t ttl_s;
	uint16_t type;
	bool has_ttl;
	bool has_class;
};

/* tokens[from..count). false: head->fault says why. */
bool zonefile_head_parse(struct zonefile_parser *parser, const struct rdata_token *tokens, size_t count, size_t from,
                         struct zonefile_head *head);
/* Adds the finding for head->fault. */
void zonefile_head_report(struct zonefile_parser *parser, const struct rdata_token *tokens,
                          const struct zonefile_head *head);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each address of a zone's servers replies to the same questions, so that replies can be held against each other:
 * family against family, server against server.
 * A pure function of the facts; everything is made in the arena of the walk.
 * Never asks an address that does not serve the zone, nor servers of other zones.
 *
 * Wanting costs a look into the book in each pass; replies are taken apart in the last pass only. The rows that are
 * asked in any case cost 13 questions for an address, three of which other parts of the audit ask too.
 */
#ifndef AUDIT_VIEW_SERVERS_H
#define AUDIT_VIEW_SERVERS_H

#include "audit/view.h"
#include "resolver/gather.h"

enum reply_row {
	REPLY_SOA,
	REPLY_KEYS,
	REPLY_APEX_AAAA,
	REPLY_APEX_A,
	REPLY_WWW_AAAA,
	REPLY_WWW_A,
	REPLY_NO_NAME,   /* a name that is not there */
	REPLY_NO_TYPE,   /* a type that hardly any zone has at its own name */
	REPLY_ID_SERVER, /* class CH: RFC 4892 */
	REPLY_VERSION_BIND,
	REPLY_EDNS_ONE, /* EDNS version 1 */
	REPLY_OPTIONS,  /* NSID, cookie and an option that nobody knows, together */
	REPLY_NSID,     /* each by itself, where they were not answered together */
	REPLY_COOKIE,
	REPLY_UNKNOWN,
	REPLY_SHORT, /* the largest answer, where 512 octets are allowed */
	REPLY_COUNT
};

struct view_reply {
	const struct fact *fact; /* over TCP where UDP was truncated; NULL: not asked */
	enum way_state state;    /* BAD: malformed */
	struct message message;  /* GOOD */
	const struct gathered *gathered;
};

struct view_probe {
	struct view_reply replies[REPLY_COUNT];
	const struct fact *short_full; /* what REPLY_SHORT asked for, where 1232 octets are allowed */
	bool is_turning[REPLY_COUNT];  /* asked once more, over TCP, the address answered otherwise */
};

/* What is asked of each address that serves the zone. */
void view_servers_want(struct walk *walk, const struct view *view);
/* When nothing is open any more: each address's probe. */
void view_servers_take(struct walk *walk, struct view *view);

/* A fact as a reply. */
void view_reply_take(struct walk *walk, const struct fact *fact, struct view_reply *ret);
/* The name of a row. False: there is no such name. */
bool view_row_name(const struct view *view, enum reply_row row, struct name_buffer *buffer, struct name *ret);
uint16_t view_row_type(enum reply_row row);
/* Equal rcodes, sets and signers in the sections that count: the answer, and of a denial NSEC and NSEC3. */
bool view_reply_equal(const struct view_reply *a, const struct view_reply *b);
/* The same, but nothing of denials. */
bool view_reply_equal_answer(const struct view_reply *a, const struct view_reply *b);
/* Both answer, signed or both not, with other records: what zones do that answer by place. */
bool view_reply_is_by_place(const struct view_reply *a, const struct view_reply *b);
/* The first address of the server that can be compared over the row; NULL: none. */
const struct view_address *view_server_first(const struct view_server *server, enum reply_row row);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A received message walked item by item, and shown to people and programs: for clients and tests.
 * A value that borrows the octets.
 * Never on the answer path, and never trusts: each name and length is checked, what is malformed is shown as such.
 */
#ifndef DNS_MESSAGE_H
#define DNS_MESSAGE_H

#include "base/text.h"
#include "dns/edns.h"
#include "dns/header.h"
#include "dns/name.h"

struct message {
	struct span octets;
	uint16_t id;
	uint16_t flags;                 /* enum header_flag */
	uint8_t opcode;
	uint16_t rcode;                 /* with the upper bits of OPT */
	uint16_t counts[SECTION_COUNT]; /* as the header claims */
	bool has_edns;
	struct edns edns;               /* of the first OPT; zero without one */
	struct span edns_rdata;
	size_t tsig_offset;             /* of the last record, when it is TSIG; else 0 */
	int error;                      /* ERR_OK, or why the walk ends early: ERR_TRUNCATED, _SYNTAX, _TRAILING */
};

/* Reads the header and walks the body once. ERR_TRUNCATED: no header. A malformed body is told by ret->error. */
int message_read(struct span octets, struct message *ret) MUST_USE;

/* A question or a record; for a question ttl_s is 0 and rdata empty. */
struct message_item {
	enum section section;
	struct name owner; /* uncompressed, in the buffer below */
	uint16_t type;
	uint16_t class;
	uint32_t ttl_s;
	struct span rdata; /* as in the message: names in it may be compressed */
	size_t offset;     /* of the item */
	struct name_buffer owner_buffer;
};

/* Where a walk stands; start with {0}. */
struct message_place {
	size_t offset;
	enum section section;
	unsigned taken; /* items of the section */
};

/*
 * The next item, of all sections. ERR_NOT_FOUND: that was all; ERR_TRUNCATED, ERR_SYNTAX: the message is malformed
 * here; ERR_TRAILING: octets are left over. ret->owner points into ret, so the item must not be copied.
 */
int message_next(const struct message *message, struct message_place *place, struct message_item *ret) MUST_USE;
/* The item's RDATA checked, its names written out. Errors as rdata_from_message, dns/rdata.h. */
int message_rdata(const struct message *message, const struct message_item *item, struct writer *out) MUST_USE;

/* As `dig` shows a message, every octet escaped that a terminal could take for more than text. */
void message_to_text(const struct message *message, struct text *out);
/* One record on one line: "owner TTL CLASS TYPE RDATA", without a newline. */
void message_item_to_text(const struct message *message, const struct message_item *item, struct text *out);
/* Words that somebody sent (EXTRA-TEXT, NSID), in quotes, with every octet escaped that is not printable ASCII. */
void message_words_to_text(struct span octets, struct text *out);
/* The flags that are set: "qr aa rd". */
void message_flags_to_text(uint16_t flags, struct text *out);
/* One object: id, opcode, rcode, flags, edns, question, answer, authority, additional, error. */
void message_to_json(const struct message *message, struct json_writer *json, const char *key);

#endif

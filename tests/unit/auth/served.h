/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zones from files, served to a test, and answers shown as text by another library's parser (ldns).
 * Owned: served_new/served_free.
 * Never used outside tests.
 */
#ifndef TESTS_UNIT_AUTH_SERVED_H
#define TESTS_UNIT_AUTH_SERVED_H

#include "auth/auth.h"
#include "base/text.h"

#define SERVED_ZONES_MAX 8
#define SERVED_NOW_S 1800000000u

struct served {
	struct zone *zones[SERVED_ZONES_MAX];
	struct zoneset_entry entries[SERVED_ZONES_MAX];
	struct name_buffer apexes[SERVED_ZONES_MAX];
	size_t count;
	struct zoneset *set;
	struct auth_scratch *scratch;
	struct auth_options options;
	struct query_event event; /* of the last answer */
	uint8_t reply[65535];
	size_t reply_size;
};

/* files: names in zones/, apart by blanks; "!name." is a zone that is configured and not loaded. */
struct served *served_new(const char *files);
void served_free(struct served *served);

struct served_question {
	const char *name;
	const char *type;
	const char *class; /* NULL: IN */
	uint16_t edns_size; /* 0: no EDNS */
	bool is_do;
	enum transport transport;
};

/* A query of that question; its octets. */
size_t served_query(const struct served_question *question, uint8_t ret_query[512]);
/* Answers octets; the reply is in served. */
void served_ask(struct served *served, struct span message, enum transport transport);
/* The reply, a line for each thing in it. Fails the test when ldns cannot read it. */
void served_reply_text(const struct served *served, struct text *out);

#endif

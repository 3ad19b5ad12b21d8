/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front under test: a policy, a cache, queries made of a few words, answers read back as text. Each answer is read by
 * ldns, too.
 * One fixture a test; everything lives in its arena.
 */
#ifndef TESTS_UNIT_RESOLVER_FRONT_FIXTURE_H
#define TESTS_UNIT_RESOLVER_FRONT_FIXTURE_H

#include "dns/message/message.h"
#include "resolver/resolution.h"
#include "tests/unit/dnssec/sets.h"

#define SECOND UINT64_C(1000000)

struct fixture {
	struct arena *arena;
	struct cache *cache;
	struct front_scratch *scratch;
	struct resolver_policy policy;
	struct ip_prefix allow[2];
	struct dns64 dns64;        /* not in the policy by itself */
	struct ip_prefix dns64_client;
	struct resolver_time now;
	struct query_event event;
	struct front front;
	uint8_t query[1024];
	size_t query_size;
	uint8_t octets[UINT16_MAX];
	struct writer out;
	struct message answer;
	struct text text;
};

struct asked {
	const char *qname;
	uint16_t qtype;
	uint16_t flags;     /* of the header; RD has to be said */
	bool has_edns, is_do;
	uint16_t edns_size; /* 0: 1232 */
	uint16_t qclass;    /* 0: IN */
	enum transport transport;
	const char *client; /* NULL: 2001:db8::1 */
	struct span options; /* of OPT */
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Links of a resolution from lines of text. */
struct outcome *outcome_made(struct fixture *fixture, enum outcome_kind kind, const char *qname, uint16_t qtype,
                             uint32_t ttl_s, const char *const answers[], const char *const authority[]);
struct resolution resolution_made(struct fixture *fixture, size_t count, struct outcome *const links[]);

enum front_result take(struct fixture *fixture, const struct asked *asked);
void encode(struct fixture *fixture, const struct asked *asked, const struct resolution *resolution);
void keep(struct fixture *fixture, const struct asked *asked, const struct resolution *resolution);

/* The records of a section, a line each, one blank between fields; OPT is none. */
const char *section_text(struct fixture *fixture, enum section section);
bool has_flag(const struct fixture *fixture, uint16_t flag);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A resolver's engine under test: its policy and parts, its clock, clients' queries, the questions that are under way.
 * Owned: fixture_start/fixture_end; policy and everybody may be changed, also while it runs.
 * Never plays a server and takes no action by itself: each test has its own world around it.
 */
#ifndef TESTS_UNIT_RESOLVER_ENGINE_FIXTURE_H
#define TESTS_UNIT_RESOLVER_ENGINE_FIXTURE_H

#include "cache/cache.h"
#include "dns/rrtype.h"
#include "resolver/limits.h"
#include "resolver/resolver.h"
#include "tests/unit/cmocka_all.h"
#include "upstream/address_book.h"
#include "upstream/reach.h"

struct kept_ask {
	uint64_t id;
	struct question question;
	struct name_buffer qname; /* the octets of question.qname, whose own are gone by then */
	uint64_t due_us;          /* these two are the test's own */
	bool is_lost;
};

struct fixture {
	struct ip_prefix everybody; /* may ask */
	struct resolver_policy policy;
	struct resolver_parts parts;
	struct resolver *resolver;
	struct resolver_time now;
	struct kept_ask *asks; /* under way */
	size_t ask_count, asks_most;
};

struct client_query {
	const char *client; /* its address */
	struct span qname;  /* as it is written */
	uint16_t qtype;
	bool is_cd;
	void *owner;
};

/* In the order of the calls: a policy of defaults for the test to add to, whose servers are asked over IPv6 alone... */
void fixture_prepare(struct fixture *fixture, const char *service);
/* ... and its engine. cache_size: octets. asks_most: how many questions the test will keep at once. */
void fixture_start(struct fixture *fixture, size_t cache_size, size_t asks_most, uint64_t seed);
void fixture_end(struct fixture *fixture);

struct ip_addr addr_text(const char *text);
/* A server for all names, at port 53. */
struct policy_server server_at(struct ip_addr addr);

/* Takes no action after it: that is the test's. */
enum resolver_taken fixture_query(struct fixture *fixture, const struct client_query *query);

/* The new one stays where it is until another is dropped. */
struct kept_ask *ask_keep(struct fixture *fixture, const struct action *action);
/* An id that is not kept is ignored. */
void ask_drop(struct fixture *fixture, uint64_t id);

#endif

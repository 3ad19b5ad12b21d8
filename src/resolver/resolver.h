/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The resolver engine: queries, replies and the time go in; answers and questions come out.
 * Owned: resolver_new/resolver_free; one for each worker of a service, used by that worker alone. What several share
 * (cache, address book, reach, policy) is in struct resolver_parts and knows how to be shared.
 * Never does I/O, looks at a clock or draws randomness of its own: so it runs the same in a worker, a test, a fuzzer
 * and a simulator with virtual time.
 *
 * After every call of resolver_query, _reply, _unreachable and _tick, take what there is to do with resolver_act until
 * it returns false, and call resolver_tick no later than resolver_deadline_us.
 */
#ifndef RESOLVER_RESOLVER_H
#define RESOLVER_RESOLVER_H

#include "base/writer.h"
#include "exchange/question.h"
#include "resolver/policy.h"
#include "telemetry/counters.h"

struct resolver;

struct resolver_time {
	uint64_t mono_us; /* deadlines, lifetimes */
	uint64_t wall_s;  /* signature times, cookies */
};

/* Shared by the workers of a service; borrowed, must outlive the engines. */
struct resolver_parts {
	const struct resolver_policy *policy;
	struct cache *cache;
	struct address_book *book;
	struct reach *reach;
	struct fallbacks *fallbacks; /* NULL: those of the policy are all used */
};

/* seed: random octets for everything the engine draws. NULL: no memory. */
struct resolver *resolver_new(const struct resolver_parts *parts, const uint8_t seed[32]);
void resolver_free(struct resolver *resolver);
/* A new policy after a reload: running jobs end by the old one, which must live until resolver_is_settled. */
void resolver_set_policy(struct resolver *resolver, const struct resolver_policy *policy);

struct resolver_request {
	struct span message;
	enum transport transport;
	struct ip_endpoint client;
	void *owner; /* comes back with the answer */
};

enum resolver_taken {
	RESOLVER_ANSWERED, /* out holds the answer, out->size octets; event is filled */
	RESOLVER_WAITING,  /* ACTION_ANSWER will follow, once */
	RESOLVER_DROPPED   /* say nothing */
};

/* Hints that resolver_query will follow for each query of a batch: first all of the one, then all of the other, with
 * what the first returned. What is kept for them comes near in the meantime, for all at once. */
uint64_t resolver_expect(const struct resolver *resolver, const struct resolver_request *request);
void resolver_expect_value(const struct resolver *resolver, uint64_t place);
/* A client's query. out: 65535 octets for TCP, the policy's udp_size for UDP. */
enum resolver_taken resolver_query(struct resolver *resolver, struct resolver_time now,
                                   const struct resolver_request *request, struct writer *out,
                                   struct query_event *event);
/* The client is gone: no answer to this owner any more. */
void resolver_forget(struct resolver *resolver, const void *owner);

/* A message that matches the question ask_id. Unknown ids are ignored. */
void resolver_reply(struct resolver *resolver, struct resolver_time now, uint64_t ask_id, struct span message);

enum ask_failure {
	ASK_NO_ROUTE,  /* the kernel refused at once (ENETUNREACH, EADDRNOTAVAIL, EACCES ...): costs nothing */
	ASK_REFUSED,   /* a port or host unreachable came back, or the connection was refused or reset */
	ASK_TOO_LARGE, /* EMSGSIZE */
	ASK_OVERLOAD   /* no socket or memory on our side */
};
void resolver_unreachable(struct resolver *resolver, struct resolver_time now, uint64_t ask_id,
                          enum ask_failure failure);
/* Somebody guesses at the reply to it, with wrong ids in the name of its server (RFC 5452 4): a reply over UDP is not to
 * be believed any more. */
void resolver_suspicious(struct resolver *resolver, struct resolver_time now, uint64_t ask_id);
/* Timeouts, hedges, probes, prefetches that are due. */
void resolver_tick(struct resolver *resolver, struct resolver_time now);
/* When resolver_tick is wanted; UINT64_MAX: nothing waits. */
uint64_t resolver_deadline_us(const struct resolver *resolver);

enum action_kind {
	ACTION_ASK,    /* send the question; a match goes to resolver_reply */
	ACTION_CANCEL, /* the question has been given up: no reply to it is wanted any more */
	ACTION_ANSWER, /* send to the client */
	ACTION_NOTE    /* for the operator's log */
};

enum note_kind { /* the "ev" of the log line */
	NOTE_FAMILY_DOWN,       /* demoted */
	NOTE_FAMILY_UP,         /* probed back */
	NOTE_VALIDATION,        /* an answer was bogus */
	NOTE_FAILURE,           /* SERVFAIL for another reason */
	NOTE_REFRESH_FAILED,    /* a refresh before or after expiry failed */
	NOTE_REFRESHED,         /* one succeeded: for observers, no line of the log */
	NOTE_LOOP,              /* a forwarding loop */
	NOTE_ANCHOR,            /* a trust anchor changed state, RFC 5011 */
	NOTE_PREF64,            /* a prefix came, went, conflicts */
	NOTE_SIZE,              /* a size black hole was learned */
	NOTE_GUESSING,          /* somebody guesses at a reply; it is asked for over TCP */
	NOTE_DELEGATION,        /* a zone lacks addresses that its parent has for its servers */
	NOTE_PATH,              /* a path that works, but badly */
	NOTE_KIND_COUNT
};
const char *note_kind_text(enum note_kind kind); /* "family", "validation", ... */

struct note {
	enum note_kind kind;
	bool has_name;
	struct name name;
	struct name host; /* of a name server; wire NULL: none */
	uint16_t type;
	bool has_family;
	enum family family;
	struct ip_endpoint server; /* port 0: none */
	int32_t ede;
	uint16_t rcode;            /* REFRESHED: of the new answer */
	uint8_t tried;             /* bits 1 << family: of the servers asked in vain */
	bool has_ttl_left;
	uint32_t ttl_left_s;       /* of the cached answer that could not be refreshed; 0: it has ended */
	struct span text; /* the sentence */
};

struct action {
	enum action_kind kind;
	uint64_t ask_id;          /* ASK, CANCEL */
	struct question question; /* ASK */
	bool is_background;       /* ASK: for revalidation: nothing that a client asked needs it */
	void *owner;              /* ANSWER */
	struct span message;      /* ANSWER; empty: drop it */
	struct query_event event; /* ANSWER: the engine's half; qname points into message */
	struct note note;         /* NOTE */
};

/* The next thing to do. Views in it are valid until the next call of any function of the engine. */
bool resolver_act(struct resolver *resolver, struct resolver_time now, struct action *ret);

struct resolver_load { /* for status and metrics */
	uint32_t jobs, clients, asks; /* under way */
	uint64_t upstream_queries[FAMILY_COUNT][QUESTION_TRANSPORT_COUNT];
	uint64_t upstream_truncated[FAMILY_COUNT]; /* UDP answers with TC, asked again over TCP */
	uint64_t upstream_timeouts[FAMILY_COUNT];
	uint64_t upstream_retries[UPSTREAM_WAYS][UPSTREAM_WAYS]; /* the same question: asked before, asked next */
	uint64_t upstream_rtts[FAMILY_COUNT][TIME_BUCKET_COUNT];
	uint64_t upstream_rtt_us[FAMILY_COUNT]; /* of all of them together */
	uint64_t cache_hits, cache_misses, cache_stale;
	uint64_t validations[5];                                      /* by enum security */
	uint64_t zones_lacking[FAMILY_COUNT];                         /* NOTE_DELEGATION, each once */
	uint64_t aaaa_native, aaaa_dns64, aaaa_negative;
	size_t memory; /* octets of jobs */
};
void resolver_load(const struct resolver *resolver, struct resolver_load *ret);
/* What the engine keeps of the name beside the cache: proofs that it is not there, keys. cache_flush does the rest. */
void resolver_flush(struct resolver *resolver, struct name name, bool is_tree);
bool resolver_is_settled(const struct resolver *resolver); /* nothing under way */

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the engine: the structures that its files share.
 * Owned by the engine, used by one thread; a job, an inquiry and a client live until they are answered.
 * Never calls from below into above: a job that ends puts those who waited for it on the run list.
 *
 * Three things are under way:
 *   client   one message that waits for its answer
 *   inquiry  a client's question: follows aliases, synthesises, answers all clients that ask the same
 *   job      one name and type: cache, servers, replies, validation; ends with an outcome. Jobs wait for jobs (addresses
 *            of name servers, DS, DNSKEY), inquiries wait for jobs, several may wait for one.
 * Each job and inquiry has a state, and a step function a state (step.c, inquiry.c); the run list holds those that can
 * go on. Waits are edges from below to above, so a circle can be seen before it is made.
 */
#ifndef RESOLVER_ENGINE_H
#define RESOLVER_ENGINE_H

#include "base/arena_pool.h"
#include "cache/cache.h"
#include "cache/denial.h"
#include "dns/message/message.h"
#include "dns/rrtype.h"
#include "resolver/alarm.h"
#include "resolver/delegation.h"
#include "resolver/registry.h"
#include "resolver/resolution.h"
#include "resolver/resolver.h"
#include "resolver/scrub.h"
#include "resolver/validate.h"
#include "dns64/pref64.h"
#include "ip/nat64.h"
#include "ip/special.h"
#include "upstream/fallbacks.h"
#include "upstream/pick.h"

#include <stdio.h>
#include <sys/queue.h>

/* What one client question, with all it leads to, may still cost. Counted: jobs and inquiries hold it. */
#define HOP_SIZE 8 /* octets of a mark */
#define HOPS_MAX 8 /* more are a loop by themselves */

/*
 * How an answer is come by (M-03, M-09): what telemetry tells of it. A question is one name and type at one cut; it may be
 * asked of several servers, and the reply that is of use ends it.
 */
struct trail {
	uint64_t first_us, last_us; /* the first question was sent, the last one ended; 0: none */
	uint8_t tried, tried_below; /* bits 1 << family: for the answer itself; for what it takes */
	uint8_t turns;              /* enum upstream_turn */
	uint16_t timeouts;
};

struct spending {
	unsigned references;
	unsigned asks, jobs; /* left */
	unsigned aliases;
	uint64_t ends_us;    /* nothing is asked after this */
	struct dnssec_budget dnssec;
	struct trail trail;
	uint8_t hop_size;    /* octets: marks of the resolvers that the question came through, then ours */
	uint8_t hops[HOPS_MAX * HOP_SIZE];
};

enum alarm_kind { ALARM_ASK_TIMEOUT, ALARM_JOB_HEDGE, ALARM_CROWD, ALARM_INQUIRY };

struct job;
struct inquiry;

enum wait_purpose { WAIT_ADDRESS, WAIT_EVIDENCE, WAIT_LINK, WAIT_LEAD };

struct wait { /* someone above waits for a job below */
	enum wait_purpose purpose;
	struct job *below;
	struct job *above_job;         /* one of the two */
	struct inquiry *above_inquiry;
	uint8_t server_index;          /* ADDRESS: whose */
	LIST_ENTRY(wait) in_below, in_above;
};
LIST_HEAD(waits, wait);

struct ask { /* a question under way */
	struct registry_link link; /* by id */
	uint64_t id;
	struct resolver *resolver;
	struct job *job;            /* NULL: it waits only to teach */
	struct alarm timeout;
	uint64_t sent_us;
	uint32_t timeout_us;
	uint16_t edns_size;
	uint8_t candidate;
	bool is_late;    /* its time is over, but a reply is still good */
	bool is_probe;   /* asked beside another one, to see whether its server is back */
	bool has_cookie, is_case_mixed;
	struct question question;
	struct name_buffer qname;
	uint8_t cookie[40];
	struct pending_action *pending; /* not sent yet */
	enum reach_path path;
	LIST_ENTRY(ask) in_job;         /* while a job waits for it; a reply to a job that is done still teaches */
};
LIST_HEAD(asks, ask);

enum job_state {
	JOB_START,    /* look into the cache */
	JOB_CUT,      /* find the deepest known delegation */
	JOB_SERVERS,  /* ask its servers, wait for replies and for addresses */
	JOB_VALIDATE, /* judge what came, wait for evidence */
	JOB_DONE
};

#define CANDIDATES_MAX 48

struct hunt { /* JOB_CUT, JOB_SERVERS: the search for someone who knows */
	struct delegation *cut;
	struct candidate candidates[CANDIDATES_MAX];
	uint8_t candidate_count;
	uint16_t looked_up;         /* bit a server of the cut: its addresses were looked up */
	uint8_t lookups;            /* so many */
	struct name asked;          /* minimised; a suffix of qname */
	uint16_t asked_type;
	uint8_t minimised;          /* questions with a minimised name */
	bool is_minimising;
	bool is_above_tried;        /* the cut above was asked for fresh servers */
	bool is_fallback_tried;
	bool is_cut_cached;         /* the cut is what the cache remembered, not what a server just said */
	bool has_live_server;       /* one that serves the zone, though it failed on this question */
	uint8_t hedges, small_hedges;
	bool has_probed;
	bool is_hedge_owed;         /* it was due, and there was nobody to ask */
	uint8_t referrals, asks;
	unsigned timeouts, errors, unroutable; /* what the tries met, for the reason */
	uint64_t busy;              /* bit a candidate: it was passed over only because we ask it too much already */
	bool has_followed;          /* another job, and it did not help */
	uint16_t last_size;
	uint8_t ways;               /* bits 1 << upstream_way: of the question at hand, asked so far */
	uint8_t first_way, last_way;
	struct ip_endpoint last_server;
	char trouble[96];           /* what the last bad server did */
};

struct evidence {
	const struct outcome *outcome;
	struct evidence *next;
};

struct job {
	struct registry_link link; /* by question and mode */
	struct resolver *resolver;
	struct arena *arena;
	struct spending *spending;
	struct name qname;
	uint16_t qtype;
	bool is_checked;           /* validated; else raw: CD, evidence of keys */
	bool is_refresh;           /* the cache is not asked first: prefetch, revalidation */
	bool is_internal;          /* no client is behind it */
	bool is_evidence;
	bool is_runnable;
	struct name revalidates;   /* the zone for which it was asked in the background; wire NULL: none */
	uint8_t depth;
	uint8_t bogus_retries;
	enum job_state state;
	struct hunt hunt;
	struct evidence *evidence;
	const struct outcome *raw; /* VALIDATE */
	bool is_raw_cached;
	struct outcome *bogus;     /* the first of them: the answer when nobody has a better one */
	uint8_t raw_candidate;     /* who gave it */
	const struct outcome *outcome; /* DONE */
	struct waits below, above; /* jobs it waits for; those who wait for it */
	uint64_t walk;             /* along the waits: the last one that saw it */
	struct asks asks;
	uint8_t ask_count;         /* of them those that it waits for: neither late nor probes */
	struct alarm hedge;
	struct registry_link lead; /* in leads, while is_lead */
	bool is_lead, is_following, is_crowded;
	TAILQ_ENTRY(job) in_run, in_crowd;
	LIST_ENTRY(job) in_all;
};

struct client {
	struct resolver_request request; /* message is the copy below */
	uint64_t since_us;
	struct registry_link link; /* by owner */
	LIST_ENTRY(client) in_inquiry;
	struct inquiry *inquiry;
	uint32_t view;
	uint16_t size;
	uint8_t message[];
};
LIST_HEAD(clients, client);

enum inquiry_state {
	INQUIRY_NAME, /* the next name of the chain */
	INQUIRY_WAIT, /* for its job */
	INQUIRY_DONE
};

struct inquiry {
	struct registry_link link;
	struct resolver *resolver;
	struct arena *arena;
	struct spending *spending;
	struct name qname;
	uint16_t qtype;
	bool is_checked, is_refresh, is_internal;
	const struct dns64 *dns64; /* as it was when the inquiry began; NULL: none for these clients */
	bool is_runnable, is_stale_sent, is_loop;
	bool is_synthesised, is_target_too_long;
	bool is_a_failed;     /* what there was to synthesise from is not known */
	uint32_t view;        /* of a refresh: what is kept in the end */
	const struct outcome *arrived; /* WAIT: its job has ended */
	bool is_synthesising; /* the names that come now are asked for A */
	enum inquiry_state state;
	struct name name;     /* now */
	const struct outcome *links[LIMIT_ALIASES + 2];
	uint8_t link_count;
	uint8_t native_count; /* links before synthesis: aliases that lead to where AAAA is missing */
	const struct outcome *aaaa; /* SYNTHESISE: the denial that led to it; NULL: all is synthesised */
	struct ip_prefix dns64_prefix;
	struct waits below;
	struct clients clients;
	const struct resolution *stale; /* what those who wait get meanwhile, once the timer has rung; NULL: nothing */
	struct alarm alarm;   /* client response timer for stale answers, end of all patience */
	int32_t ede;
	const char *failure;  /* of our own making: "the chain of aliases is a loop" */
	TAILQ_ENTRY(inquiry) in_run;
	LIST_ENTRY(inquiry) in_all;
};

struct pending_action {
	struct action action;
	TAILQ_ENTRY(pending_action) link;
	struct ask *ask; /* ASK: its question is read when it is taken */
	uint8_t *data;   /* ANSWER: malloc'ed message; NOTE: texts */
};
TAILQ_HEAD(pending_actions, pending_action);

#define WAITING_SLOTS 1024 /* client networks are counted by hash: two in one slot share the limit */
#define JOB_CHUNK 4096     /* octets: the job, its cut, an answer */
#define INQUIRY_CHUNK 1536
#define REPLY_CHUNK 49152

struct resolver {
	struct resolver_parts parts;
	const struct resolver_policy *policy;
	struct resolver_time now;
	uint64_t random[4];
	uint64_t hash_key[2];
	struct registry jobs, inquiries, asks, clients;
	struct registry leads; /* jobs that others follow, by what they look for */
	TAILQ_HEAD(, job) crowd; /* jobs that wait for their turn at busy servers */
	struct alarm crowd_alarm;
	LIST_HEAD(, job) all_jobs;
	LIST_HEAD(, inquiry) all_inquiries;
	TAILQ_HEAD(, job) runnable_jobs;
	TAILQ_HEAD(, inquiry) runnable_inquiries;
	struct alarms alarms;
	struct pending_actions actions;
	uint32_t waiting[WAITING_SLOTS]; /* clients, by their network */
	struct pending_action *given; /* whose views the caller still has */
	struct keyring *keyring;
	struct denial_store *denials;
	struct front_scratch *front;
	struct validate_result verdict; /* of the validation that runs */
	uint8_t *scratch;          /* 65535 octets, for encoding answers to waiting clients */
	struct arena_pool job_arenas, inquiry_arenas;
	struct arena *reply_arena; /* what a reply is taken apart in; empty between replies */
	uint64_t next_ask;
	uint32_t late_count; /* asks that are late */
	uint32_t usual_rtt_us;
	uint8_t rtt_weight;  /* of what went into it, in replies */
	uint32_t revalidations; /* jobs that revalidate */
	uint64_t walk;       /* along the waits of jobs: so many, ever */
	uint64_t jobs_ended; /* ever: a step sees whether its job is still there */
	struct resolver_load load;
	uint64_t signal_at_us;     /* likewise its signal of trusted keys */
	uint64_t prime_at_us;      /* the root is asked for its servers no earlier than this */
};

/* --- engine.c --- */
uint64_t draw(struct resolver *resolver); /* random */
void engine_ask(struct resolver *resolver, struct ask *ask);
void engine_cancel(struct resolver *resolver, struct ask *ask);
#define OWNER(member_at, type, member) ((type *)(void *)((char *)(member_at)-offsetof(type, member)))
uint64_t engine_hash(const struct resolver *resolver, struct name name, uint32_t rest);
struct spending *spending_new(struct resolver *resolver);
struct spending *spending_hold(struct spending *spending);
void spending_release(struct spending *spending);
void engine_run(struct resolver *resolver); /* steps all that can go on */
void engine_note(struct resolver *resolver, const struct note *note);
void engine_note_path(struct resolver *resolver, enum reach_path path); /* when there is news of it */
void engine_note_family(struct resolver *resolver, enum reach_path path, enum reach_change change);
void engine_answer(struct resolver *resolver, void *owner, const uint8_t *message, size_t size,
                   const struct query_event *event);
/* Does a translator here take it, by the NAT64 prefixes in use? */
bool engine_is_translated(const struct resolver *resolver, const struct ip_addr *addr);
/* Where what is known of a server's address is kept: the path by which it is reached. */
enum reach_path engine_path(const struct resolver *resolver, const struct ip_addr *addr);

/* --- job.c --- */
struct job_question {
	struct name qname;
	uint16_t qtype;
	bool is_checked, is_refresh, is_internal;
	bool is_evidence; /* for the validator: a denial of DS as a referral has it, without SOA, is enough */
	uint8_t depth;
};
/* Joins a running job or starts one. NULL: no memory, or no budget. */
struct job *job_get(struct resolver *resolver, const struct job_question *question, struct spending *spending);
struct job *job_running(const struct resolver *resolver, const struct job_question *question);
void job_wake(struct job *job);
void job_step(struct job *job); /* until it waits or is done */
void job_free(struct job *job);
/* Waits; false: it would close a circle, or there is no memory. Exactly one of the two above. */
bool job_wait(struct job *above, struct inquiry *above_inquiry, struct job *below, enum wait_purpose purpose,
              uint8_t server_index);
void wait_end(struct wait *wait);
void waits_end(struct job *job, enum wait_purpose purpose);
/* Ends the job; the outcome is in its arena. Those above are woken. */
void job_end(struct job *job, const struct outcome *outcome);
void job_fail(struct job *job, const struct outcome *failure); /* with what is better than nothing, if there is */
struct outcome *job_failure(struct job *job, int32_t ede, const char *format, ...) PRINTF_LIKE(3, 4);
/* Whoever asked from address: does a job wait for a forwarder there, itself or through those below it? NULL: for any. */
bool job_waits_for_server(struct job *job, const struct ip_addr *address);

/* --- memory.c: outcomes in the cache --- */
/* An outcome for the question, validated or not: its own, an alias, a denial above it. Copied to the arena. */
const struct outcome *remember(struct resolver *resolver, struct name name, uint16_t type, bool is_checked,
                               bool is_stale_fine, struct arena *arena);
void memorise(struct resolver *resolver, const struct outcome *outcome);
void memorise_failure(struct resolver *resolver, const struct outcome *outcome);
/* Until its ends_us. view: 0, or resolver/revalidate.c's. */
void memorise_delegation(struct resolver *resolver, const struct delegation *delegation, uint32_t view);
uint32_t ttl_bounded(const struct resolver *resolver, uint32_t ttl_s, bool is_negative);

/* --- ask.c: one question to one server --- */
bool ask_has_budget(const struct job *job);
bool ask_has_room(const struct resolver *resolver); /* for a second question for one answer */
/* False: not now, the candidate is out or the budget is spent. */
bool ask_begin(struct job *job, unsigned candidate, enum question_transport transport, bool is_probe);
bool ask_be_late(struct ask *ask); /* its time is over, replies still count; false: there is no room or no time for it */
void ask_cancel(struct ask *ask);
void ask_free(struct ask *ask, struct resolver *resolver);
void asks_drop(struct job *job, unsigned candidate); /* what is under way there for the question at hand */
void hunt_end_asks(struct job *job); /* what is under way goes on to teach */

/* --- trail.c: what is told of how an answer was come by --- */
void trail_asked(struct job *job, const struct ip_endpoint *server, enum question_transport transport);
void trail_answered(struct job *job, const struct ask *ask); /* by a reply that is of use */
void trail_silent(const struct ask *ask);
uint8_t trail_tried(const struct inquiry *inquiry); /* bits 1 << family */
void trail_fill(const struct inquiry *inquiry, struct query_event *event);

/* --- cut.c, servers.c, replies.c, check.c: the steps --- */
void step_cut(struct job *job);
void step_servers(struct job *job);
void step_validate(struct job *job);
/* Other places to ask when all servers of the cut have failed; false: there is none. */
bool cut_above(struct job *job);    /* fresh servers from the parent */
bool cut_iterate(struct job *job);  /* a forward zone that may be resolved after all */
bool cut_fallback(struct job *job); /* dual-stack resolvers */
void cut_fallback_failed(struct job *job); /* they were of no help: they are looked at */
void hunt_start(struct job *job, const struct delegation *cut);
void hunt_minimise(struct job *job); /* the next name to ask for */
void hunt_addresses(struct job *job, unsigned server_index, const struct outcome *outcome);
void hunt_hedge(struct job *job);
/* Are addresses of the family of use: themselves, or through NAT64? */
bool policy_wants_family(const struct resolver_policy *policy, enum family family);
void asks_timeout(struct ask *ask);
bool ask_send(struct job *job, unsigned candidate, enum question_transport transport);
void reply_take(struct resolver *resolver, struct ask *ask, struct span message);
void reply_missing(struct resolver *resolver, struct ask *ask, enum ask_failure failure);
void reply_suspect(struct ask *ask); /* somebody guesses at it */
void job_judge(struct job *job, const struct outcome *raw, uint8_t candidate); /* a raw outcome has come */

/* --- crowd.c: what many jobs want at once is asked once, and no server more than it may be --- */
/* Before a minimised question goes out. True: another job asks it already, and wakes this one. */
bool crowd_follow(struct job *job);
/* The lead's minimised name is no cut: those who follow go on with it. Before hunt_minimise. */
void crowd_lead_on(struct job *job, bool is_minimising);
/* The lead goes elsewhere: those who follow look again at what is known. */
void crowd_release(struct job *job);
void crowd_unfollow(struct job *job);
/* All servers that could be asked are being asked too much: the job waits for its turn. False: none is. */
bool crowd_wait(struct job *job);
void crowd_leave(struct job *job);
/* A question ended, somebody's turn has come. */
void crowd_next(struct resolver *resolver);
void crowd_turn(struct resolver *resolver); /* ALARM_CROWD */

/* --- inquiry.c --- */
enum resolver_taken inquiry_take(struct resolver *resolver, const struct front *front,
                                 const struct resolver_request *request);
void inquiry_start(struct resolver *resolver, const struct front *front); /* nobody waits for it: prefetch */
void inquiry_fail(struct inquiry *inquiry, int32_t ede, const char *why); /* why: a constant */
void inquiry_step(struct inquiry *inquiry);
void inquiry_arrived(struct inquiry *inquiry, const struct outcome *outcome);
void inquiry_wake(struct inquiry *inquiry);
void inquiry_alarm(struct inquiry *inquiry);
void inquiry_free(struct inquiry *inquiry);

/* --- hops.c: loops between resolvers --- */
/* What a query says about who has seen it; false: we have. */
bool hops_take(const struct resolver *resolver, struct span message, struct spending *spending);
struct span hops_mark(const struct resolver *resolver, struct spending *spending); /* the same with us in it */
/* What goes to a fallback resolver is written in a case of this process's own: most hand it on as it came, over whatever
 * family and without our option. False: too few letters to say anything. ret is in the buffer. */
bool hops_case(const struct resolver *resolver, struct name name, struct name_buffer *buffer, struct name *ret);
bool hops_is_cased(const struct resolver *resolver, struct name name);

/* --- upkeep.c: what the engine does by itself --- */
/* RFC 9609: the root's own servers instead of the hints. Nobody waits for it. */
void upkeep_prime(struct resolver *resolver);
void upkeep_signal(struct resolver *resolver);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every budget of the resolver, with the attack or accident that it stops.
 * Constants. Spending is done where the work is.
 * Never a knob: an operator who could raise one would raise it.
 */
#ifndef RESOLVER_LIMITS_H
#define RESOLVER_LIMITS_H

/* --- Work for one client question, all sub-questions included --- */

/* Questions sent: NXNSAttack (CVE-2020-12662), TsuNAME, and the loops of broken delegations. */
#define LIMIT_ASKS_PER_CLIENT 128
/* Sub-questions (name server addresses, DS, DNSKEY): the same, seen from inside. */
#define LIMIT_JOBS_PER_CLIENT 96
/* Aliases followed: CNAME chains and loops; CAMP (Duan et al. 2024) multiplies by them. */
#define LIMIT_ALIASES 16
/* Depth of sub-questions: a name server named below a zone that it serves, in a circle. */
#define LIMIT_DEPTH 12
/* What the whole question may take: a client has long gone. */
#define LIMIT_CLIENT_MS 10000

/* --- One question to one zone --- */

/* Referrals followed downwards: CAMP, and servers that refer in circles. */
#define LIMIT_REFERRALS 32
/* Name servers taken from one delegation. */
#define LIMIT_SERVERS 16
/* Addresses taken of one name server. */
#define LIMIT_ADDRESSES 8
/* Name servers without known address that are looked up for one delegation: NXNSAttack. */
#define LIMIT_SERVER_LOOKUPS 6
/* Questions sent for one job, retries included: thirteen servers with both families have 26 addresses, one may be alive. */
#define LIMIT_ASKS_PER_JOB 32
/* Hedges of one hunt: a second server asked while the first is silent. The first ones come evenly, then at doubled
 * distances. Bounds what a slow server can make us send. */
#define LIMIT_HEDGE 12
#define LIMIT_HEDGES_EVEN 8
/* Of one hunt: the same question again to a server that is silent, with room for a small answer only, while the large one
 * may have been lost on the way (T-12). Each takes the place of the server's second try, so a server that never answers
 * gets as many questions as without, within 30 ms instead of 700: somebody's address in an attacker's delegation sees
 * no more datagrams, but two at once. One that answers, but later than the hedge, gets one more than without, until its
 * round trip is known. Two, as one of the first two addresses may be dead. */
#define LIMIT_SMALL_HEDGES 2
#define LIMIT_SMALL_OCTETS 512
/* Besides, each hunt sends at most one probe to somebody who had fallen silent (upstream/pick.h). An address gets one at a
 * time, at doubled distances, and one in ADDRESS_SILENT_MOST_S in the end, whatever is asked. */

/* Questions sent with a minimised name: RFC 9156 2.3, MAX_MINIMISE_COUNT and MINIMISE_ONE_LAB. */
#define LIMIT_MINIMISED 10
#define LIMIT_MINIMISED_ONE_LABEL 4

/* --- Waiting --- */

/* The first hedge after this long without a reply, widening with the round trips seen: a dead first address costs this. */
#define LIMIT_HEDGE_LEAST_MS 12
#define LIMIT_HEDGE_MOST_MS 1000
/* A server that recurses answers in a round trip what it has, and what it has not when it has looked it up: the round
 * trips say little of it. A cache miss there must not look like silence, or each is asked twice, and a loop of resolvers
 * (RFC 10001 5) goes round twice. Before anybody else is asked, and before it is asked again: */
#define LIMIT_HEDGE_RECURSION_MS 150
#define LIMIT_ASK_RECURSION_LEAST_MS 700
/* A question is given up after this; a server whose round trips are known gets four times them, no less than: */
#define LIMIT_ASK_MOST_MS 3000
#define LIMIT_ASK_LEAST_MS 120
/* The same over TCP, which has a handshake more. */
#define LIMIT_ASK_TCP_MOST_MS 5000
/* The first guess for a server never heard of, where round trips are short: else four of the usual ones. */
#define LIMIT_ASK_FIRST_MS 700

/* A reply over UDP is still good so long after its question was sent, though others have been asked meanwhile: paths
 * slower than LIMIT_ASK_FIRST_MS. Costs no question. A forger has longer to guess, and up to three ids of one question
 * to hit at a time; after EXCHANGE_SUSPICIOUS wrong ones it is asked over TCP instead. */
#define LIMIT_ASK_LATE_MS 5000
/* Questions of one engine kept for that: servers that never answer must not fill the memory with them (1 KB each). */
#define LIMIT_LATE 16384

/* --- Validation --- */

/* Signature verifications for one client question: KeyTrap (CVE-2023-50387). */
#define LIMIT_VERIFICATIONS 64
/* Of those, ones that fail: a good zone has next to none. */
#define LIMIT_FAILED_VERIFICATIONS 12
/* Keys of one tag and algorithm tried for one signature: KeyTrap. */
#define LIMIT_KEYS_PER_TAG 4
/* NSEC3 hash computations, iterations counted: CVE-2023-50868. */
#define LIMIT_NSEC3_ROUNDS 4000
#define LIMIT_NSEC3_ITERATIONS 50 /* RFC 9276 3.2 */

/* --- Revalidation of delegations, in the background --- */

/* A cut is held against its zone once it is used so long after its referral: what one burst looks up costs no more. */
#define LIMIT_REVALIDATE_AFTER_MS 5000
/* No zone is asked again sooner, whatever TTLs it gives: a zone of TTL 0 would double each question. */
#define LIMIT_REVALIDATE_AGAIN_S 60
/* Name servers of one zone whose addresses are asked for: NXNSAttack, by the child's NS RRset instead of a referral. */
#define LIMIT_REVALIDATED_SERVERS 6
/* Questions and sub-questions for one zone in all: the same, and TsuNAME. */
#define LIMIT_REVALIDATION_ASKS 24
#define LIMIT_REVALIDATION_JOBS 20
/* At once in one engine: many zones that are slow to answer, as a flood of random names makes us use them. */
#define LIMIT_REVALIDATIONS 256
/* When the servers that a child names do not answer, those of its parent are used for so long. */
#define LIMIT_REVALIDATION_UNDONE_S 300

/* --- Crowds --- */

/* Questions to one server address at once: a slow server must not hold all we have. More wait for their turn. */
#define LIMIT_ASKS_PER_SERVER 32768
/* One job asks with a minimised name what many want to know, and the others wait for so long: a flood of names in a zone
 * that is not known yet must not reach the servers above it. */
#define LIMIT_FOLLOW_MS 3000
/* While so many questions of one engine are under way nobody is asked twice for one answer, by a hedge or a probe: a crowd
 * that waits for slow servers must not double itself, nor run out of room for first questions. */
#define LIMIT_ASKS_HEDGED 32768
/* Jobs at once in one engine. */
#define LIMIT_JOBS 200000
/* Client questions waiting from one /56 or /24. */
#define LIMIT_WAITING_PER_CLIENT 120000
/* Records taken from one reply: CacheFlush. */
#define LIMIT_RECORDS 1000

/* --- Remembering --- */

/* A failure is not tried again for so long, doubling from the first to the second: RFC 9520 3.2 wants 1 s to 5 min. */
#define LIMIT_FAILURE_LEAST_S 1
#define LIMIT_FAILURE_MOST_S 60
#define LIMIT_BOGUS_S 30

#endif

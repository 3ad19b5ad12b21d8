/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which address of a zone's servers to ask next.
 * Functions over candidates; the facts are copies from the address book. They change nothing but a path's probe time.
 * Never leaves a candidate out because it looks bad: what is silent or down comes last.
 *
 * Order: those that answer before those silent for some time; paths that work before those that are down; those tried
 * less by this job; native IPv6 and native IPv4 before synthesised (RFC 10001 4.2); then by expected round trip in
 * bands, 30 ms being the best (within a band IPv6 first, then at random, so that load spreads). Addresses never heard of
 * stand between near and far ones, and one question in 32 tries them first.
 *
 * What fell silent is probed back, by a question sent beside the one that is answered: a path 10 s after its fall and
 * then up to REACH_PROBE_MOST_S apart; an address when its silence ends (ADDRESS_SILENT_MOST_S at most), and each
 * address of a path once that has come back. So a family is in use again for a zone with the second question that the
 * zone gets REACH_PROBE_MOST_S after its return, an address with the second one ADDRESS_SILENT_MOST_S after it.
 */
#ifndef UPSTREAM_PICK_H
#define UPSTREAM_PICK_H

#include "upstream/address_book.h"
#include "upstream/reach.h"

struct candidate {
	struct ip_endpoint server; /* the address really used */
	enum reach_path path;
	uint8_t server_index;      /* which name server of the delegation */
	uint8_t tries;             /* by this job, in vain */
	uint8_t asks;              /* questions of this job under way there */
	bool is_bad;               /* lame, broken or useless for this job */
};

struct pick_now {
	uint64_t now_us;
	uint64_t random;           /* fresh */
	bool prefers_ipv4;
	/* A hedge: the question under way went over this path and is slow; another path is better. */
	bool is_hedge;
	enum reach_path slow_path;
};

/* Index of the candidate to ask; -1: none left. tries_most: candidates tried so often by this job are out. */
int pick(struct address_book *book, const struct reach *reach, const struct candidate *candidates, size_t count,
         uint8_t tries_most, const struct pick_now *now);

/* Index of the candidate to probe beside the one picked; -1: none is due. Ask only when the question will be sent. */
int pick_probe(struct address_book *book, struct reach *reach, const struct candidate *candidates, size_t count,
               size_t picked, const struct pick_now *now);

/* How long to wait for a reply before giving up (RFC 6298 with our bounds), and before asking a second server.
 * first_us: for a server never heard of. usual_rtt_us: what round trips are like here. */
uint32_t pick_timeout_us(const struct address_facts *facts, uint32_t first_us, uint32_t least_us, uint32_t most_us);
uint32_t pick_hedge_us(const struct address_facts *facts, uint32_t usual_rtt_us, uint32_t least_us, uint32_t most_us);

#endif

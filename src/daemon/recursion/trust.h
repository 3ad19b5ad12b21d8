/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trust anchors of a resolver service over time: what is configured, and what RFC 5011 made of it; their state in
 * files of node.state-dir.
 * Owned by the recursion. Main thread.
 * Never forgets a revoked key because a file cannot be written: the state goes on in memory, and the log says so.
 */
#ifndef DAEMON_RECURSION_TRUST_H
#define DAEMON_RECURSION_TRUST_H

#include "base/log.h"
#include "config/config.h"
#include "dnssec/anchor_upkeep.h"
#include "dnssec/anchors.h"

#include <jansson.h>

struct trust;

struct trust_options {
	const struct config_service *service;
	const char *state_dir; /* NULL: the state stays in memory */
	struct log *log;
	const struct trust *before; /* whose states go on; NULL: the files' do */
};
int trust_new(const struct trust_options *options, struct trust **ret) MUST_USE;
void trust_free(struct trust *trust); /* NULL is fine */

/* What is trusted now: the caller's. */
int trust_anchors(const struct trust *trust, struct anchors **ret) MUST_USE;
json_t *trust_json(const struct trust *trust);

/* The points that RFC 5011 looks after. */
size_t trust_point_count(const struct trust *trust);
struct name trust_point_owner(const struct trust *trust, size_t index);
/* Wall clock, in seconds: ask for its DNSKEY then. */
uint64_t trust_point_next_s(const struct trust *trust, size_t index);
/* What came back; empty: nothing. Logs, keeps the state; true: other keys are trusted from now on. */
bool trust_point_take(struct trust *trust, struct name owner, struct span message, uint64_t now_s);

#endif

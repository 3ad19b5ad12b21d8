/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of one secondary zone: when its primaries are asked, which of them next and over which family, when it
 * expires. Owned: schedule_new/schedule_free, by one thread. Times are the caller's, in ms; they may be virtual. Never
 * asks anybody: it says what to do next and is told what came of it.
 *
 * A round asks addresses for the SOA until one has our version or has given us a newer one; then one address of each
 * family that was not asked yet, so that what is known of the families is never older than a round. Addresses that
 * failed come behind those that did not, and so do all of a family where none answers: the family that works comes
 * first, IPv6 where both do. UDP first; when all were silent, TCP.
 */
#ifndef TRANSFER_SCHEDULE_H
#define TRANSFER_SCHEDULE_H

#include "base/span.h"
#include "ip/addr.h"
#include "transfer/limits.h"

enum schedule_reach { SCHEDULE_UNKNOWN, SCHEDULE_REACHED, SCHEDULE_FAILING, SCHEDULE_REACH_COUNT };
const char *schedule_reach_text(enum schedule_reach reach); /* "reached" */

struct schedule_address {
	struct ip_endpoint endpoint;
	bool has_serial;
	uint32_t serial;     /* that it told last */
	unsigned failures;   /* in a row */
	uint64_t reached_ms; /* 0: never */
	bool is_udp_silent;  /* and TCP was answered: it is asked over TCP at once */
	bool is_asked[2];    /* in this round, over UDP and over TCP */
};

enum schedule_action {
	SCHEDULE_WAIT,    /* until at_ms */
	SCHEDULE_ASK,     /* the SOA */
	SCHEDULE_TRANSFER /* a newer version, or the first */
};

struct schedule_step {
	enum schedule_action action;
	size_t address; /* whom to ask */
	bool is_tcp;    /* ASK */
	uint64_t at_ms; /* WAIT: nothing is to be done before; a NOTIFY may bring it forward */
};

enum schedule_failure {
	SCHEDULE_SILENT,    /* nothing came back, or no connection */
	SCHEDULE_TRUNCATED, /* TC: the same address is to be asked over TCP */
	SCHEDULE_BAD        /* an error, a bad signature, a transfer that was no zone */
};

struct schedule;

/* Endpoints are copied, in the order of preference within each family; at most SCHEDULE_ADDRESSES_MAX. -ENOMEM. */
int schedule_new(const struct ip_endpoint *endpoints, size_t count, struct schedule **ret) MUST_USE;
void schedule_free(struct schedule *schedule); /* NULL is fine */
/* Takes over what another schedule of the zone knows: its version and times, and its addresses as far as they are ours.
 */
void schedule_inherit(struct schedule *schedule, const struct schedule *before);

/*
 * There is a version here: its SOA's RDATA (SOA_SIZE_MIN octets or more), and when a primary last had it too, which may
 * lie before the first of our times. The first round is due at once.
 */
void schedule_begin(struct schedule *schedule, struct span soa, int64_t confirmed_ms);

/* What to do now; after ASK and TRANSFER first say what came of it. random: for jitter. */
struct schedule_step schedule_next(struct schedule *schedule, uint64_t now_ms, uint32_t random);
/* ASK: the address has this serial. */
void schedule_told(struct schedule *schedule, uint32_t serial, uint64_t now_ms);
/* TRANSFER: the version came; its SOA's RDATA. */
void schedule_received(struct schedule *schedule, struct span soa, uint64_t now_ms);
/* ASK, TRANSFER: nothing of the kind. */
void schedule_failed(struct schedule *schedule, enum schedule_failure failure);
/* A primary says that there is news: a round is due now, and it is asked first. from: NULL: somebody else wants one. */
void schedule_notify(struct schedule *schedule, const struct ip_addr *from, uint64_t now_ms);

bool schedule_has_version(const struct schedule *schedule);
uint32_t schedule_serial(const struct schedule *schedule); /* of the version */
int64_t schedule_confirmed_ms(const struct schedule *schedule);
/* When the version expires; UINT64_MAX: there is none. */
uint64_t schedule_expiry_ms(const struct schedule *schedule);
bool schedule_is_expired(const struct schedule *schedule, uint64_t now_ms); /* without a version: false */
bool schedule_is_failing(const struct schedule *schedule); /* the last round found nobody to confirm our version */
uint64_t schedule_due_ms(const struct schedule *schedule); /* the next round */
size_t schedule_address_count(const struct schedule *schedule);
const struct schedule_address *schedule_address(const struct schedule *schedule, size_t index);
enum schedule_reach schedule_address_reach(const struct schedule_address *address);
/* REACHED: an address of the family answers; FAILING: some were asked, none does. */
enum schedule_reach schedule_family_reach(const struct schedule *schedule, enum family family);

#endif

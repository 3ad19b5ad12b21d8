/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that carries messages to one place, one after the other, and the bounded queue before it.
 * Owned: courier_new/courier_free. Texts are copied.
 * Never makes the one who brings a message wait: without room the oldest is lost, counted and logged.
 */
#ifndef DELIVER_COURIER_H
#define DELIVER_COURIER_H

#include "base/err.h"
#include "base/log.h"
#include "base/span.h"

#define COURIER_QUEUE 64
#define COURIER_PARTING_MS 2000 /* what is left is still carried when the daemon ends, for so long */

struct courier;

struct parcel {
	struct span text;
	enum log_level level; /* how grave it is */
};

/* ERR_OK, or it is lost: the courier logs `why`, of COURIER_WHY_MAX octets. Runs in the thread. */
#define COURIER_WHY_MAX 320
typedef int courier_carry(void *owner, struct courier *courier, const struct parcel *parcel, char *ret_why);

struct courier_options {
	const char *name; /* "webhook": borrowed */
	courier_carry *carry;
	void *owner;
	struct log *log; /* borrowed */
};

struct courier_counts {
	uint64_t carried, lost; /* lost: given up, or without room */
};

int courier_new(const struct courier_options *options, struct courier **ret) MUST_USE; /* -errno */
/* Waits COURIER_PARTING_MS at most, and for what carry itself takes to stop. NULL is fine. */
void courier_free(struct courier *courier);

/* Any thread. */
void courier_push(struct courier *courier, const struct parcel *parcel);
bool courier_is_idle(struct courier *courier);
struct courier_counts courier_counts(struct courier *courier);

/* For carry: the daemon ends, and the time for parting is over. */
bool courier_is_over(const struct courier *courier);
/* For carry: sleeps; false when it is to end now. */
bool courier_sleep(struct courier *courier, uint32_t ms);
/* For poll(2) in carry: becomes readable when the daemon ends. */
int courier_stop_fd(const struct courier *courier);

#endif

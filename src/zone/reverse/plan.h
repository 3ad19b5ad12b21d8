/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of a reverse plan: the addresses of the forward zones that lie in the prefix, in order.
 * Owned by reverse_plan_new.
 * Never leaves zone/reverse.
 */
#ifndef ZONE_REVERSE_PLAN_H
#define ZONE_REVERSE_PLAN_H

#include "zone/reverse_generate.h"

struct reverse_entry {
	struct ip_addr addr;
	struct name name; /* borrowed from its zone */
	uint32_t ttl_s;
};

struct reverse_plan {
	struct reverse_input input;
	bool is_classless;
	struct reverse_entry *entries; /* sorted by address, then name; each pair once */
	size_t count;
	size_t capacity;
	size_t dropped;
};

/* The prefix that zone index of the plan answers for. */
struct ip_prefix reverse_plan_prefix(const struct reverse_plan *plan, size_t index);
/* The PTR's owner in the zone. */
struct name reverse_entry_owner(const struct reverse_plan *plan, const struct reverse_entry *entry, struct name apex,
                                struct name_buffer *buffer);

/* What is written by hand around our marks, and where its serial stands. Views of the old text. */
struct reverse_hand {
	struct span head;
	struct span ours; /* the marks included; empty: there are none */
	struct span tail;
	struct span serial; /* in head or tail */
	uint32_t serial_value;
};
/* ERR_SYNTAX: no SOA with a serial, or a first mark without a second. */
int reverse_hand_find(struct span old, struct reverse_hand *ret) MUST_USE;

#endif

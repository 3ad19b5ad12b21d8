/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables behind struct alerts: alerts on their way, and the groups they are told in.
 * Owned by struct alerts.
 * Never seen outside this room.
 */
#ifndef ALERTS_SLOTS_H
#define ALERTS_SLOTS_H

#include "alerts/alerts.h"

enum slot_state {
	SLOT_FREE,
	SLOT_PENDING, /* not yet for long enough, or not grave enough */
	SLOT_HOLDING,
	SLOT_CALM, /* over, but not yet for long enough */
	SLOT_OVER  /* cleared; its group is not */
};

/* What tells one alert from another. */
struct slot_key {
	const void *source; /* the threshold, or the name of the signal */
	struct scope scope;
};

struct slot {
	enum slot_state state;
	struct slot_key key;
	struct alert alert;
	struct alert_conduct conduct;
	const void *rule; /* the operator's rule or threshold; NULL: the built-in row */
	const char *group_name;
	uint64_t begun_us; /* PENDING: since when it holds; CALM: since when it is over */
	void **backlink;   /* in a meter's cell: cleared with the slot */
	struct group *group;
};

/* The state of one message. Alerts that came within ALERT_JOIN_S, by one rule, of one group of signals, in one stream.
 */
struct group {
	uint64_t id; /* 0: free */
	const char *name;
	const void *rule;
	enum event_stream stream;
	struct alert_conduct conduct;
	uint64_t begun_us;
	uint64_t told_us, refreshed_us;
	bool is_told;
	enum signal_level told_level;
	size_t told_count, count; /* alerts: when it was told last, and now */
};

struct alerts {
	struct alerts_options options;
	uint64_t now_us;
	uint64_t signal_us; /* the newest change of a signal */
	uint64_t last_id;
	uint64_t dropped_count;
	struct meter *meters[ALERT_THRESHOLDS_MAX];
	struct slot slots[ALERTS_MAX];
	struct group groups[ALERT_GROUPS_MAX];
};

void slot_free(struct slot *slot);
/* Into a group, its own or a new one. false: no room. */
bool group_take(struct alerts *alerts, struct slot *slot);
/* What was told of the old group counts as told, and its receivers know it by its id. */
void group_inherit(struct group *group, const struct group *old);
/* Tells what is due of each group, and frees those that are over. */
void groups_tell(struct alerts *alerts);

#endif

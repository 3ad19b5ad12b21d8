/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scopes as keys: the zone of a name, what makes two scopes equal, and a hash of one.
 * Values.
 * Never looks a zone up: a zone is the last labels of a name, for logs do not tell where cuts are.
 */
#ifndef SIGNALS_SCOPE_SCOPE_H
#define SIGNALS_SCOPE_SCOPE_H

#include "signals/sensors.h"

/* The zone an event is of: its name's last two labels; of reverse names, as much as a /32 or /16 has. */
struct name zone_of(const struct event *event);
/* The zone of the event's name; false: it tells no name. The scope's zone was zeroed. */
bool scope_set_zone(struct scope *scope, const struct event *event);
bool scope_equal(const struct scope *a, const struct scope *b);
uint64_t scope_hash(const struct scope *scope, uint64_t seed);

#endif
